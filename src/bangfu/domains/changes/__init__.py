"""Change requests (户籍变更申请): asked for, evidenced, agreed by the village, decided by the town.

A request names a kind of change, a household, a day and facts; when the township approves it, the
register's act is done in the same transaction, and an approved one can be undone whole. It does not
change the register in any other way, and it judges nobody's hardship.
"""

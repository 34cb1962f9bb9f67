"""The data-quality work list (数据核查): what in the register is wrong, and whether it was mended.

A check reads the register of a county and the departments' lists, asks the pack's quality rules,
and keeps a list: new, remaining, fixed since the last check, and excepted with a reason. It says
something about the data and never about the family: nothing here is a hint, and no hint reads it.
`registry.quality` checks a bare file by the same rules, without a database.
"""

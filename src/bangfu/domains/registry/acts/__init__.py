"""What happens to households (户籍变动): births, deaths, moves, splits, merges, corrections.

Each act is one service (`acts.services`): one transaction, one audit row, one record of every row
it wrote with the values before and after, by which `acts.undo.undo` puts everything back. An act
checks that the register stays whole: a person in one household, one head in an open household, a
household that nobody belongs to closed and kept. Who may ask for an act and who decides is the
business of `changes`; that a decision was made is taken for granted here.
"""

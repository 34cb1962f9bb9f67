"""Proceedings (办件): clues, suspicions, cases of identification and clearing, on their way.

A proceeding is one instance of a procedure of the county's pack (`bangfu.procedures`): what is
known, where it stands, which clocks run, whose duty it is. Every step is one transaction that
leaves a step row and an audit row. It judges nobody: it holds what people found and decided.
"""

"""Exports (导出): a bulk one needs a second person, and a running one ends with its reader's post.

`allow` is asked in the transaction that made the file, `send` sends it. What a list is and how
many rows its filters find, its domain says (`counter`).
"""

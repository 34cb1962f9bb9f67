"""Officials' papers (文书) as .docx: definitions as data, filled from plain values, drawn by the
layout of GB/T 9704-2012. Knows no database and no case: whoever holds one builds a CaseContext.
"""

"""Places (行政区划): the divisions of five levels, their changes of code, and search among them.

Public reference data without persons, so no row security. Which places somebody may see is not
decided here.
"""

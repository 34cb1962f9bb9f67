"""Officials' papers (文书) as .docx: definitions as data, filled from plain values, drawn by the
layout of GB/T 9704-2012. Knows no database and no case: whoever holds one builds a CaseContext.
"""

from bangfu.foundation.papers.casefiles import (
    HELD,
    INCOMPLETE,
    READY,
    EarlierPaper,
    HeldPaper,
    PaperState,
    missing,
)
from bangfu.foundation.papers.context import CaseContext
from bangfu.foundation.papers.context_reading import read_context
from bangfu.foundation.papers.filled import Lack
from bangfu.foundation.papers.loader import PaperBook, examine, examine_files, load
from bangfu.foundation.papers.making import (
    DOCX,
    MadePaper,
    differing,
    list_papers,
    make_file,
    make_paper,
    make_zip,
)
from bangfu.foundation.papers.monthly import ReturnedList, RowProblem, read_list, read_opened

__all__ = [
    "DOCX",
    "HELD",
    "INCOMPLETE",
    "READY",
    "CaseContext",
    "EarlierPaper",
    "HeldPaper",
    "Lack",
    "MadePaper",
    "PaperBook",
    "PaperState",
    "ReturnedList",
    "RowProblem",
    "differing",
    "examine",
    "examine_files",
    "list_papers",
    "load",
    "make_file",
    "make_paper",
    "make_zip",
    "missing",
    "read_context",
    "read_list",
    "read_opened",
]

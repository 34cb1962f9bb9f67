"""Rule packs: policy as dated data. `load` reads one and refuses whatever is wrong with it;
`check` also runs the cases on both evaluators."""

from bangfu.engine.packs.check import CaseFailure, CheckReport, check
from bangfu.engine.packs.difference import PackDiff, diff
from bangfu.engine.packs.loader import load, load_all, load_quality
from bangfu.engine.packs.model import Indicator, NotComputable, Pack
from bangfu.engine.packs.procedures import load_procedures
from bangfu.engine.packs.thresholds import ThresholdBook, ThresholdValue

__all__ = [
    "CaseFailure",
    "CheckReport",
    "Indicator",
    "NotComputable",
    "Pack",
    "PackDiff",
    "ThresholdBook",
    "ThresholdValue",
    "check",
    "diff",
    "load",
    "load_all",
    "load_procedures",
    "load_quality",
]

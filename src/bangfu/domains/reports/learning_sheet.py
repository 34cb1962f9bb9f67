"""Precision of rules as a spreadsheet: counts alone, no household."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from bangfu.domains.reports.learning import Asked, get_learning
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.sheets.tables import write_table
from bangfu.kernel.scope import Scope

COLUMNS = {
    "zh": [
        ("rule_id", "规则编号"), ("title", "规则"), ("answered", "已核实"),
        ("confirmed", "确认风险"), ("explained", "情况可解释"), ("data_wrong", "数据有误"),
        ("no_risk", "无风险"), ("open", "待核实"), ("precision", "精准率（%）"),
        ("is_below", "低于下限"),
    ],
    "en": [
        ("rule_id", "Rule id"), ("title", "Rule"), ("answered", "Answered"),
        ("confirmed", "Confirmed"), ("explained", "Explained"), ("data_wrong", "Data wrong"),
        ("no_risk", "No risk"), ("open", "Open"), ("precision", "Precision (%)"),
        ("is_below", "Below the floor"),
    ],
}  # fmt: skip
_YES = {"zh": "是", "en": "yes"}
_SHEET = {"zh": "规则精准率", "en": "Precision"}


def export_learning(
    *, scope: Scope, asked: Asked, language: str, at: datetime
) -> tuple[BinaryIO, str]:
    """Write the precision of rules to an .xlsx; return it open, with its name. One audit row."""
    require(scope, "EXPORT")
    found = get_learning(scope, asked)
    with scratch_folder() as folder:
        path = folder / "precision.xlsx"
        records = (
            {
                **rule,
                "title": rule[f"title_{language}"],
                "is_below": _YES[language] if rule["is_below"] else "",
            }
            for rule in found["rules"]
        )
        written = write_table(path, COLUMNS[language], records, sheet_name=_SHEET[language])
        with activate(scope):
            audit.record(
                scope,
                "reports.learning.exported",
                at=at,
                subject_kind="reports.export",
                subject_id="learning",
                region_code=str(asked.place),
                detail={
                    "rows": written,
                    "from": found["from_period"],
                    "to": found["to_period"],
                },
            )
        stream = path.open("rb")
    return stream, f"precision-{asked.place.prefix or '000000'}-{asked.span.end}.xlsx"

"""What only several cells together can show: a key twice, one ID under two names, wrong order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bangfu.foundation.sheets.types import CellIssue
from bangfu.standards import codelists

if TYPE_CHECKING:
    from bangfu.standards.datasets import Dataset

_NOUGHT = Decimal("0.00")
_GRAINS = {"person": "id_number", "household": "household_no"}


class Consistency:
    """Looks at the parsed columns of one sheet; ``titles`` are the matched columns' headings."""

    def __init__(
        self, dataset: Dataset, columns: dict[str, list[Any]], row_numbers: list[int]
    ) -> None:
        self.dataset = dataset
        self.columns = columns
        self.row_numbers = row_numbers
        self.titles = {column.name: column.zh for column in dataset.columns}

    def find_duplicates(self) -> list[CellIssue]:
        """Rows that repeat the contract's key, and rows of one ID number under several names.

        Of rows with the same key the first stays. With different names nobody here can know which
        is right, so none goes in. Values come parsed: 15 and 18 digits of a person are one key.
        """
        key = [_GRAINS.get(name, name) for name in self.dataset.key]
        if self.dataset.coverage == "REGISTER" and "person" in self.dataset.key:
            # In a register a person stands once, whatever household the row names.
            key = ["id_number"]
        if not key or any(name not in self.columns for name in key):
            return []
        issues, in_conflict = self._find_conflicts(key)
        marked = "id_number" if "id_number" in key else key[-1]
        for places in _group([self.columns[name] for name in key]):
            first = self.row_numbers[places[0]]
            for place in places[1:]:
                if place not in in_conflict:
                    issues.append(self._issue("E-ROW-DUPLICATE", place, marked, row=first))
        return issues

    def _find_conflicts(self, key: list[str]) -> tuple[list[CellIssue], set[int]]:
        issues: list[CellIssue] = []
        in_conflict: set[int] = set()
        if "id_number" not in key or "name" not in self.columns:
            return issues, in_conflict
        names = self.columns["name"]
        for places in _group([self.columns["id_number"]]):
            if len({names[place] for place in places} - {None}) > 1:
                listed = "、".join(str(self.row_numbers[place]) for place in places)
                in_conflict.update(places)
                for place in places:
                    issues.append(self._issue("E-ROW-CONFLICT", place, "id_number", rows=listed))
        return issues, in_conflict

    def find_contradictions(self) -> list[CellIssue]:
        """All findings within single rows: order, sums, what a code asks for, certificates."""
        return [
            *self.find_disorder(),
            *self.find_imbalance(),
            *self.find_gaps(),
            *self.find_other_certificates(),
        ]

    def find_disorder(self) -> list[CellIssue]:
        """Rows where the first of an ``in_order`` pair exceeds the second."""
        issues = []
        for low, high in self.dataset.in_order:
            if low not in self.columns or high not in self.columns:
                continue
            pair = (self.columns[low], self.columns[high])
            params = {"first": self.titles[low], "second": self.titles[high]}
            for place, (a, b) in enumerate(zip(*pair, strict=True)):
                if a is not None and b is not None and a > b:
                    issues.append(self._issue("E-ROW-ORDER", place, low, **params))
        return issues

    def find_imbalance(self) -> list[CellIssue]:
        """Rows whose total is not the sum of its parts; a total below nought stands as nought."""
        balance = self.dataset.balance
        if balance is None or any(
            name not in self.columns for name in (balance.total, *balance.plus, *balance.minus)
        ):
            return []
        plus = [self.columns[name] for name in balance.plus]
        minus = [self.columns[name] for name in balance.minus]
        issues = []
        for place, total in enumerate(self.columns[balance.total]):
            parts = [column[place] for column in (*plus, *minus)]
            if total is None or None in parts:
                continue
            expected = max(sum(parts[: len(plus)]) - sum(parts[len(plus) :]), _NOUGHT)
            if total != expected:
                issues.append(self._issue("E-ROW-SUM", place, balance.total, expected=expected))
        return issues

    def find_gaps(self) -> list[CellIssue]:
        """Rows that lack what their own code asks for, such as a stop without its day."""
        issues = []
        for need in self.dataset.needs:
            if need.when not in self.columns:
                continue
            codes = self.columns[need.when]
            values = self.columns.get(need.column) or [None] * len(codes)
            code_list = self.dataset.column(need.when).code_list or ""
            for place, code in enumerate(codes):
                if code in need.codes and values[place] is None:
                    params = {
                        "when": self.titles[need.when],
                        "is": codelists.get(code_list).label(code),
                    }
                    params["needed"] = self.titles[need.column]
                    issues.append(self._issue("E-ROW-NEEDS", place, need.when, **params))
        return issues

    def find_other_certificates(self) -> list[CellIssue]:
        """Rows whose disability certificate is another person's, or says another kind or grade.

        Only where a contract has the certificate, kind and grade in one row: a department's list.
        """
        names = {column.type: column.name for column in self.dataset.columns}
        certificates = self.columns.get(names.get("disability_certificate", ""))
        numbers = self.columns.get("id_number")
        if self.dataset.coverage == "REGISTER" or certificates is None or numbers is None:
            return []
        own = names["disability_certificate"]
        issues = []
        for place, text in enumerate(certificates):
            if text is None:
                continue
            if numbers[place] is not None and text[:18] != numbers[place]:
                issues.append(self._issue("E-ROW-CERTIFICATE", place, own))
            else:
                issues += self._other_digits(place, text)
        return issues

    def _other_digits(self, place: int, certificate: str) -> list[CellIssue]:
        issues = []
        for name, digit in zip(("kind", "grade"), certificate[18:20], strict=True):
            column = self.dataset.find_column(name)
            if column is None or column.code_list is None or name not in self.columns:
                continue
            found = codelists.get(column.code_list).by_label(digit, "gb")
            code = self.columns[name][place]
            if found is not None and code is not None and code != found.code:
                issues.append(self._issue("E-ROW-CERTIFICATE-DIGIT", place, name, means=found.zh))
        return issues

    def _issue(self, code: str, place: int, name: str, **params: object) -> CellIssue:
        shown = {**params, "column": self.titles[name]}
        return CellIssue(self.row_numbers[place], name, code, shown, self.columns[name][place])


def _group(key: list[list[Any]]) -> list[list[int]]:
    """Positions that share a key, in file order; a key with an empty part is no key."""
    seen: dict[Any, int] = {}
    groups: dict[Any, list[int]] = {}
    for place, value in enumerate(zip(*key, strict=True)):
        if None in value:
            continue
        if value in seen:
            groups.setdefault(value, [seen[value]]).append(place)
        else:
            seen[value] = place
    return list(groups.values())

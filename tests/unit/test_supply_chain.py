"""What we are made of: pinned and hashed, listed whole, and audited or said not to be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
EXCEPTION = """
exceptions:
  - {advisory: PYSEC-1, package: click, reason: never called here, until: "2026-11-22"}
"""


@pytest.fixture(scope="module")
def scripts() -> Iterator[Any]:
    """The modules of scripts/, which import each other as programs do."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import audit_dependencies
        import make_sbom
        import supply_chain

        class Modules:
            audit, sbom, chain = audit_dependencies, make_sbom, supply_chain

        yield Modules
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with one package in production, one of development and one of the console."""
    files = {
        "locks/core.txt": f"click==8.5.1 \\\n    --hash=sha256:{'a' * 64}\n",
        "locks/analytics.txt": f"click==8.5.1 \\\n    --hash=sha256:{'a' * 64}\n",
        "locks/setup.txt": f"click==8.5.1 \\\n    --hash=sha256:{'a' * 64}\n",
        "locks/uv.txt": f"uv==0.13.9 \\\n    --hash=sha256:{'b' * 64}\n",
        "locks/dev.txt": f"pytest==9.2.0 ; python_version > '3' \\\n  --hash=sha256:{'c' * 64}\n",
        "locks/advisories.yaml": "exceptions: []\n",
        "web/package-lock.json": json.dumps(
            {
                "packages": {
                    "": {"name": "ours"},
                    "apps/console": {"name": "ours too"},
                    "node_modules/@bangfu/console": {"link": True},
                    "node_modules/vue": {
                        "version": "3.5.1",
                        "integrity": "sha512-AAAA",
                        "license": "MIT",
                    },
                }
            }
        ),
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndescription = "d"\n'
        'license = "Apache-2.0"\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


class Services:
    """Both advisory services, answering as told."""

    def __init__(self) -> None:
        self.python: Any = {
            "dependencies": [
                {"name": "click", "version": "8.5.1", "vulns": []},
                {"name": "uv", "version": "0.13.9", "vulns": []},
                {"name": "pytest", "version": "9.2.0", "vulns": []},
            ]
        }
        self.console: Any = {"metadata": {"dependencies": {"total": 1}}, "vulnerabilities": {}}

    def __call__(self, command: list[str], folder: Path) -> tuple[int, str, str]:
        answer = self.python if "pip-audit" in command[0] else self.console
        if answer is None:
            return 1, "", "Traceback\nConnectionError: https://advisories.example refused\n"
        return 0, json.dumps(answer), ""


@pytest.mark.evidence("ASVS-15.1.2", "T16")
def test_every_package_of_the_product_is_pinned_and_hashed(scripts: Any) -> None:
    found = scripts.chain.components(ROOT)
    assert len(found) > 300
    assert all(each.hashes for each in found)
    assert {"django", "vue"} <= {each.name for each in found if each.runtime}
    assert "pytest" not in {each.name for each in found if each.runtime}


@pytest.mark.parametrize("line", ["click>=8", "click==8.5.1", "-e .", "https://x.example/a.whl"])
def test_a_line_that_is_not_pinned_and_hashed_is_refused(scripts: Any, line: str) -> None:
    with pytest.raises(scripts.chain.BadLock):
        scripts.chain.read_lock(line + "\n")


def test_two_versions_of_one_package_and_a_package_without_a_hash_are_refused(
    scripts: Any, tree: Path
) -> None:
    lock = tree / "locks/dev.txt"
    lock.write_text(f"click==8.5.2 --hash=sha256:{'d' * 64}\n", encoding="utf-8")
    with pytest.raises(scripts.chain.BadLock, match=r"click is 8\.5\.1 and 8\.5\.2"):
        scripts.chain.components(tree)
    console = tree / "web/package-lock.json"
    console.write_text(console.read_text().replace("sha512-AAAA", "sha1-AAAA"))
    with pytest.raises(scripts.chain.BadLock, match="vue has no sha512"):
        scripts.chain.console_components(console)


@pytest.mark.evidence("ASVS-15.1.2", "T16")
def test_the_bill_of_materials_names_every_package_and_is_valid(scripts: Any) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    bill = scripts.sbom.bill(ROOT)
    text = json.dumps(bill)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert len(bill["components"]) == len(scripts.chain.components(ROOT))
    assert json.dumps(scripts.sbom.bill(ROOT)) == text


def test_the_bill_says_what_is_in_production(scripts: Any, tree: Path) -> None:
    scopes = {each["purl"]: each["scope"] for each in scripts.sbom.bill(tree)["components"]}
    assert scopes == {
        "pkg:pypi/click@8.5.1": "required",
        "pkg:pypi/pytest@9.2.0": "excluded",
        "pkg:pypi/uv@0.13.9": "excluded",
        "pkg:npm/vue@3.5.1": "required",
    }


def test_a_full_clean_answer_is_clean(scripts: Any, tree: Path) -> None:
    assert scripts.audit.audit(tree, TODAY, Services()) == (["clean"], 0)


def _unanswered(tree: Path, scripts: Any, services: Services) -> list[str]:
    lines, status = scripts.audit.audit(tree, TODAY, services)
    assert status == 2
    assert lines[-1] == "no verdict: a service did not answer"
    return list(lines[:-1])


@pytest.mark.evidence("ASVS-15.2.1", "T16")
def test_a_service_that_does_not_answer_is_no_clean_audit(scripts: Any, tree: Path) -> None:
    services = Services()
    services.python = None
    assert _unanswered(tree, scripts, services) == [
        "NOT AUDITED  Python: no answer (ConnectionError: refused)"
    ]
    services = Services()
    services.console = {"message": "405 Method Not Allowed"}
    assert _unanswered(tree, scripts, services)[0].startswith("NOT AUDITED  console: no answer")


@pytest.mark.evidence("ASVS-15.2.1", "T16")
def test_a_package_that_was_skipped_or_left_out_is_no_clean_audit(scripts: Any, tree: Path) -> None:
    """pip-audit 2.10 leaves with 0 and "no known vulnerabilities" when it skipped everything."""
    services = Services()
    services.python["dependencies"][0] = {"name": "click", "skip_reason": "not found"}
    expected = ["NOT AUDITED  Python: no answer for 1 of 3 packages"]
    assert _unanswered(tree, scripts, services) == expected
    del services.python["dependencies"][0]
    assert _unanswered(tree, scripts, services) == expected
    services = Services()
    services.console["metadata"]["dependencies"]["total"] = 0
    assert _unanswered(tree, scripts, services) == [
        "NOT AUDITED  console: no answer for 1 of 1 packages"
    ]


@pytest.mark.evidence("ASVS-15.2.1", "GB22239-8.1.4.4-e")
def test_a_known_hole_fails_until_it_is_excepted_with_a_reason_and_a_day(
    scripts: Any, tree: Path
) -> None:
    services = Services()
    services.python["dependencies"][0]["vulns"] = [{"id": "PYSEC-1"}]
    services.console["vulnerabilities"] = {"vue": {"range": "<4", "via": [{"source": 77}]}}
    lines, status = scripts.audit.audit(tree, TODAY, services)
    assert status == 1
    assert lines[0] == "PYSEC-1  click 8.5.1  VULNERABLE"
    assert lines[1] == "77  vue <4  VULNERABLE"

    (tree / "locks/advisories.yaml").write_text(EXCEPTION, encoding="utf-8")
    services.console["vulnerabilities"] = {}
    assert scripts.audit.audit(tree, TODAY, services)[1] == 0
    assert scripts.audit.audit(tree, date(2026, 11, 23), services)[1] == 1


def test_an_exception_without_a_reason_is_refused(scripts: Any, tree: Path) -> None:
    path = tree / "locks/advisories.yaml"
    path.write_text(EXCEPTION.replace("never called here", '" "'), encoding="utf-8")
    with pytest.raises(ValueError, match="reason"):
        scripts.audit.read_exceptions(path, TODAY)
    assert scripts.audit.read_exceptions(ROOT / "locks" / "advisories.yaml", TODAY) == {}

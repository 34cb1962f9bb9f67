"""Mutants of what decides who sees what: each module changed a little, and a test must notice.

Of scope and crypto every one; of what stands beside them, such as the audit chain, backups, stored
files and sign-in, 95 of 100 in each module. All of them by `make prove`; in an ordinary run two of
the smallest module, to see that one is noticed. The result is kept in
bench/results/prove_mutants.json, by module. BANGFU_PROVE_MUTANTS names modules to take instead,
separated by commas; their results replace those that were kept.
Mutants that change nothing anybody could see are listed with their reason in
equivalent_mutants.yaml; one that a test does notice, or that no longer exists, may not stand there.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.proof.mutants import PASSED, Mutant, Warm, mutants, read

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yaml")
# Without Django, which none of these tests needs; its fixtures and our markers go with it.
PURE = ("--noconftest", "-p", "no:django", "-o", "addopts=--import-mode=importlib")
VALUES = "tests/unit/test_kernel_values.py"
FROZEN = "tests/unit/test_values_are_frozen.py"
CRYPTO = "tests/unit/test_crypto.py"
ROLES = "tests/unit/test_roles_are_apart.py"
ROTATION = "tests/unit/test_key_rotation.py"
HOLDINGS = "tests/unit/test_holdings.py"
# Those tests that start no processes, which would load the module as it is.
KEYS = (
    "tests/db/test_keys.py",
    "-k",
    "not killed_in_the_middle and not goes_on_writing and not lost_keyring",
)
SIGNED = "tests/db/test_signed_scope.py"
TRAPS = "tests/db/test_row_security_traps.py"
UNIT = "tests/unit"
# Module → the tests that hold it, in runs one after another; later ones see only what is left.
MODULES: dict[str, tuple[tuple[str, ...], ...]] = {
    "kernel/scope.py": ((*PURE, FROZEN, VALUES, "-k", "scope or frozen"),),
    "kernel/region.py": ((*PURE, FROZEN, f"{UNIT}/test_kernel_region.py"),),
    "kernel/masks.py": ((*PURE, VALUES, "-k", "mask"),),
    "foundation/access/columns.py": ((*PURE, FROZEN, f"{UNIT}/test_columns.py"),),
    "foundation/access/roles.py": ((*PURE, FROZEN, f"{UNIT}/test_roles_are_apart.py"),),
    "foundation/access/scopes.py": (
        (*PURE, FROZEN, f"{UNIT}/test_scope_context.py"),
        (TRAPS,),
        (SIGNED, "-k", "nested"),
        ("tests/db/test_reading_in_a_transaction.py",),
        ("tests/db/test_kept.py", "-k", "scope_given_later"),
    ),
    "foundation/crypto/cipher.py": ((*PURE, CRYPTO),),
    "foundation/crypto/fields.py": ((*PURE, CRYPTO),),
    "foundation/crypto/tokens.py": ((*PURE, CRYPTO),),
    "foundation/crypto/keys.py": ((*PURE, FROZEN, CRYPTO),),
    "foundation/crypto/holdings.py": ((*PURE, FROZEN, HOLDINGS, ROTATION), KEYS),
    "foundation/crypto/rotation.py": ((*PURE, FROZEN, ROTATION), KEYS),
    "foundation/crypto/services.py": (KEYS,),
    "foundation/database/context.py": ((*PURE, FROZEN, f"{UNIT}/test_scope_context.py"),),
    "foundation/database/scope_keys.py": ((*PURE, FROZEN, f"{UNIT}/test_scope_keys.py"),),
    "foundation/database/rls.py": ((*PURE, f"{UNIT}/test_rls_operations.py"), (SIGNED,)),
}
CHAIN = ("tests/db/test_audit_chain.py", "tests/db/test_audit_sealing.py")
SECOND = "tests/api/test_second_factor.py"
GUESSING = "tests/faults/test_f58_guessing_at_sign_in.py"
# As above, of the modules beside them: so many of a hundred are noticed.
ENOUGH = 95
BESIDE: dict[str, tuple[tuple[str, ...], ...]] = {
    "foundation/audit/canonical.py": (CHAIN,),
    "foundation/audit/verifying.py": (
        ("tests/db/test_audit_verifying.py",),
        CHAIN,
        ("tests/db/test_audit_tampering.py",),
    ),
    "foundation/backup/stream.py": (
        (*PURE, f"{UNIT}/test_backup_format.py", f"{UNIT}/test_backup_streams.py"),
    ),
    "foundation/files/sealed.py": (
        (*PURE, f"{UNIT}/test_stored_files_format.py", f"{UNIT}/test_stored_files_sealed.py"),
    ),
    "foundation/limits/counting.py": (
        ("tests/db/test_counting_spends.py",),
        ("tests/api/test_budgets.py",),
    ),
    "foundation/http/addresses.py": ((*PURE, f"{UNIT}/test_addresses.py"),),
    "foundation/accounts/recovery_codes.py": ((SECOND,), (GUESSING, "-k", "at_once")),
    "foundation/accounts/second_factor.py": ((SECOND,),),
    "foundation/accounts/lockout.py": (("tests/db/test_lockout.py",), (GUESSING,)),
    "foundation/accounts/passwords.py": (
        ("tests/db/test_passwords.py",),
        ("tests/api/test_passwords.py",),
    ),
}
# What only commands load, so that Django can be loaded before it is changed.
COMMANDS = {"foundation/crypto/rotation.py", "foundation/crypto/services.py"}
# Also the time after which a mutant that loops counts as noticed.
SECONDS = 120.0


NAMED = os.environ.get("BANGFU_PROVE_MUTANTS", "")
# The module of an ordinary run, and how many of its mutants.
SMALLEST, FEW = "kernel/scope.py", 2


def equivalent(module: str) -> set[tuple[str, str]]:
    """Return the keys of the mutants of a module that change nothing."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")).get(module, [])
    assert all(one["because"] for one in listed)
    return {(one["line"], becomes) for one in listed for becomes in one["becomes"]}


def unnoticed(module: str, listed: list[Mutant], home: Path) -> list[Mutant]:
    """Return the mutants that pass the tests, which pass without a change before and after."""
    warm = Warm("commands" if module in COMMANDS else module.partition("/")[0], home)

    def passed(text: str, tests: tuple[str, ...]) -> bool:
        return warm.run(module, text, tests, SECONDS) == PASSED

    try:
        for tests in {**MODULES, **BESIDE}[module]:
            assert passed(read(module), tests), warm.output()
            listed = [one for one in listed if passed(one.text, tests)]
            assert passed(read(module), tests), warm.output()
    finally:
        warm.close()
    return listed


def mutate(module: str, folder: Path) -> dict[str, Any]:
    """Try every mutant of a module; return how many were noticed, and which were not."""
    began = time.monotonic()
    listed = list(islice(mutants(module), None if LONG or NAMED else FEW))
    workers = min(os.cpu_count() or 1, len(listed)) if LONG or NAMED else 1
    known = equivalent(module)
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(
            lambda number: unnoticed(module, listed[number::workers], folder / str(number)),
            range(workers),
        )
        passed = [one for part in found for one in part]
    assert known <= {one.key for one in passed}, "noticed, or no longer there"
    left = [one for one in passed if one.key not in known]
    return {
        "module": module,
        "mutants": len(listed),
        "killed": len(listed) - len(passed),
        "equivalent": len(passed) - len(left),
        "survivors": [
            f"{one.line} {one.operator}: {one.was} -> {one.becomes}"
            for one in sorted(left, key=lambda one: (one.line, one.becomes))
        ],
        "seconds": round(time.monotonic() - began, 1),
    }


def keep(found: list[dict[str, Any]], path: Path) -> None:
    """Keep the results, in place of earlier ones of the same modules."""
    kept = json.loads(path.read_text(encoding="utf-8"))["modules"] if path.exists() else []
    new = {one["module"]: one for one in [*kept, *found]}
    listed = [new[one] for one in (*MODULES, *BESIDE) if one in new]
    result = {
        "command": "make prove",
        "mutants": sum(one["mutants"] for one in listed),
        "modules": listed,
    }
    written = json.dumps(result, ensure_ascii=False, indent=1)
    path.write_text(written + "\n", encoding="utf-8")


def is_enough(found: dict[str, Any]) -> bool:
    """Whether so few mutants of a module are left as may be."""
    allowed = 0 if found["module"] in MODULES else 100 - ENOUGH
    return len(found["survivors"]) * 100 <= allowed * int(found["mutants"])


@pytest.mark.parametrize(
    ("module", "left", "enough"),
    [
        ("kernel/scope.py", 0, True),
        ("kernel/scope.py", 1, False),
        ("foundation/files/sealed.py", 10, True),
        ("foundation/files/sealed.py", 11, False),
    ],
)
def test_of_scope_and_crypto_none_may_be_left_and_of_the_others_five_of_a_hundred(
    module: str, left: int, enough: bool
) -> None:
    found = {"module": module, "mutants": 200, "survivors": ["one"] * left}
    assert is_enough(found) is enough


@pytest.mark.parametrize("module", yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")))
def test_what_is_listed_as_changing_nothing_stands_in_its_module(module: str) -> None:
    lines = {line.strip() for line in read(module).splitlines()}
    listed = equivalent(module)
    assert {line for line, _ in listed} <= lines
    # A comma that YAML takes for the end of a mutant leaves halves.
    assert [one for _, one in listed if one.count("(") != one.count(")")] == []


@pytest.mark.slow
@pytest.mark.evidence("T2")
def test_every_mutant_of_scope_and_crypto_is_noticed(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    everything = [*MODULES, *BESIDE]
    modules = NAMED.split(",") if NAMED else everything if LONG else [SMALLEST]
    found = [mutate(module, tmp_path) for module in modules]
    keep(found, (RESULTS if LONG else tmp_path) / "prove_mutants.json")
    assert [one["module"] for one in found if one["mutants"] == 0] == []
    assert {one["module"]: one["survivors"] for one in found if not is_enough(one)} == {}

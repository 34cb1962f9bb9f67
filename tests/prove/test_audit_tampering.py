"""Ten thousand ways to tamper with the audit log, by `make prove`; a hundred in an ordinary run.

The result is kept in bench/results/prove_audit.json: seed, mutations, seconds, missed.
BANGFU_PROVE_SEED changes what is tried.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from random import Random

import pytest
from django.db import connections, transaction
from django.test import override_settings

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit import verifying
from tests.proof import tampering

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
MUTATIONS = 10_000 if LONG else 100


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_ten_thousand_mutations_are_all_found_and_named(tmp_path: Path) -> None:
    began = time.monotonic()
    with override_settings(BANGFU_HOME=tmp_path, BANGFU_AUDIT_WITNESS=""):
        segments = tampering.build(MUTATIONS)
        assert verifying.verify(against="").is_sound
        with transaction.atomic(using="owner"):
            with activate(tampering.NATION, using="owner"):
                cursor = connections["owner"].cursor()
                missed = tampering.missed(cursor, segments, Random(SEED))
            transaction.set_rollback(True, using="owner")
        assert verifying.verify(against="").is_sound
    if LONG:
        result = {
            "seed": SEED,
            "mutations": MUTATIONS,
            "rows": MUTATIONS * tampering.ROWS,
            "seconds": round(time.monotonic() - began, 1),
            "missed": len(missed),
        }
        path = ROOT / "bench" / "results" / "prove_audit.json"
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    assert missed == []

"""The village in which the stories happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.story_kit import Village
from tests.story_words import day


@pytest.fixture
def village(tmp_path: Path, db: None) -> Village:
    """上坪村 with the family of 王大山, paired with 刘干部 since the spring."""
    made = Village(tmp_path)
    made.settle()
    made.pair("刘干部", day("2026-04-01"))
    return made

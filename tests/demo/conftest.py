"""The loaded demo, one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.demo_kit import Demo, loaded_demo


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with loaded_demo() as found:
        yield found

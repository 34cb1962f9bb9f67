"""What every test may ask for. Tests that name no database fixture start no database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from bangfu.foundation.database.saved import SavedConnection
from tests import database_kit, demo_kit, standing_kit
from tests.cast import Cast, make_cast

# Begun first, so that two processes begin with one each: the longest single test, which also keeps
# a transaction open all the while, so that nobody waits for it at the end, and no test of keys for
# its transaction; and the demo, for whose loading the tests in the browser would wait.
FIRST = ("tests/api/test_schemathesis.py", "tests/demo/")


def _fill(cast: Cast) -> Any:
    from tests.api.conftest import build

    return build(cast)


# Made once for the tests of a file that begin with it.
STANDING: standing_kit.Makers = {"cast": make_cast, "world": _fill}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "evidence(*ids): this test shows that rows of standards/compliance/ hold"
    )
    # The cast signs in with passwords alone; tests of the second factor ask for it themselves.
    os.environ["BANGFU_SECOND_FACTOR"] = "off"
    settings.BANGFU_SECOND_FACTOR = "off"
    database_kit.prepare_home()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not database_kit.is_home_ours():
        return
    home = database_kit.session_home()
    demo_kit.stop_demo(home)
    database_kit.stop_cluster()
    shutil.rmtree(home, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    standing_kit.clear_for(item, STANDING)


def pytest_sessionfinish(session: pytest.Session) -> None:
    standing_kit.undo(session.config)


@pytest.fixture(scope="session")
def db_cluster() -> SavedConnection:
    """The session's PostgreSQL, shared by all workers."""
    return database_kit.start_cluster()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, db_cluster: SavedConnection) -> None:
    """A migrated database for this worker, in place of pytest-django's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "single")
    with django_db_blocker.unblock():
        database_kit.make_database(db_cluster, f"test_{worker}")


@pytest.fixture(scope="session")
def demo() -> Iterator[demo_kit.Demo]:
    """The small demo, loaded once by the real command, with a database of its own."""
    with demo_kit.loaded_demo() as found:
        yield found


@pytest.fixture
def what_stands(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> None:
    """Make what the test begins with, unless it stands there from the test before."""
    with django_db_blocker.unblock():
        standing_kit.raise_for(request.node, STANDING)


@pytest.fixture
def _django_db_helper(what_stands: None, _django_db_helper: None) -> None:
    """Begin the test's own transaction, inside that of what stands."""


@pytest.fixture
def cast(db: None) -> Cast:
    """The standing cast; see `tests/cast.py`."""
    made: Cast | None = standing_kit.made("cast")
    return standing_kit.fresh(made) if made else make_cast()


@pytest.fixture
def without_rls(transactional_db: None) -> Iterator[None]:
    """Takes row security off, so that the application's filter must hold alone."""
    database_kit.switch_rls("DISABLE")
    yield
    database_kit.switch_rls("ENABLE")


@pytest.fixture
def without_filter(settings: pytest.FixtureRequest) -> None:
    """Takes the application's filter off, so that row security must hold alone."""
    settings.BANGFU_SCOPE_FILTER = False

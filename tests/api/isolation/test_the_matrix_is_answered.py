"""The matrix asks for something: whoever may is answered, so that emptiness is no proof."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.api.isolation.asked import Asker, paged, posts, required, send
from tests.api.isolation.asking import NEVER_DONE, ONE_PAGE, OWN_ANSWER, Route, questions, routes
from tests.api.isolation.conftest import Standing


def is_answered(route: Route, askers: list[Asker], standing: Standing) -> bool:
    """Whether somebody who may is answered about what lies in their place."""
    wanted = required()[route.name]
    for asker in askers:
        if wanted is not None and not wanted & asker.permissions:
            continue
        own = (
            one
            for one in questions(route, standing.country.things)
            if one.village is None or asker.region.contains(one.village.code)
        )
        if any(send(asker, question)[0] < 300 for question in islice(own, 2)):
            return True
    return False


@pytest.mark.evidence("T2", "F50", "F51")
def test_every_route_answers_somebody(behind_row_security: Standing) -> None:
    askers = [behind_row_security.post(role, region) for role, region in posts()]
    silent = [one for one in routes() if not is_answered(one, askers, behind_row_security)]
    reads = {one.name for one in silent if one.method == "GET"}
    # Photographs and papers open to those of them who may see health data.
    documents = {"get_change_evidence", "get_case_paper_file", "get_case_file"}
    assert reads == OWN_ANSWER.keys() - documents
    assert {one.name for one in silent} - reads == NEVER_DONE


@pytest.mark.evidence("T2", "F50")
def test_every_list_is_asked_with_another_countys_cursor(behind_row_security: Standing) -> None:
    assert {one.name for one in paged()} - behind_row_security.cursors.keys() == ONE_PAGE.keys()

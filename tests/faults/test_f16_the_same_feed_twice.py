"""F16: the same file twice, or by two users at once, takes effect once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from bangfu.domains.feeds import selectors, services
from bangfu.foundation.intake.domain import BatchState
from tests.feeds_kit import CLAIM_HEAD, NOW, YUNXI, claim, county, take_in, write_csv


@pytest.mark.django_db
def test_f16_the_second_import_is_no_op_with_a_link_to_the_first(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1), claim(2)])
    first = take_in(path)
    renamed = write_csv(tmp_path / "改名.csv", CLAIM_HEAD, [claim(1), claim(2)])
    second = take_in(renamed)
    assert first.state == BatchState.COMMITTED
    assert (second.state, second.duplicate_of) == (BatchState.CANCELLED, first.batch_id)
    live = selectors.list_landings(county(), county=YUNXI)
    assert [item.batch_id for item in live] == [first.batch_id]
    assert live[0].rows == 2


@pytest.mark.django_db
def test_f16_a_double_that_was_staged_meanwhile_answers_with_the_link(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    mine, yours = take_in(path, commit=False), take_in(path, commit=False)
    services.commit_batch(scope=county(), at=NOW, batch_id=yours.batch_id)
    answer = services.commit_batch(scope=county(), at=NOW, batch_id=mine.batch_id)
    assert (answer.state, answer.duplicate_of) == (BatchState.CANCELLED, yours.batch_id)


@pytest.mark.django_db(transaction=True)
def test_f16_two_users_committing_at_once_make_one_batch(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1)])
    staged = [take_in(path, commit=False).batch_id for _ in range(2)]
    start = threading.Barrier(2)
    answers = []

    def commit(batch_id) -> None:
        try:
            start.wait(timeout=10)
            answers.append(services.commit_batch(scope=county(), at=NOW, batch_id=batch_id))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=commit, args=(batch_id,)) for batch_id in staged]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    won = [answer for answer in answers if answer.state == BatchState.COMMITTED]
    lost = [answer for answer in answers if answer.state == BatchState.CANCELLED]
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].duplicate_of == won[0].batch_id
    assert len(selectors.list_landings(county(), county=YUNXI)) == 1

"""Feed imports as jobs: the console's way, with the same result as the command's."""

from __future__ import annotations

import pytest

from bangfu.domains.feeds import selectors
from bangfu.foundation import files, jobs
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake.domain import BatchState
from bangfu.foundation.jobs.domain import JobState
from tests.feeds_kit import (
    CLAIM_HEAD,
    NOW,
    PAPER_HEAD,
    YUNXI,
    claim,
    county,
    id_number,
    write_csv,
)

pytestmark = pytest.mark.django_db(transaction=True)


def stored(path) -> dict[str, str]:
    kept = files.save(county(), path.name, path, "import.original", at=NOW)
    return {"file_id": str(kept.id), "file_name": path.name, "region": str(YUNXI)}


def test_a_job_stages_a_feed_and_another_puts_it_in_force(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1), ["坏"]])
    args = {**stored(path), "dataset": "medical/claim", "period": "2026-10"}
    seen = []
    job = jobs.run_now(
        county(), "feeds.import", args, progress=lambda done, total, name: seen.append(name)
    )
    assert job.state == JobState.DONE
    assert job.result["state"] == "STAGED"
    assert seen == ["reading", "matching", "checking", "tokens", "writing", "marking"]
    (batch,) = batches.list_batches(county()).items
    assert (batch.job_id, str(batch.id)) == (job.id, job.result["batch_id"])
    assert batch.error_file_id is not None
    done = jobs.run_now(county(), "feeds.commit", {"batch_id": str(batch.id)})
    assert done.result["state"] == "COMMITTED"
    assert [item.batch_id for item in selectors.list_landings(county(), county=YUNXI)] == [batch.id]


def test_a_refused_file_is_a_finished_job_with_reasons(tmp_path) -> None:
    path = write_csv(tmp_path / "a.csv", CLAIM_HEAD, [claim(1, month="2026-09")])
    args = {**stored(path), "dataset": "medical/claim", "period": "2026-10", "commit": True}
    job = jobs.run_now(county(), "feeds.import", args)
    assert (job.state, job.result["state"]) == (JobState.DONE, "REFUSED")
    assert [reason["code"] for reason in job.result["errors"]] == ["E-FEED-WRONG-MONTH"]


def test_a_ledger_of_papers_is_staged_and_written_by_jobs(tmp_path) -> None:
    row = [id_number(1), "王小明", "授1", "2026-09-01", "李干部", "2027-08-31"]
    path = write_csv(tmp_path / "papers.csv", PAPER_HEAD, [row])
    args = {**stored(path), "dataset": "feeds/authorization"}
    job = jobs.run_now(county(), "authorizations.import", args)
    assert job.result["state"] == str(BatchState.STAGED)
    done = jobs.run_now(county(), "authorizations.commit", {"batch_id": job.result["batch_id"]})
    assert (done.result["state"], done.result["counts"]["new"]) == ("COMMITTED", 1)

"""When messages leave: quiet hours of SMS, and the hour of the digest. Beijing's time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bangfu.kernel.workdays import BEIJING, local_day
from bangfu.standards import messages

_DAY = timedelta(days=1)


def quiet_until(subject: str, at: datetime) -> datetime | None:
    """Return when the quiet hours around `at` end; None outside them and for what does not wait."""
    if messages.get_subject(subject).ignores_quiet_hours:
        return None
    here = at.astimezone(BEIJING)
    begins = messages.get_time("quiet.from", here.date())
    ends = messages.get_time("quiet.to", here.date())
    now = here.time()
    is_quiet = begins <= now or now < ends if begins > ends else begins <= now < ends
    if not is_quiet:
        return None
    end = datetime.combine(here.date(), ends, BEIJING)
    return end if now < ends else end + _DAY


def is_digest_time(at: datetime) -> bool:
    """Whether the digest of the day goes out at `at`, or is still made up for."""
    here = at.astimezone(BEIJING)
    day = local_day(at)
    return (
        messages.get_time("digest.at", day) <= here.time() < messages.get_time("digest.until", day)
    )

"""Which place answers for an account (账号归属地): it contains every post that the account holds.

Whoever may give an account another password could act in all its posts, so no administrator of a
county answers for somebody who works for the prefecture as well.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from bangfu.foundation.access.scopes import in_scope, reading_user
from bangfu.foundation.accounts.models import AccountHome, Post, User
from bangfu.kernel.errors import NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def find_home(scope: Scope, user_id: UUID) -> AccountHome:
    """Return the home of an account that the scope answers for, inside `activate`; its user is
    locked, so that no post is granted meanwhile.

    Raises NotFound E-ACCOUNT-NOT-FOUND also for an account that holds, or will hold, a post
    outside the scope.
    """
    homes = in_scope(AccountHome.objects.select_related("user"), scope)
    home = homes.filter(pk=user_id).first()
    if home is None:
        raise NotFound("E-ACCOUNT-NOT-FOUND")
    User.objects.select_for_update().get(pk=user_id)
    if not all(scope.region.contains(place) for place in _places(user_id)):
        raise NotFound("E-ACCOUNT-NOT-FOUND")
    return home


def _places(user_id: UUID) -> list[RegionCode]:
    """Return where an account holds posts, today or from a day to come, wherever that is."""
    today = timezone.localdate()
    with reading_user(str(user_id)):
        held = Post.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=today), user_id=user_id, ended_at=None
        )
        return [RegionCode(code) for code in held.values_list("region_code", flat=True)]


def widen(scope: Scope, user_id: UUID, region: RegionCode) -> None:
    """Move the home of an account up until it contains a place in which it gets a post.

    Inside `activate`. A home outside the scope lies above it and contains the place already.
    """
    home = in_scope(AccountHome.objects.all(), scope).filter(pk=user_id).first()
    if home is None:
        return
    place = RegionCode(home.region_code)
    around = next(one for one in (place, *reversed(place.ancestors)) if one.contains(region))
    if around != place:
        AccountHome.objects.filter(pk=user_id).update(region_code=str(around))

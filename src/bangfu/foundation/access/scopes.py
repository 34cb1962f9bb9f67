"""The only place where a scope is made, and the only one that tells the database about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Model, QuerySet
from psycopg.pq import TransactionStatus

from bangfu.foundation.access import roles
from bangfu.foundation.database.context import NOTHING, Context, enter
from bangfu.foundation.database.kept import Slot
from bangfu.kernel import scope as kernel_scope
from bangfu.kernel.actor import Actor
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

_M = TypeVar("_M", bound=Model)
_STATE = "bangfu_context"
# All division codes lie between these.
_EVERYWHERE = ("", "~")


class HeldPost(Protocol):
    """What a scope is made from: a role in a place."""

    @property
    def role(self) -> str:
        """The role's name."""

    @property
    def region_code(self) -> str:
        """The place, 12 digits."""

    @property
    def department(self) -> str:
        """The department whose datasets it is for; empty for a post of no department."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a connection's transaction was told, and the challenge that its signature answers."""

    context: Context = NOTHING
    challenge: str = ""


_NOTHING = _State()


def scope_for_post(post: HeldPost, actor: Actor) -> Scope:
    """Return what `actor` may see and do in `post`. Raises InvalidValue E-ACCESS-ROLE."""
    role = roles.get_role(post.role)
    department = post.department if role.is_departmental else None
    return _make(RegionCode(post.region_code), role.permissions, actor, department)


def command_scope(region: RegionCode, actor_label: str) -> Scope:
    """Return the scope of a command at the terminal: every permission in `region`."""
    actor = Actor("COMMAND", f"command:{actor_label}", actor_label)
    return _make(region, roles.all_permissions(), actor)


def system_scope(region: RegionCode, label: str) -> Scope:
    """Return the scope of the system's own work in `region`, such as a worker's bookkeeping."""
    return _make(region, roles.all_permissions(), Actor("SYSTEM", f"system:{label}", label))


def restored_scope(
    region: RegionCode,
    permissions: frozenset[str],
    actor: Actor,
    department: str | None = None,
) -> Scope:
    """Return the scope under which a job was started; only `foundation.jobs` may ask for it."""
    return _make(region, permissions & roles.all_permissions(), actor, department)


def narrowed(scope: Scope, region: RegionCode) -> Scope:
    """Return `scope` cut down to a place inside it. Raises NotAllowed E-ACCESS-REGION."""
    if not scope.region.contains(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))
    return _make(region, scope.permissions, scope.actor, scope.department)


def _make(
    region: RegionCode,
    permissions: frozenset[str],
    actor: Actor,
    department: str | None = None,
) -> Scope:
    return Scope(region, permissions, actor, department, seal=kernel_scope._SEAL)


@contextmanager
def activate(scope: Scope, *, using: str = "default") -> Iterator[None]:
    """Open a transaction (or savepoint) in which the database shows the rows of `scope` only.

    The context is local to the transaction and is put back at the end, so a pooled connection
    never carries it to the next user. Activations nest; a generator that outlives the call must
    activate inside itself.
    """
    lower, upper = scope.region.bounds
    with _context(Context(lower, upper, scope.actor.id), using):
        yield


@contextmanager
def reading(scope: Scope, *, using: str = "default") -> Iterator[None]:
    """Show the rows of `scope` for a few statements inside the caller's transaction.

    As `activate`, without a savepoint: for reads, and for single writes whose failure is nobody's
    to catch, of which a step has many. Outside a transaction it is `activate`.
    """
    lower, upper = scope.region.bounds
    with _briefly(Context(lower, upper, scope.actor.id), using):
        yield


@contextmanager
def reading_user(user_id: str, *, using: str = "default") -> Iterator[None]:
    """Show a user's own posts for a few reads: as `activate_user`, but a transaction that already
    knows the user is left as it is, since it shows them too."""
    state: _State = getattr(connections[using], _STATE, _NOTHING)
    if connections[using].in_atomic_block and state.context.user_id == user_id:
        yield
        return
    with _briefly(Context(user_id=user_id), using):
        yield


@contextmanager
def activate_user(user_id: str, *, using: str = "default") -> Iterator[None]:
    """Open a transaction that knows the user but no region: their own posts and nothing else."""
    with _context(Context(user_id=user_id), using):
        yield


@contextmanager
def _context(wanted: Context, using: str) -> Iterator[None]:
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using):
        before: _State = getattr(connection, _STATE, _NOTHING)
        if before.context == wanted:
            yield
            return
        setattr(connection, _STATE, _apply(connection, wanted, before.challenge))
        try:
            yield
            # The end of a transaction, and a rollback to a savepoint, undo it by themselves.
            if not is_outermost:
                _apply(connection, before.context, before.challenge)
        finally:
            setattr(connection, _STATE, before)


@contextmanager
def _briefly(wanted: Context, using: str) -> Iterator[None]:
    connection = connections[using]
    before: _State = getattr(connection, _STATE, _NOTHING)
    if not connection.in_atomic_block or not before.challenge:
        with _context(wanted, using):
            yield
        return
    if before.context == wanted:
        yield
        return
    setattr(connection, _STATE, _apply(connection, wanted, before.challenge))
    try:
        yield
    finally:
        setattr(connection, _STATE, before)
        # After an error of the database nothing can be said until somebody rolls back to a
        # savepoint, which puts back what was said there.
        if connection.connection.info.transaction_status is not TransactionStatus.INERROR:
            _apply(connection, before.context, before.challenge)


def _apply(connection: Any, context: Context, challenge: str) -> _State:
    with connection.cursor() as cursor:
        return _State(context, enter(cursor, context, challenge))


def in_scope(queryset: QuerySet[_M], scope: Scope, field: str = "region_code") -> QuerySet[_M]:
    """Return the rows of `queryset` that lie in the scope: the application's own filter.

    `field` is a field path to the region. Row security holds without it and it without row
    security; tests turn off one at a time.
    """
    if not settings.BANGFU_SCOPE_FILTER:
        return queryset
    lower, upper = scope.region.bounds
    return queryset.filter(**{f"{field}__gte": lower, f"{field}__lt": upper})


def in_some_scope(queryset: QuerySet[_M], field: str = "region_code") -> QuerySet[_M]:
    """Return the rows of `queryset` in the scope that is given by `bounds` when a kept query is
    asked (`database.kept`): what `in_scope` is to other queries."""
    return queryset.filter(**{f"{field}__gte": Slot("lower"), f"{field}__lt": Slot("upper")})


def bounds(region: RegionCode) -> dict[str, str]:
    """Return what `in_some_scope` leaves open, for a scope's region."""
    lower, upper = region.bounds if settings.BANGFU_SCOPE_FILTER else _EVERYWHERE
    return {"lower": lower, "upper": upper}

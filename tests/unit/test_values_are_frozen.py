"""Values that say who may see what cannot be changed after they were made."""

from __future__ import annotations

import pytest

from bangfu.foundation.access.columns import Access
from bangfu.foundation.access.roles import Permission, Role, Table
from bangfu.foundation.access.scopes import _State
from bangfu.foundation.crypto.holdings import ColumnHolding, JsonHolding
from bangfu.foundation.crypto.keys import Keyring
from bangfu.foundation.crypto.rotation import Held, Rotation
from bangfu.foundation.database.context import Context
from bangfu.foundation.database.scope_keys import ScopeKeys
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

SLOTTED = [
    Access, ColumnHolding, Context, Held, JsonHolding, Permission, RegionCode, Role, Rotation,
    Scope, Table, _State,
]  # fmt: skip


@pytest.mark.evidence("ASVS-8.3.1")
@pytest.mark.parametrize("kind", [*SLOTTED, Keyring, ScopeKeys])
def test_a_value_cannot_be_changed(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", SLOTTED)
def test_a_value_has_no_room_for_anything_more(kind: type) -> None:
    assert "__slots__" in vars(kind)

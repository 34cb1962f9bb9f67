"""Whose address a request counts for, behind so many proxies of our own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bangfu.foundation.http import addresses
from bangfu.foundation.http.addresses import client_address, network_of


def seen(monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str | None) -> str:
    """Return the address of a request from 10.0.0.9 with such a header."""
    monkeypatch.setattr(addresses, "settings", SimpleNamespace(BANGFU_PROXIES=proxies))
    header = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    request: Any = SimpleNamespace(META={"REMOTE_ADDR": "10.0.0.9", **header})
    return client_address(request)


@pytest.mark.evidence("ASVS-15.3.4", "ASVS-4.1.3")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        # Nobody stands in front: what a client writes is not read.
        (0, "1.1.1.1, 2.2.2.2", "10.0.0.9"),
        (0, None, "10.0.0.9"),
        # One proxy wrote the last entry; all left of it is the client's word.
        (1, "2.2.2.2", "2.2.2.2"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (1, "1.1.1.1, 3.3.3.3, 2.2.2.2", "2.2.2.2"),
        # Of two, the outer one wrote the last but one.
        (2, "1.1.1.1,3.3.3.3,2.2.2.2", "3.3.3.3"),
        (2, "3.3.3.3, 2.2.2.2", "3.3.3.3"),
        # A request that did not pass all of them has no address.
        (2, "2.2.2.2", ""),
        (3, "1.1.1.1, 2.2.2.2", ""),
        (1, None, ""),
        (1, "1.1.1.1, nonsense", ""),
        (1, "2001:DB8::0:1", "2001:db8::1"),
    ],
)
def test_a_client_cannot_choose_its_address(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str | None, found: str
) -> None:
    assert seen(monkeypatch, proxies, forwarded) == found


def test_a_request_without_any_address_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "settings", SimpleNamespace(BANGFU_PROXIES=0))
    request: Any = SimpleNamespace(META={})
    assert client_address(request) == ""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        # The first 64 bits of an IPv6 address: 2001:0db8:0000:0001.
        ("2001:db8:0:1::1", "20010db800000001/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "20010db800000001/64"),
        ("2001:db8:0:2::1", "20010db800000002/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_an_ipv6_user_is_one_however_many_addresses(address: str, network: str) -> None:
    assert network_of(address) == network

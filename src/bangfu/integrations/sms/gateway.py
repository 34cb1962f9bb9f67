"""The way out by SMS: signed HTTP, and every answer read as one of few outcomes.

    POST {url}/messages          {key, to, template, params, text, sender}
    GET  {url}/messages/{key}    {key, state: ACCEPTED | DELIVERED | BOUNCED}, 404 for none
    GET  {url}/bounces           {keys: […]}
    POST {url}/bounces/read      {keys: […]}

200, and 409 for a key that it has, mean taken; 400 and 422 say why never (`code`); 429 and 503
say later. Anything else, and silence, leave it unclear whether the SMS was sent.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from bangfu.foundation.notifications.ports import Answer, Outcome, Sms
from bangfu.integrations.sms.signing import signature

MAX_BYTES = 256 * 1024
# Why a gateway never takes a message; anything else it says is REFUSED.
_CODES = frozenset({"NUMBER", "TEMPLATE", "CONTENT", "STOPPED"})
_TAKEN, _HAS_IT, _LATER = 200, 409, {429: "QUOTA", 503: "BUSY", 401: "SIGNATURE", 403: "SIGNATURE"}
_log = logging.getLogger(__name__)


class _StayHere(HTTPRedirectHandler):
    """Follows nobody to another address: telephones go to the gateway that was set."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Leave the answer as it is, an error."""


class HttpGateway:
    """A gateway at an address; none of its methods raises for what it or the network does."""

    def __init__(
        self, *, url: str, key_id: str, secret: str, sender: str, timeout: float = 5.0
    ) -> None:
        self._url = url.rstrip("/")
        self._key_id = key_id
        self._secret = secret
        self._sender = sender
        self._timeout = timeout
        self._opener = build_opener(_StayHere, ProxyHandler({}))

    def send(self, sms: Sms) -> Answer:
        """Hand an SMS over; its key lets the gateway tell a repetition."""
        body = {
            "key": sms.key,
            "to": sms.phone,
            "template": sms.template,
            "params": dict(sms.params),
            "text": sms.text,
            "sender": self._sender,
        }
        status, said, wait = self._ask("POST", "/messages", body)
        if status in (_TAKEN, _HAS_IT):
            is_ours = said.get("key") == sms.key and said.get("state") == "ACCEPTED"
            return Answer(Outcome.SENT) if is_ours else Answer(Outcome.UNCLEAR, "ANSWER")
        if status in (400, 422):
            code = said.get("code")
            return Answer(Outcome.REFUSED, code if code in _CODES else "REFUSED")
        if status in _LATER:
            return Answer(Outcome.LATER, _LATER[status], wait)
        if status == 0:
            return Answer(Outcome.LATER, "UNREACHABLE")
        return Answer(Outcome.UNCLEAR, "TIMEOUT" if status < 0 else "FAULT")

    def find(self, key: str) -> Answer:
        """Say what became of an earlier one."""
        status, said, _ = self._ask("GET", f"/messages/{key}")
        if status == 404:
            return Answer(Outcome.UNKNOWN)
        if status != _TAKEN or said.get("key") != key:
            return Answer(Outcome.UNCLEAR, "ANSWER")
        if said.get("state") == "BOUNCED":
            return Answer(Outcome.REFUSED, "BOUNCED")
        is_known = said.get("state") in ("ACCEPTED", "DELIVERED")
        return Answer(Outcome.SENT) if is_known else Answer(Outcome.UNCLEAR, "ANSWER")

    def bounced(self) -> Sequence[str]:
        """Return the keys of those that did not arrive; none when it cannot be asked."""
        status, said, _ = self._ask("GET", "/bounces")
        keys = said.get("keys") if status == _TAKEN else None
        found = keys if isinstance(keys, list) else []
        return list(dict.fromkeys(str(key) for key in found if len(str(key)) == 36))[:500]

    def forget(self, keys: Sequence[str]) -> None:
        """Say that these bounces were read; said again next time where it was not heard."""
        self._ask("POST", "/bounces/read", {"keys": list(keys)})

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any], int]:
        """Return status, JSON and seconds to wait; status 0 where it surely was not reached, -1
        where nobody knows."""
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        url, moment = self._url + path, str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Key-Id": self._key_id,
            "X-Time": moment,
            "X-Signature": signature(self._secret, method, urlsplit(url).path, moment, data),
        }
        request = Request(url, data or None, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return _read(answer)
        except HTTPError as error:
            with error:
                return _read(error)
        except URLError as error:
            _log.warning("sms gateway: %s", type(error.reason).__name__)
            return (0 if isinstance(error.reason, ConnectionRefusedError) else -1), {}, 0
        except (OSError, HTTPException, ValueError) as error:
            _log.warning("sms gateway: %s", type(error).__name__)
            return -1, {}, 0


def _read(answer: HTTPResponse | HTTPError) -> tuple[int, dict[str, Any], int]:
    status = int(answer.status or 0)
    wait = str(answer.headers.get("Retry-After") or "")
    seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 7 else 0
    try:
        said = json.loads(answer.read(MAX_BYTES) or b"{}")
    except (ValueError, OSError, HTTPException):
        # The head says that it was taken, and nothing more can be read: not known which one.
        return status, {}, seconds
    return status, said if isinstance(said, dict) else {}, seconds

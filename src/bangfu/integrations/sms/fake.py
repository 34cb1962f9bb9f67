"""A gateway on loopback that behaves as gateways do: slow, full, silent, broken, forgetful.

It checks signatures and keys like a real one and keeps what it took in memory. Tests and
`bangfu messages gateway` start it; nothing leaves the machine.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from typing import Any

from bangfu.integrations.sms.signing import signature

# How far a request's clock may be off.
SKEW_SECONDS = 300


@dataclass
class Behaviour:
    """How the gateway behaves from now on; each `*_next` counts down with every message."""

    # Answers after so many seconds; the message is taken at once.
    delay_seconds: float = 0.0
    # Takes the message and says nothing: the line is cut.
    silent_next: int = 0
    # Answers 500 without taking it; with `takes_on_fault` it was taken nevertheless.
    fault_next: int = 0
    takes_on_fault: bool = False
    # Over its quota, with Retry-After.
    quota_next: int = 0
    retry_after: int = 120
    busy_next: int = 0
    # Sends the same message out once for every request, whatever its key: some do.
    forgets_keys: bool = False
    # Does not know how to be asked about a message.
    cannot_be_asked: bool = False
    stopped: set[str] = field(default_factory=set)
    bad_numbers: set[str] = field(default_factory=set)
    # Numbers that are taken and do not arrive.
    unreachable: set[str] = field(default_factory=set)


@dataclass
class FakeGateway:
    """The gateway's memory: what it took by key, what it sent out to telephones, in order."""

    key_id: str = "fake"
    secret: str = field(default_factory=lambda: token_hex(16))
    behaviour: Behaviour = field(default_factory=Behaviour)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    refused_signatures: int = 0
    bounces: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Return status, answer and headers for a message."""
        how, key, phone = self.behaviour, str(body["key"]), str(body["to"])
        if _spent(how, "quota_next"):
            return 429, {"code": "QUOTA"}, {"Retry-After": str(how.retry_after)}
        if _spent(how, "busy_next"):
            return 503, {"code": "BUSY"}, {}
        if phone in how.bad_numbers or not phone.isdigit():
            return 422, {"code": "NUMBER"}, {}
        if phone in how.stopped:
            return 422, {"code": "STOPPED"}, {}
        if _spent(how, "fault_next"):
            if how.takes_on_fault:
                self._out(key, body)
            return 500, {}, {}
        is_known = key in self.taken
        self._out(key, body)
        return (409 if is_known else 200), {"key": key, "state": "ACCEPTED"}, {}

    def _out(self, key: str, body: dict[str, Any]) -> None:
        if key in self.taken and not self.behaviour.forgets_keys:
            return
        self.taken[key] = body
        self.sent.append(body)
        if body["to"] in self.behaviour.unreachable:
            # Said twice, as receipts are.
            self.bounces += [key, key]

    def state_of(self, key: str) -> str:
        """Return what the gateway says of a message that it took."""
        return "BOUNCED" if key in self.bounces else "ACCEPTED"


def _spent(how: Behaviour, name: str) -> bool:
    left = int(getattr(how, name))
    setattr(how, name, max(0, left - 1))
    return left > 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self._signed_body()
        if body is None:
            return
        if self.path == "/bounces/read":
            read = set(body.get("keys", []))
            gateway.bounces = [key for key in gateway.bounces if key not in read]
            self._say(200, {})
            return
        with gateway.lock:
            gateway.requests += 1
            is_silent = _spent(gateway.behaviour, "silent_next")
            status, said, headers = gateway.take(body)
        time.sleep(gateway.behaviour.delay_seconds)
        if is_silent:
            self.close_connection = True
            self.connection.close()
            return
        self._say(status, said, headers)

    def do_GET(self) -> None:
        gateway = self.server.gateway
        if self._signed_body() is None:
            return
        if self.path == "/bounces":
            self._say(200, {"keys": list(gateway.bounces)})
            return
        key = self.path.removeprefix("/messages/")
        if gateway.behaviour.cannot_be_asked:
            self._say(501, {})
        elif key in gateway.taken:
            self._say(200, {"key": key, "state": gateway.state_of(key)})
        else:
            self._say(404, {})

    def _signed_body(self) -> dict[str, Any] | None:
        gateway = self.server.gateway
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        moment = self.headers.get("X-Time", "0")
        wanted = signature(gateway.secret, self.command, self.path, moment, data)
        is_right = hmac.compare_digest(wanted, self.headers.get("X-Signature", ""))
        is_now = moment.isdigit() and abs(time.time() - int(moment)) < SKEW_SECONDS
        if not is_right or not is_now or self.headers.get("X-Key-Id") != gateway.key_id:
            gateway.refused_signatures += 1
            self._say(403, {"code": "SIGNATURE"})
            return None
        found: dict[str, Any] = json.loads(data or b"{}")
        return found

    def _say(
        self, status: int, said: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        data = json.dumps(said).encode()
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            # Whoever asked has gone: a time-out on the other side.
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the path holds keys."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: FakeGateway, port: int) -> None:
        self.gateway = gateway
        super().__init__(("127.0.0.1", port), _Handler)


@contextmanager
def running(gateway: FakeGateway | None = None, *, port: int = 0) -> Iterator[FakeGateway]:
    """Serve a gateway on loopback until the block ends; its `url` is set."""
    found = gateway or FakeGateway()
    server = _Server(found, port)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

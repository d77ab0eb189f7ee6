"""Faults on demand: what a network and a busy service do to an answer, before or after the call took effect."""

import json
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Request, Response

from channels.simulators.facebook.errors import GraphError

# Seconds. Longer than any client waits, and an end for a thread whose client never leaves.
HANG_LIMIT = 90.0

_BAD_GATEWAY = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `accepts`: the call takes effect first; `answer` is what the client gets instead."""

    accepts: bool
    answer: Callable[[Request, Response | None, float], Response]


def _drop(request: Request, *_: Any) -> Response:
    """Close the connection without a byte: the client sees it reset or gone."""
    wire = request.environ.get("werkzeug.socket")
    if not isinstance(wire, socket.socket):
        raise ConnectionAbortedError("This fault needs a real connection: use serving().")
    wire.shutdown(socket.SHUT_RDWR)
    return Response()


def _hang(request: Request, *_: Any) -> Response:
    """Say nothing until the client gives up."""
    wire = request.environ.get("werkzeug.socket")
    if isinstance(wire, socket.socket):
        select.select([wire], [], [], HANG_LIMIT)
    return _drop(request)


def _late(_: Request, response: Response | None, seconds: float) -> Response:
    threading.Event().wait(seconds)
    return response or Response()


def _untouched(_: Request, response: Response | None, __: float) -> Response:
    return response or Response()


def _html_502(*_: Any) -> Response:
    return Response(_BAD_GATEWAY, 502, content_type="text/html; charset=utf-8")


def _empty_200(*_: Any) -> Response:
    return Response(b"", 200, content_type="application/json; charset=UTF-8")


def _error(error: GraphError, minutes: int = 0) -> Callable[[Request, Response | None, float], Response]:
    def answer(request: Request, *_: Any) -> Response:
        body = json.dumps(error.envelope("AFaultSimulated"))
        response = Response(body, error.status, content_type="application/json; charset=UTF-8")
        if minutes:
            page_id = next((part.split("_")[0] for part in request.path.split("/") if part[:1].isdigit()), "0")
            usage = {"call_count": 100, "total_cputime": 100, "total_time": 100}
            row = {"type": "pages", **usage, "estimated_time_to_regain_access": minutes}
            response.headers["X-App-Usage"] = json.dumps(usage)
            response.headers["X-Business-Use-Case-Usage"] = json.dumps({page_id: [row]})
        return response

    return answer


def _too_many(seconds: int | None) -> Callable[[Request, Response | None, float], Response]:
    """What a gateway before the Graph API answers (RFC 6585 section 4, RFC 9110 section 10.2.3)."""

    def answer(*_: Any) -> Response:
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        return Response("Too many requests", 429, headers, content_type="text/plain; charset=utf-8")

    return answer


_UNKNOWN = GraphError(1, "An unknown error has occurred.")
_SERVICE = GraphError(2, "An unexpected error has occurred. Please retry your request later.", transient=True)
_APP_LIMIT = GraphError(4, "(#4) Application request limit reached", transient=True)
_PAGE_LIMIT = GraphError(32, "(#32) Page request limit reached", transient=True)
_BLOCKED = GraphError(368, "The action attempted has been deemed abusive or is otherwise disallowed", 1390008)

# What gives no clear answer (hung, cut, a page of HTML, nothing) takes effect unless its name ends in `_before`;
# what the service itself calls an error takes no effect unless its name ends in `_after_accept`.
FAULTS: dict[str, Fault] = {
    "latency": Fault(True, _late),
    "timeout_after_accept": Fault(True, _hang),
    "timeout_before": Fault(False, _hang),
    "cut": Fault(True, _drop),
    "cut_before": Fault(False, _drop),
    "html_502": Fault(True, _html_502),
    "html_502_before": Fault(False, _html_502),
    "empty_200": Fault(True, _empty_200),
    "rate_limit": Fault(False, _error(_PAGE_LIMIT, minutes=30)),
    "app_rate_limit": Fault(False, _error(_APP_LIMIT, minutes=30)),
    "http_429": Fault(False, _too_many(None)),
    "http_429_retry_after": Fault(False, _too_many(600)),
    "http_500": Fault(False, _error(_UNKNOWN)),
    "http_500_after_accept": Fault(True, _error(_UNKNOWN)),
    "transient": Fault(False, _error(_SERVICE)),
    "transient_after_accept": Fault(True, _error(_SERVICE)),
    "blocked": Fault(False, _error(_BLOCKED)),
    # The token of the next matching call expires just before the call: 190/463 from then on.
    "token_death": Fault(True, _untouched),
}


@dataclass
class _Waiting:
    kind: str
    times: int
    match: str
    seconds: float


class FaultLine:
    """The faults waiting for a matching call, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, kind: str, times: int, match: str, seconds: float) -> None:
        """Let the next `times` calls whose "METHOD /path" contains `match` suffer the fault of this kind."""
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind!r}; there are {', '.join(FAULTS)}.")
        with self._lock:
            self._waiting.append(_Waiting(kind, times, match, seconds))

    def take(self, call: str) -> tuple[str, float] | None:
        """The kind and the seconds of the fault this call suffers, None where it goes well."""
        with self._lock:
            for waiting in self._waiting:
                if waiting.match in call:
                    waiting.times -= 1
                    if waiting.times == 0:
                        self._waiting.remove(waiting)
                    return waiting.kind, waiting.seconds
        return None

    def clear(self) -> None:
        """Forget every waiting fault."""
        with self._lock:
            self._waiting.clear()

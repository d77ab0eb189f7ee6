"""Failures on demand: what a network, a proxy or Zalo itself does to a request now and then."""

import contextlib
import io
import select
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from flask import Flask
from werkzeug.wrappers import Request, Response

from channels.simulators.zalo.model import Refusal
from channels.simulators.zalo.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Kind = Literal[
    "latency",  # an answer, but a slow one
    "timeout_after_accept",  # accepted, and then silence until the client gives up
    "cut",  # accepted, and then the line is cut
    "cut_before",  # the line is cut before anything is accepted
    "html_502",  # a proxy's page, nothing accepted
    "empty_200",  # HTTP 200 with an empty body, nothing accepted
    "rate_limit",  # -32
    "token_death",  # the access token is revoked first: -216
    "refresh_lost",  # a new pair of tokens is minted and lost on the way
]
KINDS: tuple[str, ...] = get_args(Kind)
TOKEN_PATH = "oa/access_token"
# Most seconds of silence, should the client never give up.
SILENCE = 120.0


@dataclass
class Fault:
    """A failure that the next `left` requests will meet whose path contains `match`."""

    kind: str
    left: int
    match: str


class Faults:
    """WSGI middleware that lets requests fail as ordered. It needs werkzeug's server, whose sockets it cuts."""

    def __init__(self, app: Flask, store: Store, refused: Callable[[Refusal], Response]) -> None:
        """`refused` makes the answer to a refused call; it wants the application context."""
        self.inner: WSGIApplication = app.wsgi_app
        self.flask, self.store, self.refused = app, store, refused
        self.latency = 1.0
        self._ordered: list[Fault] = []

    def order(self, kind: str, times: int, match: str) -> None:
        """Let the next `times` requests to a path containing `match` fail. Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known are {', '.join(KINDS)}")
        with self.store.lock:
            self._ordered.append(Fault(kind, times, TOKEN_PATH if kind == "refresh_lost" else match))

    def _due(self, path: str) -> str:
        with self.store.lock:
            for fault in self._ordered:
                if fault.left > 0 and fault.match in path:
                    fault.left -= 1
                    return fault.kind
        return ""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, or fail to."""
        kind = self._due(environ["PATH_INFO"])
        if kind in {"cut", "timeout_after_accept", "refresh_lost"}:
            _accept(self.inner, environ)
        if kind == "timeout_after_accept":
            _wait_until_given_up(environ["werkzeug.socket"])
        if kind in {"cut", "cut_before", "timeout_after_accept", "refresh_lost"}:
            _cut(environ["werkzeug.socket"])
        if kind == "latency":
            time.sleep(self.latency)
        if kind == "token_death":
            self.store.revoke(Request(environ).headers.get("access_token", ""))
        replacement = self._replacement(kind)
        return (replacement or self.inner)(environ, start_response)

    def _replacement(self, kind: str) -> Response | None:
        match kind:
            case "html_502":
                return Response("<html><h1>502 Bad Gateway</h1></html>", 502, content_type="text/html")
            case "empty_200":
                return Response("", 200, content_type="application/json")
            case "rate_limit":
                with self.flask.app_context():
                    return self.refused(Refusal(-32, "Rate limit is reached"))
        return None


def _accept(app: "WSGIApplication", environ: "WSGIEnvironment") -> None:
    """Do all that the request asks for and keep the answer. Its body is read whole: the line must be empty then."""
    environ["wsgi.input"] = io.BytesIO(Request(environ).get_data())
    Response.from_app(app, environ, buffered=True).close()


def _wait_until_given_up(line: socket.socket) -> None:
    """Be silent until the client closes its end."""
    select.select([line], [], [], SILENCE)


def _cut(line: socket.socket) -> None:
    """Cut the line; the exception tells werkzeug's server that it is gone."""
    with contextlib.suppress(OSError):  # the client may have gone already
        line.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("cut on demand")

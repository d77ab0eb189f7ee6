"""The simulated Graph API as one object: set it up, serve its `app`, spoil its answers, look at what it accepted."""

import dataclasses
import itertools
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask, Request, Response, request

from channels.simulators.facebook.call import Call, Upload, read_call
from channels.simulators.facebook.errors import GraphError, invalid
from channels.simulators.facebook.faults import FAULTS, FaultLine
from channels.simulators.facebook.graph import VERSION_ENDS, answer, with_picture
from channels.simulators.facebook.pages import add_human_pages
from channels.simulators.facebook.store import (
    CALLS_PER_ENGAGED_USER,
    LONG_USER_TOKEN,
    SCOPES,
    SHORT_USER_TOKEN,
    Application,
    Holder,
    Page,
    Post,
    Store,
    User,
)

_FETCHABLE_HOSTS = frozenset({"127.0.0.1", "localhost"})
_KEPT_CALLS = 10_000
_JSON = "application/json; charset=UTF-8"


class GraphSimulator:
    """The Graph API for Pages, version 21.0 to 26.0, keeping the rules of `facebook_rules.md`.

    `now` gives the simulated instant (aware UTC). Safe to use from any thread: one lock guards all state, and every
    post handed out is a copy.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._store = Store(now)
        self._lock = threading.RLock()
        self._faults = FaultLine()
        self._traces = itertools.count(1)
        self._calls: deque[tuple[str, str]] = deque(maxlen=_KEPT_CALLS)
        self._user = User(self._store.new_id(), "Cán bộ truyền thông (mô phỏng)")
        self._store.users[self._user.id] = self._user
        self.app = Flask(__name__, static_folder=None)
        add_human_pages(self.app, self._store, self._lock)
        self.app.add_url_rule("/", "graph", self._graph, methods=["GET", "POST", "DELETE"])
        self.app.add_url_rule("/<path:_path>", "graph", self._graph, methods=["GET", "POST", "DELETE"])

    # -- setting the scene

    @property
    def application(self) -> Application:
        """The app whose id and secret the tokens belong to; set `requires_proof` to demand `appsecret_proof`."""
        return self._store.application

    def add_page(
        self,
        name: str,
        *,
        page_id: str | None = None,
        followers: int = 800,
        scopes: Iterable[str] = SCOPES,
        daily_calls: int | None = None,
    ) -> Page:
        """A new Page with a token of its own. `daily_calls` by default follows from a fiftieth of its followers."""
        with self._lock:
            allowance = daily_calls or CALLS_PER_ENGAGED_USER * max(1, followers // 50)
            new_id = page_id or self._store.new_id()
            granted = set(scopes)
            token = self._store.issue(Holder.PAGE, new_id, granted).value
            page = Page(new_id, name, followers, token, self.application.secret, granted, allowance)
            self._store.pages[new_id] = page
            return page

    def user_token(self, *, long_lived: bool = True, scopes: Iterable[str] = SCOPES) -> str:
        """A token of the person who manages the Pages: about 60 days, or 2 hours where not long-lived."""
        with self._lock:
            life = LONG_USER_TOKEN if long_lived else SHORT_USER_TOKEN
            expires_at = self._store.now() + life
            return self._store.issue(Holder.USER, self._user.id, set(scopes), expires_at).value

    def end_token(self, token: str, subcode: int = 463) -> None:
        """Let a token die, with the subcode of code 190 that says why."""
        with self._lock:
            self._store.tokens[token].dead = subcode

    def renew_token(self, page_id: str) -> str:
        """A new Page token, as after a person has connected the Page again."""
        with self._lock:
            page = self._store.pages[page_id]
            page.token = self._store.issue(Holder.PAGE, page_id, page.scopes).value
            return page.token

    def write_by_hand(self, page_id: str, message: str, created_at: datetime | None = None) -> Post:
        """A post that a person wrote on facebook.com, not through the app."""
        with self._lock:
            store = self._store
            at = created_at or store.now()
            post = Post(f"{page_id}_{store.new_id()}", page_id, message, "", at, by_app=False)
            return dataclasses.replace(store.add_post(post))

    def tune(
        self,
        *,
        refuses_duplicates: bool | None = None,
        empty_pages: int | None = None,
        permalink_base: str | None = None,
        app_usage: int | None = None,
        page_usage: int | None = None,
    ) -> None:
        """Change how the service behaves: rule F14 on or off, how many empty pages of data come before a ranked
        list (rule R3, one by default), an address under which permalinks lead to the simulated feed, and the per cent
        of an allowance that the rate headers show as used (rule L1; a Page's 0 is what it has really used)."""
        with self._lock:
            store = self._store
            store.refuses_duplicates = store.refuses_duplicates if refuses_duplicates is None else refuses_duplicates
            store.empty_pages = store.empty_pages if empty_pages is None else empty_pages
            store.permalink_base = store.permalink_base if permalink_base is None else permalink_base.rstrip("/")
            store.app_usage = store.app_usage if app_usage is None else app_usage
            store.page_usage = store.page_usage if page_usage is None else page_usage

    def fault(self, kind: str, times: int = 1, match: str = "feed", seconds: float = 0.3) -> None:
        """Spoil the next `times` calls whose "METHOD /path" contains `match`; the kinds are those of `FAULTS`.

        `seconds` is how late a "latency" answers. Raises ValueError for an unknown kind.
        """
        self._faults.add(kind, times, match, seconds)

    def clear_faults(self) -> None:
        """Forget the faults no call has met yet."""
        self._faults.clear()

    # -- looking at what was accepted

    def posts(self, page_id: str) -> list[Post]:
        """Copies of every post the Page has accepted, oldest first: unpublished, scheduled and removed ones too."""
        with self._lock:
            self._store.advance()
            return [dataclasses.replace(post) for post in self._store.posts_of(page_id)]

    def times_accepted(self, page_id: str, message: str) -> int:
        """How often these exact words were accepted as a post of the Page through the app."""
        with self._lock:
            return self._store.accepted[page_id, message]

    def duplicates(self, page_id: str) -> dict[str, int]:
        """The words the Page accepted more than once, and how often."""
        with self._lock:
            return {words: n for (owner, words), n in self._store.accepted.items() if owner == page_id and n > 1}

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The latest calls that were answered: method and path, without parameters."""
        with self._lock:
            return list(self._calls)

    # -- answering

    def _graph(self, _path: str = "") -> Response:
        taken = self._faults.take(f"{request.method} {request.path}")
        if taken is None:
            return self._answer(request)
        kind, seconds = taken
        fault = FAULTS[kind]
        if not fault.accepts:
            request.get_data()  # unread bytes would turn the answer into a reset
            return fault.answer(request, None, seconds)
        return fault.answer(request, self._answer(request, kill_token=kind == "token_death"), seconds)

    def _answer(self, incoming: Request, *, kill_token: bool = False) -> Response:
        call = read_call(incoming)
        body: dict[str, Any]
        status = 200
        trace = f"ASim{next(self._traces):08d}"
        try:
            # Outside the lock: the picture may come from a server in this same process.
            call = with_picture(call, _fetch)
            with self._lock:
                self._store.advance()
                self._calls.append((call.method, incoming.path))
                body = answer(self._store, call, kill_token=kill_token)
        except GraphError as error:
            body, status = error.envelope(trace), error.status
        response = Response(json.dumps(body, ensure_ascii=False), status, content_type=_JSON)
        response.headers["facebook-api-version"] = call.version if call.version in VERSION_ENDS else "v26.0"
        response.headers["x-fb-trace-id"] = trace
        with self._lock:
            response.headers.update(self._usage(call))
        return response

    def _usage(self, call: Call) -> dict[str, str]:
        """The rate headers (Graph API, channels.md section 2.6)."""
        app = {"call_count": self._store.app_usage, "total_cputime": 1, "total_time": 1}
        headers = {"X-App-Usage": json.dumps(app)}
        token = self._store.tokens.get(call.token)
        page = self._store.pages.get(token.owner_id) if token else None
        if page is not None:
            row = {
                "type": "pages",
                "call_count": self._store.page_usage or self._store.usage(page),
                "total_cputime": 1,
                "total_time": 1,
                "estimated_time_to_regain_access": self._store.minutes_to_regain(page),
            }
            headers["X-Business-Use-Case-Usage"] = json.dumps({page.id: [row]})
        return headers


def _fetch(address: str) -> Upload:
    """The picture at an address on loopback. Raises GraphError where it cannot be had."""
    refusal = invalid("The url you supplied is invalid", 2061006)
    if urlsplit(address).hostname not in _FETCHABLE_HOSTS:
        raise refusal
    try:
        answered = requests.get(address, timeout=(2, 5), allow_redirects=False)
    except requests.RequestException as error:
        raise refusal from error
    if answered.status_code != 200:
        raise refusal
    return Upload(answered.content, answered.headers.get("Content-Type", ""))

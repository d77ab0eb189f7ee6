"""The Graph API through facebook-sdk 3.1.0, made fit for today (channels.md section 1).

The SDK is unmaintained: it knows no version after 3.1, loses the HTTP status, writes booleans as Python does and takes
an HTML page for a missing header. All of that is mended here and nowhere else. A `Graph` serves one call of one
channel and is never shared between threads; the HTTP connection pool below it is.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import facebook
import requests

from channels.base import ChannelError, RateLimited, Rejected, Session, Temporary, Unsure
from channels.errors import ErrorTable
from channels.http import redact, retry_after, sending

VERSION = "v26.0"
INVALID_PARAMETER = 100
_OBJECT_MISSING = 33
# Pages of 100 posts that a walk takes at most; Facebook lists about 600 posts a year (section 2.3).
_MOST_PAGES = 20
# What is believed of the time the service says it will not listen.
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=24)
# Per cent of an allowance from which a channel rests, so that the service need not refuse it (section 2.6: it throttles
# at 100), and for how long where it names no time. An app's allowance is counted over one hour, a Page's over a day.
_NEARLY_SPENT = 90
_APP_RESTS, _PAGE_RESTS = timedelta(minutes=15), timedelta(hours=1)
_PARTS = ("call_count", "total_cputime", "total_time")
_RESTING = "Trang sắp dùng hết lượt gọi mà Facebook cho phép; kênh tạm nghỉ rồi tự đăng tiếp."
_TOO_MANY = "Facebook báo kênh gọi quá nhiều; kênh tạm nghỉ rồi tự đăng tiếp."
_UNCLEAR = "Facebook chưa trả lời rõ ràng; bài có thể đã lên."
_TABLE = ErrorTable("facebook")


class GraphError(Exception):
    """The Graph API answered with its error envelope. The text carries no secret.

    `status` is the HTTP status, `until` when the service will listen again if its headers say so.
    """

    def __init__(self, error: Mapping[str, Any], status: int, until: datetime | None, words: str) -> None:
        super().__init__(words)
        self.code = _integer(error.get("code"))
        self.subcode = _integer(error.get("error_subcode"))
        self.transient = error.get("is_transient") is True
        self.status, self.until = status, until

    @property
    def is_missing(self) -> bool:
        """Whether the object asked for is not there, or a permission for it is gone: Facebook says 100/33 to both."""
        return self.code == INVALID_PARAMETER and self.subcode == _OBJECT_MISSING and self.status < 500

    @property
    def is_permission(self) -> bool:
        """Whether the token works and only lacks a permission."""
        return self.code is not None and (self.code == 10 or 200 <= self.code <= 299)

    def verdict(self, now: datetime) -> ChannelError:
        """What this means for a post. A server error proves nothing, whatever its envelope says."""
        row = None if self.code is None else _TABLE.find(self.code, self.subcode)
        if self.status == 429 and not (row and row.kind is RateLimited):
            return RateLimited(_TOO_MANY, self.until or now + timedelta(hours=1))
        if self.status >= 500 or self.code is None or (row is None and self.transient):
            return Unsure(_UNCLEAR)
        if row is None:
            return Rejected(f"Facebook từ chối bài (mã {self.code}: {self}); hãy sửa bài rồi đăng lại.")
        return row.error(now, self.until, said=str(self) if row.kind is Rejected else "")


class _Line:
    """The session the SDK talks through: to our address instead of its own, remembering the last response."""

    def __init__(self, http: requests.Session, api_url: str) -> None:
        self.http, self.api_url = http, api_url.rstrip("/") + "/"
        self.last: requests.Response | None = None

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        self.last = None
        address = self.api_url + url.removeprefix(facebook.FACEBOOK_GRAPH_URL)
        # A redirect would carry the token elsewhere, or turn a POST into a GET that looks like success.
        self.last = self.http.request(method, address, allow_redirects=False, **kwargs)
        return self.last


class Graph(facebook.GraphAPI):
    """The SDK with today's version, our address, appsecret_proof and errors that keep what was said."""

    def __init__(self, http: requests.Session, api_url: str, token: str, app_secret: str, session: Session) -> None:
        self._line = _Line(http, api_url)
        # With a version the SDK refuses every one that is still alive. Http sets the time-outs.
        super().__init__(access_token=token, session=self._line)
        self.version = VERSION
        self._ledger, self._now = session, session.now()
        self._secrets = [secret for secret in (token, app_secret) if secret]
        self._proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest() if app_secret else ""

    def request(
        self,
        path: str,
        args: Mapping[str, Any] | None = None,
        post_args: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        method: str | None = None,
    ) -> dict[str, Any]:
        """As the SDK's, with JSON objects for answers. Raises GraphError, requests' network errors, or ChannelError
        (Unsure, RateLimited) where the answer is none of the Graph API's."""
        query, form = _encoded(args), None if post_args is None else _encoded(post_args)
        if self._proof:
            (form or query)["appsecret_proof"] = self._proof
        try:
            answer = super().request(path, query, form, files, method)
        except facebook.GraphAPIError as error:
            raise self._refusal(error) from None
        except (KeyError, requests.JSONDecodeError):
            # No content-type, or a body that is not the JSON it says it is.
            raise self._refusal(None) from None
        if not isinstance(answer, dict) or (self._line.last is not None and not self._line.last.ok):
            raise self._refusal(None)
        if self._line.last is not None:
            until = _rests_until(self._line.last.headers, self._now)
            if until is not None:
                self._ledger.rest(until, _RESTING)
        return answer

    def read(self, path: str, **args: Any) -> dict[str, Any]:
        """GET one object or one edge."""
        return self.request(f"{self.version}/{path}", args)

    def write(self, path: str, files: Mapping[str, Any] | None = None, **form: Any) -> dict[str, Any]:
        """POST a form. The path may carry `?fields=`, which reads the object back in the same request."""
        return self.request(f"{self.version}/{path}", post_args=form, files=files, method="POST")

    def _refusal(self, error: facebook.GraphAPIError | None) -> GraphError:
        result = error.result if error else None
        envelope = result.get("error") if isinstance(result, dict) else None
        fields: Mapping[str, Any] = envelope if isinstance(envelope, dict) else {}
        words = redact(str(fields.get("error_user_msg") or fields.get("message") or ""))
        for secret in self._secrets:
            words = words.replace(secret, "•••")
        response = self._line.last
        if response is None:
            return GraphError(fields, 0, None, words)
        return GraphError(fields, response.status_code, _listens_again(response.headers, self._now), words)


@contextmanager
def publishing(now: datetime) -> Iterator[None]:
    """Around a request that may make a post public: an unclear answer is Unsure."""
    try:
        with sending("Facebook"):
            yield
    except GraphError as error:
        raise error.verdict(now) from None


@contextmanager
def asking(now: datetime) -> Iterator[None]:
    """Around a request that is harmless to repeat: an unclear answer is Temporary."""
    try:
        with publishing(now):
            yield
    except Unsure:
        raise Temporary("Facebook chưa trả lời rõ ràng; sẽ tự thử lại.") from None


def walk(graph: Graph, edge: str, fields: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Everything an edge lists. A page may be empty and still have a next one; only its absence ends the list.

    Raises a ChannelError where Facebook cannot be read to the end, KeyError where an answer has no cursor."""
    after = None
    for _ in range(_MOST_PAGES):
        with asking(now):
            answer = graph.read(edge, fields=fields, limit=100, after=after)
        yield from answer.get("data", [])
        paging = answer.get("paging", {})
        if "next" not in paging:
            return
        # The address of the next page holds the token, so only its cursor is taken.
        after = paging.get("cursors", {}).get("after") or parse_qs(urlsplit(paging["next"]).query)["after"][0]
    raise Temporary("Danh sách bài dài quá mức đọc hết; hãy mở Trang để xem.")


def _encoded(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Values as the Graph API reads them: the SDK would send "True" and only the keys of a dict."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, bool | dict | list) else value
        for name, value in (values or {}).items()
        if value is not None
    }


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _listens_again(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the rate headers let us come back: minutes in X-Business-Use-Case-Usage (section 2.6), or Retry-After.

    Between a minute and a day from now. None where they say nothing that can be understood."""
    named = retry_after(headers, now) or timedelta(0)
    pause = _regain([row for _, row in _usages(headers)]) or named
    return now + max(_SHORTEST_PAUSE, min(pause, _LONGEST_PAUSE)) if pause else None


def _rests_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when to ask nothing more, after an answer that was none of refusal: None while enough is left."""
    spent = [
        (rest, row) for rest, row in _usages(headers) if max(_number(row, part) for part in _PARTS) >= _NEARLY_SPENT
    ]
    if not spent:
        return None
    pause = _regain([row for _, row in spent]) or max(rest for rest, _ in spent)
    return now + min(pause, _LONGEST_PAUSE)


def _usages(headers: Mapping[str, str]) -> list[tuple[timedelta, Mapping[str, Any]]]:
    """What the rate headers count, each with the rest that fits it; nothing for headers that cannot be understood."""
    app, pages = _json(headers.get("X-App-Usage")), _json(headers.get("X-Business-Use-Case-Usage"))
    page = _json(headers.get("X-Page-Usage"))
    rows = [row for listed in pages.values() if isinstance(listed, list) for row in listed if isinstance(row, dict)]
    return [(_APP_RESTS, app), (_PAGE_RESTS, page), *((_PAGE_RESTS, row) for row in rows)]


def _regain(rows: list[Mapping[str, Any]]) -> timedelta:
    minutes = max((_number(row, "estimated_time_to_regain_access") for row in rows), default=0)
    return timedelta(minutes=min(minutes, _LONGEST_PAUSE // timedelta(minutes=1)))


def _json(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _number(row: Mapping[str, Any], name: str) -> float:
    """A count, never less than nothing; zero where there is none that can be understood."""
    value = row.get(name, 0)
    return value if isinstance(value, int | float) and 0 <= value < math.inf else 0

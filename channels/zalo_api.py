"""Calls to the Zalo Official Account API: the envelope, the rotating tokens, the errors (channels.md section 3).

Access tokens live 25 hours and die as soon as a newer one is minted; a refresh token works once. So new tokens are
fetched under the channel's lock and are durable before they are used (`Credentials.exchange`).
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from channels.base import ChannelError, NeedsLogin, Rejected, Session, Temporary, Unsure
from channels.errors import ErrorTable
from channels.http import redact, retry_after, sending

_TOKEN_IS_STALE = {-216, -220}
_PROCESSING = -214
_TOO_MANY_A_MINUTE = -32
# What is believed of the time that the service says it will not listen.
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=24)
_TOKEN_SECONDS = 90_000
# How long a refresh token that nobody uses lives: three months, counted short.
_REFRESH_LIFE = timedelta(days=90)
# getslice gives at most ten articles at once.
_PAGE = 10
# The name of the creation time is not documented (section 10); these are the ones seen in use.
_CREATED = ("create_date", "created_date", "create_time", "created_time")
_TABLE = ErrorTable("zalo")
_UNCLEAR: Mapping[type[ChannelError], str] = {
    Unsure: "Zalo chưa trả lời rõ ràng; bài viết có thể đã được tạo.",
    Temporary: "Zalo chưa trả lời rõ ràng; sẽ tự thử lại.",
}


class Processing(Temporary):
    """Zalo is still working on the article (-214)."""


class ZaloApi:
    """One channel's calls during one call of the channel. Every error raised is of the family in `base.py`."""

    def __init__(self, http: requests.Session, options: Mapping[str, str], session: Session) -> None:
        self.http, self.options, self.session = http, options, session

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Read; an unclear answer is Temporary."""
        return self._call("GET", path, Temporary, params=params)

    def post(self, path: str, document: Mapping[str, Any], unclear: type[ChannelError] = Temporary) -> dict[str, Any]:
        """Send a JSON document. `unclear` is what an answer that neither accepts nor refuses is raised as."""
        return self._call("POST", path, unclear, json=document)

    def _call(self, method: str, path: str, unclear: type[ChannelError], **request: Any) -> dict[str, Any]:
        credentials = self.session.credentials
        secrets = credentials.read()
        if self._has_expired(secrets):
            secrets = credentials.exchange(secrets, self._renewed)
        answer = self._send(method, path, secrets, unclear, request)
        if answer["error"] in _TOKEN_IS_STALE:
            secrets = credentials.exchange(secrets, self._renewed)
            answer = self._send(method, path, secrets, unclear, request)
        if answer["error"] != 0:
            raise self._verdict(answer, secrets)
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    def _send(
        self, method: str, path: str, secrets: Mapping[str, str], unclear: type[ChannelError], request: dict[str, Any]
    ) -> dict[str, Any]:
        """One request and its envelope, whose "error" is a number."""
        token, secret = secrets.get("access_token", ""), secrets.get("app_secret", "")
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        address = f"{self.options['api_url'].rstrip('/')}/v2.0/{path}"
        headers = {"access_token": _sendable(token), "appsecret_proof": proof}
        try:
            with sending("Zalo"):
                response = self.http.request(method, address, headers=headers, allow_redirects=False, **request)
        except Unsure:
            raise unclear(_UNCLEAR[unclear]) from None
        if response.status_code == 404:
            raise Temporary("Zalo báo không có địa chỉ này; hãy xem lại api_url trong tệp cấu hình. Sẽ tự thử lại.")
        if response.status_code == 429:
            wait = retry_after(response.headers, self.session.now())
            return {"error": _TOO_MANY_A_MINUTE, "wait": wait}
        answer = _json(response)
        if response.status_code >= 500 or not isinstance(answer.get("error"), int):
            raise unclear(_UNCLEAR[unclear])
        return answer

    def _verdict(self, answer: Mapping[str, Any], secrets: Mapping[str, str]) -> ChannelError:
        code, now = answer["error"], self.session.now()
        row = _TABLE.find(code)
        said = _scrubbed(str(answer.get("message", "")), secrets)
        if row is None:
            return Rejected(f"Zalo từ chối bài (mã {code}: {said}); hãy sửa bài rồi đăng lại.")
        if code == _PROCESSING:
            return Processing(row.sentence, timedelta(minutes=1))
        wait = answer.get("wait")
        until = now + max(_SHORTEST_PAUSE, min(wait, _LONGEST_PAUSE)) if isinstance(wait, timedelta) else None
        return row.error(now, until, said=said if row.kind is Rejected else "")

    # -- tokens

    def _has_expired(self, secrets: Mapping[str, str]) -> bool:
        expires_at = secrets.get("expires_at", "")
        return expires_at != "" and datetime.fromisoformat(expires_at) <= self.session.now()

    def login_ends(self) -> datetime | None:
        """When the refresh token dies if nobody uses it: three months after it was given out.

        Where the access token has run out it is used now, so that a channel that says nothing for a season stays
        connected; also where a person has entered a pair, whose age nobody knows.
        """
        secrets = self.session.credentials.read()
        if "refresh_ends_at" not in secrets or self._has_expired(secrets):
            secrets = self.session.credentials.exchange(secrets, self._renewed)
        ends_at = secrets.get("refresh_ends_at")
        return None if ends_at is None else datetime.fromisoformat(ends_at)

    def _renewed(self, current: Mapping[str, str]) -> Mapping[str, str]:
        """A new pair for the present refresh token. An answer that is lost shows at the next try, as -14014."""
        form = {
            "app_id": self.options["app_id"],
            "grant_type": "refresh_token",
            "refresh_token": current.get("refresh_token", ""),
        }
        try:
            with sending("Zalo"):
                response = self.http.request(
                    "POST",
                    f"{self.options['oauth_url'].rstrip('/')}/v4/oa/access_token",
                    data=form,
                    headers={"secret_key": _sendable(current.get("app_secret", ""))},
                    allow_redirects=False,
                )
        except Unsure:
            raise Temporary(_UNCLEAR[Temporary]) from None
        return {**current, **self._pair(_json(response))}

    def _pair(self, answer: Mapping[str, Any]) -> dict[str, str]:
        """The new tokens in an answer. Anything without an access token is no success, whatever its status says."""
        if answer.get("access_token"):
            names = [name for name in ("access_token", "refresh_token") if answer.get(name)]
            tokens = {name: str(answer[name]) for name in names}
            now = self.session.now()
            if "refresh_token" in tokens:
                tokens["refresh_ends_at"] = (now + _REFRESH_LIFE).isoformat()
            return {**tokens, "expires_at": (now + _lifetime(answer)).isoformat()}
        code = answer.get("error")
        if not isinstance(code, int) or code == 0:
            raise Temporary("Zalo chưa cấp mã truy cập mới; sẽ tự thử lại.")
        row = _TABLE.find(code)
        if row is None:
            raise NeedsLogin(f"Zalo không cấp mã truy cập mới (mã {code}); hãy nối lại kênh.")
        raise row.error(self.session.now())


def _sendable(secret: str) -> str:
    """A secret as a header carries it. Raises NeedsLogin where Zalo cannot have given it out."""
    if not (secret.isascii() and secret.isprintable()):
        raise NeedsLogin("Mã của kênh có ký tự mà Zalo không dùng; hãy chép lại mã, rồi nối lại kênh.")
    return secret


def _lifetime(answer: Mapping[str, Any]) -> timedelta:
    """How long a new access token lives: a string of seconds (section 3.1), never more than 25 hours.

    A strange one must not lose the tokens it came with."""
    try:
        seconds = int(str(answer.get("expires_in")))
    except ValueError:
        seconds = _TOKEN_SECONDS
    return timedelta(seconds=max(0, min(seconds, _TOKEN_SECONDS)))


def listed(api: ZaloApi, most_pages: int) -> Iterator[dict[str, Any]]:
    """The rows of the OA's articles, shown and hidden."""
    for page in range(most_pages):
        answer = api.get("article/getslice", offset=page * _PAGE, limit=_PAGE, type="normal")
        rows = answer.get("medias") or []
        yield from rows
        if not rows or (page + 1) * _PAGE >= int(answer.get("total", most_pages * _PAGE)):
            return


def created_at(article: Mapping[str, Any]) -> datetime | None:
    """When an article was created, from seconds or milliseconds since 1970."""
    number = next((article[name] for name in _CREATED if name in article), None)
    if not isinstance(number, int | float):
        return None
    return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)


def _json(response: requests.Response) -> dict[str, Any]:
    """The JSON object in a body, or an empty one: an HTML page or nothing at all says nothing."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _scrubbed(text: str, secrets: Mapping[str, str]) -> str:
    text = redact(text)
    for secret in filter(None, secrets.values()):
        text = text.replace(secret, "•••")
    return text

"""HTTP as every channel uses it: time-outs always, no silent retry, and no secret in any text that leaves here."""

import logging
import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import getproxies

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError, SSLError

from channels.base import Temporary, Unsure

# Seconds to connect, seconds between bytes. The delivery lease is longer than their sum (campaign/delivery.py).
TIMEOUT = (5.0, 30.0)

_SECRET = re.compile(
    r"(?i)(\"?(?:access_token|refresh_token|client_secret|app_secret|secret_key|appsecret_proof|input_token"
    r"|fb_exchange_token|code_verifier|auth_token|password|authorization)\"?\s*[=:]\s*\"?(?:oauth |bearer )?)"
    r"[^&\s\"',}]+"
)


def redact(text: str) -> str:
    """The text with every value that follows a secret's name replaced by dots."""
    return _SECRET.sub(r"\1•••", text)


def _without_secrets(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), ()
    return True


# The Graph API takes its token in the address of every GET and DELETE, and urllib3 logs addresses.
for _logger in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_logger).addFilter(_without_secrets)


_before_request: ContextVar[Callable[[], None] | None] = ContextVar("before_request", default=None)


@contextmanager
def asking_first(check: Callable[[], None]) -> Iterator[None]:
    """In this thread, call `check` just before every request leaves; what it raises keeps the request here."""
    token = _before_request.set(check)
    try:
        yield
    finally:
        _before_request.reset(token)


class Http(requests.Session):
    """One shared session: a pool as large as the threads that use it, and a time-out on every request."""

    def __init__(self, pool_size: int = 16) -> None:
        super().__init__()
        adapter = HTTPAdapter(pool_connections=pool_size, pool_maxsize=pool_size, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        if not getproxies():
            # Without a proxy there is nothing in the environment that is worth a search at every request.
            self.trust_env = False
            self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests.Session.request`, with `TIMEOUT` where the caller names none."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT
        check = _before_request.get()
        if check is not None:
            check()
        return super().request(method, url, *args, **kwargs)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long `Retry-After` asks for: seconds or a date (RFC 9110 section 10.2.3). None where it says nothing that
    can be understood."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        # Ten digits are three hundred years.
        return timedelta(seconds=int(said[:10]))
    try:
        named = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(timedelta(0), (named if named.tzinfo else named.replace(tzinfo=UTC)) - now)


def never_left(error: requests.RequestException) -> bool:
    """Whether the request surely did not reach the service: an address or a header nobody can send, no name, no route,
    refused, no connection in time, a certificate we do not trust, or a proxy that opens no way."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    if isinstance(error, InvalidURL | MissingSchema | InvalidSchema | InvalidHeader):
        # About our own request, since no channel follows redirects. Headers of a request that exists are the answer's.
        return error.request is None or isinstance(error, InvalidURL)
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and _before_sending(cause.reason)


def _before_sending(reason: BaseException | None) -> bool:
    """Whether this ended the connection before it carried a request."""
    match reason:
        case NewConnectionError() | ConnectTimeoutError():
            return True
        case SSLError(args=(ssl.SSLCertVerificationError(), *_)):
            return True
        case ProxyError(original_error=OSError() as error) if str(error).startswith("Tunnel connection failed"):
            return True
        case ProxyError(original_error=error):
            # urllib3 also says so where a proxy took the request and then hung up.
            return _before_sending(error)
    return False


@contextmanager
def sending(service: str) -> Iterator[None]:
    """Around one request that changes something: network errors become Temporary (never left) or Unsure."""
    try:
        yield
    except requests.RequestException as error:
        if never_left(error):
            raise Temporary(f"Chưa kết nối được tới {service}; sẽ tự thử lại.") from None
        raise Unsure(f"{service} chưa trả lời rõ ràng; bài có thể đã lên.") from None


@contextmanager
def reading(service: str) -> Iterator[None]:
    """Around one request that changes nothing: any network error is Temporary."""
    try:
        yield
    except requests.RequestException:
        raise Temporary(f"Chưa đọc được từ {service}; sẽ tự thử lại.") from None

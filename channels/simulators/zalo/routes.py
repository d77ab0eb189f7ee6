"""What every part of the simulated API shares: the table of routes, the gate before a call and the envelope after."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request

from channels.simulators.zalo.model import PACKAGES, Account, Payload, Refusal
from channels.simulators.zalo.store import Store

Routes = list[tuple[str, str, Callable[..., Any]]]


def answer(data: Payload) -> Response:
    """The envelope of a successful call (channels.md section 3.2)."""
    return jsonify(error=0, message="Success", data=data)


def refused(error: Refusal) -> Response:
    """The envelope of a refused call."""
    return jsonify(error=error.code, message=error.message)


def body() -> Payload:
    """The JSON object of a POST call. Raises Refusal -201."""
    payload = request.get_json(silent=True)
    if not isinstance(payload, dict):
        raise Refusal(-201, "body must be a JSON object")
    return payload


def number(name: str, value: Any, default: int) -> int:
    """A whole number, zero or more, that a client gave as text or number. Raises Refusal -201."""
    text = str(default if value is None else value)
    if not (text.isascii() and text.isdigit()):
        raise Refusal(-201, f"{name} is invalid")
    return int(text)


def caller(store: Store) -> Account:
    """The account that calls: its token, its proof and its pace are in order. Raises Refusal -216, -220, -242, -32."""
    token = request.headers.get("access_token", "")
    with store.lock:
        account = store.account_of_token(token)
        _check_proof(account, token)
        _check_pace(account, store)
        return account


def publisher(store: Store) -> Account:
    """The account that calls, which may have articles. Raises as `caller`, and Refusal -221, -223, -224."""
    account = caller(store)
    if not account.verified:
        raise Refusal(-221, "Official Account is not verified")
    if not account.authorised:
        raise Refusal(-223, "Official Account has not authorised the app for this API")
    if not PACKAGES[account.package].articles:
        raise Refusal(-224, "Official Account has to upgrade its package to use this API")
    return account


def _check_proof(account: Account, token: str) -> None:
    given = request.headers.get("appsecret_proof")
    if given is None and not account.proof_required:
        return
    proof = hmac.new(account.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest((given or "").encode(), proof.encode()):
        raise Refusal(-242, "appsecret_proof is invalid")


def _check_pace(account: Account, store: Store) -> None:
    now = store.now()
    while account.calls and now - account.calls[0] >= timedelta(minutes=1):
        account.calls.popleft()
    if len(account.calls) >= account.calls_per_minute:
        raise Refusal(-32, "Rate limit is reached")
    account.calls.append(now)

"""Tokens over the wire: who calls, exchanging tokens, and what `debug_token` tells (channels.md sections 1 and 2.4)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.simulators.facebook.call import Call
from channels.simulators.facebook.errors import TOKEN_DEATHS, GraphError, dead_token, invalid
from channels.simulators.facebook.store import DATA_ACCESS, LONG_USER_TOKEN, Holder, Page, Store, Token


def authenticate(store: Store, call: Call) -> Token:
    """The live token of a call. Raises GraphError where it is missing, dead, or not proven as the app requires."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    token = store.live_token(call.token)
    proof = call.args.get("appsecret_proof")
    if proof is None:
        if store.application.requires_proof and token.holder is not Holder.APP:
            raise invalid("API calls from the server require an appsecret_proof argument")
        return token
    secret = store.application.secret
    expected = hmac.new(secret.encode(), call.token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), proof.encode()):
        raise invalid("Invalid appsecret_proof provided in the API argument")
    return token


def give_token(store: Store, params: Mapping[str, Any]) -> dict[str, Any]:
    """`GET /oauth/access_token`: the app token, or a long-lived user token for a live one."""
    app = store.application
    if params.get("client_id") != app.id or params.get("client_secret") != app.secret:
        raise invalid("Error validating client secret.")
    grant = params.get("grant_type")
    if grant == "client_credentials":
        return {"access_token": app.token, "token_type": "bearer"}
    if grant != "fb_exchange_token":
        raise invalid("Invalid grant_type")
    old = store.live_token(params.get("fb_exchange_token", ""))
    if old.holder is not Holder.USER:
        raise dead_token(467)
    new = store.issue(Holder.USER, old.owner_id, set(old.scopes), store.now() + LONG_USER_TOKEN)
    return {"access_token": new.value, "token_type": "bearer", "expires_in": int(LONG_USER_TOKEN.total_seconds())}


def page_token(store: Store, page: Page, asking: Token) -> str:
    """The Page token a user token leads to: without expiry from a long-lived one, else ending with it."""
    lifetime = asking.expires_at - asking.issued_at if asking.expires_at else LONG_USER_TOKEN
    if lifetime >= LONG_USER_TOKEN:
        return page.token
    return store.issue(Holder.PAGE, page.id, page.scopes, asking.expires_at).value


def debug_token(store: Store, params: Mapping[str, Any]) -> dict[str, Any]:
    """`GET /debug_token`: what the service knows about a token, alive or dead."""
    value = params.get("input_token")
    if not value:
        raise invalid("The parameter input_token is required")
    token = store.tokens.get(value)
    if token is None:
        return {"data": {"is_valid": False, "scopes": [], "error": _reason(467)}}
    subcode = token.death(store.now())
    data: dict[str, Any] = {
        "app_id": store.application.id,
        "type": token.holder.value,
        "application": store.application.name,
        "expires_at": _unix(token.expires_at),
        "data_access_expires_at": _unix(token.issued_at + DATA_ACCESS),
        "is_valid": subcode is None,
        "scopes": sorted(token.scopes),
        "granular_scopes": [{"scope": scope} for scope in sorted(token.scopes)],
        "user_id": next(iter(store.users)) if token.holder is Holder.PAGE else token.owner_id,
    }
    if token.holder is Holder.PAGE:
        data["profile_id"] = token.owner_id
    if subcode is not None:
        data["error"] = _reason(subcode)
    return {"data": data}


def _reason(subcode: int) -> dict[str, Any]:
    return {"code": 190, "message": f"Error validating access token: {TOKEN_DEATHS[subcode]}", "subcode": subcode}


def _unix(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0

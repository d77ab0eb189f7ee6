"""Who may open which page. Every route carries a rule; a route without one is refused, and a test finds it.

A rule is an action of `campaign.rights`, or one of the two below. The rule lets a user in who may do the action
somewhere; `fetch` then checks the thing itself. What a user may not see looks exactly like what does not exist.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Request, Response, abort, current_app, g, redirect, request, url_for

from campaign.db import write
from campaign.home import Home
from campaign.models import Campaign, Channel, Login, Membership, Message, Post, Revision, Table, Unit, User
from campaign.rights import ACTIONS, ROLES, can, units_where

PUBLIC = "public"
SIGNED_IN = "signed in"
COOKIE = "lantoa_login"
LASTS = timedelta(hours=12)

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Table)


def rule(needed: str) -> Callable[[View], View]:
    """Declare who may open a route: an action, PUBLIC or SIGNED_IN. Stands directly above the function."""
    if needed not in {PUBLIC, SIGNED_IN} | ACTIONS:
        raise ValueError(f"no such rule: {needed}")

    def mark(view: View) -> View:
        view.rule = needed  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(endpoint: str) -> str | None:
    """The rule of a route; static files are public."""
    if endpoint == "static":
        return PUBLIC
    return getattr(current_app.view_functions[endpoint], "rule", None)


def home() -> Home:
    """The home this panel serves."""
    found: Home = current_app.extensions["lantoa"]
    return found


def user() -> User:
    """The person who is signed in. Only for views behind a rule other than PUBLIC."""
    found: User = g.user
    return found


def guard() -> Response | None:
    """Before each request: who is it, and may they come in?"""
    g.user = None
    if request.endpoint is None:
        return None
    needed = rule_of(request.endpoint)
    if needed is None:
        abort(404)
    if request.endpoint != "static":
        g.user = _signed_in(request)
    if needed == PUBLIC:
        return None
    if g.user is None:
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("auth.login", next=target))  # type: ignore[return-value]
    if needed != SIGNED_IN and needed not in actions():
        abort(404)
    return None


def actions() -> frozenset[str]:
    """All that the person who is signed in may do somewhere; looked up once a request."""
    if "actions" not in g:
        roles = [row.role for row in Membership.select(Membership.role).where(Membership.user == user())]
        g.actions = frozenset[str]().union(*(ROLES[role].actions for role in roles))
    found: frozenset[str] = g.actions
    return found


def readable_units() -> set[int]:
    """The units whose messages the person may read: where they may view, and everything above."""
    if "readable" not in g:
        parents = dict(Unit.select(Unit.id, Unit.parent).tuples())
        readable = units_where(user(), "view")
        for unit in tuple(readable):
            while (unit := parents[unit]) is not None and unit not in readable:
                readable.add(unit)
        g.readable = readable
    found: set[int] = g.readable
    return found


def fetch(table: type[Row], key: Any, action: str) -> Row:
    """The row, if it exists and the user may do this to it; else the page that says neither."""
    row = table.get_or_none(table._meta.primary_key == key)
    if row is None or not can(user(), action, unit_of(row)):
        abort(404)
    found: Row = row
    return found


def may(action: str, row: Table | None = None) -> bool:
    """For templates: may the user do this to the row, or anywhere at all?"""
    if g.user is None:
        return False
    return can(g.user, action, unit_of(row)) if row is not None else action in actions()


def unit_of(row: Table) -> Unit:
    """The unit a row belongs to."""
    match row:
        case Unit():
            return row
        case Message() | Campaign() | Channel():
            unit = row.unit
        case Revision():
            unit = row.message.unit
        case Post():
            unit = row.channel.unit
        case _:
            raise TypeError(f"{type(row).__name__} belongs to no unit")
    found: Unit = unit
    return found


# ---------------------------------------------------------------- sessions


def sign_in(person: User, response: Response) -> None:
    """Begin a session: the browser gets a random token, the database its hash."""
    token = secrets.token_urlsafe(32)
    now = home().clock.now()
    with write():
        Login.delete().where(Login.expires_at < now).execute()
        Login.create(token_hash=_hash(token), user=person, created_at=now, expires_at=now + LASTS)
    secure = (home().config.public_url or "").startswith("https://") and request.is_secure
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=secure, path="/")


def sign_out(response: Response) -> None:
    """End the session here and in the browser."""
    token = request.cookies.get(COOKIE, "")
    with write():
        Login.delete().where(Login.token_hash == _hash(token)).execute()
    response.delete_cookie(COOKIE, path="/")


def _signed_in(incoming: Request) -> User | None:
    token = incoming.cookies.get(COOKIE)
    if not token:
        return None
    now = home().clock.now()
    row = Login.get_or_none(Login.token_hash == _hash(token))
    if row is None or row.expires_at <= now or not row.user.active:
        return None
    if row.expires_at - now < LASTS / 2:
        with write():
            Login.update(expires_at=now + LASTS).where(Login.token_hash == row.token_hash).execute()
    found: User = row.user
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()

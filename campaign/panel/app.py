"""Putting the panel together."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, flash, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from campaign.db import database
from campaign.errors import NotAllowed, Problem
from campaign.home import Home
from campaign.panel import access, filters
from campaign.panel.afterwards import bp as afterwards
from campaign.panel.approvals import bp as approvals
from campaign.panel.auth import bp as auth
from campaign.panel.broadcasts import bp as broadcasts
from campaign.panel.campaigns import bp as campaigns
from campaign.panel.channels import bp as channels
from campaign.panel.consents import bp as consents
from campaign.panel.facts import bp as facts
from campaign.panel.media import bp as media
from campaign.panel.messages import bp as messages
from campaign.panel.pictures import bp as pictures
from campaign.panel.plans import bp as plans
from campaign.panel.posts import bp as posts
from campaign.panel.start import bp as start
from campaign.panel.status import bp as status
from campaign.panel.tasks import bp as tasks
from campaign.vault import read_or_make_key

log = logging.getLogger(__name__)

BLUEPRINTS = (
    start, auth, messages, approvals, campaigns, plans, posts, afterwards, broadcasts, channels, facts,
    media, pictures, consents, tasks, status,
)  # fmt: skip
HEADERS = {
    # No inline script or style anywhere, nothing from elsewhere.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MOST_UPLOAD = 25_000_000


def create_app(home: Home) -> Flask:
    """The panel of a home."""
    app = Flask("campaign.panel")
    app.config.update(
        SECRET_KEY=read_or_make_key(home.config.keys / "panel.key", _new_key),
        MAX_CONTENT_LENGTH=MOST_UPLOAD,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["lantoa"] = home
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.before_request(_open_database)
    CSRFProtect(app)
    app.before_request(access.guard)
    app.after_request(_add_headers)
    app.teardown_request(_close_database)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    filters.install(app)
    _install_errors(app)
    app.context_processor(lambda: {"user": g.get("user"), "may": access.may})
    return app


def _new_key() -> bytes:
    return secrets.token_bytes(32)


def _open_database() -> None:
    if request.endpoint != "static":
        g.opened_database = database.connect(reuse_if_open=True)


def _close_database(_: BaseException | None) -> None:
    if g.pop("opened_database", False):
        database.close()


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.cache_control.max_age = 86400
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _install_errors(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(NotAllowed, lambda _: _page(404))
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, lambda error: _page(error.code or 500))
    # A number in an address that no database has room for names nothing.
    app.register_error_handler(OverflowError, lambda _: _page(404))
    app.register_error_handler(Exception, _fault)


def _problem(problem: Problem) -> Any:
    """A sentence for the person: back where they came from, with the sentence on top."""
    flash(str(problem), "danger")
    back = request.referrer if request.referrer and request.referrer.startswith(request.host_url) else "/"
    return redirect(back, 303)


def _stale_form(_: CSRFError) -> Any:
    flash("Trang đã mở quá lâu nên chưa gửi được; hãy thử lại.", "warning")
    return redirect(request.full_path if request.method == "GET" else "/", 303)


def _fault(error: Exception) -> Any:
    log.exception("the panel failed: %s %s", request.method, request.path, exc_info=error)
    return _page(500)


def _page(code: int) -> tuple[str, int]:
    return render_template("error.html", code=code), code

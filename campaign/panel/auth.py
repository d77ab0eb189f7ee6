"""Coming in and going out."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for

from campaign.home import check_password
from campaign.models import User
from campaign.panel.access import PUBLIC, SIGNED_IN, home, rule, sign_in, sign_out
from campaign.panel.forms import LoginForm

bp = Blueprint("auth", __name__)

WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."
TOO_MANY = "Bạn đã nhập sai nhiều lần. Hãy chờ 5 phút rồi thử lại."
MOST_FAILURES = 5
WINDOW = timedelta(minutes=5)
MOST_LOGINS = 10_000


class Throttle:
    """Counts failures per log-in name in this process; names that do not exist are counted the same way."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures: dict[str, deque[datetime]] = {}

    def is_closed(self, login: str) -> bool:
        """Whether this name has failed too often of late."""
        failures = self._failures.get(login, deque())
        while failures and failures[0] <= self._now() - WINDOW:
            failures.popleft()
        return len(failures) >= MOST_FAILURES

    def failed(self, login: str) -> None:
        """Count a failure."""
        if len(self._failures) >= MOST_LOGINS:
            self._failures = {name: times for name, times in self._failures.items() if self.is_closed(name)}
        self._failures.setdefault(login, deque(maxlen=MOST_FAILURES)).append(self._now())

    def succeeded(self, login: str) -> None:
        """Forget the failures of a name."""
        self._failures.pop(login, None)


@bp.route("/dang-nhap", methods=["GET", "POST"])
@rule(PUBLIC)
def login() -> Response:
    """The log-in page. A wrong name and a wrong password get the same sentence, after the same time."""
    if g.user is not None:
        return _go(_local_target())
    form = LoginForm()
    sentence, code = "", 200
    if form.validate_on_submit():
        name = (form.login.data or "").strip().lower()
        throttle = _throttle()
        person = User.get_or_none(User.login == name)
        if throttle.is_closed(name):
            sentence, code = TOO_MANY, 429
        elif check_password(person, form.password.data or ""):
            throttle.succeeded(name)
            response = _go(_local_target())
            sign_in(person, response)
            return response
        else:
            throttle.failed(name)
            sentence, code = WRONG, 401
    return make_response(render_template("login.html", form=form, sentence=sentence), code)


@bp.post("/dang-xuat")
@rule(SIGNED_IN)
def logout() -> Response:
    """End the session."""
    response = _go(url_for("auth.login"))
    sign_out(response)
    return response


def _throttle() -> Throttle:
    found: Throttle = current_app.extensions.setdefault("lantoa.throttle", Throttle(home().clock.now))
    return found


def _local_target() -> str:
    """Where to go after the log-in: a path of this panel, whatever the address says."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    is_local = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    has_tricks = "\\" in target or any(ord(letter) < 32 for letter in target)
    return target if is_local and not has_tricks else url_for("start.index")


def _go(target: str) -> Response:
    return make_response(redirect(target, 303))

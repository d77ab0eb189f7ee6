"""What all tests share: a furnished home on a clock that stands still, people in every role, and their browsers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from campaign.clock import SetClock
from campaign.db import database
from campaign.home import Home, add_user, create_home, furnish
from campaign.models import Unit, User

PASSWORD = "mat-khau-thu-nghiem"
ROLES = ("editor", "approver", "operator", "reviewer", "administrator")
# A Monday morning inside the national action month, 09:00 in Vietnam.
START = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def home(tmp_path: Path, clock: SetClock) -> Iterator[Home]:
    """A home as `lantoa init` leaves it, on SQLite, with its database open in this thread."""
    made = create_home(tmp_path / "home", clock)
    furnish(made, "Xã Hòa Bình Thử", "xã")
    database.connect(reuse_if_open=True)
    yield made
    if not database.is_closed():
        database.close()


@pytest.fixture
def unit(home: Home) -> Unit:
    return Unit.get()


@pytest.fixture
def people(home: Home, unit: Unit) -> dict[str, User]:
    """One user a role, whose log-in is the role's name."""
    return {
        role: add_user(home, login=role, name=f"Người {role}", password=PASSWORD, unit=unit, roles=[role])
        for role in ROLES
    }


@pytest.fixture
def client_of(home: Home, people: dict[str, User]) -> Callable[[str], FlaskClient]:
    """A signed-in browser for a log-in; CSRF is off here and has tests of its own."""
    from campaign.panel.app import create_app

    app = create_app(home)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)

    def client(login: str) -> FlaskClient:
        browser = app.test_client()
        browser.post("/dang-nhap", data={"login": login, "password": PASSWORD})
        return browser

    return client

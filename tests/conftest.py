"""What all tests share: a furnished home on a clock that stands still, people in every role, and their browsers."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient

import campaign.home
from campaign.clock import SetClock
from campaign.config import FILE_NAME
from campaign.db import database, disconnect
from campaign.home import Home, add_user, create_home, furnish, open_home
from campaign.models import Unit, User
from tests.machine import NO_POSTGRES, chromium, postgres_programs
from tests.postgres import Server, running

PASSWORD = "mat-khau-thu-nghiem"
ROLES = ("editor", "approver", "operator", "reviewer", "administrator")
# A Monday morning inside the national action month, 09:00 in Vietnam.
START = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)

# What a machine may lack. There the tests are skipped; in CI that is a failure.
MAY_LACK = ("postgres", "browser")


def pytest_configure() -> None:
    """Browser tests start the Chromium of the machine; without the variable, Playwright's own. What belongs to the
    machine and no home (campaign.machine) is kept out of the user's own folder."""
    os.environ.setdefault("LANTOA_STATE", str(Path(tempfile.gettempdir()) / "lantoa-tests-state"))
    found = chromium()
    if found:
        os.environ["LANTOA_CHROMIUM"] = found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"postgres", "pg_home"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") and any(item.get_closest_marker(name) for name in MAY_LACK):
        report.outcome = "failed"
        report.longrepr = f"In CI nothing that needs PostgreSQL or a browser may be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """argon2id as always, but with the least work: its cost is what protects real passwords, not what is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaign.home, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the whole run. Tests that use it, directly or not, carry the marker `postgres`."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip(NO_POSTGRES)
    with running(programs) as server:
        yield server


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under `home`; `tests.engines.on_both_engines` runs a test, or a module of tests, on each."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """`database.url` of the test's home: empty for SQLite."""
    if engine == "sqlite":
        yield ""
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished home on SQLite that nobody opens: copying it is faster than furnishing one for every test."""
    folder = tmp_path_factory.mktemp("pattern") / "home"
    with furnished(folder, SetClock(START), ""):
        pass
    return folder


@pytest.fixture
def home(tmp_path: Path, clock: SetClock, database_url: str, pattern: Path) -> Iterator[Home]:
    """A home as `lantoa init` leaves it, with its database open in this thread."""
    if database_url:
        with furnished(tmp_path / "home", clock, database_url) as made:
            yield made
        return
    shutil.copytree(pattern, tmp_path / "home")
    made = open_home(tmp_path / "home", clock)
    database.connect(reuse_if_open=True)
    try:
        yield made
    finally:
        disconnect()


@pytest.fixture
def pg_home(tmp_path: Path, clock: SetClock, postgres: Server) -> Iterator[Home]:
    """A home as `lantoa init` leaves it, on a fresh database of a PostgreSQL server."""
    with postgres.database() as url, furnished(tmp_path / "home", clock, url) as made:
        yield made


@contextmanager
def furnished(folder: Path, clock: SetClock, database_url: str) -> Iterator[Home]:
    folder.mkdir()
    (folder / FILE_NAME).write_text(f'[database]\nurl = "{database_url}"\n', encoding="utf-8")
    made = create_home(folder, clock)
    try:
        furnish(made, "Xã Hòa Bình Thử", "xã")
        database.connect(reuse_if_open=True)
        yield made
    finally:
        disconnect()


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

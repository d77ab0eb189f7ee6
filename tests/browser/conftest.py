"""What the browser tests share: a browser, a demo for each file, and people who sit down at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from campaign.clock import SetClock
from campaign.demo import Demo
from tests.browser.stage import DESKTOP, SUNDAY_MORNING, Visitor, add_second_campaign, launched, staged
from tests.machine import NO_CHROMIUM, chromium, playwright_has_chromium

Seat = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    if not chromium() and not playwright_has_chromium():
        pytest.skip(NO_CHROMIUM)
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def time() -> SetClock:
    """The time of the demo; it stands still until a test moves it."""
    return SetClock(SUNDAY_MORNING)


@pytest.fixture(scope="module")
def running(time: SetClock) -> Iterator[Demo]:
    """The demo, with a second campaign that waits to be planned."""
    with staged(time) as demo:
        add_second_campaign(demo)
        yield demo


@pytest.fixture(autouse=True)
def _the_same_morning(time: SetClock) -> Iterator[None]:
    """Each test begins at the same instant."""
    time.set(SUNDAY_MORNING)
    yield
    time.set(SUNDAY_MORNING)


@pytest.fixture
def seat(browser: Browser, running: Demo) -> Iterator[Seat]:
    """Seats a person at a window: `seat("duyet", PHONE)`; without a log-in, in front of the log-in page."""
    with ExitStack() as windows:

        def sit(login: str = "", size: tuple[int, int] = DESKTOP, *, javascript: bool = True) -> Visitor:
            visitor = windows.enter_context(Visitor(browser, running.address, size, javascript=javascript))
            if login:
                visitor.sign_in(login)
            return visitor

        yield sit

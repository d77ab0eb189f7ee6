"""The demo on a clock that stands still, and real browsers in which people use it under watch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, sync_playwright

from campaign import campaign_admin
from campaign.campaign_admin import AimTerms, Terms
from campaign.clock import ZONE, SetClock, local_day
from campaign.db import connected
from campaign.demo import PASSWORD, Demo, demo
from campaign.models import Campaign, Channel, Consent, Post, PostState, Revision, RevisionState, Unit, User
from content.taxonomy import PILLARS
from tests.machine import chromium

# A Sunday in the middle of the national action month, so that the demo's campaign has the real one's dates.
SUNDAY_MORNING = datetime(2026, 11, 22, 9, 40, tzinfo=ZONE)
DESKTOP, TABLET, PHONE = (1440, 900), (768, 1024), (360, 740)
LOOPBACK = "127.0.0.1"
SECOND_CAMPAIGN = "Tuần lễ xét nghiệm HIV tại xã"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)

# ---------------------------------------------------------------- the demo


@contextmanager
def staged(clock: SetClock) -> Iterator[Demo]:
    """The whole demo, lived through up to the instant of the clock; from there on its time is what the clock says.
    Its database is open in this thread."""
    with mock.patch("campaign.demo.SystemClock", lambda: clock), demo() as running, connected():
        yield running


def add_second_campaign(running: Demo) -> None:
    """A week that is set up but not planned yet, so that there is a plan to look at."""
    now = running.home.clock.now()
    today = local_day(now)
    approved = Revision.select(Revision.message).where(Revision.state == RevisionState.APPROVED)
    terms = Terms(
        name=SECOND_CAMPAIGN,
        starts_on=today,
        ends_on=today + timedelta(days=6),
        shares=dict.fromkeys(PILLARS, 20),
        min_repeat_days=4,
        aims=[AimTerms((channel.id,), per_week=3) for channel in Channel.select()],
        messages={row.message_id for row in approved},
    )
    campaign_admin.create(User.get(User.login == "bientap"), Channel.get().unit, terms, now)


# ---------------------------------------------------------------- its pages


@dataclass(frozen=True)
class Sight:
    """A page of the demo: its name in file names, who looks at it (a log-in; "" for nobody) and where it lies."""

    name: str
    login: str
    where: Callable[[Demo], str]

    def address(self, running: Demo) -> str:
        """The whole address."""
        path = self.where(running)
        return path if path.startswith("http") else running.address + path


def _at(path: str) -> Callable[[Demo], str]:
    return lambda _: path


def _campaign(name: str, part: str = "") -> Callable[[Demo], str]:
    return lambda _: f"/chien-dich/{Campaign.get(Campaign.name.startswith(name)).id}{part}"


def _post(state: PostState, kind: str) -> Callable[[Demo], str]:
    def path(_: Demo) -> str:
        post = Post.select().join(Channel).where(Post.state == state, Channel.kind == kind).order_by(Post.id).first()
        return f"/bai/{post.id}"

    return path


def _message(path: str, state: RevisionState) -> Callable[[Demo], str]:
    def found(_: Demo) -> str:
        revision = Revision.select().where(Revision.state == state).order_by(Revision.id).first()
        return path.format(message=revision.message_id, revision=revision.id)

    return found


def _story(_: Demo) -> str:
    consent = Consent.get()
    return f"/thong-diep/{consent.message_id}/dong-y"


def _commune(path: str) -> Callable[[Demo], str]:
    def found(_: Demo) -> str:
        return path.format(unit=Unit.get(Unit.kind == "xã").id)

    return found


def _channel(kind: str) -> Callable[[Demo], str]:
    return lambda _: f"/kenh/{Channel.get(Channel.kind == kind).id}"


SIGHTS = (
    Sight("login", "", _at("/dang-nhap")),
    Sight("today", "bientap", _at("/")),
    Sight("today-approver", "duyet", _at("/")),
    Sight("messages", "bientap", _at("/thong-diep")),
    Sight("message", "bientap", _message("/thong-diep/{message}", RevisionState.APPROVED)),
    Sight("write", "bientap", _at("/thong-diep/moi")),
    Sight("rewrite", "bientap", _message("/thong-diep/{message}/sua", RevisionState.RETURNED)),
    Sight("approvals", "duyet", _at("/duyet")),
    Sight("approve", "duyet", _message("/duyet/{revision}", RevisionState.SUBMITTED)),
    Sight("consent", "duyet", _story),
    Sight("tasks", "duyet", _at("/viec-phai-lam")),
    Sight("pictures", "bientap", _at("/kho-anh/")),
    Sight("card", "bientap", _at("/kho-anh/the")),
    Sight("local-facts", "quantri", _commune("/dia-phuong/{unit}")),
    Sight("spoken", "quantri", _commune("/dia-phuong/{unit}/thu-doc?cau=19h30")),
    Sight("campaigns", "bientap", _at("/chien-dich")),
    Sight("calendar", "bientap", _campaign("Tháng hành động")),
    Sight("campaign-form", "bientap", _campaign("Tháng hành động", "/sua")),
    Sight("plan", "bientap", _campaign(SECOND_CAMPAIGN, "/ke-hoach")),
    Sight("plan-anew", "bientap", _campaign("Tháng hành động", "/ke-hoach?cach=fresh")),
    Sight("plan-print", "bientap", _campaign(SECOND_CAMPAIGN, "/ke-hoach?in=1")),
    Sight("reach", "theodoi", _campaign("Tháng hành động", "/tiep-can")),
    Sight("post", "bientap", _post(PostState.PUBLISHED, "facebook")),
    Sight("post-unsure", "bientap", _post(PostState.UNSURE, "facebook")),
    Sight("post-scheduled", "bientap", _post(PostState.SCHEDULED, "zalo")),
    Sight("attention", "bientap", _at("/can-xu-ly")),
    Sight("broadcasts", "phatthanh", _at("/phat-thanh")),
    Sight("channels", "quantri", _at("/kenh")),
    Sight("channel", "quantri", _channel("facebook")),
    Sight("station", "quantri", _channel("loudspeaker")),
    Sight("channel-new", "quantri", _at("/kenh/moi")),
    Sight("not-found", "bientap", _at("/khong-co-trang-nay")),
    Sight("facebook", "", lambda running: f"{running.facebook_address}/_feed/"),
    Sight("facebook-feed", "", lambda running: f"{running.facebook_address}/_feed/{_setting('facebook', 'page_id')}"),
    Sight("zalo-feed", "", lambda running: f"{running.zalo_address}/_feed/{_setting('zalo', 'oa_id')}"),
)


def _setting(kind: str, name: str) -> str:
    return str(Channel.get(Channel.kind == kind).settings[name])


# ---------------------------------------------------------------- browsers


@contextmanager
def launched() -> Iterator[Browser]:
    """The Chromium of the machine, else Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


# What a person who sees little or uses no mouse would stumble over: a field or a button without a name.
_NAMELESS = """() => {
  const named = (part) => part.labels?.length || part.ariaLabel || part.getAttribute("aria-labelledby")
    || part.title || part.textContent.trim();
  const parts = document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]");
  return [...parts].filter((part) => !named(part)).map((part) => part.outerHTML.slice(0, 200));
}"""
_SIDEWAYS = """() => {
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= window.innerWidth) return [];
  const sticksOut = (part) => part.getBoundingClientRect().right > innerWidth + 1;
  const out = [...document.body.querySelectorAll("*")].filter(sticksOut);
  return [`the page is ${wide} wide`, ...out.slice(0, 3).map((part) => part.outerHTML.slice(0, 160))];
}"""


class Visitor:
    """One person at one browser window. Leaving the `with` block fails if the window complained about anything: an
    error on the console (a broken content security policy is one), a part that did not load, a foreign address."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int], *, javascript: bool = True) -> None:
        self.address, self.faults = address, list[str]()
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2 if size == PHONE else 1,
            has_touch=size == PHONE,
            java_script_enabled=javascript,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            accept_downloads=True,
        )
        self._context.set_default_timeout(10_000)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()
        if error is None:
            assert not self.faults, "\n".join(self.faults)

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium also says so when a page answers 401 or 404, which is what some pages are to answer.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.hostname != LOOPBACK:
            self.faults.append(f"asked elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.faults.append(f"{response.status}: {response.url}")
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def go(self, path: str) -> int:
        """Open a page by its path, or by a whole address; gives the status of the answer."""
        answer = self.page.goto(path if path.startswith("http") else self.address + path)
        return answer.status if answer else 0

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Log in from wherever the page is."""
        if "/dang-nhap" not in self.page.url:
            self.go("/dang-nhap")
        self.page.get_by_label("Tên đăng nhập").fill(login)
        self.page.get_by_label("Mật khẩu").fill(password)
        with self.page.expect_navigation():
            self.press("Đăng nhập")

    def choose(self, entry: str) -> None:
        """Follow an entry of the menu, which a phone keeps behind a button."""
        self.page.wait_for_load_state("load")
        # Not by its role: open on a phone, it is a dialog.
        menu = self.page.locator("#menu")
        opener = self.page.get_by_label("Mở menu")
        if opener.is_visible():
            opener.click()
        with self.page.expect_navigation():
            menu.get_by_role("link", name=entry).click()
        self.look()

    def press(self, name: str, inside: Locator | None = None) -> None:
        """Press the button of this name, the first in sight, and wait for the page that it leads to."""
        found = (inside or self.page.locator("main")).get_by_role("button", name=name, exact=True)
        found.filter(visible=True).first.click()
        self.page.wait_for_load_state("load")

    def look(self) -> None:
        """Fail if the page is not one that everybody can use: its language, its heading, the names of its fields, and
        no scrolling sideways."""
        self.page.wait_for_load_state("load")
        assert self.page.locator("html").get_attribute("lang") == "vi", self.page.url
        assert self.page.locator("h1").count() == 1, f"{self.page.url} has {self.page.locator('h1').count()} <h1>"
        faults: list[Any] = [*self.page.evaluate(_NAMELESS), *self.page.evaluate(_SIDEWAYS)]
        assert not faults, "\n".join([self.page.url, *faults])

    def sees(self, words: str) -> None:
        """Wait until words are in sight."""
        self.page.get_by_text(words).filter(visible=True).first.wait_for()

    def text(self) -> str:
        """All that the page says, on one line."""
        return " ".join(self.page.locator("main").inner_text().split())

    def download(self, link: Locator, folder: Path) -> Path:
        """What a link gives, as a file."""
        with self.page.expect_download() as waiting:
            link.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

"""What holds for every page: a rule, a way in for those it lets in, no dead link, nothing inline, known icons."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import campaign.panel
from campaign.clock import SetClock
from campaign.home import Home, add_user
from campaign.models import Campaign, CampaignMessage, PostState, Revision, RevisionState, Unit, User
from campaign.panel import labels, menu
from campaign.panel.access import PUBLIC, SIGNED_IN
from campaign.panel.app import create_app
from campaign.panel.filters import GLOBALS
from campaign.rights import ACTIONS
from campaign.workflow import submit
from content.taxonomy import PILLARS
from tests.campaign.world import World
from tests.conftest import PASSWORD, ROLES

PANEL = Path(campaign.panel.__file__).parent
TEMPLATES = sorted((PANEL / "templates").rglob("*.html"))
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (PANEL / "static/vendor/icons.svg").read_text(encoding="utf-8")))
MOST_PAGES_OF_A_KIND = 3


@pytest.fixture
def app(home: Home) -> Flask:
    return create_app(home)


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    rules = {name: getattr(view, "rule", None) for name, view in app.view_functions.items() if name != "static"}
    assert {name for name, needed in rules.items() if needed not in {PUBLIC, SIGNED_IN} | ACTIONS} == set()
    assert {name for name, needed in rules.items() if needed == PUBLIC} <= {"auth.login", "media.picture"}


def test_nothing_but_the_log_in_opens_without_one(app: Flask) -> None:
    browser = app.test_client()
    for route in app.url_map.iter_rules():
        if route.endpoint in {"static", "auth.login", "media.picture"} or "GET" not in (route.methods or ()):
            continue
        address = re.sub(r"<[^>]+>", "1", re.sub(r"<any\((\w+)[^>]*>", r"\1", route.rule))
        assert browser.get(address).location.startswith("/dang-nhap"), route.rule


@pytest.mark.parametrize("address", ["/duyet/{}", "/duyet?sau={}", "/bai/{}", "/thong-diep/{}", "/dia-phuong/{}"])
def test_a_number_no_database_has_room_for_names_nothing(client_of: Callable[[str], FlaskClient], address: str) -> None:
    login = "administrator" if "dia-phuong" in address else "approver"
    assert client_of(login).get(address.format("9" * 30)).status_code == 404


def test_every_state_and_pillar_has_words_an_icon_and_a_colour() -> None:
    css = (PANEL / "static/app.css").read_text(encoding="utf-8")
    assert set(labels.REVISION_LOOKS) == set(RevisionState)
    assert set(labels.POST_LOOKS) == set(PostState)
    assert set(labels.PILLAR_LOOKS) == set(PILLARS)
    looks = [labels.HELD, *labels.AUDIT_LOOKS.values()]
    for table in (labels.REVISION_LOOKS, labels.POST_LOOKS, labels.PILLAR_LOOKS):
        looks += table.values()
    for look in looks:
        assert look.label
        assert look.icon in SYMBOLS
        assert f".tone-{look.tone} " in css


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    named = {entry.icon for entry in menu.MENU}
    for path in TEMPLATES:
        named |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    assert named <= SYMBOLS
    assert any(function.__name__ == "icon" for function in GLOBALS)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_carry_no_script_style_or_address_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<[a-z][^>{]*\s(style|on[a-z]+)=|<style|<script(?! src=\"\{\{ static)", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


@pytest.mark.parametrize("name", ["bootstrap.min.css", "bootstrap.bundle.min.js", "icons.svg"])
def test_vendored_files_are_what_their_page_says(name: str) -> None:
    vendor = PANEL / "static/vendor"
    digest = hashlib.sha256((vendor / name).read_bytes()).hexdigest()
    assert f"`{name}`" in (vendor / "README.md").read_text(encoding="utf-8")
    assert digest in (vendor / "README.md").read_text(encoding="utf-8")


def test_a_page_that_does_not_exist_reveals_nothing(client_of: Callable[[str], FlaskClient]) -> None:
    answer = client_of("editor").get("/khong-co-trang-nay")
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text


def test_a_fault_shows_a_plain_page_without_its_cause(
    client_of: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("mật khẩu cơ sở dữ liệu là bí mật")

    monkeypatch.setattr("campaign.panel.start._week", broken)
    answer = client_of("editor").get("/")
    assert answer.status_code == 500
    assert "Chương trình gặp lỗi" in answer.text
    assert "bí mật" not in answer.text


# ---------------------------------------------------------------- walking through


@pytest.fixture
def busy_home(world: World, people: dict[str, User], unit: Unit, clock: SetClock) -> World:
    """A home with something in every list: posts in many states, a campaign, a queue of approvals."""
    states = [PostState.SCHEDULED, PostState.FAILED, PostState.UNSURE, PostState.PUBLISHED, PostState.MISSED]
    for number, kind in enumerate(("facebook", "zalo", "loudspeaker", "facebook", "facebook")):
        post = world.post(kind, f"bai-{number}", clock.now() + timedelta(hours=number))
        post.state = states[number]
        post.save()
    plan = Campaign.create(
        unit=unit, name="Tháng hành động", starts_on=clock.now().date(), ends_on=clock.now().date() + timedelta(20),
        shares=dict.fromkeys(PILLARS, 1), created_by=people["editor"], created_at=clock.now(),
    )  # fmt: skip
    for kind in world.channels:
        world.aim(plan, kind, per_week=3)
    CampaignMessage.create(campaign=plan, message=world.approved("trong-chien-dich").message)
    for revision in Revision.select().order_by(Revision.id).limit(3):
        submit(people["editor"], revision, clock.now())
    return world


def pages(browser: FlaskClient, app: Flask) -> Iterator[tuple[str, str]]:
    """Every page within reach of links and of plain forms, a few of each kind, with its text."""
    waiting, known, kinds = ["/"], {"/"}, Counter[str]()
    while waiting:
        address = waiting.pop()
        answer = browser.get(address)
        if answer.status_code in {302, 303}:
            answer = browser.get(answer.location)
        assert answer.status_code == 200, address
        if answer.mimetype != "text/html":
            continue
        yield address, answer.text
        for found in map(unescape, re.findall(r'<a\b[^>]*\shref="(/[^"#]*)"', answer.text)):
            kind = re.sub(r"\d+|=[^&]*", "*", found)
            if found not in known and kinds[kind] < MOST_PAGES_OF_A_KIND:
                known.add(found)
                kinds[kind] += 1
                waiting.append(found)


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_a_closed_door_or_to_a_fault(
    busy_home: World, client_of: Callable[[str], FlaskClient], role: str
) -> None:
    browser = client_of(role)
    seen = 0
    for address, text in pages(browser, browser.application):
        seen += 1
        assert set(re.findall(r'icons\.svg\?v=[0-9a-f]+#([a-z0-9-]*)"', text)) <= SYMBOLS, address
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=\"|<script>|<style", text), address
        assert text.count("<h1>") == 1, address
        ids = Counter(re.findall(r'\sid="([^"]*)"', text))
        assert [name for name, times in ids.items() if times > 1] == [], address
    assert seen >= (1 if role == "operator" else 10)


# ---------------------------------------------------------------- the first page


def test_the_first_page_shows_what_needs_the_editor_and_leads_there(
    busy_home: World, client_of: Callable[[str], FlaskClient]
) -> None:
    page = client_of("editor").get("/").text
    for shown in ("Bài đăng cần xử lý", "Không gửi được", "Chưa chắc đã đăng", "Lỡ giờ", "Bảy ngày tới"):
        assert shown in page
    assert re.search(r'href="/[^"]*\d+"[^>]*>Bài bai-1<', page)


def test_the_first_page_shows_what_waits_for_the_approver(
    busy_home: World, client_of: Callable[[str], FlaskClient]
) -> None:
    page = client_of("approver").get("/").text
    assert "Chờ bạn duyệt" in page
    assert page.count('href="/duyet/') == 3


def test_a_channel_that_is_paused_is_named_with_its_reason(
    busy_home: World, client_of: Callable[[str], FlaskClient]
) -> None:
    page = busy_home.channels["facebook"]
    page.paused = "Mã truy cập đã hết hạn; hãy nối lại Trang."
    page.save()
    assert "Mã truy cập đã hết hạn; hãy nối lại Trang." in client_of("administrator").get("/").text


def test_who_only_airs_broadcasts_goes_straight_to_them(client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("operator").get("/").status_code == 302


def test_an_empty_home_teaches_the_first_step(
    client_of: Callable[[str], FlaskClient], home: Home, people: dict[str, User]
) -> None:
    elsewhere = Unit.create(name="Xã Mới", kind="xã")
    add_user(home, login="moi", name="Người mới", password=PASSWORD, unit=elsewhere, roles=["editor"])
    page = client_of("moi").get("/").text
    assert "Bắt đầu từ một thông điệp" in page
    assert 'href="/thong-diep/moi"' in page

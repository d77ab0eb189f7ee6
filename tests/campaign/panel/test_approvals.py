"""Approvals in the panel: an approver decides about exactly the text on the page, and never about their own."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from campaign.clock import SetClock
from campaign.home import Home, add_user
from campaign.models import Revision, RevisionState, Unit, User, Verdict
from campaign.workflow import Decision, content_of, create, decide, save, submit, take_back
from tests.campaign.world import content
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def submitted(people: dict[str, User], unit: Unit, clock: SetClock) -> Revision:
    # Long enough to be read aloud in half a minute, the least a station takes.
    words = content("cho-duyet", "Không lây qua cái bắt tay. " * 16)
    revision = create(people["editor"], unit, words, clock.now())
    submit(people["editor"], revision, clock.now())
    return revision


@pytest.fixture
def approver(client_of: Browsers) -> FlaskClient:
    return client_of("approver")


def fresh(revision: Revision) -> Revision:
    found: Revision = Revision.get_by_id(revision.id)
    return found


def seen_hash(page: str) -> str:
    """The hash that the form of the page would send."""
    found = re.search(r'name="seen_hash"[^>]*value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_an_approver_approves_the_text_on_the_page(approver: FlaskClient, submitted: Revision) -> None:
    address = f"/duyet/{submitted.id}"
    page = approver.get(address).text
    answer = approver.post(address, data={"decision": "approve", "seen_hash": seen_hash(page)})
    assert (answer.status_code, answer.location) == (303, "/duyet")
    assert fresh(submitted).state == RevisionState.APPROVED
    assert Verdict.get(Verdict.revision == submitted).content_hash == submitted.content_hash
    assert "Đã duyệt “Bài cho-duyet”." in approver.get("/duyet").text


def test_the_page_shows_what_a_decision_needs(approver: FlaskClient, submitted: Revision) -> None:
    page = approver.get(f"/duyet/{submitted.id}").text
    for shown in (
        "Trang Facebook", "Zalo OA", "Đài truyền thanh", "Không lây qua cái bắt tay.", "Mời bà con đọc.",
        "Luật Phòng, chống HIV/AIDS", "Năm 2006. Kiểm chứng ngày 01/11/2026.", submitted.content_hash[:8],
        "Đọc khoảng",
    ):  # fmt: skip
        assert shown in page


def test_what_a_channel_would_refuse_stands_beside_the_text(approver: FlaskClient, submitted: Revision) -> None:
    page = approver.get(f"/duyet/{submitted.id}").text
    assert "Zalo OA sẽ không nhận bản này:" in page
    assert "Zalo tải ảnh bìa từ Internet" in page


def test_a_text_that_changed_meanwhile_is_not_approved(
    approver: FlaskClient, submitted: Revision, people: dict[str, User], clock: SetClock
) -> None:
    address = f"/duyet/{submitted.id}"
    old = seen_hash(approver.get(address).text)
    take_back(people["editor"], submitted, clock.now())
    newer = replace(content_of(submitted), text="Lời đã đổi.")
    revision = save(people["editor"], submitted.message, newer, clock.now(), submitted.content_hash)
    submit(people["editor"], revision, clock.now())
    answer = approver.post(address, data={"decision": "approve", "seen_hash": old, "comment": "Tốt."})
    assert answer.status_code == 409
    assert "Bản này đã thay đổi sau khi bạn mở" in answer.text
    assert "Lời đã đổi." in answer.text
    assert "Tốt." in answer.text
    assert fresh(submitted).state == RevisionState.SUBMITTED


@pytest.mark.parametrize("decision", ["return", "reject"])
def test_sending_back_needs_a_reason(approver: FlaskClient, submitted: Revision, decision: str) -> None:
    data = {"decision": decision, "seen_hash": submitted.content_hash, "comment": "  "}
    answer = approver.post(f"/duyet/{submitted.id}", data=data)
    assert answer.status_code == 409
    assert "Hãy ghi lý do" in answer.text
    assert fresh(submitted).state == RevisionState.SUBMITTED


@pytest.mark.parametrize(
    ("decision", "state"), [("return", RevisionState.RETURNED), ("reject", RevisionState.REJECTED)]
)
def test_what_is_sent_back_reaches_its_writer_with_the_reason(
    client_of: Browsers, approver: FlaskClient, submitted: Revision, decision: str, state: RevisionState
) -> None:
    data = {"decision": decision, "seen_hash": submitted.content_hash, "comment": "Xin tách câu hai."}
    approver.post(f"/duyet/{submitted.id}", data=data)
    assert fresh(submitted).state == state
    editor = client_of("editor")
    listed = editor.get("/duyet?muc=tra-lai").text
    assert submitted.title in listed
    assert "Xin tách câu hai." in listed
    assert "Xin tách câu hai." in editor.get(f"/duyet/{submitted.id}").text
    assert submitted.title in editor.get("/").text


def test_a_decision_that_is_none_of_the_three_is_refused(approver: FlaskClient, submitted: Revision) -> None:
    data = {"decision": "publish", "seen_hash": submitted.content_hash}
    assert approver.post(f"/duyet/{submitted.id}", data=data).status_code == 422
    assert fresh(submitted).state == RevisionState.SUBMITTED


def test_nobody_decides_about_their_own(
    client_of: Browsers, home: Home, people: dict[str, User], unit: Unit, clock: SetClock
) -> None:
    both = add_user(home, login="ca-hai", name="Cả Hai", password=PASSWORD, unit=unit, roles=["editor", "approver"])
    own = create(both, unit, content("cua-toi", "Lời của tôi."), clock.now())
    submit(both, own, clock.now())
    browser = client_of("ca-hai")
    page = browser.get(f"/duyet/{own.id}").text
    assert "Bạn đã viết hoặc gửi bản này; người khác phải duyệt." in page
    assert "<fieldset disabled>" in page
    answer = browser.post(f"/duyet/{own.id}", data={"decision": "approve", "seen_hash": own.content_hash})
    assert answer.status_code == 409
    assert fresh(own).state == RevisionState.SUBMITTED
    assert own.title not in browser.get("/duyet?muc=cho-toi").text
    assert own.title in browser.get("/duyet?muc=toi-gui").text


def test_the_difference_to_the_last_approved_text_is_marked_word_by_word(
    approver: FlaskClient, submitted: Revision, people: dict[str, User], clock: SetClock
) -> None:
    decide(people["approver"], submitted, Decision.APPROVE, clock.now(), seen_hash=submitted.content_hash)
    changed = replace(content_of(submitted), text="Không lây qua bữa cơm chung.")
    revision = save(people["editor"], submitted.message, changed, clock.now(), submitted.content_hash)
    submit(people["editor"], revision, clock.now())
    page = approver.get(f"/duyet/{revision.id}").text
    assert "Khác gì bản 1 đã duyệt" in page
    assert "<del>cái</del><ins>bữa</ins>" in page
    assert "Không lây qua " in page


def test_every_role_has_the_tabs_it_has_use_for(client_of: Browsers) -> None:
    tabs = {role: client_of(role).get("/duyet").text for role in ("editor", "approver")}
    assert "Cần tôi duyệt" in tabs["approver"]
    assert "Tôi gửi" not in tabs["approver"]
    assert "Cần tôi duyệt" not in tabs["editor"]
    assert "Bị trả lại" in tabs["editor"]


def test_the_menu_counts_what_waits_for_this_person(
    client_of: Browsers, approver: FlaskClient, submitted: Revision
) -> None:
    badge = re.compile(r'<span class="count" title="đang chờ bạn">1</span>')
    assert badge.search(approver.get("/duyet").text)
    assert not badge.search(client_of("editor").get("/duyet").text)


def test_a_long_queue_is_listed_thirty_at_a_time(
    approver: FlaskClient, people: dict[str, User], clock: SetClock
) -> None:
    library = list(Revision.select().order_by(Revision.id).limit(32))
    for revision in library:
        submit(people["editor"], revision, clock.now())
    further = f"/duyet?muc=cho-toi&amp;sau={library[29].id}"
    first = approver.get("/duyet").text
    assert first.count("stretched-link") == 30
    assert further in first
    assert approver.get(further.replace("&amp;", "&")).text.count("stretched-link") == 2


@pytest.mark.parametrize("role", ["reviewer", "administrator", "editor", "operator"])
def test_who_is_not_an_approver_decides_nothing(client_of: Browsers, submitted: Revision, role: str) -> None:
    data = {"decision": "approve", "seen_hash": submitted.content_hash}
    assert client_of(role).post(f"/duyet/{submitted.id}", data=data).status_code == 404
    assert fresh(submitted).state == RevisionState.SUBMITTED


def test_an_approver_elsewhere_finds_nothing_here(
    client_of: Browsers, home: Home, unit: Unit, submitted: Revision
) -> None:
    elsewhere = Unit.create(name="Xã Khác", kind="xã")
    add_user(home, login="noi-khac", name="Người nơi khác", password=PASSWORD, unit=elsewhere, roles=["approver"])
    browser = client_of("noi-khac")
    data = {"decision": "approve", "seen_hash": submitted.content_hash}
    assert browser.get(f"/duyet/{submitted.id}").status_code == 404
    assert browser.post(f"/duyet/{submitted.id}", data=data).status_code == 404
    assert "Không có bản nào chờ bạn duyệt." in browser.get("/duyet").text


def test_a_text_that_a_channel_would_refuse_is_not_approved(
    approver: FlaskClient, people: dict[str, User], unit: Unit, clock: SetClock
) -> None:
    revision = create(people["editor"], unit, content("qua-ngan", "Không lây qua cái bắt tay."), clock.now())
    submit(people["editor"], revision, clock.now())
    data = {"decision": "approve", "seen_hash": revision.content_hash, "comment": ""}
    answer = approver.post(f"/duyet/{revision.id}", data=data)
    assert answer.status_code == 409
    assert "Đài truyền thanh: Bài đọc chỉ" in answer.text
    assert fresh(revision).state == "submitted"

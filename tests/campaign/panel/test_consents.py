"""The consent of whoever tells their story: recorded for exactly one text, its evidence logged, ended in one step."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import g, render_template
from flask.testing import FlaskClient

from campaign.clock import local_day
from campaign.consents import IDENTITIES
from campaign.home import add_user
from campaign.models import Audit, Consent, Post, PostState, Revision, RevisionState, Task, Unit, User
from campaign.panel import consents as page
from campaign.workflow import latest_revision
from tests.campaign.test_consents import PAPER, agree, approve, story, told
from tests.campaign.world import World, state
from tests.conftest import PASSWORD, ROLES

Browsers = Callable[[str], FlaskClient]


def address(revision: Revision, rest: str = "") -> str:
    return f"/thong-diep/{revision.message_id}/dong-y{rest}"


def typed(world: World, revision: Revision, **changes: Any) -> dict[str, Any]:
    """What a browser sends for a complete record; None leaves a field out."""
    today = local_day(world.clock.now())
    values = {
        "seen_hash": revision.content_hash,
        "alias": "Chị Mai",
        "identity": "alias",
        "purpose": "Kể chuyện điều trị",
        "channels": ["facebook", "zalo"],
        "territory": "Trong tỉnh",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=60)).isoformat(),
        "explained_by": "Cán bộ trạm y tế",
        "contact": "Trạm Y tế xã Thử",
        "has_read": "y",
        "no_inducement": "y",
        "evidence": (io.BytesIO(PAPER), "Nguyen Van That ky.PDF"),
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.fixture
def approver(client_of: Browsers) -> FlaskClient:
    return client_of("approver")


# ---------------------------------------------------------------- the record


def test_a_consent_is_recorded_for_exactly_the_text_on_the_page(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    shown = approver.get(address(revision)).text
    assert f'value="{revision.content_hash}"' in shown
    answer = approver.post(address(revision), data=typed(world, revision, companions="Chồng, đã đồng ý"))
    assert (answer.status_code, answer.location) == (303, address(revision, "?ban=1"))
    consent = Consent.get()
    today = local_day(world.clock.now())
    assert (consent.content_hash, consent.alias, consent.identity) == (revision.content_hash, "Chị Mai", "alias")
    assert (consent.channels, consent.territory) == (["facebook", "zalo"], "Trong tỉnh")
    assert (consent.starts_on, consent.ends_on) == (today, today + timedelta(days=60))
    assert (consent.explained_by, consent.contact) == ("Cán bộ trạm y tế", "Trạm Y tế xã Thử")
    assert (consent.companions, consent.guardian, consent.user.login) == ("Chồng, đã đồng ý", "", "approver")
    assert "Đã ghi đồng ý của người kể" in approver.get(answer.location).text


def test_nothing_is_agreed_to_beforehand(world: World, approver: FlaskClient) -> None:
    shown = approver.get(address(story(world))).text
    assert '<option selected value="alias">' in shown
    assert not re.search(r"<input[^>]*type=\"checkbox\"[^>]*\schecked", shown)
    assert re.search(r'<input[^>]*name="ends_on"[^>]*value=""', shown)


def test_the_page_says_what_the_teller_must_be_told(world: World, approver: FlaskClient) -> None:
    shown = approver.get(address(story(world))).text
    for words in ("Loa đã phát thì không thu lại được", "Đừng ghi tên xã, thôn", "chính em đều phải"):
        assert words in shown
    for label in IDENTITIES.values():
        assert label in shown


def test_the_name_of_the_uploaded_file_is_not_kept(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    approver.post(address(revision), data=typed(world, revision))
    assert Consent.get().evidence_name == "dong-y-chuyen.pdf"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"alias": " "}, "Hãy điền ô này."),
        ({"channels": None}, "Hãy chọn ít nhất một kênh."),
        ({"channels": ["youtube"]}, "Hãy chọn trong danh sách."),
        ({"identity": "khac"}, "Hãy chọn một mục trong danh sách."),
        ({"ends_on": "mai"}, "Hãy nhập ngày dạng"),
        ({"ends_on": "2020-01-01"}, "Ngày cuối phải từ ngày đầu trở đi."),
        ({"has_read": None}, "Hãy cho người kể xem hoặc nghe"),
        ({"no_inducement": None}, "Không ghi được đồng ý nếu người kể bị ép buộc"),
        ({"evidence": None}, "Hãy chọn tệp"),
        ({"is_child": "y"}, "Người kể là trẻ em thì phải có mục này."),
        ({"is_child": "y", "guardian": "Bà ngoại"}, "Người kể là trẻ em thì phải có mục này."),
        ({"guardian": "Bà ngoại"}, "Hãy đánh dấu “Người kể là trẻ em”"),
    ],
)
def test_what_is_missing_is_marked_and_what_was_typed_stays(
    world: World, approver: FlaskClient, changes: dict[str, Any], sentence: str
) -> None:
    revision = story(world)
    answer = approver.post(address(revision), data=typed(world, revision, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Trạm Y tế xã Thử"' in answer.text
    assert Consent.select().count() == 0


def test_for_a_child_the_guardian_and_the_child_have_agreed(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    child = {"is_child": "y", "guardian": "Bà ngoại", "own_word": "y"}
    assert approver.post(address(revision), data=typed(world, revision, **child)).status_code == 303
    assert Consent.get().guardian == "Bà ngoại"
    assert "Người đại diện đã đồng ý: Bà ngoại. Chính em cũng đồng ý." in approver.get(address(revision)).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"evidence": (io.BytesIO(b"MZ\x90\x00"), "a.pdf")}, "Bằng chứng phải là tệp PDF"),
        ({"seen_hash": "0" * 64}, "Bản lời vừa thay đổi"),
    ],
)
def test_what_the_house_below_refuses_is_said_on_the_form(
    world: World, approver: FlaskClient, changes: dict[str, Any], sentence: str
) -> None:
    revision = story(world)
    answer = approver.post(address(revision), data=typed(world, revision, **changes))
    assert answer.status_code == 409
    assert sentence in answer.text and 'value="Chị Mai"' in answer.text
    assert Consent.select().count() == 0


# ---------------------------------------------------------------- who may see it


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"approver"}))
def test_the_page_is_not_there_for_those_without_the_right(world: World, client_of: Browsers, role: str) -> None:
    consent = agree(world, story(world))
    revision = latest_revision(consent.message)
    browser = client_of(role)
    assert browser.get(address(revision)).status_code == 404
    assert browser.post(address(revision), data=typed(world, revision)).status_code == 404
    assert browser.get(address(revision, f"/{consent.id}/bang-chung")).status_code == 404
    assert browser.post(address(revision, f"/{consent.id}/rut"), data={"note": "x"}).status_code == 404
    assert (Consent.select().count(), Audit.select().where(Audit.action == "view_evidence").count()) == (1, 0)
    assert Consent.get().withdrawn_at is None


def test_an_approver_of_another_unit_sees_nothing(world: World, client_of: Browsers) -> None:
    consent = agree(world, story(world))
    elsewhere = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="ben", name="Người bên", password=PASSWORD, unit=elsewhere, roles=["approver"])
    revision = latest_revision(consent.message)
    assert client_of("ben").get(address(revision)).status_code == 404
    assert client_of("ben").get(address(revision, f"/{consent.id}/bang-chung")).status_code == 404


def state_of(client_of: Browsers, login: str, revision: Revision) -> str:
    """The partial as pages include it."""
    with client_of(login).application.test_request_context("/"):
        g.user = User.get(User.login == login)
        return render_template("consents/_state.html", message=revision.message, revision=revision)


def test_others_see_how_it_stands_and_no_more(world: World, client_of: Browsers) -> None:
    revision = story(world)
    assert "Chưa có đồng ý của người kể cho đúng bản lời này" in state_of(client_of, "editor", revision)
    agree(world, revision)
    shown = state_of(client_of, "editor", revision)
    last = local_day(world.clock.now()) + timedelta(days=60)
    assert f"Người kể đồng ý với đúng bản lời này, đến hết ngày {last:%d/%m/%Y}." in shown
    assert "<a " not in shown and "Chị Mai" not in shown
    assert address(revision, "?ban=1") in state_of(client_of, "approver", revision)


def test_a_withdrawal_is_seen_by_everybody(world: World, client_of: Browsers, approver: FlaskClient) -> None:
    consent = agree(world, story(world))
    revision = latest_revision(consent.message)
    approver.post(address(revision, f"/{consent.id}/rut"), data={"note": "Gọi điện sáng nay."})
    shown = state_of(client_of, "editor", revision)
    assert "Đã rút đồng ý" in shown and "không được dùng lại" in shown
    assert "Gọi điện" not in shown


def test_a_message_that_tells_no_story_shows_no_state(world: World, client_of: Browsers) -> None:
    assert "Đồng ý" not in state_of(client_of, "approver", world.approved("thuong"))


# ---------------------------------------------------------------- the evidence


def test_the_evidence_is_a_file_to_save_that_nobody_may_keep_on_the_way(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    consent = agree(world, revision)
    answer = approver.get(address(revision, f"/{consent.id}/bang-chung"))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PAPER, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=dong-y.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_look_is_listed_with_who_and_when(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    consent = agree(world, revision)
    assert "Chưa ai mở." in approver.get(address(revision)).text
    for _ in range(2):
        approver.get(address(revision, f"/{consent.id}/bang-chung"))
    shown = approver.get(address(revision)).text
    assert "Đã mở 2 lần" in shown
    assert shown.count("<li>Người approver, 09:00, Thứ Hai, 16/11/2026</li>") == 2


def test_evidence_is_not_given_under_the_address_of_another_message(world: World, approver: FlaskClient) -> None:
    consent = agree(world, story(world))
    other = story(world, "khac")
    assert approver.get(address(other, f"/{consent.id}/bang-chung")).status_code == 404


def test_evidence_that_is_gone_is_said_in_a_sentence(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    consent = agree(world, revision)
    (world.home.evidence.folder / f"{consent.evidence_sha256}.sealed").unlink()
    answer = approver.get(address(revision, f"/{consent.id}/bang-chung"), follow_redirects=True)
    assert "Tệp bằng chứng không còn trên máy" in answer.text


# ---------------------------------------------------------------- taking it back


def test_the_page_says_exactly_what_a_withdrawal_does(world: World, approver: FlaskClient) -> None:
    told(world)
    world.deliver()
    told(world, "zalo", later=timedelta(days=2))
    told(world, later=timedelta(days=3))
    revision = Revision.get(Revision.title == "Bài chuyen")
    confirm = re.search(
        r'data-confirm="([^"]*)"[^>]*data-confirm-yes="Rút đồng ý"', approver.get(address(revision)).text
    )
    assert confirm is not None
    for sentence in (
        "2 bài chưa gửi sẽ dừng ngay.",
        "1 bài đã ra hoặc đã giao bản đọc sẽ thành việc phải gỡ",
        "không bao giờ được dùng lại",
    ):
        assert sentence in confirm[1]
    answer = approver.post(
        address(revision, f"/{Consent.get().id}/rut"), data={"note": "Gọi điện."}, follow_redirects=True
    )
    assert "dừng 2 bài chưa gửi, mở 2 việc phải làm" in answer.text
    assert sorted(state(post) for post in Post.select()) == ["cancelled", "cancelled", "published"]
    assert Revision.get_by_id(revision.id).state == RevisionState.WITHDRAWN


@pytest.mark.parametrize("before", list(PostState))
def test_what_is_announced_is_what_happens_to_a_post_in_any_state(
    world: World, approver: FlaskClient, before: PostState
) -> None:
    post = told(world, later=timedelta(days=1))
    Post.update(state=before, hold="").where(Post.id == post.id).execute()
    announced = page.effects(post.revision.message)
    approver.post(address(post.revision, f"/{Consent.get().id}/rut"), data={"note": "Gọi điện."})
    stopped = Audit.select().where(Audit.action == "cancel", Audit.subject == f"post:{post.id}").count()
    assert announced == page.Effects(stopped, Task.select().where(Task.kind == "take_down").count())


def test_after_a_withdrawal_nothing_more_is_recorded_and_the_note_stays(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    consent = agree(world, revision)
    approver.post(address(revision, f"/{consent.id}/rut"), data={"note": "Gọi điện sáng nay."})
    shown = approver.get(address(revision)).text
    assert "không được dùng lại" in shown and "Gọi điện sáng nay." in shown
    assert "Ghi đồng ý" not in shown and "Rút đồng ý</button>" not in shown
    answer = approver.post(address(revision), data=typed(world, revision))
    assert answer.status_code == 409
    assert Consent.select().count() == 1


def test_a_withdrawal_without_a_note_changes_nothing(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    consent = agree(world, revision)
    answer = approver.post(address(revision, f"/{consent.id}/rut"), data={"note": " "}, follow_redirects=True)
    assert "Hãy ghi người kể báo rút bằng cách nào" in answer.text
    assert Consent.get().withdrawn_at is None


def test_an_older_consent_says_that_it_is_for_another_text(world: World, approver: FlaskClient) -> None:
    revision = story(world)
    agree(world, revision)
    approve(world, revision)
    Revision.update(content_hash="0" * 64).where(Revision.id == revision.id).execute()
    shown = approver.get(address(revision)).text
    assert "Cho bản lời khác" in shown and "Ghi thêm một đồng ý" in shown

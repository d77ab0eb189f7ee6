"""What an editor sees and does about posts that have left: doubts, missed posts, taking down, rewording."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from campaign import scheduling
from campaign.ledger import NEVER
from campaign.models import Amendment, Channel, Post, PostState, Task
from campaign.recall import MOVING
from channels.registry import KINDS
from tests.campaign.panel.test_posts import put
from tests.campaign.test_afterwards import amend, kept, published, reword, withdraw
from tests.campaign.world import World, fresh, state

Browsers = Callable[[str], FlaskClient]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
INBOX = "/can-xu-ly"


@pytest.fixture
def editor(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("editor")


@pytest.fixture
def ahead(world: World) -> World:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    return world


def section(page: str, name: str) -> str:
    """One section of the page, by the id of its heading."""
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


# ---------------------------------------------------------------- the inbox of doubts


def test_a_post_in_doubt_says_what_happened_when_it_is_read_back_and_where_to_look(
    editor: FlaskClient, world: World
) -> None:
    world.facebook.fault("cut_before")
    world.post("facebook", "nghi")
    world.deliver()
    inbox = section(editor.get(INBOX).text, "unsure")
    for words in (
        "Bài nghi", "Lời của nghi.", "hãy mở Trang để xem.", "Chương trình tự đọc lại lúc 09:01",
        f"https://www.facebook.com/{world.page_id}", "Đã lên", "Chưa lên",
    ):  # fmt: skip
        assert words in inbox


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"act_at": NEVER}, "Chương trình đã thôi tự đọc lại."),
        ({"act_at": -MINUTE}, "Chương trình đang đọc lại kênh."),
        ({"act_at": HOUR, "paused": "Mã hết hạn."}, "Kênh đang tạm dừng nên chương trình chưa đọc lại."),
    ],
)
def test_where_no_hour_of_the_next_look_is_known_the_inbox_says_why(
    editor: FlaskClient, world: World, changes: dict[str, timedelta | str], sentence: str
) -> None:
    put(world.post("facebook", "nghi"), PostState.UNSURE, act_at=world.clock.now() + changes["act_at"])
    Channel.update(paused=changes.get("paused", "")).execute()
    assert sentence in section(editor.get(INBOX).text, "unsure")


def test_a_kind_that_cannot_be_read_back_is_in_the_inbox_at_once_and_says_so(
    editor: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KINDS["facebook"], "reads_back", False)
    world.facebook.fault("cut")
    world.post("facebook", "nghi")
    world.deliver()
    assert "không tự đọc lại được kênh này" in section(editor.get(INBOX).text, "unsure")


def test_a_post_given_ahead_is_not_asked_about_before_its_hour_but_after_it(client_of: Browsers, ahead: World) -> None:
    editor = client_of("editor")
    ahead.facebook.fault("cut_before")
    post = ahead.post("facebook", "truoc", ahead.clock.now() + DAY)
    ahead.deliver()
    page = editor.get(INBOX).text
    assert 'id="unsure"' not in page
    waiting = section(page, "unseen")
    assert "Chương trình tự đọc lại lúc" in waiting and "Đã lên" not in waiting
    own = editor.get(f"/bai/{post.id}").text
    assert "Chưa rõ dịch vụ đã nhận bài hẹn giờ này chưa." in own and "Đã lên" not in own
    assert "Cần xử lý" in page and 'class="count">1' not in page.partition("<main")[0]
    ahead.clock.advance(DAY + MINUTE)
    editor = client_of("editor")
    assert "Đã lên" in section(editor.get(INBOX).text, "unsure")
    assert "Đã lên" in editor.get(f"/bai/{post.id}").text


# ---------------------------------------------------------------- missed posts


def missed(world: World, number: int) -> list[Post]:
    posts = [world.post("facebook", f"lo-{n}", world.clock.now() - (9 - n) * HOUR) for n in range(number)]
    return [put(post, PostState.MISSED, error="Đã qua giờ hẹn.") for post in posts]


def test_ticked_missed_posts_go_out_one_after_another_and_the_others_stay(editor: FlaskClient, world: World) -> None:
    Channel.update(min_gap_minutes=30).where(Channel.id == world.channels["facebook"].id).execute()
    posts, now = missed(world, 4), world.clock.now()
    page = section(editor.get(INBOX).text, "missed")
    assert page.count('type="checkbox"') == 4 and "checked" not in page
    answer = editor.post(f"{INBOX}/lo-gio", data={"post": [post.id for post in posts[:3]], "step": "send"})
    assert answer.location == INBOX
    assert [fresh(post).due_at for post in posts[:3]] == [now, now + 30 * MINUTE, now + HOUR]
    assert state(posts[3]) is PostState.MISSED
    world.deliver()
    assert world.feed == ["Lời của lo-0."]


def test_ticked_missed_posts_can_be_dropped_together(editor: FlaskClient, world: World) -> None:
    posts = missed(world, 3)
    editor.post(f"{INBOX}/lo-gio", data={"post": [post.id for post in posts[:2]], "step": "skip"})
    assert [state(post) for post in posts] == [PostState.CANCELLED, PostState.CANCELLED, PostState.MISSED]


def test_nothing_ticked_changes_nothing_and_who_only_views_has_no_boxes(world: World, client_of: Browsers) -> None:
    posts = missed(world, 2)
    client_of("editor").post(f"{INBOX}/lo-gio", data={"step": "send"})
    reviewer = client_of("reviewer")
    assert "checkbox" not in reviewer.get(INBOX).text
    assert reviewer.post(f"{INBOX}/lo-gio", data={"post": posts[0].id, "step": "skip"}).status_code == 404
    assert {state(post) for post in posts} == {PostState.MISSED}


# ---------------------------------------------------------------- take down


@pytest.mark.parametrize("login", ["editor", "approver"])
def test_a_post_is_taken_down_from_its_page_with_a_reason_that_stays_in_sight(
    world: World, client_of: Browsers, login: str
) -> None:
    post, browser = published(world), client_of(login)
    assert "Gỡ bài khỏi kênh" in browser.get(f"/bai/{post.id}").text
    browser.post(f"/bai/{post.id}/go", data={"reason": "Sai số điện thoại."})
    page = browser.get(f"/bai/{post.id}").text
    assert "Đang gỡ bài này khỏi kênh." in page and "Gỡ bài khỏi kênh" not in page
    amend(world)
    page = browser.get(f"/bai/{post.id}").text
    assert "Đã gỡ" in page and page.count("Sai số điện thoại.") >= 2
    assert world.feed == []


def test_who_only_views_takes_nothing_down(world: World, client_of: Browsers) -> None:
    post, reviewer = published(world), client_of("reviewer")
    assert "Gỡ bài khỏi kênh" not in reviewer.get(f"/bai/{post.id}").text
    assert reviewer.post(f"/bai/{post.id}/go", data={"reason": "Không thích."}).status_code == 404
    assert Amendment.select().count() == 0


def test_a_take_down_that_does_not_get_through_is_in_the_inbox_after_a_quarter_of_an_hour(
    editor: FlaskClient, world: World
) -> None:
    post = published(world)
    editor.post(f"/bai/{post.id}/go", data={"reason": "Sai."})
    assert 'id="amending"' not in editor.get(INBOX).text
    world.clock.advance(16 * MINUTE)
    assert "Bài mot" in section(editor.get(INBOX).text, "amending")


# ---------------------------------------------------------------- reword


def test_newer_approved_words_are_shown_beside_the_old_and_then_put_up(editor: FlaskClient, world: World) -> None:
    post = published(world)
    assert "Sửa bài đã đăng" not in editor.get(f"/bai/{post.id}").text
    assert "Không có gì để sửa" in editor.get(f"/bai/{post.id}/sua").text
    reword(world, post, "Lời mới thay mot.")
    assert f'href="/bai/{post.id}/sua"' in editor.get(f"/bai/{post.id}").text
    page = editor.get(f"/bai/{post.id}/sua").text
    assert "<del>" in page and "<ins>" in page and "Lời mới thay mot." not in page
    seen = page.partition('name="seen_hash" value="')[2].partition('"')[0]
    editor.post(f"/bai/{post.id}/sua", data={"seen_hash": seen})
    assert "Đang thay lời bài này trên kênh." in editor.get(f"/bai/{post.id}").text
    amend(world)
    page = editor.get(f"/bai/{post.id}").text
    assert "Lời mới thay mot." in page
    assert "Lời của mot." in section(page, "editions")
    assert world.feed == ["Lời mới thay mot."]


def test_an_approver_does_not_reword(world: World, client_of: Browsers) -> None:
    post = published(world)
    reword(world, post)
    approver = client_of("approver")
    assert f"/bai/{post.id}/sua" not in approver.get(f"/bai/{post.id}").text
    assert approver.get(f"/bai/{post.id}/sua").status_code == 404
    assert approver.post(f"/bai/{post.id}/sua", data={"seen_hash": "x"}).status_code == 404


def test_a_task_to_take_down_that_is_done_takes_the_post_off_the_books(
    editor: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KINDS["facebook"], "removes", False)
    post = published(world)
    editor.post(f"/bai/{post.id}/go", data={"reason": "Sai."})
    assert "Cần người gỡ bài này trên kênh." in editor.get(f"/bai/{post.id}").text
    assert "Gỡ bài ngày" in editor.get("/viec-phai-lam").text
    editor.post(f"/viec-phai-lam/{Task.get().id}", data={"note": "Đã xóa trên Trang."})
    assert state(post) is PostState.REMOVED


# ---------------------------------------------------------------- what a service keeps


def test_a_kept_post_is_moved_from_its_page_and_the_page_says_that_the_service_has_the_old_hour(
    editor: FlaskClient, ahead: World
) -> None:
    post = kept(ahead)
    day = {"day": "2026-11-16", "time": "16:00"}
    editor.post(f"/bai/{post.id}/doi-gio", data=day)
    page = editor.get(f"/bai/{post.id}").text
    assert fresh(post).hold == MOVING
    for words in ("Đang đổi giờ sang 16:00", "dịch vụ vẫn giữ giờ cũ", "Đang rút khỏi kênh"):
        assert words in page
    withdraw(ahead)
    assert "Đang đổi giờ" not in editor.get(f"/bai/{post.id}").text
    assert fresh(post).due_at.isoformat() == "2026-11-16T09:00:00+00:00"


def test_a_kept_post_that_is_cancelled_says_where_it_still_is(editor: FlaskClient, ahead: World) -> None:
    post = kept(ahead)
    scheduling.cancel(ahead.people["editor"], post, ahead.clock.now())
    assert "Bài còn ở Kênh facebook cho tới khi máy gửi rút xong" in editor.get(f"/bai/{post.id}").text

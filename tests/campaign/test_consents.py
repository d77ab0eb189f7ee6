"""Consent: a person's story goes out only as they agreed to, and stops at once when they take their word back."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from campaign import broadcasts, consents, tasks, withdrawals
from campaign.broadcasts import Airing
from campaign.clock import local_day
from campaign.consents import Terms
from campaign.errors import NotAllowed, Problem
from campaign.models import Audit, Consent, Post, PostState, Revision, RevisionState, Task
from campaign.scheduling import schedule
from campaign.workflow import Decision, content_of, create, decide, save, submit
from channels.registry import KINDS
from tests.campaign.world import World, content, fresh, state
from tests.engines import on_both_engines

PAPER = b"%PDF-1.7\n" + "Bản đồng ý 4711 có chữ ký".encode()
STORY = "Tôi điều trị đều và sống khỏe. Mong bà con đi xét nghiệm sớm."
ALL = ("facebook", "zalo", "loudspeaker")


def terms(world: World, **changes: object) -> Terms:
    today = local_day(world.clock.now())
    agreed = Terms(
        alias="Chị Mai (tên khác)", identity="alias", purpose="Kể chuyện điều trị trong Tháng hành động",
        channels=ALL, territory="Trong tỉnh", starts_on=today, ends_on=today + timedelta(days=60),
        explained_by="Cán bộ trạm y tế", contact="Trạm Y tế xã Thử", no_inducement=True,
    )  # fmt: skip
    return replace(agreed, **changes)  # type: ignore[arg-type]


def story(world: World, slug: str = "chuyen", text: str = STORY) -> Revision:
    message = content(slug, text, register="testimony")
    revision = create(world.people["editor"], world.unit, message, world.clock.now())
    submit(world.people["editor"], revision, world.clock.now())
    return revision


def agree(world: World, revision: Revision, data: bytes = PAPER, **changes: object) -> Consent:
    return consents.record(
        world.people["approver"], revision, terms(world, **changes), data, "dong-y.pdf", world.home.evidence,
        world.clock.now(),
    )  # fmt: skip


def approve(world: World, revision: Revision) -> Revision:
    decide(world.people["approver"], revision, Decision.APPROVE, world.clock.now(), seen_hash=revision.content_hash)
    found: Revision = Revision.get_by_id(revision.id)
    return found


def told(world: World, kind: str = "facebook", later: timedelta = timedelta(0), **changes: object) -> Post:
    known = Revision.select().where(Revision.title == "Bài chuyen").first()
    if known is None:
        known = story(world)
        agree(world, known, **changes)
        approve(world, known)
    return schedule(
        world.home.freezer, user=world.people["editor"], campaign=None, channel=world.channels[kind],
        revision=Revision.get_by_id(known.id), due=world.clock.now() + later, now=world.clock.now(),
    )  # fmt: skip


# ---------------------------------------------------------------- before anything goes out


def test_a_story_without_consent_is_not_approved(world: World) -> None:
    with pytest.raises(Problem, match="Chưa có đồng ý của người kể cho đúng bản lời này"):
        approve(world, story(world))


def test_a_story_with_consent_is_approved_and_goes_out(world: World) -> None:
    post = told(world)
    world.deliver()
    assert state(post) == PostState.PUBLISHED


def test_consent_is_for_one_text_and_not_for_a_changed_one(world: World) -> None:
    agree(world, story(world))
    other = story(world, "chuyen-khac")
    agree(world, other)
    Revision.update(state=RevisionState.DRAFT).where(Revision.id == other.id).execute()
    changed = replace(content_of(other), text=STORY + " Xin cảm ơn.")
    revision = save(world.people["editor"], other.message, changed, world.clock.now(), other.content_hash)
    submit(world.people["editor"], revision, world.clock.now())
    with pytest.raises(Problem, match="đúng bản lời này"):
        approve(world, revision)


def test_calling_a_story_something_else_does_not_get_around_the_consent(world: World) -> None:
    revision = story(world)
    agree(world, revision)
    changed = replace(content("chuyen", STORY + " Xin cảm ơn."), register="public")
    Revision.update(state=RevisionState.DRAFT).where(Revision.id == revision.id).execute()
    again = save(world.people["editor"], revision.message, changed, world.clock.now(), revision.content_hash)
    submit(world.people["editor"], again, world.clock.now())
    with pytest.raises(Problem, match="đồng ý"):
        approve(world, again)


def test_every_channel_of_the_story_must_have_been_agreed_to(world: World) -> None:
    revision = story(world)
    agree(world, revision, channels=("facebook",))
    with pytest.raises(Problem, match="mọi kênh"):
        approve(world, revision)


def test_a_post_beyond_the_last_day_of_the_consent_is_not_scheduled(world: World) -> None:
    told(world)
    with pytest.raises(Problem, match="có hiệu lực"):
        told(world, "zalo", later=timedelta(days=61))


def refusal(world: World, revision: Revision, kind: str = "facebook", later: timedelta = timedelta(0)) -> str:
    day = local_day(world.clock.now() + later)
    return consents.obstacle(revision.message, "testimony", revision.content_hash, [kind], day)


def test_the_newest_record_of_a_person_counts_where_it_allows_less(world: World) -> None:
    revision = story(world)
    agree(world, revision)
    agree(world, revision, channels=("facebook",), alias="chị  Mai (Tên khác)")
    assert refusal(world, revision) == ""
    assert refusal(world, revision, "zalo").startswith("“chị  Mai (Tên khác)” chưa đồng ý cho dùng trên mọi kênh")


def test_the_newest_record_of_a_person_counts_where_it_ends_earlier_or_later(world: World) -> None:
    revision, today = story(world), local_day(world.clock.now())
    agree(world, revision, ends_on=today + timedelta(days=9))
    assert "có hiệu lực" in refusal(world, revision, later=timedelta(days=10))
    agree(world, revision, ends_on=today + timedelta(days=20))
    assert refusal(world, revision, later=timedelta(days=20)) == ""
    agree(world, revision, ends_on=today + timedelta(days=5))
    assert "có hiệu lực" in refusal(world, revision, later=timedelta(days=6))


def test_everybody_in_a_story_must_agree_to_the_channel_and_the_day(world: World) -> None:
    revision, today = story(world), local_day(world.clock.now())
    agree(world, revision)
    agree(world, revision, alias="Anh Nam", channels=("facebook",), ends_on=today + timedelta(days=9))
    assert refusal(world, revision) == ""
    assert refusal(world, revision, "zalo").startswith("“Anh Nam” chưa đồng ý")
    assert refusal(world, revision, later=timedelta(days=10)).startswith("Đồng ý của “Anh Nam” không còn")


def test_a_consent_of_one_person_that_ran_out_cancels_though_the_other_still_agrees(world: World) -> None:
    post = told(world, later=timedelta(days=9))
    day = local_day(world.clock.now())
    agree(world, post.revision, alias="Anh Nam", ends_on=day + timedelta(days=8))
    assert withdrawals.expire(day + timedelta(days=9), world.clock.now()) == 1
    assert state(post) == PostState.CANCELLED


def test_a_renewed_consent_cancels_nothing_when_the_old_record_runs_out(world: World) -> None:
    post = told(world, later=timedelta(days=60))
    day = local_day(world.clock.now())
    agree(world, post.revision, ends_on=day + timedelta(days=90))
    assert withdrawals.expire(day + timedelta(days=61), world.clock.now()) == 0
    assert state(post) == PostState.SCHEDULED


def test_a_consent_to_one_text_that_ran_out_leaves_another_text_of_the_story_alone(world: World) -> None:
    post = told(world, later=timedelta(days=60))
    day, old = local_day(world.clock.now()), content("chuyen", STORY + " Xin cảm ơn.", register="testimony")
    agree(world, save(world.people["editor"], post.revision.message, old, world.clock.now(), post.content_hash))
    Consent.update(ends_on=day).where(Consent.content_hash == old.content_hash).execute()
    assert withdrawals.expire(day + timedelta(days=1), world.clock.now()) == 0
    assert state(post) == PostState.SCHEDULED


def test_a_consent_that_ran_out_holds_what_is_scheduled_and_then_cancels_it(world: World) -> None:
    post = told(world, later=timedelta(days=60))
    day = local_day(world.clock.now()) + timedelta(days=61)
    assert withdrawals.expire(day, world.clock.now()) == 1
    assert state(post) == PostState.CANCELLED


# ---------------------------------------------------------------- the record


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"alias": " "}, "Tên gọi"),
        ({"purpose": ""}, "Mục đích"),
        ({"territory": ""}, "Phạm vi"),
        ({"explained_by": ""}, "Người đã giải thích"),
        ({"contact": ""}, "Nơi liên hệ"),
        ({"identity": "khac"}, "mức độ nhận diện"),
        ({"channels": ()}, "ít nhất một kênh"),
        ({"ends_on": date(2020, 1, 1)}, "Ngày kết thúc"),
        ({"no_inducement": False}, "ép buộc"),
    ],
)
def test_a_record_that_lacks_what_the_law_asks_for_is_refused(
    world: World, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        agree(world, story(world), **changes)
    assert Consent.select().count() == 0


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00", b"<html></html>", b"GIF89a"])
def test_evidence_of_another_type_is_refused_whatever_it_is_called(world: World, data: bytes) -> None:
    with pytest.raises(Problem, match="Bằng chứng phải là tệp"):
        agree(world, story(world), data)


def test_a_recording_of_a_voice_recorder_is_evidence(world: World) -> None:
    assert agree(world, story(world), data=b"\xff\xf3" + bytes(200)).evidence_mime == "audio/mpeg"


def test_evidence_is_unreadable_on_disk_and_nowhere_in_the_database(world: World) -> None:
    consent = agree(world, story(world))
    sealed = (world.home.evidence.folder / f"{consent.evidence_sha256}.sealed").read_bytes()
    assert PAPER not in sealed
    everything = b"".join(path.read_bytes() for path in Path(world.home.config.home).rglob("*") if path.is_file())
    assert b"4711 c" not in everything


def test_every_look_at_the_evidence_is_logged_and_only_for_those_who_may(world: World) -> None:
    consent = agree(world, story(world))
    assert world.home.evidence.open(world.people["approver"], consent, world.clock.now()) == PAPER
    looks = Audit.select().where(Audit.action == "view_evidence")
    assert [row.user for row in looks] == [world.people["approver"]]
    for role in ("editor", "reviewer", "operator", "administrator"):
        with pytest.raises(NotAllowed):
            world.home.evidence.open(world.people[role], consent, world.clock.now())
    assert looks.count() == 1


def test_evidence_that_was_changed_on_disk_is_not_shown(world: World) -> None:
    first, second = story(world), story(world, "khac")
    one, other = agree(world, first), agree(world, second, PAPER + b"2")
    folder = world.home.evidence.folder
    (folder / f"{one.evidence_sha256}.sealed").write_bytes((folder / f"{other.evidence_sha256}.sealed").read_bytes())
    with pytest.raises(Problem, match="đã bị thay đổi"):
        world.home.evidence.open(world.people["approver"], one, world.clock.now())


# ---------------------------------------------------------------- taking it back


def withdraw(world: World) -> list[str]:
    return withdrawals.withdraw(
        world.people["approver"], Consent.get(), "Gọi điện ngày hôm nay.", world.clock.now()
    )  # fmt: skip


@on_both_engines
def test_withdrawal_stops_what_is_unsent_at_once_and_ends_the_approval(world: World) -> None:
    waiting = told(world, later=timedelta(days=3))
    withdraw(world)
    assert state(waiting) == PostState.CANCELLED
    assert Revision.get_by_id(waiting.revision_id).state == RevisionState.WITHDRAWN


def test_withdrawal_opens_a_task_for_each_post_that_is_out_with_its_legal_day(world: World) -> None:
    post = told(world)
    world.deliver()
    withdraw(world)
    today = local_day(world.clock.now())
    answer, take_down = Task.select().order_by(Task.due_on)
    assert (answer.kind, answer.due_on) == ("answer", withdrawals.after_working_days(today, 2))
    assert (take_down.kind, take_down.post, take_down.due_on) == ("take_down", post, today + timedelta(days=20))
    assert fresh(post).state == PostState.PUBLISHED


def test_whether_people_of_ours_read_it_decides_what_the_task_says_and_its_legal_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)
    world.deliver()
    monkeypatch.setattr(KINDS["facebook"], "confirmed_by_person", True)
    withdraw(world)
    task = Task.get(Task.kind == "take_down")
    assert task.title == "Thu lại bản đọc ngày 16/11/2026 ở Kênh facebook"
    assert task.due_on == local_day(world.clock.now()) + timedelta(days=15)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), date(2026, 11, 25)),
        (date(2026, 11, 26), date(2026, 11, 30)),
        (date(2026, 11, 28), date(2026, 12, 1)),
    ],
)
def test_working_days_leave_out_the_week_end(day: date, expected: date) -> None:
    assert withdrawals.after_working_days(day, 2) == expected


def test_a_withdrawn_story_is_never_used_again_not_even_with_a_new_record(world: World) -> None:
    told(world)
    withdraw(world)
    revision = Revision.get(Revision.title == "Bài chuyen")
    Revision.update(state=RevisionState.SUBMITTED).where(Revision.id == revision.id).execute()
    with pytest.raises(Problem, match="không được dùng lại"):
        approve(world, Revision.get_by_id(revision.id))
    with pytest.raises(Problem, match="không được dùng lại"):
        agree(world, revision)


def test_a_withdrawal_says_how_the_person_told_us_and_happens_once(world: World) -> None:
    told(world)
    with pytest.raises(Problem, match="Hãy ghi"):
        withdrawals.withdraw(world.people["approver"], Consent.get(), " ", world.clock.now())
    withdraw(world)
    with pytest.raises(Problem, match="đã rút"):
        withdraw(world)
    assert Task.select().where(Task.kind == "answer").count() == 1


def test_an_editor_cannot_withdraw_a_consent(world: World) -> None:
    told(world)
    with pytest.raises(NotAllowed):
        withdrawals.withdraw(world.people["editor"], Consent.get(), "Gọi điện.", world.clock.now())


# ---------------------------------------------------------------- tasks


def test_tasks_wait_for_those_who_can_do_them_the_most_urgent_first(world: World) -> None:
    told(world)
    world.deliver()
    withdraw(world)
    assert [task.kind for task in tasks.open_tasks(world.people["editor"])] == ["take_down"]
    assert [task.kind for task in tasks.open_tasks(world.people["approver"])] == ["answer"]
    assert tasks.open_tasks(world.people["reviewer"]) == []


def test_a_task_is_done_once_with_a_word_on_how_and_stays_in_the_log(world: World) -> None:
    told(world)
    world.deliver()
    withdraw(world)
    (task,) = tasks.open_tasks(world.people["editor"])
    with pytest.raises(Problem, match="Hãy ghi"):
        tasks.done(world.people["editor"], task, "", world.clock.now())
    tasks.done(world.people["editor"], task, "Đã xóa bài trên Trang.", world.clock.now())
    assert tasks.open_tasks(world.people["editor"]) == []
    with pytest.raises(Problem, match="đã xong"):
        tasks.done(world.people["editor"], task, "Lần nữa.", world.clock.now())
    assert Audit.select().where(Audit.action == "task_done").count() == 1


# ---------------------------------------------------------------- scripts in somebody's hands

SPOT = "Tôi điều trị đều và sống khỏe. Mong bà con đi xét nghiệm sớm. " * 8


def handed_over(world: World, **changes: object) -> Post:
    known = story(world, text=SPOT)
    agree(world, known, **changes)
    approve(world, known)
    post = told(world, "loudspeaker", timedelta(hours=1))
    world.deliver()
    assert state(post) is PostState.HANDED_OVER
    return post


def test_a_script_that_lies_at_the_station_is_fetched_back_when_the_story_is_withdrawn(world: World) -> None:
    post = handed_over(world)
    world.clock.advance(timedelta(hours=3))
    withdrawals.withdraw(world.people["approver"], Consent.get(), "Gọi điện ngày 16/11", world.clock.now())
    assert state(post) is PostState.CANCELLED
    assert Task.get(Task.kind == "take_down").post == post


def test_what_was_aired_on_the_last_day_agreed_to_can_still_be_confirmed_after_it(world: World) -> None:
    post = handed_over(world, ends_on=local_day(world.clock.now()))
    world.clock.advance(timedelta(days=1))
    withdrawals.expire(local_day(world.clock.now()), world.clock.now())
    aired = Airing(aired=True, aired_at=fresh(post).due_at)
    broadcasts.confirm(world.people["operator"], fresh(post), aired, world.clock.now())
    assert state(post) is PostState.AIRED


def test_two_people_of_one_story_who_withdraw_open_one_task_a_post(world: World) -> None:
    told(world)
    agree(world, Revision.get(Revision.title == "Bài chuyen"))
    world.deliver()
    for consent in Consent.select():
        withdrawals.withdraw(world.people["approver"], consent, "Gọi điện ngày 16/11", world.clock.now())
    assert Task.select().where(Task.kind == "take_down").count() == 1
    assert Task.select().where(Task.kind == "answer").count() == 2

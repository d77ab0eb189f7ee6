"""Clearance: harmful words are not approved, and not sent either where a rule has become stricter since."""

from datetime import timedelta
from typing import Any

import pytest

from campaign import clearance, house_rules
from campaign.clock import local_day
from campaign.errors import NotAllowed, Problem
from campaign.models import Audit, Channel, PostState, Revision, RuleReview, Waiver
from campaign.workflow import Decision, content_of, create, decide, submit
from content.language import DEFAULT
from content.message import Picture, Variant
from tests.campaign.world import World, content, fresh, state
from tests.engines import on_both_engines

HARMFUL = "Muỗi đốt làm lây HIV, bà con chú ý."


def submitted(world: World, text: str, slug: str = "loi", **changes: object) -> Revision:
    revision = create(world.people["editor"], world.unit, content(slug, text, **changes), world.clock.now())
    submit(world.people["editor"], revision, world.clock.now())
    return revision


def approve(world: World, revision: Revision) -> None:
    decide(world.people["approver"], revision, Decision.APPROVE, world.clock.now(), seen_hash=revision.content_hash)


def blocking(revision: Revision) -> list[clearance.Remark]:
    return [row for row in clearance.remarks(content_of(revision)) if row.blocks]


def rule_of(revision: Revision) -> str:
    return clearance.remarks(Revision.get_by_id(revision.id) and content("loi", HARMFUL))[0].finding.rule


def test_an_error_of_the_language_check_blocks_approval_and_says_where_and_what(world: World) -> None:
    with pytest.raises(Problem, match=r"Nội dung gốc: “.*(uỗi|HIV).*”"):
        approve(world, submitted(world, HARMFUL))


def test_a_text_with_an_error_may_still_be_returned_or_rejected(world: World) -> None:
    revision = submitted(world, HARMFUL)
    decide(
        world.people["approver"], revision, Decision.RETURN, world.clock.now(), seen_hash=revision.content_hash,
        comment="Sai kiến thức.",
    )  # fmt: skip
    assert Revision.get_by_id(revision.id).state == "returned"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": HARMFUL},
        {"short": HARMFUL},
        {"variants": {"zalo": Variant(description=HARMFUL)}},
        {"variants": {"facebook": Variant(wordings=(HARMFUL,)), "zalo": Variant(description="Mời đọc.")}},
        {"variants": {"loudspeaker": Variant(long=HARMFUL), "zalo": Variant(description="Mời đọc.")}},
        {"picture": Picture("0" * 64, "image/jpeg", HARMFUL)},
    ],
)
def test_every_passage_is_looked_at(world: World, changes: dict[str, object]) -> None:
    revision = submitted(world, "Xét nghiệm HIV sớm.", **changes)
    found = clearance.obstacles(revision, local_day(world.clock.now()))
    assert len(found) == 1


def test_an_approver_may_let_a_finding_pass_for_a_reason_and_only_in_this_very_text(world: World) -> None:
    revision = submitted(world, HARMFUL)
    rule = rule_of(revision)
    clearance.waive(
        world.people["approver"], revision, rule, "Câu hỏi đố trong cuộc thi.", world.clock.now()
    )  # fmt: skip
    approve(world, revision)
    row = Audit.select().where(Audit.action == "waive").get()
    assert row.detail == {"rule": rule, "reason": "Câu hỏi đố trong cuộc thi."}
    assert row.content_hash == revision.content_hash
    with pytest.raises(Problem):
        approve(world, submitted(world, HARMFUL + " Xin cảm ơn.", slug="khac"))


@pytest.mark.parametrize("reason", ["", "ok", "  cho qua  "])
def test_a_waiver_needs_a_reason_in_words(world: World, reason: str) -> None:
    revision = submitted(world, HARMFUL)
    with pytest.raises(Problem, match="lý do"):
        clearance.waive(world.people["approver"], revision, rule_of(revision), reason, world.clock.now())


def test_a_writer_cannot_waive(world: World) -> None:
    revision = submitted(world, HARMFUL)
    with pytest.raises(NotAllowed):
        clearance.waive(world.people["editor"], revision, rule_of(revision), "Vì tôi muốn thế.", world.clock.now())


def test_only_what_was_found_can_be_waived(world: World) -> None:
    with pytest.raises(Problem, match="không còn"):
        clearance.waive(
            world.people["approver"], submitted(world, "Lời lành."), "x.y", "Lý do đủ dài.", world.clock.now()
        )


@on_both_engines
def test_of_two_who_let_the_same_finding_pass_at_once_the_second_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = submitted(world, HARMFUL)
    approver, rule, look = world.people["approver"], rule_of(revision), clearance.remarks

    def overtaken(*args: Any, **named: Any) -> list[clearance.Remark]:
        """Somebody else is done between the look and the writing."""
        found = look(*args, **named)
        monkeypatch.undo()
        clearance.waive(approver, revision, rule, "Câu hỏi đố trong cuộc thi.", world.clock.now())
        return found

    monkeypatch.setattr(clearance, "remarks", overtaken)
    with pytest.raises(Problem, match=r"^Người khác vừa bỏ qua cảnh báo này; hãy tải lại trang\.$"):
        clearance.waive(approver, revision, rule, "Cũng một lý do đủ dài.", world.clock.now())
    assert [row.reason for row in Waiver.select()] == ["Câu hỏi đố trong cuộc thi."]
    assert Audit.select().where(Audit.action == "waive").count() == 1


def stricter(world: World) -> None:
    """A rule of this home's own, made after the approval."""
    row = {
        "row": "thêm", "patterns": ["bài học vỡ lòng"], "reason": "Lời này làm người nghe thấy bị dạy dỗ.",
        "source": "Nhóm rà soát, 2026", "since": "2026-11-22", "examples_bad": ["Bài học vỡ lòng về HIV."],
        "examples_ok": ["Bài học về HIV."], "severity": dict.fromkeys(("public", "official", "testimony"), "error"),
    }  # fmt: skip
    house_rules.store({"nha.vo-long": row}, world.people["administrator"], world.clock.now())


def test_a_rule_newer_than_the_approval_holds_the_post_and_shows_the_finding(world: World) -> None:
    post = world.post("facebook", "bài học vỡ lòng".replace(" ", "-"), title="Bài học vỡ lòng")
    stricter(world)
    world.deliver()
    assert state(post) == PostState.SCHEDULED
    assert "Bài học vỡ lòng" in fresh(post).hold
    assert "dạy dỗ" in fresh(post).hold
    assert world.feed == []


def test_a_rule_newer_than_the_approval_takes_back_what_a_service_keeps(world: World) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    post = world.post("facebook", "mot", world.clock.now() + timedelta(hours=5), title="Bài học vỡ lòng")
    world.deliver()
    assert state(post) == PostState.SCHEDULED_REMOTELY
    stricter(world)
    assert world.home.delivery("thử").withdraw_remote() == 1
    assert state(post) == PostState.SCHEDULED
    assert "dạy dỗ" in fresh(post).hold
    world.deliver(timedelta(hours=6))
    assert world.feed == []


@pytest.mark.parametrize("gone", [{"severity": {"public": "warning"}}, {"row": "home", "patterns": ["<khong_con>"]}])
def test_a_review_of_what_a_later_version_no_longer_has_does_not_end_all_checking(
    world: World, gone: dict[str, object]
) -> None:
    RuleReview.create(rule="naming.da-bo", values=gone, at=world.clock.now())
    stricter(world)
    post = world.post("facebook", "mot")
    world.deliver()
    assert state(post) == PostState.PUBLISHED
    assert blocking(submitted(world, "Bài học vỡ lòng về HIV."))


def test_a_review_may_soften_a_shipped_rule_for_this_home(world: World) -> None:
    revision = submitted(world, HARMFUL)
    rule = rule_of(revision)
    softer = {"severity": {"public": "warning"}}
    for _ in range(5):  # behind the gravest finding of a place another one may have stood
        house_rules.store({row.finding.rule: softer for row in blocking(revision)}, None, world.clock.now())
    approve(world, revision)
    assert DEFAULT.rules[rule].severity["public"] == "error"


def test_storing_the_same_review_twice_changes_nothing(world: World) -> None:
    stricter(world)
    values = RuleReview.get().values
    assert house_rules.store({"nha.vo-long": values}, None, world.clock.now()) == 0
    assert Audit.select().where(Audit.action == "review_rule").count() == 1


def test_a_review_that_does_not_hold_together_is_refused_whole(world: World) -> None:
    good = {"severity": {"public": "warning"}}
    first = next(iter(DEFAULT.rules))
    with pytest.raises(Problem):
        house_rules.store({first: good, "nha.thieu": {"patterns": ["x y"]}}, None, world.clock.now())
    assert RuleReview.select().count() == 0

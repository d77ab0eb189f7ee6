"""From a draft to an approved revision: approval belongs to the exact text, and nobody approves their own."""

from datetime import UTC, date, datetime
from itertools import count

import pytest

from campaign import audit, workflow
from campaign.clock import SetClock
from campaign.errors import NotAllowed, Problem
from campaign.home import Home, add_user
from campaign.models import Message, Revision, RevisionState, Unit, User, Verdict
from campaign.workflow import Decision
from content.message import Message as Content
from tests.campaign.world import content
from tests.engines import on_both_engines

pytestmark = on_both_engines

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
_slugs = (f"bai-{number}" for number in count())


def changed(revision: Revision, text: str) -> Content:
    return Content.from_document({**revision.document, "text": text})


@pytest.fixture
def draft(people: dict[str, User], unit: Unit) -> Revision:
    return workflow.create(people["editor"], unit, content(next(_slugs), "Lời đầu."), NOW)


@pytest.fixture
def submitted(draft: Revision, people: dict[str, User]) -> Revision:
    workflow.submit(people["editor"], draft, NOW)
    return Revision.get_by_id(draft.id)


def decide(person: User, revision: Revision, decision: Decision = Decision.APPROVE, comment: str = "") -> None:
    workflow.decide(person, revision, decision, NOW, seen_hash=revision.content_hash, comment=comment)


def state(revision: Revision) -> RevisionState:
    return RevisionState(Revision.get_by_id(revision.id).state)


def test_an_approved_revision_is_what_may_be_scheduled(submitted: Revision, people: dict[str, User]) -> None:
    assert workflow.approved_revision(submitted.message) is None
    decide(people["approver"], submitted)
    approved = workflow.approved_revision(submitted.message)
    assert approved == submitted
    assert workflow.is_approved(approved)


@pytest.mark.parametrize(
    ("decision", "comment", "after"),
    [
        (Decision.APPROVE, "", RevisionState.APPROVED),
        (Decision.RETURN, "Thêm nguồn.", RevisionState.RETURNED),
        (Decision.REJECT, "Không đúng trọng tâm.", RevisionState.REJECTED),
    ],
)
def test_an_approver_approves_returns_or_rejects(
    submitted: Revision, people: dict[str, User], decision: Decision, comment: str, after: RevisionState
) -> None:
    decide(people["approver"], submitted, decision, comment)
    assert state(submitted) is after
    verdict = Verdict.get(Verdict.revision == submitted)
    assert (verdict.content_hash, verdict.comment) == (submitted.content_hash, comment)


@pytest.mark.parametrize("decision", [Decision.RETURN, Decision.REJECT])
def test_returning_and_rejecting_need_a_reason(
    submitted: Revision, people: dict[str, User], decision: Decision
) -> None:
    with pytest.raises(Problem, match="lý do"):
        decide(people["approver"], submitted, decision, "  ")
    assert state(submitted) is RevisionState.SUBMITTED


def test_nobody_approves_what_they_wrote(home: Home, unit: Unit) -> None:
    both = add_user(
        home, login="ca-hai", name="Cả Hai", password="mat-khau-dai", unit=unit, roles=["editor", "approver"]
    )
    revision = workflow.create(both, unit, content(next(_slugs), "Lời."), NOW)
    workflow.submit(both, revision, NOW)
    with pytest.raises(Problem, match="người khác"):
        decide(both, Revision.get_by_id(revision.id))
    assert state(revision) is RevisionState.SUBMITTED


def test_nobody_approves_what_they_submitted_for_someone_else(home: Home, unit: Unit, draft: Revision) -> None:
    both = add_user(
        home, login="ca-hai", name="Cả Hai", password="mat-khau-dai", unit=unit, roles=["editor", "approver"]
    )
    workflow.submit(both, draft, NOW)
    with pytest.raises(Problem, match="người khác"):
        decide(both, Revision.get_by_id(draft.id))


def test_an_approval_of_a_text_that_is_no_longer_there_is_refused(submitted: Revision, people: dict[str, User]) -> None:
    with pytest.raises(Problem, match="đã thay đổi"):
        workflow.decide(people["approver"], submitted, Decision.APPROVE, NOW, seen_hash="0" * 64)
    assert state(submitted) is RevisionState.SUBMITTED


def test_a_second_approver_comes_too_late(submitted: Revision, people: dict[str, User]) -> None:
    stale = Revision.get_by_id(submitted.id)
    decide(people["approver"], submitted)
    with pytest.raises(Problem, match="vừa được người khác"):
        decide(people["approver"], stale, Decision.REJECT, "Không.")
    assert state(submitted) is RevisionState.APPROVED
    assert Verdict.select().where(Verdict.revision == submitted).count() == 1


def test_an_edit_after_approval_is_a_new_revision_that_needs_its_own(
    submitted: Revision, people: dict[str, User]
) -> None:
    decide(people["approver"], submitted)
    newer = workflow.save(
        people["editor"], submitted.message, changed(submitted, "Lời mới."), NOW, submitted.content_hash
    )
    assert (newer.number, newer.state) == (2, RevisionState.DRAFT)
    assert not workflow.is_approved(newer)
    assert workflow.approved_revision(submitted.message) == submitted


def test_a_returned_revision_is_mended_in_place(submitted: Revision, people: dict[str, User]) -> None:
    decide(people["approver"], submitted, Decision.RETURN, "Sửa câu cuối.")
    mended = workflow.save(
        people["editor"], submitted.message, changed(submitted, "Lời sửa."), NOW, submitted.content_hash
    )
    assert (mended.id, mended.state) == (submitted.id, RevisionState.DRAFT)


def test_what_waits_for_approval_is_not_changed_under_the_approvers_eyes(
    submitted: Revision, people: dict[str, User]
) -> None:
    with pytest.raises(Problem, match="đang chờ duyệt"):
        workflow.save(people["editor"], submitted.message, changed(submitted, "Khác."), NOW, submitted.content_hash)
    workflow.take_back(people["editor"], submitted, NOW)
    workflow.save(people["editor"], submitted.message, changed(submitted, "Khác."), NOW, submitted.content_hash)


def test_two_people_editing_at_once_do_not_overwrite_each_other(draft: Revision, people: dict[str, User]) -> None:
    workflow.save(people["editor"], draft.message, changed(draft, "Của người thứ nhất."), NOW, draft.content_hash)
    with pytest.raises(Problem, match="Người khác vừa lưu"):
        workflow.save(people["editor"], draft.message, changed(draft, "Của người thứ hai."), NOW, draft.content_hash)
    assert workflow.latest_revision(draft.message).document["text"] == "Của người thứ nhất."


def test_a_withdrawn_approval_no_longer_counts(submitted: Revision, people: dict[str, User]) -> None:
    decide(people["approver"], submitted)
    workflow.withdraw(people["approver"], submitted, "Số liệu đã cũ.", NOW)
    assert workflow.approved_revision(submitted.message) is None
    assert not workflow.is_approved(Revision.get_by_id(submitted.id))


def test_an_approval_ends_with_the_validity(submitted: Revision, people: dict[str, User]) -> None:
    decide(people["approver"], submitted)
    assert workflow.expire(date(2027, 12, 31), NOW) == 0
    assert workflow.expire(date(2028, 1, 1), NOW) == 1
    assert state(submitted) is RevisionState.EXPIRED


@pytest.mark.parametrize("role", ["approver", "operator", "reviewer", "administrator"])
def test_only_editors_write(people: dict[str, User], unit: Unit, role: str) -> None:
    with pytest.raises(NotAllowed):
        workflow.create(people[role], unit, content(next(_slugs), "Lời."), NOW)
    assert Message.select().where(Message.created_by == people[role]).count() == 0


@pytest.mark.parametrize("role", ["editor", "operator", "reviewer", "administrator"])
def test_only_approvers_decide(submitted: Revision, people: dict[str, User], role: str) -> None:
    with pytest.raises(NotAllowed):
        decide(people[role], submitted)


def test_rights_end_at_the_unit(home: Home, submitted: Revision) -> None:
    other = Unit.create(name="Xã Khác", kind="xã")
    stranger = add_user(home, login="la", name="Lạ", password="mat-khau-dai", unit=other, roles=["approver"])
    with pytest.raises(NotAllowed):
        decide(stranger, submitted)


def test_every_step_leaves_a_row_who_when_what_and_which_hash(
    submitted: Revision, people: dict[str, User], clock: SetClock
) -> None:
    decide(people["approver"], submitted, Decision.RETURN, "Thêm nguồn.")
    rows = audit.history(submitted)
    assert [(row.action, row.user.login) for row in rows] == [("submit", "editor"), ("return", "approver")]
    assert all(row.at == NOW and row.content_hash == submitted.content_hash for row in rows)
    assert rows[1].detail == {"comment": "Thêm nguồn."}
    assert [row.action for row in audit.history(submitted.message)] == ["draft"]

"""Between the planner, which is pure, and the calendar: proposals, what they change, applying them and taking back.

A proposal is not stored. The planner is deterministic, so applying computes it anew and compares fingerprints: what
was looked at is what is applied, or nothing is.
"""

from datetime import datetime

from campaign import audit, campaign_admin, plan_changes, plan_sources
from campaign.anew import against, anew
from campaign.candidates import COUNTING, newest_approved
from campaign.carried import baseline
from campaign.db import write
from campaign.errors import Problem
from campaign.freezer import Freezer
from campaign.models import AppliedPlan, Campaign, Revision, User
from campaign.plan_differences import Change, differences
from campaign.plan_sources import HEAD_START
from campaign.planner.conduct import plan
from campaign.planner.values import Plan, PlanInput, Slot
from campaign.rights import need
from campaign.terms import Terms

__all__ = [
    "COUNTING", "FRESH", "HEAD_START", "KEEP", "Change", "apply", "approved", "baseline", "differences", "plan_input",
    "propose", "undo", "undoable",
]  # fmt: skip

KEEP = "keep"  # posts that may be moved stay unless there is need
FRESH = "fresh"  # they are planned anew


# ---------------------------------------------------------------- proposals


def plan_input(
    campaign: Campaign, now: datetime, terms: Terms | None = None, mode: str = KEEP, exact: bool = True
) -> PlanInput:
    """What the campaign asks of the planner at this moment; `terms` are tried in place of those that are stored.

    In mode FRESH posts that may be moved are left out. `exact` finds the most even times there are; otherwise nearly
    so, much faster. Raises Problem for what no plan can be made from.
    """
    try:
        what = plan_sources.gather(campaign, now, terms or campaign_admin.terms_of(campaign), exact=exact)
    except ValueError as error:
        raise Problem(str(error)) from error
    return anew(what) if mode == FRESH else what


def propose(
    campaign: Campaign, now: datetime, terms: Terms | None = None, mode: str = KEEP, exact: bool = True
) -> Plan:
    """The plan as it stands at this moment; changes nothing. Raises Problem.

    In mode FRESH too it tells what it changes of the posts that stand.
    """
    return _plan(plan_input(campaign, now, terms, exact=exact), mode)


def _plan(what: PlanInput, mode: str) -> Plan:
    return against(plan(anew(what)), what) if mode == FRESH else plan(what)


def approved(campaign: Campaign) -> list[Revision]:
    """The newest approved revision of each of the campaign's messages, where it has one."""
    return newest_approved(pick.message_id for pick in campaign.picks)


# ---------------------------------------------------------------- applying and taking back


def apply(
    user: User,
    campaign: Campaign,
    fingerprint: str,
    seen_at: datetime,
    now: datetime,
    freezer: Freezer,
    terms: Terms | None = None,
    mode: str = KEEP,
) -> AppliedPlan:
    """Put the proposal that was shown at `seen_at` into the calendar, and its terms into the campaign where others are
    stored. All of it or nothing: raises Problem where it is no longer what was shown, or a worker was faster."""
    need(user, "plan", campaign.unit)
    if now - seen_at > HEAD_START:
        raise Problem("Bản kế hoạch mở đã lâu; hãy xem lại rồi áp dụng.")
    with write():
        stored = campaign_admin.terms_of(campaign)
        wanted = terms or stored
        plan_changes.lock(campaign, wanted.channels)
        what = plan_input(campaign, seen_at, wanted)
        proposal = _plan(what, mode)
        if proposal.fingerprint != fingerprint:
            raise Problem("Lịch hoặc thông điệp vừa thay đổi; hãy xem lại bản kế hoạch mới rồi áp dụng.")
        has_new_terms = campaign_admin.trace(wanted) != campaign_admin.trace(stored)
        if not proposal.slots and not proposal.dropped and not has_new_terms:
            raise Problem("Lịch đã đúng như kế hoạch; không có bài nào cần thêm hay đổi.")
        if has_new_terms:
            campaign_admin.change(user, campaign, wanted, now)
        applied = _carry_out(user, campaign, what, proposal, mode, now, freezer)
        audit.record(
            "apply_plan", campaign, user=user, unit=campaign.unit, now=now, posts=len(proposal.slots),
            dropped=len(proposal.dropped), fingerprint=fingerprint, mode=mode,
        )  # fmt: skip
    return applied


def _carry_out(
    user: User, campaign: Campaign, what: PlanInput, proposal: Plan, mode: str, now: datetime, freezer: Freezer
) -> AppliedPlan:
    standing = {post.key: (post.message_id, post.wording) for channel in what.channels for post in channel.standing}

    def stays(slot: Slot, post: int) -> bool:
        return standing[post] == (slot.message_id, slot.wording)

    revisions = {row.message_id: row for row in newest_approved({slot.message_id for slot in proposal.slots})}
    changes = plan_changes.Application(user, campaign, freezer, now, stays).carry_out(proposal, revisions)
    applied: AppliedPlan = AppliedPlan.create(
        campaign=campaign, user=user, at=now, fingerprint=proposal.fingerprint, mode=mode, changes=changes
    )
    return applied


def undoable(campaign: Campaign, now: datetime) -> AppliedPlan | None:
    """The newest application of a plan, until the first post that it touched has gone out or was given away."""
    newest = campaign.applications.order_by(AppliedPlan.id.desc()).first()
    return newest if newest is not None and plan_changes.can_undo(newest, now) else None


def undo(user: User, applied: AppliedPlan, now: datetime) -> None:
    """The calendar as it was before a plan was applied, all of it or nothing. The campaign keeps its terms.

    Raises Problem where a post has gone out, was given away or was moved since.
    """
    campaign = applied.campaign
    need(user, "plan", campaign.unit)
    with write():
        plan_changes.lock(campaign, campaign_admin.terms_of(campaign).channels)
        if undoable(campaign, now) != applied:
            raise Problem("Kế hoạch này không hoàn tác được nữa: đã có bài được gửi, giao đi hoặc thay đổi.")
        plan_changes.take_back(applied, user, now)
        AppliedPlan.update(undone_at=now, undone_by=user).where(AppliedPlan.id == applied.id).execute()
        audit.record("undo_plan", campaign, user=user, unit=campaign.unit, now=now, fingerprint=applied.fingerprint)

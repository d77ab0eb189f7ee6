"""Between the planner, which is pure, and the tables: what a campaign asks for, and posts from what was proposed.

A proposal is not stored. The planner is deterministic, so applying computes it anew and compares fingerprints: what
was looked at is what is applied, or nothing is.
"""

from datetime import date, datetime, timedelta
from math import ceil

from campaign import audit
from campaign.clock import day_bounds, local
from campaign.db import write
from campaign.errors import Problem
from campaign.hours import parse_time
from campaign.models import (
    Campaign,
    CampaignChannel,
    CampaignMessage,
    Channel,
    Post,
    PostState,
    Revision,
    RevisionState,
    User,
)
from campaign.planner import Aim, Candidate, ChannelRules, Frozen, Plan, PlanInput, Window, plan
from campaign.rights import need
from campaign.scheduling import Freezer, schedule
from campaign.workflow import content_of

# Posts that were meant to speak and count for gaps, rests and aims.
COUNTING = tuple(state for state in PostState if state not in (PostState.CANCELLED, PostState.NOT_AIRED))
# Nobody can prepare a post for the very next minute.
HEAD_START = timedelta(minutes=30)


def plan_input(campaign: Campaign, now: datetime) -> PlanInput:
    """What the campaign asks of the planner at this moment: posts that exist are frozen, aims are what is missing."""
    aims = list(campaign.aims)
    revisions = approved(campaign)
    return PlanInput(
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        not_before=now + HEAD_START,
        channels=tuple(_rules(row.channel, campaign) for row in aims),
        candidates=tuple(_candidate(revision) for revision in revisions),
        shares=campaign.shares,
        aims=tuple(_aim(row, campaign) for row in aims),
        min_repeat_days=campaign.min_repeat_days,
    )


def propose(campaign: Campaign, now: datetime) -> Plan:
    """The plan as it stands at this moment; changes nothing."""
    try:
        return plan(plan_input(campaign, now))
    except ValueError as error:
        raise Problem(str(error)) from error


def apply(user: User, campaign: Campaign, fingerprint: str, seen_at: datetime, now: datetime, freezer: Freezer) -> int:
    """Schedule the proposal that was shown at `seen_at`; gives the number of posts. All of it or nothing."""
    need(user, "plan", campaign.unit)
    if now - seen_at > HEAD_START:
        raise Problem("Bản kế hoạch mở đã lâu; hãy xem lại rồi áp dụng.")
    with write():
        proposal = propose(campaign, seen_at)
        if proposal.fingerprint != fingerprint:
            raise Problem("Lịch hoặc thông điệp vừa thay đổi; hãy xem lại bản kế hoạch mới rồi áp dụng.")
        if not proposal.slots:
            raise Problem("Kế hoạch không có bài nào để lên lịch.")
        revisions = {revision.message_id: revision for revision in approved(campaign)}
        channels = {row.channel_id: row.channel for row in campaign.aims}
        for slot in proposal.slots:
            schedule(
                freezer, user=user, campaign=campaign, channel=channels[slot.channel_id],
                revision=revisions[slot.message_id], due=slot.at, now=now, reason=slot.reason,
            )  # fmt: skip
        audit.record(
            "apply_plan", campaign, user=user, unit=campaign.unit, now=now, posts=len(proposal.slots),
            fingerprint=fingerprint,
        )  # fmt: skip
    return len(proposal.slots)


def approved(campaign: Campaign) -> list[Revision]:
    """The newest approved revision of each of the campaign's messages, where it has one."""
    rows = (
        Revision.select()
        .join(CampaignMessage, on=(CampaignMessage.message == Revision.message))
        .where(CampaignMessage.campaign == campaign, Revision.state == RevisionState.APPROVED)
        .order_by(Revision.message, Revision.number)
    )
    return list({revision.message_id: revision for revision in rows}.values())


def weeks(first: date, last: date) -> float:
    """The length of a stretch of days, both included, in weeks."""
    return ((last - first).days + 1) / 7


def _aim(row: CampaignChannel, campaign: Campaign) -> Aim:
    total = ceil(row.posts_per_week * weeks(campaign.starts_on, campaign.ends_on))
    have = Post.select().where(Post.campaign == campaign, Post.channel == row.channel, Post.state.in_(COUNTING)).count()
    return Aim(row.channel_id, max(0, total - have))


def _rules(channel: Channel, campaign: Campaign) -> ChannelRules:
    begin = day_bounds(campaign.starts_on)[0] - timedelta(days=1)
    end = day_bounds(campaign.ends_on)[1] + timedelta(days=1)
    posts = (
        Post.select(Post, Revision)
        .join(Revision)
        .where(Post.channel == channel, Post.state.in_(COUNTING), Post.due_at.between(begin, end))
    )
    return ChannelRules(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        windows=tuple(
            Window(frozenset(row["weekdays"]), parse_time(row["start"]), parse_time(row["end"]))
            for row in channel.windows
        ),
        quiet=(parse_time(channel.quiet[0]), parse_time(channel.quiet[1])),
        min_gap=timedelta(minutes=channel.min_gap_minutes),
        max_per_day=channel.max_per_day,
        frozen=tuple(Frozen(post.due_at, post.revision.message_id, post.revision.pillar) for post in posts),
    )


def _candidate(revision: Revision) -> Candidate:
    content = content_of(revision)
    return Candidate(
        id=revision.message_id,
        pillar=content.pillar,
        kinds=frozenset(content.channels),
        valid_from=content.valid_from,
        valid_until=content.valid_until,
    )


def by_day(plan_: Plan) -> dict[date, list[int]]:
    """Indices of a plan's slots by local day, in order."""
    days: dict[date, list[int]] = {}
    for index, slot in enumerate(plan_.slots):
        days.setdefault(local(slot.at).date(), []).append(index)
    return days

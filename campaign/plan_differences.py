"""What a proposal changes: the calendar that is to come beside the one that stands, for the page of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaign.candidates import newest_approved
from campaign.models import Campaign, Channel, Post, PostState, Revision
from campaign.planner.values import Plan, Slot

# What of a calendar is still to come.
_AHEAD = (
    PostState.SCHEDULED, PostState.SENDING, PostState.SCHEDULED_REMOTELY, PostState.PROCESSING, PostState.HANDED_OVER,
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What a plan makes of one place of the calendar: "added", "moved", "message" (the message changes, at its hour or
    at another), "dropped" or "kept". `was_at` and `was_title` say what stands now, where that is something else."""

    kind: str
    channel: Channel
    at: datetime
    title: str
    pillar: str
    reason: str
    was_at: datetime | None = None
    was_title: str = ""


def differences(campaign: Campaign, proposal: Plan) -> list[Change]:
    """The calendar that is to come as a proposal of either mode would make it, by instant; what is dropped included."""
    posts = {post.id: post for post in _posts(campaign)}
    titles = {row.message_id: row.title for row in newest_approved({slot.message_id for slot in proposal.slots})}
    channels = {row.id: row for row in Channel.select().where(Channel.id.in_({s.channel_id for s in proposal.slots}))}
    found = [
        _of_slot(slot, channels[slot.channel_id], titles, posts.pop(slot.replaces, None)) for slot in proposal.slots
    ]
    dropped = {row.key: row.reason for row in proposal.dropped}
    for key, post in posts.items():
        kind, reason = ("dropped", dropped[key]) if key in dropped else ("kept", post.reason)
        found.append(Change(kind, post.channel, post.due_at, post.revision.title, post.revision.pillar, reason))
    return sorted(found, key=lambda change: (change.at, change.channel.id))


def _posts(campaign: Campaign) -> list[Post]:
    rows = (
        Post.select(Post, Channel, Revision)
        .join(Channel)
        .switch(Post)
        .join(Revision)
        .where(Post.campaign == campaign, Post.state.in_(_AHEAD))
    )
    return list(rows)


def _of_slot(slot: Slot, channel: Channel, titles: Mapping[int, str], before: Post | None) -> Change:
    if before is None:
        return Change("added", channel, slot.at, titles[slot.message_id], slot.pillar, slot.reason)
    has_message = before.revision.message_id == slot.message_id
    was_at = before.due_at if before.due_at != slot.at else None
    if has_message and was_at is not None:
        return Change("moved", channel, slot.at, before.revision.title, slot.pillar, slot.reason, was_at)
    title = titles[slot.message_id]
    return Change("message", channel, slot.at, title, slot.pillar, slot.reason, was_at, before.revision.title)

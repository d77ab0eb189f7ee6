"""What the pages of campaigns ask the database: campaigns with their tallies, posts by day, messages on offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from campaign.clock import day_bounds
from campaign.models import Campaign, CampaignChannel, Channel, Message, Post, PostState, Revision, RevisionState, Unit
from campaign.reach import DONE, FAILED
from campaign.rights import ancestors

_ATTENTION = (PostState.FAILED, PostState.UNSURE, PostState.MISSED)
_WAITING = (PostState.SCHEDULED, PostState.SENDING, PostState.SCHEDULED_REMOTELY, PostState.PROCESSING,
            PostState.HANDED_OVER)  # fmt: skip
STATUSES = {
    "cho": "Sắp gửi", "xong": "Đã thực hiện", "can-xu-ly": "Cần xử lý", "khong": "Không thực hiện", "huy": "Đã hủy",
}  # fmt: skip


@dataclass
class Tally:
    """How many posts of a campaign stand where. Cancelled posts are not counted."""

    planned: int = 0
    done: int = 0
    failed: int = 0

    @property
    def open(self) -> int:
        """Posts that are still to go out."""
        return self.planned - self.done - self.failed


def tallies(campaigns: Iterable[Campaign]) -> dict[int, Tally]:
    """The tally of each campaign, in one question to the database."""
    rows = (
        Post.select(Post.campaign, Post.state, fn.COUNT(Post.id))
        .where(Post.campaign.in_(list(campaigns)), Post.state != PostState.CANCELLED)
        .group_by(Post.campaign, Post.state)
        .tuples()
    )
    found: dict[int, Tally] = {}
    for campaign, state, count in rows:
        tally = found.setdefault(campaign, Tally())
        tally.planned += count
        tally.done += count if state in DONE else 0
        tally.failed += count if state in FAILED else 0
    return found


def phase(campaign: Campaign, today: date) -> tuple[str, str, str]:
    """Where a campaign stands in time: words, icon and tone."""
    if today < campaign.starts_on:
        return "Sắp tới", "calendar-event", "blue"
    if today > campaign.ends_on:
        return "Đã kết thúc", "flag", "grey"
    return "Đang chạy", "play-circle", "green"


def offered_messages(unit: Unit) -> list[Revision]:
    """What a campaign of the unit may carry: for each message of the unit and those above it the newest approved
    revision, else the newest one. Words are left in the database."""
    rows = (
        Revision.select(Revision.id, Revision.message, Revision.number, Revision.title, Revision.pillar, Revision.state)
        .join(Message)
        .where(Message.unit.in_(ancestors(unit)))
        .order_by(Revision.message, Revision.number)
    )
    newest: dict[int, Revision] = {}
    for row in rows:
        held = newest.get(row.message_id)
        if held is None or row.state == RevisionState.APPROVED or held.state != RevisionState.APPROVED:
            newest[row.message_id] = row
    return sorted(newest.values(), key=lambda row: row.title)


def channels_of(campaign: Campaign) -> list[Channel]:
    """The channels a campaign aims at or has posts on."""
    aimed = CampaignChannel.select(CampaignChannel.channel).where(CampaignChannel.campaign == campaign)
    used = Post.select(Post.channel).where(Post.campaign == campaign)
    rows = Channel.select().where(Channel.id.in_(aimed) | Channel.id.in_(used)).order_by(Channel.kind, Channel.name)
    return list(rows)


def posts_between(
    campaign: Campaign, first: date, end: date, channel: int | None = None, status: str = ""
) -> list[Post]:
    """The posts of a campaign from the first day up to but not including `end`, without their words."""
    wanted = [
        Post.campaign == campaign, Post.due_at >= day_bounds(first)[0], Post.due_at < day_bounds(end)[0],
        _is_at(status),
    ]  # fmt: skip
    if channel is not None:
        wanted.append(Post.channel == channel)
    rows = (
        Post.select(
            Post.id, Post.due_at, Post.state, Post.hold, Post.channel, Post.revision, Channel.id, Channel.name,
            Channel.kind, Revision.id, Revision.title, Revision.pillar,
        )
        .join(Channel)
        .switch(Post)
        .join(Revision)
        .where(*wanted)
        .order_by(Post.due_at, Post.id)
    )  # fmt: skip
    return list(rows)


def _is_at(status: str) -> Any:
    match status:
        case "cho":
            return Post.state.in_(_WAITING)
        case "xong":
            return Post.state.in_(DONE)
        case "can-xu-ly":
            return Post.state.in_(_ATTENTION) | ((Post.hold != "") & (Post.state == PostState.SCHEDULED))
        case "khong":
            return Post.state.in_(FAILED)
        case "huy":
            return Post.state == PostState.CANCELLED
        case _:
            return Post.state != PostState.CANCELLED

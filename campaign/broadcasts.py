"""The loudspeaker desk: today's broadcasts, their scripts, and a person's word on whether they were aired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from campaign import audit, clearance
from campaign.adapters import Adapters
from campaign.clock import ZONE, day_bounds, local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Channel, Confirmation, Post, PostState, Revision, Unit, User, Verdict
from campaign.rights import need, units_where
from campaign.workflow import content_of
from channels.base import Outgoing
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from channels.script import Script

PERSON_KINDS = tuple(kind for kind, cls in KINDS.items() if cls.confirmed_by_person)
# A withdrawn script may have been printed already, so its row stays in sight.
SHOWN = tuple(state for state in PostState if state is not PostState.REMOVED)
OPEN = (PostState.SCHEDULED, PostState.HANDED_OVER, PostState.MISSED, PostState.AIRED, PostState.NOT_AIRED)


@dataclass(frozen=True)
class Airing:
    """What a person reports about one broadcast."""

    aired: bool
    aired_at: datetime | None = None
    times: int = 1
    reason: str = ""


def of_day(user: User, day: date) -> list[Post]:
    """The broadcasts of a local day on the stations this user serves, in order of time."""
    begin, end = day_bounds(day)
    rows = (
        Post.select(Post, Channel, Unit, Revision)
        .join(Channel)
        .join(Unit)
        .switch(Post)
        .join(Revision)
        .where(
            Channel.kind.in_(PERSON_KINDS),
            Channel.unit.in_(units_where(user, "air")),
            Post.due_at >= begin,
            Post.due_at < end,
            Post.state.in_(SHOWN),
        )
        .order_by(Post.due_at, Post.id)
    )
    return list(rows)


def script_of(post: Post, adapters: Adapters) -> Script:
    """The printed script of a broadcast, from its frozen words. Raises ScriptError, Rejected or Problem."""
    need_clear(post)
    adapter = adapters.of(post.channel)
    if not isinstance(adapter, Loudspeaker):
        raise Problem("Kênh này không có bản đọc.")
    approval = (
        Verdict.select(Verdict, User)
        .join(User)
        .where(Verdict.revision == post.revision_id, Verdict.verdict == "approve")
        .order_by(Verdict.id.desc())
        .first()
    )
    words = post.payload
    return adapter.script(
        Outgoing(post.key, words["title"], words["description"], words["text"], None, (), post.due_at),
        unit=post.channel.unit.name,
        zone=ZONE,
        approved_by=approval.user.name if approval else "",
        approved_on=local_day(approval.at if approval else post.created_at),
        content_hash=post.content_hash,
        sources=[f"{source.title} ({source.year})" for source in content_of(post.revision).sources],
    )


def need_clear(post: Post) -> None:
    """Raises Problem where a broadcast that was not handed over yet may not go out: see `clearance.hold`."""
    if post.state == PostState.SCHEDULED and (sentence := clearance.hold(post, local_day(post.due_at))):
        raise Problem(sentence)


def confirm(user: User, post: Post, airing: Airing, now: datetime) -> None:
    """Record a person's word. A later word corrects an earlier one, which stays visible."""
    need(user, "air", post.channel.unit)
    if post.channel.kind not in PERSON_KINDS:
        raise Problem("Kênh này không cần xác nhận phát.")
    if airing.aired and local_day(post.due_at) > local_day(now):
        raise Problem("Bài này chưa đến ngày phát.")
    if airing.aired and airing.aired_at is not None and airing.aired_at > now:
        raise Problem("Giờ phát không thể muộn hơn bây giờ; hãy xác nhận sau khi đã phát.")
    if airing.aired and not 1 <= airing.times <= 10:
        raise Problem("Số lần phát từ 1 đến 10.")
    if not airing.aired and not airing.reason.strip():
        raise Problem("Hãy ghi lý do không phát.")
    if airing.aired:
        need_clear(post)
    state = PostState.AIRED if airing.aired else PostState.NOT_AIRED
    aired_at = (airing.aired_at or now) if airing.aired else None
    with write():
        changed = (
            Post.update(state=state, published_at=aired_at, lease_until=None, fence=Post.fence + 1, error="")
            .where(Post.id == post.id, Post.state.in_(OPEN), (Post.state != PostState.SCHEDULED) | (Post.hold == ""))
            .execute()
        )
        if not changed:
            raise Problem("Bài này đã bị hủy, thu hồi hoặc giữ lại; đừng phát, hãy báo người lập lịch.")
        Confirmation.create(
            post=post, aired=airing.aired, aired_at=aired_at, times=airing.times if airing.aired else 0,
            reason=airing.reason.strip(), user=user, at=now,
        )  # fmt: skip
        audit.record(
            "aired" if airing.aired else "not_aired", post, user=user, unit=post.channel.unit, now=now,
            content_hash=post.content_hash, reason=airing.reason.strip(),
        )  # fmt: skip


def words_of(posts: Iterable[int]) -> dict[int, list[Confirmation]]:
    """All that people said about these posts (ids), the last word, which counts, first."""
    rows = (
        Confirmation.select(Confirmation, User)
        .join(User)
        .where(Confirmation.post.in_(list(posts)))
        .order_by(Confirmation.id.desc())
    )
    said: dict[int, list[Confirmation]] = {}
    for row in rows:
        said.setdefault(row.post_id, []).append(row)
    return said

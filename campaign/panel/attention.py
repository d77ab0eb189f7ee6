"""What goes on only when a person does something: posts by the step that they need, as the page lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign import ledger
from campaign.clock import day_bounds, local_day
from campaign.ledger import SILENT
from campaign.models import Amendment, Channel, Post, PostState, Revision, Unit, Worker
from campaign.panel.access import home
from channels.registry import KINDS

_MOST = 50
# A post that no worker looks at by itself any more has its next look farther away than this.
_SOON = ledger.NEVER / 2
# How long a worker may need for what people want done with a post, before it is shown.
_PATIENCE = timedelta(minutes=15)
# Where a person looks whether a post is out, by kind: address made from the channel's public settings.
_PAGES = {"facebook": "{page_url}/{page_id}", "zalo": "{page_url}/{oa_id}"}

_HEADS = {
    "unsure": (
        "Chưa chắc đã đăng", "question-circle", "amber",
        "Đã gửi nhưng kênh không trả lời rõ. Hãy mở kênh xem bài đã có chưa, rồi bấm một trong hai nút. "
        "Chương trình không tự gửi lại, để không đăng hai lần.",
    ),
    "failed": (
        "Không gửi được", "exclamation-octagon", "red",
        "Kênh từ chối. Hãy sửa theo lý do dưới mỗi bài, rồi chọn gửi ngay, đổi giờ hoặc bỏ.",
    ),
    "missed": (
        "Lỡ giờ", "clock-history", "red",
        "Đã qua giờ hẹn lâu hơn mức kênh cho phép. Hãy chọn gửi ngay, đổi giờ hoặc bỏ từng bài; "
        "muốn làm nhiều bài một lần, hãy đánh dấu các bài đã xem rồi bấm nút ở cuối mục.",
    ),
    "held": (
        "Đang giữ lại", "pause-circle", "violet",
        "Có điều chưa đúng nên bài chưa được gửi. Sửa xong, hãy bấm “Kiểm tra lại”.",
    ),
    "remote": (
        "Chưa rõ trên dịch vụ", "cloud-check", "amber",
        "Dịch vụ đang giữ bài hẹn giờ này mà chưa đăng, hoặc chưa cho rút. Hãy mở kênh để xem và xử lý ngay tại đó.",
    ),
    "amending": (
        "Chưa gỡ hoặc chưa sửa được", "trash3", "amber",
        "Có người yêu cầu gỡ hoặc sửa bài mà đến nay chưa xong. Nếu gấp, hãy mở kênh và làm ngay tại đó.",
    ),
    "unconfirmed": (
        "Chưa xác nhận phát", "volume-mute", "amber",
        "Đã qua ngày phát mà chưa ai báo đã phát hay không. Hãy nhắc người trực đài ghi ở trang Phát thanh.",
    ),
    "unseen": (
        "Đã giao trước, chưa rõ dịch vụ đã nhận chưa", "hourglass-split", "blue",
        "Trước giờ hẹn không ai thấy được các bài này trên kênh, nên chưa cần làm gì. Sau giờ hẹn chương trình tự đọc "
        "lại kênh; nếu vẫn không rõ, bài sẽ được hỏi ở mục “Chưa chắc đã đăng”.",
    ),
    "due": ("Bài đến giờ trong lúc tạm dừng", "clock", "blue", ""),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Posts that need the same step: why they are here, what to do, and how many there are in all."""

    key: str
    title: str
    icon: str
    tone: str
    advice: str
    posts: list[Post]
    total: int


def groups(units: set[int], now: datetime) -> Iterator[Group]:
    """What waits in these units (ids), the most pressing first; groups may be empty."""
    midnight = day_bounds(local_day(now))[0]
    unsure, held = Post.state == PostState.UNSURE, (Post.state == PostState.SCHEDULED) & (Post.hold != "")
    yield _group("unsure", units, unsure & (Post.due_at <= now))
    yield _group("amending", units, _is_late_amended(now))
    yield _group("failed", units, Post.state == PostState.FAILED)
    yield _group("missed", units, Post.state == PostState.MISSED)
    yield _group("held", units, held)
    yield _group("remote", units, (Post.state == PostState.SCHEDULED_REMOTELY) & _is_stuck(now))
    yield _group("unconfirmed", units, (Post.state == PostState.HANDED_OVER) & (Post.due_at < midnight))
    yield _group("unseen", units, unsure & (Post.due_at > now))


def due_while_paused(units: set[int], now: datetime) -> Group:
    """What came due in these units (ids) while all sending was paused."""
    return _group("due", units, (Post.state == PostState.SCHEDULED) & (Post.hold == "") & (Post.act_at <= now))


def _is_stuck(now: datetime) -> Any:
    """A post that the service should have published by now, or will not let go of."""
    return (Post.due_at < now - _PATIENCE) | ((Post.hold != "") & (Post.error != ""))


def _is_late_amended(now: datetime) -> Any:
    """A post with which a worker has not yet done what a person wants. What a person must do is a task."""
    waiting = Amendment.ended_at.is_null(), ~Amendment.by_hand, Amendment.kind != "move"
    late = Amendment.select(Amendment.post).where(*waiting, Amendment.at < now - _PATIENCE)
    return (Post.state == PostState.PUBLISHED) & Post.id.in_(late)


def _group(key: str, units: set[int], wanted: Any) -> Group:
    rows = (
        Post.select(
            Post.id, Post.due_at, Post.act_at, Post.state, Post.hold, Post.error, Post.link, Post.payload, Post.channel,
            Post.revision, Channel, Unit, Revision.id, Revision.title, Revision.pillar,
        )
        .join(Channel)
        .join(Unit)
        .switch(Post)
        .join(Revision)
        .where(Channel.unit.in_(units), wanted)
        .order_by(Post.due_at.desc(), Post.id)
    )  # fmt: skip
    posts = list(rows.limit(_MOST))
    total = len(posts) if len(posts) < _MOST else rows.count()
    return Group(key, *_HEADS[key], posts, total)


# ---------------------------------------------------------------- one of them


def page_of(channel: Channel) -> str | None:
    """Where the public sees the channel, if that can be told from its settings."""
    needed = _PAGES.get(channel.kind)
    known = {name: value for name, value in channel.settings.items() if value} | home().config.service(channel.kind)
    try:
        return needed.format(**known) if needed else None
    except KeyError:
        return None


@dataclass(frozen=True)
class NextLook:
    """When the program reads an unsure post back next: an instant, or a sentence where it does not know one."""

    at: datetime | None = None
    sentence: str = ""


def next_look(post: Post, now: datetime) -> NextLook:
    """When an unsure post is read back next."""
    if not KINDS[post.channel.kind].reads_back:
        return NextLook(sentence="Chương trình không tự đọc lại được kênh này.")
    if post.act_at > now + _SOON:
        return NextLook(sentence="Chương trình đã thôi tự đọc lại.")
    if post.channel.paused:
        return NextLook(sentence="Kênh đang tạm dừng nên chương trình chưa đọc lại.")
    if post.act_at <= now:
        return NextLook(sentence="Chương trình đang đọc lại kênh.")
    return NextLook(at=post.act_at)


def silent_since(now: datetime) -> datetime | str | None:
    """When the last worker was seen, where all are silent; "never" where none ever was."""
    last = Worker.select(Worker.seen_at).order_by(Worker.seen_at.desc()).first()
    if last is None:
        return "never"
    seen: datetime = last.seen_at
    return seen if seen < now - SILENT else None

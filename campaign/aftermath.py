"""The aftermath of a crash, and of a long sleep.

A worker killed at any point leaves one of four things behind, and `reap` can tell them apart:

* no attempt                      nothing left this machine: the post is scheduled again;
* an attempt with an answer       the answer is adopted;
* an attempt without one, resumable   sending again cannot make a second public post: scheduled again;
* an attempt without one          `unsure`: read back, and never sent again blindly.
"""

from datetime import datetime
from typing import Any

import peewee as pw

from campaign.db import connected, micros, run, write
from campaign.ledger import NEVER, PAUSED, Ledger, is_resumable, receipt_changes, taken_id
from campaign.models import Attempt, Post, PostState, note
from channels.base import Receipt, State
from channels.registry import KINDS

_DIED = "Máy gửi dừng giữa chừng; đang đọc lại."
_DIED_UNSEEN = "Máy gửi dừng giữa chừng; hãy mở kênh xem bài đã lên chưa."
UNSEEN = (
    "Đã giao bài cho dịch vụ giữ đến giờ hẹn nhưng chưa rõ dịch vụ đã nhận chưa. "
    "Trước giờ hẹn chưa thấy được trên kênh; chương trình tự đọc lại sau giờ hẹn."
)
LATE = "Đã qua giờ hẹn quá lâu; hãy chọn gửi ngay, đổi giờ hoặc bỏ."
# Only what was never tried: the answer to an attempt may have been lost, and the post be out. A paused channel keeps
# its posts until a person has connected it again. The list of states is that of the index.
_OVERDUE = (
    "UPDATE post SET state = 'missed', error = ? WHERE id IN (SELECT p.id FROM post AS p "
    "JOIN channel AS c ON c.id = p.channel_id WHERE p.state IN ('scheduled', 'processing', 'scheduled_remotely', "
    "'unsure') AND p.hold = '' AND p.act_at <= ? AND p.state = 'scheduled' AND p.lease_until IS NULL "
    "AND c.paused = '' AND p.due_at < ? - 60000000 * CAST(c.grace_minutes AS BIGINT) "
    "AND NOT EXISTS (SELECT 1 FROM attempt AS a WHERE a.post_id = p.id) LIMIT ?) "
    "AND state = 'scheduled' AND lease_until IS NULL"
)
# So many at a time, so that a claim need not wait for all of them.
_AT_ONCE = 500


def reap(ledger: Ledger) -> int:
    """Sort out posts whose worker did not come back before its lease ended; gives their number.

    What this very process has in flight is alive, whatever the clock on the wall did meanwhile.
    """
    now = ledger.clock.now()
    alive = {claim.post_id for claim in ledger.leases.living()}
    with connected():
        lost = list(Post.select().where(Post.state == PostState.SENDING, Post.lease_until < now))
        return sum(_reap_one(post, now) for post in lost if post.id not in alive)


def _reap_one(post: Post, now: datetime) -> int:
    """A transaction a post: what is wrong with one must not keep the others lying."""
    # The lease once more: its worker may have woken, renewed it and be sending at this moment.
    still_lost = (
        Post.id == post.id, Post.fence == post.fence, Post.state == PostState.SENDING, Post.lease_until < now,
    )  # fmt: skip
    changes = after_crash(post, now)
    try:
        with write():
            done: int = Post.update(fence=Post.fence + 1, lease_until=None, **changes).where(*still_lost).execute()
    except pw.IntegrityError:
        with write():
            done = Post.update(fence=Post.fence + 1, lease_until=None, **taken_id(now)).where(*still_lost).execute()
    return done


def after_crash(post: Post, now: datetime) -> dict[str, Any]:
    """What becomes of a post whose worker is gone."""
    attempt = Attempt.get_or_none(Attempt.post == post, Attempt.fence == post.fence)
    if attempt is None or attempt.outcome in {"refused", "not_sent"}:
        return {"state": PostState.SCHEDULED}
    if attempt.remote_id:
        receipt = Receipt(attempt.remote_id, State(attempt.remote_state), attempt.link)
        return receipt_changes(receipt, now, post.due_at)
    if is_resumable(post):
        return {"state": PostState.SCHEDULED}
    return doubt(post, now, _DIED if KINDS[post.channel.kind].reads_back else _DIED_UNSEEN)


def doubt(post: Post, now: datetime, sentence: str) -> dict[str, Any]:
    """What becomes of a post that may be out: read back at once, or shown to a person where nobody else can look."""
    if KINDS[post.channel.kind].reads_back:
        return {"state": PostState.UNSURE, "act_at": now, "looks": 0, "error": sentence}
    return {"state": PostState.UNSURE, "act_at": now + NEVER, "looks": 1, "error": sentence}


def give_up_overdue(ledger: Ledger) -> int:
    """Mark as missed, all at once, what is later than its channel's grace and was never tried; gives their number.

    After days of sleep nothing floods, and what is still in time need not queue behind what is not. Nothing while
    sending is paused: what a restored home has not tried may be out, and is read back first.
    """
    with connected():
        if note(PAUSED):
            return 0
    now = micros(ledger.clock.now())
    missed, last = 0, _AT_ONCE
    while last == _AT_ONCE:
        with connected(), write():
            last = run(_OVERDUE, [LATE, now, now, _AT_ONCE]).rowcount
        missed += last
    return missed

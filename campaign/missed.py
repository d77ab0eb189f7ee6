"""Missed posts, several at once: each was seen and ticked by a person, and none floods its channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign import scheduling
from campaign.errors import Problem
from campaign.models import Post, User

_SHORTEST_GAP = timedelta(minutes=1)


def send_now(user: User, posts: Sequence[Post], now: datetime) -> list[str]:
    """Let posts go out, the longest overdue first: on each channel one at once, the others after it with its minimum
    gap. Gives a sentence for each that cannot."""
    next_hour: dict[int, datetime] = {}
    problems = []
    for post in sorted(posts, key=lambda row: (row.due_at, row.id)):
        due = next_hour.get(post.channel_id, now)
        try:
            scheduling.send_now(user, post, now, due=due)
        except Problem as problem:
            problems.append(f"“{post.revision.title}”: {problem}")
            continue
        next_hour[post.channel_id] = due + max(timedelta(minutes=post.channel.min_gap_minutes), _SHORTEST_GAP)
    return problems


def skip(user: User, posts: Sequence[Post], now: datetime) -> list[str]:
    """Take posts out of the plan. Gives a sentence for each that cannot."""
    problems = []
    for post in posts:
        try:
            scheduling.cancel(user, post, now, "Bỏ qua vì lỡ giờ.")
        except Problem as problem:
            problems.append(f"“{post.revision.title}”: {problem}")
    return problems

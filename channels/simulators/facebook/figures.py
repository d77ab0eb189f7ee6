"""Made-up reach figures: the same for the same post and age, growing with age as a small commune's Page would see.

A post ends between 60 and 420 readers; half of them come within the first hours, the rest over days.
Nothing is counted in the first five minutes.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_FIGURES = timedelta(minutes=5)
_EVENING, _DAYS = 6.0, 72.0  # hours: how fast the early and the late readers come


@dataclass(frozen=True)
class Figures:
    """What one post has reached at one age."""

    readers: int = 0
    views: int = 0
    clicks: int = 0
    likes: int = 0
    loves: int = 0
    comments: int = 0
    shares: int = 0

    @property
    def reactions(self) -> int:
        """Reactions of every sort."""
        return self.likes + self.loves

    @property
    def engagements(self) -> int:
        """Everything a reader did."""
        return self.clicks + self.reactions + self.comments + self.shares


def _chance(seed: str, low: float, high: float) -> float:
    digest = hashlib.sha256(seed.encode()).digest()
    return low + (high - low) * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF


def _grown(age: timedelta) -> float:
    hours = age.total_seconds() / 3600
    return 0.7 * (1 - math.exp(-hours / _EVENING)) + 0.3 * (1 - math.exp(-hours / _DAYS))


def figures_at(post_id: str, age: timedelta) -> Figures | None:
    """The figures of a post at an age; None while the service has counted nothing yet."""
    if age < FIRST_FIGURES:
        return None
    readers = _chance(f"{post_id} readers", 60, 420) * _grown(age)

    def share(what: str, low: float, high: float) -> int:
        return int(readers * _chance(f"{post_id} {what}", low, high))

    return Figures(
        readers=int(readers),
        views=share("views", 1.2, 1.6),
        clicks=share("clicks", 0.02, 0.08),
        likes=share("likes", 0.03, 0.08),
        loves=share("loves", 0.005, 0.02),
        comments=share("comments", 0.0, 0.02),
        shares=share("shares", 0.005, 0.03),
    )


def followers_gained(page_id: str, day: date) -> int:
    """New followers of a Page on one day."""
    return int(_chance(f"{page_id} {day.isoformat()}", 0, 4))


_NO_MORE_REACTIONS = ("wow", "haha", "sorry", "anger")

# The post metrics that the live probe found to work (Graph API, channels.md section 2.7).
POST_METRICS: Mapping[str, Callable[[Figures], int | dict[str, int]]] = {
    "post_media_view": lambda f: f.views,
    "post_total_media_view_unique": lambda f: f.readers,
    "post_clicks": lambda f: f.clicks,
    "post_clicks_by_type": lambda f: {"other clicks": f.clicks},
    "post_reactions_like_total": lambda f: f.likes,
    "post_reactions_love_total": lambda f: f.loves,
    **{f"post_reactions_{name}_total": lambda _: 0 for name in _NO_MORE_REACTIONS},
    "post_reactions_by_type_total": lambda f: {"like": f.likes, "love": f.loves},
    "post_activity_by_action_type": lambda f: {"like": f.reactions, "comment": f.comments, "share": f.shares},
    "post_video_views": lambda _: 0,
}

# The Page metrics of the same probe that sum up what the posts did during a day.
PAGE_SUMS: Mapping[str, Callable[[Figures], int]] = {
    "page_media_view": lambda f: f.views,
    "page_total_media_view_unique": lambda f: f.readers,
    "page_views_total": lambda f: f.readers // 10,
    "page_post_engagements": lambda f: f.engagements,
    "page_total_actions": lambda _: 0,
}
PAGE_METRICS = frozenset(PAGE_SUMS) | {
    "page_follows",
    "page_daily_follows",
    "page_daily_follows_unique",
    "page_daily_unfollows_unique",
}

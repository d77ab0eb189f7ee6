"""The forms of posts and broadcasts. A form holds what was typed, so that it can be shown again, and turns it into
values, raising Problem with one sentence where it cannot."""

from dataclasses import dataclass
from datetime import datetime

from campaign.broadcasts import Airing
from campaign.clock import ZONE, local
from campaign.models import Post
from campaign.panel.typed import Typed, clock, day, whole

OTHER = "Khác"
CAUSES = ("Mất điện", "Loa hỏng", "Trùng chương trình khác", OTHER)


@dataclass
class MoveForm:
    """Another hour for a post, local time."""

    day: str
    time: str

    @classmethod
    def of(cls, post: Post) -> "MoveForm":
        """The hour the post has now."""
        due = local(post.due_at)
        return cls(f"{due:%Y-%m-%d}", f"{due:%H:%M}")

    @classmethod
    def typed(cls, form: Typed) -> "MoveForm":
        """The hour a person asks for."""
        return cls(form.get("day", ""), form.get("time", ""))

    def instant(self) -> datetime:
        """The hour as an instant. Raises Problem."""
        return datetime.combine(day(self.day, "Ngày"), clock(self.time, "Giờ"), ZONE)


@dataclass
class AiringForm:
    """What the operator says about one broadcast, as typed."""

    at: str
    times: str
    cause: str = ""
    reason: str = ""

    @classmethod
    def typed(cls, form: Typed) -> "AiringForm":
        """The form as the operator sent it."""
        return cls(form.get("at", ""), form.get("times", ""), form.get("cause", ""), form.get("reason", "").strip())

    def airing(self, post: Post, *, aired: bool) -> Airing:
        """The word on the post. The time is one of the broadcast's own day. Raises Problem."""
        if not aired:
            cause = "" if self.cause == OTHER else self.cause
            return Airing(aired=False, reason=": ".join(filter(None, (cause, self.reason))))
        at = datetime.combine(local(post.due_at).date(), clock(self.at, "Giờ phát"), ZONE)
        return Airing(aired=True, aired_at=at, times=whole(self.times, "Số lần"))

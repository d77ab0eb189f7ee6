"""Why a channel cannot carry all the posts or minutes that an aim asks for, and the smallest change that lets it. Pure.

Every answer is tried out: a change is only named where the channels then have the room. Rules that protect people -
quiet hours, validity, consent - are never offered as the thing to give up.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from math import ceil

from campaign.planner.aims import wanted
from campaign.planner.draft import Draft
from campaign.planner.ground import Ground, ground
from campaign.planner.track import lay
from campaign.planner.values import Aim, ChannelRules, Measure, PlanInput, Session, Unmet

_LONGEST_EXTENSION = 92  # days: a campaign that needs more has the wrong aim, not the wrong end
_MOST_A_DAY = 24
_MOST_ITEMS = 20  # more for a session
_MOST_SECONDS = 3600  # more for a session
_DAY = timedelta(days=1)
_NO_QUIET = (time(), time())

Change = tuple[str, str]  # the reason, and what would meet the aim: Vietnamese, without capital and full stop


def number(value: float) -> str:
    """A number the Vietnamese way: a comma before the decimals, none where it is whole."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


@dataclass(frozen=True)
class Shortfall:
    """Looks for the one rule whose change would meet an aim; the first found in the order of `rules` is named."""

    draft: Draft
    aim: Aim

    def unmet(self) -> Unmet:
        unit = 60 if self.aim.measure == Measure.MINUTES else 1
        want, have = wanted(self.draft.what, self.aim), self.draft.carried(self.aim)
        rules = {
            "windows": self.windows,
            "quiet": self.quiet,
            "messages": self.messages,
            "seats": self.seats,
            "max_per_day": self.max_per_day,
            "session": self.session,
            "min_gap": self.min_gap,
            "closures": self.closures,
            "dates": self.dates,
        }
        found = ((rule, answer) for rule, look in rules.items() if (answer := look()) is not None)
        rule, (reason, change) = next(found, ("several", self.several()))
        name = "phút phát" if self.aim.measure == Measure.MINUTES else "bài"
        head = f"Thiếu {number((want - have) / unit)} trong {number(want / unit)} {name}{self.origin()}"
        return Unmet(
            self.aim.measure.value, self.aim.channels, want / unit, have / unit, rule, f"{head}: {reason}", change
        )

    def origin(self) -> str:
        """Where a raised aim comes from."""
        if self.aim.raise_percent is None:
            return ""
        name = "phút" if self.aim.measure == Measure.MINUTES else "bài"
        was, now = number(self.aim.baseline or 0), number(float(self.aim.weekly))
        return f" (tăng {number(self.aim.raise_percent)}% so với {was} {name} mỗi tuần trước đây, tức {now})"

    # ------------------------------------------------------------ room

    @property
    def needed(self) -> int:
        """How many posts would meet the aim, fixed ones included."""
        want, have = wanted(self.draft.what, self.aim), self.draft.carried(self.aim)
        posts = sum(
            len(self.draft.rows[channel].own) + len(self.draft.choices(channel)) for channel in self.aim.channels
        )
        if self.aim.measure == Measure.POSTS:
            return posts + want - have
        length = max((row.length for row in self.grounds if row.length), default=0)
        return posts + ceil((want - have) / length) if length else posts + 1

    @property
    def grounds(self) -> list[Ground]:
        return [self.draft.rows[channel].ground for channel in sorted(self.aim.channels)]

    def fits(
        self, change: Callable[[ChannelRules], ChannelRules] | None = None, what: PlanInput | None = None,
        *, every_day: bool = False,
    ) -> bool:  # fmt: skip
        """Whether the channels have room for what is needed with a change of their rules or of the campaign."""
        tried = (
            ground(what or self.draft.what, change(row.rules) if change else row.rules, every_day=every_day)
            for row in self.grounds
        )
        return sum(len(row.fixed) + row.capacity for row in tried) >= self.needed

    def least(self, options: range, change: Callable[[ChannelRules, int], ChannelRules]) -> int | None:
        """The first of the options, each milder than the next, that makes room enough."""
        place = bisect_left(options, True, key=lambda option: self.fits(lambda rules: change(rules, option)))
        return options[place] if place < len(options) else None

    @property
    def single(self) -> ChannelRules | None:
        """The channel, where the aim has only one."""
        return self.grounds[0].rules if len(self.grounds) == 1 else None

    # ------------------------------------------------------------ rules

    def windows(self) -> Change | None:
        if any(self.is_open(row.rules) for row in self.grounds) or any(
            self.swallowed(row.rules) for row in self.grounds
        ):
            return None
        return (
            "kênh không có khung giờ nào mở trong thời gian chiến dịch",
            "hãy thêm khung giờ hoặc đổi ngày chiến dịch",
        )

    def quiet(self) -> Change | None:
        rows = [(rules, hours) for row in self.grounds if (hours := self.swallowed(rules := row.rules))]
        is_bare = not any(self.is_open(row.rules) for row in self.grounds)
        if not rows or not (is_bare or self.fits(lambda rules: replace(rules, quiet=_NO_QUIET))):
            return None
        rules, hours = rows[0]
        quiet = "–".join(f"{edge:%H:%M}" for edge in rules.quiet)
        return f"khung giờ {', '.join(hours)} nằm trọn trong giờ yên lặng {quiet}", "hãy dời khung giờ ra ngoài giờ này"

    def is_open(self, rules: ChannelRules) -> bool:
        return bool(lay(self.draft.what, replace(rules, standing=())).instants)

    def swallowed(self, rules: ChannelRules) -> list[str]:
        """The windows and sessions of which the quiet hours leave nothing."""
        found = []
        for window in rules.windows:
            alone = replace(rules, windows=(window,))
            if not self.is_open(alone) and self.is_open(replace(alone, quiet=_NO_QUIET)):
                found.append(f"{window.start:%H:%M}–{window.end:%H:%M}")
        for session in rules.sessions:
            alone = replace(rules, sessions=(session,))
            if not self.is_open(alone) and self.is_open(replace(alone, quiet=_NO_QUIET)):
                found.append(f"{session.start:%H:%M}")
        return sorted(found)

    def messages(self) -> Change | None:
        if not any(row.pool for row in self.grounds) or not any(row.served for row in self.grounds):
            return (
                "không có thông điệp nào đã duyệt hợp kênh này và còn hạn trong chiến dịch",
                "hãy thêm hoặc duyệt thông điệp như vậy",
            )
        if not self.fits(every_day=True):
            return None
        days = {self.draft.what.starts_on.toordinal() + day for day in range(self.draft.what.days)}
        bare = days - frozenset.union(*(row.served for row in self.grounds))
        if not bare:
            return None
        first = self.draft.what.starts_on + (min(bare) - self.draft.what.starts_on.toordinal()) * _DAY
        return (
            f"{len(bare)} trong {len(days)} ngày không có thông điệp hợp kênh còn hạn",
            f"hãy thêm thông điệp dùng được từ ngày {first:%d/%m/%Y}",
        )

    def seats(self) -> Change | None:
        """There is room, but no message may take the last seats."""
        empties = [empty for channel in self.aim.channels for empty in self.draft.empties(channel)]
        if not empties or not self.fits():
            return None
        return empties[0].reason, empties[0].change

    def max_per_day(self) -> Change | None:
        more = self.least(
            range(1, _MOST_A_DAY), lambda rules, more: replace(rules, max_per_day=rules.max_per_day + more)
        )
        if more is None:
            return None
        if self.single:
            limit = self.single.max_per_day
            return f"mỗi ngày chỉ được {limit} bài", f"nâng lên {limit + more} bài mỗi ngày thì đủ"
        return "các kênh đã đủ số bài mỗi ngày", f"cho mỗi kênh thêm {more} bài mỗi ngày thì đủ"

    def session(self) -> Change | None:
        if not any(row.rules.sessions for row in self.grounds):
            return None
        sessions = [session for row in self.grounds for session in row.rules.sessions]
        items, lengths = {session.items for session in sessions}, {session.seconds for session in sessions}
        more = self.least(range(min(items) + 1, max(items) + _MOST_ITEMS), _at_least_items)
        if more is not None:
            return f"{_sessions_of(items)} chỉ nhận {min(items)} mục", f"nhận {more} mục mỗi buổi thì đủ"
        longer = self.least(range(min(lengths) + 60, max(lengths) + _MOST_SECONDS, 60), _at_least_seconds)
        if longer is not None:
            return (
                f"{_sessions_of(lengths)} chỉ dành {min(lengths)} giây cho chiến dịch",
                f"dành {longer} giây mỗi buổi thì đủ",
            )
        return None

    def min_gap(self) -> Change | None:
        step = self.draft.what.slot_minutes
        gap = max(row.rules.min_gap for row in self.grounds) // timedelta(minutes=1)
        less = self.least(range(gap - step, 0, -step), _at_most_gap)
        if less is None:
            return None
        return f"hai bài phải cách nhau ít nhất {gap} phút", f"giảm còn {less} phút thì đủ"

    def closures(self) -> Change | None:
        first, last = self.draft.what.starts_on, self.draft.what.ends_on
        closed = {
            day
            for row in self.grounds
            for closure in row.rules.closures
            for day in range(max(closure.first, first).toordinal(), min(closure.last, last).toordinal() + 1)
        }
        if not closed or not self.fits(lambda rules: replace(rules, closures=())):
            return None
        return f"kênh nghỉ {len(closed)} ngày trong chiến dịch", "mở lại những ngày này thì đủ"

    def dates(self) -> Change | None:
        what = self.draft.what
        options = range(1, _LONGEST_EXTENSION + 1)
        place = bisect_left(
            options, True, key=lambda more: self.fits(what=replace(what, ends_on=what.ends_on + more * _DAY))
        )
        if place == len(options):
            return None
        ends = what.ends_on + options[place] * _DAY
        room = sum(len(row.fixed) + row.capacity for row in self.grounds)
        return (
            f"đến hết ngày {what.ends_on:%d/%m/%Y} các khung giờ chỉ đủ chỗ cho {room} bài",
            f"mở thêm khung giờ, hoặc kéo dài chiến dịch thêm {options[place]} ngày, đến {ends:%d/%m/%Y}, thì đủ",
        )

    def several(self) -> Change:
        have = self.draft.carried(self.aim)
        fits = f"{number(have / 60)} phút" if self.aim.measure == Measure.MINUTES else f"{have} bài"
        return (
            "nhiều giới hạn cùng chặn, đổi một giới hạn chưa đủ",
            f"hãy hạ mục tiêu cả chiến dịch còn {fits}, hoặc vừa mở thêm khung giờ vừa kéo dài chiến dịch",
        )


def _at_least_items(rules: ChannelRules, items: int) -> ChannelRules:
    return _sessions(rules, lambda session: replace(session, items=max(session.items, items)))


def _at_least_seconds(rules: ChannelRules, seconds: int) -> ChannelRules:
    return _sessions(rules, lambda session: replace(session, seconds=max(session.seconds, seconds)))


def _sessions(rules: ChannelRules, change: Callable[[Session], Session]) -> ChannelRules:
    return replace(rules, sessions=tuple(change(session) for session in rules.sessions))


def _sessions_of(kinds: set[int]) -> str:
    return "mỗi buổi phát" if len(kinds) == 1 else "có buổi phát"


def _at_most_gap(rules: ChannelRules, minutes: int) -> ChannelRules:
    return replace(rules, min_gap=min(rules.min_gap, timedelta(minutes=minutes)))

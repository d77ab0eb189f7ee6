"""Which message each seat of one channel carries, and why. Pure.

Hard rules: the message fits the channel and the day, the session's time is enough, and no text comes twice running.
The others (`values.RELAXATIONS`) give way, the first one first, where they would leave a seat empty; `search` finds
where that is least. Of messages equal to the rules those of the pillar with the largest deficit against its quota come
first, and of these the one that `Board.taste` prefers. Each relaxation is listed, and every choice says why.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import NamedTuple

from campaign.planner.board import Board, Said
from campaign.planner.search import Search
from campaign.planner.uses import Seat, Uses
from campaign.planner.values import Candidate, ChannelRules, PlanInput
from content.taxonomy import PILLARS

__all__ = ["Choice", "Empty", "Seat", "Uses", "choose"]


@dataclass(frozen=True)
class Choice:
    """The message of a seat, which of its wordings (from 0), its seconds on air, and one Vietnamese sentence that says
    why. `relaxed` has every rule of `values.RELAXATIONS` that gave way here, with a sentence that says by how much."""

    message: Candidate
    wording: int
    seconds: int
    reason: str
    relaxed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Empty:
    """A seat that the hard rules leave without a message: the `rule` in the way ("validity", "budget" or "text"), and
    in Vietnamese, without capital and full stop, the reason and what would change it."""

    rule: str
    reason: str
    change: str


_EMPTY = {
    rule: Empty(rule, reason, change)
    for rule, reason, change in (
        (
            "validity",
            "ngày ấy không có thông điệp nào hợp kênh và còn hạn",
            "hãy thêm hoặc duyệt thông điệp dùng được vào những ngày này",
        ),
        (
            "budget",
            "thời gian còn lại của buổi phát không đủ cho thông điệp nào",
            "hãy thêm thông điệp ngắn hơn hoặc tăng thời lượng buổi phát",
        ),
        (
            "text",
            "thông điệp dùng được chỉ còn đúng lời của bài liền trước hoặc liền sau",
            "hãy thêm thông điệp, hoặc thêm cách nói cho thông điệp đã có",
        ),
    )
}


def choose(
    what: PlanInput,
    channel: ChannelRules,
    seats: Sequence[Seat],
    quotas: Mapping[str, int],
    uses: Uses,
    budgets: Mapping[int, int],
) -> list[Choice | Empty]:
    """A message for every seat of a channel, or why it stays empty. Each choice is added to `uses`.

    `seats` are in order of time; `channel.standing` are the posts that stay. `quotas` are the posts each pillar is to
    have on these seats; messages of other pillars do not come. `budgets` are the seconds left by number of the session.
    """
    board = Board(what, channel, seats, quotas, uses)
    said = dict(zip(board.seats, Search(board, budgets, exact=what.exact).run(), strict=True))
    rows = [_Row(number, seat, said.get(seat)) for number, seat in enumerate(seats)]
    return _Teller(what, channel, quotas, uses, rows).tell(budgets)


class _Row(NamedTuple):
    """A seat with its number and what is said there."""

    number: int
    seat: Seat
    said: Said | None


class _Teller:
    """Puts into words, in order of time, why the seats of a channel carry what they carry."""

    def __init__(
        self, what: PlanInput, channel: ChannelRules, quotas: Mapping[str, int], uses: Uses, rows: Sequence[_Row]
    ) -> None:
        self.what, self.channel, self.quotas, self.uses, self.rows = what, channel, quotas, uses, rows
        self.pool = {row.id: row for row in what.candidates if row.pillar in quotas and channel.id in row.fits}
        self.told: Counter[str] = Counter()  # posts of these seats so far, by pillar
        self.days: dict[int, list[date]] = defaultdict(list)  # by message, the days of the channel's posts so far
        for post in channel.standing:
            self.days[post.message_id].append(post.at.astimezone(what.zone).date())
        standing = [(post.at, -1, post.pillar) for post in channel.standing]
        new = [(row.seat.at, row.number, row.said.pillar) for row in rows if row.said]
        self.posts = sorted([*standing, *new])

    def tell(self, budgets: Mapping[int, int]) -> list[Choice | Empty]:
        """What each seat carries, or why it carries nothing."""
        left = Counter(dict(budgets))
        for row in self.rows:
            if row.said:
                left[row.seat.airtime] -= self.seconds(row.said) + self.channel.interval
        return [
            self.choice(row, row.said) if row.said else self.empty(row.seat, left[row.seat.airtime])
            for row in self.rows
        ]

    def seconds(self, said: Said) -> int:
        return self.pool[said.message_id].fits[self.channel.id].seconds

    def empty(self, seat: Seat, left: int) -> Empty:
        """Why a seat stays empty; `left` are the seconds that its session has in the end."""
        fits = [fit for message in self.pool.values() if (fit := message.fit(self.channel.id, seat.day))]
        if not fits:
            return _EMPTY["validity"]
        is_short = seat.airtime >= 0 and min(fit.seconds for fit in fits) > left
        return _EMPTY["budget" if is_short else "text"]

    def choice(self, row: _Row, said: Said) -> Choice:
        """A message in its seat; from now on it is said."""
        message, day = self.pool[said.message_id], row.seat.day
        relaxed = tuple(self.relaxed(row, message))
        rules = {rule for rule, _ in relaxed}
        clauses = [
            self.place(row),
            *self.peak(day),
            *([] if "share" in rules else [self.turn(message.pillar)]),
            *([] if rules & {"rest", "wear"} else [self.claim(message, day)]),
            *([f"cách nói thứ {said.wording + 1}"] if said.wording else []),
            *(clause for _, clause in relaxed),
        ]
        self.told[message.pillar] += 1
        self.days[message.id].append(day)
        self.uses.add(self.channel, message.id, day)
        sentences = tuple((rule, _sentence(clause)) for rule, clause in relaxed)
        return Choice(message, said.wording, self.seconds(said), _sentence("; ".join(clauses)), sentences)

    # ------------------------------------------------------------ clauses

    def place(self, row: _Row) -> str:
        place = f"bài {row.number + 1}/{len(self.rows)} trải đều trên kênh"
        number = bisect_left(self.posts, (row.seat.at, row.number))
        if number == 0:
            return place
        at, before, _ = self.posts[number - 1]
        is_together = before >= 0 and self.rows[before].seat.airtime == row.seat.airtime >= 0
        span = row.seat.at - at
        if is_together or span < timedelta(minutes=1):
            return f"{place}, ngay sau bài trước"
        return f"{place}, cách bài trước {_span(span)}"

    def peak(self, day: date) -> Iterator[str]:
        for peak in self.what.peaks:
            if peak.first <= day <= peak.last and peak.factor > 1:
                kind = "ngày" if peak.first == peak.last else "đợt"
                name = f"“{peak.name}”" if peak.name else f"{day.day}/{day.month}"
                yield f"{kind} cao điểm {name}"

    def turn(self, pillar: str) -> str:
        return f"đến lượt trụ cột {_label(pillar)} (bài {self.told[pillar] + 1}/{self.quotas[pillar]})"

    def claim(self, message: Candidate, day: date) -> str:
        """Why this message of its pillar."""
        times, least = self.uses.met(message.id, self.channel), self.what.exposures.least
        if times.most == 0:
            return "thông điệp chưa đăng" if self.uses.count(message.id) == 0 else "thông điệp mới với kênh này"
        if times.least < least:
            return f"thông điệp đăng lần thứ {times.least + 1} trong {least} lần tối thiểu"
        rest = self.rest(message.id, day)
        if not rest:
            return "thông điệp chưa đăng trên kênh này" if rest is None else "thông điệp dùng lại trong ngày"
        peers = (row for row in self.pool.values() if row.pillar == message.pillar and row.fit(self.channel.id, day))
        rests = [self.rest(row.id, day) for row in peers]
        is_longest = all(other is not None and other <= rest for other in rests)
        return f"thông điệp nghỉ lâu nhất: {rest} ngày" if is_longest else f"thông điệp đã nghỉ {rest} ngày"

    def rest(self, message_id: int, day: date) -> int | None:
        """The days since a message was last on the channel."""
        return min(((day - use).days for use in self.days[message_id] if use <= day), default=None)

    def relaxed(self, row: _Row, message: Candidate) -> Iterator[tuple[str, str]]:
        """The rules that give way, with by how much."""
        times, most = self.uses.met(message.id, self.channel).most, self.what.exposures.most
        if times >= most:
            met = f"cùng một nhóm người đã gặp thông điệp {times} lần"
            yield "wear", f"{met}, đủ {most} lần thì nên nghỉ, nhưng không đủ thông điệp để thay"
        number = bisect_left(self.posts, (row.seat.at, row.number))
        before, after = self.posts[max(0, number - 1) : number], self.posts[number + 1 : number + 2]
        if any(pillar == message.pillar for _, _, pillar in before):
            yield "pillar", "trùng trụ cột với bài liền trước vì không xếp xen được"
        if any(pillar == message.pillar and new < 0 for _, new, pillar in after):
            yield "pillar", "trùng trụ cột với bài liền sau vì không xếp xen được"
        rest, asked = (
            min((abs((row.seat.day - use).days) for use in self.days[message.id]), default=inf),
            self.what.rest,
        )
        if rest < asked:
            apart = f"chỉ cách lần đăng khác {rest} ngày" if rest else "đăng hai lần trong một ngày"
            yield "rest", f"thông điệp {apart}, cần ít nhất {asked} ngày, vì không đủ thông điệp để nghỉ lâu hơn"
        posts, quota = self.told[message.pillar] + 1, self.quotas[message.pillar]
        if posts > quota:
            name = f"trụ cột {_label(message.pillar)}"
            yield "share", f"{name} có {posts} bài, quá mức {quota} bài, vì không xếp được trụ cột khác"


def _label(pillar: str) -> str:
    return f"“{PILLARS.get(pillar, pillar)}”"


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def _span(span: timedelta) -> str:
    """A span in words: days, hours and minutes, without those that are zero."""
    hours, minutes = divmod(span.seconds // 60, 60)
    amounts = ((span.days, "ngày"), (hours, "giờ"), (minutes, "phút"))
    return " ".join(f"{amount} {unit}" for amount, unit in amounts if amount)

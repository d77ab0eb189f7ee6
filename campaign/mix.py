"""Which pillar and which message each time of a channel carries. Pure.

The shares give every pillar a number of turns, the turns are dealt by largest deficit (engine.md section 2), and inside
a pillar the message that has rested longest on this channel goes first. Where the rules leave no message they give way
one after the other: first another pillar stands in, then the days of rest, and at last a message follows itself.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from typing import NamedTuple

from content.taxonomy import PILLARS

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Frozen:
    """A post that exists already. It is never moved and counts for gaps, day limits and the rest of its message."""

    at: datetime
    message_id: int
    pillar: str


@dataclass(frozen=True)
class Candidate:
    """A message that may be planned: on channels of these kinds, from `valid_from` to `valid_until`, both included.
    Of two messages equally rested the one with more `wordings` goes first, as it bears repeating best."""

    id: int
    pillar: str
    kinds: frozenset[str]
    valid_from: date
    valid_until: date
    wordings: int = 1

    def is_valid_on(self, day: date) -> bool:
        """Whether the message may go out on this local calendar day."""
        return self.valid_from <= day <= self.valid_until


class Seat(NamedTuple):
    """A time to be filled, with the frozen posts that stand directly before and after it on its channel."""

    at: datetime
    day: date
    before: Frozen | None
    after: Frozen | None


def seats(instants: Sequence[datetime], frozen: Sequence[Frozen], zone: tzinfo) -> list[Seat]:
    """The seats at these instants, in order, each with the frozen posts that no other seat parts it from."""
    posts = sorted(frozen, key=lambda post: (post.at, post.message_id))
    taken = [post.at for post in posts]
    numbers = [bisect_left(taken, at) for at in instants]
    earlier, later = [0, *numbers[:-1]], [*numbers[1:], len(posts)]
    return [
        Seat(
            at=at,
            day=at.astimezone(zone).date(),
            before=posts[number - 1] if number > low else None,
            after=posts[number] if number < high else None,
        )
        for at, number, low, high in zip(instants, numbers, earlier, later, strict=False)
    ]


def apportion(shares: Mapping[str, float], posts: int) -> dict[str, int]:
    """How many of `posts` each pillar with a positive share gets: the Webster (Sainte-Laguë) apportionment in which
    every pillar has at least one as soon as there are enough posts. A share means the decimal it is written as."""
    exact = {pillar: Fraction(str(share)) for pillar, share in sorted(shares.items()) if share > 0}
    quotas = dict.fromkeys(exact, 1 if posts >= len(exact) else 0)
    for _ in range(posts - sum(quotas.values())):
        quotas[max(exact, key=lambda pillar: exact[pillar] / (2 * quotas[pillar] + 1))] += 1
    return quotas


def deal(quotas: Mapping[str, int], seats: Sequence[Seat]) -> list[str]:
    """Whose turn each seat is: the largest deficit against the quota, not the same pillar twice running.

    A pillar with more than half of what is left cannot wait for its neighbours to change: it comes whenever its last
    turn is not directly before, and else the deficit alone decides, so that unavoidable pairs are spread as well.
    """
    turns: list[str] = []
    left = dict(quotas)
    for number, seat in enumerate(seats):
        shunned = {post.pillar for post in (seat.before, seat.after) if post}
        shunned |= {turns[-1]} if turns and not seat.before else set()
        waiting = [pillar for pillar in left if left[pillar] > 0]
        crowding = [pillar for pillar in waiting if 2 * left[pillar] > len(seats) - number]
        if crowding:
            options = waiting if crowding[0] in shunned else crowding
        else:
            options = [pillar for pillar in waiting if pillar not in shunned] or waiting
        used = {pillar: quotas[pillar] - left[pillar] for pillar in options}
        turns.append(max(options, key=lambda pillar: quotas[pillar] * (number + 1) - used[pillar] * len(seats)))
        left[turns[-1]] -= 1
    return turns


@dataclass(frozen=True)
class Chosen:
    """The message of one seat, and one Vietnamese sentence that says why."""

    message: Candidate
    reason: str


class Mixer:
    """Chooses the messages of one channel, seat by seat in order of time.

    `pool` are the messages that fit the channel, each of a pillar in `shares`; on the day of every seat at least one of
    them has to be valid. `min_repeat_days` are the days from one use of a message to the next, frozen posts included.
    """

    def __init__(
        self,
        pool: Sequence[Candidate],
        shares: Mapping[str, float],
        min_repeat_days: int,
        places: Sequence[Seat],
        frozen: Sequence[Frozen],
        zone: tzinfo,
    ) -> None:
        self.pool, self.shares, self.min_repeat_days = pool, shares, min_repeat_days
        self.seats, self.zone = places, zone
        self.turns = deal(apportion(shares, len(places)), places)
        self.uses: dict[int, list[datetime]] = defaultdict(list)
        for post in frozen:
            self.uses[post.message_id].append(post.at)
        self.last: Frozen | None = None

    def choices(self) -> list[Chosen]:
        """One message for every seat."""
        return [self._fill(number) for number in range(len(self.seats))]

    def _fill(self, number: int) -> Chosen:
        seat = self.seats[number]
        previous = seat.before or self.last
        neighbours = [post for post in (previous, seat.after) if post]
        message = self._choose(number, neighbours)
        reasons = [
            self._place_reason(number, previous),
            self._pillar_reason(number, message),
            *self._pair_reason(message, previous),
            self._rest_reason(seat, message, neighbours),
        ]
        self._spend_turn(number, message.pillar)
        self.uses[message.id].append(seat.at)
        self.last = Frozen(seat.at, message.id, message.pillar)
        return Chosen(message, "; ".join(reasons) + ".")

    def _choose(self, number: int, neighbours: Sequence[Frozen]) -> Candidate:
        """The ladder: rested and not beside itself, else only not beside itself, else whatever is valid that day."""
        seat = self.seats[number]
        beside = {post.message_id for post in neighbours}
        valid = [candidate for candidate in self.pool if candidate.is_valid_on(seat.day)]
        apart = [candidate for candidate in valid if candidate.id not in beside]
        rested = [candidate for candidate in apart if self._rest(candidate, seat.day) >= self.min_repeat_days]
        options = rested or apart or valid
        pillar = self._pillar(number, {c.pillar for c in options}, {post.pillar for post in neighbours})
        mine = (candidate for candidate in options if candidate.pillar == pillar)
        return min(mine, key=lambda c: (self._last_use(c, seat), -c.wordings, c.id))

    def _pillar(self, number: int, available: set[str], beside: set[str]) -> str:
        """The pillar whose turn it is, else the one that stands in best: not beside its like, soon able to exchange."""
        if self.turns[number] in available:
            return self.turns[number]
        return min(available, key=lambda p: (p in beside, self._exchange(number, p), -self.shares[p], p))

    def _exchange(self, number: int, pillar: str) -> int:
        """The next seat of `pillar` on whose day the pillar of this one has a message; the number of seats if none."""
        turn = self.turns[number]
        for later in range(number + 1, len(self.seats)):
            if self.turns[later] == pillar and self._has_message(turn, self.seats[later].day):
                return later
        return len(self.seats)

    def _spend_turn(self, number: int, pillar: str) -> None:
        """A pillar that stands in gives its own next turn for this one, so that the counts stay what the shares say."""
        turn = self.turns[number]
        if pillar == turn:
            return
        later = self._exchange(number, pillar)
        if later < len(self.seats):
            self.turns[later] = turn
        self.turns[number] = pillar

    def _has_message(self, pillar: str, day: date) -> bool:
        return any(candidate.pillar == pillar and candidate.is_valid_on(day) for candidate in self.pool)

    def _rest(self, message: Candidate, day: date) -> float:
        """Days between this day and the nearest one, before or after it, that has the message on this channel."""
        days = (abs((day - at.astimezone(self.zone).date()).days) for at in self.uses[message.id])
        return min(days, default=float("inf"))

    def _last_use(self, message: Candidate, seat: Seat) -> datetime:
        return max((at for at in self.uses[message.id] if at < seat.at), default=_NEVER)

    def _place_reason(self, number: int, previous: Frozen | None) -> str:
        place = f"Bài {number + 1}/{len(self.seats)} trải đều trên kênh"
        return f"{place}, cách bài trước {_span(self.seats[number].at - previous.at)}" if previous else place

    def _pillar_reason(self, number: int, message: Candidate) -> str:
        turn, day = self.turns[number], self.seats[number].day
        due = f"đến lượt trụ cột {_label(turn)}"
        if message.pillar == turn:
            return due
        lack = "chỉ có thông điệp đăng quá gần" if self._has_message(turn, day) else "không có thông điệp dùng được"
        return f"{due} nhưng ngày {day:%d/%m} {lack}, nên dùng trụ cột {_label(message.pillar)}"

    def _pair_reason(self, message: Candidate, previous: Frozen | None) -> list[str]:
        pair = previous is not None and previous.pillar == message.pillar
        return ["trùng trụ cột với bài liền trước vì không xếp xen được"] if pair else []

    def _rest_reason(self, seat: Seat, message: Candidate, neighbours: Sequence[Frozen]) -> str:
        if message.id in {post.message_id for post in neighbours}:
            return "phải đăng một thông điệp hai lần liền vì ngày này không có thông điệp nào khác"
        rest, least = self._rest(message, seat.day), self.min_repeat_days
        if rest < least:
            rule = f"chỉ cách một lần đăng khác {rest} ngày, cần ít nhất {least} ngày"
            return f"phải dùng lại thông điệp này ({rule}) vì không còn thông điệp nào khác"
        last = self._last_use(message, seat)
        if last == _NEVER:
            return "thông điệp chưa đăng trên kênh này trong chiến dịch"
        days = (seat.day - last.astimezone(self.zone).date()).days
        return f"thông điệp nghỉ lâu nhất, lần trước cách đây {days} ngày"


def _label(pillar: str) -> str:
    return f"“{PILLARS.get(pillar, pillar)}”"


def _span(span: timedelta) -> str:
    """A span in words: days, hours and minutes, without those that are zero."""
    hours, minutes = divmod(span.seconds // 60, 60)
    amounts = ((span.days, "ngày"), (hours, "giờ"), (minutes, "phút"))
    return " ".join(f"{amount} {unit}" for amount, unit in amounts if amount) or "0 phút"

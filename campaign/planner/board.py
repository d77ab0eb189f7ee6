"""What does not change while the seats of one channel are filled, and what can be foreseen from each seat on. Pure.

Messages, pillars and seats are numbers here: places in `pool`, `pillars` and `seats`.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import lcm
from typing import NamedTuple

from campaign.planner.spacing import Habit, Spacing, longest_rest
from campaign.planner.uses import Seat, Uses
from campaign.planner.values import ChannelRules, PlanInput


class Said(NamedTuple):
    """What a post says; `stands` where it was there before."""

    message_id: int
    pillar: str
    wording: int
    spokespersons: frozenset[str] = frozenset()
    stands: bool = False

    def is_same_text(self, other: "Said") -> bool:
        """Whether both say the same message in the same words."""
        return (self.message_id, self.wording) == (other.message_id, other.wording)


class Board:
    """The seats of a channel with the messages that each may have. Lists by seat unless it says otherwise.

    - `pool`     the messages that fit the channel, each of a pillar with a quota; by message `fit`, `pillar`, `met`
                 (how often it was), `spare` (posts until it rests), `sort` (alike to all rules until they are used)
    - `members`  by pillar, its messages
    - `seats`    those on whose day one of them may go out; `open` are these messages, by pillar
    - `gaps`     the standing posts before each seat and, at the end, after the last
    - `later`    how many more seats the session has; `shortest`, the seconds of the shortest message for them

    Foreseen, from each seat on:

    - `touched`  by set of pillars, as bits of its number: how many seats may have one of them
    - `is_free`  whether each may have any pillar
    - `apart`    by pillar: the most seats it can have that lie between other pillars
    - `parted`   how many times standing posts lie between two seats
    - `asked`, `spacing`  how often each message can come with the rest that is asked, and with the one that is kept: as
                 asked, but where a pillar has too few messages for that, the longest that they are enough for
    """

    def __init__(
        self, what: PlanInput, channel: ChannelRules, seats: Sequence[Seat], quotas: Mapping[str, int], uses: Uses
    ) -> None:
        self.channel, self.uses, self.exposures = channel, uses, what.exposures
        self.pillars = sorted(quotas)
        self.quotas = [max(0, quotas[pillar]) for pillar in self.pillars]
        mine = (row for row in what.candidates if row.pillar in quotas and channel.id in row.fits)
        self.pool = sorted(mine, key=lambda row: row.id)
        self.fit = [row.fits[channel.id] for row in self.pool]
        self.pillar = [self.pillars.index(row.pillar) for row in self.pool]
        self.members = [[n for n, own in enumerate(self.pillar) if own == pillar] for pillar in range(len(quotas))]
        self.scale = lcm(*(row.weight for row in self.pool))
        self.met = [uses.met(row.id, channel) for row in self.pool]
        self.spare = [what.exposures.most - met.most for met in self.met]
        open_ = {day: self._open(day) for day in {seat.day for seat in seats}}
        self.seats = [seat for seat in seats if open_[seat.day]]
        self.open = [open_[seat.day] for seat in self.seats]
        self.days = [seat.day.toordinal() for seat in self.seats]
        self._stand(what)
        self._sit()
        self._foresee()
        self._space(what)

    def after(self, seat: int) -> Said | None:
        """The standing post between a seat and the next one, if any."""
        return next(iter(self.gaps[seat + 1]), None)

    def wording(self, number: int, seat: int, used: tuple[datetime, int] | None, before: Said | None) -> int:
        """The next wording of a message after the one it had last on the channel, passing over what its neighbours on
        the seat say; -1 where that is all it has. `used` is when a seat had the message last, and its wording."""
        message, wordings, after = self.pool[number], self.fit[number].wordings, self.after(seat)
        earlier = [use for use in self.stood.get(message.id, ()) if use[0] <= self.seats[seat].at]
        last = max([*earlier, *([used] if used else [])], default=None)
        start = last[1] + 1 if last else 0
        taken = {said.wording for said in (before, after) if said is not None and said.message_id == message.id}
        turns = ((start + turn) % wordings for turn in range(wordings))
        return next((wording for wording in turns if wording not in taken), -1)

    def taste(
        self, number: int, seat: int, seated: Sequence[int], before: Said | None, room: int
    ) -> tuple[object, ...]:
        """Of messages equal to the rules the preferred one has the least: rested as asked; not said elsewhere that day;
        begun, but not met often enough; least used for its weight; speaking to the channel's audiences; with
        another voice than the post before; longest unsaid, in this campaign and before it. None is begun late that can
        no more be met often enough. `seated` are the earlier seats that have it, `room` the posts of its pillar that
        messages begun do not need."""
        message, met, day, posts = self.pool[number], self.met[number], self.days[seat], len(seated)
        nearest = self.uses.nearest(message.id, day)
        days = [nearest] if nearest is not None else []
        days += [day - self.days[seated[-1]]] if seated else []
        needed = self.needed(number, posts)
        is_late = needed > min(room, self.spacing.packs[number][seat])
        return (
            self.asked.is_tired(number, seat, seated),
            0 in days,
            0 if needed and met.most + posts else 2 if is_late else 1,
            (2 * (self.uses.count(message.id) + posts) + 1) * self.scale // message.weight,
            bool(self.channel.audiences and message.audiences) and not self.channel.audiences & message.audiences,
            before is not None and bool(before.spokespersons & message.spokespersons),
            -min(days, default=self.days[-1]),
            message.last_used.toordinal() if message.last_used else 0,
            message.id,
        )

    def needed(self, number: int, posts: int) -> int:
        """How many more posts a message needs, after so many here, until all whom the channel reaches know it."""
        return max(0, self.exposures.least - self.met[number].least - posts)

    def room(self, seat: int, due: Sequence[int]) -> int:
        """How many of the posts due (by pillar) find a seat from this one on, on whose day their pillar has a message:
        the least, over all sets of pillars, of the seats for the set and the posts due of the others."""
        if self.is_free[seat]:
            return min(len(self.seats) - seat, sum(due))
        others = [0]
        for posts in due:
            others += [known + posts for known in others]
        return min(seats + known for seats, known in zip(self.touched[seat], reversed(others), strict=True))

    # ------------------------------------------------------------ once

    def _open(self, day: date) -> dict[int, list[int]]:
        """The messages that may go out on a day, by pillar."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, fit in enumerate(self.fit):
            if fit.first <= day <= fit.last:
                found[self.pillar[number]].append(number)
        return dict(found)

    def _stand(self, what: PlanInput) -> None:
        who = {row.id: row.spokespersons for row in what.candidates}
        ats = [seat.at for seat in self.seats]
        self.gaps: list[list[Said]] = [[] for _ in range(len(ats) + 1)]
        self.stood: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        for post in sorted(self.channel.standing, key=lambda post: (post.at, post.key)):
            voices = who.get(post.message_id, frozenset())
            said = Said(post.message_id, post.pillar, post.wording, voices, stands=True)
            self.gaps[bisect_left(ats, post.at)].append(said)
            self.stood[post.message_id].append((post.at, post.wording))
        sorts: dict[object, int] = {}
        self.sort = [sorts.setdefault(self._features(number), len(sorts)) for number in range(len(self.pool))]

    def _features(self, number: int) -> object:
        """What of a message matters to the rules; one that stands somewhere is like no other."""
        message, fit = self.pool[number], self.fit[number]
        own = message.id if message.id in self.stood else None
        return message.pillar, fit.first, fit.last, fit.seconds, fit.wordings > 1, own

    def _sit(self) -> None:
        count = len(self.seats)
        self.later, self.shortest = [0] * count, [0] * count
        for seat in reversed(range(count - 1)):
            if self.seats[seat].airtime == self.seats[seat + 1].airtime >= 0:
                follows = self.later[seat] = self.later[seat + 1] + 1
                shortest = min(self.fit[number].seconds for row in self.open[seat + 1].values() for number in row)
                self.shortest[seat] = min(shortest, self.shortest[seat + 1]) if follows > 1 else shortest

    def _foresee(self) -> None:
        count, sets = len(self.seats), range(1 << len(self.pillars))
        self.touched = [[0] * len(sets) for _ in range(count + 1)]
        self.apart = [[0] * (count + 2) for _ in self.pillars]
        self.parted = [0] * (count + 1)
        self.is_free = [True] * (count + 1)
        for seat in reversed(range(count)):
            possible = self.open[seat]
            bits = sum(1 << pillar for pillar in possible)
            self.touched[seat] = [
                seats + bool(number & bits) for seats, number in zip(self.touched[seat + 1], sets, strict=True)
            ]
            self.is_free[seat] = self.is_free[seat + 1] and len(possible) == len(self.pillars)
            self.parted[seat] = self.parted[seat + 1] + (bool(self.gaps[seat + 1]) and seat < count - 1)
            beside = {said.pillar for said in (*self.gaps[seat][-1:], *self.gaps[seat + 1][:1])}
            for pillar, apart in enumerate(self.apart):
                is_open = pillar in possible and self.pillars[pillar] not in beside
                following = apart[seat + (1 if self.gaps[seat + 1] else 2)]
                apart[seat] = max(apart[seat + 1], is_open + following)

    def _space(self, what: PlanInput) -> None:
        seats = {
            (first, last): frozenset(number for number, seat in enumerate(self.seats) if first <= seat.day <= last)
            for first, last in {(fit.first, fit.last) for fit in self.fit}
        }
        stood = [
            frozenset(at.astimezone(what.zone).toordinal() for at, _ in self.stood.get(row.id, ())) for row in self.pool
        ]
        habits = [Habit(seats[fit.first, fit.last], days) for fit, days in zip(self.fit, stood, strict=True)]
        kept = []
        for pillar, quota in enumerate(self.quotas):
            mine = [habits[number] for number in self.members[pillar]]
            kept.append(longest_rest(self.days, mine, what.rest, quota))
        self.asked = Spacing(self.days, habits, [what.rest] * len(habits))
        self.spacing = Spacing(self.days, habits, [kept[pillar] for pillar in self.pillar])

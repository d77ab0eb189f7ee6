"""What one channel of a template says: the deal of its pillars and the rings of its messages. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from math import gcd

from campaign.planner.ground import Ground
from campaign.planner.lane import UNIT
from campaign.planner.values import PlanInput

_NEVER = -1_000_000  # a day


class Mix:
    """What a channel of a template says: whose turn each post is, and the messages of each pillar in a ring."""

    def __init__(self, what: PlanInput, found: Ground, quotas: Mapping[str, int], days: Sequence[int]) -> None:
        fits = [message.fits[found.rules.id] for message in found.pool]
        self.first = [fit.first.toordinal() for fit in fits]
        self.last = [fit.last.toordinal() for fit in fits]
        self.wordings = [fit.wordings for fit in fits]
        self.rest = what.rest
        open_ = served(found)
        counts = [quotas.get(pillar, 0) for pillar in open_]
        members = [[number for number, row in enumerate(found.pool) if row.pillar == pillar] for pillar in open_]
        self.pillar_of = [[*open_].index(message.pillar) for message in found.pool]
        self.rings = [_ring(row, [found.pool[number].weight for number in row]) for row in members]
        self.turns = _turns(counts, [[day in row for day in days] for row in open_.values()])
        self.rests = [self.lasting(turn, len(row), days) for turn, row in enumerate(members)]
        self.is_crowded = any(a == b for a, b in pairwise(self.turns))
        always = all(open_[pillar] == found.served for pillar, count in zip(open_, counts, strict=True) if count)
        self.turns_round = always and _close(self.turns)

    def lasting(self, pillar: int, messages: int, days: Sequence[int]) -> int:
        """The days of rest that a pillar's messages can have in turn: fewer than asked where they are too few."""
        said = [day for turn, day in zip(self.turns, days, strict=True) if turn == pillar]
        least = min((later - day for day, later in zip(said, said[messages:], strict=False)), default=self.rest)
        return self.rest if least >= self.rest else max(0, least - 1)


def _ring(messages: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The messages in turn, each as often as it weighs."""
    common = reduce(gcd, weights, 0) or 1
    counts = [weight // common for weight in weights]
    return [messages[number] for number in _turns(counts, [[True] * sum(counts)] * len(counts))]


def _turns(quotas: Sequence[int], may: Sequence[Sequence[bool]]) -> list[int]:
    """Whose turn each seat is: the largest deficit, not the same twice running where that can be.

    Whoever needs all seats that are left to it comes at once; whoever has more than half of what is left comes whenever
    the last turn was another's.
    """
    size = sum(quotas)
    open_ = [[*accumulate(reversed(row))][::-1] for row in may]
    left = list(quotas)
    turns: list[int] = []
    for seat in range(size):
        before = turns[-1] if turns else -1
        waiting = [number for number, count in enumerate(left) if count]
        able = [number for number in waiting if may[number][seat]] or waiting
        pressed = [number for number in able if left[number] >= open_[number][seat]]
        crowding = [number for number in able if 2 * left[number] > size - seat and number != before]
        options = pressed or crowding or [number for number in able if number != before] or able
        turns.append(max(options, key=lambda n: (quotas[n] * (seat + 1) - (quotas[n] - left[n]) * size, -n)))
        left[turns[-1]] -= 1
    return turns


def _close(turns: list[int]) -> bool:
    """Whether the turns may go round: moves the last one where it equals the first, between two others."""
    if len(turns) > 1 and turns[0] == turns[-1]:
        gaps = (n for n in range(len(turns) - 2, 0, -1) if turns[-1] not in (turns[n - 1], turns[n]))
        gap = next(gaps, None)
        if gap is None:
            return False
        turns.insert(gap, turns.pop())
    return True


class Voice:
    """Chooses the messages of one channel, seat by seat. Messages and pillars are numbers here."""

    def __init__(self, mix: Mix, phase: int) -> None:
        self.mix = mix
        begin = phase * len(mix.turns) // UNIT if mix.turns_round else 0
        self.turns = mix.turns[begin:] + mix.turns[:begin]
        self.heads = [phase * len(ring) // UNIT for ring in mix.rings]
        self.said = [_NEVER] * len(mix.pillar_of)
        self.uses = [0] * len(mix.pillar_of)
        self.before = -1
        self.wordings: list[int] = []
        self.relaxed: Counter[str] = Counter()

    def say(self, days: Sequence[int]) -> list[int]:
        """The message of the seats on these days, -1 where none may be. The next of the ring is mostly the one."""
        mix, turns, heads, said, uses = self.mix, self.turns, self.heads, self.said, self.uses
        found: list[int] = []
        spoken = -1
        for seat, day in enumerate(days):
            turn = turns[seat]
            ring = mix.rings[turn]
            message = ring[heads[turn]]
            rest = day - said[message]
            if turn == spoken or rest < mix.rests[turn] or not mix.first[message] <= day <= mix.last[message]:
                message = self.seek(seat, day, spoken)
                if message < 0:
                    found.append(message)
                    continue
                turn = mix.pillar_of[message]
                ring = mix.rings[turn]
                rest = day - said[message]
            if rest < mix.rest:
                self.relaxed["rest"] += 1
            if ring[heads[turn]] == message:
                heads[turn] = (heads[turn] + 1) % len(ring)
            self.before, spoken = message, turn
            said[message] = day
            found.append(message)
            self.wordings.append(uses[message] % mix.wordings[message])
            uses[message] += 1
        return found

    def seek(self, seat: int, day: int, spoken: int) -> int:
        """Another message where the next one may not be: of a pillar whose turn comes soon, then by weaker rules."""
        mix = self.mix
        soon = list(dict.fromkeys(self.turns[seat : seat + 2 * len(mix.rings)]))
        others = [] if mix.is_crowded and soon[0] == spoken else [pillar for pillar in soon if pillar != spoken]
        steps = ((others, mix.rests), (soon, mix.rests), (soon, None), (range(len(mix.rings)), None))
        for pillars, rests in steps:
            for pillar in pillars:
                message = self.longest_unsaid(pillar, day, rests[pillar] if rests else 0)
                if message >= 0:
                    self.take(seat, pillar, spoken)
                    return message
        return -1

    def longest_unsaid(self, pillar: int, day: int, rest: int) -> int:
        """The message of a pillar that was said longest ago, the first of the ring where several were; -1: none."""
        mix, head = self.mix, self.heads[pillar]
        ring = mix.rings[pillar]
        able = [
            message
            for message in (*ring[head:], *ring[:head])
            if mix.first[message] <= day <= mix.last[message]
            and day - self.said[message] >= rest
            and (message != self.before or mix.wordings[message] > 1)
        ]
        return min(able, key=self.said.__getitem__, default=-1)

    def take(self, seat: int, pillar: int, spoken: int) -> None:
        """Give a seat to a pillar that has its turn later, so that the counts stay; else its share gives way."""
        if pillar == spoken:
            self.relaxed["pillar"] += 1
        if pillar not in self.turns[seat:]:
            self.relaxed["share"] += 1
            return
        later = self.turns.index(pillar, seat)
        self.turns[seat], self.turns[later] = pillar, self.turns[seat]


def served(found: Ground) -> dict[str, set[int]]:
    """The days on which each pillar has a message for the channel, by pillar in order of the alphabet."""
    days: dict[str, set[int]] = {pillar: set() for pillar in sorted({message.pillar for message in found.pool})}
    for message in found.pool:
        fit = message.fits[found.rules.id]
        days[message.pillar] |= found.served & set(range(fit.first.toordinal(), fit.last.toordinal() + 1))
    return days

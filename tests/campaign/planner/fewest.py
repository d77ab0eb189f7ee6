"""The fewest relaxations there can be, proven by CP-SAT: the same rules as `choose` keeps, written down once more."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from campaign.planner.choose import Seat, Uses
from campaign.planner.values import RELAXATIONS, Candidate, ChannelRules, PlanInput, Standing

Kind = tuple[str, ...]


class Fewest:
    """A model of one channel. Messages that stand on it have one wording, so that words depend on nothing else."""

    def __init__(
        self,
        what: PlanInput,
        channel: ChannelRules,
        seats: Sequence[Seat],
        quotas: Mapping[str, int],
        uses: Uses,
        budgets: Mapping[int, int],
    ) -> None:
        self.model = cp_model.CpModel()
        self.what, self.channel, self.seats, self.quotas, self.uses = what, channel, seats, quotas, uses
        self.pool = [row for row in what.candidates if channel.id in row.fits and row.pillar in quotas]
        self.empty = [self.model.new_bool_var("") for _ in seats]
        self.has = [
            {row.id: self.model.new_bool_var("") for row in self.pool if row.fit(channel.id, seat.day)}
            for seat in seats
        ]
        for empty, has in zip(self.empty, self.has, strict=True):
            self.model.add_exactly_one([empty, *has.values()])
        self.keep_budgets(budgets)
        self.rests = {pillar: self.longest_rest(pillar) for pillar in quotas}
        self.broken: dict[str, list[cp_model.IntVar]] = {rule: [] for rule in RELAXATIONS}
        self.look_at_pairs()
        self.look_at_rest()
        self.look_at_counts()

    def least(self) -> tuple[int, ...]:
        """How many seats stay empty and how often each rule gives way, the weightiest first."""
        base = 2 * len(self.seats) + 2
        levels = [*self.broken.values(), self.empty]
        self.model.minimize(sum(sum(level) * base**number for number, level in enumerate(levels)))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        assert solver.solve(self.model) == cp_model.OPTIMAL
        return tuple(sum(solver.value(one) for one in level) for level in reversed(levels))

    def keep_budgets(self, budgets: Mapping[int, int]) -> None:
        for session, left in budgets.items():
            lengths = [
                (row.fits[self.channel.id].seconds + self.channel.interval) * has[row.id]
                for seat, has in zip(self.seats, self.has, strict=True)
                for row in self.pool
                if seat.airtime == session and row.id in has
            ]
            self.model.add(sum(lengths) <= left + self.channel.interval)

    def look_at_pairs(self) -> None:
        """Any two posts that follow each other, with nothing but empty seats between."""
        row: list[int | Standing] = sorted(
            [*range(len(self.seats)), *self.channel.standing],
            key=lambda one: (self.seats[one].at, 1) if isinstance(one, int) else (one.at, 0),
        )
        for first, last in combinations(range(len(row)), 2):
            one, other, between = row[first], row[last], row[first + 1 : last]
            if all(isinstance(each, int) for each in between) and (isinstance(one, int) or isinstance(other, int)):
                self.look_at_pair(one, other, [self.empty[each] for each in between if isinstance(each, int)])

    def look_at_pair(self, one: int | Standing, other: int | Standing, between: Sequence[cp_model.IntVar]) -> None:
        pair = self.new("pillar")
        for pillar in self.quotas:
            says = [self.says_pillar(post, pillar) for post in (one, other)]
            self.model.add(sum(says) + sum(between) <= 1 + len(between) + pair)
        for message in self.pool:
            if message.fits[self.channel.id].wordings == 1:
                says = [self.says(post, message.id) for post in (one, other)]
                self.model.add(sum(says) + sum(between) <= 1 + len(between))

    def look_at_rest(self) -> None:
        for number, seat in enumerate(self.seats):
            tired = self.new("rest")
            for message in self.pool:
                has, rest = self.says(number, message.id), self.rests[message.pillar]
                if self.is_near(message, seat, rest):
                    self.model.add(has <= tired)
                for earlier in range(number):
                    if (seat.day - self.seats[earlier].day).days < rest:
                        self.model.add(has + self.says(earlier, message.id) <= 1 + tired)

    def is_near(self, message: Candidate, seat: Seat, rest: int) -> bool:
        """Whether the message stands on the channel fewer than so many days before or after a seat."""
        days = [
            post.at.astimezone(self.what.zone).date() for post in self.channel.standing if post.message_id == message.id
        ]
        return any(abs((day - seat.day).days) < rest for day in days)

    def longest_rest(self, pillar: str) -> int:
        """The longest rest, at most the one asked for, with which its messages are enough for the posts of a pillar."""
        mine = [message for message in self.pool if message.pillar == pillar]
        possible = sum(any(message.fit(self.channel.id, seat.day) for message in mine) for seat in self.seats)
        needed = min(self.quotas[pillar], possible)
        rests = range(self.what.rest + 1)
        return max(rest for rest in rests if self.rested_posts(mine, rest) >= needed)

    def rested_posts(self, mine: Sequence[Candidate], rest: int) -> int:
        """How many seats messages can fill, if each takes the rested one whose last seat comes first."""
        fits = {
            message.id: [number for number, seat in enumerate(self.seats) if message.fit(self.channel.id, seat.day)]
            for message in mine
        }
        last: dict[int, Seat] = {}
        filled = 0
        for number, seat in enumerate(self.seats):
            rested = [
                message
                for message in mine
                if number in fits[message.id]
                and not self.is_near(message, seat, rest)
                and (message.id not in last or (seat.day - last[message.id].day).days >= rest)
            ]
            if rested:
                last[min(rested, key=lambda message: (fits[message.id][-1], message.id)).id] = seat
                filled += 1
        return filled

    def look_at_counts(self) -> None:
        everywhere = range(len(self.seats))
        for message in self.pool:
            left = max(0, self.what.exposures.most - self.uses.met(message.id, self.channel).most)
            self.model.add(sum(self.says(seat, message.id) for seat in everywhere) <= left + self.several("wear"))
        for pillar, quota in self.quotas.items():
            self.model.add(sum(self.says_pillar(seat, pillar) for seat in everywhere) <= quota + self.several("share"))

    def new(self, rule: str) -> cp_model.IntVar:
        self.broken[rule].append(self.model.new_bool_var(""))
        return self.broken[rule][-1]

    def several(self, rule: str) -> cp_model.IntVar:
        self.broken[rule].append(self.model.new_int_var(0, len(self.seats), ""))
        return self.broken[rule][-1]

    def says(self, post: int | Standing, message_id: int) -> cp_model.LinearExprT:
        return self.has[post].get(message_id, 0) if isinstance(post, int) else int(post.message_id == message_id)

    def says_pillar(self, post: int | Standing, pillar: str) -> cp_model.LinearExprT:
        if isinstance(post, Standing):
            return int(post.pillar == pillar)
        return sum(self.says(post, message.id) for message in self.pool if message.pillar == pillar)

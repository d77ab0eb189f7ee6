"""Which message each seat of a channel carries so that the fewest rules give way: branch and bound. Pure.

Seats are filled in order of time. A rule that gives way costs more than all that give way before it together can
(`values.RELAXATIONS`), and an empty seat costs most: so least cost is fewest empty seats, then fewest relaxations, the
weightiest rule first. The first descent takes, of the messages with the least cost that can be foreseen, the one that
is preferred; from its end the search turns back to wherever less is still possible, until nothing is or it has looked
at as many seats as it may. Rows of a few seats are searched to the end; long ones mostly need no second look, as the
first descent already costs what was foreseen.

What can be foreseen of the seats that are left, whatever they get:

- share   quota posts that find no seat on whose day their pillar has a message (Hall's condition on sets of pillars)
- pillar  posts of a pillar beyond the seats it can have between other pillars
- rest    posts of a pillar beyond the seats its messages can have with enough rest between: the rest that is asked, or
          where the pillar has too few messages for that, the longest that they are enough for. Were broken rests only
          counted, it would be best to say one message again and again and to spare the others
- wear    posts of a pillar beyond those its messages have left until they rest
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from campaign.planner.board import Board, Said

_EFFORT = 40_000  # how many seats may be looked at again, by length of the row: long rows have fewer second looks

_Rank = tuple[int, tuple[float, int, int], int]  # least cost in the end, whose turn it is, cost up to there
_LAST = (inf, 0, 0)  # nobody's turn


class _Step(NamedTuple):
    """A message for the next seat (None leaves it empty), with the cost up to there and the least in the end."""

    bound: int
    cost: int
    message: int | None


class _Reserve(NamedTuple):
    """What is left from a seat on, by pillar: the rested seats that its messages can have, the posts that they have
    until they rest, and how many of its due posts are `tired` or `worn` because these are too few."""

    packs: Sequence[int]
    spare: Sequence[int]
    tired: Sequence[int]
    worn: Sequence[int]


class _Prospect(NamedTuple):
    """What it costs, whatever the message, to give the next seat to a pillar; and the seats that are left then: the
    quota posts that are due, how many of them find a seat on their pillars' days, how many stand beside their like.

    `mine` are the posts due of that pillar, with the reserve of its messages; of the other pillars, so many posts are
    `tired` and `worn`.
    """

    cost: int
    due: int
    seated: int
    paired: int
    mine: int = 0
    packs: int = 0
    spare: int = 0
    tired: int = 0
    worn: int = 0


class Search:
    """Fills the seats of a board once. `budgets` are the seconds left, by number of the session."""

    def __init__(self, board: Board, budgets: Mapping[int, int], *, exact: bool) -> None:
        self.board, self.count = board, len(board.seats)
        self.nodes = _EFFORT // (self.count + 1) if exact else 0
        base = 2 * self.count + 2  # more than any rule can give way: a seat has two neighbours at most
        levels: list[int] = [base**level for level in range(5)]
        self.wear, self.pillar, self.rest, self.share, self.empty = levels
        self.airtime = {session: left + board.channel.interval for session, left in budgets.items()}
        self.seated: list[list[int]] = [[] for _ in board.pool]  # by message, the seats that have it,
        self.ready = [0] * len(board.pool)  # and the first seat at which it has rested since
        self.spare, self.left = list(board.spare), list(board.quotas)
        self.steps: list[_Step] = []
        self.said: list[Said | None] = []
        self.tails: list[Said | None] = [next(iter(board.gaps[0][-1:]), None)]

    @property
    def cost(self) -> int:
        """What the seats that are filled cost."""
        return self.steps[-1].cost if self.steps else 0

    def run(self) -> list[Said | None]:
        """What each seat says; None where it stays empty."""
        best: list[Said | None] = []
        limit, floor = self.empty * (self.count + 1), -1
        ways = [self._ways()] if self.count else []
        while ways and self.nodes >= 0:
            step = next(ways[-1], None)
            if step is None or step.bound >= limit:
                ways.pop()
                if ways:
                    self._undo()
                continue
            floor = step.bound if floor < 0 else floor
            self._do(step)
            if len(self.steps) < self.count:
                ways.append(self._ways())
                self.nodes -= bool(best)
                continue
            best, limit = list(self.said), self.cost
            if limit == floor:
                break
            self._undo()
        return best

    # ------------------------------------------------------------ one seat

    def _do(self, step: _Step) -> None:
        seat, number, said = len(self.steps), step.message, None
        tail = self.tails[-1]
        if number is not None:
            message = self.board.pool[number]
            tail = said = Said(message.id, message.pillar, self._wording(number, seat), message.spokespersons)
            self.seated[number].append(seat)
            self._spend(seat, number, 1)
        self.steps.append(step)
        self.said.append(said)
        self.tails.append(next(iter(self.board.gaps[seat + 1][-1:]), tail))

    def _undo(self) -> None:
        step = self.steps.pop()
        self.said.pop()
        self.tails.pop()
        if step.message is not None:
            self.seated[step.message].pop()
            self._spend(len(self.steps), step.message, -1)

    def _spend(self, seat: int, number: int, posts: int) -> None:
        self.spare[number] -= posts
        self.left[self.board.pillar[number]] -= posts
        if (session := self.board.seats[seat].airtime) >= 0:
            self.airtime[session] -= posts * self._length(number)
        seats = self.seated[number]
        self.ready[number] = self.board.spacing.rested[number][seats[-1]] if seats else 0

    def _length(self, number: int) -> int:
        """The seconds of a session that a message takes, with the pause after it."""
        return self.board.fit[number].seconds + self.board.channel.interval

    def _wording(self, number: int, seat: int) -> int:
        seats = self.seated[number]
        said = self.said[seats[-1]] if seats else None
        used = (self.board.seats[seats[-1]].at, said.wording) if said else None
        return self.board.wording(number, seat, used, self.tails[seat])

    # ------------------------------------------------------------ what it may say

    def _ways(self) -> Iterator[_Step]:
        """The messages the next seat may have, the best first; of messages that are alike to all rules, one.

        No way costs less in the end than what is foreseen before it. So a pillar is looked at only when its turn comes,
        or when those before it all cost more."""
        seat, floor = len(self.steps), self.steps[-1].bound if self.steps else 0
        reserve = self._reserve(seat + 1)
        ways: dict[_Rank, list[list[int]]] = defaultdict(list)
        for turn in sorted(self._turn(seat, pillar) for pillar in self.board.open[seat]):
            prospect = self._prospect(seat, turn[-1], reserve)
            for alike in self._alike(seat, turn[-1]):
                bound, cost = self._weigh(seat, alike[0], prospect)
                ways[bound, turn, cost].append(alike)
            yield from self._in_order(seat, ways, floor + 1)
        yield from self._in_order(seat, ways, self.cost + self.empty)
        if self._may_leave(seat):
            prospect = self._prospect(seat, None, reserve)
            bound = prospect.cost + self._least(seat, prospect, None, 0, 0)
            ways[bound, _LAST, prospect.cost] = []
        yield from self._in_order(seat, ways, inf)

    def _in_order(self, seat: int, ways: dict[_Rank, list[list[int]]], limit: float) -> Iterator[_Step]:
        """The ways whose bound is below a limit; they are taken out."""
        for rank in sorted(rank for rank in ways if rank[0] < limit):
            (bound, turn, cost), rows = rank, ways.pop(rank)
            if not rows:
                yield _Step(bound, cost, None)
                continue
            room, tail = self._unclaimed(turn[-1]), self.tails[seat]
            taste, seated = self.board.taste, self.seated
            tastes = (min((taste(number, seat, seated[number], tail, room), number) for number in row) for row in rows)
            yield from (_Step(bound, cost, number) for _, number in sorted(tastes))

    def _unclaimed(self, pillar: int) -> int:
        """How many posts due of a pillar its messages that are begun do not need to be met often enough."""
        board, seated = self.board, self.seated
        begun = (number for number in board.members[pillar] if seated[number] or board.met[number].most)
        return self.left[pillar] - sum(board.needed(number, len(seated[number])) for number in begun)

    def _alike(self, seat: int, pillar: int) -> Iterable[list[int]]:
        """The messages of a pillar that the hard rules allow - the session's time is enough, and no text comes twice
        running - put together where no rule can tell them apart from here on."""
        board, later = self.board, self.count - seat
        session = board.seats[seat].airtime
        longest = self.airtime[session] - board.channel.interval if session >= 0 else inf
        beside = {said.message_id for said in (self.tails[seat], board.after(seat)) if said is not None}
        alike: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for number in board.open[seat][pillar]:
            is_new = board.pool[number].id not in beside or self._wording(number, seat) >= 0
            if is_new and board.fit[number].seconds <= longest:
                spare = min(max(0, self.spare[number]), later)
                alike[board.sort[number], max(seat, self.ready[number]), spare].append(number)
        return alike.values()

    def _turn(self, seat: int, pillar: int) -> tuple[float, int, int]:
        """Whose turn it is, the first first: the largest deficit against the quota, then the largest quota."""
        quota = self.board.quotas[pillar]
        used = quota - self.left[pillar]
        return used * self.count - quota * (seat + 1), -quota, pillar

    # ------------------------------------------------------------ what it costs

    def _weigh(self, seat: int, number: int, prospect: _Prospect) -> tuple[int, int]:
        """The least cost in the end with a message on the next seat, and the cost up to there."""
        spacing, ready, spare = self.board.spacing, self.ready[number], self.spare[number]
        cost = prospect.cost + self.wear * (spare <= 0)
        cost += self.rest * (ready > seat or seat in spacing.near[number])
        pack = spacing.packs[number]
        packs = prospect.packs - pack[max(ready, seat + 1)] + pack[spacing.rested[number][seat]]
        return cost + self._least(seat, prospect, number, packs, prospect.spare - (spare > 0)), cost

    def _may_leave(self, seat: int) -> bool:
        """Whether the next seat may stay empty: not if that brings the same text twice running."""
        tail, after = self.tails[seat], self.board.after(seat)
        return tail is None or tail.stands or after is None or not tail.is_same_text(after)

    def _toll(self, seat: int, pillar: int | None) -> int:
        """The cost up to the next seat if a pillar (None: nobody) has it, but for what its message costs."""
        tail, after = self.tails[seat], self.board.after(seat)
        if pillar is None:
            is_pair = tail is not None and after is not None and not tail.stands and tail.pillar == after.pillar
            return self.cost + self.empty + self.pillar * is_pair
        pairs = sum(said is not None and said.pillar == self.board.pillars[pillar] for said in (tail, after))
        return self.cost + self.pillar * pairs + self.share * (self.left[pillar] <= 0)

    def _least(self, seat: int, prospect: _Prospect, number: int | None, packs: int, spare: int) -> int:
        """The least cost of the later seats once the next one has a message and those of its pillar have that reserve.
        Quota posts that are lost do not break any other rule."""
        seats, bare = self.count - seat - 1, self._bare(seat, number)
        seated = min(prospect.seated, seats - bare)
        lost = prospect.due - seated
        return (
            bare * self.empty
            + (seats - bare - seated) * self.share
            + max(0, prospect.tired + max(0, prospect.mine - packs) - lost) * self.rest
            + max(0, prospect.paired - lost) * self.pillar
            + max(0, prospect.worn + max(0, prospect.mine - spare) - lost) * self.wear
        )

    def _bare(self, seat: int, number: int | None) -> int:
        """How many later seats of the session stay empty for lack of time once the next one has a message."""
        later, shortest = self.board.later[seat], self.board.shortest[seat] + self.board.channel.interval
        if not later or not shortest:
            return 0
        left = self.airtime[self.board.seats[seat].airtime] - (self._length(number) if number is not None else 0)
        return max(0, later - left // shortest)

    def _reserve(self, seat: int) -> _Reserve:
        members, pack = self.board.members, self.board.spacing.packs
        packs = [sum(pack[number][max(self.ready[number], seat)] for number in row) for row in members]
        spare = [sum(max(0, self.spare[number]) for number in row) for row in members]
        tired, worn = (
            [max(0, posts - most) for posts, most in zip(self.left, reserve, strict=True)] for reserve in (packs, spare)
        )
        return _Reserve(packs, spare, tired, worn)

    def _prospect(self, seat: int, pillar: int | None, reserve: _Reserve) -> _Prospect:
        """What is left once a pillar (None: nobody) has had the next seat."""
        board, tail, following = self.board, self.tails[seat], seat + 1
        left = [max(0, posts - (number == pillar)) for number, posts in enumerate(self.left)]
        due, seated = sum(left), board.room(following, left)
        name = board.pillars[pillar] if pillar is not None else tail.pillar if tail else None
        # Posts of a pillar that do not follow their like begin a run; others and standing posts lie between the runs.
        room = self.count - following + due - seated + board.parted[following] + 1
        paired = 0
        for other, posts, apart in zip(board.pillars, left, board.apart, strict=True):
            shun = other == name and not board.gaps[following]
            paired += max(0, posts - min(apart[following + shun], room - posts - shun))
        prospect = _Prospect(self._toll(seat, pillar), due, seated, paired)
        tired, worn = sum(reserve.tired), sum(reserve.worn)
        if pillar is None:
            return prospect._replace(tired=tired, worn=worn)
        return prospect._replace(
            mine=left[pillar],
            packs=reserve.packs[pillar],
            spare=reserve.spare[pillar],
            tired=tired - reserve.tired[pillar],
            worn=worn - reserve.worn[pillar],
        )

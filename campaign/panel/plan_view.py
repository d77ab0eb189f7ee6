"""What the plan page shows of a proposal: the calendar with its changes, the strips, the mix, who hears what how often,
and for every aim that is not met what can be done about it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from campaign import planning
from campaign.clock import day_bounds, local_day
from campaign.models import Campaign, Channel
from campaign.panel.calendar import Week, leaf, mondays, weeks_of
from campaign.panel.labels import Look
from campaign.planner.values import Plan, PlanInput
from campaign.terms import Terms
from content.taxonomy import AUDIENCES, PILLARS

CHANGE_LOOKS: Mapping[str, Look] = {
    "added": Look("mới", "plus-lg", "green"),
    "moved": Look("đổi giờ", "clock", "amber"),
    "message": Look("đổi thông điệp", "arrow-repeat", "violet"),
    "dropped": Look("bỏ", "x-lg", "red"),
    "kept": Look("giữ nguyên", "check-lg", "grey"),
}
_DONE = {"added": "thêm", "moved": "đổi giờ", "message": "đổi thông điệp", "dropped": "bỏ", "kept": "giữ nguyên"}
# How far, on average, posts stand from an even spread, as a share of the ideal gap, and what people call that.
_EVENNESS = ((0.15, "rất đều"), (0.4, "đều"), (0.8, "khá đều"), (float("inf"), "chưa đều"))
STRIP_WIDTH, STRIP_HEIGHT = 640, 34
_MARGIN = 8


class Said(NamedTuple):
    """A post as it will be once the plan is applied."""

    channel_id: int
    at: datetime
    message_id: int
    pillar: str
    is_new: bool


class Dot(NamedTuple):
    """A post on a strip; `is_new`: the plan brings it."""

    x: float
    at: datetime
    is_new: bool


class Band(NamedTuple):
    """A peak, or days on which the channel is silent, on a strip."""

    x: float
    width: float
    name: str


@dataclass(frozen=True)
class Strip:
    """The campaign on one channel as a line of time with a dot for every post."""

    channel: Channel
    dots: Sequence[Dot]
    peaks: Sequence[Band]
    closures: Sequence[Band]
    evenness: float

    @property
    def radius(self) -> float:
        """Of a dot; the more there are, the smaller."""
        return round(max(2.5, min(5.5, STRIP_WIDTH / (2.4 * max(1, len(self.dots))))), 1)

    @property
    def word(self) -> str:
        """How even it is, in words."""
        return next(word for most, word in _EVENNESS if self.evenness <= most)


class MixRow(NamedTuple):
    """A pillar: the share it aims at and the one it gets (parts of one), and its posts."""

    pillar: str
    aimed: float
    got: float
    posts: int


class Exposure(NamedTuple):
    """An audience: how many messages it meets, how many times in all, and how often the rarest and the commonest."""

    audience: str
    messages: int
    times: int
    least: int
    most: int


@dataclass(frozen=True)
class Proposal:
    """A plan as the page shows it."""

    campaign: Campaign
    terms: Terms
    what: PlanInput
    plan: Plan
    changes: Sequence[planning.Change]
    channels: Mapping[int, Channel]

    @classmethod
    def of(cls, campaign: Campaign, now: datetime, terms: Terms, mode: str, *, exact: bool) -> "Proposal":
        """The proposal of this moment. Raises Problem."""
        plan = planning.propose(campaign, now, terms, mode, exact)
        return cls(
            campaign,
            terms,
            planning.plan_input(campaign, now, terms, exact=exact),
            plan,
            planning.differences(campaign, plan),
            {row.id: row for row in Channel.select().where(Channel.id.in_(terms.channels)).order_by(Channel.id)},
        )

    @cached_property
    def counts(self) -> Counter[str]:
        """How many posts are added, moved and so on."""
        return Counter(change.kind for change in self.changes)

    @property
    def changes_anything(self) -> bool:
        """Whether applying it would change the calendar."""
        return any(count for kind, count in self.counts.items() if kind != "kept")

    @property
    def sentence(self) -> str:
        """What applying it does: "Thêm 12 bài, đổi giờ 1, giữ nguyên 18."."""
        parts = [f"{words} {self.counts[kind]}" for kind, words in _DONE.items() if self.counts[kind]]
        if not parts:
            return "Chưa xếp được bài nào."
        first, *others = parts
        whole = ", ".join([f"{first} bài", *others])
        return f"{whole[0].upper()}{whole[1:]}."

    def weeks(self, around: date) -> list[Week]:
        """The stretch of weeks that holds a day, with the changes of each day."""
        return self._weeks(leaf(self.mondays, around))

    @property
    def all_weeks(self) -> list[Week]:
        """The weeks of the whole campaign, with the changes of each day."""
        return self._weeks(self.mondays)

    def _weeks(self, mondays_: Sequence[date]) -> list[Week]:
        by_day: dict[date, list[planning.Change]] = defaultdict(list)
        for change in self.changes:
            by_day[local_day(change.at)].append(change)
        return weeks_of(mondays_, self.terms.starts_on, self.terms.ends_on, by_day)

    @cached_property
    def mondays(self) -> list[date]:
        """The Mondays of the campaign's weeks, without those before the first post that is to come."""
        days = [local_day(change.at) for change in self.changes] or [self.terms.starts_on]
        return mondays(min(days), max(*days, self.terms.ends_on))

    # ------------------------------------------------------------ what is said

    @cached_property
    def said(self) -> list[Said]:
        """The campaign's posts as they will be, past ones included."""
        gone = {slot.replaces for slot in self.plan.slots} | {row.key for row in self.plan.dropped}
        standing = [
            Said(channel.id, post.at, post.message_id, post.pillar, is_new=False)
            for channel in self.what.channels
            for post in channel.standing
            if post.own and post.key not in gone
        ]
        new = [Said(slot.channel_id, slot.at, slot.message_id, slot.pillar, is_new=True) for slot in self.plan.slots]
        return sorted(standing + new, key=lambda post: (post.at, post.channel_id))

    @property
    def strips(self) -> list[Strip]:
        """A strip for each channel."""
        return [
            Strip(
                channel=self.channels[rules.id],
                dots=[Dot(self._x(post.at), post.at, post.is_new) for post in self.said if post.channel_id == rules.id],
                peaks=list(self._bands((peak.first, peak.last, peak.name) for peak in self.what.peaks)),
                closures=list(self._bands((row.first, row.last, row.why) for row in rules.closures)),
                evenness=self.plan.evenness.get(rules.id, 0.0),
            )
            for rules in self.what.channels
        ]

    def _x(self, at: datetime) -> float:
        begin, end = day_bounds(self.terms.starts_on)[0], day_bounds(self.terms.ends_on)[1]
        share = max(0.0, min(1.0, (at - begin) / (end - begin)))
        return round(_MARGIN + share * (STRIP_WIDTH - 2 * _MARGIN), 1)

    def _bands(self, spans: Iterator[tuple[date, date, str]]) -> Iterator[Band]:
        for first, last, name in spans:
            if first <= self.terms.ends_on and last >= self.terms.starts_on:
                begin, end = self._x(day_bounds(first)[0]), self._x(day_bounds(last)[1])
                yield Band(begin, round(end - begin, 1), name)

    @property
    def mix(self) -> list[MixRow]:
        """The pillars with what they aim at and get."""
        counts = Counter(post.pillar for post in self.said)
        shares, posts = sum(self.terms.shares.values()), max(1, counts.total())
        return [
            MixRow(pillar, self.terms.shares.get(pillar, 0) / shares, counts[pillar] / posts, counts[pillar])
            for pillar in PILLARS
        ]

    @property
    def exposures(self) -> list[Exposure]:
        """How often each audience meets the messages; a channel without audiences has a public of its own."""
        reached: dict[str, set[int]] = defaultdict(set)
        for rules in self.what.channels:
            for audience in rules.audiences or {""}:
                name = AUDIENCES[audience] if audience else f"Người theo dõi {rules.name}"
                reached[name].add(rules.id)
        return [self._exposure(audience, channels) for audience, channels in sorted(reached.items())]

    def _exposure(self, audience: str, channels: set[int]) -> Exposure:
        times = Counter(post.message_id for post in self.said if post.channel_id in channels).values()
        return Exposure(audience, len(times), sum(times), min(times, default=0), max(times, default=0))

    @property
    def unapproved(self) -> int:
        """Messages of the campaign that no plan can use because they are not approved."""
        return len(set(self.terms.messages)) - len(self.what.candidates)


def marks(first: date, last: date) -> list[date]:
    """Days to write below the strips: the first, the last, and two between them where there is room."""
    days = (last - first).days
    parts = min(days, 3) or 1
    return [first + timedelta(days=round(days * part / parts)) for part in range(parts + 1)] if days else [first]

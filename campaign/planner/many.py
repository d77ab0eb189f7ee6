"""Planning thousands of channels that share their hours: one solution a template, shifted by a phase a channel. Pure.

Campaigns that differ only in which channels and messages they have, not in rules, dates, aims and validity, are the
same to a planner. Such a template is laid, counted and dealt once. A channel then takes it shifted by its phase, the
fraction of its id times the golden ratio: its k-th post stands at (k + phase) n-ths of the campaign, at a minute of the
slot and a turn of the deal that follow from the phase as well. However many channels share a template, they speak
evenly spread over the hour, not all at once (engine.md section 2).

Every hard limit holds, pillar counts are exact, and a message rests where its pillar has enough of them. What `conduct`
weighs beyond that (audiences, the wear of a message, posts that stand already) is not looked at here.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from campaign.planner.aims import posts_of, wanted
from campaign.planner.ground import Ground, ground
from campaign.planner.lane import UNIT, Lane, longest
from campaign.planner.mix import apportion, share_out
from campaign.planner.spread import capacity
from campaign.planner.track import lay, next_minute
from campaign.planner.values import Candidate, ChannelRules, PlanInput, Window
from campaign.planner.voice import Mix, Voice, served

_GOLDEN = 0x9E3779B97F4A7C15  # the fraction of the golden ratio in 64 bits
_TEMPLATES = 32  # as many stay in memory


@dataclass(frozen=True, slots=True)
class Calendar:
    """The posts of one channel in order of time, one entry a post in each list.

    `instants` are seconds since 1970 UTC; `messages` are ids; `wordings` count from 0. `relaxed` counts the posts for
    which a rule of `RELAXATIONS` gave way.
    """

    channel_id: int
    instants: list[int]
    messages: list[int]
    wordings: list[int]
    relaxed: Mapping[str, int] = field(default_factory=dict)


def plan_many(inputs: Iterable[PlanInput]) -> Iterator[Calendar]:
    """The calendars of all channels, input by input, by channel id. Inputs are read as they are needed.

    Raises ValueError, in Vietnamese, where a channel has posts already: those are planned by `conduct`.
    """
    templates: OrderedDict[Hashable, _Template] = OrderedDict()
    for what in map(_ordered, inputs):
        if any(channel.standing for channel in what.channels):
            raise ValueError("Kênh đã có bài thì phải lập kế hoạch riêng cho chiến dịch của kênh đó.")
        shape = _shape(what)
        template = templates.pop(shape, None) or _Template(what)
        templates[shape] = template
        if len(templates) > _TEMPLATES:
            templates.popitem(last=False)
        for channel, row in zip(what.channels, template.rows, strict=True):
            yield row.calendar(channel.id, what.candidates)


def phase_of(number: int) -> int:
    """The fraction of `number` times the golden ratio, in parts of 2 ** 20."""
    return (number * _GOLDEN % (1 << 64)) >> 44


def _ordered(what: PlanInput) -> PlanInput:
    return replace(
        what,
        channels=tuple(sorted(what.channels, key=lambda channel: channel.id)),
        candidates=tuple(sorted(what.candidates, key=lambda message: message.id)),
        aims=tuple(sorted(what.aims, key=lambda aim: sorted(aim.channels))),
    )


def _shape(what: PlanInput) -> Hashable:
    """What two inputs have in common that have the same template: all but ids, names and titles."""
    numbers = {channel.id: number for number, channel in enumerate(what.channels)}
    return (
        tuple(replace(channel, id=0, name="") for channel in what.channels),
        tuple(
            (message.pillar, message.weight, *(message.fits.get(channel) for channel in numbers))
            for message in what.candidates
        ),
        tuple((tuple(numbers[channel] for channel in aim.channels), aim.measure, aim.weekly) for aim in what.aims),
        (tuple(sorted(what.shares.items())), tuple(sorted(what.floors.items())), what.peaks),
        (what.starts_on, what.ends_on, what.not_before, what.counts_from),
        (what.min_repeat_days, what.slot_minutes, what.zone),
    )


class _Template:
    """One input solved: its channels in the order of their ids."""

    def __init__(self, what: PlanInput) -> None:
        grounds = {channel.id: _ground(what, channel) for channel in what.channels}
        posts = dict.fromkeys(grounds, 0)
        for aim in what.aims:
            posts |= posts_of(aim, wanted(what, aim), grounds)
        lanes = {key: Lane.laid(what, found, posts[key]) for key, found in grounds.items()}
        days = {key: lane.days[lane.places(UNIT // 2)].tolist() for key, lane in lanes.items()}
        quotas = _quotas(what, grounds, days)
        alike: dict[Hashable, dict[int, Lane]] = {}  # channels with the same hours share their lanes
        self.rows = [
            _Row(
                what,
                grounds[key],
                alike.setdefault(_hours(grounds[key], posts[key]), {0: lane}),
                Mix(what, grounds[key], quotas[key], days[key]),
            )
            for key, lane in lanes.items()
        ]


def _hours(found: Ground, posts: int) -> Hashable:
    """What two channels of an input have in common that have the same places."""
    return replace(found.rules, id=0, name=""), found.served, longest(found), posts


def _ground(what: PlanInput, channel: ChannelRules) -> Ground:
    """The ground of a channel; its sessions have so many places that any messages fit together."""
    found = ground(what, channel)
    if not channel.sessions:
        return found
    track = lay(what, channel, found.served, longest(found))
    return replace(found, track=track, capacity=capacity(track))


def _quotas(
    what: PlanInput, grounds: Mapping[int, Ground], days: Mapping[int, Sequence[int]]
) -> dict[int, dict[str, int]]:
    """How many posts each pillar has on each channel."""
    posts = {key: len(row) for key, row in days.items()}
    may = {
        key: {pillar: sum(day in open_ for day in row) for pillar, open_ in served(grounds[key]).items()}
        for key, row in days.items()
    }
    return share_out(apportion(what.shares, sum(posts.values()), what.floors), posts, may)


# ---------------------------------------------------------------- one channel of a template


class _Row:
    """One channel of a template."""

    def __init__(self, what: PlanInput, found: Ground, lanes: dict[int, Lane], mix: Mix) -> None:
        self.what, self.ground, self.mix = what, found, mix
        self.lanes = lanes  # by the minute at which their slots begin
        self.posts = lanes[0].posts
        windows = found.rules.windows
        self.minutes = min([what.slot_minutes, *(_minutes(window) for window in windows)]) if windows else 1
        self.seconds = [message.fits[found.rules.id].seconds for message in found.pool]
        known = {message.id: number for number, message in enumerate(what.candidates)}
        self.pool = [known[message.id] for message in found.pool]

    def calendar(self, channel_id: int, candidates: Sequence[Candidate]) -> Calendar:
        """The calendar of the channel with this id, whose input has these messages."""
        if not self.posts:
            return Calendar(channel_id, [], [], [])
        phase = phase_of(channel_id)
        lane = self.lane(phase)
        places = lane.places(phase)
        voice = Voice(self.mix, phase)
        said = voice.say(lane.days[places].tolist())
        instants = self.on_air(lane, places, said) if lane.begins else lane.instants[places].tolist()
        ids = [candidates[number].id for number in self.pool]
        return Calendar(
            channel_id,
            [at for at, message in zip(instants, said, strict=True) if message >= 0],
            [ids[message] for message in said if message >= 0],
            voice.wordings,
            dict(voice.relaxed),
        )

    def lane(self, phase: int) -> Lane:
        """The lane whose slots begin at the minute of the phase: how far into its slot the first post falls."""
        slots = len(self.lanes[0].instants)
        minute = (phase * slots // self.posts % UNIT) * self.minutes // UNIT
        if minute not in self.lanes:
            rules = replace(
                self.ground.rules, windows=tuple(_later(window, minute) for window in self.ground.rules.windows)
            )
            found = _ground(self.what, rules)
            fits = found.capacity >= self.posts
            self.lanes[minute] = Lane.laid(self.what, found, self.posts) if fits else self.lanes[0]
        return self.lanes[minute]

    def on_air(self, lane: Lane, places: NDArray[np.int64], said: Sequence[int]) -> list[int]:
        """When each item of a session begins: one follows the other, on whole minutes."""
        free, session = 0, -1
        found = []
        for number, message in zip(lane.sessions[places].tolist(), said, strict=True):
            begin = free if number == session else lane.begins[number]
            session = number
            found.append(begin)
            free = begin if message < 0 else next_minute(begin + self.seconds[message] + self.ground.rules.interval)
        return found


def _minutes(window: Window) -> int:
    """How long a window is."""
    start, end = (edge.hour * 60 + edge.minute for edge in (window.start, window.end))
    return (end - start - 1) % 1440 + 1


def _later(window: Window, minutes: int) -> Window:
    """The window without its first minutes."""
    wall = datetime.combine(date.min, window.start) + timedelta(minutes=minutes)
    over = (wall.date() - date.min).days
    return replace(window, start=wall.time(), weekdays=frozenset((day + over) % 7 for day in window.weekdays))

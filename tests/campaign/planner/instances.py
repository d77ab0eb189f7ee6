"""Random tracks for the comparison with the optimum: fourteen days of quarter hours, one a seed."""

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from campaign.planner.spread import capacity
from campaign.planner.track import Track, lay
from campaign.planner.values import ZONE, ChannelRules, Peak, PlanInput, Standing, Window

SEEDS = range(200)
DAYS = 14
FIRST = date(2026, 11, 9)
EVERY_DAY = frozenset(range(7))
WINDOWS = (
    (Window(EVERY_DAY, time(7), time(21)),),
    (Window(EVERY_DAY, time(7), time(21)),),
    (Window(EVERY_DAY, time(7), time(17)), Window(EVERY_DAY, time(17), time(21), weight=2)),
    (
        Window(EVERY_DAY, time(6), time(8), weight=3),
        Window(EVERY_DAY, time(11), time(14)),
        Window(EVERY_DAY, time(18), time(21), weight=2),
    ),
)


class Instance(NamedTuple):
    """A track, and how many posts to spread on it beside the fixed ones."""

    seed: int
    track: Track
    posts: int

    @property
    def digest(self) -> str:
        """Tells whether it is still the instance whose optimum is stored."""
        track = self.track
        parts = [track.positions, track.total, track.days, track.after, track.room, track.fixed, self.posts]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def instances(seeds: range = SEEDS) -> Iterator[Instance]:
    return (instance(seed) for seed in seeds)


def instance(seed: int) -> Instance:
    """14 to 50 posts with 0 to 5 frozen among them, 90 to 180 minutes apart, 2 to 4 a day, two days doubled."""
    draw = random.Random(seed)  # noqa: S311
    windows = draw.choice(WINDOWS)
    gap = timedelta(minutes=draw.randrange(90, 181, 15))
    peaks = [FIRST + timedelta(days=number) for number in draw.sample(range(DAYS), 2)]
    frozen = sorted(draw.sample(range(DAYS * 56), draw.randint(0, 5)))
    channel = ChannelRules(
        id=1,
        name="Trang Đoàn xã",
        kind="facebook",
        quiet=(time(21), time(6)),
        min_gap=gap,
        max_per_day=draw.randint(2, 4),
        windows=windows,
        standing=tuple(Standing(number, _slot(number), 1, "knowledge") for number in frozen),
    )
    what = PlanInput(
        starts_on=FIRST,
        ends_on=FIRST + timedelta(days=DAYS - 1),
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        channels=(channel,),
        candidates=(),
        shares={"knowledge": 1},
        aims=(),
        peaks=tuple(Peak(day, day, 2) for day in peaks),
    )
    track = lay(what, channel)
    most = min(50, capacity(track) + len(track.fixed))
    return Instance(seed, track, draw.randint(min(14, most), most) - len(track.fixed))


def _slot(number: int) -> datetime:
    """One of the quarter hours from 07:00 to 21:00 of the fourteen days."""
    day, quarter = divmod(number, 56)
    at = datetime.combine(FIRST + timedelta(days=day), time(7), ZONE) + timedelta(minutes=15 * quarter)
    return at.astimezone(UTC)

"""Channels, messages and campaigns for the tests of the planner: four weeks of a Page, unless a test says otherwise."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time

from campaign.planner.track import Track
from campaign.planner.values import (
    ZONE,
    Aim,
    Candidate,
    ChannelRules,
    Fit,
    Measure,
    Plan,
    PlanInput,
    Session,
    Slot,
    Standing,
    Window,
)

EVERY_DAY = frozenset(range(7))
WORKING_DAYS = frozenset(range(5))
FIRST = date(2026, 11, 9)  # a Monday
LAST = date(2026, 12, 6)
SHARES = {"knowledge": 0.25, "prevention": 0.25, "stigma": 0.25, "policy": 0.15, "examples": 0.1}
PILLARS = tuple(SHARES)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NEVER_QUIET = (wall_time(), wall_time())
DAYTIME = Window(EVERY_DAY, wall_time(7), wall_time(21))


def day(number: int) -> date:
    """A day of the campaign; the first one is 0."""
    return FIRST + timedelta(days=number)


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant by the wall clock of Vietnam."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


def wall(at: datetime) -> datetime:
    """An instant on the wall clock of Vietnam."""
    return at.astimezone(ZONE)


def channel(id: int = 1, **changes: object) -> ChannelRules:
    """A Page that speaks from 07:00 to 21:00, at most three times a day."""
    page = ChannelRules(
        id=id,
        name=f"Trang {id}",
        kind="facebook",
        quiet=(wall_time(21), wall_time(6)),
        min_gap=timedelta(minutes=90),
        max_per_day=3,
        windows=(DAYTIME,),
    )
    return replace(page, **changes)  # type: ignore[arg-type]


def station(id: int = 1, items: int = 2, seconds: int = 300, **changes: object) -> ChannelRules:
    """A loudspeaker station: Monday to Friday at 05:30 and 17:00."""
    sessions = tuple(Session(WORKING_DAYS, at, items, seconds) for at in (wall_time(5, 30), wall_time(17)))
    rules = channel(
        id, name=f"Đài {id}", kind="loudspeaker", quiet=(wall_time(22), wall_time(5)), windows=(), sessions=sessions,
        min_gap=timedelta(minutes=60), max_per_day=2 * items,
    )  # fmt: skip
    return replace(rules, **changes)  # type: ignore[arg-type]


def message(
    id: int,
    pillar: str = "knowledge",
    channels: tuple[int, ...] = (1,),
    first: date = date(2026, 1, 1),
    last: date = date(2027, 12, 31),
    seconds: int = 60,
    wordings: int = 1,
    **changes: object,
) -> Candidate:
    """A message that fits these channels alike, and takes so long where it is spoken."""
    fits = dict.fromkeys(channels, Fit(first, last, seconds, wordings))
    return replace(Candidate(id, pillar, fits, title=f"Thông điệp {id}"), **changes)  # type: ignore[arg-type]


def library(channels: tuple[int, ...] = (1,), per_pillar: int = 10, seconds: int = 60) -> tuple[Candidate, ...]:
    """Messages of every pillar for these channels, numbered from 1; their pillars in turn."""
    count = len(PILLARS) * per_pillar
    return tuple(message(n + 1, PILLARS[n % len(PILLARS)], channels, seconds=seconds) for n in range(count))


def aim(posts: float, *channels: int, **changes: object) -> Aim:
    """So many posts a week on a channel, or on several together."""
    return replace(Aim(channels or (1,), Measure.POSTS, posts), **changes)  # type: ignore[arg-type]


def plan_input(*channels: ChannelRules, posts: float = 14, **changes: object) -> PlanInput:
    """Four weeks on these channels, so many posts a week on each, with ten messages of every pillar."""
    rows = channels or (channel(),)
    campaign = PlanInput(
        starts_on=FIRST,
        ends_on=LAST,
        not_before=LONG_AGO,
        channels=rows,
        candidates=library(tuple(row.id for row in rows)),
        shares=SHARES,
        aims=tuple(aim(posts, row.id) for row in rows),
    )
    return replace(campaign, **changes)  # type: ignore[arg-type]


def standing(key: int, at: datetime, message_id: int = 1, pillar: str = "knowledge", **changes: object) -> Standing:
    """A post of the campaign that is never moved."""
    return replace(Standing(key, at, message_id, pillar), **changes)  # type: ignore[arg-type]


def walls(made: Plan | Track) -> list[str]:
    """When the slots of a plan or the places of a track are, by the wall clock: `Mon 09/11 07:00`."""
    instants = [slot.at for slot in made.slots] if isinstance(made, Plan) else map(_instant, made.instants)
    return [f"{wall(at):%a %d/%m %H:%M}" for at in instants]


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def calendar(what: PlanInput, made: Plan, channel_id: int) -> list[Standing]:
    """All posts of a channel once a plan is applied, in order of time. New posts are movable; those that come anew or
    with another message have new keys, moved ones keep theirs."""
    rules = next(row for row in what.channels if row.id == channel_id)
    mine = [slot for slot in made.slots if slot.channel_id == channel_id]
    known = {post.key: post for post in rules.standing}
    gone = {post.key for post in made.dropped} | {slot.replaces for slot in mine}
    stays = [post for post in rules.standing if post.key not in gone]
    free = 1 + max([0, *(post.key for row in what.channels for post in row.standing)])
    new = [_applied(slot, known, 1000 * channel_id + free + number) for number, slot in enumerate(mine)]
    return sorted([*stays, *new], key=lambda post: (post.at, post.key))


def _applied(slot: Slot, known: dict[int, Standing], key: int) -> Standing:
    before = known.get(slot.replaces) if slot.replaces is not None else None
    kept = before.key if before is not None and before.message_id == slot.message_id else key
    return Standing(kept, slot.at, slot.message_id, slot.pillar, slot.wording, slot.seconds, movable=True)


def applied(what: PlanInput, made: Plan) -> PlanInput:
    """The same campaign once a plan is applied."""
    return replace(
        what, channels=tuple(replace(row, standing=tuple(calendar(what, made, row.id))) for row in what.channels)
    )


def changed(what: PlanInput, **changes: object) -> PlanInput:
    """The same campaign with other rules on all its channels."""
    return replace(what, channels=tuple(replace(row, **changes) for row in what.channels))  # type: ignore[arg-type]

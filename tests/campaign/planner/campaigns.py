"""What hypothesis draws for the tests of the planner: short campaigns with all kinds of parts, most of them awkward."""

from datetime import time, timedelta

from hypothesis import strategies as st

from campaign.planner.values import (
    Aim,
    Candidate,
    ChannelRules,
    Closure,
    Exposures,
    Fit,
    Measure,
    Peak,
    PlanInput,
    Session,
    Standing,
    Window,
)
from tests.campaign.planner.build import PILLARS, channel, day, local, station

DAYS = 8
hours = st.integers(0, 23).map(time)
dates = st.integers(0, DAYS - 1).map(day)
weekdays = st.frozensets(st.integers(0, 6), min_size=3)
windows = st.builds(Window, weekdays, hours, hours, st.integers(1, 3))
sessions = st.builds(Session, weekdays, hours, st.integers(1, 3), st.integers(1, 14).map(lambda n: n * 30))
peaks = st.builds(Peak, dates, dates, st.sampled_from((0.5, 2, 3)))
closures = st.builds(lambda first, days: Closure(first, first + timedelta(days=days), "nghỉ"), dates, st.integers(0, 1))


@st.composite
def candidates(draw: st.DrawFn, id: int, channels: tuple[int, ...]) -> Candidate:
    since = draw(st.integers(-4, 4))
    span = (day(since), day(since + draw(st.integers(0, 12))))
    fits = draw(st.sets(st.sampled_from(channels), min_size=1))
    return Candidate(
        id=id,
        pillar=draw(st.sampled_from(PILLARS)),
        fits={
            key: Fit(*span, seconds=draw(st.integers(2, 12)) * 10, wordings=draw(st.integers(1, 2)))
            for key in sorted(fits)
        },
        title=f"Thông điệp {id}",
        weight=draw(st.integers(1, 3)),
        audiences=draw(st.frozensets(st.sampled_from(("everyone", "youth")))),
        spokespersons=draw(st.frozensets(st.sampled_from(("doctor", "youth")))),
    )


@st.composite
def posts(draw: st.DrawFn, rules: ChannelRules, pool: tuple[Candidate, ...], begin: int) -> tuple[Standing, ...]:
    """Up to five posts that stand already: at any hour, or in a session; movable ones only from the hour `begin` on."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        on = draw(st.integers(-1, DAYS))
        if rules.sessions and draw(st.booleans()):
            at = local(day(on), draw(st.sampled_from(rules.sessions)).start.hour, draw(st.integers(0, 4)))
        else:
            at = local(day(on), draw(st.integers(0, 23)), 15 * draw(st.integers(0, 3)))
        said = draw(st.sampled_from(pool)) if pool else None
        fit = said.fits.get(rules.id) if said else None
        own = draw(st.booleans())
        found.append(
            Standing(
                key=100 * rules.id + number,
                at=at,
                message_id=said.id if said else 99,
                pillar=said.pillar if said else PILLARS[0],
                wording=draw(st.integers(0, fit.wordings - 1)) if fit else 0,
                seconds=10 * draw(st.integers(2, 12)) if rules.sessions else 0,
                own=own,
                movable=own and draw(st.booleans()) and at >= local(day(0), 0) + timedelta(hours=begin),
            )
        )
    return tuple(found)


@st.composite
def channels(draw: st.DrawFn, id: int) -> ChannelRules:
    spoken = draw(st.booleans())
    rules = station(id) if spoken else channel(id)
    changes = {
        "quiet": (draw(hours), draw(hours)),
        "min_gap": timedelta(minutes=15 * draw(st.integers(0, 20))),
        "max_per_day": draw(st.integers(0, 5)),
        "closures": tuple(draw(st.lists(closures, max_size=2))),
        "audiences": draw(st.frozensets(st.sampled_from(("everyone", "youth")))),
        "priority": draw(st.integers(1, 3)),
    }
    if spoken:
        changes["sessions"] = tuple(draw(st.lists(sessions, min_size=1, max_size=3, unique_by=lambda row: row.start)))
    else:
        changes["windows"] = tuple(draw(st.lists(windows, min_size=1, max_size=3)))
    return ChannelRules(**{**vars(rules), **changes})


@st.composite
def aims(draw: st.DrawFn, channels: tuple[ChannelRules, ...]) -> tuple[Aim, ...]:
    """One for each channel, for both together, or none."""
    ids = tuple(row.id for row in channels)
    groups = draw(st.sampled_from([tuple((each,) for each in ids), (ids,), (ids[:1],)]))
    found = []
    for group in groups:
        is_spoken = all(row.sessions for row in channels if row.id in group)
        measure = draw(st.sampled_from(Measure)) if is_spoken else Measure.POSTS
        if draw(st.booleans()):
            found.append(Aim(group, measure, per_week=draw(st.integers(0, 20))))
        else:
            raised = draw(st.sampled_from((10, 50, 100)))
            found.append(Aim(group, measure, raise_percent=raised, baseline=draw(st.integers(0, 12))))
    return tuple(found)


@st.composite
def campaigns(draw: st.DrawFn) -> PlanInput:
    """A week or so on one or two channels."""
    rows = tuple(draw(channels(number)) for number in range(1, draw(st.integers(1, 2)) + 1))
    ids = tuple(row.id for row in rows)
    pool = tuple(draw(candidates(number, ids)) for number in range(1, draw(st.integers(0, 10)) + 1))
    begin = draw(st.sampled_from((-48, 0, 30)))
    rows = tuple(ChannelRules(**{**vars(row), "standing": draw(posts(row, pool, begin))}) for row in rows)
    return PlanInput(
        starts_on=day(0),
        ends_on=day(draw(st.integers(0, DAYS - 1))),
        not_before=local(day(0), 0) + timedelta(hours=begin),
        channels=rows,
        candidates=pool,
        shares=draw(st.dictionaries(st.sampled_from(PILLARS), st.sampled_from((0.1, 0.25, 1)), min_size=1)),
        aims=draw(aims(rows)),
        floors=draw(st.dictionaries(st.sampled_from(PILLARS), st.integers(0, 3), max_size=2)),
        peaks=tuple(draw(st.lists(peaks, max_size=1))),
        exposures=Exposures(draw(st.integers(1, 3)), draw(st.integers(3, 5))),
        min_repeat_days=draw(st.sampled_from((None, 0, 1, 3))),
        slot_minutes=draw(st.sampled_from((20, 30, 60))),
    )

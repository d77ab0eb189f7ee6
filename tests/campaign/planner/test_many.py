"""Thousands of channels by template: every limit kept, the counts right, and never all of them at once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.planner import many
from campaign.planner.conduct import plan
from campaign.planner.many import Calendar, phase_of, plan_many
from campaign.planner.mix import apportion
from campaign.planner.values import (
    ZONE,
    Aim,
    Candidate,
    ChannelRules,
    Closure,
    Fit,
    Measure,
    Peak,
    PlanInput,
    Session,
    Standing,
    Window,
)

EVERY_DAY = frozenset(range(7))
WORKING_DAYS = frozenset(range(5))
FIRST, DAYS = date(2026, 11, 10), 30
LAST = FIRST + timedelta(days=DAYS - 1)
SHARES = {"knowledge": 0.25, "prevention": 0.25, "stigma": 0.25, "policy": 0.15, "examples": 0.1}
PILLARS = tuple(SHARES)
PAGE = ChannelRules(
    id=1, name="Trang", kind="facebook", quiet=(time(21), time(6)), min_gap=timedelta(minutes=90), max_per_day=5,
    windows=(Window(EVERY_DAY, time(6), time(21)),),
)  # fmt: skip
STATION = replace(
    PAGE, name="Đài", kind="loudspeaker", quiet=(time(22), time(5)), windows=(),
    sessions=tuple(Session(WORKING_DAYS, time(hour, 30), items=3, seconds=300) for hour in (5, 16)),
)  # fmt: skip


def commune(*channels: ChannelRules, messages: int = 50, per_week: float = 14, **changes: object) -> PlanInput:
    """A month of one commune. The messages fit all its channels on all days and take 60 to 120 seconds."""
    fits = [
        {channel.id: Fit(FIRST, LAST, 60 + 15 * (number % 5)) for channel in channels} for number in range(messages)
    ]
    campaign = PlanInput(
        starts_on=FIRST,
        ends_on=LAST,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        channels=channels,
        candidates=tuple(Candidate(1000 + number, PILLARS[number % 5], fit) for number, fit in enumerate(fits)),
        shares=SHARES,
        aims=tuple(Aim((channel.id,), per_week=per_week) for channel in channels),
    )
    return replace(campaign, **changes)


def nation(channels: int, **changes: object) -> Iterator[PlanInput]:
    """So many channels, four to a commune, that all have the same rules."""
    for number in range(0, channels, 4):
        yield commune(*(replace(PAGE, id=number + each + 1, name=f"{number}-{each}") for each in range(4)), **changes)


def worded(what: PlanInput, wordings: int) -> PlanInput:
    """The same campaign with so many wordings of every message on all channels."""
    rows = what.candidates
    fits = [{key: replace(fit, wordings=wordings) for key, fit in row.fits.items()} for row in rows]
    return replace(what, candidates=tuple(replace(row, fits=own) for row, own in zip(rows, fits, strict=True)))


def times(calendar: Calendar) -> list[datetime]:
    return [datetime.fromtimestamp(at, ZONE) for at in calendar.instants]


def days(calendar: Calendar) -> list[date]:
    return [at.date() for at in times(calendar)]


def pillars(what: PlanInput, calendar: Calendar) -> list[str]:
    pillar_of = {message.id: message.pillar for message in what.candidates}
    return [pillar_of[message] for message in calendar.messages]


# ---------------------------------------------------------------- an independent reading of the limits


def is_open(what: PlanInput, rules: ChannelRules, at: datetime) -> bool:
    return (
        what.starts_on <= at.date() <= what.ends_on
        and at >= what.not_before
        and not any(closure.first <= at.date() <= closure.last for closure in rules.closures)
        and not is_between(rules.quiet, at.time())
        and any(is_in(window, at) for window in rules.windows)
    )


def is_between(edges: tuple[time, time], at: time) -> bool:
    start, end = edges
    return start <= at < end if start <= end else at >= start or at < end


def is_in(window: Window, at: datetime) -> bool:
    today, eve = at.weekday() in window.weekdays, (at.weekday() - 1) % 7 in window.weekdays
    if window.start < window.end:
        return today and window.start <= at.time() < window.end
    return (today and at.time() >= window.start) or (eve and at.time() < window.end)


def assert_legal(what: PlanInput, rules: ChannelRules, calendar: Calendar) -> None:
    assert len(calendar.instants) == len(calendar.messages) == len(calendar.wordings)
    assert all(is_open(what, rules, at) for at in times(calendar))
    assert all(b - a >= rules.min_gap and b > a for a, b in pairwise(times(calendar)))
    assert all(posts <= rules.max_per_day for posts in Counter(days(calendar)).values())
    known = {message.id: message for message in what.candidates}
    for day, message in zip(days(calendar), calendar.messages, strict=True):
        assert known[message].fit(rules.id, day) is not None
    texts = list(zip(calendar.messages, calendar.wordings, strict=True))
    assert all(a != b for a, b in pairwise(texts))


# ---------------------------------------------------------------- any rules


windows = st.builds(
    Window,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 3),
)
offsets = st.integers(0, DAYS - 1).map(lambda number: FIRST + timedelta(days=number))
channels = st.builds(
    ChannelRules,
    id=st.integers(1, 10**6),
    name=st.just("Trang"),
    kind=st.just("facebook"),
    quiet=st.sampled_from([(time(21), time(6)), (time(12), time(13, 30)), (time(), time())]),
    min_gap=st.integers(0, 300).map(lambda minutes: timedelta(minutes=minutes)),
    max_per_day=st.integers(1, 6),
    windows=st.lists(windows, min_size=1, max_size=3).map(tuple),
    closures=st.lists(st.builds(lambda day: Closure(day, day, "nghỉ"), offsets), max_size=3).map(tuple),
)


@st.composite
def communes(draw: st.DrawFn) -> PlanInput:
    """A channel of any hours, with messages that may begin late or end early, and a peak perhaps."""
    rules = draw(channels)
    spans = draw(st.lists(st.tuples(offsets, offsets).map(sorted), min_size=1, max_size=12))
    candidates = tuple(
        Candidate(
            number, draw(st.sampled_from(PILLARS)), {rules.id: Fit(first, last, wordings=draw(st.integers(1, 2)))},
            weight=draw(st.integers(1, 3)),
        )
        for number, (first, last) in enumerate(spans)
    )  # fmt: skip
    peak = draw(st.builds(lambda day, factor: Peak(day, day + timedelta(days=2), factor), offsets, st.floats(0.2, 4)))
    return commune(
        rules, candidates=candidates, peaks=draw(st.sampled_from([(), (peak,)])),
        aims=(Aim((rules.id,), per_week=draw(st.integers(0, 40))),),
        not_before=datetime.combine(draw(offsets), draw(st.times()), ZONE),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(communes(), st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True))
def test_whatever_the_rules_every_channel_of_a_template_keeps_them(what: PlanInput, ids: list[int]):
    copies = [renumbered(what, number) for number in ids]
    counts = set()
    for each, calendar in zip(copies, plan_many(copies), strict=True):
        assert_legal(each, each.channels[0], calendar)
        is_worded = all(fit.wordings > 1 for row in what.candidates for fit in row.fits.values())
        counts.add(len(calendar.instants) if is_worded else 0)
    assert len(counts) == 1


def renumbered(what: PlanInput, number: int) -> PlanInput:
    """The same campaign of another channel."""
    (rules,) = what.channels
    candidates = (replace(row, fits={number: row.fits[rules.id]}) for row in what.candidates)
    aims = (replace(aim, channels=(number,)) for aim in what.aims)
    return replace(what, channels=(replace(rules, id=number),), candidates=tuple(candidates), aims=tuple(aims))


@settings(max_examples=25, deadline=None)
@given(communes())
def test_a_template_finds_as_many_posts_as_the_exact_planner(what: PlanInput):
    what = worded(what, 2)
    (calendar,) = plan_many([what])
    assert len(calendar.instants) == len(plan(replace(what, exact=False)).slots)


# ---------------------------------------------------------------- a nation


def test_a_thousand_channels_of_one_template_are_legal_full_and_never_speak_at_once():
    minutes: Counter[int] = Counter()
    for what, calendars in by_commune(1000, per_week=35):
        for rules, calendar in zip(what.channels, calendars, strict=True):
            assert_legal(what, rules, calendar)
            assert len(calendar.instants) == 5 * DAYS
            minutes.update(calendar.instants)
    assert max(minutes.values()) <= 20  # 5,000 posts on 900 minutes of each day: 5.6 were perfectly even
    assert len(minutes) >= 0.98 * 900 * DAYS


@pytest.mark.long
def test_the_nation_speaks_with_at_most_two_hundred_posts_a_minute():
    minutes: Counter[int] = Counter()
    for calendar in plan_many(nation(13_200, per_week=35)):
        minutes.update(calendar.instants)
    assert minutes.total() == 13_200 * 5 * DAYS
    assert max(minutes.values()) <= 200


def by_commune(posts: int, **changes: object) -> Iterator[tuple[PlanInput, list[Calendar]]]:
    calendars = plan_many(nation(posts, **changes))
    for what in nation(posts, **changes):
        yield what, [next(calendars) for _ in what.channels]


def test_a_template_is_solved_once_and_found_again_whatever_ids_and_names(monkeypatch: pytest.MonkeyPatch):
    solved: list[PlanInput] = []
    template = many._Template
    monkeypatch.setattr(many, "_Template", lambda what: solved.append(what) or template(what))

    assert len(list(plan_many(nation(40)))) == 40

    assert len(solved) == 1


@pytest.mark.parametrize(
    "other",
    [
        commune(replace(PAGE, max_per_day=4)),
        commune(PAGE, peaks=(Peak(FIRST, FIRST, 2),)),
        commune(PAGE, per_week=15),
        commune(PAGE, messages=51),
        commune(PAGE, ends_on=LAST - timedelta(days=1)),
        commune(PAGE, shares={"knowledge": 1.0}),
        commune(PAGE, floors={"policy": 30}),
        commune(PAGE, min_repeat_days=1),
    ],
)
def test_what_differs_in_a_rule_is_another_template(other: PlanInput):
    assert next(plan_many([commune(PAGE), other])) == next(plan_many([commune(PAGE)]))
    assert list(plan_many([commune(PAGE), other]))[1] == next(plan_many([other]))


def test_a_calendar_does_not_depend_on_what_else_is_planned_or_in_which_order_it_is_listed():
    inputs = list(nation(40))
    together = {calendar.channel_id: calendar for calendar in plan_many(inputs)}
    what = inputs[7]
    turned = replace(
        what, channels=what.channels[::-1], candidates=what.candidates[::-1], aims=what.aims[::-1],
        shares=dict(reversed(what.shares.items())),
    )  # fmt: skip
    for calendar in plan_many([turned]):
        assert calendar == together[calendar.channel_id]


def test_inputs_are_read_as_they_are_needed():
    read: list[PlanInput] = []

    def inputs() -> Iterator[PlanInput]:
        for what in nation(1000):
            read.append(what)
            yield what

    next(plan_many(inputs()))
    assert len(read) == 1


def test_a_channel_that_has_posts_is_left_to_the_exact_planner():
    held = Standing(1, datetime(2026, 11, 12, 3, tzinfo=UTC), 1000, "knowledge")
    with pytest.raises(ValueError, match="lập kế hoạch riêng"):
        next(plan_many([commune(replace(PAGE, standing=(held,)))]))


def test_phases_are_spread_evenly_however_many_channels_there_are():
    for count in (10, 1000, 13_200):
        phases = sorted(phase_of(number) / (1 << 20) for number in range(1, count + 1))
        assert max(b - a for a, b in pairwise([phases[-1] - 1, *phases])) < 2 / count


# ---------------------------------------------------------------- what is said


def test_pillar_counts_are_exactly_the_apportionment_on_every_campaign():
    for what, calendars in by_commune(40):
        said = Counter(pillar for calendar in calendars for pillar in pillars(what, calendar))
        assert said == apportion(SHARES, said.total(), {})
        assert all(not calendar.relaxed for calendar in calendars)


def test_no_pillar_comes_twice_running_and_every_message_rests():
    for what, calendars in by_commune(40):
        for calendar in calendars:
            assert all(a != b for a, b in pairwise(pillars(what, calendar)))
            for said in days_of_messages(calendar).values():
                assert all((b - a).days >= what.rest for a, b in pairwise(said))


def days_of_messages(calendar: Calendar) -> Mapping[int, Sequence[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    for day, message in zip(days(calendar), calendar.messages, strict=True):
        found[message].append(day)
    return found


def test_messages_of_a_pillar_are_used_alike_and_their_wordings_in_turn():
    what = worded(commune(PAGE, per_week=35), 2)
    (calendar,) = plan_many([what])
    pillar_of = {message.id: message.pillar for message in what.candidates}
    uses = Counter(calendar.messages)
    for pillar in PILLARS:
        counts = [uses[message] for message, of in pillar_of.items() if of == pillar]
        assert max(counts) - min(counts) <= 1
    for message in uses:
        wordings = [w for m, w in zip(calendar.messages, calendar.wordings, strict=True) if m == message]
        assert wordings == [number % 2 for number in range(len(wordings))]


def test_a_heavier_message_is_said_more_often():
    what = commune(PAGE, messages=20, min_repeat_days=1)
    heavy = replace(what.candidates[0], weight=3)
    (calendar,) = plan_many([replace(what, candidates=(heavy, *what.candidates[1:]))])
    uses = Counter(calendar.messages)
    others = [uses[row.id] for row in what.candidates[1:] if row.pillar == heavy.pillar]
    assert uses[heavy.id] >= 2 * max(others)


def test_a_heavy_message_rests_as_well():
    what = commune(PAGE, per_week=35, min_repeat_days=4)
    heavy = replace(what.candidates[0], weight=5)
    (calendar,) = plan_many([replace(what, candidates=(heavy, *what.candidates[1:]))])
    assert not calendar.relaxed
    for said in days_of_messages(calendar).values():
        assert all((b - a).days >= 4 for a, b in pairwise(said))


def test_what_cannot_rest_long_enough_is_counted_and_still_rests_as_long_as_it_can():
    what = commune(PAGE, messages=10, per_week=35)
    (calendar,) = plan_many([what])
    early = sum((b - a).days < what.rest for said in days_of_messages(calendar).values() for a, b in pairwise(said))
    assert calendar.relaxed == {"rest": early}
    assert all((b - a).days >= 1 for said in days_of_messages(calendar).values() for a, b in pairwise(said))


def test_a_pillar_whose_messages_end_early_has_all_its_posts_before():
    what = commune(PAGE)
    half = FIRST + timedelta(days=14)
    candidates = tuple(
        replace(row, fits={1: Fit(FIRST, half)}) if row.pillar == "policy" else row for row in what.candidates
    )
    (calendar,) = plan_many([replace(what, candidates=candidates)])
    said = pillars(what, calendar)
    assert Counter(said) == apportion(SHARES, len(said), {})
    assert_legal(replace(what, candidates=candidates), PAGE, calendar)


def test_channels_of_one_template_do_not_all_say_the_same():
    firsts = {calendar.messages[0] for calendar in plan_many(nation(40))}
    assert len(firsts) >= 20


# ---------------------------------------------------------------- days that take less, and sessions


def test_a_peak_has_its_part_and_days_that_are_full_pass_theirs_on_to_all_others():
    peak = Peak(FIRST + timedelta(days=10), FIRST + timedelta(days=13), 4)
    (calendar,) = plan_many([commune(PAGE, peaks=(peak,), per_week=14)])
    posts = Counter(days(calendar))
    on_peak = [posts[peak.first + timedelta(days=number)] for number in range(4)]
    assert on_peak == [5, 5, 5, 5]  # 6 were its part, 5 a day are allowed
    others = [posts[FIRST + timedelta(days=number)] for number in range(DAYS) if not 10 <= number < 14]
    assert len(calendar.instants) == 60
    assert set(others) == {1, 2}


def test_a_post_that_finds_its_evening_full_does_not_fill_the_next_day_beyond_its_limit():
    evenings, open_days = frozenset({1, 3, 5}), frozenset({0, 2, 4, 6})
    crowded = Window(evenings, time(6), time(7)), Window(evenings, time(18), time(19), weight=50)
    hours = (*crowded, Window(open_days, time(6), time(18)))
    rules = replace(PAGE, windows=hours, min_gap=timedelta(hours=3), max_per_day=2)
    for number in range(1, 40):
        what = commune(replace(rules, id=number), per_week=13)
        (calendar,) = plan_many([what])
        assert_legal(what, what.channels[0], calendar)
        assert len(calendar.instants) == 56


def test_items_of_a_session_follow_one_another_and_fit_in_whatever_they_are():
    for what in (commune(replace(STATION, id=number), per_week=30) for number in range(1, 20)):
        (calendar,) = plan_many([what])
        assert_sessions_kept(
            what.channels[0], calendar, {row.id: row.fits[what.channels[0].id] for row in what.candidates}
        )
        assert len(calendar.instants) == 2 * 2 * 22  # two of 120 seconds fit with the pause between them, not three


def assert_sessions_kept(rules: ChannelRules, calendar: Calendar, fits: Mapping[int, Fit]) -> None:
    session_of = {session.start.hour: session for session in rules.sessions}
    inside: dict[tuple[date, int], list[tuple[datetime, int]]] = defaultdict(list)
    for at, message in zip(times(calendar), calendar.messages, strict=True):
        inside[at.date(), at.hour].append((at, fits[message].seconds))
    for (day, hour), items in inside.items():
        session = session_of[hour]
        assert day.weekday() in session.weekdays
        assert items[0][0].time() == session.start
        assert len(items) <= session.items
        assert sum(length for _, length in items) + rules.interval * (len(items) - 1) <= session.seconds
        for (at, length), (then, _) in pairwise(items):
            assert then - at >= timedelta(seconds=length + rules.interval)


def test_few_posts_of_a_station_are_spread_over_its_sessions():
    (calendar,) = plan_many([commune(STATION, per_week=5)])
    sessions = Counter((at.date(), at.hour) for at in times(calendar))
    assert len(calendar.instants) == 22
    assert set(sessions.values()) == {1}
    assert max((b - a).days for a, b in pairwise(days(calendar))) <= 3


def test_an_aim_in_minutes_and_an_aim_of_several_channels_are_dealt_to_their_channels():
    station, page, account = replace(STATION, id=1), replace(PAGE, id=2), replace(PAGE, id=3, priority=3)
    aims = (Aim((1,), Measure.MINUTES, 10), Aim((2, 3), per_week=14))
    on_air, *posts = plan_many([commune(station, page, account, aims=aims)])
    assert len(on_air.instants) * 90 >= 10 * 60 * 30 / 7 > (len(on_air.instants) - 1) * 90
    assert [len(calendar.instants) for calendar in posts] == [15, 45]


def test_a_channel_without_aim_or_message_has_an_empty_calendar():
    silent, unheard = replace(PAGE, id=1), replace(PAGE, id=2)
    what = commune(silent, unheard, aims=(Aim((2,), per_week=7),))
    what = replace(what, candidates=tuple(replace(row, fits={1: row.fits[1]}) for row in what.candidates))
    assert [calendar.instants for calendar in plan_many([what])] == [[], []]

"""When a channel is open: windows and sessions of the wall clock, without quiet hours and closures, and how much it
weighs."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign.planner.openings import Opening, Timetable, is_quiet, openings, seconds
from campaign.planner.values import ChannelRules, Closure, Peak, PlanInput, Session, Window
from tests.campaign.planner.build import EVERY_DAY, NEVER_QUIET, channel, day, local, plan_input, station, wall

MONDAY, FRIDAY, SUNDAY = frozenset({0}), frozenset({4}), frozenset({6})


def opened(rules: ChannelRules, **changes: object) -> tuple[Opening, ...]:
    what = plan_input(rules, **{"slot_minutes": 60, "ends_on": day(6), **changes})
    return openings(Timetable.of(what, rules))


def starts(rules: ChannelRules, **changes: object) -> list[str]:
    return [f"{_wall(row):%a %H:%M}" for row in opened(rules, **changes)]


def _wall(row: Opening) -> datetime:
    return datetime.fromtimestamp(row.at, plan_input().zone)


def page(*windows: Window, **changes: object) -> ChannelRules:
    return channel(windows=windows, **{"quiet": NEVER_QUIET, **changes})


# ---------------------------------------------------------------- windows


def test_a_window_is_cut_into_slots_from_its_start_up_to_but_not_including_its_end() -> None:
    assert starts(page(Window(MONDAY, time(7), time(10)))) == ["Mon 07:00", "Mon 08:00", "Mon 09:00"]


def test_the_last_slot_of_a_window_is_as_long_as_is_left() -> None:
    rows = opened(page(Window(MONDAY, time(7), time(8, 20))))
    assert [(row.span, row.weight) for row in rows] == [(3600, 3), (1200, 1)]


def test_a_window_that_ends_at_its_start_is_a_whole_day() -> None:
    assert len(starts(page(Window(MONDAY, time(), time())))) == 24
    assert starts(page(Window(MONDAY, time(22), time(22))))[:3] == ["Mon 22:00", "Mon 23:00", "Tue 00:00"]


def test_a_window_may_run_past_midnight_into_the_next_day() -> None:
    late = page(Window(FRIDAY, time(23), time(1)))
    assert starts(late, slot_minutes=30) == ["Fri 23:00", "Fri 23:30", "Sat 00:00", "Sat 00:30"]
    assert [date.fromordinal(row.day) for row in opened(late)] == [day(4), day(5)]


def test_the_eve_of_the_campaign_lends_it_only_what_lies_after_midnight() -> None:
    assert starts(page(Window(SUNDAY, time(23), time(2)))) == ["Mon 00:00", "Mon 01:00", "Sun 23:00"]


def test_a_day_of_the_wall_clock_is_not_one_of_utc() -> None:
    (row,) = opened(page(Window(MONDAY, time(5), time(6))))
    assert row.at == seconds(local(day(0), 5)) and datetime.fromtimestamp(row.at, tz=plan_input().zone).day == 9
    assert row.day == day(0).toordinal()


def test_where_windows_overlap_the_heavier_one_counts_once() -> None:
    both = page(Window(MONDAY, time(7), time(10)), Window(MONDAY, time(8), time(9), weight=3))
    assert [row.weight for row in opened(both)] == [1, 3, 1]


# ---------------------------------------------------------------- quiet hours and closures


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        ((time(21), time(6)), time(21), True),
        ((time(21), time(6)), time(5, 59, 59), True),
        ((time(21), time(6)), time(6), False),
        ((time(21), time(6)), time(20, 59), False),
        ((time(12), time(13)), time(12, 30), True),
        ((time(12), time(13)), time(13), False),
        (NEVER_QUIET, time(), False),
    ],
)
def test_quiet_hours_hold_from_their_first_time_up_to_their_second(
    quiet: tuple[time, time], at: time, expected: bool
) -> None:
    assert is_quiet(quiet, at) == expected


def test_quiet_hours_win_over_windows_and_end_sharp() -> None:
    rows = opened(page(Window(EVERY_DAY, time(), time()), quiet=(time(21), time(6))))
    assert {_wall(row).time() for row in rows} == {time(hour) for hour in range(6, 21)}


def test_a_session_that_begins_in_quiet_hours_is_not_held() -> None:
    assert {row[4:] for row in starts(station(quiet=(time(22), time(6))))} == {"17:00"}


def test_a_session_that_would_run_into_quiet_hours_is_shortened_so_that_its_last_item_is_over() -> None:
    late = station(sessions=(Session(MONDAY, time(21, 50), items=2, seconds=900),))
    (row,) = opened(late)
    assert row.session is not None
    assert row.session.seconds == 480 and row.session.longest == 600  # two items begin on whole minutes
    assert opened(station(sessions=(Session(MONDAY, time(21, 58), items=2, seconds=900),))) == ()


def test_closed_days_are_closed_from_midnight_to_midnight() -> None:
    closed = (Closure(day(-3), day(1), "Tết"), Closure(day(4), day(5), "mất điện"))
    always = page(Window(EVERY_DAY, time(23), time(1)), closures=closed)
    assert starts(always) == ["Wed 00:00", "Wed 23:00", "Thu 00:00", "Thu 23:00", "Sun 00:00", "Sun 23:00"]


# ---------------------------------------------------------------- weights


def test_weights_are_small_whole_numbers_in_the_proportion_of_windows_and_spans() -> None:
    rows = opened(page(Window(MONDAY, time(7), time(8), weight=4), Window(MONDAY, time(12), time(12, 30), weight=2)))
    assert [row.weight for row in rows] == [4, 1]


def test_a_peak_multiplies_the_weight_of_its_days_and_the_strongest_counts() -> None:
    peaks = (Peak(day(1), day(3), 1.5), Peak(day(3), day(3), 3), Peak(day(5), day(5), 0.5))
    rows = opened(page(Window(EVERY_DAY, time(7), time(8))), peaks=peaks)
    assert [row.weight for row in rows] == [2, 3, 3, 6, 2, 1, 2]


def test_a_session_weighs_as_much_as_it_lasts() -> None:
    rules = station(sessions=(Session(MONDAY, time(6), 2, 300), Session(MONDAY, time(17), 2, 600, weight=2)))
    assert [row.weight for row in opened(rules)] == [1, 4]


# ---------------------------------------------------------------- clocks that change


def berlin(first: date, last: date, *windows: Window) -> list[str]:
    zone = ZoneInfo("Europe/Berlin")
    rules = page(*windows)
    what: PlanInput = plan_input(rules, starts_on=first, ends_on=last, zone=zone, slot_minutes=30)
    rows = openings(Timetable.of(what, rules))
    return [f"{datetime.fromtimestamp(row.at, zone):%d %H:%M}" for row in rows]


def test_an_hour_that_clocks_skip_is_never_open() -> None:
    spring = date(2027, 3, 28)
    assert berlin(spring, spring, Window(EVERY_DAY, time(1), time(3))) == ["28 01:00", "28 01:30"]


def test_after_clocks_change_hours_are_those_of_the_wall() -> None:
    noon = Window(EVERY_DAY, time(12), time(12, 30))
    assert berlin(date(2027, 3, 27), date(2027, 3, 29), noon) == ["27 12:00", "28 12:00", "29 12:00"]
    assert berlin(date(2027, 10, 30), date(2027, 11, 1), noon) == ["30 12:00", "31 12:00", "01 12:00"]


def test_an_hour_that_comes_twice_is_open_once() -> None:
    autumn = date(2027, 10, 31)
    assert berlin(autumn, autumn, Window(EVERY_DAY, time(2), time(3))) == ["31 02:00", "31 02:30"]


def test_seconds_count_whole_ones_since_1970() -> None:
    at = local(day(0), 7) + timedelta(microseconds=999_999)
    assert seconds(at) == int(wall(local(day(0), 7)).timestamp())

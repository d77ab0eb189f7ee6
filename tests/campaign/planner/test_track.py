"""The track of a channel: its places, how much lies before each, and what stands there already."""

from datetime import time as wall_time
from datetime import timedelta

from campaign.planner.openings import seconds
from campaign.planner.track import Track, instant, lay, next_minute
from campaign.planner.values import ChannelRules, Closure, Peak, Session, Standing, Window
from tests.campaign.planner.build import (
    EVERY_DAY,
    channel,
    day,
    local,
    plan_input,
    standing,
    station,
    wall,
)

HOURS = Window(EVERY_DAY, wall_time(7), wall_time(11))
MORNING = Session(EVERY_DAY, wall_time(6), items=3, seconds=400)


def page(**changes: object) -> ChannelRules:
    return channel(**{"windows": (HOURS,), "min_gap": timedelta(minutes=60), **changes})


def radio(*posts: Standing, **changes: object) -> ChannelRules:
    return station(**{"sessions": (MORNING,), "standing": posts, "max_per_day": 9, **changes})


def laid(rules: ChannelRules, served: frozenset[int] | None = None, shortest: int = 60, **changes: object) -> Track:
    what = plan_input(rules, **{"ends_on": day(1), "slot_minutes": 60, **changes})
    return lay(what, rules, served, shortest)


def hours(track: Track) -> list[str]:
    return [f"{wall(instant(at)):%d %H:%M}" for at in track.instants]


# ---------------------------------------------------------------- places and positions


def test_a_place_is_the_start_of_a_slot_and_all_lists_have_one_entry_a_place() -> None:
    track = laid(page())
    assert hours(track) == [f"{d:02} {h:02}:00" for d in (9, 10) for h in (7, 8, 9, 10)]
    lists = (track.positions, track.days, track.after, track.room, track.sessions)
    assert {len(row) for row in lists} == {8}
    assert track.sessions == [-1] * 8 and track.room == [3] * 8


def test_what_lies_before_a_place_is_its_position_and_nights_weigh_nothing() -> None:
    track = laid(page())
    assert list(track.positions) == [0, 1, 2, 3, 4, 5, 6, 7] and track.total == 8


def test_windows_and_peaks_stretch_positions() -> None:
    heavy = page(
        windows=(Window(EVERY_DAY, wall_time(7), wall_time(9)), Window(EVERY_DAY, wall_time(9), wall_time(10), 3))
    )
    track = laid(heavy, peaks=(Peak(day(1), day(1), 2),))
    assert list(track.positions) == [0, 1, 2, 5, 7, 9] and track.total == 15


def test_closed_days_have_no_place_and_no_weight() -> None:
    track = laid(page(closures=(Closure(day(0), day(0), "Tết"),)))
    assert hours(track)[0] == "10 07:00" and track.positions[0] == 0 and track.total == 4


def test_a_day_without_a_message_has_no_place_but_keeps_its_weight() -> None:
    track = laid(page(), served=frozenset({day(1).toordinal()}))
    assert hours(track)[0] == "10 07:00" and track.positions[0] == 4 and track.total == 8


def test_the_past_has_no_place_but_keeps_its_weight() -> None:
    track = laid(page(), not_before=local(day(0), 8, 30))
    assert hours(track)[0] == "09 09:00" and track.positions[0] == 2 and track.total == 8


def test_the_next_post_may_follow_after_the_gap() -> None:
    assert list(laid(page(min_gap=timedelta(minutes=120))).after) == [2, 3, 4, 4, 6, 7, 8, 8]
    assert list(laid(page(min_gap=timedelta(0))).after) == [1, 2, 3, 4, 5, 6, 7, 8]


# ---------------------------------------------------------------- posts that stand


def test_places_nearer_than_the_gap_to_a_frozen_post_are_left_out_whoever_made_it() -> None:
    track = laid(page(standing=(standing(1, local(day(0), 8, 30), own=False),)))
    assert hours(track)[:3] == ["09 07:00", "09 10:00", "10 07:00"]
    assert track.standing == {}


def test_a_frozen_post_of_the_campaign_is_a_place_of_its_own_wherever_it_stands() -> None:
    night = standing(1, local(day(0), 23))
    track = laid(page(standing=(night,)))
    assert track.standing[4] == night and track.fixed == [4] and track.kept == []
    assert track.positions[4] == 4  # nothing is open between


def test_a_post_in_the_middle_of_a_slot_has_its_part_of_it_before_it() -> None:
    heavy = Window(EVERY_DAY, wall_time(7), wall_time(11), weight=2)
    rules = page(standing=(standing(1, local(day(0), 7, 30)),), windows=(heavy,))
    track = laid(rules, peaks=(Peak(day(1), day(1), 1.5),))
    assert track.positions[track.fixed[0]] == 1 and track.total == 20


def test_posts_of_the_campaign_outside_its_days_are_no_places() -> None:
    rows = (standing(1, local(day(-1), 8), seconds=60), standing(2, local(day(2), 8), seconds=60))
    assert laid(page(standing=rows)).standing == {}
    assert laid(radio(*rows)).standing == {}


def test_frozen_posts_take_the_room_of_their_day_and_a_full_day_has_no_place() -> None:
    rows = tuple(standing(n, local(day(0), hour), own=False) for n, hour in enumerate((1, 3)))
    assert list(laid(page(standing=rows)).room) == [1] * 4 + [3] * 4
    assert hours(laid(page(standing=rows, max_per_day=2)))[0] == "10 07:00"


def test_a_movable_post_in_open_time_is_a_place_that_is_left_only_where_there_is_need() -> None:
    post = standing(1, local(day(0), 8, 20), movable=True)
    track = laid(page(standing=(post,)))
    assert [track.standing[place] for place in track.kept] == [post] and track.fixed == []
    assert hours(track)[1:4] == ["09 08:00", "09 08:20", "09 09:00"]


def test_a_movable_post_is_not_on_the_track_where_it_may_not_stay() -> None:
    def kept(at_hour: int, minute: int = 0, **changes: object) -> list[int]:
        post = standing(1, local(day(0), at_hour, minute), movable=True)
        others = changes.pop("others", ())
        served = changes.pop("served", None)
        return laid(page(standing=(post, *others), **changes), served).kept

    assert kept(9) != []
    assert kept(12) == []  # outside windows
    assert kept(9, quiet=(wall_time(8), wall_time(10))) == []
    assert kept(9, closures=(Closure(day(0), day(0), "mất điện"),)) == []
    assert kept(9, others=(standing(2, local(day(0), 8, 30), own=False),)) == []  # the gap
    assert kept(9, others=(standing(2, local(day(0), 1), own=False),), max_per_day=1) == []
    assert kept(9, served=frozenset({day(1).toordinal()})) == []  # nothing to say that day


# ---------------------------------------------------------------- sessions


def test_a_session_has_a_place_for_each_item_that_its_seconds_take_if_all_are_the_shortest() -> None:
    assert len(laid(radio(), shortest=60, ends_on=day(0)).instants) == 3  # by number
    assert len(laid(radio(), shortest=150, ends_on=day(0)).instants) == 2  # 150 + 30 + 150
    assert len(laid(radio(), shortest=401, ends_on=day(0)).instants) == 0


def test_items_of_a_session_may_follow_at_once_and_sessions_need_no_gap() -> None:
    near = radio(sessions=(MORNING, Session(EVERY_DAY, wall_time(7), 1, 400)), min_gap=timedelta(hours=9))
    track = laid(near, ends_on=day(0))
    assert list(track.sessions) == [0, 0, 0, 1] and list(track.after) == [1, 2, 3, 4]


def test_the_items_of_a_session_share_its_weight() -> None:
    track = laid(radio())
    thirds = [track.positions[n] for n in range(6)]
    assert track.total == 2 * (track.positions[3]) and thirds == sorted(thirds)


def test_frozen_items_take_number_and_seconds_and_what_is_new_follows_them() -> None:
    held = standing(1, local(day(0), 6), seconds=100)
    track = laid(radio(held), shortest=100, ends_on=day(0))
    assert len(track.instants) == 3 and track.fixed == [0]
    assert track.airtimes[0].seconds == 400 - 130
    assert instant(track.airtimes[0].free_from) == local(day(0), 6, 3)  # 130 seconds, on the whole minute
    foreign = laid(radio(standing(1, local(day(0), 6), seconds=100, own=False)), shortest=100, ends_on=day(0))
    assert len(foreign.instants) == 2 and foreign.fixed == []


def test_frozen_items_that_take_all_the_time_leave_no_place() -> None:
    track = laid(radio(standing(1, local(day(0), 6), seconds=390)), ends_on=day(0))
    assert len(track.instants) == 1 and track.fixed == [0] and track.airtimes[0].seconds == 0


def test_movable_items_stay_as_long_as_the_session_has_items_and_seconds_for_them() -> None:
    rows = [standing(n, local(day(0), 6, 2 * n), seconds=90, movable=True) for n in range(3)]
    assert len(laid(radio(*rows), ends_on=day(0)).kept) == 3
    fewer = (Session(EVERY_DAY, wall_time(6), items=2, seconds=400),)
    assert len(laid(radio(*rows, sessions=fewer), ends_on=day(0)).kept) == 2
    shorter = (Session(EVERY_DAY, wall_time(6), items=3, seconds=210),)
    assert len(laid(radio(*rows, sessions=shorter), ends_on=day(0)).kept) == 2


def test_a_post_outside_every_session_stays_where_it_is_frozen_and_is_no_place_where_it_can_move() -> None:
    noon = local(day(0), 12)
    assert [instant(laid(radio(standing(1, noon))).instants[3])] == [noon]
    assert laid(radio(standing(1, noon, movable=True))).kept == []


def test_a_session_in_the_past_or_on_a_full_or_closed_day_takes_nothing() -> None:
    assert hours(laid(radio(), not_before=local(day(0), 6, 1)))[0] == "10 06:00"
    full = (standing(1, local(day(0), 20), own=False),)
    assert hours(laid(radio(*full, max_per_day=1)))[0] == "10 06:00"
    assert hours(laid(radio(closures=(Closure(day(0), day(0), "Tết"),))))[0] == "10 06:00"


def test_a_channel_that_is_never_open_has_an_empty_track() -> None:
    track = laid(page(windows=()))
    assert track.instants == [] and track.total == 0 and track.fixed == []


def test_whole_minutes_come_next_or_now() -> None:
    at = seconds(local(day(0), 6))
    assert [next_minute(at + more) - at for more in (0, 1, 59, 60, 61)] == [0, 60, 60, 60, 120]

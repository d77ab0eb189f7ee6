"""When, how often and to whom a channel may speak: what a new one begins with, and what none can keep."""

from dataclasses import replace
from typing import Any

import pytest

from campaign import channel_admin
from campaign.channel_admin import Hours, check_hours, create_channel, defaults, set_hours
from campaign.errors import NotAllowed, Problem
from campaign.models import Channel
from tests.campaign.world import World


def stored(world: World, hours: Hours, kind: str = "facebook") -> Channel:
    channel = world.channels[kind]
    set_hours(world.people["administrator"], channel, hours, world.clock.now())
    found: Channel = Channel.get_by_id(channel.id)
    return found


def test_a_new_station_speaks_twice_a_working_day_two_items_in_a_quarter_of_an_hour() -> None:
    hours = defaults("loudspeaker")
    assert [(row["start"], row["weekdays"], row["items"], row["seconds"]) for row in hours.windows] == [
        ("05:30", [0, 1, 2, 3, 4], 2, 900), ("17:00", [0, 1, 2, 3, 4], 2, 900),
    ]  # fmt: skip
    assert (hours.quiet, hours.max_per_day, hours.holidays) == (("22:00", "05:00"), 4, True)


def test_a_new_page_speaks_on_holidays_too_and_keeps_the_night_quiet() -> None:
    hours = defaults("facebook")
    assert (hours.quiet, hours.holidays, hours.max_per_day) == (("21:00", "06:00"), False, 3)
    assert all("items" not in row for row in hours.windows)


@pytest.mark.parametrize("kind", ["facebook", "zalo", "loudspeaker"])
def test_what_a_channel_begins_with_can_be_kept(world: World, kind: str) -> None:
    check_hours(kind, defaults(kind))
    assert create_channel(None, world.unit, kind, "Mới", world.clock.now()).priority == 1


def test_closures_audiences_priority_and_holidays_are_stored_as_entered(world: World) -> None:
    away = {"first": "2026-11-24", "last": "2026-11-25", "why": " Sửa máy "}
    hours = replace(defaults("facebook"), closures=[away], holidays=True, audiences={"women", "youth"}, priority=3)
    channel = stored(world, hours)
    assert channel.closures == [{"first": "2026-11-24", "last": "2026-11-25", "why": "Sửa máy"}]
    assert (channel.holidays, channel.audiences, channel.priority) == (True, ["youth", "women"], 3)


def test_a_session_that_says_nothing_is_stored_with_what_it_has_room_for(world: World) -> None:
    session = {"weekdays": [0], "start": "05:30", "end": "05:40"}
    window = {"weekdays": [0], "start": "07:00", "end": "09:00", "weight": 3, "items": 2}
    assert stored(world, replace(defaults("loudspeaker"), windows=[session]), "loudspeaker").windows == [
        {**session, "items": 2, "seconds": 600}
    ]
    assert stored(world, replace(defaults("facebook"), windows=[window])).windows == [
        {"weekdays": [0], "start": "07:00", "end": "09:00", "weight": 3}
    ]


SESSION = {"weekdays": [0], "start": "05:30", "end": "06:00"}
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a session that begins at night": (
        "loudspeaker", {"windows": [{**SESSION, "start": "04:30"}]}, "Buổi phát 04:30 bắt đầu trong giờ yên lặng",
    ),
    "a session without an item": ("loudspeaker", {"windows": [{**SESSION, "items": 0}]}, "từ 1 đến 10"),
    "more seconds than the session has": ("loudspeaker", {"windows": [{**SESSION, "seconds": 1801}]}, "không dài hơn"),
    "seconds too few for any message": ("loudspeaker", {"windows": [{**SESSION, "seconds": 29}]}, "từ 30 giây"),
    "a window without weight": (
        "facebook", {"windows": [{"weekdays": [0], "start": "07:00", "end": "09:00", "weight": 0}]}, "từ 1 đến 9",
    ),
    "a closure on no day": (
        "facebook", {"closures": [{"first": "2026-02-30", "last": "2026-03-01", "why": "Tết"}]}, "ngày có thật",
    ),
    "a closure that ends before it begins": (
        "facebook", {"closures": [{"first": "2026-03-02", "last": "2026-03-01", "why": "Tết"}]}, "bằng hoặc sau",
    ),
    "a closure without a reason": (
        "facebook", {"closures": [{"first": "2026-03-01", "last": "2026-03-01", "why": " "}]}, "vì sao kênh nghỉ",
    ),
    "an audience that is none": ("facebook", {"audiences": ["khach_quen"]}, "nhóm đối tượng không tồn tại"),
    "a priority beyond nine": ("facebook", {"priority": 10}, "ưu tiên của kênh phải từ 1 đến 9"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_hours_that_no_channel_can_keep_are_refused_with_a_sentence(world: World, wrong: str) -> None:
    kind, changes, sentence = WRONG[wrong]
    before = Channel.get_by_id(world.channels[kind].id)
    with pytest.raises(Problem, match=sentence):
        stored(world, replace(defaults(kind), **changes), kind)
    assert Channel.get_by_id(before.id).__data__ == before.__data__


def test_who_does_not_manage_the_channel_cannot_set_its_hours(world: World) -> None:
    with pytest.raises(NotAllowed):
        channel_admin.set_hours(
            world.people["editor"], world.channels["facebook"], defaults("facebook"), world.clock.now()
        )

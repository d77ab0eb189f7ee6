"""Planning again after a change: as little is moved as possible, and what is moved is said."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from campaign.planner.conduct import plan
from campaign.planner.values import Aim, Closure, Measure, Plan, PlanInput, Standing
from tests.campaign.planner.build import (
    WORKING_DAYS,
    aim,
    applied,
    calendar,
    changed,
    channel,
    day,
    library,
    local,
    message,
    plan_input,
    standing,
    station,
    wall,
)
from tests.campaign.planner.campaigns import campaigns
from tests.campaign.planner.reading import assert_legal

A_PAGE, A_STATION = plan_input(posts=10), plan_input(station(), posts=10)
both = pytest.mark.parametrize("what", [A_PAGE, A_STATION], ids=["page", "station"])


def posts(what: PlanInput) -> tuple[Standing, ...]:
    return what.channels[0].standing


def frozen(what: PlanInput, *keys: int) -> PlanInput:
    """The same campaign where posts can no longer be moved."""
    (rules,) = what.channels
    rows = tuple(replace(post, movable=post.movable and post.key not in keys) for post in rules.standing)
    return changed(what, standing=rows)


def without(what: PlanInput, *keys: int) -> PlanInput:
    """The same campaign where posts no longer count."""
    (rules,) = what.channels
    return changed(what, standing=tuple(post for post in rules.standing if post.key not in keys))


# ---------------------------------------------------------------- nothing changed


@both
def test_where_nothing_changed_nothing_moves_and_nothing_is_new(what: PlanInput) -> None:
    again = plan(applied(what, plan(what)))
    assert again.moves == 0 and again.slots == () and again.dropped == () and again.kept == 40


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(campaigns())
def test_whatever_the_campaign_a_plan_that_was_applied_is_left_alone_and_stays_legal(what: PlanInput) -> None:
    first = plan(what)
    now = applied(what, first)
    again = plan(now)
    assert_legal(now, again)
    assert again.moves == 0 or first.unmet


@both
def test_a_plan_that_is_planned_again_is_as_even_as_the_first(what: PlanInput) -> None:
    made = plan(what)
    assert plan(applied(what, made)).evenness == made.evenness


# ---------------------------------------------------------------- a message is withdrawn


@both
def test_only_the_posts_of_a_withdrawn_message_get_another_at_the_same_time(what: PlanInput) -> None:
    now = applied(what, plan(what))
    gone = posts(now)[7].message_id
    hit = {post.key: post.at for post in posts(now) if post.message_id == gone}
    again = plan(replace(now, candidates=tuple(row for row in now.candidates if row.id != gone)))
    assert {slot.replaces: slot.at for slot in again.slots} == hit
    assert all(slot.message_id != gone for slot in again.slots)
    assert again.moves == len(hit) and again.kept == 40 - len(hit) and again.dropped == ()


def test_posts_of_a_message_that_ends_sooner_get_another_only_after_its_end() -> None:
    now = applied(A_PAGE, plan(A_PAGE))
    early = tuple(message(row.id, row.pillar, last=day(13)) if row.id % 2 else row for row in now.candidates)
    hit = {post.key for post in posts(now) if post.message_id % 2 and wall(post.at).date() > day(13)}
    again = plan(replace(now, candidates=early))
    assert hit and {slot.replaces for slot in again.slots} == hit


def test_where_no_message_is_left_the_posts_are_dropped_and_it_is_said_why() -> None:
    now = applied(A_PAGE, plan(A_PAGE))
    again = plan(replace(now, candidates=()))
    assert len(again.dropped) == again.moves == 40 and again.kept == 0 and again.slots == ()
    assert again.dropped[0].reason == "Bỏ vì ngày 09/11 không còn thông điệp hợp kênh và còn hạn."
    assert again.unmet[0].rule == "messages"


def test_where_a_day_has_no_message_left_its_posts_move_to_one_that_has() -> None:
    what = plan_input(posts=7, candidates=tuple(message(n, "knowledge", last=day(19)) for n in range(1, 9)),
                      shares={"knowledge": 1}, ends_on=day(20), min_repeat_days=0)  # fmt: skip
    now = applied(what, plan(replace(what, candidates=tuple(message(n) for n in range(1, 9)))))
    hit = {post.key for post in posts(now) if wall(post.at).date() == day(20)}
    again = plan(now)
    assert {slot.replaces for slot in again.slots} == hit and len(hit) == 1
    assert max(wall(slot.at).date() for slot in again.slots) <= day(19)


# ---------------------------------------------------------------- a day is lost


def lost(what: PlanInput, number: int) -> PlanInput:
    return changed(what, closures=(Closure(day(number), day(number), "mất điện"),))


@both
def test_only_the_posts_of_a_lost_day_move(what: PlanInput) -> None:
    now = applied(what, plan(what))
    hit = {post.key: post for post in posts(now) if wall(post.at).date() == day(9)}
    again = plan(lost(now, 9))
    moved = {slot.replaces: slot for slot in again.slots}
    assert hit and set(moved) == set(hit) and again.moves == len(hit)
    assert again.dropped == ()
    assert all(abs(slot.at - hit[key].at) <= timedelta(days=4) for key, slot in moved.items())


def test_posts_that_move_keep_their_message_where_it_may_be_there_and_do_not_cross() -> None:
    rows = tuple(standing(n, local(day(9), 8 + 4 * n), n, pillar, movable=True)
                 for n, pillar in ((1, "knowledge"), (2, "prevention")))  # fmt: skip
    what = plan_input(channel(standing=rows), aims=())
    again = plan(lost(what, 9))
    first, second = again.slots
    assert (first.replaces, second.replaces) == (1, 2) and first.at < second.at
    assert (first.message_id, second.message_id) == (1, 2)
    assert first.reason == "Đổi giờ vì ngày 18/11 kênh nghỉ (mất điện); giữ nguyên thông điệp."


def test_a_post_that_finds_no_other_time_is_dropped_and_the_aim_says_so() -> None:
    what = plan_input(posts=21, min_repeat_days=0)
    now = applied(what, plan(what))
    again = plan(lost(now, 9))
    assert [post.reason for post in again.dropped] == ["Bỏ vì ngày 18/11 kênh nghỉ (mất điện)."] * 3
    assert again.slots == () and again.unmet[0].rule == "max_per_day"


# ---------------------------------------------------------------- the target moves


@both
def test_a_raised_target_only_adds(what: PlanInput) -> None:
    now = applied(what, plan(what))
    again = plan(replace(now, aims=(aim(14),)))
    assert again.moves == 0 and again.kept == 40
    assert len(again.slots) == 16 and all(slot.replaces is None for slot in again.slots)


@both
def test_a_lowered_target_drops_as_many_as_are_too_many_and_adds_none(what: PlanInput) -> None:
    now = applied(what, plan(what))
    again = plan(replace(now, aims=(aim(8),)))
    assert len(again.dropped) == again.moves == 8 and again.slots == () and again.kept == 32
    assert {post.reason for post in again.dropped} == {"Bỏ vì mục tiêu không cần nhiều bài như vậy."}


def test_posts_are_moved_only_where_the_others_would_not_fit_without() -> None:
    """Three posts of one day need 08:00, 14:00 and 20:00, or nearly so."""
    rows = (
        standing(1, local(day(0), 8), 1, movable=True),
        standing(2, local(day(0), 17), 2, "prevention", movable=True),
    )
    what = plan_input(
        channel(standing=rows, min_gap=timedelta(hours=6), max_per_day=3), ends_on=day(0), aims=(aim(14),)
    )
    assert plan(what).moves == 0  # two a day
    again = plan(replace(what, aims=(aim(21),)))
    assert again.moves == again.kept == 1 and len(again.slots) == 2


# ---------------------------------------------------------------- a broadcast is missed


@both
def test_a_missed_broadcast_is_made_up_for_by_exactly_one_new_post(what: PlanInput) -> None:
    now = applied(what, plan(what))
    gone = [post.key for post in posts(now) if post.at < local(day(6), 0)]
    again = plan(replace(without(frozen(now, *gone), gone[5]), not_before=local(day(6), 0)))
    assert len(again.slots) == 1 and again.moves == 0
    assert again.slots[0].at >= local(day(6), 0) and again.slots[0].replaces is None


def test_a_missed_broadcast_of_an_aim_in_minutes_is_made_up_for_by_its_minutes() -> None:
    what = plan_input(station(), candidates=library(seconds=90), aims=(Aim((1,), Measure.MINUTES, 9),))
    now = applied(what, plan(what))
    gone = [post.key for post in posts(now) if post.at < local(day(10), 0)]
    again = plan(replace(without(frozen(now, *gone), gone[5]), not_before=local(day(10), 0)))
    assert [slot.seconds for slot in again.slots] == [90] and again.moves == 0


# ---------------------------------------------------------------- what may not be moved


def everything_changed(now: PlanInput) -> PlanInput:
    """A lost week, a message gone, narrower hours and a smaller target at once."""
    rules = now.channels[0]
    narrow = {"sessions": rules.sessions[:1]} if rules.sessions else {
        "windows": (replace(rules.windows[0], weekdays=WORKING_DAYS, end=wall(local(day(0), 12)).time()),)
    }  # fmt: skip
    closed = (Closure(day(7), day(13), "mất điện"),)
    return replace(changed(now, closures=closed, **narrow), aims=(aim(6),), candidates=now.candidates[3:])


@both
def test_a_frozen_post_is_never_moved_whatever_changes(what: PlanInput) -> None:
    now = applied(what, plan(what))
    keys = [post.key for post in posts(now)][::4]
    again = everything_changed(frozen(now, *keys))
    made = plan(again)
    touched = {slot.replaces for slot in made.slots} | {post.key for post in made.dropped}
    assert not touched & set(keys)
    assert made.moves > 0 and made.kept + made.moves == 40 - len(keys)
    stays = {post.key: post for post in calendar(again, made, 1)}
    assert all(stays[key] == post for post in posts(again) if (key := post.key) in keys)


def test_what_was_moved_is_not_moved_back() -> None:
    now = applied(A_PAGE, plan(A_PAGE))
    closed = lost(now, 9)
    moved = applied(closed, plan(closed))
    assert plan(moved).moves == 0
    assert plan(changed(moved, closures=())).moves == 0


def total(made: Plan) -> int:
    return made.kept + len(made.slots)


def test_the_number_of_moves_counts_moved_reworded_and_dropped_posts() -> None:
    now = applied(A_PAGE, plan(A_PAGE))
    gone = posts(now)[0].message_id
    smaller = replace(lost(now, 9), aims=(aim(9),), candidates=tuple(r for r in now.candidates if r.id != gone))
    made = plan(smaller)
    assert total(made) == 36
    assert made.moves == len(made.dropped) + Counter(slot.replaces is not None for slot in made.slots)[True] >= 4

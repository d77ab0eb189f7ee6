"""Any plan of any campaign: hard limits always kept, nothing silent, one input one plan."""

import json
import os
import random
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from math import ceil, sqrt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.planner.conduct import plan
from campaign.planner.mix import apportion
from campaign.planner.values import (
    RELAXATIONS,
    Aim,
    ChannelRules,
    Closure,
    Exposures,
    Measure,
    Peak,
    Plan,
    PlanInput,
    Window,
)
from content.taxonomy import AUDIENCES
from tests.campaign.planner.build import (
    EVERY_DAY,
    LAST,
    SHARES,
    aim,
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
from tests.campaign.planner.reading import (
    assert_apart,
    assert_new_texts,
    assert_open,
    assert_usable,
    assert_within_days,
    assert_within_sessions,
    beside_their_like,
    counts,
    is_open,
    posts,
    too_soon,
    within,
)

some = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


# ---------------------------------------------------------------- what no plan may break


@some
@given(campaigns())
def test_no_slot_is_in_quiet_hours_closed_days_or_outside_dates_windows_and_sessions(what: PlanInput) -> None:
    assert_open(what, plan(what))


@some
@given(campaigns())
def test_every_new_post_keeps_the_gap_to_every_other_post_whoever_made_it(what: PlanInput) -> None:
    assert_apart(what, plan(what))


@some
@given(campaigns())
def test_no_day_takes_more_posts_than_its_limit(what: PlanInput) -> None:
    assert_within_days(what, plan(what))


@some
@given(campaigns())
def test_no_session_takes_more_items_or_seconds_than_it_has(what: PlanInput) -> None:
    assert_within_sessions(what, plan(what))


@some
@given(campaigns())
def test_every_message_is_usable_on_its_channel_that_day(what: PlanInput) -> None:
    assert_usable(what, plan(what))


@some
@given(campaigns())
def test_the_same_text_never_comes_twice_running(what: PlanInput) -> None:
    assert_new_texts(what, plan(what))


@some
@given(campaigns())
def test_frozen_posts_are_never_touched_and_every_movable_one_is_accounted_for_once(what: PlanInput) -> None:
    made = plan(what)
    movable = [post.key for rules in what.channels for post in rules.standing if post.movable]
    touched = [post.key for post in made.dropped] + [slot.replaces for slot in made.slots if slot.replaces is not None]
    assert set(touched) <= set(movable) and len(touched) == len(set(touched)) == made.moves
    assert made.kept + made.moves == len(movable)


# ---------------------------------------------------------------- what is asked for, and what is said where it fails


@some
@given(campaigns())
def test_every_aim_that_is_not_met_is_explained_once_and_no_other(what: PlanInput) -> None:
    made = plan(what)
    rules = {row.id: row for row in what.channels}
    short = []
    for each in what.aims:
        rows = [row for key in each.channels for row in within(what, posts(what, made, rules[key]))]
        carried = sum(row.seconds for row in rows) if each.measure == Measure.MINUTES else len(rows)
        unit = 60 if each.measure == Measure.MINUTES else 1
        wanted = ceil(each.weekly * what.weeks * unit)
        if carried < wanted:
            short.append((each.measure, tuple(sorted(each.channels)), wanted / unit, carried / unit))
    named = [unmet for unmet in made.unmet if unmet.aim in list(Measure)]
    assert sorted((u.aim, u.channels, u.wanted, u.planned) for u in named) == sorted(short)


@some
@given(campaigns())
def test_pillars_have_their_webster_counts_above_their_floors_or_it_is_said_which_lacks_how_many(
    what: PlanInput,
) -> None:
    made = plan(what)
    shares = {pillar: share for pillar, share in what.shares.items() if share > 0}
    said = counts(what, made)
    empty = sum(int(unmet.wanted - unmet.planned) for unmet in made.unmet if unmet.aim == "slot")
    total = sum(said[pillar] for pillar in shares) + empty
    stood = Counter(
        row.pillar
        for rules in what.channels
        for row in within(what, posts(what, made, rules))
        if row.key is not None or row.is_moved
    )
    floors = {pillar: max(stood[pillar], what.floors.get(pillar, 0)) for pillar in shares}
    if sum(floors.values()) <= total:
        targets = apportion(shares, total, floors)
    else:
        targets = dict(made.targets)
        assert all(stood[pillar] <= target <= floors[pillar] for pillar, target in targets.items())
    assert made.targets == targets and sum(targets.values()) == total
    lacking = sorted((t, said[pillar]) for pillar, t in targets.items() if said[pillar] < t)
    assert sorted((u.wanted, u.planned) for u in made.unmet if u.aim == "share" and u.rule == "messages") == lacking
    if not lacking:
        assert {pillar: said[pillar] for pillar in shares} == targets


@some
@given(campaigns())
def test_every_floor_is_kept_or_it_is_said_that_it_is_not(what: PlanInput) -> None:
    made = plan(what)
    said = counts(what, made)
    lacking = [pillar for pillar, floor in what.floors.items() if what.shares.get(pillar) and said[pillar] < floor]
    assert not lacking or any(unmet.aim == "share" for unmet in made.unmet)


@some
@given(campaigns())
def test_every_audience_that_meets_a_message_too_seldom_is_named(what: PlanInput) -> None:
    made = plan(what)
    known = {row.id for row in what.candidates}
    met: dict[object, Counter[int]] = {}
    for rules in what.channels:
        for audience in rules.audiences or {rules.id}:
            rows = within(what, posts(what, made, rules))
            met.setdefault(audience, Counter()).update(row.message_id for row in rows)
    seldom = {
        audience: [times for said, times in count.items() if said in known and times < what.exposures.least]
        for audience, count in met.items()
    }
    named = [(u.wanted, u.planned) for u in made.unmet if u.aim == "exposures"]
    assert sorted(named) == sorted((what.exposures.least, min(times)) for times in seldom.values() if times)


@some
@given(campaigns())
def test_every_rule_that_gives_way_is_listed_with_its_slot_and_no_other(what: PlanInput) -> None:
    made = plan(what)
    listed = {rule: {(r.channel_id, r.at) for r in made.relaxed if r.rule == rule} for rule in RELAXATIONS}
    assert {r.rule for r in made.relaxed} <= set(RELAXATIONS)
    assert listed["rest"] == set(too_soon(what, made))
    assert listed["pillar"] == set(beside_their_like(what, made))
    slots = {(slot.channel_id, slot.at): slot for slot in made.slots}
    for row in made.relaxed:
        reason = slots[row.channel_id, row.at].reason
        assert row.sentence[1:-1] in reason


@some
@given(campaigns())
def test_every_sentence_is_whole_composed_vietnamese(what: PlanInput) -> None:
    made = plan(what)
    sentences = [
        *(slot.reason for slot in made.slots),
        *(post.reason for post in made.dropped),
        *(row.sentence for row in made.relaxed),
        *(unmet.sentence for unmet in made.unmet),
    ]
    for sentence in sentences:
        assert sentence == unicodedata.normalize("NFC", sentence)
        assert not sentence[0].islower() and sentence.endswith(".") and not sentence.endswith("..")
        assert sentence == " ".join(sentence.split()) and not {"None", "inf", "nan"} & set(sentence.split())
        assert ". " not in sentence and "{" not in sentence


# ---------------------------------------------------------------- one input, one plan


@some
@given(campaigns(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(what: PlanInput, chance: random.Random) -> None:
    def shuffled(items: Sequence) -> tuple:
        return tuple(chance.sample(items, len(items)))

    def mixed(rules: ChannelRules) -> ChannelRules:
        return replace(
            rules,
            windows=shuffled(rules.windows),
            sessions=shuffled(rules.sessions),
            closures=shuffled(rules.closures),
            standing=shuffled(rules.standing),
        )

    other = replace(
        what,
        channels=shuffled([mixed(rules) for rules in what.channels]),
        candidates=shuffled(what.candidates),
        shares=dict(shuffled(list(what.shares.items()))),
        floors=dict(shuffled(list(what.floors.items()))),
        aims=shuffled([replace(each, channels=shuffled(each.channels)) for each in what.aims]),
        peaks=shuffled(what.peaks),
    )
    assert json.dumps(plan(other).document(), sort_keys=True) == json.dumps(plan(what).document(), sort_keys=True)


def a_campaign() -> PlanInput:
    """With a bit of everything that could depend on the order of a set."""
    page = channel(1, closures=(Closure(day(3), day(4), "mất điện"),), audiences=frozenset({"youth", "everyone"}))
    spoken = station(2, standing=(standing(1, local(day(0), 17), movable=True, seconds=60),))
    return plan_input(
        page, spoken, channel(3, audiences=frozenset(AUDIENCES)), posts=10, peaks=(Peak(day(20), day(23), 2),)
    )


def fingerprint() -> str:
    return plan(a_campaign()).fingerprint


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_hash_seed_of_python_does_not_change_the_plan(seed: str) -> None:
    code = f"import {__name__} as here; print(here.fingerprint())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == fingerprint()


@pytest.mark.parametrize("exact", [True, False])
def test_planning_twice_gives_the_same_bytes(exact: bool) -> None:
    what = replace(a_campaign(), exact=exact)
    assert json.dumps(plan(what).document()) == json.dumps(plan(what).document())


@some
@given(campaigns())
def test_the_document_is_json_that_says_all_and_comes_back_unchanged(what: PlanInput) -> None:
    made = plan(what)
    document = made.document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert set(document) == {"slots", "dropped", "relaxed", "unmet", "targets", "kept", "moves", "evenness"}
    assert [datetime.fromisoformat(slot["at"]) for slot in document["slots"]] == [slot.at for slot in made.slots]
    order = [(slot["at"], slot["channel_id"]) for slot in document["slots"]]
    assert order == sorted(order)


def test_any_change_of_a_plan_changes_its_fingerprint() -> None:
    made = plan(plan_input(posts=5))
    slot = made.slots[2]
    changes = (
        replace(slot, channel_id=slot.channel_id + 1),
        replace(slot, at=slot.at + timedelta(minutes=1)),
        replace(slot, message_id=slot.message_id + 1),
        replace(slot, pillar=slot.pillar + "x"),
        replace(slot, wording=slot.wording + 1),
        replace(slot, reason=slot.reason + " "),
        replace(slot, replaces=7),
    )
    others = {replace(made, slots=(*made.slots[:2], other, *made.slots[3:])).fingerprint for other in changes}
    others |= {replace(made, slots=made.slots[1:]).fingerprint, replace(made, kept=1).fingerprint}
    assert len(others) == len(changes) + 2 and made.fingerprint not in others


# ---------------------------------------------------------------- as many as there can be


def true_capacity(what: PlanInput, rules: ChannelRules) -> int:
    """The most posts that fit, trying every predecessor of every instant: best[i, c] ends with i, c-th of its day."""
    step, begin = timedelta(minutes=what.slot_minutes), local(what.starts_on, 0)
    count = int((what.ends_on - what.starts_on + timedelta(days=1)) / step)
    instants = [
        at
        for at in (begin + number * step for number in range(count))
        if is_open(what, rules, at)
        and any(row.fit(rules.id, wall(at).date()) for row in what.candidates if what.shares.get(row.pillar))
        and all(abs(at - post.at) >= rules.min_gap and at != post.at for post in rules.standing)
    ]
    booked = Counter(wall(post.at).date() for post in rules.standing)
    best: dict[tuple[int, int], int] = {}
    for late, at in enumerate(instants):
        limit = rules.max_per_day - booked[wall(at).date()]
        if limit >= 1:
            best[late, 1] = 1
        for (early, number), row in list(best.items()):
            if early == late or at - instants[early] < rules.min_gap:
                continue
            that_day = number + 1 if wall(instants[early]).date() == wall(at).date() else 1
            if that_day <= limit:
                best[late, that_day] = max(best.get((late, that_day), 0), row + 1)
    return max(best.values(), default=0)


@settings(some, max_examples=60)
@given(campaigns())
def test_as_many_posts_are_planned_as_the_limits_allow(what: PlanInput) -> None:
    pages = [rules for rules in what.channels if rules.windows]
    frozen = [
        replace(rules, standing=tuple(replace(post, movable=False, own=False) for post in rules.standing))
        for rules in pages
    ]
    bare = replace(what, channels=tuple(frozen), aims=tuple(aim(35, rules.id) for rules in frozen))
    made = plan(bare)
    planned = Counter(slot.channel_id for slot in made.slots)
    empty = {unmet.channels[0]: int(unmet.wanted - unmet.planned) for unmet in made.unmet if unmet.aim == "slot"}
    for rules in frozen:
        room = true_capacity(bare, rules)
        assert planned[rules.id] + empty.get(rules.id, 0) == min(room, ceil(35 * bare.weeks))


# ---------------------------------------------------------------- looked at by eye


def unevenness(what: PlanInput, made: Plan, rules: ChannelRules) -> float:
    """Root mean square of the gaps' relative deviation from their mean, in open time."""
    step, start = timedelta(minutes=what.slot_minutes), local(what.starts_on, 0)
    steps = int((what.ends_on - what.starts_on + timedelta(days=1)) / step)
    opened = [is_open(what, rules, start + number * step) for number in range(steps)]
    places = [sum(opened[: int((post.at - start) / step)]) for post in posts(what, made, rules)]
    gaps = [b - a for a, b in pairwise(places)]
    mean = sum(gaps) / len(gaps)
    return sqrt(sum((gap / mean - 1) ** 2 for gap in gaps) / len(gaps))


@pytest.mark.parametrize("per_week", [2, 5, 10, 14, 18, 21])
def test_where_nothing_stands_in_the_way_gaps_deviate_by_less_than_a_slot(per_week: int) -> None:
    what = plan_input(posts=per_week)
    made = plan(what)
    assert len(made.slots) == 4 * per_week and not made.dropped
    a_slot = 4 * per_week / (28 * 14 * 4)
    assert unevenness(what, made, what.channels[0]) <= a_slot
    assert made.evenness[1] <= a_slot


def test_the_first_and_the_last_post_have_half_a_gap_to_the_ends() -> None:
    slots = plan(plan_input(posts=7)).slots  # one a day: a gap is the fourteen hours of a day
    assert wall(slots[0].at).time() == wall(slots[-1].at).time() == time(14)


@pytest.mark.parametrize("days", [(3, 9, 17, 25), (0, 1, 2, 3), (27,), (4, 4, 20), (0, 14, 27), (11, 12, 24, 25)])
def test_posts_spread_evenly_around_frozen_ones_and_leave_them_alone(days: tuple[int, ...]) -> None:
    frozen = tuple(standing(n, local(day(number), 9 + n), message_id=99) for n, number in enumerate(days))
    what = plan_input(channel(standing=frozen), posts=13)
    made = plan(what)
    assert len(made.slots) + len(frozen) == 52 and made.moves == 0
    assert unevenness(what, made, what.channels[0]) <= 0.2


def test_a_short_day_passes_its_surplus_on_instead_of_crowding_its_neighbours() -> None:
    weekend, weekdays = Window(frozenset({5, 6}), time(8), time(9)), Window(frozenset(range(5)), time(7), time(21))
    made = plan(plan_input(channel(windows=(weekend, weekdays), max_per_day=2), posts=12))
    assert len(made.slots) == 48
    on = Counter(wall(slot.at).date() for slot in made.slots)
    assert all(on[each] == (1 if each.weekday() >= 5 else 2) for each in on)
    same_day = [b.at - a.at for a, b in pairwise(made.slots) if wall(a.at).date() == wall(b.at).date()]
    assert min(same_day) >= timedelta(hours=6)


def test_two_bulletins_a_day_are_filled_in_turn() -> None:
    bulletins = (Window(EVERY_DAY, time(6), time(6, 30)), Window(EVERY_DAY, time(17), time(17, 30)))
    made = plan(plan_input(channel(windows=bulletins), posts=14))
    assert [wall(slot.at).hour for slot in made.slots] == [6, 17] * 28


def test_a_peak_of_twice_the_density_has_twice_the_posts() -> None:
    made = plan(plan_input(posts=8, peaks=(Peak(day(14), day(17), 2, "1/12"),)))
    on = Counter(day(14) <= wall(slot.at).date() <= day(17) for slot in made.slots)
    assert on == {True: 8, False: 24}
    assert sum("đợt cao điểm “1/12”" in slot.reason for slot in made.slots) == 8


def test_the_items_of_a_session_follow_each_other_on_whole_minutes() -> None:
    made = plan(plan_input(station(items=2, seconds=300), posts=20, candidates=library(seconds=100)))
    assert len(made.slots) == 80
    assert {f"{wall(slot.at):%H:%M:%S}" for slot in made.slots} == {"05:30:00", "05:33:00", "17:00:00", "17:03:00"}


def test_a_month_uses_every_pillar_by_its_share_and_never_twice_running() -> None:
    slots = plan(plan_input(posts=15)).slots
    assert Counter(slot.pillar for slot in slots) == {
        "knowledge": 15, "prevention": 15, "stigma": 15, "policy": 9, "examples": 6,
    }  # fmt: skip
    assert all(a.pillar != b.pillar for a, b in pairwise(slots))


def test_a_pillar_without_a_message_yet_gives_its_turn_away_and_gets_it_back() -> None:
    late = tuple(message(row.id, row.pillar, first=day(10) if row.pillar == "policy" else day(0)) for row in library())
    made = plan(plan_input(posts=15, candidates=late))
    policy = [wall(slot.at).date() for slot in made.slots if slot.pillar == "policy"]
    assert len(policy) == 9 and min(policy) >= day(10)
    assert made.relaxed == ()


def test_a_floor_lifts_a_pillar_above_its_share() -> None:
    made = plan(plan_input(posts=5, floors={"examples": 6}))
    assert Counter(slot.pillar for slot in made.slots)["examples"] == 6


# ---------------------------------------------------------------- aims


def test_a_group_shares_its_aim_by_priority() -> None:
    what = plan_input(channel(1, priority=3), channel(2), aims=(aim(8, 1, 2),))
    assert Counter(slot.channel_id for slot in plan(what).slots) == {1: 24, 2: 8}


def test_what_a_channel_of_a_group_cannot_carry_goes_to_the_others() -> None:
    narrow = channel(1, windows=(Window(frozenset({0}), time(8), time(9)),))
    what = plan_input(narrow, channel(2), aims=(aim(8, 1, 2),))
    assert Counter(slot.channel_id for slot in plan(what).slots) == {1: 4, 2: 28}


def test_an_aim_in_minutes_is_met_by_the_fewest_posts_that_last_so_long() -> None:
    what = plan_input(station(), candidates=library(seconds=90), aims=(Aim((1,), Measure.MINUTES, 10),))
    made = plan(what)
    assert len(made.slots) == 27  # 40 minutes: 26 posts are 39
    assert not [unmet for unmet in made.unmet if unmet.aim == "minutes"]


def test_messages_of_different_lengths_still_meet_an_aim_in_minutes() -> None:
    pool = tuple(message(row.id, row.pillar, seconds=40 + 13 * (row.id % 7)) for row in library())
    what = plan_input(station(), candidates=pool, aims=(Aim((1,), Measure.MINUTES, 12),))
    made = plan(what)
    carried = sum(slot.seconds for slot in made.slots)
    assert 48 * 60 <= carried <= 52 * 60


def test_a_raised_aim_counts_over_its_baseline() -> None:
    what = plan_input(aims=(Aim((1,), raise_percent=50, baseline=5),))
    assert len(plan(what).slots) == 30


def test_a_part_of_a_post_is_a_post() -> None:
    assert len(plan(plan_input(aims=(aim(2.1),))).slots) == 9


def test_a_campaign_set_up_late_does_not_cram_what_it_could_never_have_sent() -> None:
    made = plan(plan_input(posts=7, counts_from=day(14), not_before=local(day(14), 0)))
    assert Counter(wall(slot.at).date() for slot in made.slots) == {day(14 + n): 1 for n in range(14)}


def test_own_posts_count_for_the_aim_and_those_of_other_campaigns_do_not() -> None:
    own, foreign = standing(1, local(day(3), 9)), standing(2, local(day(9), 9), own=False)
    assert len(plan(plan_input(channel(standing=(own,)), posts=7)).slots) == 27
    assert len(plan(plan_input(channel(standing=(foreign,)), posts=7)).slots) == 28


def test_a_channel_without_an_aim_keeps_what_it_has() -> None:
    rows = (standing(1, local(day(3), 9), movable=True), standing(2, local(day(5), 9), 2, "prevention", movable=True))
    made = plan(plan_input(channel(standing=rows), aims=()))
    assert made.kept == 2 and made.slots == () and made.dropped == ()


def test_nothing_is_planned_before_the_instant_given() -> None:
    made = plan(plan_input(posts=7, not_before=local(LAST, 9)))
    assert made.slots[0].at >= local(LAST, 9) and len(made.slots) == 3


def test_a_channel_does_not_change_the_times_of_another() -> None:
    alone = plan(plan_input(channel(1))).slots
    both = plan(plan_input(channel(1), channel(2))).slots
    assert [slot.at for slot in alone] == [slot.at for slot in both if slot.channel_id == 1]


# ---------------------------------------------------------------- what no plan can be made from


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": day(-1)}, "Ngày kết thúc phải bằng hoặc sau ngày bắt đầu."),
        ({"slot_minutes": 0}, "Bước khung giờ phải từ 1 phút trở lên."),
        ({"not_before": datetime(2026, 11, 1)}, "Mọi thời điểm phải kèm múi giờ."),  # noqa: DTZ001 (the fault itself)
        ({"shares": {"stigma": -1, "policy": 1}}, "Tỷ lệ của trụ cột không được âm."),
        ({"shares": {"stigma": 0}}, "Cần ít nhất một trụ cột có tỷ lệ lớn hơn 0."),
        ({"channels": (channel(1), channel(1))}, "Mỗi kênh chỉ được khai báo một lần."),
        ({"candidates": (message(1),) * 2}, "Mỗi thông điệp chỉ được khai báo một lần."),
        ({"aims": (aim(1), aim(2))}, "Mỗi kênh chỉ thuộc một mục tiêu."),
        ({"aims": (aim(1, 9),)}, "Mục tiêu phải thuộc về một kênh của chiến dịch."),
        ({"aims": (aim(-1),)}, "Mục tiêu không được âm."),
        ({"aims": (Aim((1,), raise_percent=10),)}, "Mục tiêu tăng so với trước cần số liệu của kỳ gốc."),
        ({"peaks": (Peak(day(0), day(1), 0),)}, "Hệ số cao điểm phải lớn hơn 0."),
        ({"exposures": Exposures(3, 2)}, "Số lần tiếp xúc ít nhất phải từ 1 và không quá số nhiều nhất."),
        (
            {"channels": (station(windows=channel().windows),)},
            "Một kênh có khung giờ hoặc có buổi phát, không có cả hai.",
        ),
    ],
)
def test_an_input_that_makes_no_sense_is_refused_in_one_sentence(changes: dict, sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:
        plan_input(**changes)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(("length", "rest"), [(7, 2), (28, 5), (42, 7), (365, 14)])
def test_the_days_of_rest_grow_with_the_campaign(length: int, rest: int) -> None:
    assert plan_input(ends_on=day(length - 1)).rest == rest
    assert plan_input(ends_on=day(length - 1), min_repeat_days=1).rest == 1


def test_shares_are_percentages_or_parts_alike() -> None:
    parts = {pillar: round(100 * share) for pillar, share in SHARES.items()}
    assert plan(plan_input(shares=parts)) == plan(plan_input())

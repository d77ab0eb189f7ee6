"""The most even times on a track: always legal, as few kept posts left out as can be, then as even as can be."""

import os
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate, combinations, pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.planner.spread import capacity, cost, evenness, spread
from campaign.planner.track import Track, lay
from campaign.planner.values import ChannelRules, PlanInput, Session, Standing
from tests.campaign.planner.instances import SEEDS, Instance, instance, instances
from tests.campaign.planner.optimum import prove, stored

SOME_TIME = datetime(2026, 11, 9, tzinfo=UTC)
PROVEN_ANEW = (0, 1, 5, 10, 11)


def line(
    steps: Sequence[int], gap: int = 1, per_day: int = 99, day: int = 1000, standing: Mapping[int, bool] | None = None
) -> Track:
    """A track with a place an instant, a step of position after each, `day` instants a day; `standing` says of places
    whether the post there is movable."""
    size = len(steps)
    instants = list(range(size))
    edges = list(accumulate(steps, initial=0))
    posts = {
        place: Standing(place, SOME_TIME, 1, "knowledge", movable=free) for place, free in (standing or {}).items()
    }
    frozen = Counter(place // day for place, post in posts.items() if not post.movable)
    return Track(
        instants=instants,
        positions=edges[:-1],
        total=edges[-1],
        days=[instant // day for instant in instants],
        after=[bisect_left(instants, instant + gap) for instant in instants],
        room=[max(0, per_day - frozen[instant // day]) for instant in instants],
        sessions=[-1] * size,
        standing=posts,
    )


def own(track: Track, chosen: Sequence[int]) -> list[int]:
    """All posts of the campaign: the chosen ones and the fixed ones."""
    return sorted([*chosen, *track.fixed])


def is_legal(track: Track, places: Sequence[int]) -> bool:
    """What the limits say of all posts of the campaign."""
    fixed = set(track.fixed)
    apart = all(there >= track.after[here] or {here, there} <= fixed for here, there in pairwise(places))
    used = Counter(track.days[place] for place in places if place not in fixed)
    return apart and all(used[track.days[place]] <= track.room[place] for place in places if place not in fixed)


def squares(track: Track, places: Sequence[int]) -> int:
    """The squared deviations, as 2n times as long as those of `cost`."""
    twice, total = 2 * len(places), track.total
    at = [track.positions[place] for place in places]
    ends = [twice * at[0] - total, twice * (total - at[-1]) - total]
    return sum(miss**2 for miss in [*ends, *(twice * (b - a) - 2 * total for a, b in pairwise(at))])


def choices(track: Track, posts: int) -> list[list[int]]:
    """Every legal choice of so many posts beside the fixed ones; all own posts of each."""
    free = [place for place in range(len(track.positions)) if place not in track.fixed]
    every = (own(track, chosen) for chosen in combinations(free, posts))
    return [places for places in every if is_legal(track, places)]


def best(track: Track, posts: int) -> list[int]:
    """What the specification says, word by word."""

    def rank(places: list[int]) -> tuple[int, int, int, list[int]]:
        left_out = len(set(track.kept) - set(places))
        return left_out, cost(track, places), squares(track, places), places[::-1]

    return min(choices(track, posts), key=rank)


@st.composite
def tracks(draw: st.DrawFn, longest: int = 11, kept: bool = True) -> Track:
    """Small tracks of all kinds: steps of nothing, days overfull by what stands there, fixed posts too near."""
    size = draw(st.integers(0, longest))
    kinds = {place: draw(st.sampled_from([None, None, None, False, *([True] * 2 * kept)])) for place in range(size)}
    return line(
        draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)),
        gap=draw(st.integers(1, 4)),
        per_day=draw(st.integers(1, 4)),
        day=draw(st.integers(1, 6)),
        standing={place: movable for place, movable in kinds.items() if movable is not None},
    )


# ---------------------------------------------------------------- the optimum, tiny


@settings(max_examples=400, deadline=None)
@given(tracks(), st.data())
def test_the_choice_is_the_best_of_all_there_are(track: Track, data: st.DataObject) -> None:
    posts = data.draw(st.integers(min(1, capacity(track)), capacity(track)))
    chosen = spread(track, posts)
    if own(track, chosen):
        assert own(track, chosen) == best(track, posts)


@settings(max_examples=100, deadline=None)
@given(tracks(longest=9))
def test_the_capacity_is_the_most_posts_there_are(track: Track) -> None:
    free = len(track.positions) - len(track.fixed)
    assert capacity(track) == max(posts for posts in range(free + 1) if choices(track, posts))


def test_among_equals_the_least_squares_win() -> None:
    track = line([1] * 24, standing={3: False, 13: False, 21: False})  # four posts: 6 apart, 3 from the ends
    assert len({cost(track, own(track, [place])) for place in (7, 8, 9)}) == 1
    assert spread(track, 1) == [8]


def test_among_those_the_earliest_wins() -> None:
    track = line([1] * 24, standing={3: False, 12: False, 21: False})
    assert squares(track, own(track, [7])) == squares(track, own(track, [8]))
    assert spread(track, 1) == [7]


def test_of_places_with_nothing_between_them_the_earliest_is_taken() -> None:
    assert spread(line([2, 0, 0, 2]), 1) == [1]


@pytest.mark.parametrize("seed", range(0, 200, 40))
def test_large_weights_change_nothing(seed: int) -> None:
    track, posts = instance(seed).track, instance(seed).posts
    scale = 10**9 // track.total
    heavy = replace(track, positions=[scale * at for at in track.positions], total=scale * track.total)
    assert spread(heavy, posts) == spread(track, posts)


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("exact", [True, False])
@settings(max_examples=150, deadline=None)
@given(track=tracks(longest=60), data=st.data())
def test_as_many_posts_as_asked_for_all_legal_beside_the_fixed_ones(
    exact: bool, track: Track, data: st.DataObject
) -> None:
    posts = data.draw(st.integers(0, capacity(track)))
    chosen = spread(track, posts, exact=exact)
    assert len(chosen) == len(set(chosen)) == posts
    assert chosen == sorted(chosen)
    assert not set(chosen) & set(track.fixed)
    assert is_legal(track, own(track, chosen))


@pytest.mark.parametrize("posts", [-1, 4])
def test_more_than_the_capacity_or_less_than_nothing_is_refused(posts: int) -> None:
    track = line([1] * 9, per_day=3)
    assert capacity(track) == 3
    with pytest.raises(ValueError, match=f"a track for 3 posts cannot take {posts}"):
        spread(track, posts)


def test_without_places_there_is_nothing_to_spread() -> None:
    track = line([])
    assert capacity(track) == 0
    assert spread(track, 0) == []
    assert evenness(track, []) == 0


def test_one_post_is_in_the_middle() -> None:
    assert spread(line([1] * 60), 1) == [30]


def test_a_stretch_that_weighs_double_has_twice_the_posts() -> None:
    track = line([1] * 60 + [2] * 30)
    assert spread(track, 6) == [10, 30, 50, 65, 75, 85]
    assert evenness(track, spread(track, 6)) == 0


def test_where_nothing_weighs_anything_posts_still_find_places() -> None:
    track = line([0] * 6, gap=2)
    assert is_legal(track, spread(track, 3))
    assert evenness(track, spread(track, 3)) == 0


def test_a_month_of_two_posts_a_day_is_perfectly_even() -> None:
    track = line([1] * 1800, gap=6, per_day=3, day=60)
    assert spread(track, 60) == spread(track, 60, exact=False) == list(range(15, 1800, 30))


def test_a_quarter_of_five_posts_a_day_is_solved_as_well() -> None:
    track = line([1] * 5400, gap=6, per_day=5, day=60)
    chosen = spread(track, 440)
    assert is_legal(track, chosen)
    assert cost(track, chosen) <= cost(track, spread(track, 440, exact=False))


def test_fixed_posts_stand_as_they_stand_even_too_near_and_beyond_the_day_limit() -> None:
    track = line([1] * 12, gap=3, per_day=2, day=6, standing={0: False, 1: False, 2: False})
    assert spread(track, 2) == best(track, 2)[3:]
    assert all(place >= 6 for place in spread(track, 2))


def test_evenness_is_the_cost_per_post_as_a_share_of_the_target_gap() -> None:
    track = line([1] * 20)
    assert evenness(track, [5, 15]) == 0
    assert evenness(track, [5, 10]) == pytest.approx((5 + 5) / 10 / 2)  # a gap of 5 and an end of 10 miss by 5 each


@pytest.mark.parametrize("posts", [2, 3, 4, 6])
def test_items_of_a_session_follow_each_other(posts: int) -> None:
    track = stations()
    assert capacity(track) == 6
    assert own(track, spread(track, posts)) == best(track, posts)


def stations() -> Track:
    """Three days with one session of two items each."""
    station = ChannelRules(
        id=1,
        name="Đài xã",
        kind="loudspeaker",
        quiet=(time(22), time(5)),
        min_gap=timedelta(hours=3),
        max_per_day=4,
        sessions=(Session(frozenset(range(7)), time(17), items=2, seconds=900),),
    )
    what = PlanInput(
        starts_on=SOME_TIME.date(),
        ends_on=SOME_TIME.date() + timedelta(days=2),
        not_before=SOME_TIME,
        channels=(station,),
        candidates=(),
        shares={"knowledge": 1},
        aims=(),
    )
    return lay(what, station)


# ---------------------------------------------------------------- kept posts


def test_kept_posts_stay_and_the_others_fit_in() -> None:
    track = line([1] * 40, standing={4: True, 16: True})
    assert spread(track, 4) == [4, 16, 25, 35]


def test_where_fewer_are_wanted_nothing_is_new_and_the_most_even_ones_stay() -> None:
    track = line([1] * 40, standing=dict.fromkeys((1, 10, 19, 20, 30, 39), True))
    assert spread(track, 2) == [10, 30]


def test_of_kept_posts_that_no_longer_agree_as_many_stay_as_can() -> None:
    track = line([1] * 20, gap=5, standing={4: True, 8: True, 12: True})
    assert {4, 12} <= set(spread(track, 3))


def test_a_kept_post_gives_way_where_the_posts_would_not_fit_beside_it() -> None:
    track = line([1] * 7, gap=3, standing={1: True})
    assert spread(track, 2) == [1, 5]
    assert spread(track, 3) == [0, 3, 6]


@settings(max_examples=100, deadline=None)
@given(track=tracks(longest=40), data=st.data())
def test_no_kept_post_is_left_out_without_need_in_haste_either(track: Track, data: st.DataObject) -> None:
    posts = data.draw(st.integers(0, capacity(track)))
    chosen = spread(track, posts, exact=False)
    left_out = set(track.kept) - set(chosen)
    new = set(chosen) - set(track.kept)
    swapped = [sorted({*chosen, place} - {other}) for place in left_out for other in new]
    assert not any(is_legal(track, own(track, places)) for places in swapped)


# ---------------------------------------------------------------- the same everywhere


def test_the_answer_is_the_same_in_every_process() -> None:
    program = (
        "from campaign.planner.spread import spread; from tests.campaign.planner.instances import instance;"
        "print([spread(each.track, each.posts) for each in map(instance, (0, 5, 9))])"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


# ---------------------------------------------------------------- the optimum, two weeks


def test_two_weeks_are_as_even_as_can_be_and_nearly_so_in_haste(capsys: pytest.CaptureFixture[str]) -> None:
    ratios, hasty = [], []
    for each in instances():
        ratios.append(ratio(each, exact=True))
        hasty.append(ratio(each, exact=False))
    with capsys.disabled():
        sys.stdout.write(f"\nspread / optimum over {len(ratios)}: {summary(ratios)}; in haste: {summary(hasty)}\n")
    assert median(ratios) <= 1.01
    assert max(ratios) <= 1.05
    assert median(hasty) <= 1.15


def summary(ratios: Sequence[float]) -> str:
    return f"median {median(ratios):.3f}, worst {max(ratios):.3f}"


def ratio(each: Instance, exact: bool) -> float:
    """What the spread costs beside the stored optimum."""
    optimum = stored()["optima"][str(each.seed)]
    assert optimum["digest"] == each.digest, "another instance than the one whose optimum is stored: prove it anew"
    ours = cost(each.track, own(each.track, spread(each.track, each.posts, exact=exact)))
    return ours / optimum["cost"] if optimum["cost"] else 1.0 + ours


@pytest.mark.parametrize("seed", PROVEN_ANEW)
def test_the_stored_optimum_is_proven(seed: int) -> None:
    assert prove(instance(seed)) == stored()["optima"][str(seed)]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed not in PROVEN_ANEW])
def test_every_stored_optimum_is_proven(seed: int) -> None:
    assert prove(instance(seed)) == stored()["optima"][str(seed)]

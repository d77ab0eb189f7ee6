"""The mix: counts by pillar for the campaign and for each channel, against definitions tried out one by one."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.planner.mix import apportion, share_out

SHARES = {"knowledge": 0.25, "prevention": 0.25, "stigma": 0.25, "policy": 0.15, "examples": 0.1}
SOME_SHARES = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 40).map(lambda tenth: tenth / 10), min_size=1)
MANY = 999
HALF = Fraction(1, 2)


def everywhere(rows: Mapping[int, int], pillars: Sequence[str]) -> dict[int, dict[str, int]]:
    return {channel: dict.fromkeys(pillars, MANY) for channel in rows}


# ---------------------------------------------------------------- the whole campaign


def webster(shares: Mapping[str, float], posts: int, floors: Mapping[str, int]) -> list[dict[str, int]]:
    """All apportionments: max(floor, round(share / divisor)) for a divisor at which they add up, halves either way."""
    exact = {pillar: Fraction(str(share)) for pillar, share in shares.items()}
    bounds = {2 * share / (2 * count + 1) for share in exact.values() for count in range(posts + 1)}
    marks = sorted({*bounds, Fraction(0)})
    divisors = [*marks[1:], *((low + high) / 2 for low, high in pairwise(marks)), marks[-1] + 1]
    found = []
    for divisor in divisors:
        options = (
            {max(floors[pillar], whole) for whole in (ceil(share / divisor - HALF), floor(share / divisor + HALF))}
            for pillar, share in exact.items()
        )
        rows = (dict(zip(exact, counts, strict=True)) for counts in product(*options))
        found += [row for row in rows if sum(row.values()) == posts]
    return found


@settings(max_examples=150, deadline=None)
@given(
    shares=SOME_SHARES, posts=st.integers(0, 40), floors=st.dictionaries(st.sampled_from("abcde"), st.integers(1, 9))
)
def test_the_counts_are_a_webster_apportionment_above_the_floors(
    shares: dict[str, float], posts: int, floors: dict[str, int]
) -> None:
    lows = {pillar: floors.get(pillar, 1) for pillar in shares}
    if sum(lows.values()) <= posts:
        assert apportion(shares, posts, floors) in webster(shares, posts, lows)


def test_a_hundred_posts_are_dealt_as_the_shares_say() -> None:
    expected = {"knowledge": 25, "prevention": 25, "stigma": 25, "policy": 15, "examples": 10}
    assert apportion(SHARES, 100, {}) == expected


def test_every_pillar_with_a_share_has_a_post_as_soon_as_there_are_enough() -> None:
    shares = {"knowledge": 97, "stigma": 2, "policy": 1, "examples": 0}
    assert apportion(shares, 2, {}) == {"knowledge": 2, "policy": 0, "stigma": 0}
    assert apportion(shares, 3, {}) == {"knowledge": 1, "policy": 1, "stigma": 1}


def test_a_floor_lifts_a_pillar_and_the_others_share_what_is_left() -> None:
    assert apportion({"a": 1, "b": 1, "c": 1}, 12, {"a": 8}) == {"a": 8, "b": 2, "c": 2}
    assert apportion({"a": 1, "b": 0}, 4, {"b": 3}) == {"a": 4}


def test_floors_that_ask_for_more_than_there_is_give_way_in_proportion() -> None:
    assert apportion({"a": 1, "b": 1, "c": 98}, 7, {"a": 8, "b": 4}) == {"a": 4, "b": 2, "c": 1}


def test_a_pillar_without_a_floor_waits_where_the_floors_take_all() -> None:
    assert apportion({"a": 1, "b": 1, "c": 1}, 5, {"a": 5}) == {"a": 5, "b": 0, "c": 0}


def test_a_share_is_the_decimal_it_is_written_as() -> None:
    assert apportion({"b": 0.1, "a": 0.3}, 2, {}) == {"a": 1, "b": 1}
    assert apportion({"b": 0.1, "a": 0.3}, 8, {}) == {"a": 6, "b": 2}


# ---------------------------------------------------------------- the channels


def tables(rows: Sequence[int], may: Sequence[Sequence[int]]) -> Iterator[list[tuple[int, ...]]]:
    """Every table whose rows add up, or come as near as `may` lets them."""
    options = []
    for row, most in zip(rows, may, strict=True):
        reached = min(row, sum(most))
        options.append([cells for cells in product(*(range(cap + 1) for cap in most)) if sum(cells) == reached])
    return (list(table) for table in product(*options))


def badness(table: Sequence[Sequence[int]], quotas: Sequence[int], rows: Sequence[int]) -> tuple[object, ...]:
    """What `share_out` makes least, in its order: posts over quota, then how unequally these fall, strays, distance."""
    sums = [sum(column) for column in zip(*table, strict=True)]
    total = max(1, sum(quotas), sum(rows))
    over = sum(max(0, have - quota) for have, quota in zip(sums, quotas, strict=True))
    turns = sum(
        Fraction(2 * number + 1, max(1, quota))
        for have, quota in zip(sums, quotas, strict=True)
        for number in range(quota, have)
    )
    fair = [[Fraction(quota * row, total) for quota in quotas] for row in rows]
    pairs = [pair for one, other in zip(table, fair, strict=True) for pair in zip(one, other, strict=True)]
    strays = sum(max(0, count - ceil(part), floor(part) - count) for count, part in pairs)
    distance = sum(Fraction(count * count) / (part or Fraction(1, total)) for count, part in pairs)
    return over, turns, strays, distance


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[list[int], list[int], list[list[int]]]:
    """Quotas, rows, and how much each cell takes; mostly as many posts wanted as there are."""
    rows = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    quotas = draw(st.lists(st.integers(0, 5), min_size=2, max_size=3))
    if draw(st.booleans()):
        quotas[0] += max(0, sum(rows) - sum(quotas))
    caps = st.sampled_from([0, 1, 2, 4])
    return quotas, rows, [[draw(caps) for _ in quotas] for _ in rows]


@settings(max_examples=200, deadline=None)
@given(small_tables())
def test_the_table_is_the_best_of_all_tables(case: tuple[list[int], list[int], list[list[int]]]) -> None:
    quotas, rows, may = case
    names = "abc"[: len(quotas)]
    dealt = share_out(
        dict(zip(names, quotas, strict=True)),
        dict(enumerate(rows)),
        {number: dict(zip(names, most, strict=True)) for number, most in enumerate(may)},
    )
    table = [tuple(dealt[number].values()) for number in range(len(rows))]
    options = list(tables(rows, may))
    assert table in options
    assert badness(table, quotas, rows) == min(badness(option, quotas, rows) for option in options)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.integers(0, 60), min_size=1, max_size=12), shares=SOME_SHARES)
def test_where_every_channel_may_say_all_nothing_is_missed_and_no_cell_strays(
    rows: list[int], shares: dict[str, float]
) -> None:
    numbered = dict(enumerate(rows))
    quotas = apportion(shares, sum(rows), {})
    dealt = share_out(quotas, numbered, everywhere(numbered, list(quotas)))
    assert {channel: sum(cells.values()) for channel, cells in dealt.items()} == numbered
    for pillar, quota in quotas.items():
        assert sum(cells[pillar] for cells in dealt.values()) == quota
        for channel, row in numbered.items():
            part = Fraction(quota * row, max(1, sum(rows)))
            assert floor(part) <= dealt[channel][pillar] <= ceil(part)


def test_a_pillar_that_one_channel_cannot_say_goes_to_the_others_by_their_size() -> None:
    rows = {1: 30, 2: 20, 3: 10}
    quotas = {"a": 30, "b": 30}
    may = everywhere(rows, "ab") | {1: {"a": MANY}}
    dealt = share_out(quotas, rows, may)
    assert dealt == {1: {"a": 30, "b": 0}, 2: {"a": 0, "b": 20}, 3: {"a": 0, "b": 10}}
    halves = share_out({"a": 45, "b": 15}, rows, may)
    assert halves == {1: {"a": 30, "b": 0}, 2: {"a": 10, "b": 10}, 3: {"a": 5, "b": 5}}


def test_what_a_pillar_cannot_have_goes_to_the_others_in_proportion() -> None:
    dealt = share_out({"a": 10, "b": 20, "c": 10}, {1: 40}, {1: {"a": MANY, "b": MANY, "c": 1}})
    assert dealt == {1: {"a": 13, "b": 26, "c": 1}}


def test_a_row_is_as_long_as_its_seats_allow() -> None:
    assert share_out({"a": 3, "b": 3}, {1: 6}, {1: {"a": 2, "b": 1}}) == {1: {"a": 2, "b": 1}}
    assert share_out({"a": 3}, {1: 3, 2: 0}, {}) == {1: {"a": 0}, 2: {"a": 0}}


def test_more_wanted_than_there_are_posts_leaves_every_pillar_its_part() -> None:
    assert share_out({"a": 8, "b": 4, "c": -2}, {1: 6}, everywhere({1: 6}, "abc")) == {1: {"a": 4, "b": 2, "c": 0}}


@pytest.mark.parametrize("capped", [False, True])
def test_a_hundred_channels_add_up(capped: bool) -> None:
    rows = {channel: 30 + channel % 7 for channel in range(100)}
    quotas = apportion(SHARES, sum(rows.values()), {})
    may = everywhere(rows, list(quotas))
    if capped:
        may = {channel: most | ({"stigma": channel % 3} if channel % 2 else {}) for channel, most in may.items()}
    dealt = share_out(quotas, rows, may)
    assert {channel: sum(cells.values()) for channel, cells in dealt.items()} == rows
    assert {pillar: sum(cells[pillar] for cells in dealt.values()) for pillar in quotas} == quotas
    assert all(count <= may[channel][pillar] for channel, cells in dealt.items() for pillar, count in cells.items())

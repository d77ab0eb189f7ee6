"""Which message each seat of a channel carries: hard rules kept, the fewest relaxations, preferences, reasons."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.planner.choose import Choice, Empty, Seat, Uses, choose
from campaign.planner.mix import apportion
from campaign.planner.values import (
    RELAXATIONS,
    ZONE,
    Candidate,
    ChannelRules,
    Exposures,
    Fit,
    Peak,
    PlanInput,
    Standing,
)
from tests.campaign.planner.fewest import Fewest

FIRST = date(2026, 11, 9)
DAY = timedelta(days=1)
SHARES = {"knowledge": 0.25, "prevention": 0.25, "stigma": 0.25, "policy": 0.15, "examples": 0.1}
PAGE = ChannelRules(1, "Trang Đoàn xã", "facebook", (time(21), time(6)), timedelta(hours=1), 9)
ALWAYS = Fit(date(2026, 1, 1), date(2027, 12, 31))


def local(day: int, hour: int = 8, minute: int = 0) -> datetime:
    return datetime.combine(FIRST + day * DAY, time(hour, minute), ZONE).astimezone(UTC)


def message(id: int, pillar: str = "knowledge", fit: Fit = ALWAYS, wordings: int = 2, **changes: object) -> Candidate:
    return replace(Candidate(id, pillar, dict.fromkeys((1, 2), replace(fit, wordings=wordings))), **changes)


def worded(row: Candidate, wordings: int) -> Candidate:
    return replace(row, fits={key: replace(fit, wordings=wordings) for key, fit in row.fits.items()})


def standing(
    key: int, day: int, message_id: int, pillar: str = "knowledge", hour: int = 12, **changes: object
) -> Standing:
    return replace(Standing(key, local(day, hour), message_id, pillar), **changes)


def daily(count: int, first: int = 0) -> list[Seat]:
    """A seat every day at eight."""
    return [Seat(local(day), FIRST + day * DAY) for day in range(first, first + count)]


def session(*days: int) -> list[Seat]:
    """Seats in sessions, one session a day, in the order of the days named."""
    return [Seat(local(day, 17) + timedelta(seconds=n), FIRST + day * DAY, day) for n, day in enumerate(days)]


@dataclass(frozen=True)
class Row:
    """All that `choose` is given."""

    pool: tuple[Candidate, ...]
    seats: Sequence[Seat]
    quotas: Mapping[str, int]
    channel: ChannelRules = PAGE
    budgets: Mapping[int, int] | None = None
    rest: int = 0
    exposures: Exposures = field(default=Exposures(1, 99))
    others: tuple[ChannelRules, ...] = ()
    peaks: tuple[Peak, ...] = ()
    exact: bool = True

    @property
    def what(self) -> PlanInput:
        return PlanInput(
            FIRST, FIRST + 89 * DAY, local(0, 0), (self.channel, *self.others), self.pool,
            dict.fromkeys(self.quotas, 1), (), peaks=self.peaks, exposures=self.exposures,
            min_repeat_days=self.rest, exact=self.exact,
        )  # fmt: skip

    @property
    def uses(self) -> Uses:
        return Uses(self.what, {channel.id: channel for channel in (self.channel, *self.others)})

    def filled(self, uses: Uses | None = None) -> list[Choice | Empty]:
        return choose(self.what, self.channel, self.seats, self.quotas, uses or self.uses, self.budgets or {})

    def choices(self) -> list[Choice]:
        filled = self.filled()
        assert all(isinstance(choice, Choice) for choice in filled)
        return [choice for choice in filled if isinstance(choice, Choice)]

    def ids(self) -> list[int]:
        return [choice.message.id for choice in self.choices()]

    def pillars(self) -> str:
        """The first letters of the pillars."""
        return "".join(choice.message.pillar[0] for choice in self.choices())


def rules_of(row: Row) -> list[str]:
    return [rule for choice in row.choices() for rule, _ in choice.relaxed]


# ---------------------------------------------------------------- random rows, read independently


def random_row(random: Random, *, standing_wordings: int = 1) -> Row:
    """Up to eight seats and messages with standing posts among them; often too little of everything."""
    pillars = random.sample(sorted(SHARES), random.randint(1, 4))
    places = sorted(random.sample(range(14 * 4), random.randint(1, 11)))
    seated = sorted(random.sample(places, random.randint(1, min(8, len(places)))))
    is_radio = random.random() < 0.4
    pool = tuple(_random_message(random, number, pillars) for number in range(1, random.randint(2, 9)))
    posts = []
    for place in set(places) - set(seated):
        said = random.choice([*pool, message(99, "policy")])
        wording = random.randrange(standing_wordings)
        posts.append(standing(place, place // 4, said.id, said.pillar, place % 4 * 6, wording=wording))
    stood = {post.message_id for post in posts}
    seats = [Seat(local(n // 4, n % 4 * 6), FIRST + n // 4 * DAY, n // 4 if is_radio else -1) for n in seated]
    quotas = Counter(dict.fromkeys(pillars, 0))
    quotas.update(random.choice(pillars) for _ in range(len(seats) + random.choice([0, 0, 0, 2])))
    return Row(
        pool=tuple(worded(row, standing_wordings) if row.id in stood else row for row in pool),
        seats=seats,
        quotas=dict(quotas),
        channel=replace(PAGE, standing=tuple(posts)),
        budgets={seat.airtime: random.choice([30, 60, 120, 200, 300]) for seat in seats} if is_radio else {},
        rest=random.randint(0, 6),
        exposures=Exposures(1, random.randint(1, 4)),
        exact=random.choice([True, False]),
    )


def _random_message(random: Random, id: int, pillars: Sequence[str]) -> Candidate:
    first = FIRST + random.choice([0, 0, 0, random.randint(0, 14)]) * DAY
    last = FIRST + random.choice([14, 14, random.randint(0, 14)]) * DAY
    fit = Fit(first, last, random.choice([20, 40, 90]))
    return message(id, random.choice(pillars), fit, wordings=random.choice([1, 2]), weight=random.randint(1, 3))


ROWS = st.randoms(use_true_random=False).map(random_row)
ROWS_OF_MANY_WORDS = st.randoms(use_true_random=False).map(lambda random: random_row(random, standing_wordings=3))


def posts_of(row: Row, filled: Sequence[Choice | Empty]) -> list[tuple[Standing, int | None]]:
    """The whole channel in order of time, new posts with the number of their seat."""
    new = [
        (Standing(-1, seat.at, choice.message.id, choice.message.pillar, choice.wording), number)
        for number, (seat, choice) in enumerate(zip(row.seats, filled, strict=True))
        if isinstance(choice, Choice)
    ]
    return sorted(
        [*((post, None) for post in row.channel.standing), *new], key=lambda pair: (pair[0].at, pair[1] is not None)
    )


def broken(row: Row, filled: Sequence[Choice | Empty], rests: Mapping[str, int] | None = None) -> list[tuple[int, str]]:
    """Every soft rule that a finished row breaks, with the number of the seat that breaks it."""
    found, met, counts = [], Counter(post.message_id for post in row.channel.standing), Counter[str]()
    posts = posts_of(row, filled)
    for (one, before), (other, after) in pairwise(posts):
        if one.pillar == other.pillar and (before is not None or after is not None):
            found.append((after if after is not None else before, "pillar"))
    for post, number in posts:
        if number is None:
            continue
        rest = row.rest if rests is None else rests[post.pillar]
        days = [
            abs((other.at.astimezone(ZONE).date() - post.at.astimezone(ZONE).date()).days)
            for other, seat in posts
            if other.message_id == post.message_id and (seat is None or seat < number)
        ]
        found += [(number, "rest")] * (min(days, default=rest) < rest)
        found += [(number, "wear")] * (met[post.message_id] >= row.exposures.most)
        found += [(number, "share")] * (counts[post.pillar] >= row.quotas[post.pillar])
        met[post.message_id] += 1
        counts[post.pillar] += 1
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(st.one_of(ROWS, ROWS_OF_MANY_WORDS))
def test_hard_rules_are_never_broken(row: Row) -> None:
    filled = row.filled()
    spent: Counter[int] = Counter()
    for seat, choice in zip(row.seats, filled, strict=True):
        if isinstance(choice, Choice):
            fit = choice.message.fit(1, seat.day)
            assert fit is not None
            assert fit.seconds == choice.seconds
            assert 0 <= choice.wording < fit.wordings
            spent[seat.airtime] += choice.seconds + row.channel.interval
    assert all(spent[number] - row.channel.interval <= left for number, left in (row.budgets or {}).items())
    for (one, before), (other, after) in pairwise(posts_of(row, filled)):
        is_ours = before is not None or after is not None
        assert not is_ours or (one.message_id, one.wording) != (other.message_id, other.wording)


@settings(max_examples=150, deadline=None)
@given(st.one_of(ROWS, ROWS_OF_MANY_WORDS))
def test_a_relaxation_is_listed_wherever_a_rule_is_broken_and_nowhere_else(row: Row) -> None:
    filled = row.filled()
    listed = [
        (number, rule)
        for number, choice in enumerate(filled)
        if isinstance(choice, Choice)
        for rule, _ in choice.relaxed
    ]
    assert sorted(listed) == broken(row, filled)


def assert_fewest(row: Row) -> None:
    row = replace(row, exact=True)
    model = Fewest(row.what, row.channel, row.seats, row.quotas, row.uses, row.budgets or {})
    filled = row.filled()
    counts = Counter(rule for _, rule in broken(row, filled, model.rests))
    empty = sum(isinstance(choice, Empty) for choice in filled)
    assert (empty, *(counts[rule] for rule in reversed(RELAXATIONS))) == model.least()


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_no_row_has_fewer_relaxations_than_ours(row: Row) -> None:
    assert_fewest(row)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_no_row_of_thousands_has_fewer_relaxations_than_ours(seed: int) -> None:
    for number in range(100):
        assert_fewest(random_row(Random(100 * seed + number)))  # noqa: S311 - a test case, not a secret


@settings(max_examples=50, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_in_which_messages_are_listed_does_not_matter(row: Row, random: Random) -> None:
    pool = list(row.pool)
    random.shuffle(pool)
    assert replace(row, pool=tuple(pool)).filled() == row.filled()


# ---------------------------------------------------------------- pillars


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 60), shares=st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_with_plenty_of_messages_counts_are_the_quotas_and_pairs_are_as_few_as_can_be(
    count: int, shares: list[int]
) -> None:
    quotas = apportion(dict(zip(SHARES, shares, strict=False)), count, {})
    pool = tuple(message(number, sorted(quotas)[number % len(quotas)]) for number in range(8 * len(quotas)))
    row = Row(pool, daily(count), quotas, rest=5)
    assert Counter(choice.message.pillar for choice in row.choices()) == Counter(quotas)
    largest = max(quotas.values())
    assert rules_of(row) == ["pillar"] * max(0, largest - (count - largest) - 1)


def test_pillars_come_by_their_deficit_so_that_each_is_spread_over_the_row() -> None:
    pool = tuple(message(number, "abc"[number % 3]) for number in range(30))
    pillars = Row(pool, daily(12), {"a": 6, "b": 4, "c": 2}).pillars()
    for count in range(13):
        for pillar, quota in {"a": 6, "b": 4, "c": 2}.items():
            assert abs(pillars[:count].count(pillar) - quota * count / 12) <= 1


def test_pairs_that_cannot_be_avoided_are_spread_as_well() -> None:
    pool = tuple(message(number, "ab"[number % 2]) for number in range(30))
    pillars = Row(pool, daily(12), {"a": 9, "b": 3}).pillars()
    assert max(len(run) for run in pillars.split("b")) == 3
    assert pillars.count("b") == 3


def test_standing_neighbours_count_for_separation() -> None:
    pool = (message(1, "a"), message(2, "b"))
    posts = (standing(1, 0, 98, "a", hour=20), standing(2, 1, 99, "b", hour=12))
    row = Row(pool, daily(2, first=1), {"a": 1, "b": 1}, replace(PAGE, standing=posts))
    assert row.pillars() == "ba"
    assert [rule for choice in row.choices() for rule, _ in choice.relaxed] == ["pillar"]


def test_a_pillar_that_is_possible_on_few_days_comes_on_these() -> None:
    early = Fit(FIRST, FIRST + 3 * DAY)
    pool = (
        message(1, "a", early),
        message(2, "a", early),
        *(message(number, "bc"[number % 2]) for number in range(3, 20)),
    )
    row = Row(pool, daily(10), {"a": 2, "b": 4, "c": 4})
    assert sorted(row.pillars()) == list("aabbbbcccc")
    assert not rules_of(row)


def test_where_a_pillar_has_no_message_another_stands_in_and_says_so() -> None:
    row = Row((message(1, "a"), message(2, "a")), daily(2), {"a": 1, "b": 1})
    _, second = row.choices()
    assert dict(second.relaxed)["share"] == "Trụ cột “a” có 2 bài, quá mức 1 bài, vì không xếp được trụ cột khác."
    assert dict(second.relaxed)["pillar"] == "Trùng trụ cột với bài liền trước vì không xếp xen được."


# ---------------------------------------------------------------- rest, wear, words


def test_a_message_rests_as_long_as_is_asked_where_there_are_enough() -> None:
    ids = Row(tuple(message(number) for number in range(5)), daily(20), {"knowledge": 20}, rest=5).ids()
    assert all(len(set(ids[day : day + 5])) == 5 for day in range(16))


def test_too_few_messages_take_turns_and_rest_as_long_as_they_can() -> None:
    row = Row(tuple(message(number) for number in range(3)), daily(9), {"knowledge": 9}, rest=5)
    assert row.ids() == [0, 1, 2] * 3
    assert dict(row.choices()[5].relaxed)["rest"] == (
        "Thông điệp chỉ cách lần đăng khác 3 ngày, cần ít nhất 5 ngày, vì không đủ thông điệp để nghỉ lâu hơn."
    )


def test_a_standing_post_of_the_message_counts_for_its_rest_before_and_after() -> None:
    posts = (standing(1, 4, 1, own=False),)
    pool = tuple(message(number) for number in range(1, 5))
    row = Row(pool, daily(8), {"knowledge": 8}, replace(PAGE, standing=posts), rest=3)
    assert 1 not in row.ids()[2:7]
    assert "rest" not in rules_of(row)


def test_a_worn_message_rests_while_another_is_left() -> None:
    row = Row((message(1), message(2)), daily(6), {"knowledge": 6}, exposures=Exposures(1, 2))
    assert sorted(row.ids()[:4]) == [1, 1, 2, 2]
    worn = [dict(choice.relaxed).get("wear") for choice in row.choices()]
    assert worn[:4] == [None] * 4
    assert worn[4] == (
        "Cùng một nhóm người đã gặp thông điệp 2 lần, đủ 2 lần thì nên nghỉ, nhưng không đủ thông điệp để thay."
    )


def test_wordings_take_turns_after_the_last_one_on_the_channel() -> None:
    posts = (standing(1, 0, 1, hour=5, wording=1),)
    row = Row((message(1, wordings=3),), daily(4), {"knowledge": 4}, replace(PAGE, standing=posts))
    assert [choice.wording for choice in row.choices()] == [2, 0, 1, 2]


def test_each_channel_takes_turns_with_its_own_wordings_and_never_says_a_text_twice_running() -> None:
    """Both messages have three wordings on the Page and one on the station."""
    pool = tuple(message(number, fits={1: replace(ALWAYS, wordings=3), 2: ALWAYS}) for number in (1, 2))
    page = Row(pool, daily(14), {"knowledge": 14})
    station = replace(
        page, channel=replace(PAGE, id=2), seats=session(*range(14)), budgets=dict.fromkeys(range(14), 99)
    )
    for row, wordings in ((page, 3), (station, 1)):
        texts = [(choice.message.id, choice.wording) for choice in row.choices()]
        assert all(one != other for one, other in pairwise(texts))
        for number in (1, 2):
            said = [wording for each, wording in texts if each == number]
            assert said == [turn % wordings for turn in range(7)]


def test_a_wording_that_a_standing_neighbour_has_is_passed_over() -> None:
    posts = (standing(1, 0, 1, hour=12, wording=0),)
    row = Row((message(1, wordings=3),), daily(1), {"knowledge": 1}, replace(PAGE, standing=posts))
    assert [choice.wording for choice in row.choices()] == [1]


def test_a_message_with_one_wording_never_follows_itself() -> None:
    first, second = Row((message(1, wordings=1),), daily(2), {"knowledge": 2}).filled()
    assert isinstance(first, Choice)
    assert second == Empty(
        "text",
        "thông điệp dùng được chỉ còn đúng lời của bài liền trước hoặc liền sau",
        "hãy thêm thông điệp, hoặc thêm cách nói cho thông điệp đã có",
    )


# ---------------------------------------------------------------- sessions and days


def spoken(id: int, seconds: int, pillar: str = "knowledge") -> Candidate:
    return message(id, pillar, replace(ALWAYS, seconds=seconds))


def test_the_items_of_a_session_and_the_pauses_between_keep_to_its_seconds() -> None:
    row = Row((spoken(1, 60), spoken(2, 60)), session(0, 0), {"knowledge": 2}, budgets={0: 150})
    assert len(row.choices()) == 2
    _, second = replace(row, budgets={0: 149}).filled()
    assert isinstance(second, Empty)
    assert second.rule == "budget"


def test_a_long_message_leaves_room_for_the_later_seats_of_its_session() -> None:
    pool = (spoken(1, 200), spoken(2, 40), spoken(3, 50))
    row = Row(pool, session(0, 0, 1), {"knowledge": 3}, budgets={0: 200, 1: 200})
    lengths = [choice.seconds for choice in row.choices()]
    assert sorted(lengths[:2]) == [40, 50]
    assert lengths[2] == 200


def test_a_day_without_any_message_leaves_its_seat_empty() -> None:
    row = Row((message(1, fit=Fit(FIRST, FIRST)),), daily(2), {"knowledge": 2})
    assert [choice.rule for choice in row.filled() if isinstance(choice, Empty)] == ["validity"]


def test_where_there_is_nothing_to_say_every_seat_stays_empty() -> None:
    assert Row((), (), {"knowledge": 0}).filled() == []
    assert [type(choice) for choice in Row((), daily(2), {"knowledge": 2}).filled()] == [Empty, Empty]


def test_a_message_for_other_channels_does_not_come() -> None:
    row = Row((message(1), message(2, fits={2: ALWAYS})), daily(2), {"knowledge": 2})
    assert row.ids() == [1, 1]


# ---------------------------------------------------------------- which message of its pillar


def test_a_message_once_begun_is_said_often_enough_before_the_next_begins() -> None:
    row = Row(
        tuple(message(number) for number in range(6)), daily(12), {"knowledge": 12}, rest=2, exposures=Exposures(3, 10)
    )
    assert Counter(row.ids()) == {0: 3, 1: 3, 2: 3, 3: 3}


def test_no_message_is_begun_that_can_no_more_be_met_often_enough() -> None:
    row = Row(tuple(message(number) for number in range(6)), daily(11), {"knowledge": 11}, rest=2)
    counts = Counter(replace(row, exposures=Exposures(3, 10)).ids())
    assert min(counts.values()) >= 3
    assert len(Counter(row.ids())) == 6


def test_weights_show_in_the_counts_of_a_long_campaign() -> None:
    weights = {1: 3, 2: 2, 3: 1, 4: 1, 5: 1}
    pool = tuple(message(number, weight=weight) for number, weight in weights.items())
    counts = Counter(Row(pool, daily(80), {"knowledge": 80}, rest=1).ids())
    assert counts == {1: 30, 2: 20, 3: 10, 4: 10, 5: 10}


def test_a_message_for_the_channels_audiences_goes_first_then_another_voice() -> None:
    students = replace(PAGE, audiences=frozenset({"students"}))
    pool = (message(1, audiences=frozenset({"workers"})), message(2, audiences=frozenset({"students"})))
    assert Row(pool, daily(1), {"knowledge": 1}, students).ids() == [2]
    nurse = frozenset({"nurse"})
    voices = (message(1, spokespersons=nurse), message(2, spokespersons=nurse), message(3))
    assert Row(voices, daily(3), {"knowledge": 3}, rest=3).ids() == [1, 3, 2]


def test_two_channels_do_not_say_the_same_on_one_day() -> None:
    other = replace(PAGE, id=2, standing=(standing(1, 0, 1), standing(2, 2, 2)))
    row = Row((message(1), message(2)), daily(3), {"knowledge": 3}, others=(other,))
    assert row.ids()[0] == 2
    assert row.ids()[2] == 1


def test_not_even_a_message_that_is_begun_is_said_on_two_channels_on_one_day() -> None:
    students = replace(PAGE, audiences=frozenset({"students"}))
    other = replace(students, id=2, standing=(standing(1, 0, 1),))
    row = Row((message(1), message(2)), daily(1), {"knowledge": 1}, students, others=(other,))
    assert replace(row, exposures=Exposures(3, 10)).ids() == [2]


def test_of_messages_said_elsewhere_the_one_further_in_time_goes_first() -> None:
    other = replace(PAGE, id=2, standing=(standing(1, 1, 1), standing(2, 6, 2)))
    assert Row((message(1), message(2)), daily(1, first=3), {"knowledge": 1}, others=(other,)).ids() == [2]


def test_what_was_never_said_goes_before_what_was_said_long_ago_and_that_before_the_recent() -> None:
    pool = (message(1, last_used=FIRST - DAY), message(2, last_used=FIRST - 90 * DAY), message(3))
    assert Row(pool, daily(3), {"knowledge": 3}, rest=3).ids() == [3, 2, 1]


# ---------------------------------------------------------------- uses


def test_an_audience_meets_a_message_on_every_channel_that_reaches_it() -> None:
    page = replace(PAGE, audiences=frozenset({"students", "workers"}), standing=(standing(1, 0, 7),))
    radio = replace(
        PAGE, id=2, audiences=frozenset({"workers"}), standing=(standing(2, 1, 7), standing(3, 2, 7, own=False))
    )
    bare = replace(PAGE, id=3, standing=(standing(4, 3, 7),))
    row = Row((message(7),), (), {"knowledge": 0}, page, others=(radio, bare))
    assert row.uses.met(7, page) == (1, 2)
    assert row.uses.met(7, radio) == (2, 2)
    assert row.uses.met(7, bare) == (1, 1)
    assert row.uses.count(7) == 3


def test_what_is_chosen_on_one_channel_is_known_on_the_next() -> None:
    row = Row((message(1), message(2)), daily(1), {"knowledge": 1})
    uses = row.uses
    (first,) = row.filled(uses)
    (second,) = replace(row, channel=replace(PAGE, id=2)).filled(uses)
    assert isinstance(first, Choice)
    assert isinstance(second, Choice)
    assert {first.message.id, second.message.id} == {1, 2}


# ---------------------------------------------------------------- reasons


def test_a_reason_says_place_peak_turn_and_message() -> None:
    pool = tuple(message(number, ("knowledge", "stigma")[number % 2]) for number in range(4))
    day = FIRST + 2 * DAY
    row = Row(
        pool,
        daily(12),
        {"knowledge": 6, "stigma": 6},
        rest=4,
        exposures=Exposures(3, 10),
        peaks=(Peak(day, day, 2, "1/12"),),
    )
    reasons = [choice.reason for choice in row.choices()]
    assert reasons[0] == (
        "Bài 1/12 trải đều trên kênh; đến lượt trụ cột “Kiến thức về HIV/AIDS” (bài 1/6); thông điệp chưa đăng."
    )
    assert reasons[2] == (
        "Bài 3/12 trải đều trên kênh, cách bài trước 1 ngày; ngày cao điểm “1/12”; "
        "đến lượt trụ cột “Kiến thức về HIV/AIDS” (bài 2/6); thông điệp chưa đăng."
    )
    assert reasons[4] == (
        "Bài 5/12 trải đều trên kênh, cách bài trước 1 ngày; đến lượt trụ cột “Kiến thức về HIV/AIDS” (bài 3/6); "
        "thông điệp đăng lần thứ 2 trong 3 lần tối thiểu; cách nói thứ 2."
    )


def test_a_reason_says_how_long_a_message_has_rested() -> None:
    row = Row(tuple(message(number) for number in range(2)), daily(4), {"knowledge": 4}, rest=2)
    assert "thông điệp nghỉ lâu nhất: 2 ngày" in row.choices()[3].reason


def test_items_of_one_session_follow_each_other() -> None:
    row = Row((spoken(1, 30), spoken(2, 30)), session(0, 0), {"knowledge": 2}, budgets={0: 300})
    assert row.choices()[1].reason.startswith("Bài 2/2 trải đều trên kênh, ngay sau bài trước;")


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_every_sentence_is_one_sentence_in_composed_letters(row: Row) -> None:
    for choice in row.filled():
        if isinstance(choice, Choice):
            for sentence in (choice.reason, *(sentence for _, sentence in choice.relaxed)):
                assert sentence[0].isupper()
                assert sentence.endswith(".")
                assert sentence.count(". ") == 0
                assert unicodedata.is_normalized("NFC", sentence)


# ---------------------------------------------------------------- long rows


def test_hundreds_of_seats_keep_quotas_rest_and_separation() -> None:
    seats = [Seat(local(n // 5, 6 + 3 * (n % 5)), FIRST + n // 5 * DAY) for n in range(450)]
    pool = tuple(message(number, sorted(SHARES)[number % 5]) for number in range(120))
    quotas = apportion(SHARES, 450, {})
    row = Row(pool, seats, quotas, rest=14)
    assert not rules_of(row)
    assert Counter(choice.message.pillar for choice in row.choices()) == Counter(quotas)

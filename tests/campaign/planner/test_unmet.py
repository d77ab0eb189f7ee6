"""What is not met, why, and what would meet it: every change that is named is made here, and the aim is met by it."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from campaign.planner.conduct import plan
from campaign.planner.values import Aim, Closure, Exposures, Measure, PlanInput, Session, Unmet, Window
from tests.campaign.planner.build import (
    EVERY_DAY,
    LAST,
    WORKING_DAYS,
    aim,
    changed,
    channel,
    day,
    library,
    local,
    message,
    plan_input,
    standing,
    station,
)

NOON = Window(EVERY_DAY, time(12), time(12, 15))
DAWN, DUSK = Window(EVERY_DAY, time(5), time(5, 30)), Window(EVERY_DAY, time(17), time(17, 30))


def shortfall(what: PlanInput) -> Unmet:
    """The one aim in posts or minutes that is not met."""
    (found,) = [unmet for unmet in plan(what).unmet if unmet.aim in list(Measure)]
    sentence = found.sentence
    assert sentence == unicodedata.normalize("NFC", sentence) == " ".join(sentence.split())
    assert sentence.count(".") == 1 and sentence.endswith(".")
    return found


def is_met(what: PlanInput) -> bool:
    return not [unmet for unmet in plan(what).unmet if unmet.aim in (*Measure, "slot")]


# ---------------------------------------------------------------- where one change helps


def longer(what: PlanInput, days: int) -> PlanInput:
    """The campaign with a later end; a week's aim stays what it was in all."""
    later = replace(what, ends_on=what.ends_on + timedelta(days=days))
    aims = (replace(each, per_week=float(each.weekly * what.weeks / later.weeks)) for each in what.aims)
    return replace(later, aims=tuple(aims))


def items(what: PlanInput, count: int) -> PlanInput:
    (rules,) = what.channels
    return changed(what, sessions=tuple(replace(row, items=count) for row in rules.sessions))


def seconds(what: PlanInput, count: int) -> PlanInput:
    (rules,) = what.channels
    return changed(what, sessions=tuple(replace(row, seconds=count) for row in rules.sessions))


A_CLOSED_WEEK = (Closure(day(-3), day(6), "Tết"),)
SHORT = tuple(message(row.id, row.pillar, last=day(9)) for row in library())
LONG = library(seconds=150)

CASES: dict[str, tuple[PlanInput, str, str, Callable[[PlanInput], PlanInput]]] = {
    "max_per_day": (
        plan_input(posts=25),
        "max_per_day",
        "Thiếu 16 trong 100 bài: mỗi ngày chỉ được 3 bài; nâng lên 4 bài mỗi ngày thì đủ.",
        lambda what: changed(what, max_per_day=4),
    ),
    "min_gap": (
        plan_input(channel(min_gap=timedelta(hours=8)), posts=20),
        "min_gap",
        "Thiếu 24 trong 80 bài: hai bài phải cách nhau ít nhất 480 phút; giảm còn 405 phút thì đủ.",
        lambda what: changed(what, min_gap=timedelta(minutes=405)),
    ),
    "closures": (
        plan_input(channel(closures=A_CLOSED_WEEK, max_per_day=1, min_gap=timedelta(hours=14)), posts=7),
        "closures",
        "Thiếu 7 trong 28 bài: kênh nghỉ 7 ngày trong chiến dịch; mở lại những ngày này thì đủ.",
        lambda what: changed(what, closures=()),
    ),
    "dates": (
        plan_input(channel(windows=(NOON,)), posts=7.75),
        "dates",
        "Thiếu 3 trong 31 bài: đến hết ngày 06/12/2026 các khung giờ chỉ đủ chỗ cho 28 bài; "
        "mở thêm khung giờ, hoặc kéo dài chiến dịch thêm 3 ngày, đến 09/12/2026, thì đủ.",
        lambda what: longer(what, 3),
    ),
    "more windows instead": (
        plan_input(channel(windows=(NOON,)), posts=7.75),
        "dates",
        "mở thêm khung giờ",
        lambda what: changed(what, windows=(NOON, Window(EVERY_DAY, time(18), time(18, 15)))),
    ),
    "quiet, with another window": (
        plan_input(channel(windows=(DAWN, DUSK)), posts=14),
        "quiet",
        "Thiếu 28 trong 56 bài: khung giờ 05:00–05:30 nằm trọn trong giờ yên lặng 21:00–06:00; "
        "hãy dời khung giờ ra ngoài giờ này.",
        lambda what: changed(what, windows=(replace(DAWN, start=time(6), end=time(6, 30)), DUSK)),
    ),
    "quiet, alone": (
        plan_input(channel(windows=(DAWN,)), posts=7),
        "quiet",
        "Thiếu 28 trong 28 bài: khung giờ 05:00–05:30 nằm trọn",
        lambda what: changed(what, windows=(replace(DAWN, start=time(6), end=time(6, 30)),)),
    ),
    "quiet, a session": (
        plan_input(station(quiet=(time(22), time(6))), posts=20),
        "quiet",
        "Thiếu 40 trong 80 bài: khung giờ 05:30 nằm trọn trong giờ yên lặng 22:00–06:00; hãy dời",
        lambda what: changed(what, sessions=tuple(Session(WORKING_DAYS, at, 2, 300) for at in (time(6, 30), time(17)))),
    ),
    "windows": (
        plan_input(channel(windows=()), posts=2),
        "windows",
        "Thiếu 8 trong 8 bài: kênh không có khung giờ nào mở trong thời gian chiến dịch; "
        "hãy thêm khung giờ hoặc đổi ngày chiến dịch.",
        lambda what: changed(what, windows=(DUSK,)),
    ),
    "messages, none": (
        plan_input(posts=7, candidates=()),
        "messages",
        "Thiếu 28 trong 28 bài: không có thông điệp nào đã duyệt hợp kênh này và còn hạn trong chiến dịch; "
        "hãy thêm hoặc duyệt thông điệp như vậy.",
        lambda what: replace(what, candidates=library()),
    ),
    "messages, that end": (
        plan_input(posts=14, candidates=SHORT),
        "messages",
        "Thiếu 26 trong 56 bài: 18 trong 28 ngày không có thông điệp hợp kênh còn hạn; "
        "hãy thêm thông điệp dùng được từ ngày 19/11/2026.",
        lambda what: replace(what, candidates=(*SHORT, *(message(90 + n, first=day(10)) for n in range(3)))),
    ),
    "session items": (
        plan_input(station(max_per_day=9), posts=25),
        "session",
        "Thiếu 20 trong 100 bài: mỗi buổi phát chỉ nhận 2 mục; nhận 3 mục mỗi buổi thì đủ.",
        lambda what: items(what, 3),
    ),
    "session seconds": (
        plan_input(station(seconds=300, max_per_day=9), posts=20, candidates=LONG),
        "session",
        "Thiếu 40 trong 80 bài: mỗi buổi phát chỉ dành 300 giây cho chiến dịch; dành 360 giây mỗi buổi thì đủ.",
        lambda what: seconds(what, 360),
    ),
    "seats, one text": (
        plan_input(posts=7, candidates=(message(1),), shares={"knowledge": 1}),
        "seats",
        "hãy thêm thông điệp, hoặc thêm cách nói cho thông điệp đã có.",
        lambda what: replace(what, candidates=(message(1), message(2))),
    ),
    "seats, more ways to say it": (
        plan_input(posts=7, candidates=(message(1),), shares={"knowledge": 1}),
        "seats",
        "Thiếu 27 trong 28 bài: thông điệp dùng được chỉ còn đúng lời của bài liền trước hoặc liền sau",
        lambda what: replace(what, candidates=(message(1, wordings=2),)),
    ),
    "minutes, by items": (
        plan_input(station(max_per_day=9), candidates=library(seconds=60), aims=(Aim((1,), Measure.MINUTES, 25),)),
        "session",
        "Thiếu 20 trong 100 phút phát: mỗi buổi phát chỉ nhận 2 mục; nhận 3 mục mỗi buổi thì đủ.",
        lambda what: items(what, 3),
    ),
    "raised, by the day limit": (
        plan_input(aims=(Aim((1,), raise_percent=12.5, baseline=20),)),
        "max_per_day",
        "Thiếu 6 trong 90 bài (tăng 12,5% so với 20 bài mỗi tuần trước đây, tức 22,5): "
        "mỗi ngày chỉ được 3 bài; nâng lên 4 bài mỗi ngày thì đủ.",
        lambda what: changed(what, max_per_day=4),
    ),
    "a group, by the day limit": (
        plan_input(channel(1), channel(2, max_per_day=2), aims=(aim(40, 1, 2),)),
        "max_per_day",
        "Thiếu 20 trong 160 bài: các kênh đã đủ số bài mỗi ngày; cho mỗi kênh thêm 1 bài mỗi ngày thì đủ.",
        lambda what: replace(
            what, channels=tuple(replace(row, max_per_day=row.max_per_day + 1) for row in what.channels)
        ),
    ),
    "a group, by the widest gap": (
        plan_input(
            channel(1, min_gap=timedelta(hours=8)), channel(2, min_gap=timedelta(hours=6)), aims=(aim(40, 1, 2),)
        ),
        "min_gap",
        "hai bài phải cách nhau ít nhất 480 phút; giảm còn 405 phút thì đủ.",
        lambda what: replace(
            what,
            channels=tuple(replace(row, min_gap=min(row.min_gap, timedelta(minutes=405))) for row in what.channels),
        ),
    ),
    "a session of fewer items than the others": (
        plan_input(
            station(
                sessions=(Session(WORKING_DAYS, time(6), 1, 600), Session(WORKING_DAYS, time(17), 3, 600)),
                max_per_day=9,
            ),
            posts=25,
        ),
        "session",
        "Thiếu 20 trong 100 bài: có buổi phát chỉ nhận 1 mục; nhận 2 mục mỗi buổi thì đủ.",
        lambda what: changed(
            what,
            sessions=tuple(replace(row, items=max(2, row.items)) for row in what.channels[0].sessions),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_rule_in_the_way_is_named_and_the_change_it_names_meets_the_aim(case: str) -> None:
    what, rule, words, change = CASES[case]
    found = shortfall(what)
    assert found.rule == rule
    assert words in found.sentence if not words.startswith("Thiếu") else found.sentence.startswith(words)
    assert is_met(change(what))


@pytest.mark.parametrize(
    ("case", "less"),
    [
        ("min_gap", lambda what: changed(what, min_gap=timedelta(minutes=420))),
        ("dates", lambda what: longer(what, 2)),
        ("session seconds", lambda what: seconds(what, 300)),
    ],
)
def test_the_change_is_the_smallest_that_helps(case: str, less: Callable[[PlanInput], PlanInput]) -> None:
    assert not is_met(less(CASES[case][0]))


# ---------------------------------------------------------------- where no single change helps


def test_where_no_single_change_helps_a_smaller_aim_is_offered_and_is_met() -> None:
    what = plan_input(posts=25_000)
    found = shortfall(what)
    assert found.rule == "several"
    assert "hãy hạ mục tiêu cả chiến dịch còn 84 bài" in found.sentence
    assert is_met(replace(what, aims=(aim(84 / 4),)))


def test_a_smaller_aim_in_minutes_is_offered_in_minutes() -> None:
    what = plan_input(station(), candidates=library(seconds=90), aims=(Aim((1,), Measure.MINUTES, 9000),))
    found = shortfall(what)
    assert found.rule == "several" and "còn 120 phút" in found.sentence


def test_quiet_hours_and_validity_are_never_offered_as_what_to_give_up() -> None:
    for what, _, _, _ in CASES.values():
        change = shortfall(what).change
        assert "giờ yên lặng" not in change and "hạn" not in change.replace("hạn chế", "")


# ---------------------------------------------------------------- shares, exposures, seats


def others(what: PlanInput, kind: str) -> list[Unmet]:
    return [unmet for unmet in plan(what).unmet if unmet.aim == kind]


def test_a_pillar_without_a_message_is_named_with_what_it_lacks_and_one_message_is_enough() -> None:
    bare = tuple(row for row in library() if row.pillar != "examples")
    what = plan_input(posts=15, candidates=bare)
    (found,) = others(what, "share")
    assert (found.wanted, found.planned) == (6, 0)
    assert found.sentence == (
        "Thiếu 6 trong 6 bài của trụ cột “Gương tập thể, cá nhân điển hình”: chưa có thông điệp nào đã duyệt, còn hạn "
        "và hợp kênh; hãy thêm hoặc duyệt thông điệp của trụ cột này cho các kênh, hoặc hạ tỷ lệ của trụ cột."
    )
    assert others(replace(what, candidates=(*bare, message(99, "examples"))), "share") == []
    assert others(replace(what, shares={**what.shares, "examples": 0}), "share") == []


def test_a_pillar_whose_message_fits_too_few_days_is_named() -> None:
    bare = tuple(row for row in library() if row.pillar != "examples")
    what = plan_input(posts=15, candidates=(*bare, message(99, "examples", first=day(0), last=day(0))))
    (found,) = others(what, "share")
    assert found.wanted == 6 and found.planned < 6
    assert "1 thông điệp của trụ cột này chỉ dùng được" in found.reason


def test_floors_that_are_more_than_all_posts_say_so_and_more_posts_keep_them() -> None:
    what = plan_input(posts=1, floors={"examples": 4, "policy": 4})
    found = others(what, "share")
    assert [(row.wanted, row.planned, row.rule) for row in found] == [(4, 2, "posts"), (4, 2, "posts")]
    assert found[0].sentence == (
        "Thiếu 2 trong 4 bài tối thiểu của trụ cột “Gương tập thể, cá nhân điển hình”: cả chiến dịch chỉ có 4 bài, "
        "không đủ mức tối thiểu của mọi trụ cột; hãy tăng mục tiêu số bài, hoặc hạ số bài tối thiểu."
    )
    assert others(replace(what, aims=(aim(2),)), "share") == []
    assert others(replace(what, floors={"examples": 2, "policy": 2}), "share") == []


def seldom(per_week: float) -> PlanInput:
    pool = tuple(message(n) for n in (1, 2, 3))
    return plan_input(posts=per_week, candidates=pool, shares={"knowledge": 1}, exposures=Exposures(3, 10))


def test_messages_met_too_seldom_are_named_and_as_many_more_posts_as_it_says_are_enough() -> None:
    (found,) = others(seldom(1.25), "exposures")
    assert (found.wanted, found.planned) == (3, 2)
    assert found.sentence == (
        "Người theo dõi kênh Trang 1 gặp 1 trong 2 thông điệp chưa đủ 3 lần: “Thông điệp 2”; "
        "tăng thêm 1 bài, hoặc chỉ dùng khoảng 1 thông điệp."
    )
    assert others(seldom(1.5), "exposures") == []
    fewer = replace(seldom(1.25), candidates=(message(1, wordings=2),))
    assert others(fewer, "exposures") == []


def test_using_fewer_messages_is_not_offered_where_one_alone_would_not_be_met_often_enough() -> None:
    (found,) = others(seldom(0.5), "exposures")
    assert found.change == "tăng thêm 4 bài"
    assert others(seldom(1.5), "exposures") == []


def test_those_who_are_reached_by_several_channels_meet_a_message_on_each() -> None:
    pool = (message(1, channels=(1, 2)), message(2, channels=(1, 2)))
    rows = [channel(n, audiences=frozenset({"everyone"})) for n in (1, 2)]
    what = plan_input(*rows, posts=0.75, candidates=pool, shares={"knowledge": 1}, exposures=Exposures(3, 10))
    assert others(what, "exposures") == []
    apart = [replace(row, audiences=frozenset()) for row in rows]
    assert len(others(replace(what, channels=tuple(apart)), "exposures")) == 2


def test_seats_that_stay_empty_are_counted_with_their_reason() -> None:
    (found,) = others(plan_input(posts=7, candidates=(message(1),), shares={"knowledge": 1}), "slot")
    assert (found.wanted, found.planned) == (28, 1)
    assert found.reason.startswith("27 khung giờ còn trống: ")


def test_what_stands_counts_for_what_is_met() -> None:
    rows = tuple(standing(n, local(day(n), 8 + 4 * m), 99) for n in range(28) for m in range(1))
    found = shortfall(plan_input(channel(standing=rows, max_per_day=1), posts=14))
    assert (found.wanted, found.planned, found.rule) == (56, 28, "max_per_day")
    assert day(27) == LAST

"""Observances: rules that hold for every year, lunar ones too."""

from datetime import date

import pytest

from content.observances import OBSERVANCES, between, nearest, public_holidays, upcoming


@pytest.mark.parametrize(
    ("name", "year", "starts", "ends"),
    [
        ("thang_hanh_dong", 2026, date(2026, 11, 10), date(2026, 12, 10)),
        ("ngay_the_gioi", 2031, date(2031, 12, 1), date(2031, 12, 1)),
        ("thang_me_con", 2027, date(2027, 6, 1), date(2027, 6, 30)),
        ("ngay_ma_tuy", 2027, date(2027, 6, 26), date(2027, 6, 26)),
        ("khong_phan_biet", 2027, date(2027, 3, 1), date(2027, 3, 1)),
        ("thay_thuoc", 2027, date(2027, 2, 27), date(2027, 2, 27)),
        ("chi_thi_07", 2026, date(2026, 7, 6), date(2026, 7, 6)),
    ],
)
def test_a_fixed_observance_falls_on_the_same_days_every_year(name: str, year: int, starts: date, ends: date) -> None:
    found = OBSERVANCES[name].of(year)
    assert (found.starts, found.ends) == (starts, ends)


# First days of the lunar year in Vietnam; 1985, 2007 and 2030 differ from the Chinese calendar.
@pytest.mark.parametrize(
    "first_day",
    [date(1985, 1, 21), date(2007, 2, 17), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2030, 2, 2)],
)
def test_tet_follows_the_lunar_calendar_of_vietnam(first_day: date) -> None:
    found = OBSERVANCES["tet"].of(first_day.year)
    assert ((first_day - found.starts).days, (found.ends - first_day).days) == (7, 6)


def test_the_next_occurrence_is_the_one_under_way_or_the_one_of_next_year() -> None:
    month = OBSERVANCES["thang_hanh_dong"]
    assert upcoming(month, date(2026, 12, 10)).starts == date(2026, 11, 10)
    assert upcoming(month, date(2026, 12, 11)).starts == date(2027, 11, 10)
    assert upcoming(OBSERVANCES["tet"], date(2026, 12, 31)).ends == date(2027, 2, 12)


def test_a_campaign_belongs_to_the_occurrence_that_starts_closest() -> None:
    month = OBSERVANCES["thang_hanh_dong"]
    assert nearest(month, date(2026, 10, 25)).starts == date(2026, 11, 10)
    assert nearest(month, date(2027, 1, 5)).starts == date(2026, 11, 10)
    assert nearest(OBSERVANCES["tet"], date(2026, 12, 25)).starts.year == 2027


def test_what_touches_a_stretch_of_days_is_listed_in_order() -> None:
    found = [row.observance.id for row in between(date(2026, 12, 1), date(2027, 3, 1))]
    assert found == ["thang_hanh_dong", "ngay_the_gioi", "tet", "thay_thuoc", "khong_phan_biet"]


def test_public_holidays_have_vietnamese_names_and_know_tet_and_the_new_day_of_culture() -> None:
    days = public_holidays(date(2026, 11, 1), date(2027, 2, 28))
    assert days[date(2026, 11, 24)] == "Ngày Văn hóa Việt Nam"
    assert "Tết Nguyên Đán" in days[date(2027, 2, 6)]
    assert all(date(2026, 11, 1) <= day <= date(2027, 2, 28) for day in days)


def test_every_observance_says_where_it_is_laid_down() -> None:
    assert {row.id for row in OBSERVANCES.values() if not row.source or not row.name} == set()

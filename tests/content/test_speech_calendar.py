"""Every minute of interest, every day of a leap year and every numeral that a plan may hold, in all usual notations.

The words of a number are those of `cardinal`, which `test_speech.py` holds against a slow spelling.
"""

from datetime import date, timedelta

import pytest

from content.speech import cardinal, speak

DAYS = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
ONES = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
ROMANS = [tens + ones for tens in ("", "X", "XX") for ones in ONES]


def month(number: int) -> str:
    return "tư" if number == 4 else cardinal(number)


def heard(written: str) -> str:
    return speak(written).text


@pytest.mark.parametrize("notation", ["{0.day}/{0.month}/{0.year}", "{0:%d/%m/%Y}", "{0:%d-%m-%Y}", "{0:%d.%m.%Y}"])
def test_a_full_date_is_heard_in_every_notation(notation: str) -> None:
    for day in DAYS:
        said = f"Họp ngày {cardinal(day.day)} tháng {month(day.month)} năm {cardinal(day.year)} tại xã."
        assert heard(f"Họp ngày {notation.format(day)} tại xã.") == said


@pytest.mark.parametrize("notation", ["{0.day}/{0.month}", "{0:%d/%m}"])
@pytest.mark.parametrize("frame", ["Họp ngày {} tại xã.", "Sáng {}, đoàn ra quân.", "Phát từ {} đến hết tháng."])
def test_a_day_without_its_year_is_heard_after_a_word_that_leads_to_it(frame: str, notation: str) -> None:
    for day in DAYS:
        said = f"{cardinal(day.day)} tháng {month(day.month)}"
        assert heard(frame.format(notation.format(day))) == frame.format(said)


@pytest.mark.parametrize("sign", ["-", " - ", "–", " đến "])
def test_days_that_run_into_another_month_are_heard_from_one_to_the_other(sign: str) -> None:
    for first in DAYS[:-40]:
        last = first + timedelta(days=37)
        written = f"{first:%d/%m}{sign}{last:%d/%m/%Y}"
        days = [f"{cardinal(day.day)} tháng {month(day.month)}" for day in (first, last)]
        assert heard(f"Từ ngày {written}.") == f"Từ ngày {days[0]} đến {days[1]} năm {cardinal(last.year)}."


@pytest.mark.parametrize("notation", ["{h}h{m:02}", "{h:02}h{m:02}", "{h}:{m:02}", "{h:02}:{m:02}", "{h}g{m:02}"])
def test_an_hour_is_heard_in_every_notation(notation: str) -> None:
    for hour in range(24):
        for minute in (0, 1, 5, 15, 24, 30, 45, 59):
            said = f"{cardinal(hour)} giờ" + (f" {cardinal(minute)} phút" if minute else "")
            assert heard(f"Bắt đầu lúc {notation.format(h=hour, m=minute)}.") == f"Bắt đầu lúc {said}."


@pytest.mark.parametrize("notation", ["{}h-{}h30", "{}h00 - {}h30", "{:02}:00-{:02}:30", "{}h đến {}h30"])
def test_hours_are_heard_from_one_to_the_other(notation: str) -> None:
    for first in range(23):
        said = f"Phát từ {cardinal(first)} giờ đến {cardinal(first + 1)} giờ ba mươi phút hằng ngày."
        assert heard(f"Phát từ {notation.format(first, first + 1)} hằng ngày.") == said


@pytest.mark.parametrize("frame", ["Đảng khóa {}", "Kỳ họp {} thông qua", "Chương {} của Luật", "Phụ lục {} kèm theo"])
def test_a_roman_numeral_is_heard_after_what_it_numbers(frame: str) -> None:
    for value, numeral in enumerate(ROMANS, start=1):
        assert heard(frame.format(numeral)) == frame.format(cardinal(value))


@pytest.mark.parametrize(
    ("unit", "said"),
    [(" đồng", "đồng"), ("đ", "đồng"), (" VNĐ", "đồng"), (" triệu đồng", "triệu đồng"), (" USD", "đô la Mỹ")],
)
def test_money_is_heard_at_every_power_of_ten(unit: str, said: str) -> None:
    for value in (1, 15, 21, 105, 110, 1_000, 1_005, 10_000, 101_000, 1_000_000, 1_000_001, 25_500_000):
        assert heard(f"Kinh phí {value:,}{unit}.".replace(",", ".")) == f"Kinh phí {cardinal(value)} {said}."

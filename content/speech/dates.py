"""Days, months and hours: 10/11-10/12/2026, tháng 11/2026, quý IV/2026, thứ 2, 16h30, 7:30-11:00."""

import re

from content.speech.lexicon import Lexicon
from content.speech.numerals import cardinal, month, ordinal, roman
from content.speech.page import DATE, TIME, Page

_BEFORE = r"(?<![\w/.,-])"
_AFTER = r"(?![\w/]|[.,-][0-9])"
_D, _M, _Y = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_TO = r"\s?(?:-|đến|tới|÷|→)\s?"

_DAYS = re.compile(
    rf"{_BEFORE}(?P<d1>{_D})/(?P<m1>{_M})(?:/(?P<y1>{_Y}))?(?P<to>{_TO})(?:ngày )?"
    rf"(?P<d2>{_D})/(?P<m2>{_M})(?:/(?P<y2>{_Y}))?{_AFTER}"
)
_DAYS_OF_MONTH = re.compile(rf"{_BEFORE}(?P<d1>{_D})\s?[-÷]\s?(?P<d2>{_D})/(?P<m2>{_M})(?:/(?P<y2>{_Y}))?{_AFTER}")
_FULL = re.compile(rf"{_BEFORE}(?P<d>{_D})(?P<sign>[/.-])(?P<m>{_M})(?P=sign)(?P<y>{_Y}){_AFTER}")
_SHORT_YEAR = re.compile(rf"{_BEFORE}(?P<d>{_D})/(?P<m>{_M})/(?P<y>[0-9]{{2}}){_AFTER}")
_ISO = re.compile(rf"{_BEFORE}(?P<y>{_Y})-(?P<m>{_M})-(?P<d>{_D}){_AFTER}")
_MONTHS = re.compile(
    rf"(?P<lead>(?<!\w)tháng\s+)(?P<it>(?P<m1>{_M})\s?-\s?(?P<m2>{_M})(?:/(?P<y>{_Y}))?){_AFTER}", re.IGNORECASE
)
_MONTH = re.compile(rf"{_BEFORE}(?P<m>{_M})/(?P<y>{_Y}){_AFTER}")
_MONTH_NAME = re.compile(rf"(?<!\w)[Tt]háng\s+(?P<it>0?4){_AFTER}")
_SHORT_MONTH = re.compile(rf"(?<!\w)T\.?(?P<m>{_M})(?:/(?P<y>{_Y})|(?=-T?[0-9]{{1,2}}/)){_AFTER}")
_NOT_A_MONTH = re.compile(r"(?<!\w)(?:quý|đợt|kỳ|tuần|số|lần|học kỳ)\s+\Z", re.IGNORECASE)
_MONTH_SAID = re.compile(r"(?<!\w)tháng\s+\Z", re.IGNORECASE)

# A day and a month without a year: the words before it decide (loudspeaker.md section 2, ambiguity rule).
_LEAD = (
    rf"(?i:(?<!\w)(?:ngày|từ|đến|tới|sáng|trưa|chiều|tối|đêm|lễ|dịp|hôm|nay|mai|hết|trước|sau|qua|vào|kỷ niệm|"
    rf"chủ nhật|cn|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7]))\s*[,(]?\s*|{DATE}\s?(?:,|;|và|hoặc|hay|&)\s?)"
)
_DAY_LIST = r"(?i:(?<!\w)ngày\s+)(?:[0-9]{1,2}\s?(?:,|và|hoặc)\s?)+"
_NAMED_DAY = r"(?<!\w)(?:Ngày|NGÀY|Tháng hành động|Lễ|Tết)\s+[A-ZĐỞÂ][^\n.;:!?0-9]{1,80}[ (]"
_OF_DAY = rf"(?P<it>(?P<d>{_D})/(?P<m>{_M})){_AFTER}"
_LED_DAY = re.compile(rf"(?P<lead>{_LEAD}|{_DAY_LIST}|{_NAMED_DAY}){_OF_DAY}")
# "Tối 1-12" is a day; "ngày 5-7" runs from one to the other, unless it would run backwards.
_DASHED_DAY = re.compile(
    rf"(?i:(?<!\w)(?P<lead>sáng|trưa|chiều|tối|đêm|lễ|dịp|ngày)\s+)(?P<it>(?P<d>{_D})-(?P<m>{_M})){_AFTER}(?!\s*(?:giờ|tháng))"
)
_LONE_DAY = re.compile(rf"{_BEFORE}{_OF_DAY}")
_PART_OF = re.compile(
    r"\s+(?:số|tổng|dân số|dân|người|viên|liều|lượng|thời gian|chặng|chỉ tiêu|các|trong|xã|phường|huyện|tỉnh|đơn vị|"
    r"trường hợp|hộ|ca|thôn|khu|tổ|trường|lớp|cơ sở|bệnh nhân|phiếu|đại biểu|thành viên|diện tích|suất|ly|cốc|"
    r"kế hoạch)(?!\w)"
)
_SURE_LEAD = re.compile(rf"ngày|{DATE}|Tháng|Lễ|Tết", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<!\w)(?:số|số nhà|ngõ|hẻm|kiệt|ngách|nhà|đường|tỷ lệ|đạt|chiếm|khoảng|gần|hơn)\s+\Z", re.IGNORECASE
)

_QUARTER = re.compile(rf"(?<!\w)[Qq]uý\s+(?P<it>(?P<q>I{{1,3}}|IV|[1-4])/(?P<y>{_Y}))(?![\w/])")
_WEEKDAY = re.compile(r"(?<!\w)T(?P<day>[2-7])(?![\w/]|\.[0-9])")
_ORDINAL = re.compile(r"(?<!\w)[Tt]hứ\s+(?P<it>(?P<n>[0-9]{1,2})|(?P<roman>[IVXL]+))(?![\w/]|[.,][0-9])")
_CLOCK = re.compile(
    r"(?<![\w.,/:])(?P<h>[01]?[0-9]|2[0-4])"
    r"(?:\s?[hHg]\s?(?P<m>[0-5][0-9])(?:\s?(?:'|phút|ph|p)(?!\w))?|:(?P<m2>[0-5][0-9])(?::[0-5][0-9])?\s?h?)"
    r"(?![\w/:%]|[.,][0-9])"
)
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24/(?P<n>7|24)(?P<hours>\s?h)?(?![\w/]|[.,][0-9])")


def read_dates(page: Page, _: Lexicon) -> None:
    """Claim days and months, from what is certain by its shape to what only its context tells."""
    slashed = "/" in page.left
    if slashed:
        page.read(_DAYS, _days, DATE)
        page.read(_DAYS_OF_MONTH, _days_of_month, DATE)
        page.read(_QUARTER, _quarter, DATE)
    for pattern in (_FULL, _ISO, _SHORT_YEAR) if slashed else (_FULL, _ISO):
        page.read(pattern, lambda match: day(match["d"], match["m"], match["y"]), DATE)
    page.read(_DASHED_DAY, _dashed_day, DATE)
    if "háng" in page.left:
        page.read(_MONTHS, _months, DATE)
    if slashed:
        page.read(_MONTH, _month, DATE)
        page.read(_SHORT_MONTH, _month, DATE)
        _read_days(page)
    if "háng" in page.left:
        page.read(_MONTH_NAME, lambda _match: month(4), DATE)
    if "T" in page.left:
        page.read(_WEEKDAY, lambda match: f"thứ {ordinal(int(match['day']))}", DATE)


def read_times(page: Page, _: Lexicon) -> None:
    """Claim hours with minutes; a bare "8h" is a unit like any other."""
    page.read(_CLOCK, _clock, TIME)


def read_ordinals(page: Page, _: Lexicon) -> None:
    """Claim what follows "thứ"."""
    page.read(_ORDINAL, _ordinal, DATE)


def day(number: str, of_month: str, year: str | None) -> str:
    """A day in words: "mười tháng mười hai năm hai nghìn không trăm hai mươi sáu". Two digits of a year mean 20xx."""
    return f"{cardinal(int(number))} tháng {_month_and_year(of_month, year)}"


def _month_and_year(number: str, year: str | None) -> str:
    words = month(int(number))
    if not year:
        return words
    return f"{words} năm {cardinal(int(year) if len(year) == 4 else 2000 + int(year))}"


def _days(match: re.Match[str]) -> str:
    first = day(match["d1"], match["m1"], match["y1"])
    again = "ngày " if "ngày " in match.group() else ""
    to = "tới" if "tới" in match["to"] else "đến"
    return f"{first} {to} {again}{day(match['d2'], match['m2'], match['y2'])}"


def _days_of_month(match: re.Match[str]) -> str | None:
    if int(match["d1"]) >= int(match["d2"]):
        return None
    return f"{cardinal(int(match['d1']))} đến {day(match['d2'], match['m2'], match['y2'])}"


def _quarter(match: re.Match[str]) -> str:
    number = roman(match["q"]) or int(match["q"])
    return f"{cardinal(number)} năm {cardinal(int(match['y']))}"


def _months(match: re.Match[str]) -> str:
    return f"{month(int(match['m1']))} đến tháng {_month_and_year(match['m2'], match['y'])}"


def _month(match: re.Match[str]) -> str:
    words = _month_and_year(match["m"], match["y"])
    before = match.string[max(0, match.start() - 12) : match.start()]
    if _NOT_A_MONTH.search(before):
        return f"{cardinal(int(match['m']))} năm {cardinal(int(match['y']))}"
    return words if _MONTH_SAID.search(before) else f"tháng {words}"


def _read_days(page: Page) -> None:
    """Days without a year. A day in a list is known by the one before it, so look again after each find."""
    page.read(_ROUND_THE_CLOCK, _round_the_clock)
    while page.read(_LED_DAY, _led_day, DATE):
        pass
    page.read(_LONE_DAY, _lone_day, DATE)


def _round_the_clock(match: re.Match[str]) -> str | None:
    before = match.string[max(0, match.start() - 8) : match.start()]
    if match["n"] == "7" and re.search(_LEAD + r"\Z", before):
        return None
    return f"hai mươi tư trên {cardinal(int(match['n']))}" + (" giờ" if match["hours"] else "")


def _led_day(match: re.Match[str]) -> str | None:
    if not _SURE_LEAD.search(match["lead"]) and _PART_OF.match(match.string, match.end("it")):
        return None
    return day(match["d"], match["m"], None)


def _dashed_day(match: re.Match[str]) -> str | None:
    if match["lead"].lower() == "ngày" and int(match["d"]) <= int(match["m"]):
        return None
    return day(match["d"], match["m"], None)


def _lone_day(match: re.Match[str]) -> str | None:
    number, of_month = int(match["d"]), int(match["m"])
    if number == of_month or not (number > of_month or of_month > 10):
        return None
    if _PART_OF.match(match.string, match.end()) or _ADDRESS.search(
        match.string, max(0, match.start() - 12), match.start()
    ):
        return None
    return day(match["d"], match["m"], None)


def _ordinal(match: re.Match[str]) -> str | None:
    value = int(match["n"]) if match["n"] else roman(match["roman"])
    if not value:
        return None
    return ordinal(value)


def _clock(match: re.Match[str]) -> str:
    minutes = int(match["m"] or match["m2"])
    hour = f"{cardinal(int(match['h']))} giờ"
    return f"{hour} {cardinal(minutes)} phút" if minutes else hour

"""Days and months: 10/11-10/12/2026, ngày 1-12, tháng 11/2026, quý IV/2026, thứ 2."""

import re
from collections.abc import Mapping

from content.speech.lexicon import Lexicon
from content.speech.nouns import COUNTED
from content.speech.numerals import cardinal, month, ordinal, roman, share
from content.speech.page import DATE, Page

_BEFORE = r"(?<![\w/.,-])"
_AFTER = r"(?![\w/]|[.,-][0-9])"
_D, _M, _Y = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_TO = r"\s?(?:-|đến|tới|÷|→)\s?"

_DAYS = re.compile(
    rf"{_BEFORE}(?P<d1>{_D})(?P<sign>[/.-])(?P<m1>{_M})(?:(?P=sign)(?P<y1>{_Y}))?(?P<to>{_TO})"
    rf"(?P<again>(?:hết )?(?:ngày )?)(?P<d2>{_D})(?P=sign)(?P<m2>{_M})(?:(?P=sign)(?P<y2>{_Y}))?{_AFTER}"
)
# "10-11 đến 10-12" are two days only after these words; "từ 5-7 đến 8-10 tuổi" counts something.
_DAYS_LEAD = re.compile(r"(?<!\w)(?:ngày|từ|hành động|thời gian|cao điểm)\W{0,3}\Z", re.IGNORECASE)
_COUNTING = re.compile(rf"\s?%|\s+(?:{COUNTED}|tuổi|ngày|tháng|giờ|phút|lần|nghìn|triệu|tỷ)(?!\w)")
_DAYS_OF_MONTH = re.compile(rf"{_BEFORE}(?P<d1>{_D})\s?[-÷]\s?(?P<d2>{_D})/(?P<m2>{_M})(?:/(?P<y2>{_Y}))?{_AFTER}")
_FULL = re.compile(rf"{_BEFORE}(?P<d>{_D})(?P<sign>[/.-])(?P<m>{_M})(?P=sign)(?P<y>{_Y}){_AFTER}")
_SHORT_YEAR = re.compile(rf"{_BEFORE}(?P<d>{_D})/(?P<m>{_M})/(?P<y>[0-9]{{2}}){_AFTER}")
_ISO = re.compile(rf"{_BEFORE}(?P<y>{_Y})-(?P<m>{_M})-(?P<d>{_D}){_AFTER}")
_MONTHS = re.compile(
    rf"(?P<lead>(?<!\w)tháng\s+)(?P<it>(?P<m1>{_M})\s?-\s?(?P<m2>{_M})(?:/(?P<y>{_Y}))?){_AFTER}", re.IGNORECASE
)
_LISTED_MONTHS = re.compile(rf"(?<!\w)[Tt]háng\s+(?P<it>(?P<list>{_M}(?:,{_M})+)/(?P<y>{_Y})){_AFTER}")
_MONTH = re.compile(rf"{_BEFORE}(?P<m>{_M})/(?P<y>{_Y}){_AFTER}")
_MONTH_NAME = re.compile(rf"(?<!\w)[Tt]háng\s+(?P<it>0?4){_AFTER}")
_SHORT_MONTH = re.compile(rf"(?<!\w)T\.?(?P<m>{_M})(?:/(?P<y>{_Y})|(?=-T?[0-9]{{1,2}}/)){_AFTER}")
# "T12" is a month, "T2" a day of the week, unless it stands in a row with a month: "T11, T12 và T1", "T1-T6".
_T_LIST = re.compile(rf"(?<!\w)T{_M}(?:\s?(?:[-,]|và|đến)\s?T{_M})*(?![\w/]|\.[0-9])")
_T = re.compile(r"\s?-\s?|T(?P<m>[0-9]+)")
# "6T/2026", "9T đầu năm": so many months, as reports shorten it.
_SO_MANY_MONTHS = re.compile(rf"(?<![\w/.,-])(?P<n>[1-9]|1[0-2])T(?:/(?P<y>{_Y})|(?=\s(?:đầu|cuối)(?!\w))){_AFTER}")
_NOT_A_MONTH = re.compile(r"(?<!\w)(?:quý|đợt|kỳ|tuần|số|lần|học kỳ)\s+\Z", re.IGNORECASE)
_MONTH_SAID = re.compile(r"(?<!\w)tháng\s+\Z", re.IGNORECASE)

# A day and a month without a year: the words before it decide (loudspeaker.md section 2, ambiguity rule).
_LEAD = (
    rf"(?i:(?<!\w)(?:ngày|từ|đến|tới|sáng|trưa|chiều|tối|đêm|lễ|dịp|hôm|nay|mai|hết|trước|sau|qua|vào|kỷ niệm|"
    rf"mùng|mồng|rằm|giỗ|giỗ tổ|mừng|quốc khánh|hưởng ứng|hướng tới|nhân|nghỉ|chủ nhật|cn|t[2-7]|"
    rf"thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7]))\s*[,(]?\s*|{DATE}\s?(?:,|;|và|hoặc|hay|&)\s?)"
)
_DAY_LIST = r"(?i:(?<!\w)ngày\s+)(?:[0-9]{1,2}\s?(?:,|và|hoặc)\s?)+"
_NAMED_DAY = r"(?<!\w)(?:Ngày|NGÀY|Tháng hành động|Lễ|Tết|Quốc tế)\s+[A-ZĐỞÂ][^\n.;:!?0-9]{1,80}[ (]"
_OF_DAY = rf"(?P<it>(?P<d>{_D})/(?P<m>{_M})){_AFTER}"
_LED_DAY = re.compile(rf"(?P<lead>{_LEAD}|{_DAY_LIST}|{_NAMED_DAY}){_OF_DAY}")
# "Tối 1-12" is a day; "ngày 5-7" runs from one to the other, unless it would run backwards or is a day that all know.
_DASHED_DAY = re.compile(
    rf"(?i:(?<!\w)(?P<lead>sáng|trưa|chiều|tối|đêm|lễ|dịp|(?<!mỗi )(?<!một )(?<![0-9] )ngày)\s+"
    rf"|(?P<named>(?<!\w)(?:Ngày|Lễ|Quốc tế)\s+[A-ZĐỞÂ][^\n.;:!?0-9]{{1,80}}"
    rf"|(?<!\w)(?:Phụ nữ|Việt Nam|Nhà giáo|AIDS)\s\(?)"
    rf"|{DATE}\s?(?P<list>,|và|hoặc|đến|tới)\s?(?:hết )?(?:ngày )?"
    rf"|(?P<lone>{_BEFORE}))(?P<it>(?P<d>{_D})(?P<sign>[-.])(?P<m>{_M})){_AFTER}(?!\s*(?:giờ|tháng|lần)(?!\w))"
)
# Days of the year that are written like any number and read as days; roads and squares bear them too.
_FEASTS: Mapping[int, frozenset[int]] = {
    1: frozenset({1}),
    2: frozenset({3, 14, 27}),
    3: frozenset({1, 8, 24, 26}),
    4: frozenset({7, 30}),
    5: frozenset({1, 15, 19}),
    6: frozenset({1, 26, 28}),
    7: frozenset({11, 27}),
    8: frozenset({19}),
    9: frozenset({2}),
    10: frozenset({10, 13, 14, 15, 20}),
    11: frozenset({9, 10, 18, 20, 23, 25}),
    12: frozenset({1, 3, 10, 22, 24, 25, 31}),
}
_ROAD = re.compile(r"(?<!\w)(?:đường|phố|quảng trường|công viên|cầu)\s+\Z", re.IGNORECASE)
_LONE_DAY = re.compile(rf"{_BEFORE}{_OF_DAY}")
_PART_OF = re.compile(
    rf"\s+(?:số|tổng|dân số|dân|lượng|thời gian|chặng|các|trong|diện tích|kế hoạch|quy mô|{COUNTED})(?!\w)"
)
_SHARE_OF = re.compile(r"\s+(?:số|tổng|dân số|diện tích|chặng)(?!\w)")
_SURE_LEAD = re.compile(rf"ngày|{DATE}|Tháng|Lễ|Tết", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<!\w)(?:số|số nhà|tổ|lớp|lô|ngõ|hẻm|kiệt|ngách|nhà|đường|đạt|chiếm|khoảng|gần|hơn|"
    r"(?:tỷ|tỉ) lệ[^.,;\n]{0,20})\s+\Z",
    re.IGNORECASE,
)

_Q = "(?:I{1,3}|IV|[1-4])"
_QUARTER = re.compile(rf"(?<!\w)[Qq]uý\s+(?P<it>(?P<q>{_Q})(?:\s?-\s?(?P<q2>{_Q}))?[/-](?P<y>{_Y}))(?![\w/])")
_SHORT_QUARTER = re.compile(rf"(?<!\w)Q(?P<q>[1-4])/(?P<y>{_Y})(?![\w/])")
_YEARS = re.compile(rf"(?<![\w/.,-])(?P<y1>{_Y})/(?P<y2>{_Y})(?![\w/.-])")
_WEEKDAY = re.compile(r"(?<!\w)T(?P<day>[2-7])(?![\w/]|\.[0-9])")
_ORDINAL = re.compile(r"(?<!\w)[Tt]hứ\s+(?P<it>(?P<n>[0-9]{1,2})|(?P<roman>[IVXL]+))(?![\w/]|[.,][0-9])")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24h?/(?P<n>7|24)(?P<hours>\s?h)?(?![\w/]|[.,][0-9])")


# What every day of one kind has, so that the longer patterns run only where there is something to find.
_SLASHED = re.compile("[0-9IVh]/[0-9]")
_DASHED = re.compile("[0-9][.-](?:0?[1-9]|1[0-2])(?![0-9])")


def read_dates(page: Page, _: Lexicon) -> None:
    """Claim days and months, from what is certain by its shape to what only its context tells."""
    slashed = _SLASHED.search(page.left) is not None
    if slashed or "đến" in page.left or "tới" in page.left:
        page.read(_DAYS, _days, DATE)
    if "uý" in page.left:
        page.read(_QUARTER, _quarter, DATE)
    if slashed:
        page.read(_DAYS_OF_MONTH, _days_of_month, DATE)
        if page.has("Q"):
            page.read(_SHORT_QUARTER, lambda match: f"quý {_quarter(match)}", DATE)
        page.read(_YEARS, _years, DATE)
    for pattern in (_FULL, _ISO, _SHORT_YEAR) if slashed else (_FULL, _ISO):
        page.read(pattern, lambda match: day(match["d"], match["m"], match["y"]), DATE)
    if _DASHED.search(page.left):
        while page.read(_DASHED_DAY, _dashed_day, DATE):
            pass
    if "háng" in page.left:
        page.read(_MONTHS, _months, DATE)
        page.read(_LISTED_MONTHS, _listed_months, DATE)
    if slashed:
        page.read(_MONTH, _month, DATE)
        page.read(_SHORT_MONTH, _month, DATE)
        _read_days(page)
    if "háng" in page.left:
        page.read(_MONTH_NAME, lambda _match: month(4), DATE)
    if page.has("T"):
        page.read(_SO_MANY_MONTHS, _so_many_months, DATE)
        page.read(_T_LIST, _t_list, DATE)
        page.read(_WEEKDAY, lambda match: f"thứ {ordinal(int(match['day']))}", DATE)


def read_ordinals(page: Page, _: Lexicon) -> None:
    """Claim what follows "thứ"."""
    if "hứ" in page.left:
        page.read(_ORDINAL, _ordinal, DATE)


def day(number: str, of_month: str, year: str | None) -> str:
    """A day in words: "mười tháng mười hai năm hai nghìn không trăm hai mươi sáu". Two digits of a year mean 20xx."""
    return f"{cardinal(int(number))} tháng {_month_and_year(of_month, year)}"


def _month_and_year(number: str, year: str | None) -> str:
    words = month(int(number))
    if not year:
        return words
    return f"{words} năm {cardinal(int(year) if len(year) == 4 else 2000 + int(year))}"


def _days(match: re.Match[str]) -> str | None:
    if match["sign"] != "/" and not _surely_days(match):
        return None
    if match["m1"] == match["m2"] and _SHARE_OF.match(match.string, match.end()):
        return f"{share(match['d1'], match['m1'])} đến {share(match['d2'], match['m2'])}"
    first = day(match["d1"], match["m1"], match["y1"])
    to = "tới" if "tới" in match["to"] else "đến"
    return f"{first} {to} {match['again']}{day(match['d2'], match['m2'], match['y2'])}"


def _surely_days(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 20) : match.start()]
    return _DAYS_LEAD.search(before) is not None and not _COUNTING.match(match.string, match.end())


def _days_of_month(match: re.Match[str]) -> str | None:
    if int(match["d1"]) >= int(match["d2"]):
        return None
    return f"{cardinal(int(match['d1']))} đến {day(match['d2'], match['m2'], match['y2'])}"


def _quarter(match: re.Match[str]) -> str:
    quarters = [cardinal(roman(q) or int(q)) for q in (match["q"], match.groupdict().get("q2")) if q]
    return f"{' đến '.join(quarters)} năm {cardinal(int(match['y']))}"


def _years(match: re.Match[str]) -> str | None:
    first, second = int(match["y1"]), int(match["y2"])
    return f"{cardinal(first)} đến {cardinal(second)}" if second == first + 1 else None


def _months(match: re.Match[str]) -> str:
    return f"{month(int(match['m1']))} đến tháng {_month_and_year(match['m2'], match['y'])}"


def _listed_months(match: re.Match[str]) -> str:
    *others, last = match["list"].split(",")
    return ", ".join([*(month(int(other)) for other in others), _month_and_year(last, match["y"])])


def _month(match: re.Match[str]) -> str:
    words = _month_and_year(match["m"], match["y"])
    before = match.string[max(0, match.start() - 12) : match.start()]
    if _NOT_A_MONTH.search(before):
        return f"{cardinal(int(match['m']))} năm {cardinal(int(match['y']))}"
    return words if _MONTH_SAID.search(before) else f"tháng {words}"


def _so_many_months(match: re.Match[str]) -> str:
    months = f"{cardinal(int(match['n']))} tháng"
    return f"{months} đầu năm {cardinal(int(match['y']))}" if match["y"] else months


def _t_list(match: re.Match[str]) -> str | None:
    if all(2 <= int(number) <= 7 for number in _T.findall(match.group()) if number):
        return None
    return _T.sub(lambda part: f"tháng {month(int(part['m']))}" if part["m"] else " đến ", match.group())


def _read_days(page: Page) -> None:
    """Days without a year. A day in a list is known by the one before it, so look again after each find."""
    if "24" in page.left:
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
    number, of_month = int(match["d"]), int(match["m"])
    feast = number in _FEASTS[of_month]
    counting = _COUNTING.match(match.string, match.end()) is not None and not match["list"]
    if match["lone"] is not None and (match["sign"] == "." or number <= 12):
        return None
    if (match["lone"] is not None or match["named"]) and (counting or not feast):
        return None
    led = (match["lead"] or "ngày").lower()
    if led == "ngày" and number <= of_month and (counting or not feast):
        return None
    if match["sign"] == "." and led != "ngày":
        return None
    return day(match["d"], match["m"], None)


def _lone_day(match: re.Match[str]) -> str | None:
    number, of_month = int(match["d"]), int(match["m"])
    if number in _FEASTS[of_month] and _ROAD.search(match.string, max(0, match.start() - 12), match.start()):
        return day(match["d"], match["m"], None)
    if number == of_month and number not in _FEASTS[of_month]:
        return None
    if not (number > of_month or of_month > 10):
        return None
    if _PART_OF.match(match.string, match.end()) or _ADDRESS.search(
        match.string, max(0, match.start() - 40), match.start()
    ):
        return None
    return day(match["d"], match["m"], None)


def _ordinal(match: re.Match[str]) -> str | None:
    value = int(match["n"]) if match["n"] else roman(match["roman"])
    if not value:
        return None
    return ordinal(value)

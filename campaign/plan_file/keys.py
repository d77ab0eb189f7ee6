"""The keys of a plan file: what each takes and what it is without. `docs/plan-file.md` explains them.

What the values mean together is `reading`'s.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

from campaign.clock import ZONE
from campaign.plan_file.shapes import Key, Many, Named, Table, Value
from channels.loudspeaker import RATES
from channels.registry import KINDS
from content.observances import OBSERVANCES
from content.taxonomy import AUDIENCES, PILLARS, SPOKESPERSONS

YEARS = range(2000, 2100)
WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
EXACT, FAST = "exact", "fast"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")


# ---------------------------------------------------------------- values


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError


def _text(value: Any) -> str:
    _must(type(value) is str)
    text = " ".join(unicodedata.normalize("NFC", value).split())
    _must(bool(text))
    return text


def _id(value: Any) -> str:
    _must(type(value) is str and _ID.fullmatch(value) is not None)
    return str(value)


def _yes(value: Any) -> bool:
    _must(type(value) is bool)
    return bool(value)


def _day(value: Any) -> date:
    _must(type(value) is date and value.year in YEARS)
    found: date = value
    return found


def _moment(value: Any) -> datetime:
    """An instant; without an offset it is Vietnam's clock."""
    is_text = type(value) is str and len(value) > len("2026-11-20")
    at = datetime.fromisoformat(value) if is_text else value
    _must(type(at) is datetime and at.year in YEARS)
    return (at if at.tzinfo is not None else at.replace(tzinfo=ZONE)).astimezone(UTC)


def _time(value: Any) -> time:
    if type(value) is time:
        _must(value == time(value.hour, value.minute))
        return value
    _must(type(value) is str and _CLOCK.fullmatch(value) is not None)
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _times(value: Any) -> tuple[time, time]:
    _must(type(value) is list and len(value) == 2)
    start, end = map(_time, value)
    return start, end


def _weekdays(value: Any) -> frozenset[int]:
    """Days and stretches of days, Monday 0."""
    _must(type(value) is str)
    found: set[int] = set()
    for part in value.upper().split(","):
        first, dash, last = (word.strip() for word in part.replace("–", "-").partition("-"))
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
        _must(start <= end)
        found.update(range(start, end + 1))
    return frozenset(found)


def _whole(least: int, most: int) -> Value:
    def read_whole(value: Any) -> int:
        _must(type(value) is int and least <= value <= most)
        return int(value)

    return Value(f"một số nguyên từ {least} đến {most}", read_whole)


def _number(least: float, most: float) -> Value:
    def read_number(value: Any) -> float:
        _must(type(value) in {int, float} and least <= value <= most)
        found: float = value
        return found

    return Value(f"một số từ {least:g} đến {most:g}", read_number)


def _choice(of: Collection[str]) -> Value:
    def read_choice(value: Any) -> str:
        _must(type(value) is str and value in of)
        return str(value)

    return Value(f"một trong: {', '.join(of)}", read_choice)


TEXT = Value("chữ trong dấu nháy", _text)
ID = Value('mã gồm chữ thường không dấu, số và gạch nối, ví dụ "trang-xa"', _id)
YES = Value("true hoặc false, không có dấu nháy", _yes)
DAY = Value("ngày như 2026-11-10, không có dấu nháy", _day)
MOMENT = Value('ngày giờ Việt Nam như "2026-11-20 19:00"', _moment)
TIME = Value('giờ như "07:00"', _time)
TIMES = Value('hai giờ như ["21:00", "06:00"]', _times)
DAYS = Value('thứ trong tuần như "T2-T6", "T7, CN" hoặc "T2-CN"', _weekdays)
AUDIENCE, SPOKESPERSON = Many(_choice(AUDIENCES)), Many(_choice(SPOKESPERSONS))
EVERY_DAY = frozenset(range(7))


# ---------------------------------------------------------------- the keys

_CAMPAIGN = Table({
    "name": Key(TEXT, required=True),
    "starts_on": Key(DAY),
    "ends_on": Key(DAY),
    "anchor": Key(_choice(OBSERVANCES)),
    "year": Key(_whole(YEARS[0], YEARS[-1])),
    "not_before": Key(MOMENT),
    "counts_from": Key(DAY),
    "min_repeat_days": Key(_whole(1, 60)),
    "slot_minutes": Key(_whole(1, 60), 15),
    "mode": Key(_choice((EXACT, FAST)), EXACT),
    "library": Key(YES, False),
    "messages_from": Key(TEXT),
})  # fmt: skip
_PILLAR = Table({"share": Key(_number(0, 1000), required=True), "floor": Key(_whole(0, 1000))})
_EXPOSURES = Table({"least": Key(_whole(1, 1000), 3), "most": Key(_whole(1, 1000), 10)})
_PEAK = Table({
    "name": Key(TEXT),
    "first": Key(DAY),
    "last": Key(DAY),
    "anchor": Key(_choice(OBSERVANCES)),
    "year": Key(_whole(YEARS[0], YEARS[-1])),
    "factor": Key(_number(0.1, 20), required=True),
})  # fmt: skip
WINDOW = Table({
    "days": Key(DAYS, EVERY_DAY),
    "start": Key(TIME, required=True),
    "end": Key(TIME, required=True),
    "weight": Key(_whole(1, 100), 1),
})  # fmt: skip
SESSION = Table({
    "days": Key(DAYS, frozenset(range(5))),
    "start": Key(TIME, required=True),
    "items": Key(_whole(1, 50), 2),
    "seconds": Key(_whole(10, 7200), 900),
    "weight": Key(_whole(1, 100), 1),
})  # fmt: skip
_CLOSURE = Table({"first": Key(DAY, required=True), "last": Key(DAY), "why": Key(TEXT, required=True)})
_CHANNEL = Table({
    "id": Key(ID, required=True),
    "name": Key(TEXT),
    "kind": Key(_choice(KINDS), required=True),
    "windows": Key(Many(WINDOW)),
    "sessions": Key(Many(SESSION)),
    "quiet": Key(TIMES),
    "min_gap_minutes": Key(_whole(0, 1440)),
    "max_per_day": Key(_whole(1, 24)),
    "closures": Key(Many(_CLOSURE), ()),
    "pauses": Key(Many(_CLOSURE), ()),
    "holidays": Key(YES),
    "audiences": Key(AUDIENCE, ()),
    "priority": Key(_whole(1, 100), 1),
    "rate": Key(_whole(RATES[0], RATES[-1])),
    "interval": Key(_whole(0, 600), 30),
})  # fmt: skip
_AIM = Table({
    "name": Key(TEXT, ""),
    "channels": Key(Many(TEXT), required=True),
    "posts_per_week": Key(_number(0, 1000)),
    "minutes_per_week": Key(_number(0, 1000)),
    "raise_percent": Key(_number(0, 1000)),
    "baseline": Key(_number(0, 1000)),
    "measure": Key(_choice(("posts", "minutes"))),
})  # fmt: skip
MESSAGE = Table({
    "id": Key(ID, required=True),
    "title": Key(TEXT, required=True),
    "pillar": Key(_choice(PILLARS), required=True),
    "channels": Key(Many(TEXT)),
    "valid_from": Key(DAY),
    "valid_until": Key(DAY),
    "consent_until": Key(DAY),
    "facts_until": Key(DAY),
    "last_used": Key(DAY),
    "weight": Key(_whole(1, 100), 1),
    "wordings": Key(_whole(1, 100), 1),
    "audiences": Key(AUDIENCE, ()),
    "spokespersons": Key(SPOKESPERSON, ()),
    "seconds": Key(_whole(1, 7200)),
})  # fmt: skip
_POST = Table({
    "channel": Key(TEXT, required=True),
    "at": Key(MOMENT, required=True),
    "message": Key(TEXT),
    "pillar": Key(_choice(PILLARS)),
    "wording": Key(_whole(0, 99), 0),
    "seconds": Key(_whole(1, 7200)),
    "own": Key(YES, True),
    "movable": Key(YES, False),
})  # fmt: skip
PLAN = Table({
    "campaign": Key(_CAMPAIGN, required=True),
    "pillars": Key(Named(_PILLAR, PILLARS), {}),
    "exposures": Key(_EXPOSURES, {"least": 3, "most": 10}),
    "peaks": Key(Many(_PEAK), ()),
    "channels": Key(Many(_CHANNEL), required=True),
    "aims": Key(Many(_AIM), required=True),
    "messages": Key(Many(MESSAGE), ()),
    "posts": Key(Many(_POST), ()),
})  # fmt: skip

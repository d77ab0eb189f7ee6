"""Wall-clock hours: text and back, what lies in the quiet hours, what a session has room for. Local time throughout."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, NamedTuple

# What a session carries of one campaign where its station says nothing else (loudspeaker.md section 1).
ITEMS, LONGEST_AIRTIME = 2, 15 * 60
_DAY = 24 * 60 * 60


def parse_time(text: str) -> time:
    """The time in "HH:MM". Raises ValueError."""
    hours, minutes = text.strip().split(":")
    return time(int(hours), int(minutes))


def is_quiet(quiet: Sequence[str], moment: time) -> bool:
    """Whether a local time lies in the quiet hours: from the first (included) to the second, across midnight or not."""
    start, end = parse_time(quiet[0]), parse_time(quiet[1])
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end


class Airtime(NamedTuple):
    """What a session has room for: items of one campaign, and the seconds that they take together at most."""

    items: int
    seconds: int


def airtime(session: Mapping[str, Any]) -> Airtime:
    """What the row of a session (models.Channel) says, or what holds where it says nothing."""
    return Airtime(session.get("items", ITEMS), session.get("seconds", min(LONGEST_AIRTIME, length(session))))


def length(window: Mapping[str, Any]) -> int:
    """The seconds from the start of a window to its end, which lies on the next day where it is not later."""
    start, end = parse_time(window["start"]), parse_time(window["end"])
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) * 60 % _DAY or _DAY

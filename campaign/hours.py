"""Wall-clock hours: text and back, and whether a moment lies in the quiet hours. Local time throughout."""

from collections.abc import Sequence
from datetime import time


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

"""How long a station speaks: the seconds that a message or a post of it takes on air (loudspeaker.md section 5).

Airtime is (reading time, bookends included, + the interval) times the readings - one interval. Counting syllables is
the slow part, and a pure function of words, rate and lexicon: it is done once for each.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import ceil
from typing import Any

import requests

from campaign.errors import Problem
from campaign.models import Channel
from campaign.pronunciations import lexicon_of
from channels.base import Rejected
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from content.message import Message as Content
from content.placeholders import fill
from content.render import plain, wordings
from content.speech import Lexicon, speak

INTERVAL = 30  # seconds between two readings, and between two items of a session


class Station:
    """One station's way of reading. Raises Problem where its settings cannot be read."""

    def __init__(self, channel: Channel) -> None:
        with requests.Session() as http:
            station = Loudspeaker(channel.settings, http, lexicon_of(channel.unit))
        try:
            self.rate, self.repeats = station.rate, station.repeats
        except Rejected as error:
            raise Problem(f"{channel.name}: {error}") from error
        self.kind, self.lexicon = station.kind, station.lexicon
        self.opening, self.closing = station.opening, station.closing

    def of_message(self, content: Content, local: Mapping[str, str]) -> int:
        """Seconds of the longest wording of a message, with the local facts of the station's unit."""
        sources = wordings(fill(content, local), self.kind)
        return max(self._on_air(_spoken(source, self.lexicon)) for source in sources)

    def of_payload(self, payload: Mapping[str, Any]) -> int:
        """Seconds of a post, from its frozen words."""
        return self._on_air(payload["text"])

    def once(self, payload: Mapping[str, Any]) -> float:
        """Seconds of one reading of a post."""
        return _seconds(self.opening, payload["text"], self.closing, self.rate, self.lexicon)

    def _on_air(self, text: str) -> int:
        once = _seconds(self.opening, text, self.closing, self.rate, self.lexicon)
        return ceil((once + INTERVAL) * self.repeats - INTERVAL)


def station_of(channel: Channel) -> Station | None:
    """The station of a channel; None for a kind that does not speak aloud."""
    return Station(channel) if issubclass(KINDS[channel.kind], Loudspeaker) else None


@lru_cache(maxsize=4096)
def _spoken(source: str, lexicon: Lexicon) -> str:
    return speak(plain(source), lexicon=lexicon).text


@lru_cache(maxsize=4096)
def _seconds(opening: str, text: str, closing: str, rate: int, lexicon: Lexicon) -> float:
    return speak("\n\n".join(filter(None, (opening, text, closing))), lexicon=lexicon).seconds(rate)

"""The messages of a plan file: its tables [[messages]], message files of a folder, and the starter library."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from importlib.resources import as_file, files
from math import ceil
from pathlib import Path
from typing import Any

from campaign.plan_file.channels import Channels
from campaign.plan_file.keys import MESSAGE
from campaign.plan_file.shapes import Mistakes
from campaign.planner.values import Candidate, Fit
from channels.registry import KINDS
from content.message import Message
from content.message_file import load_library
from content.placeholders import PLACEHOLDERS, fill
from content.render import render, wordings
from content.speech import speak
from content.speech.spoken import LOUDSPEAKER_RATE

# How long a local fact takes to say is not known here; its example takes about as long.
_EXAMPLES = {name: placeholder.example for name, placeholder in PLACEHOLDERS.items()}

Row = Mapping[str, Any]


class Messages:
    """The messages by id, numbered from 1: those of the file, then of the folder, then of the library.

    `folder` is where `messages_from` begins; `first` and `last` are the campaign's days.
    """

    def __init__(self, tables: Row, channels: Channels, mistakes: Mistakes, folder: Path) -> None:
        self.tables, self.channels, self.mistakes, self.folder = tables, channels, mistakes, folder

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """The messages as the planner sees them."""
        found: dict[str, Candidate] = {}
        for number, (path, row) in enumerate(self.rows(), start=1):
            self.mistakes.unless(row["id"] not in found, path, f'trùng mã "{row["id"]}"; hãy đặt mã khác')
            found.setdefault(row["id"], self.candidate(number, path, row))
        self.mistakes.unless(bool(found), "messages", "còn thiếu; hãy ghi [[messages]], library hoặc messages_from")
        return found

    def candidate(self, number: int, path: str, row: Row) -> Candidate:
        """One message as the planner sees it."""
        first, last = row["valid_from"] or self.channels.first, row["valid_until"] or self.channels.last
        is_ordered = first <= last or not (row["valid_from"] and row["valid_until"])
        self.mistakes.unless(is_ordered, f"{path}.valid_until", f"là {last}; hãy ghi một ngày từ {first} trở đi")
        ends = min(day for day in (last, row["consent_until"], row["facts_until"]) if day)
        channels = {channel: self.channels.rows[channel]["kind"] for channel in self.fitting(path, row)}
        is_read = any(self.channels.is_spoken(channel) for channel in channels)
        is_timed = row["seconds"] is not None or not is_read
        self.mistakes.unless(is_timed, f"{path}.seconds", "còn thiếu; hãy ghi số giây đọc trên loa")
        return Candidate(
            id=number,
            pillar=row["pillar"],
            fits={
                channel: Fit(first, ends, self.seconds(channel, row["seconds"] or 0), row["wordings"][kind])
                for channel, kind in channels.items()
            },
            title=row["title"],
            weight=row["weight"],
            audiences=frozenset(row["audiences"]),
            spokespersons=frozenset(row["spokespersons"]),
            last_used=row["last_used"],
        )

    def fitting(self, path: str, row: Row) -> list[int]:
        """The channels that a message fits: those that it names by id or kind, or else all."""
        if row["channels"] is None:
            return list(self.channels.rows)
        known = [*self.channels.numbers, *KINDS]
        for place, name in enumerate(row["channels"], start=1):
            sentence = f'đang là "{name}"; hãy ghi mã hoặc loại kênh: {", ".join(known)}'
            self.mistakes.unless(name in known, f"{path}.channels[{place}]", sentence)
        return self.channels.named(row["channels"])

    def seconds(self, channel: int, usual: float) -> int:
        """How long a message takes on a channel if it takes so long at the usual rate."""
        return ceil(usual * LOUDSPEAKER_RATE / self.channels.rate(channel)) if self.channels.is_spoken(channel) else 0

    # ------------------------------------------------------------ where they come from

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every message with its key in the file, and by kind of channel in how many wordings it says itself."""
        for number, row in enumerate(self.tables["messages"], start=1):
            yield f"messages[{number}]", row | {"wordings": dict.fromkeys(KINDS, row["wordings"])}
        named = self.tables["campaign"]["messages_from"]
        if named is not None:
            is_there = (self.folder / named).is_dir()
            self.mistakes.unless(is_there, "campaign.messages_from", f'đang là "{named}"; hãy ghi một thư mục có thật')
            yield from (("campaign.messages_from", row) for row in self.rows_in(self.folder / named, f"{named}/"))
        if self.tables["campaign"]["library"]:
            with as_file(files("content") / "library") as folder:
                yield from (("campaign.library", row) for row in self.rows_in(folder))

    def rows_in(self, folder: Path, shown: str = "") -> Iterator[Row]:
        """What tables [[messages]] would say of the message files below a folder.

        Left out are messages that fit no channel, and testimonies: whoever tells their story there has to agree to it
        first, and only a home keeps such records.
        """
        kinds = list(dict.fromkeys(row["kind"] for row in self.channels.rows.values()))
        messages, errors = load_library(folder)
        self.mistakes.sentences += [f"{shown}{error}" for error in errors]
        for message in messages:
            fitting = [kind for kind in kinds if kind in message.channels]
            if fitting and message.register != "testimony":
                yield MESSAGE.blank() | _row(message, fitting)


def _row(message: Message, kinds: Collection[str]) -> dict[str, Any]:
    return {
        "id": message.id,
        "title": message.title,
        "pillar": message.pillar,
        "channels": tuple(kinds),
        "valid_from": message.valid_from,
        "valid_until": message.valid_until,
        "wordings": {kind: len(wordings(message, kind)) for kind in kinds},
        "audiences": message.audience,
        "spokespersons": message.spokespersons,
        "seconds": next((_seconds(message, kind) for kind in kinds if KINDS[kind].confirmed_by_person), None),
    }


def _seconds(message: Message, kind: str) -> float:
    """How long a message takes to read aloud at the usual rate."""
    return speak(render(fill(message, _EXAMPLES), kind).text).seconds()

"""Messages: what we say, as values. `content/message_file.py` reads them from files."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Source:
    """Where a fact comes from. `verified_on` is the day someone last opened the source and found the fact there."""

    title: str
    year: int
    verified_on: date
    url: str = ""


@dataclass(frozen=True)
class Variant:
    """The words for one kind of channel. An empty field falls back to the message itself.

    `wordings` say the same as `text` in other words, for repeats: a Page refuses one text twice running. `long` is
    the item of two to three minutes that a loudspeaker may carry in place of the spot.
    """

    text: str = ""
    title: str = ""
    description: str = ""
    wordings: tuple[str, ...] = ()
    long: str = ""


@dataclass(frozen=True)
class Translation:
    """The message in a minority language: its name in Vietnamese and the text, whoever entered it vouching for it."""

    language: str
    text: str


@dataclass(frozen=True)
class Picture:
    """A picture of a message: the SHA-256 of its bytes (hex), its MIME type and its alternative text."""

    sha256: str
    mime: str
    alt: str


@dataclass(frozen=True)
class Message:
    """One message: one idea, one action, with its sources and its wording per kind of channel.

    `valid_from` and `valid_until` are local calendar days, both included; `channels` are the kinds it fits; `short`
    is the message in 160 characters; `spokespersons` are who may lend it their voice; `repeat` says that it is meant
    to go out again and again, for which it needs three wordings.
    """

    id: str
    title: str
    pillar: str
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    register: str
    sources: tuple[Source, ...]
    valid_from: date
    valid_until: date
    channels: tuple[str, ...]
    text: str
    variants: Mapping[str, Variant] = field(default_factory=dict)
    picture: Picture | None = None
    idea: str = ""
    action: str = ""
    short: str = ""
    format: str = ""
    spokespersons: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    repeat: bool = False
    translations: tuple[Translation, ...] = ()

    def is_valid_on(self, day: date) -> bool:
        """Whether the message may go out on this local calendar day."""
        return self.valid_from <= day <= self.valid_until

    def document(self) -> dict[str, Any]:
        """Everything an approver judges, as plain JSON values. The content hash is taken over exactly this."""
        return {name: value for name, value in _plain(self).items() if value or name not in _SINCE_0_2}

    def texts(self) -> Iterator[str]:
        """Every passage that somebody may read or hear, in the order of the page."""
        yield from filter(None, (self.title, self.idea, self.action, self.short, self.text))
        for variant in self.variants.values():
            yield from filter(None, (variant.title, variant.description, variant.text, *variant.wordings, variant.long))
        yield from (translation.text for translation in self.translations)

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the document in canonical JSON: two messages with one hash say the same."""
        return hash_document(self.document())

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Message":
        """The message that `document()` was taken from. Raises KeyError, TypeError or ValueError for anything else."""
        values = dict(document)
        values["sources"] = tuple(
            Source(**{**source, "verified_on": date.fromisoformat(source["verified_on"])})
            for source in values["sources"]
        )
        values["variants"] = {
            kind: Variant(**{**variant, "wordings": tuple(variant.get("wordings", ()))})
            for kind, variant in values["variants"].items()
        }
        values["translations"] = tuple(Translation(**row) for row in values.get("translations", ()))
        values["picture"] = Picture(**values["picture"]) if values["picture"] else None
        for name in ("audience", "topics", "channels"):
            values[name] = tuple(values[name])
        for name in ("spokespersons", "partners"):
            values[name] = tuple(values.get(name, ()))
        for name in ("valid_from", "valid_until"):
            values[name] = date.fromisoformat(values[name])
        return cls(**values)


def hash_document(document: Any) -> str:
    """SHA-256 (hex) of plain JSON values, independent of key order and of Unicode form (NFC)."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", canonical).encode("utf-8")).hexdigest()


# What messages did not have in 0.1: left out where empty, so that what was approved then keeps its hash.
_SINCE_0_2 = frozenset({"idea", "action", "short", "format", "spokespersons", "partners", "repeat", "translations"})
_VARIANT_SINCE_0_2 = frozenset({"wordings", "long"})


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Variant):
        plain = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        return {name: item for name, item in plain.items() if item or name not in _VARIANT_SINCE_0_2}
    if isinstance(value, Message | Source | Picture | Translation):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value

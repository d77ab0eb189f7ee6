"""Placeholders: the local facts of a text, written {{name}} and resolved for each unit (data/placeholders.toml).

A fact that differs from place to place is never shipped as text: a unit enters it with the day it was checked.
"""

import html
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from types import MappingProxyType

from content.message import Message, Translation, Variant

_MARK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What Markdown would take for a sign; a hyphen or a dot within a value means nothing to it.
_SIGNS = re.compile(r"([\\`*_\[\]#])")


@dataclass(frozen=True)
class Placeholder:
    """One local fact: its label and help on screen, an example for the form, and its kind (text, phone, url, theme)."""

    name: str
    label: str
    help: str
    example: str
    kind: str


def _load() -> Mapping[str, Placeholder]:
    rows = tomllib.loads((files("content") / "data" / "placeholders.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Placeholder(name, **row) for name, row in rows.items()})


PLACEHOLDERS: Mapping[str, Placeholder] = _load()


def names_in(text: str) -> list[str]:
    """The names that stand as {{name}} in a text, each once, in order; known ones and others alike."""
    return list(dict.fromkeys(_MARK.findall(text)))


def used_by(message: Message, kind: str | None = None) -> list[str]:
    """The local facts a message needs: for one kind of channel, or for all of them."""
    if kind is None:
        return names_in("\n".join(message.texts()))
    variant = message.variants.get(kind, Variant())
    return names_in(
        "\n".join((
            variant.title or message.title, variant.description, variant.text or message.text, *variant.wordings,
            variant.long,
        ))
    )  # fmt: skip


def fill(message: Message, values: Mapping[str, str]) -> Message:
    """The message with the values of one unit in its texts. What has no value shows its label in brackets."""
    plain, marked = _filler(values, lambda value: value), _filler(values, _guarded)
    return replace(
        message,
        title=plain(message.title),
        idea=plain(message.idea),
        action=plain(message.action),
        short=plain(message.short),
        text=marked(message.text),
        variants={kind: _fill_variant(variant, plain, marked) for kind, variant in message.variants.items()},
        translations=tuple(Translation(row.language, plain(row.text)) for row in message.translations),
    )


def _guarded(value: str) -> str:
    return _SIGNS.sub(r"\\\1", html.escape(value, quote=False))


def _fill_variant(variant: Variant, plain: Callable[[str], str], marked: Callable[[str], str]) -> Variant:
    return Variant(
        text=marked(variant.text),
        title=plain(variant.title),
        description=plain(variant.description),
        wordings=tuple(map(marked, variant.wordings)),
        long=marked(variant.long),
    )


def _filler(values: Mapping[str, str], guard: Callable[[str], str]) -> Callable[[str], str]:
    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        known = PLACEHOLDERS.get(name)
        return guard(values[name]) if name in values else f"[{known.label if known else name}]"

    return lambda text: _MARK.sub(value_of, text)

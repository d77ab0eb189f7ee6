"""Quote cards: one sentence of a message as a picture, in the colour of a unit.

Pure: the same words give the same bytes. The words are set as large as fits, in lines that are even and tear no word;
nothing is ever clipped or spilled over: a text that is too long is cut where a sentence ends, or refused.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import product

from PIL import ImageDraw, ImageFont

from content.card_ground import ground, mix, parse_colour, text_colour
from content.linebreak import Broken, balanced, greedy_count

# The ground of a unit that has chosen no colour: the red of the program.
DEFAULT_COLOUR = "#a8242c"
SQUARE, WIDE = (1080, 1080), (1200, 630)
# All letters of Vietnamese, from which the real height of a line is measured: marks stack up to two high.
LETTERS = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter, tone in product("aăâeêioôơuưy", ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"))
) + "bcdđghklmnpqrstvx"  # fmt: skip

_SENTENCE, _SMALL = "BeVietnamPro-SemiBold.ttf", "BeVietnamPro-Medium.ttf"
# A code point for which no font has a glyph: what it draws instead is what must never be seen.
_NO_GLYPH = "\U0010ffff"
# What reaches lowest; capitals reach highest.
_LOW = "gpqyạỵ(,;/|"
# Air between the lowest mark of a line and the highest of the next, in ems.
_LEADING = 0.06
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"']?\s+")
# Spaces and hyphens that fonts lack but that mean no more than plain ones.
_PLAIN = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2011": "-", "\u00ad": None})
# How much smaller than possible the words may be set where they then break better, and what that costs.
_YIELD, _COST_OF_SIZE = 0.86, 60.0


class CardError(Exception):
    """The words cannot stand on a card. The text is one Vietnamese sentence for the person who wrote them."""


@dataclass(frozen=True)
class _Layout:
    """Where things stand, in pixels. Boxes are left, top, right, bottom; sizes of type are largest and smallest."""

    words: tuple[int, int, int, int]
    sizes: tuple[int, int]
    foot: tuple[int, int, int, int]
    small: tuple[int, int]
    disc: tuple[int, int]
    radius: int


_LAYOUTS = {
    SQUARE: _Layout((88, 88, 992, 770), (104, 46), (88, 830, 760, 980), (36, 24), (884, 900), 104),
    WIDE: _Layout((76, 60, 800, 456), (76, 40), (76, 484, 800, 592), (30, 22), (1000, 315), 138),
}


@dataclass(frozen=True)
class _Set:
    """Words in lines at a size of type."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont

    @property
    def height(self) -> int:
        """Pixels from the top of the highest mark of the first line to the lowest of the last."""
        top, bottom, step = _extent(self.font)
        return bottom - top + step * (len(self.lines) - 1)


# ---------------------------------------------------------------- what others call


def draw(
    text: str,
    *,
    attribution: str = "",
    unit: str = "",
    colour: str = DEFAULT_COLOUR,
    size: tuple[int, int] = SQUARE,
) -> bytes:
    """A quote card as PNG: the words, who said them, and the name of the unit that speaks.

    `colour` is "#rrggbb"; the words are white or dark, whichever has a contrast of at least 4.5 with it. `size` in
    pixels is SQUARE or WIDE. Of a text that is too long, the first sentences are drawn (`fitted` tells which).
    Raises CardError where the words cannot be drawn, ValueError for another colour or size.
    """
    layout = _layout(size)
    paint = parse_colour(colour)
    said = _said_by(attribution, layout)
    words = _first_sentences(_clean(text), said, layout)
    image = ground(paint, size, layout.disc, layout.radius).copy()
    pen = ImageDraw.Draw(image)
    ink = text_colour(paint)
    left, top, _, bottom = layout.words
    below = _space_for(said)
    start = top + (bottom - top - words.height - below) // 2
    _write(pen, words, (left, start), ink)
    if said:
        _write(pen, said, (left, start + words.height + below - said.height), ink)
    _sign(pen, unit, layout, ink, mix(paint, ink, 0.55))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def fitted(text: str, *, attribution: str = "", size: tuple[int, int] = SQUARE) -> str:
    """What of a text stands on its card: all of it, or the first sentences. Raises CardError as `draw` does."""
    layout = _layout(size)
    return " ".join(_first_sentences(_clean(text), _said_by(attribution, layout), layout).lines)


# ---------------------------------------------------------------- words


def _layout(size: tuple[int, int]) -> _Layout:
    if size not in _LAYOUTS:
        raise ValueError(f"no layout for a card of {size[0]} × {size[1]} pixels")
    return _LAYOUTS[size]


def _clean(text: str) -> str:
    """The text as it is drawn: composed letters, single spaces, no pictograms. Raises CardError where nothing is left
    or the font lacks a character."""
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    kept = " ".join("".join(letter for letter in composed if not _is_pictogram(letter)).split())
    if not any(letter.isalnum() for letter in kept):
        raise CardError("Hãy viết câu sẽ đứng trên thẻ.")
    lacking = next((letter for letter in kept if not _has_glyph(letter)), None)
    if lacking is not None:
        raise CardError(f"Thẻ không vẽ được ký tự “{lacking}”; hãy viết bằng chữ khác.")
    return kept


def _is_pictogram(letter: str) -> bool:
    """Emoji and what joins and colours them: a card says in words what a post may say in pictures."""
    return unicodedata.category(letter) in {"So", "Sk", "Cf", "Cn", "Co", "Me"} or "\ufe00" <= letter <= "\ufe0f"


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    font = _font(_SENTENCE, 40)
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(_NO_GLYPH))


def _first_sentences(text: str, said: "_Set | None", layout: _Layout) -> _Set:
    """As many sentences from the beginning as fit. Raises CardError where not even the first does."""
    left, top, right, bottom = layout.words
    room = (right - left, bottom - top - _space_for(said))
    ends = [*(match.start() for match in _SENTENCE_END.finditer(text)), len(text)]
    for end in reversed(ends):
        found = _largest(text[:end].strip(), room, layout.sizes, _SENTENCE)
        if found is not None:
            return found
    raise CardError("Câu này dài quá một tấm thẻ; hãy viết gọn lại, nhiều nhất chừng 200 ký tự.")


def _said_by(attribution: str, layout: _Layout) -> _Set | None:
    """Who said it, in at most two lines. Raises CardError where it is longer."""
    if not attribution.strip():
        return None
    left, top, right, bottom = layout.words
    found = _largest(f"– {_clean(attribution)}", (right - left, (bottom - top) // 4), layout.small, _SMALL)
    if found is None:
        raise CardError("Tên người nói dài quá một tấm thẻ; hãy viết gọn lại.")
    return found


def _space_for(said: "_Set | None") -> int:
    """Pixels below the sentence that its author takes, air included."""
    return said.height + round(said.font.size) if said else 0


# ---------------------------------------------------------------- setting type


@cache
def _font_file(name: str) -> bytes:
    return (files("content") / "fonts" / name).read_bytes()


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is in every build of Pillow, so that a card looks the same on every machine.
    return ImageFont.truetype(io.BytesIO(_font_file(name)), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _extent(font: ImageFont.FreeTypeFont) -> tuple[int, int, int]:
    """Of any line of Vietnamese, capitals too: highest and lowest pixel from the baseline, and the step to the next."""
    _, top, _, bottom = font.getbbox(LETTERS.upper() + _LOW, anchor="ls")
    return int(top), int(bottom), round(bottom - top + _LEADING * font.size)


@lru_cache(maxsize=1 << 14)
def _width(font: ImageFont.FreeTypeFont, word: str) -> float:
    """Pixels that a word takes. Vietnamese has few syllables, and each is measured again for every card and line."""
    return font.getlength(word)


@lru_cache(maxsize=64)
def _largest(text: str, room: tuple[int, int], sizes: tuple[int, int], name: str) -> _Set | None:
    """The text as large as fits into a room of so many pixels; a little smaller where it breaks better so."""
    if _lines_needed(text, room, sizes[1], name) is None:
        return None
    downwards = range(sizes[0], sizes[1] - 1, -2)
    largest = next(size for size in downwards if _lines_needed(text, room, size, name))
    tries = [
        (broken.cost + _COST_OF_SIZE * (1 - size / largest), size, broken.lines)
        for size in downwards
        if largest >= size >= largest * _YIELD
        for broken in _settings(text, room, size, name)
    ]
    _, size, lines = min(tries)
    return _Set(lines, _font(name, size))


def _lines_needed(text: str, room: tuple[int, int], size: int, name: str) -> int | None:
    """The fewest lines in which the text fits at a size; None where it does not."""
    font = _font(name, size)
    count = greedy_count([_width(font, word) for word in text.split()], _width(font, " "), room[0])
    return count if count and _Set(("",) * count, font).height <= room[1] else None


def _settings(text: str, room: tuple[int, int], size: int, name: str) -> Iterator[Broken]:
    """The text at a size, in as few lines as it needs and, where there is room, in one more."""
    fewest = _lines_needed(text, room, size, name)
    if fewest is None:
        return
    font = _font(name, size)
    for count in (fewest, fewest + 1):
        broken = balanced(text, partial(_width, font), room[0], count)
        if broken and _Set(broken.lines, font).height <= room[1]:
            yield broken


def _write(pen: ImageDraw.ImageDraw, words: _Set, at: tuple[int, int], ink: tuple[int, int, int]) -> None:
    """Draw lines from the top left corner of their box."""
    top, _, step = _extent(words.font)
    for number, line in enumerate(words.lines):
        pen.text((at[0], at[1] - top + number * step), line, font=words.font, fill=ink, anchor="ls")


def _sign(
    pen: ImageDraw.ImageDraw, unit: str, layout: _Layout, ink: tuple[int, int, int], rule: tuple[int, int, int]
) -> None:
    """The name of the unit at the foot, under a short rule; of a name beyond two lines, as much as fits. What the font
    lacks is left out of it: no card fails for a name."""
    left, top, right, bottom = layout.foot
    pen.rounded_rectangle((left, top, left + 96, top + 7), radius=3, fill=rule)
    known = "".join(letter for letter in unicodedata.normalize("NFC", unit).translate(_PLAIN) if _has_glyph(letter))
    words = known.split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        name = name if count == len(words) else name.rstrip(" ,;–-") + "…"
        found = _largest(name, (right - left, bottom - top - 28), layout.small, _SMALL)
        if found is not None:
            _write(pen, found, (left, top + 28), ink)
            return

"""What stands behind the words of a quote card: the colour, ripples, and a red ribbon in a light disc.

Lan tỏa means to spread like ripples: they go out from the ribbon, each step a little further from the colour of the
words, so that no part of the ground is harder to read on than the plain colour.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

# WCAG 2.2, success criterion 1.4.3: what text and its ground need at least.
LEAST_CONTRAST = 4.5
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

_PAPER: Colour = (255, 250, 245)
_RIBBON: Colour = (200, 40, 46)
_RIBBON_BEHIND: Colour = (143, 24, 30)
# Radius of each ripple, in radii of the disc, and how far it goes from the colour of the words.
_RIPPLES = ((6.6, 0.03), (5.0, 0.06), (3.7, 0.09), (2.6, 0.12), (1.7, 0.16))
# The disc of the ribbon is this wide in the ribbon's own measure; Bézier curves around its centre.
_DISC = 165.0
_TAIL_LEFT, _TAIL_RIGHT, _WAIST_LEFT, _WAIST_RIGHT, _TOP = (-52, 118), (52, 118), (-32, -52), (32, -52), (0, -116)
_LEFT_LOOP = (_WAIST_LEFT, (-54, -98), (-36, -116), _TOP)
_RIGHT_LOOP = (_TOP, (36, -116), (54, -98), _WAIST_RIGHT)
_BAND = 40.0
# Shapes are drawn this many times larger and made smaller, for smooth edges.
_FINER = 3


def parse_colour(written: str) -> Colour:
    """The colour of "#rrggbb". Raises ValueError for anything else."""
    found = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", written.strip())
    if found is None:
        raise ValueError(f"not a colour: {written!r}")
    red, green, blue = (int(part, 16) for part in found.groups())
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def text_colour(ground: Colour) -> Colour:
    """White where it can be read on the ground, else a deep shade of the ground, else black: one of them always can."""
    shade = mix(ground, BLACK, 0.8)
    return next((colour for colour in (WHITE, shade) if contrast(colour, ground) >= LEAST_CONTRAST), BLACK)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """A colour on the way from one to another: `share` 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=8)
def ground(colour: Colour, size: tuple[int, int], centre: tuple[int, int], radius: int) -> Image.Image:
    """The picture behind the words; the ribbon's disc has this centre and radius. Callers draw on a copy."""
    fine = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), colour)
    pen = ImageDraw.Draw(fine)
    away = BLACK if text_colour(colour) == WHITE else WHITE
    for reach, share in _RIPPLES:
        _disc(pen, centre, radius * reach, mix(colour, away, share))
    _disc(pen, centre, radius, _PAPER)
    _ribbon(pen, centre, radius / _DISC)
    return fine.resize(size, Image.Resampling.BOX)


def _disc(pen: ImageDraw.ImageDraw, centre: tuple[int, int], radius: float, colour: Colour) -> None:
    x, y, reach = centre[0] * _FINER, centre[1] * _FINER, radius * _FINER
    pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


def _ribbon(pen: ImageDraw.ImageDraw, centre: tuple[int, int], scale: float) -> None:
    """The red ribbon: the strand behind, then the one that loops over it."""
    _strand(pen, [_TAIL_RIGHT, _WAIST_LEFT], _RIBBON_BEHIND, centre, scale)
    _strand(pen, [*_curve(*_LEFT_LOOP), *_curve(*_RIGHT_LOOP)[1:], _TAIL_LEFT], _RIBBON, centre, scale)


def _strand(
    pen: ImageDraw.ImageDraw, points: Sequence[Point], colour: Colour, centre: tuple[int, int], scale: float
) -> None:
    """A band along a row of points, as one filled outline."""
    placed = [((centre[0] + x * scale) * _FINER, (centre[1] + y * scale) * _FINER) for x, y in points]
    half = _BAND / 2 * scale * _FINER
    ahead, behind = [*placed[1:], placed[-1]], [placed[0], *placed[:-1]]
    one_side, other_side = [], []
    for (x, y), (x1, y1), (x0, y0) in zip(placed, ahead, behind, strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        across = (half * (y0 - y1) / length, half * (x1 - x0) / length)
        one_side.append((x + across[0], y + across[1]))
        other_side.append((x - across[0], y - across[1]))
    pen.polygon([*one_side, *reversed(other_side)], fill=colour)


def _curve(start: Point, one: Point, two: Point, end: Point) -> list[Point]:
    """A cubic Bézier curve as a row of points."""
    steps = 24
    return [
        (
            (1 - t) ** 3 * start[0] + 3 * (1 - t) ** 2 * t * one[0] + 3 * (1 - t) * t**2 * two[0] + t**3 * end[0],
            (1 - t) ** 3 * start[1] + 3 * (1 - t) ** 2 * t * one[1] + 3 * (1 - t) * t**2 * two[1] + t**3 * end[1],
        )
        for t in (step / steps for step in range(steps + 1))
    ]

"""Where lines break on a quote card: as even as can be, without tearing a word or leaving one alone at the end."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise

# What a break costs, in the measure in which a line that misses its share by a tenth of the width costs one.
_TEARS, _LEANS, _SPLITS_NUMBER, _ALONE = 40.0, 8.0, 12.0, 15.0
_AFTER_A_STOP = -3.0
_STOPS = (".", ",", ";", ":", "!", "?", "…")


@dataclass(frozen=True)
class Broken:
    """A text in lines, and what that costs: the lower, the better it reads."""

    lines: tuple[str, ...]
    cost: float


def greedy_count(widths: Sequence[float], space: float, most: float) -> int | None:
    """The fewest lines of width `most` that hold words of these widths in a row; None where a word alone is wider."""
    lines, used = 1, -space
    for width in widths:
        if width > most:
            return None
        if used + space + width > most:
            lines, used = lines + 1, -space
        used += space + width
    return lines


def balanced(text: str, width: Callable[[str], float], most: float, count: int) -> Broken | None:
    """The text in exactly `count` lines, none wider than `most`, at the least cost; None where that cannot be.

    `width` measures a piece of text, in the unit of `most`.
    """
    words = text.split()
    space = width(" ")
    # Where each word begins if all stood in one line.
    starts = [0.0, *accumulate(width(word) + space for word in words)]
    share = (starts[-1] - space) / count
    breaks = _break_costs(words)

    def line_cost(first: int, end: int) -> float | None:
        length = starts[end] - starts[first] - space
        if length > most:
            return None
        # A line that ends early in a stop is no fault.
        alone = _ALONE if end == len(words) and end - first == 1 and count > 1 else 0.0
        return 100 * ((length - share) / most) ** 2 + alone + (breaks[end - 1] if end < len(words) else 0.0)

    # best[end]: the cheapest way to set the first `end` words in the lines so far, with where each line ends.
    best: Mapping[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for _ in range(count):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for first, (spent, ends) in best.items():
            for end in range(first + 1, len(words) + 1):
                cost = line_cost(first, end)
                if cost is None:
                    break
                if end not in following or spent + cost < following[end][0]:
                    following[end] = (spent + cost, (*ends, end))
        best = following
    if len(words) not in best:
        return None
    cost, ends = best[len(words)]
    return Broken(tuple(" ".join(words[first:end]) for first, end in pairwise((0, *ends))), cost)


def _break_costs(words: Sequence[str]) -> list[float]:
    """What a break after each word costs."""
    compounds, leaning = _data()
    plain = [word.casefold().strip("“”\"'().,;:!?…") for word in words]
    said = [word.casefold().strip("“”\"'()") for word in words]
    costs = [_cost(word, bare, bare in leaning) for word, bare in zip(words, plain, strict=True)]
    for first in range(len(words)):
        for length in range(2, 5):
            inside = (*said[first : first + length - 1], *plain[first + length - 1 : first + length])
            if inside in compounds:
                costs[first : first + length - 1] = [_TEARS] * (length - 1)
    return costs


def _cost(word: str, bare: str, leans: bool) -> float:
    if word.rstrip("”\"')").endswith(_STOPS):
        return _AFTER_A_STOP
    if bare[-1:].isdigit():
        return _SPLITS_NUMBER
    return _LEANS if leans else 0.0


@cache
def _data() -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    """The words of several syllables, each as its syllables, and the words that lean on the next one."""
    text = (files("content") / "data" / "compounds.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return frozenset(tuple(word.split()) for word in data["words"]), frozenset(data["leaning"])

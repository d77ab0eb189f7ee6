"""How fast the language check reads a megabyte of varied text, beside the least we accept.

Run `python -m bench.language` from the top of the repository.
"""

import random
from importlib.resources import files
from time import process_time

from content.language import DEFAULT, check
from content.language.normal import canonical

LIMIT = 1.0  # megabytes (UTF-8) a second, so that a whole library is checked while its editor waits for the page
SIZE = 1_000_000
HARMFUL = 0.05  # the part of the sentences that a rule finds something in
ROUNDS = 3


def sentences() -> list[str]:
    """The sentences of the starter library."""
    library = files("content") / "library"
    texts = [
        page.read_text(encoding="utf-8") for pillar in library.iterdir() if pillar.is_dir() for page in pillar.iterdir()
    ]
    lines = [line for text in texts for line in text.replace(". ", ".\n").splitlines()]
    return [line for line in lines if len(line) > 20 and "=" not in line]


def varied_text(seed: int) -> str:
    """A megabyte of sentences, no two alike: halves of different sentences, and now and then a harmful one."""
    chance = random.Random(seed)
    clean, harmful = sentences(), [example for rule in DEFAULT.rules.values() for example in rule.examples_bad]
    parts: list[str] = []
    size = 0
    while size < SIZE:
        if chance.random() < HARMFUL:
            sentence = chance.choice(harmful)
        else:
            first, second = chance.choice(clean).split(), chance.choice(clean).split()
            sentence = " ".join(first[: len(first) // 2] + second[len(second) // 2 :])
        parts.append(sentence)
        size += len(sentence.encode()) + 1
    return "\n".join(parts)


def measure(text: str) -> float:
    """Megabytes a second of processor time; no word is remembered from an earlier round."""
    canonical.cache_clear()
    begun = process_time()
    check(text)
    return len(text.encode()) / 1e6 / (process_time() - begun)


def main() -> None:
    """Print the median figure and its ratio to the limit."""
    check("làm nóng")
    rates = sorted(measure(varied_text(seed)) for seed in range(ROUNDS))
    rate = rates[ROUNDS // 2]
    print(f"language check: {rate:.2f} MB/s, {rate / LIMIT:.1f} times the limit of {LIMIT:.0f} MB/s")


if __name__ == "__main__":
    main()

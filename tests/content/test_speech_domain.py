"""The spoken form on a table of sentences of this domain, and what must hold for every text whatever.

`speech/domain.tsv` says how an announcer reads each sentence; letter case and punctuation are the concern of
`test_speech.py`.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.speech import DEFAULT, Form, speak

TABLE = Path(__file__).parent / "speech" / "domain.tsv"
ROWS = [
    line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")
]
# What punctuation may stay on paper: a reader sees it, a listener hears a pause.
SIGN = re.compile(r"""[^\w\s.,;:!?…()\[\]{}"'“”‘’«»\-–—‑−•·]""")
DIGITS = re.compile("[0-9]")
KEPT = {token for token in DEFAULT.abbreviations if SIGN.search(token)}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_sentence_is_said_as_an_announcer_says_it(row: list[str]) -> None:
    written, said, *others = row
    right = [said, *(others[0].split(" | ") if others else [])]
    assert words(speak(written).text) in [words(reading) for reading in right]


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
@pytest.mark.parametrize("form", Form)
def test_what_was_said_is_said_again_unchanged(row: list[str], form: Form) -> None:
    once = speak(row[0], form).text
    assert speak(once, form).text == once


def test_the_table_is_large_and_says_each_sentence_once() -> None:
    assert len(ROWS) >= 250
    assert len({row[0] for row in ROWS}) == len(ROWS)
    assert len(DEFAULT.abbreviations) >= 700


def test_every_abbreviation_of_the_lexicon_is_said_in_a_sentence() -> None:
    for token, entries in DEFAULT.abbreviations.items():
        entry = entries[-1]
        if entry.next or entry.after:
            continue
        assert words(entry.reader)[-1] in words(speak(f"Mời bạn đến {token} hôm nay.").text), entry


FRAGMENTS = sorted({word for row in ROWS for word in row[0].split()})
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789/-.,:%h ()+=≥<>~→#$€đ'₫²½gtmMPrEABKxIVX_@&*^|TQ−\n", max_size=30),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8).map(" ".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join),
)


def said_or_named(written: str, form: Form) -> None:
    """No digit is left; a sign that is left is named in a warning, or belongs to a word that stays on paper."""
    spoken = speak(written, form)
    named = "".join(warning.text for warning in spoken.warnings)
    left = spoken.text
    for token in KEPT:
        left = left.replace(token, "")
    assert not DIGITS.search(left)
    assert [sign for sign in SIGN.findall(left) if sign not in named] == []


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(Form))
def test_every_digit_and_sign_is_said_or_named(written: str, form: Form) -> None:
    said_or_named(written, form)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(Form))
def test_any_text_can_be_said_twice(written: str, form: Form) -> None:
    once = speak(written, form)
    assert speak(once.text, form).text == once.text
    assert all(written[w.start : w.end] == w.text and w.message for w in once.warnings)

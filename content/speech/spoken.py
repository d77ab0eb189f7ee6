"""From a written text to its spoken form, in the order of passes that loudspeaker.md section 2 found to work."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from content.speech.addresses import read_addresses, read_hashtags, read_pictures
from content.speech.codes import read_codes, read_mixtures
from content.speech.dates import read_dates, read_ordinals
from content.speech.documents import read_documents
from content.speech.hours import read_hours
from content.speech.lexicon import DEFAULT, Lexicon
from content.speech.page import Page, Remark, clean
from content.speech.phones import read_phones
from content.speech.quantities import read_dashes, read_numbers
from content.speech.rates import read_proportions, read_rates, read_triples
from content.speech.romans import read_romans
from content.speech.signs import ARROWS, SIGNS, read_pauses, read_signs
from content.speech.words import read_abbreviations, read_echoes, read_unknown

# Syllables a minute over an outdoor loudspeaker, pauses included (loudspeaker.md section 5).
LOUDSPEAKER_RATE = 180.0

# Readings of one text until it stays; two are enough for all but invented texts.
_ROUNDS = 5
_DIGITS = "0123456789"

Pass = Callable[[Page, Lexicon], None]

# Each pass sees only what the ones before it left, and runs only where the text has one of its signs (empty: always).
_PASSES: tuple[tuple[Pass, str], ...] = (
    (read_pictures, ""),
    (read_echoes, "("),
    (read_addresses, "@."),
    (read_hashtags, "#"),
    (read_documents, "/-"),
    (read_codes, _DIGITS),
    (read_phones, _DIGITS),
    (read_dates, _DIGITS),
    (read_hours, _DIGITS),
    (read_triples, _DIGITS),
    (read_ordinals, _DIGITS + "IVXL"),
    (read_romans, "IVXL"),
    (read_rates, "/"),
    (read_proportions, ":"),
    (read_abbreviations, ""),
    (read_signs, SIGNS),
    (read_numbers, _DIGITS),
    (read_mixtures, _DIGITS),
    (read_dashes, _DIGITS + "IVXL"),
    (read_pauses, "/" + ARROWS),
    (read_unknown, ""),
)


class Form(StrEnum):
    """For whom: a person at the microphone, who knows how HIV is said, or a machine, which does not."""

    READER = "reader"
    TTS = "tts"


@dataclass(frozen=True)
class Unread:
    """Something a listener may not get right: `text` is `input[start:end]` (code points), `message` says what to do."""

    text: str
    start: int
    end: int
    message: str


@dataclass(frozen=True)
class Spoken:
    """A text in its spoken form. `syllables` counts the TTS form, whichever form `text` is in."""

    text: str
    warnings: tuple[Unread, ...]
    syllables: int

    def seconds(self, rate: float = LOUDSPEAKER_RATE) -> float:
        """Seconds of reading at `rate` syllables a minute. Raises ValueError unless the rate is positive."""
        if not rate > 0:
            raise ValueError("Tốc độ đọc phải lớn hơn 0 tiếng mỗi phút.")
        return 60 * self.syllables / rate


def speak(text: str, form: Form = Form.READER, lexicon: Lexicon | None = None) -> Spoken:
    """The spoken form of a text; spoken text itself comes back unchanged. Never raises for any text."""
    page, places = _read(text, lexicon or DEFAULT)
    tts = _settled(page, lexicon or DEFAULT, tts=True)
    remarks = sorted(page.remarks, key=lambda remark: (remark.start, remark.end))
    return Spoken(
        text=tts if form is Form.TTS else _settled(page, lexicon or DEFAULT, tts=False),
        warnings=tuple(_unread(r, text, places) for r in remarks if form is Form.TTS or not r.tts_only),
        syllables=sum(any(sign.isalpha() for sign in token) for token in tts.split()),
    )


def glossary(text: str, lexicon: Lexicon | None = None) -> list[tuple[str, str]]:
    """What stays on paper but is said differently, with how to say it, in order of appearance: HIV, ARV, PrEP.

    For the box "cách đọc" of a printed script.
    """
    page, _ = _read(text, lexicon or DEFAULT)
    return list(dict.fromkeys((c.token, c.tts) for c in page.claims if c.token and c.reader != c.tts))


def _read(text: str, lexicon: Lexicon) -> tuple[Page, list[int] | None]:
    cleaned, places = clean(text)
    page = Page(cleaned)
    for run, signs in _PASSES:
        if not signs or page.has(signs):
            run(page, lexicon)
    page.settle()
    return page, places


def _settled(page: Page, lexicon: Lexicon, *, tts: bool) -> str:
    """The page in words, read again while that may still change it, so that spoken text stays as it is."""
    spoken = page.compose(tts)
    for _ in range(_ROUNDS):
        if not page.unsettled or spoken == page.text:
            break
        page, _places = _read(spoken, lexicon)
        spoken = page.compose(tts)
    return spoken


def _unread(remark: Remark, text: str, places: list[int] | None) -> Unread:
    start, end = (remark.start, remark.end) if places is None else (places[remark.start], places[remark.end])
    return Unread(text[start:end], start, end, remark.message)

"""A printed loudspeaker script: its data, its short lines for reading, its plain-text form and its file name."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from importlib.resources import files
from itertools import pairwise

from content.speech import DEFAULT, Form, Lexicon, Spoken, glossary, speak

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
# Characters of one line: what 17 pt Times carries across 160 mm.
WIDTH = 56

_PHRASES: dict[str, list[str]] = tomllib.loads(
    (files("channels") / "data" / "phrases.toml").read_text(encoding="utf-8")
)
_OPENERS = frozenset(_PHRASES["openers"])
_PAIRS = frozenset(_PHRASES["pairs"])
_LEANING = frozenset(_PHRASES["leaning"]) | _OPENERS
# The cost of a line that does not fit: more than any sum of other costs.
_MANY = 1_000_000


class ScriptError(ValueError):
    """A script that must not be printed: one Vietnamese sentence that says what to do."""


@dataclass(frozen=True)
class Script:
    """One approved text for one broadcast. All strings are NFC once made.

    `broadcast_at` is an aware, local date and time; `text`, `opening` and `closing` are in the reader's spoken form;
    `rate` is in syllables a minute; `key` names the post and `content_hash` the approved revision.
    Raises ScriptError where a part is missing without which the script must not be read on air.
    """

    station: str
    unit: str
    title: str
    key: str
    broadcast_at: datetime
    text: str
    opening: str
    closing: str
    rate: int
    approved_by: str
    approved_on: date
    content_hash: str
    sources: tuple[str, ...] = ()
    repeats: int = 1
    operator: str = ""
    lexicon: Lexicon = DEFAULT

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, _printable(value))
        object.__setattr__(self, "sources", tuple(map(_printable, self.sources)))
        for missing, sentence in (
            (not self.text, "Bài phát chưa có nội dung; hãy viết nội dung rồi in lại."),
            (not self.station, "Chưa có tên đài; hãy điền tên đài trong phần cài đặt kênh."),
            (not self.approved_by, "Bài phát chưa được duyệt nên chưa in được bản đọc; hãy gửi duyệt trước."),
            (self.broadcast_at.tzinfo is None, "Giờ phát thiếu múi giờ; hãy xem lại lịch phát của bài."),
            (self.rate <= 0, "Tốc độ đọc phải lớn hơn 0; hãy sửa trong phần cài đặt kênh."),
        ):
            if missing:
                raise ScriptError(sentence)

    @cached_property
    def spoken(self) -> Spoken:
        """All that is read on air once, bookends included, as the spoken-form house judges it."""
        return speak(self._on_air, lexicon=self.lexicon)

    @property
    def seconds(self) -> float:
        """Reading time of one reading at `rate`, bookends included."""
        return self.spoken.seconds(self.rate)

    @cached_property
    def hints(self) -> list[tuple[str, str]]:
        """Words left as they are written, each with how it is read aloud."""
        return glossary(self._on_air, self.lexicon)

    @property
    def unread(self) -> list[str]:
        """Tokens nobody has said how to read; the reader has to ask before going on air."""
        return list(dict.fromkeys(warning.text for warning in self.spoken.warnings))

    @property
    def _on_air(self) -> str:
        return "\n\n".join(filter(None, (self.opening, self.text, self.closing)))


def _printable(text: str) -> str:
    """The text in NFC without surrounding space; control characters, which no document can hold, refused."""
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
        raise ScriptError("Bài phát có ký tự lạ không in được; hãy xóa đoạn đã dán và gõ lại.")
    return unicodedata.normalize("NFC", text).strip()


# ---------------------------------------------------------------- words for figures


def duration(seconds: float) -> str:
    """A reading time as people say it, to five seconds: "khoảng 55 giây", "khoảng 1 phút 5 giây"."""
    minutes, rest = divmod(max(5, round(seconds / 5) * 5), 60)
    parts = [f"{minutes} phút"] * bool(minutes) + [f"{rest} giây"] * bool(rest)
    return "khoảng " + " ".join(parts)


def day_words(day: date) -> str:
    """ "Thứ Ba, ngày 24/11/2026"."""
    return f"{WEEKDAYS[day.weekday()]}, ngày {short_day(day)}"


def short_day(day: date) -> str:
    """ "24/11/2026": two digits for day and month, whatever the machine's locale."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def time_words(at: datetime) -> str:
    """ "17 giờ 00"."""
    return f"{at.hour} giờ {at.minute:02}"


# ---------------------------------------------------------------- short lines


def lines(text: str) -> list[str]:
    """The text in lines for reading aloud: sentences apart, phrases whole, an empty line between paragraphs.

    No word is lost, added or moved; a line is at most `WIDTH` characters, except for a single longer word.
    """
    result: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        result += [""] * bool(result)
        for sentence in re.split(r"\n|(?<=[.!?…])\s+|(?<=[.!?…][”\"»)])\s+", paragraph):
            result += _phrases(sentence.split())
    return result


def _phrases(words: list[str]) -> list[str]:
    """The cheapest way to set one sentence: best[end] is the cost of words[:end] and where its last line starts."""
    best = [(0, 0)]
    for end in range(1, len(words) + 1):
        best.append(min((best[start][0] + _cost(words, start, end), start) for start in range(end)))
    cuts = [len(words)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    return [" ".join(words[start:end]) for start, end in pairwise(reversed(cuts))]


def _cost(words: list[str], start: int, end: int) -> int:
    """How badly words[start:end] reads as one line: too wide, a phrase torn at its start, a lone short piece."""
    width = sum(map(len, words[start:end])) + end - start - 1
    if width > WIDTH and end - start > 1:
        return _MANY
    slack = max(0, WIDTH - width)
    return 10 + slack * slack // 40 + _torn(words, start)


def _torn(words: list[str], at: int) -> int:
    """The cost of a new line before words[at]: none after a comma, little before an opener, much within a phrase."""
    if at == 0:
        return 0
    before, word = words[at - 1].casefold(), words[at].casefold()
    if f"{before} {word}" in _PAIRS or before in _LEANING:
        return 90
    if before[-1] in ",;:–":
        return 0
    is_name = words[at].istitle() and not words[at - 1].istitle()
    return 15 if word in _OPENERS or is_name else 60


# ---------------------------------------------------------------- plain text


def to_text(script: Script) -> str:
    """The script as plain text: the same words and the same confirmation sheet as on paper, for any machine."""
    parts = [
        _header(script),
        _reading(script),
        *(["\n".join(["CÁCH ĐỌC", *(f"- {token}: {how}" for token, how in script.hints)])] if script.hints else []),
        *([unread_line(script)] if script.unread else []),
        "\n".join([*([source_line(script)] if script.sources else []), approval_line(script)]),
        _sheet(script),
    ]
    return unicodedata.normalize("NFC", "\n\n".join(parts)) + "\n"


def to_tts(script: Script) -> str:
    """All that is read on air in fully phonetic form, to paste into a text-to-speech service."""
    return speak(script.spoken.text, Form.TTS, script.lexicon).text


def unread_line(script: Script) -> str:
    """Which tokens the reader has to ask about. Only for a script that has some."""
    return f"Chưa rõ cách đọc: {', '.join(script.unread)}. Hãy hỏi người soạn trước khi phát."


def source_line(script: Script) -> str:
    """Where the facts come from. Only for a script with sources."""
    return f"Nguồn: {'; '.join(script.sources)}."


def approval_line(script: Script) -> str:
    """Who approved these words, when, and the first twelve digits of the revision's hash."""
    return f"Bản đã duyệt: {script.approved_by}, ngày {short_day(script.approved_on)}, mã {script.content_hash[:12]}."


def facts(script: Script) -> list[tuple[str, str]]:
    """What the reader looks at first: label and value."""
    return [
        ("Ngày phát", day_words(script.broadcast_at)),
        ("Giờ phát", time_words(script.broadcast_at)),
        ("Thời gian đọc", duration(script.seconds)),
        ("Tốc độ đọc", f"{script.rate} âm tiết/phút"),
        ("Số lần đọc", f"{script.repeats} lần"),
        ("Mã bài", script.key),
    ]


def _header(script: Script) -> str:
    top = [line for line in (script.unit, script.station) if line]
    return "\n".join([*top, "", "BẢN ĐỌC PHÁT THANH", script.title, "", *(f"{k}: {v}" for k, v in facts(script))])


def _reading(script: Script) -> str:
    rule = "-" * WIDTH
    parts = ["\n".join(lines(part)) for part in (script.opening, script.text, script.closing) if part]
    return "\n\n".join([rule, *parts, rule])


def _sheet(script: Script) -> str:
    dots = "." * 20
    return "\n".join(
        [
            "PHIẾU XÁC NHẬN PHÁT",
            f"Mã bài: {script.key}",
            "☐ Đã phát    ☐ Không phát",
            f"Giờ phát thực tế: ..... giờ ....., ngày {dots}",
            f"Số lần phát: {dots}",
            f"Lý do nếu không phát: {dots}{dots}",
            f"Người trực (ký, ghi rõ họ tên): {script.operator or dots}",
        ]
    )


# ---------------------------------------------------------------- file name


def file_stem(script: Script) -> str:
    """A file name without ending that sorts by broadcast on any disk: "2026-11-24_1700_dai-xa_ten-bai" (ASCII)."""
    return f"{script.broadcast_at:%Y-%m-%d_%H%M}_{_slug(script.station) or 'dai'}_{_slug(script.title) or 'bai'}"


def _slug(text: str, most: int = 48) -> str:
    """Lower-case ASCII words joined by hyphens, whole words up to `most` characters."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    slug = ""
    for word in re.findall(r"[a-z0-9]+", "".join(char for char in folded if not unicodedata.combining(char))):
        if len(slug) + len(word) >= most:
            return slug or word[:most]
        slug = f"{slug}-{word}" if slug else word
    return slug

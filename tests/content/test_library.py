"""The starter library: what every message we ship must keep to (the rules of wording, length, sources and privacy)."""

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from content.language import Severity, check
from content.message import Message
from content.message_file import load_library
from content.placeholders import PLACEHOLDERS, fill
from content.render import plain, render, wordings
from content.speech import speak
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, SPOKESPERSONS, TOPICS

LIBRARY = Path(str(files("content") / "library"))
MESSAGES, ERRORS = load_library(LIBRARY)
CHANNELS = ("facebook", "zalo", "loudspeaker")

# Old-style tone marks: hoà, khoẻ, thuỷ (today: hòa, khỏe, thủy); after q the u belongs to the consonant (quý).
OLD_TONE = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<!q)u[ỳýỷỹỵ](?!\w)", re.IGNORECASE)
PHONE = re.compile(r"(?:\+84|\b0|\b1[89]00)(?:[ .-]?\d){6,}|\b1[89]00\b|\b11[1-5]\b")
OFFICIAL_NAMES = ("Luật Phòng, chống HIV/AIDS", "Toàn dân tham gia phòng, chống HIV/AIDS tại cộng đồng dân cư")

LOUD = [message for message in MESSAGES if "loudspeaker" in message.channels]

each_message = pytest.mark.parametrize("message", [pytest.param(message, id=message.id) for message in MESSAGES])
each_loud = pytest.mark.parametrize("message", [pytest.param(message, id=message.id) for message in LOUD])


# What the units of a reader's place would have entered.
FACTS = {name: placeholder.example for name, placeholder in PLACEHOLDERS.items()}
# Somewhere to go or to call: the health station, or a local fact that names one.
SOMEWHERE = re.compile(
    r"trạm y tế|\{\{(?:tram_y_te|noi_\w+|phong_kham_arv|hotline_\w+|dien_thoai_\w+|trang_\w+|ten_xa)\}\}"
    r"|cơ sở y tế|phòng khám|đơn vị|đoàn|hội |chi bộ|ban |nhà trường|đài|công đoàn|ủy ban",
    re.IGNORECASE,
)


def texts(message: Message) -> dict[str, str]:
    """Every passage a reader or a listener meets, by where it stands."""
    found = {"title": message.title, "idea": message.idea, "action": message.action, "short": message.short}
    found["text"] = message.text
    for kind, variant in message.variants.items():
        found |= {f"{kind} title": variant.title, f"{kind} description": variant.description, kind: variant.text}
        found |= {f"{kind} wording {number}": text for number, text in enumerate(variant.wordings, start=2)}
        found[f"{kind} long"] = variant.long
    return {place: text for place, text in found.items() if text}


def aloud(message: Message) -> list[str]:
    """What is read over the loudspeaker, as written: the spot and, where there is one, the item."""
    variant = message.variants["loudspeaker"]
    return [text for text in (variant.text, variant.long) if text]


def spoken(message: Message) -> str:
    return message.variants["loudspeaker"].text


def syllables_aloud(message: Message, text: str) -> int:
    return speak(plain(fill(replace(message, text=text), FACTS).text)).syllables


def sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n+", text) if part.strip()]


def syllables(text: str) -> list[str]:
    return re.findall(r"[\w%/=-]+", text.casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = syllables(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def without_facts(text: str) -> str:
    return re.sub(r"\{\{\w+\}\}", "", text)


def holds(text: str, wording: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(wording)}(?!\w)", text.casefold()) is not None


# The library as a whole --------------------------------------------------------------------------------------------


def test_every_file_is_read() -> None:
    assert ERRORS == []
    assert len(MESSAGES) == len(list(LIBRARY.rglob("*.md"))) >= 150


def test_every_pillar_of_the_plans_has_at_least_twenty_five_messages() -> None:
    counts = Counter(message.pillar for message in MESSAGES)
    assert {pillar: counts[pillar] for pillar in PILLARS if counts[pillar] < 25} == {}


@pytest.mark.parametrize(
    ("field", "words"),
    [("audience", AUDIENCES), ("topics", TOPICS), ("spokespersons", SPOKESPERSONS)],
)
def test_every_audience_topic_and_kind_of_spokesperson_has_at_least_three_messages(
    field: str, words: dict[str, str]
) -> None:
    counts = Counter(word for message in MESSAGES for word in getattr(message, field))
    assert {word: counts[word] for word in words if counts[word] < 3} == {}


def test_every_format_is_used() -> None:
    assert {message.format for message in MESSAGES} == set(FORMATS)


def test_there_are_items_of_two_to_three_minutes_in_every_pillar() -> None:
    counts = Counter(message.pillar for message in LOUD if message.variants["loudspeaker"].long)
    assert {pillar: counts[pillar] for pillar in PILLARS if counts[pillar] < 5} == {}


def test_no_text_is_used_twice() -> None:
    every = Counter(text for message in MESSAGES for text in texts(message).values())
    assert [text for text, count in every.items() if count > 1] == []


def test_no_long_sentence_is_said_by_two_messages() -> None:
    """What returns in every message is soon not heard any more."""
    said = Counter(
        sentence
        for message in MESSAGES
        for sentence in {line for text in texts(message).values() for line in sentences(plain(text))}
        if len(sentence.split()) >= 12
    )
    assert [sentence for sentence, count in said.items() if count > 1] == []


@each_message
def test_a_file_stands_in_the_folder_of_its_pillar_under_its_own_name(message: Message) -> None:
    assert (LIBRARY / message.pillar / f"{message.id}.md").is_file()


# Form --------------------------------------------------------------------------------------------------------------


@each_message
def test_a_message_says_its_one_idea_its_one_action_and_what_kind_of_text_it_is(message: Message) -> None:
    assert message.idea and message.action and message.short and message.format
    assert len(message.title) <= 80


@each_message
def test_a_message_has_words_of_its_own_for_each_of_its_channels(message: Message) -> None:
    assert set(message.channels) <= set(CHANNELS) and len(message.channels) >= 2
    assert all(message.variants[kind].text for kind in message.channels)


@each_message
def test_what_is_meant_to_be_repeated_is_said_in_three_quite_different_ways(message: Message) -> None:
    if not message.repeat or "facebook" not in message.channels:
        return
    ways = wordings(message, "facebook")
    assert len(ways) >= 3
    for number, one in enumerate(ways):
        for other in ways[number + 1 :]:
            shared = set(sentences(plain(one))) & set(sentences(plain(other)))
            assert len(shared) <= 1, shared


@pytest.mark.parametrize(
    ("message", "text"),
    [
        pytest.param(message, text, id=f"{message.id}-{number}")
        for message in MESSAGES
        if "facebook" in message.channels
        for number, text in enumerate(wordings(message, "facebook"), start=1)
    ],
)
def test_a_facebook_post_is_short_with_two_hashtags_at_most(message: Message, text: str) -> None:
    assert 50 <= len(text.split()) <= 180
    assert len(re.findall(r"#\w+", text)) <= 2
    assert sum(unicodedata.category(letter) == "So" for letter in text) <= 2


@each_message
def test_what_is_posted_keeps_its_hashtags(message: Message) -> None:
    if "facebook" in message.channels:
        written = re.findall(r"#\w+", message.variants["facebook"].text)
        assert re.findall(r"#\w+", render(message, "facebook").text) == written


@each_message
def test_a_zalo_article_keeps_the_limits_of_zalo(message: Message) -> None:
    if "zalo" in message.channels:
        variant = fill(message, FACTS).variants["zalo"]
        assert 0 < len(variant.title) <= 140
        assert 0 < len(variant.description) <= 250
        assert 110 <= len(variant.text.split()) <= 280
        assert 3 <= len(variant.text.split("\n\n")) <= 8


@each_loud
def test_a_spot_lasts_about_fifty_seconds_and_an_item_two_to_three_minutes(message: Message) -> None:
    spot, *item = (syllables_aloud(message, text) for text in aloud(message))
    # 180 syllables a minute over an outdoor loudspeaker (content.speech.LOUDSPEAKER_RATE).
    assert 128 <= spot <= 180
    assert all(360 <= length <= 540 for length in item)


@each_loud
def test_what_is_read_aloud_has_short_sentences_that_can_be_read_as_they_stand(message: Message) -> None:
    for text in aloud(message):
        assert [sentence for sentence in sentences(text) if len(sentence.split()) > 22] == []
        assert re.findall(r"[/=#*&@–]|https?:", re.sub(r"\{\{\w+\}\}", "", text)) == []


@each_loud
def test_a_loudspeaker_text_says_its_key_phrase_twice(message: Message) -> None:
    before, reminder = spoken(message).split("Xin nhắc lại: ")
    assert runs(before, 5) & runs(sentences(reminder)[0], 5)


@each_message
def test_every_text_comes_to_where_to_go(message: Message) -> None:
    for kind in message.channels:
        second_half = message.variants[kind].text[len(message.variants[kind].text) // 2 :]
        assert SOMEWHERE.search(second_half), kind


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("ARV", "thuốc kháng vi rút"),
        ("PrEP", "thuốc dự phòng trước phơi nhiễm"),
        ("PEP", "thuốc dự phòng sau phơi nhiễm"),
        ("K bằng K", "không phát hiện bằng không lây truyền"),
    ],
)
def test_a_short_form_is_explained_where_it_is_first_heard(short: str, words: str) -> None:
    heard = [message for message in LOUD if holds(without_facts(spoken(message)), short.casefold())]
    assert heard
    for message in heard:
        text = without_facts(spoken(message))
        around = text[: text.index(short) + 100]
        assert words in around.casefold(), message.id


# Sources and privacy -----------------------------------------------------------------------------------------------


@each_message
def test_every_source_has_a_year_and_the_day_it_was_verified(message: Message) -> None:
    assert message.sources
    for source in message.sources:
        assert 2006 <= source.year <= 2026
        assert source.verified_on.year >= source.year
        assert source.title.strip()


@each_message
def test_a_percentage_is_said_with_a_year(message: Message) -> None:
    for place, text in texts(message).items():
        if "long" in place or place in CHANNELS or "wording" in place:
            assert "%" not in text or re.search(r"\b20\d\d\b", text), place


@each_message
def test_no_number_to_call_is_shipped(message: Message) -> None:
    for place, text in texts(message).items():
        assert PHONE.search(text) is None, place


def test_a_good_part_of_the_library_can_be_used_before_any_local_fact_is_entered() -> None:
    without = [message for message in MESSAGES if not any("{{" in text for text in texts(message).values())]
    assert len(MESSAGES) * 0.4 <= len(without) <= len(MESSAGES) * 0.7


def test_the_phone_pattern_knows_a_number_from_a_figure() -> None:
    assert all(PHONE.search(text) for text in ("gọi 0912 345 678", "1900 6068", "tổng đài 111", "+84 24 3736 7184"))
    assert not any(PHONE.search(text) for text in ("13.351 trường hợp", "1,0 trên 100.000 dân", "năm 2026", "95-95-95"))


# Wording -----------------------------------------------------------------------------------------------------------


@each_message
def test_every_letter_is_composed_unicode(message: Message) -> None:
    path = LIBRARY / message.pillar / f"{message.id}.md"
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


@each_message
def test_tone_marks_stand_in_the_new_place(message: Message) -> None:
    path = LIBRARY / message.pillar / f"{message.id}.md"
    assert OLD_TONE.findall(path.read_text(encoding="utf-8")) == []


def test_the_tone_pattern_knows_old_from_new() -> None:
    assert all(OLD_TONE.search(word) for word in ("hoà", "khoẻ", "thuỷ", "tuỳ", "uỷ", "ma tuý", "loã"))
    new = "hòa khỏe thủy tùy ủy ma túy quý quỳ quỷ quỹ hoàn khoảng loại toàn ngoài huyện suýt khuỷu tuyên"
    assert not OLD_TONE.search(new)


@each_message
def test_the_language_check_finds_no_error_and_no_warning(message: Message) -> None:
    found = {
        (place, finding.rule, finding.text)
        for place, text in texts(message).items()
        for finding in check(plain(text), message.register)
        if finding.severity in (Severity.ERROR, Severity.WARNING)
    }
    assert found == set()


@each_message
def test_hiv_and_aids_are_run_together_only_in_official_names(message: Message) -> None:
    for place, text in texts(message).items():
        rest = re.sub("|".join(map(re.escape, OFFICIAL_NAMES)), "", text)
        assert "HIV/AIDS" not in rest, place


@each_message
def test_k_equals_k_is_always_said_with_adherence_and_about_sex(message: Message) -> None:
    for place, text in texts(message).items():
        if (
            place in ("text", *CHANNELS)
            and "không lây truyền qua tiếp xúc" not in text
            and re.search(r"K=K|K bằng K|không lây truyền", text)
        ):
            assert "tuân thủ điều trị" in text.casefold(), place
            assert "đường tình dục" in text, place


@each_message
def test_a_myth_is_never_first_never_aloud_and_always_answered(message: Message) -> None:
    for place, text in texts(message).items():
        if "loudspeaker" in place or "title" in place:
            assert not holds(text, "hiểu lầm:"), place
        else:
            assert not text.startswith("Hiểu lầm:")
            assert text.count("Hiểu lầm:") == text.count("Sự thật:")

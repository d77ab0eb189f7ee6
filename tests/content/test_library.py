"""The starter library: what every message we ship must keep to (the rules of wording, length, sources and privacy)."""

import re
import unicodedata
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from content.message import Message
from content.message_file import load_library
from content.render import plain, render
from content.taxonomy import AUDIENCES, PILLARS, TOPICS

LIBRARY = Path(str(files("content") / "library"))
MESSAGES, ERRORS = load_library(LIBRARY)
CHANNELS = ("facebook", "zalo", "loudspeaker")

# Wordings that stigmatise, blame, frighten or are wrong, as whole syllables in any case.
FORBIDDEN = """
si đa, sida, căn bệnh thế kỷ, đại dịch, vi rút aids, vi rút hiv, virus, bệnh hiv, nhiễm aids, lây aids,
nhiễm hiv/aids, xét nghiệm aids, giai đoạn cuối, chết, án tử, nan y, hiểm họa, thảm họa, cuộc chiến, nạn nhân,
bệnh nhân, người nhiễm, người bị, bị hiv, mắc hiv, ca nhiễm, con bệnh, mầm bệnh, nguồn lây, ổ dịch, gieo rắc,
như người bình thường, người lành, trong sạch, máu sạch, đối tượng, nguy cơ cao, đáng thương, tội nghiệp, bất hạnh,
hậu quả, lối sống, quả báo, tội lỗi, lầm lỡ, sa ngã, bừa bãi, tệ nạn, bệnh xã hội, người nghiện, con nghiện,
nghiện ngập, hút chích, lạm dụng, kim tiêm bẩn, gái mại dâm, mại dâm, đồng tính luyến ái, msm, lây lan, rất dễ lây,
dịch cơ thể, không an toàn, xa lánh, tránh xa, cách ly, khai báo, bắt buộc xét nghiệm, bao dung, tha thứ, thương hại,
vòng tay, sống sót, hòa nhập trở lại, chữa khỏi, tuyệt đối, 100%
"""
FORBIDDEN_WORDINGS = tuple(wording.strip() for wording in FORBIDDEN.replace("\n", " ").split(","))

# Old-style tone marks: hoà, khoẻ, thuỷ (today: hòa, khỏe, thủy); after q the u belongs to the consonant (quý).
OLD_TONE = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<!q)u[ỳýỷỹỵ](?!\w)", re.IGNORECASE)
PHONE = re.compile(r"(?:\+84|\b0|\b1[89]00)(?:[ .-]?\d){6,}|\b1[89]00\b|\b11[1-5]\b")
OFFICIAL_NAMES = ("Luật Phòng, chống HIV/AIDS", "Toàn dân tham gia phòng, chống HIV/AIDS tại cộng đồng dân cư")

each_message = pytest.mark.parametrize("message", [pytest.param(message, id=message.id) for message in MESSAGES])


def texts(message: Message) -> dict[str, str]:
    """Every passage a reader or a listener meets, by where it stands."""
    found = {"title": message.title, "text": message.text}
    for kind, variant in message.variants.items():
        found |= {f"{kind} title": variant.title, f"{kind} description": variant.description, kind: variant.text}
    return found


def spoken(message: Message) -> str:
    return message.variants["loudspeaker"].text


def sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n+", text) if part.strip()]


def syllables(text: str) -> list[str]:
    return re.findall(r"[\w%/=-]+", text.casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = syllables(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def holds(text: str, wording: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(wording)}(?!\w)", text.casefold()) is not None


# The library as a whole --------------------------------------------------------------------------------------------


def test_every_file_is_read() -> None:
    assert ERRORS == []
    assert len(MESSAGES) == len(list(LIBRARY.rglob("*.md"))) >= 30


def test_every_pillar_of_the_plans_has_at_least_six_messages() -> None:
    counts = Counter(message.pillar for message in MESSAGES)
    assert {pillar: counts[pillar] for pillar in PILLARS if counts[pillar] < 6} == {}


def test_every_audience_and_every_topic_is_spoken_to() -> None:
    assert {audience for message in MESSAGES for audience in message.audience} == set(AUDIENCES)
    assert {topic for message in MESSAGES for topic in message.topics} == set(TOPICS)


def test_no_text_is_used_twice() -> None:
    for kind in CHANNELS:
        repeated = [text for text, count in Counter(m.variants[kind].text for m in MESSAGES).items() if count > 1]
        assert repeated == []
    assert len({message.title for message in MESSAGES}) == len(MESSAGES)


@each_message
def test_a_file_stands_in_the_folder_of_its_pillar_under_its_own_name(message: Message) -> None:
    assert (LIBRARY / message.pillar / f"{message.id}.md").is_file()


# Form --------------------------------------------------------------------------------------------------------------


@each_message
def test_a_message_speaks_on_all_three_kinds_of_channel(message: Message) -> None:
    assert message.channels == CHANNELS
    assert all(message.variants[kind].text for kind in CHANNELS)


@each_message
def test_a_facebook_post_is_short_with_two_hashtags_at_most(message: Message) -> None:
    text = message.variants["facebook"].text
    assert 60 <= len(text.split()) <= 180
    assert len(re.findall(r"#\w+", text)) <= 2
    assert sum(unicodedata.category(letter) == "So" for letter in text) <= 2


@each_message
def test_what_is_posted_keeps_its_hashtags(message: Message) -> None:
    written = re.findall(r"#\w+", message.variants["facebook"].text)
    assert re.findall(r"#\w+", render(message, "facebook").text) == written


@each_message
def test_a_zalo_article_keeps_the_limits_of_zalo(message: Message) -> None:
    variant = message.variants["zalo"]
    assert 0 < len(variant.title) <= 140
    assert 0 < len(variant.description) <= 250
    assert 120 <= len(variant.text.split()) <= 250
    assert 3 <= len(variant.text.split("\n\n")) <= 5


@each_message
def test_a_loudspeaker_text_lasts_about_a_minute_in_short_sentences(message: Message) -> None:
    assert 120 <= len(spoken(message).split()) <= 190
    assert [sentence for sentence in sentences(spoken(message)) if len(sentence.split()) > 22] == []


@each_message
def test_a_loudspeaker_text_can_be_read_aloud_as_it_stands(message: Message) -> None:
    assert re.findall(r"[/=#*&@–]|https?:", spoken(message)) == []


@each_message
def test_a_loudspeaker_text_says_its_key_phrase_twice(message: Message) -> None:
    before, reminder = spoken(message).split("Xin nhắc lại: ")
    assert runs(before, 5) & runs(sentences(reminder)[0], 5)


@each_message
def test_every_wording_ends_with_where_to_go(message: Message) -> None:
    assert "trạm y tế xã" in " ".join(sentences(spoken(message))[-3:]).casefold()
    for passage in (message.text, message.variants["facebook"].text, message.variants["zalo"].text):
        assert "trạm y tế xã" in plain(passage).split("\n\n", 1)[-1].casefold()


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
    heard = [message for message in MESSAGES if holds(spoken(message), short.casefold())]
    assert heard
    for message in heard:
        text = spoken(message)
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
    for place in CHANNELS:
        text = message.variants[place].text
        assert "%" not in text or re.search(r"\b20\d\d\b", text), place


@each_message
def test_nothing_waits_to_be_filled_in_and_no_number_to_call_is_shipped(message: Message) -> None:
    for place, text in texts(message).items():
        assert "{{" not in text, place
        assert PHONE.search(text) is None, place


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
def test_no_wording_that_stigmatises_blames_or_frightens(message: Message) -> None:
    found = {
        (place, wording)
        for place, text in texts(message).items()
        for wording in FORBIDDEN_WORDINGS
        if holds(text, wording)
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
        if place in ("text", *CHANNELS) and re.search(r"K=K|K bằng K|không lây truyền", text):
            assert "tuân thủ điều trị" in text.casefold(), place
            assert "đường tình dục" in text, place


@each_message
def test_a_myth_is_never_first_never_aloud_and_always_answered(message: Message) -> None:
    for place, text in texts(message).items():
        if place in ("text", "facebook", "zalo"):
            assert not text.startswith("Hiểu lầm")
            assert text.count("Hiểu lầm:") == text.count("Sự thật:") <= 1
        else:
            assert not holds(text, "hiểu lầm"), place

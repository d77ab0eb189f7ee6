"""The loudspeaker: handing over a script, what a reader would stumble over, and the printed page itself."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from zipfile import ZipFile

import pytest
import requests
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from rigs import MemorySession

from channels.base import Absent, Outgoing, Rejected, State
from channels.loudspeaker import Loudspeaker
from channels.script import WIDTH, Script, ScriptError, day_words, duration, file_stem, lines, to_text, to_tts
from channels.script_docx import BOX_FONT, FONT, to_docx
from content.message import Message, Source
from content.speech import speak

VIETNAM = timezone(timedelta(hours=7))
FIVE_PM = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TEXT = (
    "HIV chỉ lây qua ba đường: đường máu, quan hệ tình dục không an toàn và từ mẹ sang con. "
    "Bắt tay, ăn chung mâm cơm, làm việc cùng nhau đều không lây.\n\n"
    "Người nhiễm HIV uống thuốc ARV đều đặn vẫn khỏe mạnh, vẫn lao động và nuôi dạy con cái như mọi người. "
    "Bà con hãy đi xét nghiệm sớm tại trạm y tế. Kết quả được giữ kín."
)
SYLLABLE = "a "


class Unplugged(requests.Session):
    """A network nobody may use."""

    def request(self, *args: object, **kwargs: object) -> requests.Response:
        raise AssertionError("the loudspeaker needs no network")


@pytest.fixture
def station() -> Iterator[Callable[..., Loudspeaker]]:
    with Unplugged() as http:
        yield lambda **settings: Loudspeaker({"station": "Đài Truyền thanh xã Ví Dụ", **settings}, http)


@pytest.fixture
def session(connect: Callable[..., MemorySession]) -> MemorySession:
    return connect()


def outgoing(text: str = TEXT) -> Outgoing:
    return Outgoing("p-123", "HIV chỉ lây qua ba đường", "", text, None, (), FIVE_PM)


def message(text: str) -> Message:
    return Message(
        id="thu",
        title="Thử",
        pillar="knowledge",
        audience=("everyone",),
        topics=("transmission",),
        register="public",
        sources=(Source("Nguồn thử", 2026, date(2026, 11, 1)),),
        valid_from=date(2026, 11, 1),
        valid_until=date(2026, 12, 31),
        channels=("loudspeaker",),
        text=text,
    )


def script(**changes: object) -> Script:
    made = Script(
        station="Đài Truyền thanh xã Ví Dụ",
        unit="Ủy ban nhân dân xã Ví Dụ",
        title="HIV chỉ lây qua ba đường",
        key="p-123",
        broadcast_at=FIVE_PM.astimezone(VIETNAM),
        text=TEXT,
        opening="Kính thưa bà con và các bạn!",
        closing="Bản tin đến đây là hết.",
        rate=180,
        approved_by="Người duyệt Mẫu",
        approved_on=date(2026, 11, 20),
        content_hash="1a2b3c4d5e6f7a8b9c0d",
        sources=("Luật Phòng, chống HIV/AIDS (2006)",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def opened(made: Script) -> DocumentObject:
    return Document(BytesIO(to_docx(made)))


def read_on_air(document: DocumentObject) -> str:
    parts = [
        p.text for p in document.paragraphs if p.style is not None and p.style.name in {"Bản đọc", "Lời mở và kết"}
    ]
    return " ".join(" ".join(parts).split())


def all_text(document: DocumentObject) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


# ---------------------------------------------------------------- the channel


def test_publishing_hands_the_script_over_under_the_posts_own_key(station, session) -> None:
    first = station().publish(outgoing(), session)
    assert (first.remote_id, first.state) == ("p-123", State.HANDED_OVER)
    assert station().publish(outgoing(), session) == first
    assert session.saves == 0


def test_after_doubt_a_hand_over_may_always_be_repeated(station, session) -> None:
    assert station().find(outgoing(), FIVE_PM, session) == Absent()


def test_paper_that_is_out_is_called_back_by_people(station, session) -> None:
    receipt = station().publish(outgoing(), session)
    with pytest.raises(Rejected, match="báo người trực không phát và thu lại bản in"):
        station().remove(receipt, session)
    with pytest.raises(Rejected, match="in bản mới"):
        station().revise(receipt, outgoing(), session)


def test_a_person_confirms_and_two_days_are_left_for_printing() -> None:
    assert Loudspeaker.confirmed_by_person
    assert Loudspeaker.lead == timedelta(days=2)


def test_the_usual_hours_are_two_sessions_on_working_days_and_never_before_five() -> None:
    assert Loudspeaker.hours.windows == (("05:30", "06:00"), ("17:00", "17:30"))
    assert Loudspeaker.hours.weekdays == (0, 1, 2, 3, 4)
    assert Loudspeaker.hours.quiet == ("22:00", "05:00")


def test_the_approver_sees_the_words_as_they_will_be_read(station) -> None:
    composed = station().compose(message("Từ 10/11 đến 10/12/2026, **HIV** xét nghiệm lúc 16h30."))
    assert "mười sáu giờ ba mươi phút" in composed.text
    assert "tháng mười một" in composed.text
    assert "HIV" in composed.text
    assert not any(char.isdigit() for char in composed.text)


def test_the_bookends_name_the_station_in_spoken_form(station) -> None:
    assert station(station="Đài Truyền thanh phường 5").opening.endswith("Đài Truyền thanh phường năm.")
    assert station(closing="Chào từ {station}.").closing == "Chào từ Đài Truyền thanh xã Ví Dụ."


def test_a_good_script_has_no_problems(station) -> None:
    assert station().problems(outgoing()) == []


def test_an_empty_script_is_said_once(station) -> None:
    assert station().problems(outgoing("  \n ")) == ["Bài chưa có nội dung."]


def test_every_unread_token_is_named_once_in_a_sentence(station) -> None:
    problems = station().problems(outgoing(f"{TEXT} Mã QXZW và QXZW lần nữa."))
    assert len(problems) == 1
    assert "QXZW" in problems[0]
    assert problems[0].endswith(".")


@pytest.mark.parametrize(
    ("syllables", "said"),
    [
        (20, "ngắn hơn 30 giây"),
        (100, None),
        (840, None),
        (900, "dài hơn 5 phút"),
    ],
)
def test_a_reading_time_outside_half_a_minute_to_five_minutes_is_said(
    station, syllables: int, said: str | None
) -> None:
    problems = station().problems(outgoing(SYLLABLE * syllables))
    assert [said in problem for problem in problems] == ([True] if said else [])


def test_the_bookends_count_in_the_reading_time(station) -> None:
    bare = station(opening=" ", closing=" ")
    assert bare.problems(outgoing(SYLLABLE * 89))
    assert station().problems(outgoing(SYLLABLE * 89)) == []


@pytest.mark.parametrize("rate", ["nhanh", "0", "-180", "99", "261", "180.5", "１８０"])
def test_an_impossible_reading_rate_is_refused_in_words(station, rate: str) -> None:
    (problem,) = station(reading_rate=rate).problems(outgoing())
    assert f"“{rate}”" in problem
    assert "từ 100 đến 260" in problem


def test_an_impossible_number_of_repeats_is_refused_in_words(station) -> None:
    assert "từ 1 đến 10" in station(repeat="11").problems(outgoing())[0]


def test_a_script_takes_the_stations_settings_and_the_local_hour(station) -> None:
    made = station(reading_rate="200", repeat="2", operator="Người trực Mẫu").script(
        outgoing(),
        unit="Xã Ví Dụ",
        zone=VIETNAM,
        content_hash="ab" * 32,
        approved_by="Người duyệt Mẫu",
        approved_on=date(2026, 11, 20),
    )
    assert (made.rate, made.repeats, made.operator, made.broadcast_at.hour) == (200, 2, "Người trực Mẫu", 17)
    assert made.text == TEXT
    assert made.opening.startswith("Kính thưa bà con")


# ---------------------------------------------------------------- lines, figures, names


def test_a_line_holds_one_phrase_and_fits_the_page() -> None:
    assert lines("HIV chỉ lây qua ba đường: đường máu, quan hệ tình dục không an toàn và từ mẹ sang con. Hết.") == [
        "HIV chỉ lây qua ba đường: đường máu,",
        "quan hệ tình dục không an toàn và từ mẹ sang con.",
        "Hết.",
    ]


def test_words_that_belong_together_stay_on_one_line() -> None:
    text = (
        "Cả nước hưởng ứng Tháng hành động quốc gia phòng, chống HIV/AIDS, từ ngày mười tháng mười một đến ngày mười."
    )
    for pair in ("phòng, chống", "ngày mười", "tháng mười"):
        assert sum(line.count(pair) for line in lines(text)) == text.count(pair)


def test_paragraphs_and_list_items_keep_their_own_lines() -> None:
    assert lines("Một.\n\n– hai\n– ba") == ["Một.", "", "– hai", "– ba"]


@given(st.text(alphabet=st.sampled_from("aăâđếữ HIV,.:!\n"), max_size=300))
def test_no_word_is_lost_added_or_moved_and_no_line_is_too_wide(text: str) -> None:
    broken = lines(text)
    assert " ".join(broken).split() == text.split()
    assert all(len(line) <= WIDTH or " " not in line for line in broken)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "khoảng 5 giây"),
        (54, "khoảng 55 giây"),
        (59, "khoảng 1 phút"),
        (66, "khoảng 1 phút 5 giây"),
        (180, "khoảng 3 phút"),
    ],
)
def test_reading_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_reading_time_follows_from_syllables_and_rate() -> None:
    made = script(text=SYLLABLE * 180, opening="", closing="")
    assert made.seconds == pytest.approx(60)
    assert replace(made, rate=120).seconds == pytest.approx(90)
    assert script().seconds == pytest.approx(speak(f"{script().opening} {TEXT} {script().closing}").seconds(180))


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 11, 23), "Thứ Hai, ngày 23/11/2026"), (date(2026, 12, 6), "Chủ nhật, ngày 06/12/2026")],
)
def test_a_day_is_written_with_its_weekday(day: date, words: str) -> None:
    assert day_words(day) == words


@pytest.mark.parametrize(
    ("station_name", "title", "stem"),
    [
        ("Đài xã", "Tên bài", "2026-11-24_1700_dai-xa_ten-bai"),
        ("Đài: xã/phường?", 'Hỏi "đáp" <HIV>', "2026-11-24_1700_dai-xa-phuong_hoi-dap-hiv"),
        ("☎", "…", "2026-11-24_1700_dai_bai"),
    ],
)
def test_file_names_are_ascii_and_sort_by_broadcast(station_name: str, title: str, stem: str) -> None:
    assert file_stem(script(station=station_name, title=title)) == stem


def test_a_file_name_stays_short_and_ends_on_a_whole_word() -> None:
    stem = file_stem(script(title="Chung tay chấm dứt dịch bệnh AIDS " * 10))
    assert len(stem) <= 120
    assert stem.rsplit("-", 1)[1] in {"chung", "tay", "cham", "dut", "dich", "benh", "aids"}


# ---------------------------------------------------------------- what must not be printed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " \n "}, "chưa có nội dung"),
        ({"station": ""}, "Chưa có tên đài"),
        ({"approved_by": ""}, "chưa được duyệt"),
        ({"rate": 0}, "lớn hơn 0"),
        ({"text": "Chào\x0bbà con"}, "ký tự lạ"),
        ({"broadcast_at": datetime(2026, 11, 24, 17, 0)}, "múi giờ"),  # noqa: DTZ001
    ],
)
def test_what_must_not_be_read_on_air_is_not_printed(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        script(**changes)


def test_a_token_nobody_can_read_is_shown_on_paper() -> None:
    made = script(text=f"{TEXT} Mã QXZW.")
    assert made.unread == ["QXZW"]
    for page in (to_text(made), all_text(opened(made))):
        assert "Chưa rõ cách đọc: QXZW. Hãy hỏi người soạn trước khi phát." in page


# ---------------------------------------------------------------- plain text


def test_the_plain_text_says_all_that_the_paper_says() -> None:
    text = to_text(script(repeats=2))
    for part in (
        "Đài Truyền thanh xã Ví Dụ",
        "Ngày phát: Thứ Ba, ngày 24/11/2026",
        "Giờ phát: 17 giờ 00",
        "Thời gian đọc: khoảng 30 giây",
        "Tốc độ đọc: 180 âm tiết/phút",
        "Số lần đọc: 2 lần",
        "- HIV: hát i vê",
        "Nguồn: Luật Phòng, chống HIV/AIDS (2006).",
        "Bản đã duyệt: Người duyệt Mẫu, ngày 20/11/2026, mã 1a2b3c4d5e6f.",
        "☐ Đã phát    ☐ Không phát",
        "Lý do nếu không phát:",
    ):
        assert part in text
    assert " ".join(TEXT.split()) in " ".join(text.split())


def test_the_plain_text_is_nfc_and_the_same_for_any_unicode_form() -> None:
    text = to_text(script())
    assert unicodedata.is_normalized("NFC", text)
    decomposed = script(text=unicodedata.normalize("NFD", TEXT), title=unicodedata.normalize("NFD", script().title))
    assert to_text(decomposed).encode("utf-8") == text.encode("utf-8")


def test_the_machine_form_leaves_nothing_to_spell_out() -> None:
    spoken = to_tts(script())
    assert "HIV" not in spoken
    assert "hát i vê" in spoken
    assert spoken.startswith("Kính thưa bà con")


# ---------------------------------------------------------------- Word


def test_the_paper_carries_the_approved_words_and_nothing_else_on_air() -> None:
    assert read_on_air(opened(script())) == " ".join(f"{script().opening} {TEXT} {script().closing}".split())


def test_the_bookends_are_set_in_italics_and_the_text_large() -> None:
    styles = opened(script()).styles
    assert styles["Lời mở và kết"].font.italic
    assert not styles["Bản đọc"].font.italic
    assert styles["Bản đọc"].font.size.pt == 17
    assert styles["Bản đọc"].paragraph_format.line_spacing == 1.5


def test_the_paper_is_a4_with_the_margins_of_the_decree() -> None:
    section = opened(script()).sections[0]
    lengths = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(length.mm) for length in lengths] == [210, 297, 20, 20, 30, 20]


def test_the_page_number_stands_above_the_text_from_page_two() -> None:
    section = opened(script()).sections[0]
    assert section.different_first_page_header_footer
    assert [field.get(qn("w:instr")) for field in section.header._element.iter(qn("w:fldSimple"))] == ["PAGE"]
    assert not list(section.first_page_header._element.iter(qn("w:fldSimple")))


def test_every_font_is_named_in_all_four_uses_and_the_language_is_vietnamese() -> None:
    document = opened(script())
    for part in (document.styles.element, document.element):
        for fonts in part.iter(qn("w:rFonts")):
            assert {fonts.get(qn(f"w:{use}")) for use in ("ascii", "hAnsi", "eastAsia", "cs")} <= {FONT, BOX_FONT}
            assert not [name for name in fonts.attrib if "Theme" in name or "theme" in name]
    languages = list(document.styles.element.iter(qn("w:lang")))
    assert languages
    assert {language.get(qn("w:val")) for language in languages} == {"vi-VN"}


def test_the_paper_shows_what_the_reader_and_the_archive_need() -> None:
    text = all_text(opened(script(operator="Người trực Mẫu")))
    for part in (
        "ỦY BAN NHÂN DÂN XÃ VÍ DỤ",
        "ĐÀI TRUYỀN THANH XÃ VÍ DỤ",
        "HIV chỉ lây qua ba đường",
        "Thứ Ba, ngày 24/11/2026",
        "17 giờ 00",
        "khoảng 30 giây",
        "180 âm tiết/phút",
        "hát i vê",
        "Bản đã duyệt: Người duyệt Mẫu, ngày 20/11/2026, mã 1a2b3c4d5e6f.",
        "☐ Đã phát",
        "☐ Không phát",
        "Giờ phát thực tế:",
        "Số lần phát:",
        "Lý do nếu không phát:",
        "(ký, ghi rõ họ tên)",
        "Người trực Mẫu",
    ):
        assert part in text


def test_a_script_without_extras_has_no_empty_boxes() -> None:
    bare = opened(script(text="Bà con hãy rửa tay.", opening="", closing="", sources=(), unit=""))
    assert "Cách đọc" not in all_text(bare)
    assert "Nguồn:" not in all_text(bare)
    assert read_on_air(bare) == "Bà con hãy rửa tay."


def test_the_same_script_is_the_same_document_and_another_text_is_not() -> None:
    assert to_docx(script()) == to_docx(script())
    assert to_docx(script()) != to_docx(script(text=f"{TEXT} Xin cảm ơn."))


def test_the_document_holds_no_name_of_the_tool_that_wrote_it() -> None:
    with ZipFile(BytesIO(to_docx(script()))) as package:
        core = package.read("docProps/core.xml").decode("utf-8")
    assert "python-docx" not in core
    assert "Đài Truyền thanh xã Ví Dụ" in core

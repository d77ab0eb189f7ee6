"""The reader of message files: strict about each file, patient with the folder, and exact about where a mistake is."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from content.message import Message, Picture, Source, Variant, hash_document
from content.message_file import MessageError, load_library, read_message

HEAD = """\
id = "kien-thuc-thu"
title = "HIV chỉ lây truyền qua ba đường"
pillar = "knowledge"
audience = ["everyone", "youth"]
topics = ["transmission"]
register = "public"
channels = ["facebook", "zalo"]
valid_from = 2026-11-10
valid_until = 2026-12-10

[variants.facebook]
text = "Bài cho Facebook."

[variants.zalo]
title = "Tiêu đề Zalo"
description = "Mô tả Zalo"
text = "Bài cho Zalo."

[[sources]]
title = "Tài liệu của ngành y tế"
year = 2025
verified_on = 2026-11-20
url = "https://example.org/tai-lieu"
"""
PLAIN_KEYS = HEAD.partition("[variants.facebook]")[0]
BODY = "HIV chỉ lây truyền qua **ba đường**.\n\nMời hỏi trạm y tế xã."


def file_text(head: str = HEAD, body: str = BODY) -> str:
    return f"+++\n{head}+++\n\n{body}\n"


def changed(old: str, new: str) -> str:
    """The good file with one passage replaced (the passage must be there)."""
    assert old in HEAD
    return file_text(HEAD.replace(old, new))


def line_with(text: str, passage: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if passage in line)


def complaint(text: str) -> MessageError:
    with pytest.raises(MessageError) as caught:
        read_message(text, "thu.md")
    return caught.value


@pytest.fixture
def message() -> Message:
    return read_message(file_text(), "thu.md")


def test_a_good_file_gives_every_part_of_the_message(message: Message) -> None:
    assert message == Message(
        id="kien-thuc-thu",
        title="HIV chỉ lây truyền qua ba đường",
        pillar="knowledge",
        audience=("everyone", "youth"),
        topics=("transmission",),
        register="public",
        sources=(Source("Tài liệu của ngành y tế", 2025, date(2026, 11, 20), "https://example.org/tai-lieu"),),
        valid_from=date(2026, 11, 10),
        valid_until=date(2026, 12, 10),
        channels=("facebook", "zalo"),
        text=BODY,
        variants={
            "facebook": Variant(text="Bài cho Facebook."),
            "zalo": Variant(text="Bài cho Zalo.", title="Tiêu đề Zalo", description="Mô tả Zalo"),
        },
    )


def test_a_message_is_valid_on_both_its_first_and_its_last_day(message: Message) -> None:
    days = [date(2026, 11, 9), date(2026, 11, 10), date(2026, 12, 10), date(2026, 12, 11)]
    assert [message.is_valid_on(day) for day in days] == [False, True, True, False]


def test_variants_the_address_of_a_source_and_the_order_of_keys_are_free() -> None:
    lines = HEAD.split("\n\n")
    plain_keys = "\n".join(reversed(lines[0].split("\n")))
    source = lines[3].replace('url = "https://example.org/tai-lieu"\n', "")
    short = read_message(file_text(f"{plain_keys}\n\n{source}"), "thu.md")
    assert short.variants == {}
    assert short.sources[0].url == ""


@pytest.mark.parametrize(
    "as_saved",
    [
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(lambda text: unicodedata.normalize("NFD", text), id="decomposed letters"),
    ],
)
def test_the_habits_of_an_editor_change_nothing(as_saved: Callable[[str], str], message: Message) -> None:
    again = read_message(as_saved(file_text()), "thu.md")
    assert again == message
    assert again.content_hash == message.content_hash


# What is wrong, and where ------------------------------------------------------------------------------------------


def test_a_complaint_names_file_line_and_reason() -> None:
    error = complaint(changed('pillar = "knowledge"', 'pillar = "news"'))
    assert str(error) == f"{error.file}, dòng {error.line}: {error.what}"
    assert (error.file, error.line) == ("thu.md", 4)


def test_a_file_without_an_opening_fence_is_refused_at_its_first_line() -> None:
    error = complaint(file_text().removeprefix("+++\n"))
    assert error.line == 1
    assert "+++" in error.what


def test_an_empty_file_is_refused_at_its_first_line() -> None:
    assert complaint("").line == 1


def test_a_file_without_a_closing_fence_is_refused_at_its_last_line() -> None:
    text = f"+++\n{HEAD}"
    error = complaint(text)
    assert error.line == len(text.split("\n"))
    assert "đóng" in error.what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = "HIV chỉ lây truyền qua ba đường"', 'title = "HIV chỉ lây truyền qua ba đường'),
        ('pillar = "knowledge"', "pillar = knowledge"),
        ("valid_until = 2026-12-10", "valid_until = 2026-02-30"),
        ("year = 2025", "year 2025"),
        ("[variants.zalo]", "[variants.zalo"),
    ],
)
def test_a_syntax_error_is_reported_at_its_own_line(old: str, new: str) -> None:
    text = changed(old, new)
    error = complaint(text)
    assert error.line == line_with(text, new)
    assert "TOML" in error.what


def test_a_syntax_error_only_noticed_at_the_end_points_into_the_header() -> None:
    text = changed('url = "https://example.org/tai-lieu"', 'url = """https://example.org')
    assert complaint(text).line == 1 + HEAD.count("\n")


def test_an_unknown_key_is_refused_where_it_is_written() -> None:
    text = changed('register = "public"', 'register = "public"\ntags = ["HIV"]')
    error = complaint(text)
    assert error.line == line_with(text, "tags =")
    assert '"tags"' in error.what


@pytest.mark.parametrize(
    "key", ["id", "title", "pillar", "audience", "topics", "register", "channels", "valid_from", "valid_until"]
)
def test_a_missing_key_is_named(key: str) -> None:
    line = next(line for line in HEAD.split("\n") if line.startswith(f"{key} ="))
    error = complaint(changed(f"{line}\n", ""))
    assert error.what == f'Thiếu khóa "{key}".'


def test_a_message_without_sources_is_refused() -> None:
    assert complaint(file_text(HEAD.partition("[[sources]]")[0])).what == 'Thiếu khóa "sources".'
    emptied = PLAIN_KEYS + "sources = []\n"
    error = complaint(file_text(emptied))
    assert "ít nhất một nguồn" in error.what
    assert error.line == line_with(file_text(emptied), "sources =")


@pytest.mark.parametrize(
    ("old", "new", "offered"),
    [
        ('pillar = "knowledge"', 'pillar = "kien-thuc"', "prevention"),
        ('audience = ["everyone", "youth"]', 'audience = ["everyone", "young"]', "youth"),
        ('topics = ["transmission"]', 'topics = ["transmision"]', "transmission"),
        ('register = "public"', 'register = "Public"', "official"),
    ],
)
def test_a_word_outside_the_taxonomy_is_refused_with_the_words_that_are_known(old: str, new: str, offered: str) -> None:
    text = changed(old, new)
    error = complaint(text)
    assert error.line == line_with(text, new)
    assert offered in error.what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('pillar = "knowledge"', "pillar = 3"),
        ('title = "HIV chỉ lây truyền qua ba đường"', 'title = "  "'),
        ('audience = ["everyone", "youth"]', 'audience = "everyone"'),
        ('topics = ["transmission"]', "topics = []"),
        ('channels = ["facebook", "zalo"]', "channels = [1]"),
        ("valid_from = 2026-11-10", 'valid_from = "2026-11-10"'),
        ("valid_from = 2026-11-10", "valid_from = 2026-11-10T08:00:00"),
        ('id = "kien-thuc-thu"', 'id = "Kiến thức"'),
        ('id = "kien-thuc-thu"', 'id = "kien--thuc"'),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_where_it_is_written(old: str, new: str) -> None:
    text = changed(old, new)
    assert complaint(text).line == line_with(text, new)


def test_a_message_cannot_end_before_it_begins() -> None:
    text = changed("valid_until = 2026-12-10", "valid_until = 2026-11-09")
    error = complaint(text)
    assert error.line == line_with(text, "valid_until")
    assert "valid_from" in error.what


def test_a_message_may_be_valid_for_a_single_day() -> None:
    single = read_message(changed("valid_until = 2026-12-10", "valid_until = 2026-11-10"), "thu.md")
    assert single.valid_from == single.valid_until


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("verified_on = 2026-11-20\n", "", "verified_on"),
        ("verified_on = 2026-11-20", 'verified_on = "2026-11-20"', "verified_on"),
        ("year = 2025\n", "", "year"),
        ("year = 2025", "year = true", "year"),
        ("year = 2025", 'year = 2025\nauthor = "Ai đó"', "author"),
        ('url = "https://example.org/tai-lieu"', "url = 5", "url"),
    ],
)
def test_a_source_needs_title_year_and_the_day_it_was_verified(old: str, new: str, named: str) -> None:
    text = changed(old, new)
    error = complaint(text)
    assert named in error.what
    assert error.line >= line_with(text, "[[sources]]")


def test_sources_written_as_plain_words_are_refused() -> None:
    head = PLAIN_KEYS + 'sources = ["Tài liệu của ngành y tế"]\n'
    error = complaint(file_text(head))
    assert error.line == line_with(file_text(head), "sources =")


def test_a_variant_for_a_channel_that_is_not_listed_is_refused() -> None:
    text = changed('channels = ["facebook", "zalo"]', 'channels = ["facebook"]')
    error = complaint(text)
    assert error.line == line_with(text, "[variants.zalo]")
    assert '"zalo"' in error.what


@pytest.mark.parametrize("new", ['headline = "Mô tả Zalo"', "description = 7"])
def test_a_variant_takes_only_its_own_keys_in_words(new: str) -> None:
    text = changed('description = "Mô tả Zalo"', new)
    assert complaint(text).line == line_with(text, new)


@pytest.mark.parametrize("new", ['variants = "facebook"', 'variants = {facebook = "chữ"}'])
def test_variants_must_be_tables(new: str) -> None:
    source = "[[sources]]" + HEAD.partition("[[sources]]")[2]
    text = file_text(PLAIN_KEYS + new + "\n" + source)
    error = complaint(text)
    assert error.line == line_with(text, new)
    assert "bảng" in error.what


def test_a_message_without_words_is_refused_after_the_closing_fence() -> None:
    text = file_text(body="  \n")
    error = complaint(text)
    assert error.line == HEAD.count("\n") + 3
    assert "chưa có nội dung" in error.what


# A folder ----------------------------------------------------------------------------------------------------------


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def with_id(name: str) -> str:
    return changed('id = "kien-thuc-thu"', f'id = "{name}"')


def test_one_broken_file_never_keeps_the_others_from_loading(tmp_path: Path) -> None:
    write(tmp_path, "knowledge/a.md", with_id("a"))
    write(tmp_path, "knowledge/b.md", "không phải thông điệp")
    write(tmp_path, "policy/c.md", with_id("c"))
    write(tmp_path, "policy/ghi-chu.txt", "không đọc tệp này")
    messages, errors = load_library(tmp_path)
    assert [message.id for message in messages] == ["a", "c"]
    assert [(error.file, error.line) for error in errors] == [("knowledge/b.md", 1)]


def test_a_file_in_another_encoding_is_reported_at_the_line_of_its_first_bad_byte(tmp_path: Path) -> None:
    write(tmp_path, "a.md", with_id("a"))
    good = file_text()
    bad = good.encode().replace("truyền qua ba".encode(), b"truy\xe8n qua ba", 1)
    (tmp_path / "b.md").write_bytes(bad)
    messages, errors = load_library(tmp_path)
    assert [message.id for message in messages] == ["a"]
    assert [(error.file, error.line) for error in errors] == [("b.md", line_with(good, "title ="))]
    assert "UTF-8" in errors[0].what


def test_the_second_file_with_an_id_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.md", with_id("trung"))
    write(tmp_path, "b.md", with_id("trung"))
    messages, errors = load_library(tmp_path)
    assert [message.id for message in messages] == ["trung"]
    assert errors[0].file == "b.md"
    assert '"trung"' in errors[0].what


def test_what_cannot_be_opened_is_reported_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    write(tmp_path, "b.md", with_id("b"))
    messages, errors = load_library(tmp_path)
    assert [message.id for message in messages] == ["b"]
    assert [error.file for error in errors] == ["a.md"]


def test_an_empty_folder_has_no_messages_and_no_errors(tmp_path: Path) -> None:
    assert load_library(tmp_path) == ([], [])


# The document and its hash -----------------------------------------------------------------------------------------


def with_picture(message: Message) -> Message:
    return replace(message, picture=Picture(sha256="0" * 64, mime="image/png", alt="Hai người bạn cùng đi chợ"))


def test_a_message_comes_back_whole_from_its_document(message: Message) -> None:
    for one in (message, with_picture(message)):
        assert Message.from_document(one.document()) == one


def test_a_document_that_lacks_a_part_is_no_message(message: Message) -> None:
    for part in message.document():
        lacking = {key: value for key, value in message.document().items() if key != part}
        with pytest.raises((KeyError, TypeError, ValueError)):
            Message.from_document(lacking)


def test_the_hash_does_not_depend_on_the_order_of_keys(message: Message) -> None:
    document = message.document()
    backwards = dict(reversed(document.items()))
    backwards["variants"] = dict(reversed(document["variants"].items()))
    assert list(backwards) != list(document)
    assert hash_document(backwards) == message.content_hash


def test_the_hash_does_not_depend_on_the_unicode_form(message: Message) -> None:
    decomposed = replace(message, title=unicodedata.normalize("NFD", message.title))
    assert decomposed.title != message.title
    assert decomposed.content_hash == message.content_hash


def test_the_hash_is_the_same_on_every_machine() -> None:
    assert hash_document({"b": "đường", "a": 1}) == "a0ec99cf0bbc838511d1dfb155f5030e8ac79ae0ac0b7aea296858dd84028c8b"


def test_every_change_of_what_an_approver_judges_changes_the_hash(message: Message) -> None:
    source = message.sources[0]
    zalo = message.variants["zalo"]
    changes: list[dict[str, Any]] = [
        {"id": "khac"},
        {"title": message.title + "."},
        {"pillar": "prevention"},
        {"audience": ("youth", "everyone")},
        {"topics": ("transmission", "testing")},
        {"register": "official"},
        {"channels": ("facebook", "zalo", "viber")},
        {"valid_from": date(2026, 11, 11)},
        {"valid_until": date(2026, 12, 11)},
        {"text": message.text.replace("ba đường", "ba  đường")},
        {"text": message.text.replace("Mời", "mời")},
        {"sources": (replace(source, year=2024),)},
        {"sources": (replace(source, verified_on=date(2026, 11, 21)),)},
        {"sources": (source, source)},
        {"variants": {**message.variants, "zalo": replace(zalo, description="Mô tả khác")}},
        {"variants": {"zalo": zalo}},
        {"picture": with_picture(message).picture},
    ]
    hashes = {message.content_hash, *(replace(message, **change).content_hash for change in changes)}
    assert len(hashes) == len(changes) + 1

"""Search: Vietnamese with or without tone marks, the same on both engines, and whatever people type."""

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign import search as module
from campaign.clock import SetClock
from campaign.db import database, disconnect, write
from campaign.home import Home, open_home
from campaign.library import load_folder
from campaign.models import Message, Revision, RevisionState, Unit, User
from campaign.search import folded, reindex, search, words_of
from campaign.workflow import Decision, content_of, create, decide, save, submit
from content.message import Picture, Source, Translation, Variant
from tests.campaign.world import content
from tests.conftest import START
from tests.engines import on_both_engines

pytestmark = on_both_engines


@pytest.fixture
def shelf(home: Home, unit: Unit, people: dict[str, User]) -> "Shelf":
    """A unit of its own, so that nothing of the starter library is found."""
    return Shelf(Unit.create(name="Xã Tìm", kind="xã", parent=unit), people["editor"])


class Shelf:
    def __init__(self, unit: Unit, editor: User) -> None:
        self.unit, self.editor = unit, editor

    def put(self, slug: str, title: str, text: str = "Lời.", **changes: Any) -> Revision:
        return create(self.editor, self.unit, content(slug, text, title=title, **changes), START)

    def find(self, words: str = "", **narrowed: Any) -> list[str]:
        """The ids of messages found, best first."""
        slugs = dict(Message.select(Message.id, Message.slug).tuples())
        return [slugs[key] for key in search(words, units={self.unit.id}, **narrowed)]


# ---------------------------------------------------------------- words


def test_a_word_is_found_however_it_is_typed(shelf: Shelf) -> None:
    shelf.put("dung", "Đừng kỳ thị")
    shelf.put("khac", "Xét nghiệm sớm")
    for typed in ("Đừng", "đừng", "ĐỪNG", "dung", "DUNG", unicodedata.normalize("NFD", "đừng")):
        assert shelf.find(typed) == ["dung"], typed


WITHOUT_MARKS = {
    "dieu tri": "Điều trị sớm",
    "điều trị": "ĐIỀU TRỊ sớm",
    "ĐIỀU TRỊ": "điều trị sớm",
    "dieu tr": "Điều trị sớm",
    "dong hanh": "Đồng hành",
    "dia phuong": "Địa phương",
    "nguoi duoc thuong": "Người được thương",
    "thuoc uong": "Thuốc uống mỗi ngày",
    "hoa thuy khoe": "Hòa, Thủy và Khỏe",
    "quyen rieng tu": "Quyền riêng tư",
    "16h30": "Lúc 16h30",
    "07-ct/tw": "Chỉ thị 07-CT/TW",
    "K=K": "K=K là gì",
}


def test_words_without_marks_find_words_with_marks(shelf: Shelf) -> None:
    for number, title in enumerate(WITHOUT_MARKS.values()):
        shelf.put(f"thu-{number}", title)
    for number, (typed, title) in enumerate(WITHOUT_MARKS.items()):
        found = shelf.find(typed)
        assert f"thu-{number}" in found, typed
        assert {folded(WITHOUT_MARKS[[*WITHOUT_MARKS][int(slug[4:])]]) for slug in found} == {folded(title)}, typed


def test_the_very_tone_that_was_typed_comes_first(shelf: Shelf) -> None:
    shelf.put("dung-thuoc", "Dùng thuốc đều", "Dùng đúng giờ, dùng đủ liều, dùng mỗi ngày.")
    shelf.put("dung-ky-thi", "Lời nhắn", "Xin đừng.")
    assert shelf.find("đừng") == ["dung-ky-thi", "dung-thuoc"]
    assert shelf.find("dùng") == ["dung-thuoc", "dung-ky-thi"]


def test_a_word_in_the_title_counts_more_than_one_in_the_text(shelf: Shelf) -> None:
    shelf.put("tieu-de", "Xét nghiệm", "Lời ngắn.")
    shelf.put("noi-dung", "Lời ngắn", "Mời bà con đi xét nghiệm.")
    assert shelf.find("xet nghiem") == ["tieu-de", "noi-dung"]


def test_words_that_stand_together_come_before_the_same_words_apart(shelf: Shelf) -> None:
    shelf.put("lien", "Một", "Không ai phải chịu sự kỳ thị ở nơi này.")
    shelf.put("roi", "Hai", "Học kỳ này ở thành phố có một buổi nói chuyện cho thanh niên, mời đến đô thị.")
    assert shelf.find("kỳ thị") == ["lien", "roi"]


def test_every_word_must_occur_and_in_quotation_marks_they_stand_together(shelf: Shelf) -> None:
    shelf.put("lien", "Một", "Điều trị sớm để sống khỏe.")
    shelf.put("roi", "Hai", "Sớm biết, điều gì cũng xong: đã có nơi điều hành, trị liệu.")
    assert set(shelf.find("sớm điều trị")) == {"lien", "roi"}
    assert shelf.find("sớm điều trị mai") == []
    for typed in ('"điều trị sớm"', "“dieu tri som”"):
        assert shelf.find(typed) == ["lien"]


def test_only_the_last_word_may_be_unfinished_and_not_one_in_quotation_marks(shelf: Shelf) -> None:
    shelf.put("mot", "Phòng lây nhiễm")
    assert shelf.find("phong lay nhi") == ["mot"]
    assert shelf.find("pho lay nhiem") == []
    assert shelf.find('"lay nhi"') == []
    assert shelf.find("n") == []


def test_every_part_of_a_message_is_searched(shelf: Shelf) -> None:
    shelf.put(
        "du", "Tựa", "Thân bài.", idea="Ý cốt lõi", action="Hãy gọi", short="Ngắn gọn", partners=("Hội Phụ nữ",),
        variants={
            "facebook": Variant(text="Trên mạng", wordings=("Nói khác",)), "loudspeaker": Variant(long="Loa dài"),
        },
        translations=(Translation("Tày", "Khẩu lẩu"),), picture=Picture("0" * 64, "image/png", "Ảnh chiếc nơ"),
        sources=(Source("Báo cáo quý ba", 2026, date(2026, 11, 1)),),
    )  # fmt: skip
    for typed in (
        "tua", "than bai", "cot loi", "hay goi", "ngan gon", "hoi phu nu", "tren mang", "noi khac", "loa dai",
        "khau lau", "chiec no", "bao cao quy ba", "du",
    ):  # fmt: skip
        assert shelf.find(typed) == ["du"], typed


def test_words_of_another_script_are_found_too(shelf: Shelf) -> None:
    shelf.put("khmer", "Tựa", translations=(Translation("Khmer", "ព្យាបាល ឆាប់"),))
    assert shelf.find("ព្យាបាល") == ["khmer"]
    assert shelf.find("ឆាប់") == ["khmer"]


OPERATORS = (
    "hiv AND", "NOT hiv", "hiv OR zzz", "title:hiv", "hiv*", "^hiv", "-hiv", "NEAR(hiv)", "hiv & !x", "(hiv", "hiv:*",
    "'hiv'", '"hiv', "hiv\\", "hiv;--", "hiv\x00", "%hiv_", "facets:hiv",
)  # fmt: skip


def test_operators_are_only_characters(shelf: Shelf) -> None:
    shelf.put("mot", "HIV", "AND NOT OR zzz x title HIV, near HIV, facets HIV")
    for typed in OPERATORS:
        assert shelf.find(typed) == ["mot"], typed
    assert shelf.find("channel:facebook") == []


def test_signs_alone_find_nothing(shelf: Shelf) -> None:
    shelf.put("mot", "HIV")
    for typed in ("!!!", '""', "* : ^", "“”", "--"):
        assert shelf.find(typed) == [], typed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=40) | st.text("aáà đĐ\"'*:()&|!<>^-\\“”{}", max_size=40))
def test_nothing_that_can_be_typed_breaks_the_search(shelf: Shelf, typed: str) -> None:
    assert shelf.find(typed) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60))
def test_a_message_is_found_by_any_text_of_its_own(shelf: Shelf, text: str) -> None:
    text = text.replace("\x00", "").replace('"', "").replace("“", "").replace("”", "")
    with database.atomic() as undo:
        shelf.put("mot", "Tựa", f"Lời {text} hết.")
        if any(folded(word) for word in words_of(text)):
            assert shelf.find(text) == ["mot"]
        undo.rollback()


# ---------------------------------------------------------------- what they are


def test_messages_are_found_by_what_they_are(shelf: Shelf) -> None:
    shelf.put(
        "mot", "HIV một", pillar="stigma", audience=("youth", "women"), topics=("prep",), channels=("zalo",),
        spokespersons=("elder",), format="story",
    )  # fmt: skip
    shelf.put("hai", "HIV hai", audience=("everyone",), topics=("pep",), channels=("loudspeaker",))
    for name, value in {
        "pillar": "stigma", "audience": "women", "topic": "prep", "channel": "zalo", "spokesperson": "elder",
        "format": "story",
    }.items():  # fmt: skip
        assert shelf.find(**{name: value}) == ["mot"]
        assert shelf.find("hiv", **{name: value}) == ["mot"]
        assert shelf.find(**{name: "khong_co"}) == []
    assert shelf.find(audience="youth", topic="pep") == []
    assert shelf.find(audience="you") == []
    assert shelf.find(format="'\"") == []


def test_the_state_is_that_of_the_newest_revision(shelf: Shelf, people: dict[str, User]) -> None:
    revision = shelf.put("mot", "HIV một")
    submit(shelf.editor, revision, START)
    boss = people["approver"]
    decide(boss, revision, Decision.APPROVE, START, seen_hash=revision.content_hash)
    assert shelf.find(state=RevisionState.APPROVED) == shelf.find("hiv", state=RevisionState.APPROVED) == ["mot"]
    changed = replace(content_of(revision), title="HIV hai")
    save(shelf.editor, revision.message, changed, START, revision.content_hash)
    assert shelf.find(state=RevisionState.APPROVED) == []
    assert shelf.find(state=RevisionState.DRAFT) == ["mot"]


def test_only_the_units_asked_for_are_searched(shelf: Shelf, unit: Unit) -> None:
    shelf.put("mot", "Zzz một")
    assert search("zzz", units={unit.id}) == search("", units=set()) == []
    assert len(search("zzz", units={unit.id, shelf.unit.id})) == 1


def test_without_words_the_newest_comes_first_and_pages_follow_each_other(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(f"so-{number}", f"HIV {number}")
    assert shelf.find() == [f"so-{number}" for number in (4, 3, 2, 1, 0)]
    for words in ("", "hiv"):
        pages = [shelf.find(words, limit=2, after=after) for after in (0, 2, 4, 6)]
        assert [len(page) for page in pages] == [2, 2, 1, 0]
        assert [slug for page in pages for slug in page] == shelf.find(words)


# ---------------------------------------------------------------- the index keeps up


def test_a_changed_draft_is_found_by_its_new_words_only(shelf: Shelf) -> None:
    revision = shelf.put("mot", "Cũ kỹ", topics=("pep",))
    changed = replace(content_of(revision), title="Mới mẻ", topics=("prep",))
    save(shelf.editor, revision.message, changed, START, revision.content_hash)
    assert (shelf.find("cu ky"), shelf.find("moi me")) == ([], ["mot"])
    assert (shelf.find(topic="pep"), shelf.find(topic="prep")) == ([], ["mot"])


def test_a_save_that_fails_leaves_the_index_as_it_was(shelf: Shelf) -> None:
    with pytest.raises(RuntimeError, match="giữa chừng"), write():
        shelf.put("mot", "Giữa chừng")
        raise RuntimeError("giữa chừng")
    assert module._INDEX.select(module._INDEX.c.rowid).bind(database).count() == Message.select().count()


def test_what_a_library_brings_is_found(home: Home, unit: Unit, tmp_path: Path) -> None:
    assert search("methadone", units={unit.id})
    load_folder(tmp_path, unit, START)
    assert Message.select().count() == len(search("", units={unit.id}, limit=10_000))


def test_a_home_older_than_the_index_is_indexed_when_it_is_opened(home: Home, unit: Unit, clock: SetClock) -> None:
    before = set(search("kỳ thị", units={unit.id}, limit=1000))
    database.execute_sql("DELETE FROM message_search")
    assert search("kỳ thị", units={unit.id}) == []
    disconnect()
    open_home(home.config.home, clock)
    database.connect(reuse_if_open=True)
    assert set(search("kỳ thị", units={unit.id}, limit=1000)) == before != set()
    assert reindex() == 0

"""Messages in the panel: finding, writing, looking at exactly what will be sent, and sending them to approval."""

import io
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from campaign.clock import SetClock
from campaign.home import Home, add_user
from campaign.models import Channel, MediaFile, Message, Post, PostState, Revision, RevisionState, Unit, User
from campaign.scheduling import schedule
from campaign.workflow import Decision, approved_revision, content_of, create, decide, latest_revision, save, submit
from content.message import Variant
from tests.campaign.world import content
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends for a complete message."""
    values = {
        "title": "Bảy điều nên biết",
        "pillar": "knowledge",
        "register": "public",
        "audience": ["everyone", "youth"],
        "topics": ["testing"],
        "channels": ["facebook", "loudspeaker"],
        "valid_from": "2026-11-01",
        "valid_until": "2027-10-31",
        "text": "Xét nghiệm sớm,\r\nđiều trị sớm.",
        "variant_loudspeaker-text": "Mời bà con đi xét nghiệm.",
        "sources-0-title": "Luật Phòng, chống HIV/AIDS",
        "sources-0-year": "2006",
        "sources-0-verified_on": "2026-11-01",
        "sources-1-title": "",
        "unit": str(Unit.get().id),
    }
    return {**values, **changes}


def picture() -> tuple[io.BytesIO, str]:
    """A small PNG as a browser uploads it."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    data.seek(0)
    return data, "anh.png"


@pytest.fixture
def editor(client_of: Browsers) -> FlaskClient:
    return client_of("editor")


@pytest.fixture
def draft(people: dict[str, User], unit: Unit, clock: SetClock) -> Revision:
    return create(people["editor"], unit, content("mot-bai", "Đến ngày 1/12, 95% người biết."), clock.now())


@pytest.fixture
def approved(draft: Revision, people: dict[str, User], clock: SetClock) -> Revision:
    submit(people["editor"], draft, clock.now())
    decide(people["approver"], draft, Decision.APPROVE, clock.now(), seen_hash=draft.content_hash)
    return draft


def newest(message: Message) -> Revision:
    return latest_revision(Message.get_by_id(message.id))


def posted(revision: Revision, **changes: Any) -> dict[str, Any]:
    """What the edit form of a revision sends back, with changes."""
    known = content_of(revision)
    values = {"title": known.title, "text": known.text, "channels": list(known.channels)}
    return typed(**{**values, "seen_hash": revision.content_hash, **changes})


# ---------------------------------------------------------------- the list


def test_the_library_is_listed_thirty_at_a_time_and_every_message_once(editor: FlaskClient) -> None:
    def shown(page: str) -> list[int]:
        return [int(key) for key in re.findall(r'href="/thong-diep/(\d+)"', page)]

    pages, address = [], "/thong-diep"
    while address:
        text = editor.get(address).text
        pages.append(shown(text))
        following = re.search(r'href="(/thong-diep\?trang=\d+)">Trang sau', text)
        address = following[1] if following else ""
    everything = [key for keys in pages for key in keys]
    assert {len(keys) for keys in pages[:-1]} == {30}
    assert everything == sorted((message.id for message in Message.select()), reverse=True)
    before = re.search(r'href="(/thong-diep[^"]*)">.*Trang trước', editor.get("/thong-diep?trang=3").text)
    assert before is not None and shown(editor.get(before[1]).text) == pages[1]


@pytest.mark.parametrize("words", ["đến lúc", "DEN LUC", "bai-rieng"])
def test_a_message_is_found_by_title_without_tone_marks_and_by_its_id(
    editor: FlaskClient, people: dict[str, User], unit: Unit, clock: SetClock, words: str
) -> None:
    create(people["editor"], unit, content("bai-rieng", "Lời.", title="Đến lúc nói khác"), clock.now())
    page = editor.get("/thong-diep", query_string={"tim": words}).text
    found = re.findall(r'href="/thong-diep/\d+">([^<]+)<', page)
    assert found[0] == "Đến lúc nói khác"
    assert len(found) < Message.select().count() / 2


def test_the_filters_stand_in_the_address(editor: FlaskClient, approved: Revision) -> None:
    page = editor.get("/thong-diep?tru-cot=knowledge&trang-thai=approved").text
    assert approved.title in page
    assert page.count('data-label="Trạng thái"') == 1
    assert '<option value="approved" selected>' in page
    assert '<details class="filters-more">' in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("doi-tuong=plhiv", True),
        ("doi-tuong=women", False),
        ("chu-de=prep", True),
        ("chu-de=pep", False),
        ("kenh=zalo", True),
        ("kenh=loudspeaker", False),
        ("nguoi-noi=religious_dignitary", True),
        ("nguoi-noi=elder", False),
        ("dang=story", True),
        ("dang=qa", False),
        ("tru-cot=stigma&kenh=zalo&dang=story&tim=buoc+ra", True),
    ],
)
def test_messages_are_found_by_what_they_are(
    editor: FlaskClient, people: dict[str, User], unit: Unit, clock: SetClock, filters: str, found: bool
) -> None:
    message = content(
        "mot-cau-chuyen", "Lời.", title="Bước ra", pillar="stigma", audience=("plhiv",), topics=("prep",),
        channels=("zalo",), spokespersons=("religious_dignitary",), format="story",
    )  # fmt: skip
    create(people["editor"], unit, message, clock.now())
    page = editor.get(f"/thong-diep?{filters}").text
    assert (">Bước ra<" in page) is found
    assert '<details class="filters-more" open>' in page


def test_words_and_filters_stay_when_the_page_is_turned(editor: FlaskClient) -> None:
    page = editor.get("/thong-diep?tim=HIV&kenh=loudspeaker").text
    assert 'href="/thong-diep?tim=HIV&amp;kenh=loudspeaker&amp;trang=2">Trang sau' in page
    assert "Trang trước" in editor.get("/thong-diep?tim=HIV&kenh=loudspeaker&trang=2").text


def test_a_search_without_result_says_what_to_do(editor: FlaskClient) -> None:
    assert "Không tìm thấy thông điệp nào" in editor.get("/thong-diep?tim=xyzxyz").text


def test_unknown_filters_in_the_address_are_ignored(editor: FlaskClient) -> None:
    assert editor.get("/thong-diep?tru-cot=xyz&trang-thai=%27&trang=abc&doi-tuong=xyz&tim=%22%27*").status_code == 200


def test_the_list_takes_as_many_queries_for_thirty_messages_as_for_one(
    editor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def queries(address: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="peewee"):
            assert editor.get(address).status_code == 200
        return sum(record.name == "peewee" for record in caplog.records)

    many, few = queries("/thong-diep"), queries("/thong-diep?tim=Methadone")
    assert 0 < many <= few + 1


# ---------------------------------------------------------------- writing


def test_what_was_typed_is_stored_as_a_draft(editor: FlaskClient) -> None:
    answer = editor.post("/thong-diep/moi", data=typed())
    message = Message.get(Message.slug == "bay-dieu-nen-biet")
    assert (answer.status_code, answer.location) == (303, f"/thong-diep/{message.id}")
    revision = newest(message)
    stored = content_of(revision)
    assert revision.state == RevisionState.DRAFT
    assert stored.text == "Xét nghiệm sớm,\nđiều trị sớm."
    assert stored.channels == ("facebook", "loudspeaker")
    assert stored.variants == {"loudspeaker": Variant(text="Mời bà con đi xét nghiệm.")}
    assert [(source.title, source.year) for source in stored.sources] == [("Luật Phòng, chống HIV/AIDS", 2006)]


def test_saving_and_submitting_is_one_click(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(submit="1"))
    assert newest(Message.get(Message.slug == "bay-dieu-nen-biet")).state == RevisionState.SUBMITTED


def test_two_messages_of_one_title_get_two_ids(editor: FlaskClient) -> None:
    for _ in range(2):
        editor.post("/thong-diep/moi", data=typed())
    assert Message.get_or_none(Message.slug == "bay-dieu-nen-biet-2") is not None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "  "}, "Hãy điền ô này."),
        ({"text": ""}, "Hãy điền ô này."),
        ({"audience": []}, "Hãy chọn ít nhất một đối tượng."),
        ({"channels": ["facebook"]}, "Có nội dung riêng cho Đài truyền thanh nhưng chưa chọn kênh này."),
        ({"valid_until": "2026-10-01"}, "Ngày cuối phải từ ngày đầu trở đi."),
        ({"valid_from": "mai"}, "Hãy nhập ngày dạng 24/11/2026."),
        ({"sources-0-title": "", "sources-0-year": "", "sources-0-verified_on": ""}, "Hãy ghi ít nhất một nguồn"),
        ({"sources-0-year": "năm kia"}, "Hãy nhập một số nguyên."),
        ({"sources-0-title": ""}, "Hãy điền ô này."),
        ({"sources-0-verified_on": ""}, "Hãy nhập ngày dạng 24/11/2026."),
        ({"sources-0-url": "javascript:alert(1)"}, "Hãy dán địa chỉ đầy đủ"),
        ({"pillar": "xyz"}, "Hãy chọn một mục trong danh sách."),
    ],
)
def test_an_incomplete_form_comes_back_with_what_was_typed(
    editor: FlaskClient, changes: dict[str, Any], sentence: str
) -> None:
    before = Message.select().count()
    answer = editor.post("/thong-diep/moi", data=typed(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Mời bà con đi xét nghiệm." in answer.text
    assert Message.select().count() == before


def test_days_may_be_typed_the_vietnamese_way(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(valid_until="31/12/2027"))
    stored = content_of(newest(Message.get(Message.slug == "bay-dieu-nen-biet")))
    assert stored.valid_until.isoformat() == "2027-12-31"


def test_changing_a_draft_keeps_its_number(editor: FlaskClient, draft: Revision) -> None:
    editor.post(f"/thong-diep/{draft.message_id}/sua", data=posted(draft, text="Lời mới."))
    revision = newest(draft.message)
    assert (revision.number, content_of(revision).text) == (1, "Lời mới.")


def test_changing_an_approved_message_makes_a_draft_and_leaves_the_approval(
    editor: FlaskClient, approved: Revision
) -> None:
    editor.post(f"/thong-diep/{approved.message_id}/sua", data=posted(approved, text="Lời mới."))
    assert (newest(approved.message).number, newest(approved.message).state) == (2, RevisionState.DRAFT)
    in_use = approved_revision(approved.message)
    assert in_use is not None
    assert in_use.number == 1


def test_the_edit_form_opens_with_everything_that_is_stored(editor: FlaskClient, draft: Revision) -> None:
    page = editor.get(f"/thong-diep/{draft.message_id}/sua").text
    for shown in ("Đến ngày 1/12, 95% người biết.", "Luật Phòng, chống HIV/AIDS", "2026-11-01", "Mời bà con đọc."):
        assert shown in page


def test_an_edit_on_an_outdated_text_loses_nothing(
    editor: FlaskClient, draft: Revision, people: dict[str, User], clock: SetClock
) -> None:
    data = posted(draft, text="Lời của tôi.")
    theirs = replace(content_of(draft), text="Lời của người khác.")
    save(people["editor"], draft.message, theirs, clock.now(), draft.content_hash)
    answer = editor.post(f"/thong-diep/{draft.message_id}/sua", data=data)
    assert answer.status_code == 409
    assert "Người khác vừa lưu thông điệp này" in answer.text
    assert "Lời của tôi." in answer.text
    assert content_of(newest(draft.message)).text == "Lời của người khác."


def test_what_this_version_has_no_field_for_is_kept(
    editor: FlaskClient, people: dict[str, User], unit: Unit, clock: SetClock
) -> None:
    variants = {"video": Variant(text="Lời cho phim.")}
    known = content("co-phim", "Lời.", channels=("facebook", "video"), variants=variants)
    revision = create(people["editor"], unit, known, clock.now())
    data = {**posted(revision), "channels": ["facebook"], "variant_loudspeaker-text": ""}
    editor.post(f"/thong-diep/{revision.message_id}/sua", data=data)
    stored = content_of(newest(revision.message))
    assert stored.channels == ("facebook", "video")
    assert stored.variants == variants


def test_a_picture_is_taken_in_with_its_description(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(picture=picture(), picture_alt="Hai người bắt tay."))
    message = Message.get(Message.slug == "bay-dieu-nen-biet")
    stored = content_of(newest(message)).picture
    assert stored is not None
    assert MediaFile.get_by_id(stored.sha256).alt == "Hai người bắt tay."
    assert f"/media/{stored.sha256}.jpg" in editor.get(f"/thong-diep/{message.id}").text


@pytest.mark.parametrize(
    ("upload", "alt", "sentence"),
    [
        (picture(), "", "Hãy viết một câu mô tả ảnh"),
        ((io.BytesIO(b"khong phai anh"), "anh.jpg"), "Ảnh.", "Không đọc được tệp ảnh"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_with_a_sentence(
    editor: FlaskClient, upload: Any, alt: str, sentence: str
) -> None:
    answer = editor.post("/thong-diep/moi", data=typed(picture=upload, picture_alt=alt))
    assert answer.status_code == 409
    assert sentence in answer.text


def test_a_picture_stays_until_it_is_removed(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(picture=picture(), picture_alt="Hai người bắt tay."))
    message = Message.get(Message.slug == "bay-dieu-nen-biet")
    address = f"/thong-diep/{message.id}/sua"
    editor.post(address, data=posted(newest(message), picture_alt="Hai bàn tay."))
    kept = content_of(newest(message)).picture
    assert kept is not None
    assert kept.alt == "Hai bàn tay."
    editor.post(address, data=posted(newest(message), picture_alt="Hai bàn tay.", picture_remove="y"))
    assert content_of(newest(message)).picture is None


# ---------------------------------------------------------------- one message


def test_the_page_shows_the_exact_words_of_every_channel(editor: FlaskClient, draft: Revision) -> None:
    page = editor.get(f"/thong-diep/{draft.message_id}").text
    assert "Đến ngày 1/12, 95% người biết." in page
    assert "chín mươi lăm phần trăm" in page
    assert "Mời bà con đọc." in page
    assert "Luật Phòng, chống HIV/AIDS" in page
    assert "Kiểm chứng ngày 01/11/2026" in page


def test_what_a_writer_types_cannot_become_markup(
    editor: FlaskClient, people: dict[str, User], unit: Unit, clock: SetClock
) -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)>"
    revision = create(people["editor"], unit, content("xau", f"{evil} hết.", title=evil), clock.now())
    for address in (f"/thong-diep/{revision.message_id}", "/thong-diep", f"/duyet/{revision.id}"):
        page = editor.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_draft_is_submitted_and_taken_back(editor: FlaskClient, draft: Revision) -> None:
    address = f"/thong-diep/{draft.message_id}"
    editor.post(f"{address}/gui-duyet", data={"seen_hash": draft.content_hash})
    assert newest(draft.message).state == RevisionState.SUBMITTED
    assert editor.get(f"{address}/sua").status_code == 303
    editor.post(f"{address}/rut-lai", data={"seen_hash": draft.content_hash})
    assert newest(draft.message).state == RevisionState.DRAFT


def test_a_text_that_changed_since_the_page_was_opened_is_not_submitted(editor: FlaskClient, draft: Revision) -> None:
    answer = editor.post(f"/thong-diep/{draft.message_id}/gui-duyet", data={"seen_hash": "0" * 64})
    assert answer.status_code == 303
    assert newest(draft.message).state == RevisionState.DRAFT
    assert "vừa thay đổi" in editor.get(f"/thong-diep/{draft.message_id}").text


def test_withdrawing_stops_what_is_scheduled(
    client_of: Browsers, home: Home, approved: Revision, people: dict[str, User], unit: Unit, clock: SetClock
) -> None:
    channel = Channel.create(
        unit=unit, kind="loudspeaker", name="Đài", windows=[], quiet=["22:00", "05:00"], min_gap_minutes=0,
        max_per_day=9, grace_minutes=60, created_at=clock.now(),
    )  # fmt: skip
    post = schedule(
        home.freezer, user=people["editor"], campaign=None, channel=channel, revision=approved,
        due=clock.now() + timedelta(days=3), now=clock.now(),
    )  # fmt: skip
    approver = client_of("approver")
    page = approver.get(f"/thong-diep/{approved.message_id}").text
    assert "Thu hồi bản 1" in page
    data = {"seen_hash": approved.content_hash, "comment": "Số liệu đã cũ."}
    approver.post(f"/thong-diep/{approved.message_id}/thu-hoi", data=data)
    assert newest(approved.message).state == RevisionState.WITHDRAWN
    assert Post.get_by_id(post.id).state == PostState.CANCELLED
    assert "Số liệu đã cũ." in approver.get(f"/thong-diep/{approved.message_id}").text


# ---------------------------------------------------------------- rights


def test_a_message_from_above_is_read_and_not_changed_and_a_neighbours_does_not_exist(
    client_of: Browsers, home: Home, unit: Unit, people: dict[str, User], clock: SetClock
) -> None:
    below, beside = (Unit.create(name=name, kind="thôn", parent=unit) for name in ("Thôn Trên", "Thôn Bên"))
    add_user(home, login="thon", name="Người thôn", password=PASSWORD, unit=below, roles=["editor"])
    above = create(people["editor"], unit, content("cua-xa", "Lời của xã."), clock.now())
    next_door = create(people["editor"], beside, content("cua-ben", "Lời của bên."), clock.now())
    villager = client_of("thon")
    page = villager.get(f"/thong-diep/{above.message_id}")
    assert page.status_code == 200
    assert "/sua" not in page.text
    assert villager.get(f"/thong-diep/{above.message_id}/sua").status_code == 404
    assert villager.get(f"/thong-diep/{next_door.message_id}").status_code == 404
    assert next_door.title not in villager.get("/thong-diep").text
    assert above.title in villager.get("/thong-diep").text


@pytest.mark.parametrize(("role", "seen"), [("reviewer", 200), ("administrator", 200), ("operator", 404)])
def test_who_does_not_write_cannot_reach_the_forms(client_of: Browsers, draft: Revision, role: str, seen: int) -> None:
    browser, address = client_of(role), f"/thong-diep/{draft.message_id}"
    assert browser.get(address).status_code == seen
    assert browser.get("/thong-diep/moi").status_code == 404
    assert browser.post(f"{address}/sua", data=posted(draft)).status_code == 404
    assert browser.post(f"{address}/gui-duyet", data={"seen_hash": draft.content_hash}).status_code == 404
    assert newest(draft.message).state == RevisionState.DRAFT

"""The picture library in the panel: who sees what, taking in, describing, deleting, quote cards, colours."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from campaign.clock import SetClock
from campaign.home import Home, add_user
from campaign.models import MediaFile, Revision, Unit, User
from campaign.pictures import CARD, COVER
from campaign.workflow import content_of, create, latest_revision
from content.card import SQUARE, WIDE
from content.message import Picture
from tests.campaign.world import World, content
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]


def photo(colour: str = "white", form: str = "PNG") -> tuple[io.BytesIO, str]:
    """A small picture as a browser uploads it."""
    data = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(data, form)
    data.seek(0)
    return data, "anh.png"


@pytest.fixture
def editor(client_of: Browsers) -> FlaskClient:
    return client_of("editor")


@pytest.fixture
def own(home: Home, unit: Unit, people: dict[str, User], clock: SetClock) -> MediaFile:
    """A picture of the unit that nothing uses."""
    picture = home.store.add(
        photo()[0].read(), "Một buổi truyền thông.", user=people["editor"], unit=unit, now=clock.now()
    )
    found: MediaFile = MediaFile.get_by_id(picture.sha256)
    return found


@pytest.fixture
def draft(people: dict[str, User], unit: Unit, clock: SetClock) -> Revision:
    return create(people["editor"], unit, content("mot-bai", "Lời."), clock.now())


@pytest.fixture
def elsewhere(home: Home, people: dict[str, User], client_of: Browsers) -> FlaskClient:
    """The browser of an editor of another unit."""
    other = Unit.create(name="Xã Bên", kind="xã")
    add_user(home, login="xa-ben", name="Người xã bên", password=PASSWORD, unit=other, roles=["editor"])
    return client_of("xa-ben")


def used(own: MediaFile, draft: Revision, editor: FlaskClient) -> Any:
    return editor.post(f"/kho-anh/{own.sha256}/dung", data={"draft": f"{draft.message_id}:{draft.content_hash}"})


# ---------------------------------------------------------------- who sees what


def test_the_library_shows_pictures_with_words_type_and_use(
    editor: FlaskClient, own: MediaFile, draft: Revision
) -> None:
    page = editor.get("/kho-anh/").text
    assert "Một buổi truyền thông." in page
    assert "80\u00a0×\u00a060" in page
    assert page.count("Chưa dùng</span>") == 2  # this one and the bundled cover
    used(own, draft, editor)
    assert "1 thông điệp" in editor.get("/kho-anh/").text


@pytest.mark.parametrize(("chosen", "is_there"), [("dang-dung", True), ("chua-dung", False), ("la", True), ("", True)])
def test_the_library_is_filtered_by_use(
    editor: FlaskClient, own: MediaFile, draft: Revision, chosen: str, is_there: bool
) -> None:
    used(own, draft, editor)
    assert (own.alt in editor.get(f"/kho-anh/?loc={chosen}").text) is is_there


def test_the_library_has_pages(home: Home, editor: FlaskClient, unit: Unit, people: dict[str, User]) -> None:
    for number in range(25):
        picture, _ = photo(f"#0000{number:02x}")
        home.store.add(picture.read(), f"Ảnh số {number}.", user=people["editor"], unit=unit, now=home.clock.now())
    first, second = editor.get("/kho-anh/").text, editor.get("/kho-anh/?trang=2").text
    shown = [set(re.findall(r"Ảnh số \d+\.", page)) for page in (first, second)]
    assert len(shown[0] | shown[1]) == 25
    assert not shown[0] & shown[1]
    assert 'href="/kho-anh/?trang=2"' in first
    assert "Mới hơn" in second and "Cũ hơn" not in second


def test_the_pictures_of_another_unit_do_not_exist(elsewhere: FlaskClient, own: MediaFile) -> None:
    assert own.alt not in elsewhere.get("/kho-anh/").text
    for path in ("", "/nho"):
        assert elsewhere.get(f"/kho-anh/{own.sha256}{path}").status_code == 404
    for path in ("mo-ta", "xoa", "dung"):
        assert elsewhere.post(f"/kho-anh/{own.sha256}/{path}", data={"alt": "Khác."}).status_code == 404
    assert MediaFile.get_by_id(own.sha256).alt == "Một buổi truyền thông."


@pytest.mark.parametrize("role", ["approver", "reviewer", "administrator"])
def test_who_may_only_look_finds_nothing_to_change(client_of: Browsers, own: MediaFile, role: str) -> None:
    browser = client_of(role)
    page = browser.get(f"/kho-anh/{own.sha256}").text
    assert own.alt in page
    for action in ("mo-ta", "xoa", "dung"):
        assert f"/{action}" not in page
        assert browser.post(f"/kho-anh/{own.sha256}/{action}").status_code == 404
    for path in ("tai-len", "the", "the/xem"):
        assert browser.get(f"/kho-anh/{path}").status_code == 404


def test_an_operator_has_no_library(client_of: Browsers) -> None:
    assert client_of("operator").get("/kho-anh/").status_code == 404


def test_a_card_that_the_program_drew_appears_once_a_post_carries_it(
    world: World, client_of: Browsers, unit: Unit
) -> None:
    world.home.store.card_for("Chỉ để xem trước.", unit)
    world.post("zalo", "len-zalo")
    page = client_of("reviewer").get("/kho-anh/").text
    assert "Bài len-zalo" in page and "1 bài đăng" in page
    assert "Chỉ để xem trước." not in page


def test_a_thumbnail_is_small_and_may_be_kept(editor: FlaskClient, own: MediaFile, home: Home) -> None:
    answer = editor.get(f"/kho-anh/{own.sha256}/nho")
    assert answer.mimetype == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    assert max(Image.open(io.BytesIO(answer.data)).size) <= 480
    home.store.path(own.sha256).unlink()
    assert editor.get(f"/kho-anh/{own.sha256}/nho").status_code == 404


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_the_world_fetches_a_png_under_its_address(
    home: Home, client_of: Browsers, own: MediaFile, ending: str
) -> None:
    answer = client_of("nobody").get(f"/media/{own.sha256}.{ending}")
    assert answer.mimetype == "image/png"
    assert answer.data == home.store.read(own.sha256)


# ---------------------------------------------------------------- taking in, describing, deleting


def test_an_upload_leads_to_its_page(editor: FlaskClient, unit: Unit) -> None:
    answer = editor.post("/kho-anh/tai-len", data={"unit": unit.id, "picture": photo("red"), "alt": "Nền đỏ."})
    row = MediaFile.get(MediaFile.alt == "Nền đỏ.")
    assert answer.location == f"/kho-anh/{row.sha256}"
    assert (row.unit, row.added_by.login) == (unit, "editor")
    assert "Chưa thông điệp hay bài đăng nào dùng ảnh này." in editor.get(answer.location).text


@pytest.mark.parametrize(
    ("upload", "alt", "sentence"),
    [
        (None, "Ảnh.", "Hãy chọn một tệp ảnh."),
        (photo(), "", "Hãy viết một câu mô tả ảnh"),
        ((io.BytesIO(b"khong phai anh"), "anh.jpg"), "Ảnh này.", "Không đọc được tệp ảnh"),
    ],
)
def test_an_upload_that_cannot_be_used_says_why_and_keeps_the_words(
    editor: FlaskClient, unit: Unit, upload: Any, alt: str, sentence: str
) -> None:
    before = MediaFile.select().count()
    values = {"unit": unit.id, "alt": alt} | ({"picture": upload} if upload else {})
    answer = editor.post("/kho-anh/tai-len", data=values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f">{alt}</textarea>" in answer.text
    assert MediaFile.select().count() == before


def test_nobody_uploads_for_another_unit(elsewhere: FlaskClient, unit: Unit) -> None:
    data = {"unit": unit.id, "picture": photo(), "alt": "Ảnh."}
    assert elsewhere.post("/kho-anh/tai-len", data=data).status_code == 404


def test_a_picture_is_described_in_other_words(editor: FlaskClient, own: MediaFile) -> None:
    editor.post(f"/kho-anh/{own.sha256}/mo-ta", data={"alt": "Bà con nghe nói chuyện."})
    assert "Bà con nghe nói chuyện." in editor.get(f"/kho-anh/{own.sha256}").text


def test_a_picture_in_use_offers_no_deletion_and_refuses_it(
    editor: FlaskClient, own: MediaFile, draft: Revision
) -> None:
    address = f"/kho-anh/{own.sha256}"
    assert f'action="{address}/xoa"' in editor.get(address).text
    used(own, draft, editor)
    page = editor.get(address).text
    assert f'action="{address}/xoa"' not in page
    assert draft.title in page
    answer = editor.post(f"{address}/xoa", follow_redirects=True)
    assert "không xóa được" in answer.text
    assert MediaFile.get_by_id(own.sha256)


def test_an_unused_picture_is_deleted(editor: FlaskClient, own: MediaFile, home: Home) -> None:
    assert editor.post(f"/kho-anh/{own.sha256}/xoa").location == "/kho-anh/"
    assert editor.get(f"/kho-anh/{own.sha256}").status_code == 404
    assert not home.store.path(own.sha256).exists()


def test_the_bundled_cover_may_be_seen_but_not_changed(editor: FlaskClient) -> None:
    cover = MediaFile.get(MediaFile.origin == COVER)
    page = editor.get(f"/kho-anh/{cover.sha256}").text
    assert "Đi cùng chương trình" in page
    assert "/xoa" not in page and "/mo-ta" not in page


def test_a_draft_gets_the_picture_with_its_words(editor: FlaskClient, own: MediaFile, draft: Revision) -> None:
    answer = used(own, draft, editor)
    assert answer.location == f"/thong-diep/{draft.message_id}"
    assert content_of(latest_revision(draft.message)).picture == Picture(own.sha256, "image/png", own.alt)
    again = editor.get(used(own, draft, editor).location)
    assert "Người khác vừa lưu" in again.text


def test_no_draft_chosen_changes_nothing(editor: FlaskClient, own: MediaFile) -> None:
    answer = editor.post(f"/kho-anh/{own.sha256}/dung", data={"draft": ""}, follow_redirects=True)
    assert "Hãy chọn một thông điệp." in answer.text


# ---------------------------------------------------------------- quote cards


def typed(unit: Unit, **changes: str) -> dict[str, str]:
    values = {"text": "Biết sớm, sống khỏe.", "unit": str(unit.id), "size": "vuong", "colour": "", "attribution": ""}
    return {**values, **changes}


@pytest.mark.parametrize(("size", "pixels"), [("vuong", SQUARE), ("ngang", WIDE), ("", SQUARE)])
def test_the_preview_is_the_card_itself_and_is_kept_nowhere(
    editor: FlaskClient, unit: Unit, home: Home, size: str, pixels: tuple[int, int]
) -> None:
    before = MediaFile.select().count()
    answer = editor.get("/kho-anh/the/xem", query_string=typed(unit, size=size))
    assert answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).size == pixels
    assert MediaFile.select().count() == before
    saved = editor.post("/kho-anh/the", data=typed(unit, size=size)).location.split("/")[-1]
    assert home.store.read(saved) == answer.data


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " "}, "Hãy viết câu"),
        ({"text": "dài " * 140}, "viết gọn lại"),
        ({"text": "Chữ 漢"}, "“漢”"),
        ({"colour": "red"}, "Hãy chọn một màu"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_the_preview_and_on_the_page(
    editor: FlaskClient, unit: Unit, changes: dict[str, str], sentence: str
) -> None:
    answer = editor.get("/kho-anh/the/xem", query_string=typed(unit, **changes))
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert sentence in answer.text
    page = editor.post("/kho-anh/the", data=typed(unit, **changes))
    assert page.status_code == 422
    assert sentence in page.text


def test_a_card_is_saved_in_the_colour_of_the_unit_or_another(editor: FlaskClient, unit: Unit, home: Home) -> None:
    Unit.update(colour="#0a6a66").where(Unit.id == unit.id).execute()
    corners = {}
    for colour in ("", "#f2c94c"):
        saved = editor.post("/kho-anh/the", data=typed(unit, colour=colour)).location.split("/")[-1]
        row = MediaFile.get_by_id(saved)
        assert (row.origin, row.alt, row.added_by.login) == (CARD, "Biết sớm, sống khỏe.", "editor")
        corners[colour] = Image.open(io.BytesIO(home.store.read(saved))).convert("RGB").getpixel((2, 2))
    assert corners == {"": (10, 106, 102), "#f2c94c": (242, 201, 76)}


def test_a_card_may_at_once_become_the_picture_of_a_draft(editor: FlaskClient, unit: Unit, draft: Revision) -> None:
    page = editor.get(f"/kho-anh/the?thong-diep={draft.message_id}").text
    assert f">{draft.title}</textarea>" in page
    assert f'value="{draft.message_id}:{draft.content_hash}" selected' in page
    chosen = f"{draft.message_id}:{draft.content_hash}"
    answer = editor.post("/kho-anh/the", data=typed(unit, draft=chosen))
    assert answer.location == f"/thong-diep/{draft.message_id}"
    kept = content_of(latest_revision(draft.message)).picture
    assert kept is not None
    assert kept.alt == "Biết sớm, sống khỏe."


def test_the_form_works_without_a_script(editor: FlaskClient, unit: Unit) -> None:
    page = editor.get("/kho-anh/the", query_string=typed(unit, text="Xem thử câu này.")).text
    (address,) = re.findall(r'<img data-card-picture[^>]*src="([^"]+)"', page)
    assert editor.get(address.replace("&amp;", "&")).mimetype == "image/png"
    assert ">Xem thử câu này.</textarea>" in page


def test_nobody_makes_cards_or_uses_drafts_of_another_unit(elsewhere: FlaskClient, unit: Unit, draft: Revision) -> None:
    other = Unit.get(Unit.name == "Xã Bên")
    assert elsewhere.get("/kho-anh/the/xem", query_string=typed(unit)).status_code == 404
    assert elsewhere.post("/kho-anh/the", data=typed(unit)).status_code == 404
    chosen = f"{draft.message_id}:{draft.content_hash}"
    assert elsewhere.post("/kho-anh/the", data=typed(other, draft=chosen)).status_code == 404
    assert draft.title not in elsewhere.get("/kho-anh/the").text
    assert content_of(latest_revision(draft.message)).picture is None


# ---------------------------------------------------------------- colours


def test_an_administrator_chooses_the_colour_of_a_unit(client_of: Browsers, unit: Unit) -> None:
    browser = client_of("administrator")
    assert "Màu của đơn vị" in browser.get("/kho-anh/").text
    browser.post("/kho-anh/mau", data={"unit": unit.id, "colour": "#1D56A5"})
    assert Unit.get_by_id(unit.id).colour == "#1d56a5"
    assert 'value="#1d56a5"' in browser.get("/kho-anh/").text
    browser.post("/kho-anh/mau", data={"unit": unit.id, "colour": "#1d56a5", "remove": "1"})
    assert Unit.get_by_id(unit.id).colour == ""


def test_a_colour_is_not_for_editors_to_choose(editor: FlaskClient, unit: Unit) -> None:
    assert "Màu của đơn vị</h2>" not in editor.get("/kho-anh/").text
    assert editor.post("/kho-anh/mau", data={"unit": unit.id, "colour": "#000000"}).status_code == 404
    assert Unit.get_by_id(unit.id).colour == ""

"""Local facts on screen: what is missing comes first, and whoever knows the place can enter it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from campaign import local_facts
from campaign.clock import local_day
from campaign.models import LocalFact, Pronunciation, Unit
from campaign.workflow import create
from content.message import Variant
from tests.campaign.world import World, content, fresh

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def operator(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("operator")


def address(world: World, more: str = "") -> str:
    return f"/dia-phuong/{world.unit.id}{more}"


def send(browser: FlaskClient, world: World, name: str, value: str, day: str = "") -> object:
    checked = day or local_day(world.clock.now()).isoformat()
    return browser.post(address(world), data={"name": name, "value": value, "verified_on": checked})


def test_whoever_has_one_unit_comes_straight_to_it(operator: FlaskClient, world: World) -> None:
    assert operator.get("/dia-phuong/").location == address(world)


def test_what_messages_wait_for_stands_first_and_is_counted(operator: FlaskClient, world: World) -> None:
    create(world.people["editor"], world.unit, content("moi", "Gọi {{hotline_cdc_tinh}}."), world.clock.now())
    page = operator.get(address(world)).text
    assert "đang thiếu hoặc quá 180 ngày" in page
    assert page.index('id="hotline_cdc_tinh"') < page.index('id="trang_cdc_tinh"')
    assert "thông điệp dùng mục này" in page


def test_a_fact_is_stored_and_then_stands_there_with_its_day(operator: FlaskClient, world: World) -> None:
    send(operator, world, "tram_y_te", "  Trạm Y tế   xã Thử ")
    assert LocalFact.get().value == "Trạm Y tế xã Thử"
    day = local_day(world.clock.now())
    assert f"Kiểm tra {day:%d/%m/%Y}" in operator.get(address(world)).text


def test_a_wrong_value_comes_back_as_typed_with_one_sentence(operator: FlaskClient, world: World) -> None:
    answer = operator.post(
        address(world), data={"name": "dien_thoai_tram", "value": "gọi chị Hai", "verified_on": "2026-11-01"}
    )
    assert answer.status_code == 422
    assert 'value="gọi chị Hai"' in answer.text
    assert "phải là số điện thoại" in answer.text


def test_an_old_fact_is_confirmed_with_one_button(operator: FlaskClient, world: World) -> None:
    send(operator, world, "tram_y_te", "Trạm Thử")
    LocalFact.update(verified_on=local_day(world.clock.now()) - timedelta(days=200)).execute()
    assert "Vẫn đúng" in operator.get(address(world)).text
    send(operator, world, "tram_y_te", "Trạm Thử")
    assert not local_facts.gaps(["tram_y_te"], world.unit, local_day(world.clock.now()))


def test_a_fact_from_above_is_shown_as_that_and_may_be_overruled(operator: FlaskClient, world: World) -> None:
    hamlet = Unit.create(parent=world.unit, name="Thôn Thử", kind="thôn")
    send(operator, world, "tram_y_te", "Trạm xã Thử")
    page = operator.get(f"/dia-phuong/{hamlet.id}").text
    assert f"Theo {world.unit.name}" in page
    assert 'placeholder="Trạm xã Thử"' in page


def test_taking_a_fact_away_is_one_button(operator: FlaskClient, world: World) -> None:
    send(operator, world, "tram_y_te", "Trạm Thử")
    operator.post(address(world, "/xoa"), data={"name": "tram_y_te"})
    assert LocalFact.select().count() == 0


def test_whoever_may_not_enter_facts_finds_no_page(world: World, client_of: Browsers) -> None:
    for role in ("approver", "reviewer"):
        assert client_of(role).get(address(world)).status_code == 404


def test_a_pronunciation_is_used_when_a_sentence_is_tried_out(operator: FlaskClient, world: World) -> None:
    assert "nhà bà Tư" not in operator.get(address(world, "/thu-doc"), query_string={"cau": "Mời đến NBTX."}).text
    operator.post(
        address(world, "/cach-doc"), data={"abbreviation": "NBTX", "expansion": "nhà bà Tư xóm", "phonetic": ""}
    )
    page = operator.get(address(world, "/thu-doc"), query_string={"cau": "Mời đến NBTX."}).text
    assert "Mời đến nhà bà Tư xóm." in page


def test_a_pronunciation_reaches_the_script_of_the_units_station(operator: FlaskClient, world: World) -> None:
    operator.post(
        address(world, "/cach-doc"), data={"abbreviation": "NBTX", "expansion": "nhà bà Tư xóm", "phonetic": ""}
    )
    payload = world.home.freezer.payload(content("loa", "Mời đến NBTX."), "loudspeaker", world.unit)
    assert payload["text"] == "Mời đến nhà bà Tư xóm."


def test_a_pronunciation_with_a_space_in_it_is_refused_and_one_that_is_there_can_go(
    operator: FlaskClient, world: World
) -> None:
    operator.post(address(world, "/cach-doc"), data={"abbreviation": "N B", "expansion": "nhà bà"})
    assert Pronunciation.select().count() == 0
    operator.post(address(world, "/cach-doc"), data={"abbreviation": "NB", "expansion": "nhà bà"})
    operator.post(address(world, "/cach-doc/xoa"), data={"row": str(Pronunciation.get().id)})
    assert Pronunciation.select().count() == 0


def test_a_changed_fact_holds_what_is_scheduled_at_once_and_says_how_many(
    operator: FlaskClient, world: World, client_of: Browsers
) -> None:
    send(operator, world, "tram_y_te", "Trạm cũ Thử")
    own = {"facebook": Variant(text="Mời đến {{tram_y_te}}.")}
    post = world.post("facebook", "tram", channels=("facebook",), variants=own)
    send(operator, world, "tram_y_te", "Trạm mới Thử")
    assert "1 bài đã lên lịch còn giá trị cũ" in operator.get(address(world)).text
    assert "Trạm mới Thử" in fresh(post).hold
    assert "Trạm mới Thử" in client_of("editor").get("/can-xu-ly").text

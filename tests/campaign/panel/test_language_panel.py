"""The language check, local facts and the parts of a message in the panel: writing, approving, mending."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign import house_rules, local_facts
from campaign.clock import SetClock, local_day
from campaign.home import Home, add_user
from campaign.models import Audit, LocalFact, Message, Post, PostState, Revision, RevisionState, Unit, User, Waiver
from campaign.panel.app import create_app
from campaign.panel.forms_message import values_of
from campaign.scheduling import schedule
from campaign.workflow import Decision, content_of, create, decide, latest_revision, submit
from content.message import Translation, Variant, hash_document
from tests.campaign.panel.test_messages import typed
from tests.campaign.world import World, content, fresh, state
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]

HARMFUL = "Hai con nghiện mới về."
WORD, RULE = "con nghiện", "drugs.addict"
CHECK, READ = "/thong-diep/kiem-tra", "/thong-diep/thoi-gian-doc"
# Long enough for a loudspeaker, with nothing to find.
FINE = (
    "Mời bà con đến trạm y tế để được tư vấn và xét nghiệm HIV. Cán bộ trạm giữ kín kết quả của từng người. "
    "Biết sớm thì điều trị sớm, và người điều trị sớm vẫn sống khỏe, làm việc, chăm sóc gia đình như mọi người. "
    "Xét nghiệm nhanh, không đau, có kết quả ngay trong buổi. Xin mời bà con cùng đến."
)


@pytest.fixture
def editor(client_of: Browsers) -> FlaskClient:
    return client_of("editor")


@pytest.fixture
def approver(client_of: Browsers) -> FlaskClient:
    return client_of("approver")


@pytest.fixture
def write_down(people: dict[str, User], unit: Unit, clock: SetClock) -> Callable[..., Revision]:
    """Write a message and hand it in."""

    def written(text: str, slug: str = "loi", **changes: Any) -> Revision:
        revision = create(people["editor"], unit, content(slug, text, **changes), clock.now())
        submit(people["editor"], revision, clock.now())
        return revision

    return written


def newest(slug: str = "bay-dieu-nen-biet") -> Revision:
    return latest_revision(Message.get(Message.slug == slug))


def words_of(page: str) -> str:
    """What a page says, on one line, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


# ---------------------------------------------------------------- as one types


def test_the_findings_in_typed_words_come_back_by_field_and_place(editor: FlaskClient) -> None:
    answer = editor.post(CHECK, json={"register": "public", "fields": {"title": "Chào bạn", "text": f"🙂 {HARMFUL}"}})
    assert answer.json is not None
    assert answer.json["title"] == []
    [found] = answer.json["text"]
    assert set(found) == {"rule", "severity", "start", "end", "text", "message", "alternatives"}
    assert (found["rule"], found["severity"], found["text"]) == (RULE, "error", WORD)
    # Code points: the smiling face counts as one.
    assert f"🙂 {HARMFUL}"[found["start"] : found["end"]] == WORD
    assert "người sử dụng ma túy" in found["alternatives"]


def test_the_register_of_the_message_decides_how_grave_a_word_is(editor: FlaskClient) -> None:
    answer = editor.post(CHECK, json={"register": "testimony", "fields": {"text": "Hồi đó tôi là con nghiện."}})
    assert answer.json is not None
    assert [found["severity"] for found in answer.json["text"]] != ["error"]


def test_the_rules_of_this_home_hold_while_one_types(editor: FlaskClient) -> None:
    house_rules.store({RULE: {"severity": {"public": "warning"}}}, None, Audit.select().first().at)
    answer = editor.post(CHECK, json={"register": "public", "fields": {"text": HARMFUL}})
    assert answer.json is not None
    assert answer.json["text"][0]["severity"] == "warning"


@pytest.mark.parametrize("sent", ["", "khong phai json", "[]", "7"])
def test_what_is_no_question_gets_no_answer(editor: FlaskClient, sent: str) -> None:
    for address in (CHECK, READ):
        assert editor.post(address, data=sent, content_type="application/json").status_code == 400


def test_what_is_no_text_is_passed_over_and_an_unknown_register_is_the_public_one(editor: FlaskClient) -> None:
    asked = {"register": "xyz", "fields": {"title": 7, "text": HARMFUL}}
    answer = editor.post(CHECK, json=asked)
    assert answer.json is not None
    assert list(answer.json) == ["text"]
    assert answer.json["text"][0]["rule"] == RULE


@pytest.mark.parametrize("login", ["approver", "operator", "reviewer"])
def test_only_writers_have_their_words_looked_at(client_of: Browsers, login: str) -> None:
    for address in (CHECK, READ):
        assert client_of(login).post(address, json={"fields": {}, "text": ""}).status_code == 404


def test_a_foreign_page_cannot_ask_in_a_writers_name(home: Home, people: dict[str, User]) -> None:
    app = create_app(home)
    browser = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/dang-nhap").text)
    assert token
    browser.post("/dang-nhap", data={"login": "editor", "password": PASSWORD, "csrf_token": token[1]})
    asked = {"fields": {"text": HARMFUL}}
    assert browser.post(CHECK, json=asked).status_code == 303
    ours = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/thong-diep/moi").text)
    assert ours
    answer = browser.post(CHECK, json=asked, headers={"X-CSRFToken": ours[1]})
    assert answer.json is not None
    assert answer.json["text"][0]["text"] == WORD


def test_a_loudspeaker_text_tells_how_long_it_takes_to_read(editor: FlaskClient) -> None:
    short, long = (editor.post(READ, json={"text": text}).json for text in (FINE, FINE * 3))
    assert short is not None
    assert long is not None
    assert 20 < short["seconds"] < 60
    assert long["seconds"] == pytest.approx(3 * short["seconds"], abs=5)
    assert re.fullmatch(r"khoảng \d+ giây", short["words"])


# ---------------------------------------------------------------- writing


FULL = {
    "idea": "Biết sớm, chữa sớm.",
    "action": "Đến trạm y tế {{ten_xa}}.",
    "short": "Mời bà con đi xét nghiệm HIV.",
    "format": "call",
    "spokespersons": ["elder", "plhiv"],
    "partners": "Hội Phụ nữ xã\r\n\r\n Đoàn Thanh niên xã ",
    "repeat": "y",
    "variant_facebook-wordings-0": "Cách hai.",
    "variant_facebook-wordings-1": " ",
    "variant_facebook-wordings-2": "Cách ba.",
    "variant_loudspeaker-long": FINE,
    "translations-0-language": "Mông",
    "translations-0-text": "Txhua tus neeg.",
    "translations-1-language": "",
    "translations-1-text": "",
}


def test_every_part_of_a_message_is_stored_as_typed(editor: FlaskClient) -> None:
    assert editor.post("/thong-diep/moi", data=typed(**FULL)).status_code == 303
    stored = content_of(newest())
    assert (stored.idea, stored.action) == ("Biết sớm, chữa sớm.", "Đến trạm y tế {{ten_xa}}.")
    assert (stored.short, stored.format, stored.repeat) == ("Mời bà con đi xét nghiệm HIV.", "call", True)
    assert stored.spokespersons == ("elder", "plhiv")
    assert stored.partners == ("Hội Phụ nữ xã", "Đoàn Thanh niên xã")
    assert stored.variants["facebook"] == Variant(wordings=("Cách hai.", "Cách ba."))
    assert stored.variants["loudspeaker"].long == FINE
    assert stored.translations == (Translation("Mông", "Txhua tus neeg."),)


def test_saving_a_message_that_nobody_changed_changes_nothing(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(**FULL))
    before = newest()
    known = values_of(content_of(before))
    for name in ("idea", "action", "short", "partners"):
        page = editor.get(f"/thong-diep/{before.message_id}/sua").text
        for line in known[name].split("\n"):
            assert line in page
    editor.post(f"/thong-diep/{before.message_id}/sua", data=typed(**FULL, seen_hash=before.content_hash))
    assert newest().content_hash == before.content_hash


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"short": "a" * 161}, "Nhiều nhất 160 ký tự."),
        ({"text": "Gọi {{so_la}}."}, "Không có thông tin địa phương {{so_la}}"),
        ({"variant_facebook-wordings-0": "Gọi {{so_la}}."}, "Không có thông tin địa phương {{so_la}}"),
        ({"variant_loudspeaker-long": "Gọi {{so_la}}."}, "Không có thông tin địa phương {{so_la}}"),
        ({"translations-0-text": "{{so_la}}", "translations-0-language": "Thái"}, "Không có thông tin địa phương"),
        ({"title": "Ở {{ten xa}}"}, "viết lẻ"),
        ({"idea": "Ở {{ten_xa}"}, "viết lẻ"),
        ({"repeat": "y"}, "Trang Facebook cần ít nhất 3 cách nói, nay mới có 1"),
        ({"repeat": "y", "variant_facebook-wordings-0": "Hai."}, "nay mới có 2"),
        ({"format": "xyz"}, "Hãy chọn một mục trong danh sách."),
        ({"spokespersons": ["xyz"]}, "Hãy chọn trong danh sách."),
        ({"translations-0-language": "Mông", "translations-0-text": ""}, "Hãy điền ô này."),
        ({"translations-0-language": "", "translations-0-text": "Txhua."}, "Hãy điền ô này."),
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence(
    editor: FlaskClient, changes: dict[str, Any], sentence: str
) -> None:
    answer = editor.post("/thong-diep/moi", data=typed(**changes))
    assert answer.status_code == 422
    assert sentence in words_of(answer.text)


def test_a_message_for_no_page_may_be_repeated_in_one_wording(editor: FlaskClient) -> None:
    assert editor.post("/thong-diep/moi", data=typed(repeat="y", channels=["loudspeaker"])).status_code == 303


def test_a_part_with_a_fault_lies_open(editor: FlaskClient) -> None:
    page = editor.post("/thong-diep/moi", data=typed(short="a" * 161)).text
    assert re.search(r'<details class="fold" open>\s*<summary>Ý chính', page)
    assert re.search(r'<details class="fold" >\s*<summary>Ý chính', editor.get("/thong-diep/moi").text)


def test_harmful_words_are_kept_as_a_draft(editor: FlaskClient) -> None:
    assert editor.post("/thong-diep/moi", data=typed(text=HARMFUL)).status_code == 303
    assert newest().state == RevisionState.DRAFT
    page = words_of(editor.get(f"/thong-diep/{newest().message_id}").text)
    assert "Bản này còn 1 lỗi về lời." in page
    assert "người duyệt sẽ phải bỏ qua có lý do" in page


def test_harmful_words_may_be_submitted_and_the_writer_is_told_what_comes_of_it(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(text=HARMFUL, submit="1"))
    assert newest().state == RevisionState.SUBMITTED
    page = words_of(editor.get(f"/thong-diep/{newest().message_id}").text)
    assert "Bản vừa gửi còn 1 lỗi về lời. Người duyệt sẽ phải bỏ qua có lý do" in page


# ---------------------------------------------------------------- the page of a message


def test_the_page_of_a_message_shows_all_its_parts(editor: FlaskClient) -> None:
    editor.post("/thong-diep/moi", data=typed(**FULL))
    page = words_of(editor.get(f"/thong-diep/{newest().message_id}").text)
    for shown in (
        "Biết sớm, chữa sớm.", "Mời bà con đi xét nghiệm HIV. (29/160 ký tự)", "Lời vận động", "Người cao tuổi",
        "Hội Phụ nữ xã; Đoàn Thanh niên xã", "Dùng nhiều lần", "Cách nói 1/3", "Cách nói 3/3", "Cách ba.", "Bài dài",
        "Mông", "Txhua tus neeg.",
    ):  # fmt: skip
        assert shown in page


def test_findings_stand_by_passage_and_are_marked_in_the_words(
    editor: FlaskClient, write_down: Callable[..., Revision]
) -> None:
    revision = write_down(HARMFUL, short=HARMFUL)
    page = editor.get(f"/thong-diep/{revision.message_id}").text
    assert re.findall(r"<h3>(.*?)</h3>", page).count("Bản ngắn") == 1
    assert '<mark class="found found-error" title="Lỗi: “Con nghiện”' in page
    assert "“Con nghiện” là lời miệt thị; hãy viết “người sử dụng ma túy”." in words_of(page)


def test_a_clean_message_says_so(editor: FlaskClient, write_down: Callable[..., Revision]) -> None:
    page = editor.get(f"/thong-diep/{write_down(FINE).message_id}").text
    assert "Không thấy lời nào cần sửa." in page
    assert "<mark" not in page


# ---------------------------------------------------------------- approving


def blocked(page: str) -> bool:
    """Whether the button that approves is closed."""
    return bool(re.search(r'value="approve"\s+disabled', page))


def waive(browser: FlaskClient, revision: Revision, reason: str, **changes: str) -> Any:
    data = {"rule": RULE, "seen_hash": revision.content_hash, "comment": reason, **changes}
    return browser.post(f"/duyet/{revision.id}/bo-qua", data=data, follow_redirects=True)


def test_errors_close_the_button_and_say_why(approver: FlaskClient, write_down: Callable[..., Revision]) -> None:
    page = approver.get(f"/duyet/{write_down(HARMFUL + FINE).id}").text
    assert blocked(page)
    assert f"Nội dung gốc: “{WORD}”." in words_of(page)
    assert not blocked(approver.get(f"/duyet/{write_down(FINE, slug='lanh').id}").text)


def test_an_error_is_waived_for_a_reason_that_stays_to_be_seen(
    approver: FlaskClient, write_down: Callable[..., Revision], people: dict[str, User]
) -> None:
    revision = write_down(HARMFUL + FINE)
    page = waive(approver, revision, "Trích nguyên văn một câu để phê phán.").text
    assert not blocked(page)
    assert "Lỗi, đã bỏ qua:" in page
    said = words_of(page)
    assert "Trích nguyên văn một câu để phê phán." in said
    assert f"{people['approver'].name}, 09:00 16/11/2026" in said
    data = {"decision": "approve", "seen_hash": revision.content_hash, "comment": ""}
    assert approver.post(f"/duyet/{revision.id}", data=data).status_code == 303
    assert Revision.get_by_id(revision.id).state == RevisionState.APPROVED


def test_one_waiver_covers_all_that_its_rule_finds(approver: FlaskClient, write_down: Callable[..., Revision]) -> None:
    revision = write_down(HARMFUL + FINE, short=HARMFUL)
    assert approver.get(f"/duyet/{revision.id}").text.count("Bỏ qua quy tắc này") == 1
    assert not blocked(waive(approver, revision, "Trích để phê phán cách gọi.").text)


@pytest.mark.parametrize(
    ("reason", "changes", "sentence"),
    [
        ("ok", {}, "Hãy ghi rõ lý do"),
        ("Một lý do đủ dài.", {"rule": "khong.co"}, "không còn trong bản đang xem"),
        ("Một lý do đủ dài.", {"seen_hash": "0" * 64}, "đã thay đổi sau khi bạn mở"),
    ],
)
def test_a_waiver_that_cannot_be_given_says_why(
    approver: FlaskClient, write_down: Callable[..., Revision], reason: str, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in waive(approver, write_down(HARMFUL), reason, **changes).text
    assert Waiver.select().count() == 0


def test_nobody_waives_in_their_own_text(client_of: Browsers, home: Home, unit: Unit, clock: SetClock) -> None:
    both = add_user(home, login="ca-hai", name="Cả Hai", password=PASSWORD, unit=unit, roles=["editor", "approver"])
    own = create(both, unit, content("cua-toi", HARMFUL), clock.now())
    submit(both, own, clock.now())
    browser = client_of("ca-hai")
    assert "Bỏ qua quy tắc này" not in browser.get(f"/duyet/{own.id}").text
    assert "người khác phải duyệt" in waive(browser, own, "Một lý do đủ dài.").text
    assert Waiver.select().count() == 0


def test_a_story_without_consent_closes_the_button_and_shows_where_it_stands(
    approver: FlaskClient, write_down: Callable[..., Revision]
) -> None:
    revision = write_down(FINE, register="testimony")
    page = approver.get(f"/duyet/{revision.id}").text
    assert blocked(page)
    assert "Chưa có đồng ý của người kể cho đúng bản lời này" in words_of(page)
    for address in (f"/duyet/{revision.id}", f"/thong-diep/{revision.message_id}"):
        assert 'id="consent-state"' in approver.get(address).text


def test_an_approved_text_that_a_newer_rule_holds_back_can_be_waived(
    approver: FlaskClient, write_down: Callable[..., Revision], people: dict[str, User], clock: SetClock
) -> None:
    house_rules.store({RULE: {"severity": {"public": "warning"}}}, None, clock.now())
    revision = write_down(HARMFUL + FINE)
    decide(people["approver"], revision, Decision.APPROVE, clock.now(), seen_hash=revision.content_hash)
    house_rules.store({RULE: {"severity": {"public": "error"}}}, None, clock.now())
    assert "Bỏ qua quy tắc này" in approver.get(f"/duyet/{revision.id}").text
    assert "Lỗi, đã bỏ qua:" in waive(approver, revision, "Trích để phê phán cách gọi.").text


@pytest.mark.parametrize("login", ["editor", "reviewer", "administrator"])
def test_who_does_not_approve_does_not_waive(
    client_of: Browsers, write_down: Callable[..., Revision], login: str
) -> None:
    revision, browser = write_down(HARMFUL), client_of(login)
    assert "Bỏ qua quy tắc này" not in browser.get(f"/duyet/{revision.id}").text
    assert waive(browser, revision, "Một lý do đủ dài.").status_code == 404
    assert Waiver.select().count() == 0


def test_a_missing_local_fact_closes_the_button_and_leads_whoever_may_mend_it_to_its_page(
    client_of: Browsers, approver: FlaskClient, write_down: Callable[..., Revision], unit: Unit, home: Home
) -> None:
    revision = write_down(FINE + " Gọi {{dien_thoai_tram}}.")
    page = approver.get(f"/duyet/{revision.id}").text
    assert blocked(page)
    assert "chưa nhập “Điện thoại trạm y tế”" in words_of(page)
    where = f"/dia-phuong/{unit.id}#dien_thoai_tram"
    assert where not in page
    assert where in client_of("editor").get(f"/thong-diep/{revision.message_id}").text


def test_the_previews_carry_the_local_facts_of_the_unit_and_mark_what_is_missing(
    editor: FlaskClient, write_down: Callable[..., Revision], unit: Unit, people: dict[str, User], clock: SetClock
) -> None:
    revision = write_down(FINE + " Đến {{tram_y_te}}, {{ten_xa}}.")
    today = local_day(clock.now())
    local_facts.save(people["editor"], unit, "tram_y_te", "Trạm Y tế Thử", today, clock.now(), today)
    page = editor.get(f"/thong-diep/{revision.message_id}").text
    assert "Đến Trạm Y tế Thử, <mark" in page
    assert re.search(r'<mark class="found found-gap" title="[^"]+">\[Tên xã, phường, đặc khu\]</mark>', page)
    assert f"{unit.name} chưa nhập: Tên xã, phường, đặc khu." in page
    local_facts.save(people["editor"], unit, "ten_xa", "xã Thử", today, clock.now(), today)
    page = editor.get(f"/thong-diep/{revision.message_id}").text
    assert f"Với thông tin địa phương của {unit.name}" in page
    assert "found-gap" not in page


def test_every_wording_and_the_long_item_stand_before_the_approver(
    approver: FlaskClient, write_down: Callable[..., Revision]
) -> None:
    variants = {
        "facebook": Variant(wordings=("Cách hai.", "Cách ba.")),
        "loudspeaker": Variant(long=FINE * 3 + " Ngày 1/12."),
        "zalo": Variant(description="Mời bà con đọc."),
    }
    page = words_of(approver.get(f"/duyet/{write_down(FINE, variants=variants).id}").text)
    for shown in ("Cách nói 1/3", "Cách hai.", "Cách nói 3/3", "Cách ba.", "Bài dài", "một tháng mười hai"):
        assert shown in page
    assert len(re.findall(r"Đọc khoảng", page)) == 2


def test_the_difference_to_what_was_approved_shows_every_part(
    approver: FlaskClient,
    editor: FlaskClient,
    write_down: Callable[..., Revision],
    people: dict[str, User],
    clock: SetClock,
) -> None:
    editor.post("/thong-diep/moi", data=typed(**{**FULL, "action": "Đến trạm.", "text": FINE, "submit": "1"}))
    first = newest()
    decide(people["approver"], first, Decision.APPROVE, clock.now(), seen_hash=first.content_hash)
    other = {
        **FULL, "action": "Đến trạm sớm.", "text": FINE, "idea": "Ý khác.", "short": "Ngắn khác.", "format": "tip",
        "spokespersons": ["celebrity"], "partners": "Hội Nông dân xã", "variant_facebook-wordings-2": "Cách tư.",
        "variant_loudspeaker-long": FINE * 2, "translations-0-text": "Hloov.",
    }  # fmt: skip
    editor.post(f"/thong-diep/{first.message_id}/sua", data=typed(**other, seen_hash=first.content_hash, submit="1"))
    page = approver.get(f"/duyet/{newest().id}").text
    changed = page[page.index("Khác gì bản 1") :]
    for label in (
        "Ý chính", "Việc cần làm", "Bản ngắn", "Dạng", "Người phát ngôn", "Đơn vị phối hợp",
        "Trang Facebook: cách nói 3", "Đài truyền thanh: bài dài", "Mông",
    ):  # fmt: skip
        assert f">{label}</h3>" in changed
    assert "cách nói 2" not in changed


# ---------------------------------------------------------------- a post whose local facts have changed


@pytest.fixture
def changed_post(world: World) -> Post:
    """A post that was scheduled with a telephone number which has changed since."""
    say(world, "0200 000 0000")
    text = "Hỏi trạm y tế, điện thoại {{dien_thoai_tram}}."
    variants = {"facebook": Variant(wordings=("Gọi {{dien_thoai_tram}}.",))}
    revision = world.approved("goi", text, variants=variants, channels=("facebook",))
    post = schedule(
        world.home.freezer, user=world.people["editor"], campaign=None, channel=world.channels["facebook"],
        revision=revision, due=world.clock.now(), now=world.clock.now(),
    )  # fmt: skip
    say(world, "0200 000 0009")
    world.deliver()
    return fresh(post)


def say(world: World, number: str) -> None:
    today = local_day(world.clock.now())
    local_facts.save(
        world.people["editor"], world.unit, "dien_thoai_tram", number, today, world.clock.now(), today
    )  # fmt: skip


def test_a_held_post_shows_what_changed_and_goes_out_with_the_new_facts(
    changed_post: Post, world: World, client_of: Browsers
) -> None:
    editor = client_of("editor")
    page = editor.get(f"/bai/{changed_post.id}").text
    assert "<del>0200 000 0000</del> <ins>0200 000 0009</ins>" in page
    assert "Dùng thông tin mới" in page
    page = editor.get(f"/bai/{changed_post.id}").text
    seen = page.split('name="seen_hash" value="')[1].split('"')[0]
    editor.post(f"/bai/{changed_post.id}/thong-tin-moi", data={"seen_hash": seen})
    assert "Thông tin địa phương đã đổi" not in editor.get(f"/bai/{changed_post.id}").text
    world.deliver()
    assert state(changed_post) == PostState.PUBLISHED
    assert "0200 000 0009" in world.feed[0]


def test_a_fact_that_is_gone_has_to_be_entered_first(changed_post: Post, world: World, client_of: Browsers) -> None:
    LocalFact.delete().execute()
    page = client_of("editor").get(f"/bai/{changed_post.id}").text
    assert "chưa nhập" in page
    assert f'href="/dia-phuong/{world.unit.id}"' in page
    assert "/thong-tin-moi" not in page
    client_of("editor").post(f"/bai/{changed_post.id}/thong-tin-moi")
    assert state(changed_post) == PostState.SCHEDULED
    assert "0200 000 0000" in fresh(changed_post).payload["text"]


def test_a_post_that_was_frozen_without_a_fact_shows_it_and_takes_it_in(
    changed_post: Post, world: World, client_of: Browsers
) -> None:
    """It stood there in brackets; once the unit has entered it, the post is held and a person agrees."""
    payload = {**changed_post.payload, "text": "Gọi [Điện thoại trạm y tế].", "local": {}}
    Post.update(payload=payload, payload_hash=hash_document(payload)).where(Post.id == changed_post.id).execute()
    editor = client_of("editor")
    page = editor.get(f"/bai/{changed_post.id}").text
    assert "<ins>0200 000 0009</ins>" in page
    assert f'action="/bai/{changed_post.id}/thong-tin-moi"' in page
    seen = page.split('name="seen_hash" value="')[1].split('"')[0]
    editor.post(f"/bai/{changed_post.id}/thong-tin-moi", data={"seen_hash": seen})
    assert "0200 000 0009" in fresh(changed_post).payload["text"]
    assert fresh(changed_post).hold == ""


@pytest.mark.parametrize("login", ["reviewer", "approver", "operator"])
def test_only_planners_put_new_facts_in(changed_post: Post, client_of: Browsers, login: str) -> None:
    assert client_of(login).post(f"/bai/{changed_post.id}/thong-tin-moi").status_code == 404


def test_a_post_tells_which_wording_it_carries(changed_post: Post, world: World, client_of: Browsers) -> None:
    page = words_of(client_of("editor").get(f"/bai/{changed_post.id}").text)
    assert "Cách nói 1/2" in page
    plain = world.post("zalo", "mot-cach")
    assert "Cách nói" not in words_of(client_of("editor").get(f"/bai/{plain.id}").text)

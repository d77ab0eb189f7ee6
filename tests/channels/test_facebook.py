"""A Facebook Page: what is sent, and what each answer of the Graph API means (channels.md sections 1, 2 and 9)."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import facebook
import pytest
from pytest_httpserver import HTTPServer
from rigs import NOON, MemorySession, Wire, post
from werkzeug import Request, Response

from channels.base import (
    CannotSay,
    ChannelError,
    Figure,
    Found,
    NeedsLogin,
    RateLimited,
    Receipt,
    Rejected,
    State,
    Temporary,
    Unsure,
)
from channels.errors import ErrorTable
from channels.facebook import FacebookPage

PAGE = "1234567890"
TOKEN = "EAAB-page-token"
FEED = f"/v26.0/{PAGE}/feed"
PHOTOS = f"/v26.0/{PAGE}/photos"
PUBLISHED = f"/v26.0/{PAGE}/published_posts"
POST_ID = f"{PAGE}_77"
ACCEPTED = {"id": POST_ID, "permalink_url": "https://www.facebook.com/trang/posts/77"}
PLAIN = post(media=())


@pytest.fixture
def page(httpserver: HTTPServer, wire: Wire) -> Iterator[FacebookPage]:
    yield FacebookPage({"page_id": PAGE, "api_url": httpserver.url_for("/")}, wire)
    for request, _ in httpserver.log:
        request.close()  # uploaded pictures are open files


@pytest.fixture
def session(connect: Callable[..., MemorySession]) -> MemorySession:
    return connect(token=TOKEN)


def refusal(code: int, subcode: int | None = None, message: str = "(#1) No.", **more: Any) -> dict[str, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


def form(httpserver: HTTPServer, number: int = -1) -> dict[str, str]:
    return httpserver.log[number][0].form.to_dict()


# ---------------------------------------------------------------- what is sent


def test_text_and_link_go_to_the_feed_and_the_post_is_read_back_in_the_same_request(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(FEED, "POST", query_string="fields=id,permalink_url").respond_with_json(ACCEPTED)

    receipt = page.publish(post(media=(), link="https://hiv.example.vn/"), session)

    assert receipt == Receipt(POST_ID, State.PUBLISHED, ACCEPTED["permalink_url"])
    assert form(httpserver) == {"message": PLAIN.text, "link": "https://hiv.example.vn/", "access_token": TOKEN}


def test_without_a_permalink_the_full_id_makes_the_link(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(FEED, "POST").respond_with_json({"id": POST_ID})

    assert page.publish(PLAIN, session).link == f"https://www.facebook.com/{POST_ID}"


def test_with_an_app_secret_every_request_carries_its_proof(
    httpserver: HTTPServer, page: FacebookPage, connect: Callable[..., MemorySession]
) -> None:
    httpserver.expect_request(FEED).respond_with_json(ACCEPTED)
    httpserver.expect_request(PUBLISHED).respond_with_json({"data": []})
    session = connect(token=TOKEN, app_secret="bí mật")
    proof = hmac.new("bí mật".encode(), TOKEN.encode(), hashlib.sha256).hexdigest()

    page.publish(PLAIN, session)
    page.find(PLAIN, NOON, session)

    assert form(httpserver, 0)["appsecret_proof"] == proof
    assert httpserver.log[1][0].args["appsecret_proof"] == proof


def test_a_picture_is_staged_unpublished_with_its_description_and_only_the_feed_publishes(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_ordered_request(PHOTOS, "POST").respond_with_json({"id": "900"})
    httpserver.expect_ordered_request(FEED, "POST").respond_with_json(ACCEPTED)

    page.publish(post(), session)

    staged = httpserver.log[0][0]
    assert staged.form["published"] == "false"
    assert staged.form["alt_text_custom"] == "Hai bàn tay nắm nhau"
    assert "temporary" not in staged.form
    assert staged.files["source"].mimetype == "image/png"
    assert json.loads(form(httpserver)["attached_media"]) == [{"media_fbid": "900"}]
    assert session.steps == {"photo": "900"}


def test_a_picture_staged_by_an_earlier_attempt_is_used_again(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(FEED, "POST").respond_with_json(ACCEPTED)
    session.steps["photo"] = "899"

    page.publish(post(), session)

    assert json.loads(form(httpserver)["attached_media"]) == [{"media_fbid": "899"}]


def test_a_staged_picture_that_has_died_is_staged_anew_once(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    session.steps["photo"] = "899"
    httpserver.expect_ordered_request(FEED, "POST").respond_with_json(refusal(100), 400)
    httpserver.expect_ordered_request(PHOTOS, "POST").respond_with_json({"id": "900"})
    httpserver.expect_ordered_request(FEED, "POST").respond_with_json(refusal(100), 400)

    with pytest.raises(Rejected):
        page.publish(post(), session)

    assert len(httpserver.log) == 3
    assert session.steps == {"photo": "900"}


@pytest.mark.parametrize(
    ("code", "subcode", "status"), [(100, None, 500), (100, 33, 503), (100, None, 502), (100, 1366051, 400)]
)
def test_a_staged_picture_is_not_posted_again_after_an_answer_that_does_not_clearly_refuse(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, code: int, subcode: int | None, status: int
) -> None:
    session.steps["photo"] = "899"
    httpserver.expect_request(FEED, "POST").respond_with_json(refusal(code, subcode), status)
    httpserver.expect_request(PHOTOS, "POST").respond_with_json({"id": "900"})

    with pytest.raises(Unsure):
        page.publish(post(), session)

    assert [request.path for request, _ in httpserver.log] == [FEED]
    assert session.steps == {"photo": "899"}


@pytest.mark.parametrize("body", ["", "<html>502</html>", json.dumps(refusal(2)), json.dumps({"success": True})])
def test_an_unclear_answer_to_staging_is_temporary_since_nobody_sees_a_staged_picture(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, body: str
) -> None:
    httpserver.expect_oneshot_request(PHOTOS, "POST").respond_with_data(body, 200, content_type="application/json")

    with pytest.raises(Temporary):
        page.publish(post(), session)


def test_two_pages_on_two_addresses_never_meet_and_the_sdk_keeps_its_own(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, wire: Wire
) -> None:
    httpserver.expect_request(FEED).respond_with_json(ACCEPTED)
    httpserver.expect_request(f"/other{FEED}").respond_with_json({"id": f"{PAGE}_78"})
    other = FacebookPage({"page_id": PAGE, "api_url": httpserver.url_for("/other/")}, wire)

    ids = [channel.publish(PLAIN, session).remote_id for channel in (page, other, page)]

    assert ids == [POST_ID, f"{PAGE}_78", POST_ID]
    assert facebook.FACEBOOK_GRAPH_URL == "https://graph.facebook.com/"


def test_a_redirect_is_not_followed_with_the_token(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    elsewhere = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_oneshot_request(FEED).respond_with_data("", 307, headers=elsewhere)

    with pytest.raises(Unsure):
        page.publish(PLAIN, session)

    assert len(httpserver.log) == 1


def test_without_a_token_nothing_is_sent(
    httpserver: HTTPServer, page: FacebookPage, connect: Callable[..., MemorySession]
) -> None:
    with pytest.raises(NeedsLogin, match="nối kênh"):
        page.publish(PLAIN, connect())

    assert httpserver.log == []


# ---------------------------------------------------------------- what the answers mean


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (1, None, Unsure),
        (2, None, Unsure),
        (506, None, Unsure),
        (368, 1404082, Unsure),
        (100, 1366051, Unsure),
        (3, None, NeedsLogin),
        (10, None, NeedsLogin),
        (200, None, NeedsLogin),
        (299, None, NeedsLogin),
        (102, None, NeedsLogin),
        *((190, subcode, NeedsLogin) for subcode in (None, 458, 459, 460, 463, 464, 467, 492)),
        (368, None, NeedsLogin),
        (368, 4854002, NeedsLogin),
        (368, 1346003, NeedsLogin),
        (200, 1404078, NeedsLogin),
        (368, 1390008, RateLimited),
        *((code, None, RateLimited) for code in (4, 17, 32, 341, 613, 80001)),
        (100, None, Rejected),
        (100, 33, Rejected),
        (1609005, None, Rejected),
        (100, 1609008, Rejected),
        (100, 2061006, Rejected),
        (324, 2069019, Rejected),
        (9999, None, Rejected),
    ],
)
def test_each_code_after_posting_is_of_its_class(
    httpserver: HTTPServer,
    page: FacebookPage,
    session: MemorySession,
    code: int,
    subcode: int | None,
    kind: type[ChannelError],
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_json(refusal(code, subcode), 400)

    with pytest.raises(kind):
        page.publish(PLAIN, session)


@pytest.mark.parametrize("code", [2, 4, 100, 190])
def test_a_server_error_proves_nothing_whatever_code_it_names(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, code: int
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_json(refusal(code), 503)

    with pytest.raises(Unsure):
        page.publish(PLAIN, session)


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>502</html>", 502, content_type="text/html"),
        Response("<html>404</html>", 404, content_type="text/html"),
        Response("", 200, content_type="application/json"),
        Response("{", 200, content_type="application/json"),
        Response("[]", 200, content_type="application/json"),
        Response("true", 200, content_type="application/json"),
        Response("{}", 200, content_type="application/json"),
        Response("{}", 400, content_type="application/json"),
        Response('{"error": "no"}', 400, content_type="application/json"),
        Response('{"id": "1"}', 200, content_type="text/javascript"),
        Response(json.dumps(refusal(9999, is_transient=True)), 400, content_type="application/json"),
    ],
)
def test_an_answer_that_is_none_of_the_graph_apis_is_unsure(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, answer: Response
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_response(answer)

    with pytest.raises(Unsure):
        page.publish(PLAIN, session)


def test_an_answer_without_content_type_is_unsure(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    def bare(_request: Request) -> Response:
        response = Response("", 204)
        del response.headers["Content-Type"]
        return response

    httpserver.expect_oneshot_request(FEED).respond_with_handler(bare)

    with pytest.raises(Unsure):
        page.publish(PLAIN, session)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-Business-Use-Case-Usage": usage}, wait)
        for usage, wait in [
            (json.dumps({PAGE: [{"type": "pages", "estimated_time_to_regain_access": 25}]}), timedelta(minutes=25)),
            (json.dumps({PAGE: [{"type": "pages", "estimated_time_to_regain_access": 0}]}), timedelta(hours=1)),
            ("not json", timedelta(hours=1)),
            ("[1]", timedelta(hours=1)),
        ]
    ]
    + [
        ({"X-Business-Use-Case-Usage": f'{{"1": [{{"estimated_time_to_regain_access": {minutes}}}]}}'}, wait)
        for minutes, wait in [
            ("-5", timedelta(hours=1)),
            ("9" * 400, timedelta(hours=24)),
            ("1e999", timedelta(hours=1)),
            ("NaN", timedelta(hours=1)),
        ]
    ]
    + [
        ({"Retry-After": said}, wait)
        for said, wait in [
            ("90", timedelta(seconds=90)),
            ("1", timedelta(minutes=1)),
            ("-3600", timedelta(hours=1)),
            ("9" * 400, timedelta(hours=24)),
            ("Mon, 23 Nov 2026 06:00:00 GMT", timedelta(hours=1)),
        ]
    ]
    + [({}, timedelta(hours=1))],
)
def test_a_used_up_allowance_ends_when_the_headers_say(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, headers: dict[str, str], wait: timedelta
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_json(refusal(80001), 400, headers)

    with pytest.raises(RateLimited) as caught:
        page.publish(PLAIN, session)

    assert caught.value.until == NOON + wait


@pytest.mark.parametrize(
    ("headers", "rests"),
    [
        ({"X-App-Usage": '{"call_count": 89, "total_cputime": 20, "total_time": 30}'}, None),
        ({"X-App-Usage": '{"call_count": 10, "total_cputime": 90, "total_time": 30}'}, timedelta(minutes=15)),
        ({"X-Page-Usage": '{"call_count": 95}'}, timedelta(hours=1)),
        ({"X-Business-Use-Case-Usage": json.dumps({PAGE: [{"call_count": 92}]})}, timedelta(hours=1)),
        (
            {"X-Business-Use-Case-Usage": '{"1": [{"call_count": 100, "estimated_time_to_regain_access": 7}]}'},
            timedelta(minutes=7),
        ),
        ({"X-App-Usage": "not json", "X-Business-Use-Case-Usage": '{"1": [3], "2": 4}'}, None),
        ({"X-App-Usage": '{"call_count": "many"}'}, None),
    ],
)
def test_a_post_taken_when_the_allowance_is_nearly_spent_is_published_and_the_channel_rests(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, headers: dict[str, str], rests: timedelta | None
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_json({"id": f"{PAGE}_1"}, 200, headers)

    assert page.publish(PLAIN, session).state is State.PUBLISHED
    assert session.rests == ([] if rests is None else [NOON + rests])


def test_too_many_requests_is_an_allowance_even_as_a_page_of_html(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(FEED).respond_with_data("<html>", 429, {"Retry-After": "120"}, "text/html")

    with pytest.raises(RateLimited) as caught:
        page.publish(PLAIN, session)

    assert caught.value.until == NOON + timedelta(minutes=2)


def test_what_facebook_says_is_passed_on_without_the_token_it_quotes(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    said = f"Malformed thing {TOKEN} at https://x/?access_token=abc123"
    httpserver.expect_oneshot_request(FEED).respond_with_json(refusal(100, message=said), 400)

    with pytest.raises(Rejected, match="Malformed thing") as caught:
        page.publish(PLAIN, session)

    assert TOKEN not in str(caught.value)
    assert "abc123" not in str(caught.value)


def test_every_row_of_the_table_says_in_vietnamese_what_to_do() -> None:
    rows = ErrorTable("facebook").rows

    assert all("; " in row.sentence and row.sentence.endswith(".") for row in rows)
    assert all(row.sentence == unicodedata.normalize("NFC", row.sentence) for row in rows)


# ---------------------------------------------------------------- reading back


def listed(message: str = PLAIN.text, number: int = 77, minutes: float = 0, **more: str) -> dict[str, str]:
    created = (NOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": f"{PAGE}_{number}", "message": message, "created_time": created, **more}


def pages(httpserver: HTTPServer, *contents: list[dict[str, str]]) -> None:
    """Serve these lists one after the other, with cursors between them."""

    def answer(request: Request) -> Response:
        at = int(request.args.get("after", "0"))
        paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(at + 1)}}
        if at + 1 < len(contents):
            paging["next"] = f"https://graph.facebook.com{PUBLISHED}?access_token={TOKEN}&after={at + 1}"
        return Response(json.dumps({"data": contents[at], "paging": paging}), content_type="application/json")

    httpserver.expect_request(PUBLISHED, "GET").respond_with_handler(answer)


def test_the_walk_goes_on_through_empty_pages_and_finds_the_post_on_the_last(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    pages(httpserver, [listed("Bài khác", 1)], [], [], [listed(permalink_url="https://fb.example/77")])

    assert page.find(PLAIN, NOON, session) == Found(Receipt(POST_ID, State.PUBLISHED, "https://fb.example/77"))
    assert len(httpserver.log) == 4
    assert httpserver.log[0][0].args["limit"] == "100"


@pytest.mark.parametrize(
    "message",
    [
        unicodedata.normalize("NFD", PLAIN.text),
        PLAIN.text.replace("\n", "\r\n"),
        PLAIN.text.replace("\n", " \n") + " \n",
    ],
)
def test_words_are_the_same_however_facebook_writes_them(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, message: str
) -> None:
    pages(httpserver, [listed(message)])

    assert isinstance(page.find(PLAIN, NOON, session), Found)


@pytest.mark.parametrize(
    "content",
    [
        [],
        [listed("Bài khác")],
        [listed(PLAIN.text + "!")],
        [listed(minutes=-3)],
        [listed(number=1), listed(number=2)],
        [{"id": "1", "created_time": "2026-11-23T05:00:00+0000"}],
        [{"message": PLAIN.text}],
        [listed() | {"created_time": "hôm qua"}],
        [listed() | {"created_time": "2026-11-23T05:00:00"}],
        ["?"],
    ],
)
def test_anything_but_exactly_one_match_since_then_cannot_be_said(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, content: list[dict[str, str]]
) -> None:
    pages(httpserver, content)

    sighting = page.find(PLAIN, NOON, session)

    assert isinstance(sighting, CannotSay)
    assert "hãy mở Trang" in sighting.reason


def test_a_second_match_on_a_later_page_prevents_adoption(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    pages(httpserver, [listed(number=1)], [listed(number=2)])

    assert isinstance(page.find(PLAIN, NOON, session), CannotSay)


def test_of_two_matches_the_one_another_post_owns_does_not_count(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    pages(httpserver, [listed(number=1), listed(number=2)])
    session.taken.add(f"{PAGE}_1")

    sighting = page.find(PLAIN, NOON, session)

    assert isinstance(sighting, Found)
    assert sighting.receipt.remote_id == f"{PAGE}_2"


def test_a_list_without_end_is_given_up(httpserver: HTTPServer, page: FacebookPage, session: MemorySession) -> None:
    pages(httpserver, [listed()], *([] for _ in range(50)))

    assert isinstance(page.find(PLAIN, NOON, session), CannotSay)
    assert len(httpserver.log) <= 20


@pytest.mark.parametrize(("body", "status"), [(refusal(190, 463), 400), (refusal(2), 500), (refusal(32), 400)])
def test_trouble_while_reading_back_says_nothing(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, body: dict[str, Any], status: int
) -> None:
    httpserver.expect_request(PUBLISHED).respond_with_json(body, status)

    assert isinstance(page.find(PLAIN, NOON, session), CannotSay)


# ---------------------------------------------------------------- given ahead of time


def test_a_scheduled_picture_post_is_marked_everywhere_as_facebook_demands(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_ordered_request(PHOTOS, "POST").respond_with_json({"id": "900"})
    httpserver.expect_ordered_request(FEED, "POST").respond_with_json(ACCEPTED)
    due = NOON + timedelta(hours=2)

    receipt = page.schedule_remotely(post(due=due), session)

    assert receipt.state is State.SCHEDULED_REMOTELY
    assert form(httpserver, 0)["temporary"] == "true"
    sent = form(httpserver)
    assert (sent["published"], sent["unpublished_content_type"]) == ("false", "SCHEDULED")
    assert sent["scheduled_publish_time"] == str(int(due.timestamp()))


def test_after_doubt_a_post_not_yet_due_is_looked_for_among_the_scheduled_ones(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    pages(httpserver, [])
    scheduled = f"/v26.0/{PAGE}/scheduled_posts"
    httpserver.expect_request(scheduled).respond_with_json({"data": [{"id": POST_ID, "message": PLAIN.text}]})

    sighting = page.find(post(media=(), due=NOON + timedelta(hours=1)), NOON, session)

    assert isinstance(sighting, Found)
    assert sighting.receipt.state is State.SCHEDULED_REMOTELY


def test_a_scheduled_post_taken_down_at_facebook_is_reported_as_removed(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(f"/v26.0/{POST_ID}").respond_with_json(refusal(100, 33), 400)

    receipt = page.refresh(Receipt(POST_ID, State.SCHEDULED_REMOTELY), session)

    assert receipt.state is State.REMOVED
    assert receipt.note


@pytest.mark.parametrize("body", ["<html>", json.dumps(refusal(100, 33))])
def test_trouble_while_refreshing_or_removing_is_temporary(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, body: str
) -> None:
    kind = "text/html" if body == "<html>" else "application/json"
    httpserver.expect_request(f"/v26.0/{POST_ID}").respond_with_data(body, 502, content_type=kind)

    with pytest.raises(Temporary):
        page.refresh(Receipt(POST_ID, State.SCHEDULED_REMOTELY), session)
    with pytest.raises(Temporary):
        page.remove(Receipt(POST_ID, State.SCHEDULED_REMOTELY), session)


# ---------------------------------------------------------------- taken down, changed


def test_a_post_facebook_does_not_show_is_not_called_removed_since_a_lost_permission_looks_the_same(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_oneshot_request(f"/v26.0/{POST_ID}", "DELETE").respond_with_json(refusal(100, 33), 400)

    with pytest.raises(Rejected, match="hãy mở Trang để xem bài còn đó không"):
        page.remove(Receipt(POST_ID, State.PUBLISHED), session)


@pytest.mark.parametrize("answer", [{"success": False}, {}])
def test_a_change_facebook_does_not_confirm_is_to_be_tried_again(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession, answer: dict[str, Any]
) -> None:
    httpserver.expect_request(f"/v26.0/{POST_ID}").respond_with_json(answer)
    receipt = Receipt(POST_ID, State.PUBLISHED)

    with pytest.raises(Temporary):
        page.remove(receipt, session)
    with pytest.raises(Temporary):
        page.revise(receipt, PLAIN, session)


# ---------------------------------------------------------------- reach


def insight(value: int) -> dict[str, Any]:
    return {"data": [{"name": "x", "period": "lifetime", "values": [{"value": value}]}]}


def measured(httpserver: HTTPServer, page: FacebookPage, session: MemorySession) -> dict[str, Figure]:
    figures = page.measure(Receipt(POST_ID, State.PUBLISHED), session)
    asked = [request for request, _ in httpserver.log if request.path.endswith("/insights")]
    assert all("," not in request.args["metric"] for request in asked)
    assert len(httpserver.log) == 4
    return {figure.metric: figure for figure in figures}


def test_a_retired_metric_and_an_empty_one_are_gaps_with_a_reason_and_spoil_no_other(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    answers = {
        "post_media_view": (refusal(100, message="(#100) The value must be a valid insights metric"), 400),
        "post_total_media_view_unique": ({"data": []}, 200),
        "post_clicks": (insight(0), 200),
    }
    for metric, (body, status) in answers.items():
        httpserver.expect_request(f"/v26.0/{POST_ID}/insights", query_string=_with(metric)).respond_with_json(
            body, status
        )
    counts = {"id": POST_ID, "reactions": {"data": [], "summary": {"total_count": 12}}, "shares": {"count": 3}}
    httpserver.expect_request(f"/v26.0/{POST_ID}").respond_with_json(counts)

    figures = measured(httpserver, page, session)

    assert figures["post_media_view"] == Figure("post_media_view", None, note="Facebook không còn cung cấp số liệu này")
    assert figures["post_total_media_view_unique"].value is None
    assert figures["post_total_media_view_unique"].note == "Facebook chưa trả số liệu"
    assert figures["post_clicks"] == Figure("post_clicks", 0)
    assert figures["reactions"] == Figure("reactions", 12)
    assert figures["shares"] == Figure("shares", 3)
    assert figures["comments"].value is None


def _with(metric: str) -> str:
    return f"metric={metric}&access_token={TOKEN}"


def test_a_missing_permission_to_read_figures_does_not_stop_the_channel(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_request(f"/v26.0/{POST_ID}/insights").respond_with_json({"data": []})
    httpserver.expect_request(f"/v26.0/{POST_ID}").respond_with_json(refusal(10), 403)

    figures = measured(httpserver, page, session)

    assert all(figure.value is None for figure in figures.values())
    assert "quyền" in figures["shares"].note


def test_a_dead_token_while_measuring_needs_a_login(
    httpserver: HTTPServer, page: FacebookPage, session: MemorySession
) -> None:
    httpserver.expect_request(f"/v26.0/{POST_ID}/insights").respond_with_json(refusal(190, 460), 400)

    with pytest.raises(NeedsLogin, match="Mật khẩu"):
        page.measure(Receipt(POST_ID, State.PUBLISHED), session)

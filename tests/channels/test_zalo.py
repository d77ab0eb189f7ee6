"""A Zalo Official Account: the steps of an article, the rotating tokens, and what each answer means
(channels.md sections 3 and 9)."""

import json
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from rigs import NOON, MemorySession, Wire, post, zalo_rig
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
from channels.zalo import ZaloOfficialAccount
from content.message import Message, Source, Variant

ROOT = "/v2.0/article"
TOKENS = "/v4/oa/access_token"
OUT = Receipt("article-1", State.PUBLISHED)
WITH_COVER = post(media=(replace(post().media[0], url="https://lantoa.example.vn/ảnh bìa.png"),))


@pytest.fixture
def waited() -> list[float]:
    """The seconds the channel would have slept."""
    return []


@pytest.fixture
def oa(httpserver: HTTPServer, wire: Wire, waited: list[float]) -> ZaloOfficialAccount:
    address = httpserver.url_for("/")
    channel = ZaloOfficialAccount({"oa_id": "55", "app_id": "66", "api_url": address, "oauth_url": address}, wire)
    channel.sleep = waited.append
    return channel


@pytest.fixture
def session(connect: Callable[..., MemorySession]) -> MemorySession:
    return connect(app_secret="app-secret", access_token="access-1", refresh_token="refresh-1")


def answer(data: Any = None, error: int = 0, message: str = "Success") -> dict[str, Any]:
    return {"error": error, "message": message} | ({} if data is None else {"data": data})


def serve(httpserver: HTTPServer, path: str, *bodies: Any) -> None:
    """Answer the calls of one path with these bodies in turn, the last one again and again."""
    left = list(bodies)

    def respond(_request: Request) -> Response:
        body = left.pop(0) if len(left) > 1 else left[0]
        return Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request(path).respond_with_handler(respond)


def sent(httpserver: HTTPServer, path: str) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _ in httpserver.log if request.path == path]


# ---------------------------------------------------------------- before approval


def test_a_cover_without_an_address_asks_for_public_url(oa: ZaloOfficialAccount) -> None:
    problems = oa.problems(post())

    assert len(problems) == 1
    assert "public_url" in problems[0]


@pytest.mark.parametrize(("part", "word"), [("title", "tiêu đề"), ("description", "mô tả"), ("media", "ảnh bìa")])
def test_what_zalo_demands_is_missed_before_approval(oa: ZaloOfficialAccount, part: str, word: str) -> None:
    empty: Any = () if part == "media" else " "

    problems = oa.problems(replace(WITH_COVER, **{part: empty}))

    assert len(problems) == 1
    assert word in problems[0]


def test_a_long_author_is_a_problem_of_the_channels_settings(wire: Wire) -> None:
    channel = ZaloOfficialAccount({"oa_id": "55", "app_id": "66", "author": "x" * 51}, wire)

    assert "tác giả" in channel.problems(WITH_COVER)[0]


@pytest.mark.parametrize("variant", [Variant(), Variant(description="Câu mô tả riêng.")])
def test_a_description_is_the_variants_or_the_beginning_of_the_text(oa: ZaloOfficialAccount, variant: Variant) -> None:
    message = Message(
        id="bai",
        title="Bài",
        pillar="knowledge",
        audience=("everyone",),
        topics=("transmission",),
        register="public",
        sources=(Source("Nguồn", 2026, date(2026, 1, 1)),),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        channels=("zalo",),
        text="Mở đầu " * 60 + "\n\nĐoạn hai.",
        variants={"zalo": variant},
    )
    description = oa.compose(message).description

    assert description == variant.description or (description.startswith("Mở đầu") and description.endswith("…"))
    assert 0 < len(description) <= 250


def test_without_a_cover_nothing_is_sent(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    with pytest.raises(Rejected, match="public_url"):
        oa.publish(post(), session)

    assert httpserver.log == []


# ---------------------------------------------------------------- the steps


def test_an_article_is_created_hidden_and_then_shown_under_its_id(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, f"{ROOT}/create", answer({"token": "t1"}))
    serve(httpserver, f"{ROOT}/verify", answer({"id": "article-1"}))
    serve(httpserver, f"{ROOT}/update", answer({"token": "t2"}))

    receipt = oa.publish(replace(WITH_COVER, link="https://hiv.example.vn/"), session)

    created, shown = sent(httpserver, f"{ROOT}/create")[0], sent(httpserver, f"{ROOT}/update")[0]
    assert created["status"] == "hide"
    assert shown == created | {"id": "article-1", "status": "show"}
    assert created["type"] == "normal"
    assert created["cover"]["photo_url"] == "https://lantoa.example.vn/%E1%BA%A3nh%20b%C3%ACa.png"
    paragraphs = [*WITH_COVER.text.split("\n\n"), "https://hiv.example.vn/"]
    assert created["body"] == [{"type": "text", "content": paragraph} for paragraph in paragraphs]
    assert [token["token"] for token in sent(httpserver, f"{ROOT}/verify")] == ["t1", "t2"]
    assert receipt.link == "https://rd.zapps.vn/detail/55?id=article-1&pageId=55"


@pytest.mark.parametrize(("chosen", "sent_as"), [(None, "hide"), ("hide", "hide"), ("show", "show"), ("mở", "hide")])
def test_comments_are_closed_unless_the_channel_opens_them(
    httpserver: HTTPServer, wire: Wire, session: MemorySession, chosen: str | None, sent_as: str
) -> None:
    settings = {"oa_id": "55", "app_id": "66", "api_url": httpserver.url_for("/")}
    channel = ZaloOfficialAccount(settings if chosen is None else settings | {"comments": chosen}, wire)
    serve(httpserver, f"{ROOT}/create", answer({"token": "t1"}))
    serve(httpserver, f"{ROOT}/verify", answer({"id": "article-1"}))
    serve(httpserver, f"{ROOT}/update", answer({"token": "t2"}))

    channel.publish(WITH_COVER, session)

    documents = sent(httpserver, f"{ROOT}/create") + sent(httpserver, f"{ROOT}/update")
    assert [document["comment"] for document in documents] == [sent_as, sent_as]


def test_an_article_still_in_work_is_asked_for_a_few_times_and_resumed_later_with_the_same_token(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, waited: list[float]
) -> None:
    serve(httpserver, f"{ROOT}/create", answer({"token": "t1"}))
    serve(httpserver, f"{ROOT}/verify", *[answer(error=-214)] * 6, answer({"id": "article-1"}))
    serve(httpserver, f"{ROOT}/update", answer({"token": "t2"}))

    with pytest.raises(Temporary) as caught:
        oa.publish(WITH_COVER, session)
    assert caught.value.retry_after == timedelta(minutes=1)
    assert waited == list(oa.waits)
    assert oa.publish(WITH_COVER, session).state is State.PUBLISHED

    assert len(sent(httpserver, f"{ROOT}/create")) == 1
    assert len(sent(httpserver, f"{ROOT}/update")) == 1


def test_an_article_zalo_could_not_work_through_is_refused_and_made_anew_by_the_next_attempt(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    failed = answer(error=-200, message="Upload media failed")
    serve(httpserver, f"{ROOT}/create", answer({"token": "t1"}), answer({"token": "t2"}))
    serve(httpserver, f"{ROOT}/verify", failed, failed, answer({"id": "article-2"}))
    serve(httpserver, f"{ROOT}/update", answer({"token": "t3"}))

    with pytest.raises(Rejected, match="Upload media failed"):
        oa.publish(WITH_COVER, session)
    assert oa.publish(WITH_COVER, session).remote_id == "article-2"


@pytest.mark.parametrize("body", [answer(), answer({}), [], {"message": "?"}, answer(error=-9999)])
@pytest.mark.parametrize("step", ["create", "verify", "update"])
def test_only_a_lost_creation_leaves_doubt(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, step: str, body: Any
) -> None:
    bodies = {
        "create": answer({"token": "t1"}),
        "verify": answer({"id": "article-1"}),
        "update": answer({"token": "t2"}),
    }
    for name, good in bodies.items():
        serve(httpserver, f"{ROOT}/{name}", body if name == step else good)
    refused = isinstance(body, dict) and body.get("error") == -9999
    kind = Rejected if refused else Unsure if step == "create" else Temporary

    with pytest.raises(kind):
        oa.publish(WITH_COVER, session)


@pytest.mark.parametrize(("status", "kind"), [(404, Temporary), (429, RateLimited), (502, Unsure), (301, Unsure)])
def test_a_status_without_an_envelope(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, status: int, kind: type[ChannelError]
) -> None:
    httpserver.expect_request(f"{ROOT}/create").respond_with_data("<html>", status, {"Location": "/elsewhere"})

    with pytest.raises(kind):
        oa.publish(WITH_COVER, session)

    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (RateLimited, (-32, -211, -218, -321, -234)),
        (NeedsLogin, (-204, -205, -209, -212, -215, -219, -221, -223, -224, -242, -320)),
        (Rejected, (-200, -201, -210, -248)),
        (Temporary, (-214,)),
    ],
)
def test_each_code_is_of_its_class(
    httpserver: HTTPServer,
    oa: ZaloOfficialAccount,
    session: MemorySession,
    kind: type[ChannelError],
    codes: tuple[int, ...],
) -> None:
    serve(httpserver, f"{ROOT}/create", *(answer(error=code, message="No access-1") for code in codes))

    for _ in codes:
        with pytest.raises(kind) as caught:
            oa.publish(WITH_COVER, session)
        assert "access-1" not in str(caught.value)


def test_every_row_of_the_table_says_in_vietnamese_what_to_do() -> None:
    rows = ErrorTable("zalo").rows

    assert all("; " in row.sentence and row.sentence.endswith(".") for row in rows)
    assert all(row.sentence == unicodedata.normalize("NFC", row.sentence) for row in rows)


# ---------------------------------------------------------------- tokens


def test_an_expired_token_is_renewed_before_it_is_used_and_kept_with_its_hour(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    session.credentials.secrets["expires_at"] = NOON.isoformat()
    serve(httpserver, TOKENS, {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": "90000"})
    serve(httpserver, f"{ROOT}/remove", answer())

    oa.remove(OUT, session)

    assert [request.path for request, _ in httpserver.log] == [TOKENS, f"{ROOT}/remove"]
    form = httpserver.log[0][0].form.to_dict()
    assert form == {"app_id": "66", "grant_type": "refresh_token", "refresh_token": "refresh-1"}
    assert session.credentials.secrets == {
        "app_secret": "app-secret",
        "access_token": "access-2",
        "refresh_token": "refresh-2",
        "expires_at": (NOON + timedelta(hours=25)).isoformat(),
        "refresh_ends_at": (NOON + timedelta(days=90)).isoformat(),
    }


@pytest.mark.parametrize(
    ("seconds", "hours"),
    [
        *((strange, 25) for strange in ("", "sớm", None, "1e9", "1.5", "9" * 13, 10**400, "9" * 5000)),
        ("7200", 2),
        (3600, 1),
        ("-5", 0),
        (-(10**15), 0),
    ],
)
def test_a_strange_lifetime_does_not_lose_the_tokens_it_came_with(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, seconds: Any, hours: int
) -> None:
    serve(httpserver, TOKENS, {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": seconds})
    serve(httpserver, f"{ROOT}/remove", answer(error=-216), answer())

    oa.remove(OUT, session)

    assert session.credentials.secrets["refresh_token"] == "refresh-2"
    assert session.credentials.secrets["expires_at"] == (NOON + timedelta(hours=hours)).isoformat()


def test_a_token_refused_twice_needs_a_login_after_one_renewal(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, TOKENS, {"access_token": "access-2", "refresh_token": "refresh-2"})
    serve(httpserver, f"{ROOT}/remove", answer(error=-220))

    with pytest.raises(NeedsLogin):
        oa.remove(OUT, session)

    assert [request.path for request, _ in httpserver.log] == [f"{ROOT}/remove", TOKENS, f"{ROOT}/remove"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, Temporary),
        ({"error": 0}, Temporary),
        ({"access_token": "", "refresh_token": "refresh-2"}, Temporary),
        ([], Temporary),
        *(({"error": code, "error_name": "X"}, NeedsLogin) for code in (-14002, -14004, -14005, -14014, -14018)),
        ({"error": -14999}, NeedsLogin),
    ],
)
def test_an_answer_without_an_access_token_is_no_success_and_changes_nothing(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, body: Any, kind: type[ChannelError]
) -> None:
    before = session.credentials.read()
    serve(httpserver, TOKENS, body)
    serve(httpserver, f"{ROOT}/create", answer(error=-216))

    with pytest.raises(kind):
        oa.publish(WITH_COVER, session)

    assert session.credentials.read() == before


def test_many_workers_with_one_stale_token_spend_the_refresh_token_once(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    session.credentials.secrets["expires_at"] = NOON.isoformat()
    serve(httpserver, TOKENS, {"access_token": "access-2", "refresh_token": "refresh-2"}, {"error": -14014})
    serve(httpserver, f"{ROOT}/remove", answer())
    states: list[State] = []
    workers = [threading.Thread(target=lambda: states.append(oa.remove(OUT, session).state)) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert states == [State.REMOVED] * 6
    assert [request.path for request, _ in httpserver.log].count(TOKENS) == 1


def test_a_dead_access_token_is_renewed_in_passing(services: SimpleNamespace, nowhere: str) -> None:
    rig = zalo_rig(services, nowhere)
    services.zalo.fault("token_death")

    assert rig.channel().publish(rig.outgoing, rig.session()).state is State.PUBLISHED
    assert rig.words() == [rig.outgoing.text]
    rig.close()


@pytest.mark.parametrize("name", ["access_token", "app_secret"])
def test_a_secret_that_no_header_carries_asks_for_a_login_and_leaves_no_doubt(
    services: SimpleNamespace, nowhere: str, name: str
) -> None:
    rig = zalo_rig(services, nowhere)
    rig.credentials.secrets |= {name: "mã-của-tỉnh", "expires_at": rig.clock().isoformat()}
    if name == "access_token":
        del rig.credentials.secrets["expires_at"]

    rig.catch(NeedsLogin, lambda: rig.channel().publish(rig.outgoing, rig.session()))
    assert rig.words() == []
    rig.close()


@pytest.mark.parametrize(
    ("details", "state"),
    [
        (answer({"status": "show"}), State.PUBLISHED),
        (answer({"status": "hide"}), State.REMOVED),
        (answer(error=-201, message="article id is invalid"), State.REMOVED),
    ],
)
def test_an_article_that_is_gone_or_hidden_is_not_public(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, details: dict[str, Any], state: State
) -> None:
    serve(httpserver, f"{ROOT}/getdetail", details)

    assert oa.refresh(OUT, session).state is state


def test_a_renewal_whose_answer_is_lost_asks_for_a_login_and_sends_nothing(
    services: SimpleNamespace, nowhere: str
) -> None:
    rig = zalo_rig(services, nowhere)
    rig.credentials.secrets["expires_at"] = rig.clock().isoformat()
    services.zalo.fault("refresh_lost")

    rig.catch(Temporary, lambda: rig.channel().publish(rig.outgoing, rig.session()))
    rig.catch(NeedsLogin, lambda: rig.channel().publish(rig.outgoing, rig.session()))
    assert rig.words() == []
    rig.close()


# ---------------------------------------------------------------- reading back


def row(number: int = 1, status: str = "show", minutes: float = 0, **more: Any) -> dict[str, Any]:
    created = int((NOON + timedelta(minutes=minutes)).timestamp() * 1000)
    return {"id": f"article-{number}", "title": WITH_COVER.title, "status": status, "create_date": created, **more}


def listing(httpserver: HTTPServer, rows: list[dict[str, Any]], description: str = WITH_COVER.description) -> None:
    """Serve these rows ten at a time, and the details of each."""

    def page(request: Request) -> Response:
        offset, limit = int(request.args["offset"]), int(request.args["limit"])
        medias = {"medias": rows[offset : offset + limit], "total": len(rows)}
        return Response(json.dumps(answer(medias)), content_type="application/json")

    def detail(request: Request) -> Response:
        found = next(item for item in rows if item["id"] == request.args["id"])
        return Response(json.dumps(answer({**found, "description": description})), content_type="application/json")

    httpserver.expect_request(f"{ROOT}/getslice").respond_with_handler(page)
    httpserver.expect_request(f"{ROOT}/getdetail").respond_with_handler(detail)


def test_a_shown_article_on_the_third_page_is_found(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    others = [row(number, title="Bài khác") for number in range(2, 25)]
    listing(httpserver, [*others, row()])

    sighting = oa.find(WITH_COVER, NOON, session)

    assert isinstance(sighting, Found)
    assert sighting.receipt.remote_id == "article-1"
    assert len(httpserver.log) == 4


def test_a_hidden_article_is_saved_so_that_the_next_attempt_shows_it(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    listing(httpserver, [row(7, "hide")])
    serve(httpserver, f"{ROOT}/update", answer({"token": "t2"}))
    serve(httpserver, f"{ROOT}/verify", answer({"id": "article-7"}))

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)
    assert session.steps == {"article": "article-7"}
    assert oa.publish(WITH_COVER, session).remote_id == "article-7"


@pytest.mark.parametrize("status", ["show", "hide"])
def test_a_saved_article_is_looked_at_directly(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, status: str
) -> None:
    session.steps["article"] = "article-1"
    listing(httpserver, [row(status=status)])

    assert isinstance(oa.find(WITH_COVER, NOON, session), Found if status == "show" else CannotSay)
    assert [request.path for request, _ in httpserver.log] == [f"{ROOT}/getdetail"]


@pytest.mark.parametrize("rows", [[], [row(minutes=-3)], [row(title="Khác")], [row(1), row(2)], [row(create_date=1)]])
def test_anything_but_one_shown_article_since_then_cannot_be_said(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, rows: list[dict[str, Any]]
) -> None:
    listing(httpserver, rows)

    sighting = oa.find(WITH_COVER, NOON, session)

    assert isinstance(sighting, CannotSay)
    assert "hãy mở oa.zalo.me" in sighting.reason


def test_another_description_is_another_article(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    listing(httpserver, [row()], description="Bài của người khác.")

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)


@pytest.mark.parametrize("medias", [[{"title": WITH_COVER.title}], [None], 5])
def test_a_listing_nobody_understands_says_nothing(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, medias: Any
) -> None:
    serve(httpserver, f"{ROOT}/getslice", answer({"medias": medias, "total": 1}))

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)


def test_an_article_another_post_owns_is_neither_adopted_nor_resumed(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    session.taken |= {"article-1", "article-2"}
    listing(httpserver, [row(1), row(2, "hide")])

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)
    assert session.steps == {}


def test_two_posts_with_the_same_words_whose_creations_were_lost_resume_one_article_each(
    services: SimpleNamespace, nowhere: str
) -> None:
    rig = zalo_rig(services, nowhere)
    session = rig.session()
    sessions = [session, session.beside()]
    for each in sessions:
        rig.fail("cut")
        with pytest.raises(Unsure):
            rig.channel().publish(rig.outgoing, each)

    for each in sessions:
        assert isinstance(rig.channel().find(rig.outgoing, rig.clock() - timedelta(minutes=5), each), CannotSay)
    receipts = {rig.channel().publish(rig.outgoing, each).remote_id for each in sessions}

    assert len(receipts) == 2
    assert rig.words() == [rig.outgoing.text] * 2
    rig.close()


@pytest.mark.parametrize("status", ["hide", "show"])
def test_an_article_another_post_takes_during_the_walk_is_left_to_it(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession, status: str
) -> None:
    other = session.beside()
    rows = [row(1, status), row(2, "hide")]

    def detail(request: Request) -> Response:
        if request.args["id"] == "article-2":
            other.save("article", "article-1")
        found = next(item for item in rows if item["id"] == request.args["id"])
        return Response(json.dumps(answer({**found, "description": WITH_COVER.description})))

    serve(httpserver, f"{ROOT}/getslice", answer({"medias": rows, "total": 2}))
    httpserver.expect_request(f"{ROOT}/getdetail").respond_with_handler(detail)

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)
    assert session.steps == {"article": "article-2"}


def test_a_list_without_end_is_given_up(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, f"{ROOT}/getslice", answer({"medias": [row(title="Khác")]}))

    assert isinstance(oa.find(WITH_COVER, NOON, session), CannotSay)
    assert len(httpserver.log) == 30


# ---------------------------------------------------------------- reach


def test_figures_are_read_from_the_article_also_where_they_are_strings(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, f"{ROOT}/getdetail", answer({"total_view": "120"}))

    views, shares = oa.measure(OUT, session)

    assert views == Figure("total_view", 120)
    assert shares == Figure("total_share", None, note="Zalo chưa trả số liệu")
    assert len(httpserver.log) == 1


def test_figures_only_the_list_has_are_read_there(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, f"{ROOT}/getdetail", answer({"id": "article-1"}))
    serve(httpserver, f"{ROOT}/getslice", answer({"medias": [row(total_view=9, total_share=0)], "total": 1}))

    assert oa.measure(OUT, session) == [Figure("total_view", 9), Figure("total_share", 0)]


def test_a_service_without_figures_gives_gaps_with_a_reason_after_few_requests(
    httpserver: HTTPServer, oa: ZaloOfficialAccount, session: MemorySession
) -> None:
    serve(httpserver, f"{ROOT}/getdetail", answer({"id": "article-1"}))
    serve(httpserver, f"{ROOT}/getslice", answer({"medias": [row(2)], "total": 500}))

    figures = oa.measure(OUT, session)

    assert all(figure.value is None and figure.note for figure in figures)
    assert len(httpserver.log) == 4

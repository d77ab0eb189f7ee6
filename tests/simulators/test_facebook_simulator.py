"""The Facebook simulator keeps the rules of `channels/simulators/facebook_rules.md`.

The client is Meta's own SDK, which knows nothing of the simulator; plain `requests` where the SDK would not build
the bad request. Every rule of the list names its proof here.
"""

import hashlib
import hmac
import json
import math
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from facebook_business.adobjects.page import Page as SdkPage
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from channels.simulators.facebook import FAULTS, SCOPES, GraphSimulator, Page
from channels.simulators.facebook.figures import PAGE_METRICS, POST_METRICS
from channels.simulators.facebook.params import FIELDS, OPERATIONS, known_parameters
from channels.simulators.server import serving

RULES = Path(__file__).parents[2] / "channels" / "simulators" / "facebook_rules.md"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 20

PROVED: list[str] = []


def proves(*rules: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks a test as the proof of these rules."""

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        PROVED.extend(rules)
        return test

    return mark


class Clock:
    """The simulated time of all tests in this file."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass(frozen=True)
class Refusal:
    code: int
    subcode: int | None
    status: int
    message: str


class Client:
    """Meta's SDK, bound to one token."""

    def __init__(self, token: str, app_secret: str | None = None) -> None:
        self.api = FacebookAdsApi(FacebookSession(access_token=token, app_secret=app_secret))

    def call(self, method: str, path: str, files: Any = None, **params: Any) -> Any:
        return self.api.call(method, tuple(path.split("/")), params, files=files).json()

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, **params)

    def post(self, path: str, **params: Any) -> Any:
        return self.call("POST", path, **params)

    def upload(self, page_id: str, data: bytes = JPEG, **params: Any) -> Any:
        return self.call("POST", f"{page_id}/photos", {"source": ("a.jpg", data, "image/jpeg")}, **params)

    def stage(self, page_id: str, **params: Any) -> str:
        photo: str = self.upload(page_id, published=False, **params)["id"]
        return photo

    def refused(self, method: str, path: str, files: Any = None, **params: Any) -> Refusal:
        with pytest.raises(FacebookRequestError) as caught:
            self.call(method, path, files, **params)
        error = caught.value
        message = error.api_error_message()
        return Refusal(error.api_error_code(), error.api_error_subcode(), error.http_status(), message)

    def walk(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page until `next` is absent."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, **params)
            rows += answer["data"]
            if "next" not in answer.get("paging", {}):
                return rows
            params["after"] = answer["paging"]["cursors"]["after"]


@dataclass
class Scene:
    """One Page of the simulator, its client, the clock and the address of the service."""

    simulator: GraphSimulator
    clock: Clock
    base: str
    page: Page
    client: Client

    @property
    def feed(self) -> str:
        return f"{self.page.id}/feed"

    def unix(self, **ahead: float) -> int:
        return math.floor((self.clock() + timedelta(**ahead)).timestamp())

    def raw(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return requests.request(method, f"{self.base}/{path}", timeout=5, **kwargs)

    def raw_error(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        answer = self.raw(method, path, **kwargs)
        assert answer.status_code >= 400
        error: dict[str, Any] = answer.json()["error"]
        return error


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[GraphSimulator, Clock, str]]:
    clock = Clock()
    simulator = GraphSimulator(clock)
    with serving(simulator.app) as base:
        yield simulator, clock, base


@pytest.fixture
def scene(service: tuple[GraphSimulator, Clock, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    simulator, clock, base = service
    monkeypatch.setattr(FacebookSession, "GRAPH", base)
    clock.instant = START
    simulator.tune(refuses_duplicates=True, empty_pages=1, permalink_base="")
    page = simulator.add_page("Trang xã Thử Nghiệm", followers=800)
    yield Scene(simulator, clock, base, page, Client(page.token))
    simulator.clear_faults()
    simulator.application.requires_proof = False


def test_every_rule_of_the_list_has_a_proof() -> None:
    listed = re.findall(r"^\| ([A-Z]\d+) \|", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert sorted(PROVED) == sorted(listed)


# ---------------------------------------------------------------- versions and protocol


@proves("V1")
def test_a_path_without_a_version_is_refused(scene: Scene) -> None:
    token = {"access_token": scene.page.token}
    assert scene.raw_error("GET", "me", params=token)["type"] == "OAuthException"
    assert scene.raw("GET", "v26.0/me", params=token).json()["id"] == scene.page.id


@proves("V2")
def test_a_version_answers_until_the_day_it_ends(scene: Scene) -> None:
    def status(version: str) -> int:
        return scene.raw("GET", f"{version}/me", params={"access_token": scene.page.token}).status_code

    assert [status(f"v{number}.0") for number in range(21, 27)] == [200] * 6
    assert [status(version) for version in ("v2.8", "v3.1", "v20.0", "v27.0", "v26.1")] == [400] * 5
    scene.clock.instant = datetime(2027, 1, 20, 23, tzinfo=UTC)
    assert status("v21.0") == 200
    scene.clock.pass_by(hours=1)
    assert (status("v21.0"), status("v22.0")) == (400, 200)


@proves("V3")
@pytest.mark.parametrize("parameter", [{"pretty": "0"}, {"debug": "all"}, {"date_format": "U"}])
@pytest.mark.parametrize("version", ["v21.0", "v26.0"])
def test_a_removed_parameter_is_refused_in_every_version(scene: Scene, version: str, parameter: dict[str, str]) -> None:
    error = scene.raw_error("GET", f"{version}/me", params={"access_token": scene.page.token, **parameter})
    assert error["code"] == 100


@proves("V4")
def test_reading_several_objects_by_ids_is_refused(scene: Scene) -> None:
    params = {"ids": scene.page.id, "access_token": scene.page.token}
    assert scene.raw_error("GET", "v26.0/", params=params)["code"] == 100


@proves("V5")
def test_a_conditional_request_is_refused(scene: Scene) -> None:
    params = {"access_token": scene.page.token}
    assert scene.raw_error("GET", "v26.0/me", params=params, headers={"If-None-Match": '"x"'})["code"] == 100


_SAMPLES = {
    "string": ("words", None),
    "bool": (True, "maybe"),
    "unsigned int": (7, "-7"),
    "int": (7, "seven"),
    "datetime": ("2026-11-25T08:00:00+0700", "next Tuesday"),
    "Object": ({"a": 1}, "keys_only"),
    "map": ({"a": 1}, "keys_only"),
    "list": ([1], "one"),
    "list<Object>": ([{"a": 1}], "[1]"),
    "list<int>": ([1], "one"),
    "list<unsigned int>": ([1], "one"),
    "list<string>": (["a"], "a"),
}


def _documented(create: Callable[..., Any]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names, types and lists of values that Meta's SDK knows for an operation."""
    checker = create(pending=True)._param_checker
    enums = {name: [word for word in words if isinstance(word, str)] for name, words in checker._enum_data.items()}
    return checker._type_check_info, enums


def _sample(kind: str, enums: dict[str, list[str]]) -> tuple[Any, str | None]:
    if kind in enums:
        return next(word for word in reversed(enums[kind]) if not word.startswith("_")), "NOT_A_WORD"
    if kind.startswith("list<") and kind[5:-1] in enums:
        return [enums[kind[5:-1]][0]], "no_array"
    return _SAMPLES[kind]


# Documented elsewhere (channels.md sections 2.2 and 2.3); the SDK does not list them.
_BEYOND_THE_SDK = {"POST page/photos": {"source"}, "GET page/feed": {"since", "until"}}


def _operations(page: SdkPage, post: PagePost) -> list[tuple[str, str, Callable[..., Any]]]:
    return [
        ("POST", "page/feed", page.create_feed),
        ("POST", "page/photos", page.create_photo),
        ("GET", "page/feed", page.get_feed),
        ("GET", "page/posts", page.get_posts),
        ("GET", "page/published_posts", page.get_published_posts),
        ("GET", "page/scheduled_posts", page.get_scheduled_posts),
        ("GET", "page/insights", page.get_insights),
        ("GET", "page", page.api_get),
        ("GET", "post", post.api_get),
        ("POST", "post", post.api_update),
        ("DELETE", "post", post.api_delete),
        ("GET", "post/insights", post.get_insights),
        ("GET", "post/comments", post.get_comments),
        ("GET", "post/reactions", post.get_reactions),
    ]


@proves("V6", "V7")
def test_every_documented_parameter_is_known_with_its_type_and_no_other(scene: Scene) -> None:
    post_id = scene.simulator.write_by_hand(scene.page.id, "Bài viết tay").id
    api = scene.client.api
    for method, operation, create in _operations(SdkPage(scene.page.id, api=api), PagePost(post_id, api=api)):
        path = re.sub("^(page|post)", lambda kind: {"page": scene.page.id, "post": post_id}[kind[0]], operation)
        types, enums = _documented(create)
        assert scene.client.refused(method, path, no_such_parameter="1").message.startswith("(#100) Param no_such")
        name_of_it = f"{method} {operation}"
        assert OPERATIONS[name_of_it].keys() - types.keys() == _BEYOND_THE_SDK.get(name_of_it, set())
        assert types.keys() <= known_parameters(name_of_it).keys()
        for name, kind in types.items():
            if kind == "file" or name in {"metric", "breakdown"}:
                continue
            good, bad = _sample(kind, enums)
            if bad is not None:
                refusal = scene.client.refused(method, path, **{name: bad})
                assert (refusal.code, f"Param {name} must be" in refusal.message) == (100, True), refusal
            if method == "POST":
                _assert_known(scene, path, name, good)


def _assert_known(scene: Scene, path: str, name: str, good: Any) -> None:
    """The parameter passes the table. A later rule may refuse the call, never for not knowing name or type."""
    try:
        scene.client.post(path, **{name: good})
    except FacebookRequestError as error:
        assert "not a known" not in error.api_error_message()
        assert f"Param {name} must be" not in error.api_error_message()


@proves("V8")
def test_a_python_boolean_is_no_boolean(scene: Scene) -> None:
    for word in ("True", "False", "yes", ""):
        assert scene.client.refused("POST", scene.feed, message="Chào", published=word).code == 100
    for number, word in enumerate(("true", "1")):
        assert scene.client.post(scene.feed, message=f"Chào {number}", published=word)["id"]
    assert [post.published for post in scene.simulator.posts(scene.page.id)] == [True, True]


@proves("V9")
def test_the_bare_keys_of_a_dictionary_are_refused(scene: Scene) -> None:
    for name in ("attached_media", "targeting", "call_to_action"):
        assert scene.client.refused("POST", scene.feed, message="Chào", **{name: "media_fbid"}).code == 100


@proves("V10")
def test_a_field_the_object_does_not_have_is_refused(scene: Scene) -> None:
    assert scene.client.refused("GET", "me", fields="name,no_such_field").code == 100
    assert scene.client.refused("GET", f"{scene.page.id}/published_posts", fields="id,type").code == 100
    assert scene.client.refused("POST", scene.feed, message="Chào", fields="nothing").code == 100
    assert scene.simulator.posts(scene.page.id) == []


def test_broken_field_syntax_is_refused(scene: Scene) -> None:
    for text in ("id,", "id,,name", "comments.limit(0", "attachments{media", "id name}", "id;name"):
        assert scene.client.refused("GET", "me", fields=text).code == 100


def test_every_field_of_a_post_that_the_sdk_knows_is_known(scene: Scene) -> None:
    names = {word for key, word in vars(PagePost.Field).items() if not key.startswith("_")}
    assert names <= FIELDS["post"]
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    assert scene.client.get(post_id, fields=",".join(sorted(names)))["message"] == "Chào"


@proves("V11")
def test_an_edge_that_does_not_exist_is_refused(scene: Scene) -> None:
    scene.client.refused("GET", f"{scene.page.id}/no_such_edge")
    scene.client.refused("POST", f"{scene.page.id}/published_posts", message="Chào")
    scene.client.refused("DELETE", scene.page.id)


# ---------------------------------------------------------------- tokens


@proves("T1")
def test_a_call_without_a_token_is_refused(scene: Scene) -> None:
    assert scene.raw_error("POST", f"v26.0/{scene.feed}", data={"message": "Chào"})["type"] == "OAuthException"
    assert scene.simulator.posts(scene.page.id) == []


@proves("T2")
def test_a_token_nobody_issued_is_refused(scene: Scene) -> None:
    refusal = Client("made-up").refused("GET", "me")
    assert (refusal.code, refusal.subcode) == (190, 467)


@proves("T3")
@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492])
def test_a_dead_token_says_why(scene: Scene, subcode: int) -> None:
    scene.simulator.end_token(scene.page.token, subcode)
    refusal = scene.client.refused("POST", scene.feed, message="Chào")
    assert (refusal.code, refusal.subcode) == (190, subcode)
    renewed = Client(scene.simulator.renew_token(scene.page.id))
    assert renewed.post(scene.feed, message="Chào")["id"]


@proves("T4")
def test_a_token_may_come_in_query_form_or_header(scene: Scene) -> None:
    token = scene.page.token
    assert scene.raw("GET", "v26.0/me", params={"access_token": token}).status_code == 200
    form = {"access_token": token, "message": "Chào"}
    assert scene.raw("POST", f"v26.0/{scene.feed}", data=form).status_code == 200
    for scheme in ("OAuth", "Bearer"):
        header = {"Authorization": f"{scheme} {token}"}
        assert scene.raw("GET", "v26.0/me", headers=header).status_code == 200


@proves("T5")
def test_the_proof_of_the_app_secret_is_checked(scene: Scene) -> None:
    proven = Client(scene.page.token, scene.page.app_secret)
    assert Client(scene.page.token, "another secret").refused("GET", "me").code == 100
    assert proven.get("me")["id"] == scene.page.id
    scene.simulator.application.requires_proof = True
    assert scene.client.refused("GET", "me").code == 100
    assert proven.post(scene.feed, message="Chào")["id"]
    proof = hmac.new(scene.page.app_secret.encode(), scene.page.token.encode(), hashlib.sha256).hexdigest()
    form = {"message": "Chào lần nữa", "access_token": scene.page.token, "appsecret_proof": proof}
    assert scene.raw("POST", f"v26.0/{scene.feed}", data=form).status_code == 200


def _exchange(scene: Scene, token: str, secret: str | None = None) -> requests.Response:
    app = scene.simulator.application
    params = {"grant_type": "fb_exchange_token", "client_id": app.id, "client_secret": secret or app.secret}
    return scene.raw("GET", "v26.0/oauth/access_token", params={**params, "fb_exchange_token": token})


@proves("T6")
def test_a_live_user_token_is_exchanged_for_one_of_sixty_days(scene: Scene) -> None:
    short = scene.simulator.user_token(long_lived=False)
    answer = _exchange(scene, short).json()
    assert answer["expires_in"] == 5_183_944
    assert Client(answer["access_token"]).get("me")["name"]
    assert _exchange(scene, short, "wrong secret").status_code == 400
    assert _exchange(scene, scene.page.token).json()["error"]["code"] == 190
    scene.clock.pass_by(hours=2)
    assert _exchange(scene, short).json()["error"]["error_subcode"] == 463
    scene.clock.pass_by(days=60)
    assert Client(answer["access_token"]).refused("GET", "me").subcode == 463


@proves("T7")
def test_a_page_token_lives_as_long_as_the_user_token_it_came_from_allows(scene: Scene) -> None:
    def page_token(user_token: str) -> str:
        rows = Client(user_token).get("me/accounts", fields="id,access_token")["data"]
        token: str = next(row["access_token"] for row in rows if row["id"] == scene.page.id)
        return token

    long_lived = page_token(scene.simulator.user_token())
    short_lived = page_token(scene.simulator.user_token(long_lived=False))
    app = Client(scene.simulator.application.token)
    assert app.get("debug_token", input_token=long_lived)["data"]["expires_at"] == 0
    assert Client(short_lived).post(scene.feed, message="Chào")["id"]
    scene.clock.pass_by(days=61)
    assert Client(long_lived).post(scene.feed, message="Vẫn đăng được")["id"]
    assert Client(short_lived).refused("GET", "me").subcode == 463


def test_a_user_token_reads_the_page_token_from_the_page(scene: Scene) -> None:
    client = Client(scene.simulator.user_token())
    assert client.get(scene.page.id, fields="access_token")["access_token"] == scene.page.token
    row = next(row for row in client.get("me/accounts")["data"] if row["id"] == scene.page.id)
    assert (row["name"], row["access_token"]) == (scene.page.name, scene.page.token)
    blind = Client(scene.simulator.user_token(scopes=()))
    assert blind.refused("GET", "me/accounts").code == 200
    other = scene.simulator.add_page("Trang khác")
    assert "access_token" not in Client(other.token).get(scene.page.id, fields="access_token")


@proves("T8")
def test_debug_token_tells_what_a_token_is(scene: Scene) -> None:
    app = Client(scene.simulator.application.token)
    data = app.get("debug_token", input_token=scene.page.token)["data"]
    assert (data["type"], data["is_valid"], data["expires_at"]) == ("PAGE", True, 0)
    assert data["app_id"] == scene.simulator.application.id
    assert data["profile_id"] == scene.page.id
    assert data["scopes"] == sorted(SCOPES)
    assert data["data_access_expires_at"] == scene.unix(days=90)
    scene.simulator.end_token(scene.page.token, 460)
    data = app.get("debug_token", input_token=scene.page.token)["data"]
    assert (data["is_valid"], data["error"]["subcode"]) == (False, 460)
    assert app.get("debug_token", input_token="made-up")["data"]["is_valid"] is False
    assert app.refused("GET", "debug_token").code == 100


@proves("T9")
def test_me_of_a_page_token_is_the_page(scene: Scene) -> None:
    assert scene.client.get("me", fields="id,name") == {"id": scene.page.id, "name": scene.page.name}
    assert scene.client.post("me/feed", message="Chào")["id"].startswith(f"{scene.page.id}_")


@proves("T10")
def test_the_app_token_debugs_tokens_and_does_nothing_else(scene: Scene) -> None:
    app = scene.simulator.application
    params = {"grant_type": "client_credentials", "client_id": app.id, "client_secret": app.secret}
    token = scene.raw("GET", "v26.0/oauth/access_token", params=params).json()["access_token"]
    assert token == f"{app.id}|{app.secret}"
    assert Client(token).get("debug_token", input_token=scene.page.token)["data"]["is_valid"]
    assert Client(token).refused("POST", scene.feed, message="Chào").code == 200
    wrong = scene.raw("GET", "v26.0/oauth/access_token", params={**params, "grant_type": "password"})
    assert wrong.status_code == 400


# ---------------------------------------------------------------- permissions


@proves("A1")
@pytest.mark.parametrize("scope", ["pages_manage_posts", "pages_read_engagement", "pages_show_list"])
def test_publishing_without_its_permissions_is_refused(scene: Scene, scope: str) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.page.scopes.discard(scope)
    files = {"source": ("a.jpg", JPEG, "image/jpeg")}
    for refusal in (
        scene.client.refused("POST", scene.feed, message="Chào lần nữa"),
        scene.client.refused("POST", f"{scene.page.id}/photos", files),
        scene.client.refused("POST", post_id, message="Sửa"),
        scene.client.refused("DELETE", post_id),
    ):
        assert (refusal.code, refusal.status) == (200, 403)
    assert [post.message for post in scene.simulator.posts(scene.page.id)] == ["Chào"]


@proves("A2")
@pytest.mark.parametrize("scope", ["pages_read_engagement", "pages_read_user_content"])
def test_reading_a_feed_without_its_permissions_is_refused(scene: Scene, scope: str) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.page.scopes.discard(scope)
    for path in ("feed", "posts", "published_posts", "scheduled_posts"):
        assert scene.client.refused("GET", f"{scene.page.id}/{path}").code == 10
    assert scene.client.refused("GET", post_id, fields="message").status == 403


@proves("A3")
@pytest.mark.parametrize("field", ["shares", "comments.limit(0).summary(true)", "reactions.limit(0).summary(true)"])
def test_engagement_fields_need_the_permission_to_read_what_users_wrote(scene: Scene, field: str) -> None:
    scene.page.scopes.discard("pages_read_user_content")
    assert scene.client.refused("POST", scene.feed, message="Chào", fields=f"id,{field}").code == 10
    assert scene.simulator.posts(scene.page.id) == []


@proves("A4")
@pytest.mark.parametrize("scope", ["read_insights", "pages_read_engagement"])
def test_insights_without_permission_are_empty_not_an_error(scene: Scene, scope: str) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.clock.pass_by(hours=5)
    assert scene.client.get(f"{post_id}/insights", metric="post_media_view")["data"]
    scene.page.scopes.discard(scope)
    assert scene.client.get(f"{post_id}/insights", metric="post_media_view") == {"data": []}
    assert scene.client.get(f"{scene.page.id}/insights", metric="page_follows") == {"data": []}


@proves("A5")
def test_only_a_pages_own_token_writes_to_it_and_reads_its_lists(scene: Scene) -> None:
    strangers = scene.simulator.add_page("Trang khác").token, scene.simulator.user_token()
    for token in strangers:
        assert Client(token).refused("POST", scene.feed, message="Chào").code == 200
        assert Client(token).refused("GET", f"{scene.page.id}/published_posts").code == 10
        assert Client(token).get(scene.page.id, fields="followers_count")["followers_count"] == 800
    assert scene.simulator.posts(scene.page.id) == []


# ---------------------------------------------------------------- posts


@proves("F1")
def test_a_post_needs_a_message_or_a_link(scene: Scene) -> None:
    photo = scene.client.stage(scene.page.id)
    assert scene.client.refused("POST", scene.feed, published=True).code == 100
    assert scene.client.refused("POST", scene.feed, message="", attached_media=[{"media_fbid": photo}]).code == 100
    assert scene.client.post(scene.feed, link="https://example.org/bai-1")["id"]


@proves("F2")
def test_the_answer_names_the_post_and_reads_it_back_on_request(scene: Scene) -> None:
    assert set(scene.client.post(scene.feed, message="Một")) == {"id"}
    answer = scene.client.post(scene.feed, message="Hai", fields="id,permalink_url,created_time")
    assert re.fullmatch(rf"{scene.page.id}_\d+", answer["id"])
    assert answer["permalink_url"] == f"https://www.facebook.com/{answer['id']}"
    assert answer["created_time"] == "2026-11-20T01:00:00+0000"


@proves("F3")
def test_a_message_has_at_most_63206_characters(scene: Scene) -> None:
    assert scene.client.refused("POST", scene.feed, message="ế" * 63_207).code == 100
    assert scene.client.post(scene.feed, message="ế" * 63_206)["id"]


@proves("F4")
def test_a_link_the_service_cannot_show_is_refused(scene: Scene) -> None:
    def refusal(link: str) -> Refusal:
        return scene.client.refused("POST", scene.feed, message="Chào", link=link)

    assert refusal("không phải địa chỉ").subcode == 2061006
    assert refusal("https://www.facebook.com/trang").subcode == 1609008
    assert refusal("https://khong-co.invalid/").code == 1609005


@proves("F5")
def test_a_time_without_published_false_is_refused(scene: Scene) -> None:
    when = scene.unix(hours=1)
    assert scene.client.refused("POST", scene.feed, message="Chào", scheduled_publish_time=when).code == 100
    params = {"message": "Chào", "scheduled_publish_time": when, "published": True}
    assert scene.client.refused("POST", scene.feed, **params).code == 100
    params = {"message": "Chào", "published": False, "unpublished_content_type": "SCHEDULED"}
    assert scene.client.refused("POST", scene.feed, **params).code == 100


def _schedule(scene: Scene, when: int | str, message: str = "Hẹn giờ", **params: Any) -> Any:
    return scene.client.post(scene.feed, message=message, published=False, scheduled_publish_time=when, **params)


@proves("F6")
def test_a_scheduled_time_lies_ten_minutes_to_thirty_days_ahead(scene: Scene) -> None:
    for when in (scene.unix(minutes=10) - 1, scene.unix(days=30) + 1, scene.unix(days=-1), 10**15):
        refusal = scene.client.refused(
            "POST", scene.feed, message="Hẹn giờ", published=False, scheduled_publish_time=when
        )
        assert refusal.code == 100
    assert _schedule(scene, scene.unix(minutes=10))["id"]
    assert _schedule(scene, scene.unix(days=30))["id"]
    wanted = "(#100) The specified scheduled publish time is invalid"
    late = {"published": False, "scheduled_publish_time": scene.unix(days=31)}
    assert scene.client.refused("POST", scene.feed, message="Hẹn giờ", **late).message == wanted


@proves("F7")
def test_a_scheduled_time_is_unix_seconds_or_iso_8601(scene: Scene) -> None:
    _schedule(scene, scene.unix(hours=2), "Một")
    _schedule(scene, "2026-11-20T10:00:00+0700", "Hai")
    _schedule(scene, "2026-11-20T10:00:00+07:00", "Ba")
    due = {post.scheduled_at for post in scene.simulator.posts(scene.page.id)}
    assert due == {datetime(2026, 11, 20, 3, tzinfo=UTC)}
    late = {"published": False, "scheduled_publish_time": "2026-11-20T10:00:00"}
    assert scene.client.refused("POST", scene.feed, message="Bốn", **late).code == 100


@proves("F8")
def test_a_scheduled_post_waits_in_its_own_list_and_is_published_when_due(scene: Scene) -> None:
    due = scene.unix(hours=1)
    post_id = _schedule(scene, due)["id"]
    fields = "id,is_published,scheduled_publish_time"
    waiting = scene.client.walk(f"{scene.page.id}/scheduled_posts", fields=fields)
    assert waiting == [{"id": post_id, "is_published": False, "scheduled_publish_time": due}]
    assert scene.client.walk(f"{scene.page.id}/published_posts") == []
    scene.clock.pass_by(hours=2)
    assert scene.client.walk(f"{scene.page.id}/scheduled_posts") == []
    (published,) = scene.client.walk(f"{scene.page.id}/published_posts", fields="id,created_time,is_published")
    assert published == {"id": post_id, "created_time": "2026-11-20T02:00:00+0000", "is_published": True}


def _attach(*photos: str) -> list[dict[str, str]]:
    return [{"media_fbid": photo} for photo in photos]


@proves("F9")
def test_attached_media_takes_only_unpublished_photos_of_the_same_page(scene: Scene) -> None:
    other = scene.simulator.add_page("Trang khác")
    foreign = Client(other.token).stage(other.id)
    published = scene.client.upload(scene.page.id)["id"]
    for photo in (foreign, published, "122999", ""):
        assert scene.client.refused("POST", scene.feed, message="Ảnh", attached_media=_attach(photo)).code == 100
    first, second = scene.client.stage(scene.page.id), scene.client.stage(scene.page.id)
    indexed = {"attached_media[0]": json.dumps({"media_fbid": first}), "attached_media[1]": {"media_fbid": second}}
    post_id = scene.client.post(scene.feed, message="Ảnh", **indexed)["id"]
    rows = scene.client.get(post_id, fields="attachments{media_type,target}")["attachments"]["data"]
    assert [row["target"]["id"] for row in rows] == [first, second]


@proves("F10")
def test_a_photo_goes_into_one_post_only(scene: Scene) -> None:
    photo = scene.client.stage(scene.page.id)
    scene.client.post(scene.feed, message="Một", attached_media=_attach(photo))
    assert scene.client.refused("POST", scene.feed, message="Hai", attached_media=_attach(photo)).subcode == 1366051
    twice = scene.client.stage(scene.page.id)
    refusal = scene.client.refused("POST", scene.feed, message="Ba", attached_media=_attach(twice, twice))
    assert refusal.subcode == 1366051


@proves("F11")
def test_an_unpublished_photo_lives_a_day(scene: Scene) -> None:
    photo, late = scene.client.stage(scene.page.id), scene.client.stage(scene.page.id)
    scene.clock.pass_by(hours=24)
    assert scene.client.post(scene.feed, message="Vừa kịp", attached_media=_attach(photo))["id"]
    scene.clock.pass_by(seconds=1)
    assert scene.client.refused("POST", scene.feed, message="Muộn", attached_media=_attach(late)).subcode == 33
    assert scene.client.refused("GET", late).subcode == 33
    assert scene.client.get(photo, fields="page_story_id")["page_story_id"]


@proves("F12")
def test_a_post_has_at_most_ten_photos(scene: Scene) -> None:
    photos = [scene.client.stage(scene.page.id) for _ in range(11)]
    assert scene.client.refused("POST", scene.feed, message="Ảnh", attached_media=_attach(*photos)).code == 100
    assert scene.client.post(scene.feed, message="Ảnh", attached_media=_attach(*photos[:10]))["id"]


@proves("F13")
def test_a_scheduled_post_with_photos_needs_temporary_photos_and_says_so(scene: Scene) -> None:
    lasting, temporary = scene.client.stage(scene.page.id), scene.client.stage(scene.page.id, temporary=True)
    base = {"message": "Ảnh", "published": False, "scheduled_publish_time": scene.unix(hours=1)}
    marked = {**base, "unpublished_content_type": "SCHEDULED"}
    assert scene.client.refused("POST", scene.feed, **base, attached_media=_attach(temporary)).code == 100
    assert scene.client.refused("POST", scene.feed, **marked, attached_media=_attach(lasting)).code == 100
    assert scene.client.post(scene.feed, **marked, attached_media=_attach(temporary))["id"]


@proves("F14")
def test_the_same_content_twice_in_a_row_is_refused(scene: Scene) -> None:
    first = scene.client.post(scene.feed, message="Chào")["id"]
    refusal = scene.client.refused("POST", scene.feed, message="Chào")
    assert (refusal.code, refusal.message) == (506, "(#506) Duplicate posts cannot be published consecutively")
    second = scene.client.post(scene.feed, message="Khác")["id"]
    assert scene.client.post(scene.feed, message="Chào")["id"] not in {first, second}
    assert scene.simulator.times_accepted(scene.page.id, "Chào") == 2
    assert scene.simulator.duplicates(scene.page.id) == {"Chào": 2}


def test_the_refusal_of_duplicates_can_be_switched_off_so_that_they_can_be_counted(scene: Scene) -> None:
    scene.simulator.tune(refuses_duplicates=False)
    for _ in range(3):
        scene.client.post(scene.feed, message="Chào")
    assert scene.simulator.duplicates(scene.page.id) == {"Chào": 3}


@proves("F15")
def test_tags_need_a_place(scene: Scene) -> None:
    assert scene.client.refused("POST", scene.feed, message="Chào", tags=[1]).code == 100
    assert scene.client.post(scene.feed, message="Chào", tags=[1], place="110000")["id"]


@proves("F16")
def test_child_attachments_are_two_to_five_or_ten(scene: Scene) -> None:
    def children(number: int) -> list[dict[str, str]]:
        return [{"link": f"https://example.org/{index}"} for index in range(number)]

    for number, more in ((1, False), (6, False), (11, True)):
        params = {"child_attachments": children(number), "multi_share_optimized": more}
        assert scene.client.refused("POST", scene.feed, message="Chào", **params).code == 100
    assert scene.client.post(scene.feed, message="Năm", child_attachments=children(5))["id"]
    params = {"child_attachments": children(10), "multi_share_optimized": True}
    assert scene.client.post(scene.feed, message="Mười", **params)["id"]


@proves("F17")
@pytest.mark.parametrize("name", ["picture", "name", "description"])
def test_a_link_of_somebody_else_keeps_its_own_preview(scene: Scene, name: str) -> None:
    params = {"link": "https://example.org/", name: "https://example.org/anh.jpg"}
    assert scene.client.refused("POST", scene.feed, **params).code == 100
    files = {"thumbnail": ("a.jpg", JPEG, "image/jpeg")}
    assert scene.client.refused("POST", scene.feed, files, link="https://example.org/").code == 100


@proves("F18")
def test_an_app_changes_its_own_posts_only(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    assert scene.client.post(post_id, message="Chào bà con") == {"success": True}
    assert scene.client.get(post_id, fields="message")["message"] == "Chào bà con"
    foreign = scene.simulator.write_by_hand(scene.page.id, "Bài viết tay").id
    assert scene.client.refused("POST", foreign, message="Sửa").code == 200
    assert scene.client.refused("POST", post_id, message="ế" * 63_207).code == 100


def test_a_waiting_post_is_moved_or_published_by_an_update(scene: Scene) -> None:
    post_id = _schedule(scene, scene.unix(hours=1))["id"]
    assert scene.client.refused("POST", post_id, scheduled_publish_time=scene.unix(minutes=1)).code == 100
    scene.client.post(post_id, scheduled_publish_time=scene.unix(hours=3))
    scene.clock.pass_by(hours=2)
    assert scene.client.get(post_id, fields="is_published")["is_published"] is False
    scene.client.post(post_id, is_published=True)
    assert scene.client.get(post_id, fields="is_published")["is_published"] is True
    assert scene.client.refused("POST", post_id, scheduled_publish_time=scene.unix(hours=3)).code == 100


@proves("F19", "R10")
def test_a_removed_post_is_gone(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    assert scene.client.call("DELETE", post_id) == {"success": True}
    for method in ("GET", "DELETE"):
        refusal = scene.client.refused(method, post_id)
        assert (refusal.code, refusal.subcode, refusal.status) == (100, 33, 400)
    assert scene.client.refused("POST", post_id, message="Sửa").subcode == 33
    assert scene.client.walk(scene.feed) == []
    assert [post.removed for post in scene.simulator.posts(scene.page.id)] == [True]
    waiting = _schedule(scene, scene.unix(hours=1))["id"]
    scene.client.call("DELETE", waiting)
    scene.clock.pass_by(hours=2)
    assert not any(post.published for post in scene.simulator.posts(scene.page.id) if post.id == waiting)


@proves("F20")
def test_an_unpublished_post_stands_in_the_feed_only(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Nháp", published=False)["id"]
    rows = scene.client.walk(scene.feed, fields="id,is_published")
    assert rows == [{"id": post_id, "is_published": False}]
    for edge in ("posts", "published_posts", "scheduled_posts"):
        assert scene.client.walk(f"{scene.page.id}/{edge}") == []


# ---------------------------------------------------------------- photos


@proves("P1")
def test_a_photo_needs_a_file_or_an_address(scene: Scene) -> None:
    assert scene.client.refused("POST", f"{scene.page.id}/photos", message="Không có ảnh").code == 100
    wrong_name = {"picture": ("a.jpg", JPEG, "image/jpeg")}
    assert scene.client.refused("POST", f"{scene.page.id}/photos", wrong_name).code == 100


@proves("P2")
def test_a_picture_is_jpeg_or_png_of_at_most_four_megabytes(scene: Scene) -> None:
    def refusal(data: bytes) -> Refusal:
        return scene.client.refused("POST", f"{scene.page.id}/photos", {"source": ("a.jpg", data, "image/jpeg")})

    most = 4 * 1024 * 1024
    for data in (b"GIF89a" + b"x" * 50, b"not a picture", b"", JPEG.ljust(most + 1, b"\0")):
        assert (refusal(data).code, refusal(data).subcode) == (100, 1366046)
    assert scene.client.stage(scene.page.id, data=JPEG.ljust(most, b"\0"))
    assert scene.client.stage(scene.page.id, data=PNG)


@proves("P3")
def test_a_published_photo_is_a_post_and_an_unpublished_one_is_not(scene: Scene) -> None:
    assert set(scene.client.upload(scene.page.id, published=False)) == {"id"}
    assert scene.client.walk(scene.feed) == []
    answer = scene.client.upload(scene.page.id, caption="Lời ảnh", alt_text_custom="Một bông hoa")
    assert set(answer) == {"id", "post_id"}
    assert scene.client.get(answer["post_id"], fields="message")["message"] == "Lời ảnh"
    assert scene.client.get(answer["id"], fields="alt_text_custom")["alt_text_custom"] == "Một bông hoa"
    (post,) = scene.simulator.posts(scene.page.id)
    assert (post.picture, post.message, post.photos[0].alt) == (JPEG, "Lời ảnh", "Một bông hoa")


@proves("P4")
def test_a_photo_given_by_address_is_fetched(scene: Scene) -> None:
    photo = scene.client.stage(scene.page.id)
    address = scene.client.get(photo, fields="picture")["picture"]
    copy = scene.client.post(f"{scene.page.id}/photos", url=address, message="Từ địa chỉ")
    assert scene.simulator.posts(scene.page.id)[0].picture == JPEG
    assert copy["post_id"]
    for wrong in ("https://example.org/anh.jpg", "anh.jpg", f"{scene.base}/_feed/photo/0", "http://127.0.0.1:1/"):
        assert scene.client.refused("POST", f"{scene.page.id}/photos", url=wrong).subcode == 2061006


def test_a_single_photo_can_be_scheduled(scene: Scene) -> None:
    answer = scene.client.upload(
        scene.page.id, message="Ảnh hẹn giờ", published=False, scheduled_publish_time=scene.unix(hours=1)
    )
    waiting = scene.client.walk(f"{scene.page.id}/scheduled_posts")
    assert [row["id"] for row in waiting] == [answer["post_id"]]


# ---------------------------------------------------------------- reading back


def _write_many(scene: Scene, number: int) -> list[str]:
    ids = []
    for index in range(number):
        scene.clock.pass_by(minutes=1)
        ids.append(scene.simulator.write_by_hand(scene.page.id, f"Bài {index}").id)
    return ids


@proves("R1")
def test_a_limit_beyond_one_hundred_is_refused(scene: Scene) -> None:
    path = f"{scene.page.id}/published_posts"
    assert [scene.client.refused("GET", path, limit=limit).code for limit in (101, 0)] == [100, 100]
    assert scene.client.get(path, limit=100)["data"] == []


@proves("R2")
def test_the_address_of_the_next_page_holds_the_token_unless_it_came_in_the_header(scene: Scene) -> None:
    _write_many(scene, 3)
    path, token = f"v26.0/{scene.page.id}/published_posts", scene.page.token
    following = scene.raw("GET", path, params={"access_token": token, "limit": 1}).json()["paging"]["next"]
    assert token in following
    assert len(requests.get(following, timeout=5).json()["data"]) == 1
    header = {"Authorization": f"OAuth {token}"}
    following = scene.raw("GET", path, params={"limit": 1}, headers=header).json()["paging"]["next"]
    assert token not in following
    assert len(requests.get(following, headers=header, timeout=5).json()["data"]) == 1


@proves("R3")
def test_an_empty_page_of_data_may_have_a_next_one(scene: Scene) -> None:
    ids = _write_many(scene, 3)
    scene.simulator.tune(empty_pages=2)
    path = f"{scene.page.id}/published_posts"
    first = scene.client.get(path)
    assert first["data"] == []
    assert first["paging"]["next"]
    assert {row["id"] for row in scene.client.walk(path)} == set(ids)
    scene.simulator.tune(empty_pages=0)
    assert len(scene.client.get(path)["data"]) == 3


@proves("R4")
def test_lists_are_ranked_and_complete_but_not_chronological(scene: Scene) -> None:
    ids = _write_many(scene, 30)
    listed = [row["id"] for row in scene.client.walk(f"{scene.page.id}/published_posts", limit=7)]
    assert sorted(listed) == sorted(ids)
    assert listed not in (ids, ids[::-1])
    assert listed == [row["id"] for row in scene.client.walk(f"{scene.page.id}/published_posts", limit=11)]


def test_meta_s_own_cursor_walks_a_list(scene: Scene) -> None:
    ids = _write_many(scene, 7)
    scene.simulator.tune(empty_pages=0)
    cursor = SdkPage(scene.page.id, api=scene.client.api).get_published_posts(["id", "message"], {"limit": 3})
    assert {post["id"] for post in cursor} == set(ids)


def test_a_cursor_also_leads_back_and_a_made_up_one_nowhere(scene: Scene) -> None:
    _write_many(scene, 5)
    scene.simulator.tune(empty_pages=0)
    path = f"{scene.page.id}/published_posts"
    first = scene.client.get(path, limit=2)
    second = scene.client.get(path, limit=2, after=first["paging"]["cursors"]["after"])
    back = scene.client.get(path, limit=2, before=second["paging"]["cursors"]["before"])
    assert back["data"] == first["data"]
    assert scene.client.refused("GET", path, after="made-up").code == 100


@proves("R5")
def test_the_feed_holds_what_is_not_published_too(scene: Scene) -> None:
    published = scene.client.post(scene.feed, message="Đã đăng")["id"]
    waiting = _schedule(scene, scene.unix(hours=1))["id"]
    rows = scene.client.walk(scene.feed, fields="id,is_published")
    assert {row["id"]: row["is_published"] for row in rows} == {published: True, waiting: False}
    for edge in ("posts", "published_posts"):
        assert [row["id"] for row in scene.client.walk(f"{scene.page.id}/{edge}")] == [published]


@proves("R6")
def test_only_the_feed_takes_a_time_span(scene: Scene) -> None:
    _write_many(scene, 5)
    span = {"since": scene.unix(minutes=-2), "until": scene.unix(minutes=-1)}
    assert {row["message"] for row in scene.client.walk(scene.feed, **span)} == {"Bài 2", "Bài 3"}
    for edge in ("posts", "published_posts", "scheduled_posts"):
        assert scene.client.refused("GET", f"{scene.page.id}/{edge}", **span).code == 100


@proves("R7")
def test_times_and_permalinks_have_the_service_s_form(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    row = scene.client.get(post_id, fields="created_time,permalink_url")
    assert row["created_time"] == "2026-11-20T01:00:00+0000"
    assert row["permalink_url"] == f"https://www.facebook.com/{post_id}"


@proves("R8")
def test_at_most_six_hundred_posts_of_a_year_are_listed(scene: Scene) -> None:
    for index in range(602):
        scene.simulator.write_by_hand(scene.page.id, f"Bài {index}", START - timedelta(hours=index))
    scene.simulator.write_by_hand(scene.page.id, "Năm trước", START - timedelta(days=365))
    rows = scene.client.walk(f"{scene.page.id}/published_posts", limit=100)
    assert len(rows) == 601
    assert "Năm trước" in {row["message"] for row in rows}


@proves("R9")
def test_comments_and_reactions_are_counted_without_insights(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    fields = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    early = scene.client.get(post_id, fields=fields)
    assert early["reactions"] == {"data": [], "summary": {"total_count": 0}}
    assert "shares" not in early
    scene.clock.pass_by(days=5)
    late = scene.client.get(post_id, fields=fields)
    assert late["reactions"]["summary"]["total_count"] > 0
    edge = scene.client.get(f"{post_id}/reactions", summary=True)
    assert edge["summary"] == late["reactions"]["summary"]
    assert "summary" not in scene.client.get(post_id, fields="comments")["comments"]


@proves("R11")
def test_a_page_tells_how_many_follow_it(scene: Scene) -> None:
    row = SdkPage(scene.page.id, api=scene.client.api).api_get(["followers_count", "fan_count", "name"])
    assert (row["followers_count"], row["fan_count"], row["name"]) == (800, 800, scene.page.name)


# ---------------------------------------------------------------- insights


@proves("I1")
def test_the_metrics_of_today_work_and_retired_ones_are_refused(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.clock.pass_by(days=1)
    for metric in POST_METRICS:
        assert scene.client.get(f"{post_id}/insights", metric=metric)["data"][0]["name"] == metric
    for metric in PAGE_METRICS:
        assert scene.client.get(f"{scene.page.id}/insights", metric=metric)["data"][0]["name"] == metric
    retired = ["post_impressions", "post_impressions_unique", "post_engaged_users", "page_media_view"]
    for metric in retired:
        refusal = scene.client.refused("GET", f"{post_id}/insights", metric=metric)
        assert refusal.message == "(#100) The value must be a valid insights metric"
    for metric in ("page_impressions", "page_fans", "page_fan_adds", "post_media_view"):
        assert scene.client.refused("GET", f"{scene.page.id}/insights", metric=metric).code == 100
    assert scene.client.refused("GET", f"{post_id}/insights").code == 100


@proves("I2")
def test_one_invalid_metric_fails_the_whole_call(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.clock.pass_by(days=1)
    both = scene.client.get(f"{post_id}/insights", metric="post_media_view,post_clicks")
    assert [row["name"] for row in both["data"]] == ["post_media_view", "post_clicks"]
    assert scene.client.refused("GET", f"{post_id}/insights", metric="post_media_view,post_impressions").code == 100


@proves("I3")
def test_an_insight_has_its_documented_shape(scene: Scene) -> None:
    post_id = scene.client.post(scene.feed, message="Chào")["id"]
    scene.clock.pass_by(days=1)
    (row,) = scene.client.get(f"{post_id}/insights", metric=["post_media_view"])["data"]
    assert set(row) == {"name", "period", "values", "title", "description", "id"}
    assert (row["name"], row["period"]) == ("post_media_view", "lifetime")
    page = scene.client.get(f"{scene.page.id}/insights", metric="page_media_view")["data"][0]
    assert {tuple(value) for value in page["values"]} == {("value", "end_time")}
    inline = scene.client.get(post_id, fields="insights.metric(post_media_view){name,values}")
    assert inline["insights"]["data"][0]["values"] == row["values"]


@proves("I4")
def test_a_window_is_at_most_ninety_days(scene: Scene) -> None:
    path = f"{scene.page.id}/insights"
    now = scene.unix()
    whole = scene.client.get(path, metric="page_media_view", since=scene.unix(days=-90), until=now)
    assert len(whole["data"][0]["values"]) == 90
    window = {"since": scene.unix(days=-91), "until": now}
    assert scene.client.refused("GET", path, metric="page_media_view", **window).code == 100


def test_figures_depend_on_post_and_age_alone_start_late_and_grow(scene: Scene) -> None:
    ids = [scene.client.post(scene.feed, message=f"Bài {index}")["id"] for index in range(5)]

    def views(post_id: str) -> int | None:
        data = scene.client.get(f"{post_id}/insights", metric="post_media_view")["data"]
        return data[0]["values"][0]["value"] if data else None

    scene.clock.pass_by(minutes=4)
    assert [views(post_id) for post_id in ids] == [None] * 5
    curve = []
    for _ in range(6):
        scene.clock.pass_by(hours=12)
        curve.append([views(post_id) or 0 for post_id in ids])
    assert curve == sorted(curve)
    assert curve[-1] == [views(post_id) for post_id in ids]
    assert len(set(curve[-1])) > 1
    assert all(20 < value < 700 for value in curve[-1])


# ---------------------------------------------------------------- rate limits and errors


@proves("L1")
def test_every_answer_tells_how_much_of_the_allowance_is_used(scene: Scene) -> None:
    page = scene.simulator.add_page("Trang nhỏ", daily_calls=10)
    answers = [scene.raw("GET", "v26.0/me", params={"access_token": page.token}) for _ in range(3)]
    used = [json.loads(answer.headers["X-Business-Use-Case-Usage"])[page.id][0] for answer in answers]
    assert [row["call_count"] for row in used] == [10, 20, 30]
    assert used[0]["estimated_time_to_regain_access"] == 0
    assert set(json.loads(answers[0].headers["X-App-Usage"])) == {"call_count", "total_cputime", "total_time"}
    assert answers[0].headers["facebook-api-version"] == "v26.0"


@proves("L3")
def test_a_gateway_refuses_in_plain_text_with_or_without_a_time(scene: Scene) -> None:
    waits = []
    for kind in ("http_429", "http_429_retry_after"):
        scene.simulator.fault(kind, match="me")
        answer = scene.raw("GET", "v26.0/me", params={"access_token": scene.page.token})
        assert answer.status_code == 429 and answer.headers["Content-Type"].startswith("text/plain")
        waits.append(answer.headers.get("Retry-After"))
    assert waits == [None, "600"]


@proves("L2")
def test_a_page_that_has_used_up_its_calls_is_told_how_long_to_wait(scene: Scene) -> None:
    page = scene.simulator.add_page("Trang nhỏ", daily_calls=2)
    client = Client(page.token)
    client.get("me")
    scene.clock.pass_by(minutes=30)
    client.get("me")
    assert client.refused("POST", f"{page.id}/feed", message="Chào").code == 80001
    answer = scene.raw("GET", "v26.0/me", params={"access_token": page.token})
    row = json.loads(answer.headers["X-Business-Use-Case-Usage"])[page.id][0]
    assert 23 * 60 < row["estimated_time_to_regain_access"] <= 24 * 60
    scene.clock.pass_by(hours=24)
    assert client.post(f"{page.id}/feed", message="Chào")["id"]


@proves("E1")
def test_an_error_comes_in_the_documented_envelope(scene: Scene) -> None:
    answer = scene.raw("GET", f"v26.0/{scene.page.id}_1", params={"access_token": scene.page.token})
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "code", "error_subcode", "is_transient", "fbtrace_id"}
    assert error["is_transient"] is False
    assert error["fbtrace_id"] == answer.headers["x-fb-trace-id"]
    assert answer.headers["Content-Type"].startswith("application/json")


@proves("E2")
def test_http_statuses_follow_the_codes(scene: Scene) -> None:
    scene.simulator.fault("http_500")
    scene.simulator.fault("transient")
    first, second = (scene.client.refused("POST", scene.feed, message="Chào") for _ in range(2))
    assert [(first.code, first.status), (second.code, second.status)] == [(1, 500), (2, 503)]
    assert scene.client.refused("POST", scene.feed).status == 400
    scene.page.scopes.clear()
    assert scene.client.refused("POST", scene.feed, message="Chào").status == 403


# ---------------------------------------------------------------- faults


def _send(scene: Scene, timeout: float = 5) -> requests.Response:
    form = {"message": "Chào", "access_token": scene.page.token}
    return requests.post(f"{scene.base}/v26.0/{scene.feed}", data=form, timeout=timeout)


@pytest.mark.parametrize(("kind", "accepted"), [("cut", 1), ("cut_before", 0)])
def test_a_cut_connection_gives_no_answer(scene: Scene, kind: str, accepted: int) -> None:
    scene.simulator.fault(kind)
    with pytest.raises(requests.ConnectionError):
        _send(scene)
    assert scene.simulator.times_accepted(scene.page.id, "Chào") == accepted


@pytest.mark.parametrize(("kind", "accepted"), [("timeout_after_accept", 1), ("timeout_before", 0)])
def test_a_silent_service_keeps_the_client_waiting(scene: Scene, kind: str, accepted: int) -> None:
    scene.simulator.fault(kind)
    with pytest.raises(requests.ReadTimeout):
        _send(scene, timeout=0.15)
    assert scene.simulator.times_accepted(scene.page.id, "Chào") == accepted


@pytest.mark.parametrize(
    ("kind", "status", "accepted"),
    [
        ("html_502", 502, 1),
        ("html_502_before", 502, 0),
        ("empty_200", 200, 1),
        ("http_500", 500, 0),
        ("http_500_after_accept", 500, 1),
        ("transient", 503, 0),
        ("transient_after_accept", 503, 1),
        ("rate_limit", 400, 0),
        ("app_rate_limit", 400, 0),
        ("blocked", 400, 0),
    ],
)
def test_a_spoilt_answer_tells_nothing_of_what_was_accepted(
    scene: Scene, kind: str, status: int, accepted: int
) -> None:
    scene.simulator.fault(kind)
    answer = _send(scene)
    assert answer.status_code == status
    assert "id" not in answer.text or "error" in answer.text or "html" in answer.text
    assert scene.simulator.times_accepted(scene.page.id, "Chào") == accepted


def test_a_rate_limit_names_the_minutes_to_wait(scene: Scene) -> None:
    scene.simulator.fault("rate_limit")
    scene.simulator.fault("app_rate_limit")
    first, second = _send(scene), _send(scene)
    assert [answer.json()["error"]["code"] for answer in (first, second)] == [32, 4]
    row = json.loads(first.headers["X-Business-Use-Case-Usage"])[scene.page.id][0]
    assert row["estimated_time_to_regain_access"] == 30
    assert json.loads(second.headers["X-App-Usage"])["call_count"] == 100


def test_a_late_answer_is_a_good_one(scene: Scene) -> None:
    scene.simulator.fault("latency", seconds=0.1)
    answer = _send(scene)
    assert answer.elapsed >= timedelta(seconds=0.1)
    assert answer.json()["id"]


def test_the_death_of_a_token_lasts(scene: Scene) -> None:
    scene.simulator.fault("token_death")
    for _ in range(2):
        refusal = scene.client.refused("POST", scene.feed, message="Chào")
        assert (refusal.code, refusal.subcode) == (190, 463)


def test_a_fault_strikes_as_often_as_asked_and_only_where_it_matches(scene: Scene) -> None:
    scene.simulator.fault("html_502_before", times=2, match=f"POST /v26.0/{scene.feed}")
    assert scene.client.get(scene.feed)["data"] == []
    assert [_send(scene).status_code for _ in range(3)] == [502, 502, 200]
    with pytest.raises(ValueError, match="cut_before"):
        scene.simulator.fault("earthquake")
    assert "cut" in FAULTS


def test_a_thousand_hands_do_not_confuse_the_count(scene: Scene) -> None:
    scene.simulator.tune(refuses_duplicates=False)
    threads = [threading.Thread(target=_send, args=(scene,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scene.simulator.times_accepted(scene.page.id, "Chào") == 20
    assert len({post.id for post in scene.simulator.posts(scene.page.id)}) == 20


def test_the_calls_are_kept_without_tokens(scene: Scene) -> None:
    scene.client.get("me")
    method, path = scene.simulator.calls[-1]
    assert (method, path) == ("GET", "/v26.0/me")


# ---------------------------------------------------------------- the human pages


def test_people_see_the_feed_of_a_page(scene: Scene) -> None:
    photo = scene.client.stage(scene.page.id, alt_text_custom="Cán bộ <trạm> y tế")
    scene.client.post(scene.feed, message="Xét nghiệm <b>miễn phí</b>", attached_media=_attach(photo))
    _schedule(scene, scene.unix(days=1, hours=2), "Bài ngày mai")
    scene.clock.pass_by(days=2 / 3)
    page = scene.raw("GET", f"_feed/{scene.page.id}")
    assert "Facebook mô phỏng" in page.text
    assert "Xét nghiệm &lt;b&gt;miễn phí&lt;/b&gt;" in page.text
    assert "Thứ Sáu, 20/11/2026, 08:00" in page.text
    assert "Sẽ đăng: Thứ Bảy, 21/11/2026, 10:00" in page.text
    assert re.search(r"\d+ lượt xem", page.text)
    assert 'alt="Cán bộ &lt;trạm&gt; y tế"' in page.text
    assert scene.page.token not in page.text
    picture = scene.raw("GET", f"_feed/photo/{photo}")
    assert (picture.content, picture.headers["Content-Type"]) == (JPEG, "image/jpeg")


def test_people_see_the_list_of_pages(scene: Scene) -> None:
    page = scene.raw("GET", "_feed/")
    assert f'href="/_feed/{scene.page.id}"' in page.text
    missing = scene.raw("GET", "_feed/0")
    assert (missing.status_code, "Không tìm thấy" in missing.text) == (404, True)


def test_permalinks_can_lead_to_the_simulated_feed(scene: Scene) -> None:
    scene.simulator.tune(permalink_base=f"{scene.base}/")
    answer = scene.client.post(scene.feed, message="Chào", fields="permalink_url")
    assert answer["permalink_url"] == f"{scene.base}/_feed/{scene.page.id}#{answer['id']}"

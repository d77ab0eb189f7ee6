"""The Zalo simulator keeps the rules of `channels/simulators/zalo_rules.md`: an independent client is refused where
the rule says so, and accepted where it is right. `@rule` names the rows; the last test compares them with the file."""

import base64
import hashlib
import hmac
import io
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import zalo_sdk
import zalo_sdk.oa
from flask import Flask, Response
from PIL import Image
from zalo_sdk.oa.ZaloMessage import ZaloAttachment, ZaloMessageBody, ZaloRecipient

from channels.simulators import server
from channels.simulators.zalo import Account, Article, ZaloSimulator, articles
from channels.simulators.zalo.faults import KINDS

NOON = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
RULED: set[str] = set()


def rule(*ids: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    RULED.update(ids)
    return lambda test: test


# ---------------------------------------------------------------- the simulator, a picture server, a client


class Clock:
    def __init__(self) -> None:
        self.instant = NOON

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **time: float) -> None:
        self.instant += timedelta(**time)


def picture(image_format: str = "PNG", size: int = 8, noise: bool = False) -> bytes:
    pixels = os.urandom(size * size * 3) if noise else bytes(size * size * 3)
    data = io.BytesIO()
    Image.frombytes("RGB", (size, size), pixels).save(data, image_format)
    return data.getvalue()


PICTURES = {
    "bia.png": picture(),
    "bia.jpg": picture("JPEG"),
    "gif.png": picture("GIF"),
    "vua.png": picture().ljust(1024 * 1024, b"\0"),
    "lon.png": picture().ljust(1024 * 1024 + 1, b"\0"),
    "chu.png": "không phải ảnh".encode(),
    "cut.png": picture(size=64, noise=True)[:2000],
}


def picture_server() -> Flask:
    app = Flask("pictures")

    @app.get("/<name>")
    def give(name: str) -> Response:
        found = name in PICTURES
        return Response(PICTURES.get(name, b"khong co"), 200 if found else 404, content_type="image/png")

    return app


class Caller:
    """One app talking to the API with plain requests."""

    def __init__(self, world: "World", account: Account) -> None:
        self.world, self.account = world, account

    def headers(self, **more: str) -> dict[str, str]:
        return {"access_token": self.account.access_token, **more}

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._json(requests.get(self.world.base + path, params=query, headers=self.headers(), timeout=5))

    def post(self, path: str, payload: Any, **more: str) -> dict[str, Any]:
        return self._json(requests.post(self.world.base + path, json=payload, headers=self.headers(**more), timeout=5))

    def send(self, path: str, name: str, data: bytes) -> dict[str, Any]:
        file = {"file": (name, io.BytesIO(data), "application/octet-stream")}
        return self._json(requests.post(self.world.base + path, files=file, headers=self.headers(), timeout=5))

    @staticmethod
    def _json(response: requests.Response) -> dict[str, Any]:
        assert response.status_code == 200
        result: dict[str, Any] = response.json()
        return result

    # -- articles

    def article(self, **changes: Any) -> dict[str, Any]:
        """The JSON of a good article; a change to None leaves the field out."""
        whole = {
            "type": "normal",
            "title": "HIV chỉ lây qua ba đường",
            "author": "Đoàn xã",
            "cover": {"cover_type": "photo", "photo_url": f"{self.world.pictures}/bia.png", "status": "show"},
            "description": "Ăn chung, bắt tay, ôm nhau không làm lây HIV.",
            "body": [{"type": "text", "content": "<p>Ba đường lây: máu, tình dục, mẹ sang con.</p>"}],
            "status": "show",
            "comment": "show",
        } | changes
        return {key: value for key, value in whole.items() if value is not None}

    def create(self, **changes: Any) -> dict[str, Any]:
        return self.post("/v2.0/article/create", self.article(**changes))

    def verify(self, token: str) -> dict[str, Any]:
        return self.post("/v2.0/article/verify", {"token": token})

    def ready(self, answer: dict[str, Any]) -> dict[str, Any]:
        """What verify says once the processing of a create or update is over."""
        result = self.verify(answer["data"]["token"])
        return self.verify(answer["data"]["token"]) if result["error"] == -214 else result

    def published(self, **changes: Any) -> str:
        article_id: str = self.ready(self.create(**changes))["data"]["id"]
        return article_id

    def stored(self) -> list[Article]:
        return self.world.simulator.articles(self.account.oa_id)

    # -- log-in

    def token(self, secret: str | None = None, **form: str) -> dict[str, Any]:
        whole = {"app_id": self.account.app_id, "grant_type": "refresh_token"} | form
        return self._json(
            requests.post(
                f"{self.world.base}/v4/oa/access_token",
                data=whole,
                headers={"secret_key": secret or self.account.app_secret},
                timeout=5,
            )
        )

    def consent(self, **changes: str) -> requests.Response:
        query = {
            "app_id": self.account.app_id,
            "redirect_uri": "http://127.0.0.1:1/ve?kenh=3",
            "code_challenge": CHALLENGE,
            "state": "trạng thái",
        } | changes
        url = f"{self.world.base}/v4/oa/permission"
        page = requests.get(url, params=query, timeout=5)
        if page.status_code != 200:
            return page
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        return requests.post(url, data=fields, allow_redirects=False, timeout=5)

    def code(self, **changes: str) -> str:
        return parse_qs(urlsplit(self.consent(**changes).headers["Location"]).query)["code"][0]

    def exchange(self, code: str, verifier: str = VERIFIER) -> dict[str, Any]:
        return self.token(grant_type="authorization_code", code=code, code_verifier=verifier)


class World:
    """A served simulator, a served heap of pictures and a clock."""

    def __init__(self, stack: ExitStack, **options: Any) -> None:
        self.clock = Clock()
        self.simulator = ZaloSimulator(self.clock, **options)
        self.base = stack.enter_context(server.serving(self.simulator.app))
        self.pictures = stack.enter_context(server.serving(picture_server()))

    def oa(self, **options: Any) -> Caller:
        return Caller(self, self.simulator.add_oa("Xã Mẫu", **options))

    def sdk(self, caller: Caller) -> zalo_sdk.oa.Client:
        account = caller.account
        return zalo_sdk.oa.Client(
            account.app_id,
            account.app_secret,
            access_token=account.access_token,
            refresh_token=account.refresh_token,
            endpoint_prefix=self.base,
        )


@pytest.fixture(scope="module")
def build() -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **options: World(stack, **options)


@pytest.fixture(scope="module")
def shared(build: Callable[..., World]) -> World:
    return build()


@pytest.fixture
def world(shared: World) -> World:
    shared.clock.instant = NOON
    return shared


@pytest.fixture
def oa(world: World) -> Caller:
    return world.oa()


# ---------------------------------------------------------------- log-in


@rule("Z01")
def test_token_endpoint_wants_a_form_and_the_secret_of_the_app(oa: Caller) -> None:
    assert oa.token("wrong", refresh_token=oa.account.refresh_token)["error"] == -14004
    url, headers = f"{oa.world.base}/v4/oa/access_token", {"secret_key": oa.account.app_secret}
    whole = {"app_id": oa.account.app_id, "grant_type": "refresh_token", "refresh_token": oa.account.refresh_token}
    assert "access_token" not in requests.post(url, json=whole, headers=headers, timeout=5).json()
    assert "access_token" in requests.post(url, data=whole, headers=headers, timeout=5).json()


@rule("Z02")
def test_unknown_app_is_refused(oa: Caller) -> None:
    assert oa.token(app_id="123", refresh_token=oa.account.refresh_token)["error"] == -14002


@rule("Z03")
def test_unknown_grant_type_is_refused(oa: Caller) -> None:
    assert oa.token(grant_type="password", refresh_token=oa.account.refresh_token)["error"] == -14018


@rule("Z04")
def test_consent_calls_back_with_a_code_that_works_once(oa: Caller) -> None:
    target = urlsplit(oa.consent().headers["Location"])
    query = parse_qs(target.query)
    assert (target.netloc, query["kenh"], query["oa_id"]) == ("127.0.0.1:1", ["3"], [oa.account.oa_id])
    assert query["state"] == ["trạng thái"]
    assert oa.exchange(query["code"][0])["access_token"] == oa.account.access_token
    assert oa.exchange(query["code"][0])["error"] == -14005
    assert oa.exchange("không có")["error"] == -14005


@rule("Z04")
def test_code_dies_after_ten_minutes(oa: Caller) -> None:
    code = oa.code()
    oa.world.clock.pass_by(minutes=10)
    assert oa.exchange(code)["error"] == -14005


@rule("Z04")
def test_consent_page_wants_a_known_app_a_web_address_and_a_challenge(oa: Caller) -> None:
    assert oa.consent(app_id="123").json()["error"] == -14002
    assert oa.consent(redirect_uri="zalo://ve").status_code == 400
    assert oa.consent(code_challenge="").status_code == 400


@rule("Z05")
def test_verifier_must_give_the_challenge(oa: Caller) -> None:
    assert oa.exchange(oa.code(), "w" * 43)["error"] == -14005
    short = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 20).digest()).rstrip(b"=").decode()
    assert oa.exchange(oa.code(code_challenge=short), "v" * 20)["error"] == -14005
    assert "access_token" in oa.exchange(oa.code())


@rule("Z06", "Z07")
def test_sdk_refreshes_its_tokens(oa: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def post(url: str, **more: Any) -> requests.Response:
        return requests.post(url.replace("https://oauth.zaloapp.com", oa.world.base), timeout=5, **more)

    # The SDK names the log-in host outright; its module is hidden behind the class of the same name.
    monkeypatch.setattr(sys.modules["zalo_sdk.BaseClient"], "requests", SimpleNamespace(post=post))
    sdk, first = oa.world.sdk(oa), oa.account.refresh_token
    sdk.refresh_acccess_token()
    assert (sdk.access_token, sdk.refresh_token) == (oa.account.access_token, oa.account.refresh_token)
    assert sdk.refresh_token != first
    sdk.refresh_token = first
    with pytest.raises(zalo_sdk.ZaloOAException, match="-14014"):
        sdk.refresh_acccess_token()


@rule("Z06")
def test_lifetime_is_a_string_of_seconds(oa: Caller) -> None:
    granted = oa.token(refresh_token=oa.account.refresh_token)
    assert granted == {
        "access_token": oa.account.access_token,
        "refresh_token": oa.account.refresh_token,
        "expires_in": "90000",
    }


@rule("Z07")
def test_refresh_token_belongs_to_its_app(oa: Caller) -> None:
    stranger = oa.world.oa()
    assert stranger.token(refresh_token=oa.account.refresh_token)["error"] == -14014
    assert "access_token" in oa.token(refresh_token=oa.account.refresh_token)


@rule("Z08")
def test_refresh_token_lives_three_months(oa: Caller) -> None:
    oa.world.clock.pass_by(days=89)
    assert "access_token" in oa.token(refresh_token=oa.account.refresh_token)
    oa.world.clock.pass_by(days=90)
    assert oa.token(refresh_token=oa.account.refresh_token)["error"] == -14014


@rule("Z09")
def test_older_access_token_dies_when_a_new_one_is_minted(oa: Caller) -> None:
    sdk = oa.world.sdk(oa)
    assert sdk.get_list({"offset": 0, "count": 1})["error"] == 0
    oa.token(refresh_token=oa.account.refresh_token)
    with pytest.raises(zalo_sdk.ZaloOAException, match="-220"):
        sdk.get_list({"offset": 0, "count": 1})
    assert oa.get("/v2.0/oa/getoa")["error"] == 0


@rule("Z10")
def test_access_token_lives_25_hours(oa: Caller) -> None:
    oa.world.clock.pass_by(hours=24.9)
    assert oa.get("/v2.0/oa/getoa")["error"] == 0
    oa.world.clock.pass_by(hours=0.1)
    assert oa.get("/v2.0/oa/getoa")["error"] == -220


@rule("Z11")
def test_oauth_error_names_itself(oa: Caller) -> None:
    refused = oa.token(refresh_token="đã dùng")
    assert refused.keys() == {"error", "error_name", "error_description", "error_reason", "ref_doc"}
    assert all(refused.values())


# ---------------------------------------------------------------- every call


@rule("Z12")
def test_token_stands_in_its_own_header(oa: Caller) -> None:
    url, token = f"{oa.world.base}/v2.0/oa/getoa", oa.account.access_token
    for headers in ({}, {"Authorization": f"Bearer {token}"}, {"access_token": "bịa".encode()}):
        answer = requests.get(url, params={"access_token": token}, headers=headers, timeout=5)
        assert answer.json()["error"] == -216
    assert requests.get(url, headers={"access_token": token}, timeout=5).json()["error"] == 0


@rule("Z13")
def test_answers_come_in_an_envelope(oa: Caller) -> None:
    assert oa.get("/v2.0/oa/getoa").keys() == {"error", "message", "data"}
    assert oa.get("/v2.0/article/getdetail", id="0").keys() == {"error", "message"}


@rule("Z14")
@pytest.mark.parametrize(
    "path", ["/v3.0/article/create", "/v3.0/article/getslice", "/v2.0/bogus", "/v2.0/article/create"]
)
def test_unknown_path_or_method_is_404(oa: Caller, path: str) -> None:
    assert requests.get(oa.world.base + path, headers=oa.headers(), timeout=5).status_code == 404


@rule("Z14")
def test_sdk_call_that_zalo_no_longer_has_is_404(oa: Caller) -> None:
    with pytest.raises(Exception, match="HTTP Error 404"):
        oa.world.sdk(oa).get_tags_of_oa()


@rule("Z15")
def test_old_upload_of_a_cover_is_gone(oa: Caller) -> None:
    assert oa.send("/v2.0/article/upload_image", "a.png", PICTURES["bia.png"])["error"] == -209


@rule("Z16")
def test_proof_must_fit_token_and_secret(oa: Caller) -> None:
    url, account = f"{oa.world.base}/v2.0/oa/getoa", oa.account
    proof = hmac.new(account.app_secret.encode(), account.access_token.encode(), hashlib.sha256).hexdigest()

    def error(**more: str) -> int:
        code: int = requests.get(url, headers=oa.headers(**more), timeout=5).json()["error"]
        return code

    assert (error(), error(appsecret_proof=proof), error(appsecret_proof="0" * 64)) == (0, 0, -242)
    account.proof_required = True
    assert (error(), error(appsecret_proof=proof), error(appsecret_proof="0" * 64)) == (-242, 0, -242)


@rule("Z17")
def test_pace_is_limited_by_the_minute(oa: Caller) -> None:
    oa.account.calls_per_minute = 2
    errors = [oa.get("/v2.0/oa/getoa")["error"] for _ in range(3)]
    oa.world.clock.pass_by(minutes=1)
    assert [*errors, oa.get("/v2.0/oa/getoa")["error"]] == [0, 0, -32, 0]


@rule("Z18")
def test_oa_that_is_not_verified_has_no_articles(world: World) -> None:
    assert world.oa(verified=False).create()["error"] == -221


@rule("Z19")
def test_app_without_the_permission_has_no_articles(oa: Caller) -> None:
    oa.account.authorised = False
    assert oa.create()["error"] == -223
    assert oa.get("/v2.0/article/getslice", type="normal")["error"] == -223


@rule("Z20")
@pytest.mark.parametrize(("package", "error"), [("Cơ bản", -224), ("Dùng thử", 0), ("Nâng cao", 0), ("Premium", 0)])
def test_free_package_has_no_articles(world: World, package: str, error: int) -> None:
    assert world.oa(package=package).create()["error"] == error


# ---------------------------------------------------------------- articles


@rule("Z21")
def test_create_takes_json_and_gives_a_token(oa: Caller) -> None:
    answer = oa.create()
    assert (answer["error"], set(answer["data"])) == (0, {"token"})
    form = requests.post(
        f"{oa.world.base}/v2.0/article/create", data={"title": "Chào"}, headers=oa.headers(), timeout=5
    )
    assert form.json()["error"] == -201
    assert oa.post("/v2.0/article/create", ["normal"])["error"] == -201


@rule("Z22")
def test_verify_waits_and_then_gives_the_id_again_and_again(oa: Caller) -> None:
    token = oa.create()["data"]["token"]
    assert oa.verify(token)["error"] == -214
    first, second = oa.verify(token), oa.verify(token)
    assert first == second
    assert first["data"]["id"] == oa.stored()[0].id
    assert oa.verify("không có")["error"] == -201


@rule("Z22")
def test_processing_also_ends_with_time(oa: Caller) -> None:
    token = oa.create()["data"]["token"]
    oa.world.clock.pass_by(seconds=5)
    assert oa.verify(token)["error"] == 0


@rule("Z22")
def test_ready_at_once_or_after_three_polls(build: Callable[..., World]) -> None:
    quick, slow = build(polls_until_ready=0).oa(), build(polls_until_ready=3).oa()
    assert quick.verify(quick.create()["data"]["token"])["error"] == 0
    token = slow.create()["data"]["token"]
    assert [slow.verify(token)["error"] for _ in range(4)] == [-214, -214, -214, 0]


def long(count: int) -> str:
    return "ệ" * count


@rule("Z23", "Z24", "Z25", "Z26", "Z31")
@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("type", "tin", -201),
        ("type", None, -201),
        ("title", long(149), 0),
        ("title", long(150), -201),
        ("title", "  ", -201),
        ("title", 5, -201),
        ("description", long(299), 0),
        ("description", long(300), -201),
        ("description", None, -201),
        ("author", long(50), 0),
        ("author", long(51), -201),
        ("author", None, -201),
        ("status", "hide", 0),
        ("status", None, 0),
        ("status", "visible", -201),
        ("comment", "hide", 0),
        ("comment", None, 0),
        ("comment", True, -201),
        ("tracking_link", "https://xa-mau.example/t/1", 0),
        ("tracking_link", "xa-mau.example", -201),
    ],
)
def test_fields_of_an_article_have_their_limits(oa: Caller, field: str, value: Any, error: int) -> None:
    assert oa.create(**{field: value})["error"] == error


@rule("Z23", "Z24")
def test_refusals_say_what_zalo_says(oa: Caller) -> None:
    assert oa.create(title=long(150))["message"] == "title allow 1 to 150 characters"
    assert oa.create(type="tin")["message"] == "type accept only 2 value normal and video."


@rule("Z27")
@pytest.mark.parametrize(
    ("cover", "error"),
    [
        (None, -201),
        ({}, -201),
        ("https://xa-mau.example/a.png", -201),
        ({"cover_type": "photo"}, -201),
        ({"cover_type": "video", "cover_view": "round", "video_id": "1"}, -201),
        ({"cover_type": "video", "cover_view": "square"}, -201),
        ({"cover_type": "video", "cover_view": "square", "video_id": "1", "status": "show"}, 0),
    ],
)
def test_cover_is_mandatory(oa: Caller, cover: Any, error: int) -> None:
    answer = oa.create(cover=cover)
    assert answer["error"] == error
    assert answer["message"] == ("Success" if error == 0 else "cover value is invalid")


@rule("Z28")
@pytest.mark.parametrize(
    "url",
    [
        "bia.png",
        "//xa-mau.example/bia.png",
        "ftp://xa-mau.example/bia.png",
        "http:///bia.png",
        "https://xa-mau.example/ảnh bìa.png",
        "https://xa-mau.example/anh bia.png",
        "https://xa-mau.example/%zz.png",
        "https://[::1/bia.png",
    ],
)
def test_photo_url_is_absolute_and_percent_encoded(oa: Caller, url: str) -> None:
    answer = oa.create(cover={"cover_type": "photo", "photo_url": url, "status": "show"})
    assert (answer["error"], answer["message"]) == (-201, "photo_url value is invalid")


@rule("Z29")
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bia.png", 0),
        ("bia.jpg", 0),
        ("vua.png", 0),
        ("gif.png", -200),
        ("lon.png", -200),
        ("chu.png", -200),
        ("cut.png", -200),
        ("khong-co%20dau.png", -200),
    ],
)
def test_cover_is_fetched_and_must_be_a_small_picture(oa: Caller, name: str, error: int) -> None:
    answer = oa.create(cover={"cover_type": "photo", "photo_url": f"{oa.world.pictures}/{name}"})
    result = oa.ready(answer)
    assert (result["error"], result["message"]) == (error, "Upload media failed" if error else "Success")
    assert len(oa.stored()) == (0 if error else 1)


@rule("Z29")
@pytest.mark.parametrize("host", ["127.0.0.1:1", "192.168.1.9", "10.0.0.1", "may-xa"])
def test_cover_that_zalo_cannot_reach_fails(oa: Caller, host: str) -> None:
    answer = oa.create(cover={"cover_type": "photo", "photo_url": f"http://{host}/bia.png"})
    assert oa.ready(answer)["message"] == "Upload media failed"


@rule("Z29")
def test_pictures_of_the_body_are_fetched_too(oa: Caller) -> None:
    blocks = [{"type": "image", "url": f"{oa.world.pictures}/{name}"} for name in ("bia.jpg", "lon.png")]
    assert oa.ready(oa.create(body=blocks[:1]))["error"] == 0
    assert oa.ready(oa.create(body=blocks))["error"] == -200


@rule("Z30")
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, -201),
        ([], -201),
        ("<p>Chào</p>", -201),
        ([{"type": "text"}], -201),
        ([{"type": "text", "content": 5}], -201),
        ([{"type": "html", "content": "a"}], -201),
        ([{"type": "image", "url": "bia.png"}], -201),
        ([{"type": "video", "video_id": "1"}, {"type": "product", "id": "2"}], 0),
    ],
)
def test_body_is_a_list_of_whole_blocks(oa: Caller, body: Any, error: int) -> None:
    assert oa.create(body=body)["error"] == error


def uploaded_video(oa: Caller) -> str:
    token = oa.send("/v2.0/article/upload_video/preparevideo", "phim.mp4", b"film")["data"]["token"]
    url = f"{oa.world.base}/v2.0/article/upload_video/verify"
    video_id: str = requests.get(url, headers=oa.headers(token=token), timeout=5).json()["data"]["video_id"]
    return video_id


@rule("Z32")
def test_video_article_needs_a_video_that_was_uploaded(oa: Caller) -> None:
    avatar = f"{oa.world.pictures}/bia.png"
    film = {"type": "video", "title": "Phim ngắn", "description": "Ba phút về PrEP", "avatar": avatar}
    create = "/v2.0/article/create"
    assert oa.post(create, {**film, "video_id": "bịa"})["error"] == -201
    film["video_id"] = uploaded_video(oa)
    assert oa.post(create, {**film, "avatar": "bia.png"})["error"] == -201
    assert oa.post(create, {**film, "title": ""})["error"] == -201
    article_id = oa.ready(oa.post(create, film))["data"]["id"]
    listed = oa.get("/v2.0/article/getslice", type="video")["data"]
    assert [row["id"] for row in listed["medias"]] == [article_id]
    assert oa.get("/v2.0/article/getslice", type="normal")["data"]["total"] == 0


@rule("Z33")
def test_video_has_a_type_and_a_size(oa: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/v2.0/article/upload_video/preparevideo"
    assert oa.send(path, "phim.mkv", b"film")["error"] == -201
    monkeypatch.setattr(articles, "VIDEO_BYTES", 4)
    assert oa.send(path, "phim.avi", b"films")["error"] == -201
    assert oa.send(path, "phim.avi", b"film")["error"] == 0
    assert oa.get("/v2.0/article/upload_video/verify", token="trong địa chỉ")["error"] == -201


@rule("Z34")
def test_update_keeps_the_id_and_takes_effect_when_verified(oa: Caller) -> None:
    article_id = oa.published()
    update = oa.post("/v2.0/article/update", oa.article(id=article_id, title="Tiêu đề mới"))
    token = update["data"]["token"]
    assert oa.verify(token)["error"] == -214
    assert oa.verify(token)["data"]["id"] == article_id
    assert [article.title for article in oa.stored()] == ["Tiêu đề mới"]


@rule("Z34")
def test_update_wants_the_whole_article_of_the_same_type(oa: Caller) -> None:
    article_id = oa.published()
    update = "/v2.0/article/update"
    assert oa.post(update, {"id": article_id, "status": "hide"})["error"] == -201
    assert oa.post(update, oa.article())["error"] == -201
    assert oa.post(update, oa.article(id="không có"))["error"] == -201
    film = {"type": "video", "video_id": uploaded_video(oa), "avatar": f"{oa.world.pictures}/bia.png"}
    assert oa.post(update, oa.article(id=article_id, **film))["error"] == -201


@rule("Z35")
def test_removed_article_is_gone(oa: Caller) -> None:
    article_id = oa.published()
    assert oa.post("/v2.0/article/remove", {"id": article_id})["error"] == 0
    assert oa.get("/v2.0/article/getdetail", id=article_id)["error"] == -201
    assert oa.get("/v2.0/article/getslice", type="normal")["data"]["total"] == 0
    assert oa.post("/v2.0/article/update", oa.article(id=article_id))["error"] == -201
    assert oa.post("/v2.0/article/remove", {"id": article_id})["error"] == -201
    assert [article.removed for article in oa.stored()] == [True]


@rule("Z36")
def test_detail_gives_the_whole_article_of_ones_own_oa(oa: Caller) -> None:
    article_id = oa.published(tracking_link="https://xa-mau.example/t/1")
    detail = oa.get("/v2.0/article/getdetail", id=article_id)["data"]
    sent = oa.article(tracking_link="https://xa-mau.example/t/1")
    assert {key: detail[key] for key in sent} == sent
    assert oa.world.oa().get("/v2.0/article/getdetail", id=article_id)["error"] == -201


@rule("Z37")
def test_slice_gives_at_most_ten(oa: Caller) -> None:
    for number in range(12):
        oa.published(title=f"Bài {number}")
    page = "/v2.0/article/getslice"
    refused = oa.get(page, offset=0, limit=11, type="normal")
    assert (refused["error"], refused["message"]) == (-201, "maximum limit is 10")
    assert oa.get(page, offset=-1, limit=10, type="normal")["error"] == -201
    first = oa.get(page, offset=0, limit=10, type="normal")["data"]
    rest = oa.get(page, offset=10, limit=10, type="normal")["data"]
    assert (len(first["medias"]), len(rest["medias"]), rest["total"]) == (10, 2, 12)


@rule("Z38")
def test_slice_does_not_read_packed_fields(oa: Caller) -> None:
    fields = {"offset": 0, "limit": 10, "type": "normal"}
    sdk = oa.world.sdk(oa)
    url, headers = f"{oa.world.base}/v2.0/article/getslice", sdk.create_request_header("GET")
    packed = sdk.send_request("GET", url, body=fields, headers=headers).json()
    assert (packed["error"], packed["message"]) == (-201, "type accept only 2 value normal and video.")
    assert sdk.send_request("GET", url, params=fields, headers=headers).json()["error"] == 0


@rule("Z39")
def test_slice_is_newest_first_with_hidden_articles(oa: Caller) -> None:
    oa.published(title="Cũ")
    oa.world.clock.pass_by(hours=1)
    oa.published(title="Mới", status="hide")
    data = oa.get("/v2.0/article/getslice", offset=0, limit=10, type="normal")["data"]
    assert [(row["title"], row["status"]) for row in data["medias"]] == [("Mới", "hide"), ("Cũ", "show")]
    assert data["medias"][1]["create_date"] == int(NOON.timestamp() * 1000)
    assert data["total"] == 2


@rule("Z40")
def test_views_grow_plausibly_with_age_and_only_once_shown(oa: Caller) -> None:
    shown, hidden = oa.published(), oa.published(status="hide")

    def figures(article_id: str) -> tuple[int, int]:
        data = oa.get("/v2.0/article/getdetail", id=article_id)["data"]
        return data["total_view"], data["total_share"]

    series = [figures(shown)]
    for _ in range(3):
        oa.world.clock.pass_by(hours=8)
        series.append(figures(shown))
    assert series == sorted(series)
    assert series[0] == (0, 0)
    assert 15 < series[-1][0] < 500
    assert series[-1][1] < series[-1][0]
    assert figures(hidden) == (0, 0)


@rule("Z40")
def test_views_may_be_missing(build: Callable[..., World]) -> None:
    oa = build(statistics=False).oa()
    detail = oa.get("/v2.0/article/getdetail", id=oa.published())["data"]
    (row,) = oa.get("/v2.0/article/getslice", type="normal")["data"]["medias"]
    assert not {"total_view", "total_share"} & (detail.keys() | row.keys())


@rule("Z41")
def test_same_article_created_twice_is_there_twice(oa: Caller) -> None:
    assert oa.published() != oa.published()
    assert len(oa.stored()) == 2


@rule("Z42")
def test_created_article_appears_without_verify(oa: Caller) -> None:
    oa.create(title="Không ai hỏi lại")
    assert oa.get("/v2.0/article/getslice", type="normal")["data"]["total"] == 0
    oa.world.clock.pass_by(seconds=5)
    (row,) = oa.get("/v2.0/article/getslice", type="normal")["data"]["medias"]
    assert row["title"] == "Không ai hỏi lại"


@rule("Z43")
def test_hidden_article_shown_twice_over_is_public_once(oa: Caller) -> None:
    article_id = oa.published(status="hide")
    assert (oa.stored()[0].times_shown, oa.stored()[0].shown_at) == (0, None)
    for _ in range(2):
        oa.world.clock.pass_by(minutes=1)
        oa.ready(oa.post("/v2.0/article/update", oa.article(id=article_id)))
    (article,) = oa.stored()
    assert (article.times_shown, article.shown_at) == (1, NOON + timedelta(minutes=1))


@rule("Z43")
def test_article_hidden_and_shown_again_was_shown_twice(oa: Caller) -> None:
    article_id = oa.published()
    for status in ("hide", "show"):
        oa.ready(oa.post("/v2.0/article/update", oa.article(id=article_id, status=status)))
    assert oa.stored()[0].times_shown == 2


# ---------------------------------------------------------------- the account, its followers and messages


@rule("Z44")
def test_getoa_tells_of_the_account(world: World) -> None:
    oa = world.oa(followers=321, package="Premium", verified=False)
    assert oa.get("/v2.0/oa/getoa")["data"] == {
        "oa_id": oa.account.oa_id,
        "name": "Xã Mẫu",
        "num_follower": 321,
        "package_name": "Premium",
        "is_verified": False,
    }


def broadcast(oa: Caller, *article_ids: str, target: Any = None) -> dict[str, Any]:
    """Send with the SDK's own client, its exceptions turned back into the code."""
    elements = [{"media_type": "article", "attachment_id": article_id} for article_id in article_ids]
    attachment = ZaloAttachment("template", {"template_type": "media", "elements": elements})
    recipient = ZaloRecipient(target={} if target is None else target)
    try:
        answer: dict[str, Any] = oa.world.sdk(oa).send_message(
            recipient, ZaloMessageBody(attachment=attachment), category="action"
        )
    except zalo_sdk.ZaloOAException as error:
        return {"error": error._code}
    return answer


@rule("Z45")
def test_sdk_broadcasts_an_article_to_everybody(oa: Caller) -> None:
    article_id = oa.published()
    message_id = broadcast(oa, article_id)["data"]["message_id"]
    (sent,) = oa.world.simulator.broadcasts(oa.account.oa_id)
    assert (sent.message_id, sent.article_ids, sent.target, sent.at) == (message_id, (article_id,), {}, NOON)


@rule("Z45")
def test_broadcast_carries_one_to_five_public_articles(oa: Caller) -> None:
    article_id = oa.published()
    assert broadcast(oa)["error"] == -201
    assert broadcast(oa, *[article_id] * 6)["error"] == -210
    assert broadcast(oa, "không có")["error"] == -201
    assert broadcast(oa, oa.published(status="hide"))["error"] == -201
    assert oa.post("/v2.0/oa/message", {"recipient": {"target": {}}, "message": {"text": "Chào"}})["error"] == -201
    assert oa.post("/v2.0/oa/message", {"message": {"text": "Chào"}})["error"] == -201
    assert broadcast(oa, *[article_id] * 5)["error"] == 0


@rule("Z46")
@pytest.mark.parametrize(
    ("target", "error"),
    [
        ({"ages": "0,7", "gender": "1", "cities": "0,63", "telcos": "1"}, 0),
        ({"ages": "8"}, -201),
        ({"cities": "64"}, -201),
        ({"platform": "0"}, -201),
        ({"gender": 1}, -201),
        ({"wards": "1"}, -201),
        ("all", -201),
    ],
)
def test_target_holds_documented_codes(oa: Caller, target: Any, error: int) -> None:
    assert broadcast(oa, oa.published(), target=target)["error"] == error


@rule("Z47")
def test_message_to_a_person_is_shut_down(oa: Caller) -> None:
    with pytest.raises(zalo_sdk.ZaloOAException, match="-240"):
        oa.world.sdk(oa).send_message(ZaloRecipient(user_id="1"), ZaloMessageBody(text="Chào"), category="action")


@rule("Z48")
@pytest.mark.parametrize(
    ("hour_utc", "minute", "error"), [(14, 59, 0), (15, 0, -234), (20, 0, -234), (22, 59, -234), (23, 0, 0)]
)
def test_no_broadcast_at_night_in_vietnam(oa: Caller, hour_utc: int, minute: int, error: int) -> None:
    article_id = oa.published()
    oa.world.clock.instant = NOON.replace(hour=hour_utc, minute=minute)
    assert broadcast(oa, article_id)["error"] == error


@rule("Z49")
def test_broadcasts_are_counted_by_day_and_month(oa: Caller) -> None:
    article_id = oa.published()

    def on(day: datetime) -> int:
        oa.world.clock.instant = day
        oa.token(refresh_token=oa.account.refresh_token)
        code: int = broadcast(oa, article_id)["error"]
        return code

    days = [NOON, NOON + timedelta(hours=1), *(NOON + timedelta(days=day) for day in (1, 2, 3, 4, 21))]
    assert [on(day) for day in days] == [0, -211, 0, 0, 0, -211, 0]


@rule("Z50")
def test_oa_that_is_not_verified_does_not_broadcast(oa: Caller) -> None:
    article_id = oa.published()
    oa.account.verified = False
    assert broadcast(oa, article_id)["error"] == -221


@rule("Z51")
def test_picture_for_messages_is_small_and_no_cover(oa: Caller) -> None:
    sdk = oa.world.sdk(oa)
    for name in ("lon.png", "gif.png", "chu.png"):
        with pytest.raises(zalo_sdk.ZaloOAException, match="-201"):
            sdk.upload_file(PICTURES[name], "image", name, "image/png")
    attachment_id = sdk.upload_file(PICTURES["bia.png"], "image", "bia.png", "image/png")["data"]["attachment_id"]
    assert oa.create(cover={"cover_type": "photo", "photo_url": attachment_id})["error"] == -201


@rule("Z52")
def test_list_of_followers_has_bounds(world: World) -> None:
    oa = world.oa(followers=60)
    sdk = world.sdk(oa)
    page = sdk.get_list({"offset": 50, "count": 50, "is_follower": "true"})["data"]
    assert (page["total"], page["count"], len({user["user_id"] for user in page["users"]})) == (60, 10, 10)
    for asked in ({"offset": 0, "count": 51}, {"offset": 9952, "count": 1}):
        with pytest.raises(zalo_sdk.ZaloOAException, match="-210"):
            sdk.get_list(asked)
    assert oa.get("/v3.0/oa/user/getlist", offset=0, count=1)["error"] == -201


# ---------------------------------------------------------------- what people see


@rule("Z53")
def test_public_link_shows_the_article(oa: Caller) -> None:
    article_id, hidden = oa.published(), oa.published(status="hide")
    link = f"{oa.world.base}/detail/{oa.account.oa_id}"
    page = requests.get(link, params={"id": article_id, "pageId": oa.account.oa_id}, timeout=5)
    assert "Ba đường lây" in page.text
    assert requests.get(link, params={"id": hidden, "pageId": oa.account.oa_id}, timeout=5).status_code == 404


def test_feed_shows_public_articles_newest_first(oa: Caller) -> None:
    oa.published(title="Bài cũ <b>đậm</b>")
    oa.world.clock.pass_by(hours=30)
    oa.token(refresh_token=oa.account.refresh_token)
    oa.published(title="Bài mới")
    oa.published(title="Bài ẩn", status="hide")
    page = requests.get(f"{oa.world.base}/_feed/{oa.account.oa_id}", timeout=5)
    assert page.status_code == 200
    assert "Zalo mô phỏng" in page.text
    assert 0 < page.text.index("Bài mới") < page.text.index("Bài cũ &lt;b&gt;")
    assert "Bài ẩn" not in page.text
    assert "12:00, 10/11/2026" in page.text
    assert f"{oa.world.pictures}/bia.png" in page.text
    assert f"{oa.stored()[0].views(oa.world.clock())} lượt xem" in page.text


def test_feed_lists_accounts_and_opens_articles_without_their_scripts(oa: Caller) -> None:
    body = [
        {"type": "text", "content": "<p>Nội dung<script>alert(1)</script></p>"},
        {"type": "image", "url": f"{oa.world.pictures}/bia.jpg", "caption": "Buổi tập huấn"},
    ]
    article_id = oa.published(body=body)
    assert f"/_feed/{oa.account.oa_id}" in requests.get(f"{oa.world.base}/_feed/", timeout=5).text
    page = requests.get(f"{oa.world.base}/_feed/{oa.account.oa_id}/{article_id}", timeout=5).text
    assert "<p>Nội dung</p>" in page
    assert "Buổi tập huấn" in page
    assert requests.get(f"{oa.world.base}/_feed/{oa.account.oa_id}/0", timeout=5).status_code == 404
    assert requests.get(f"{oa.world.base}/_feed/0", timeout=5).status_code == 404


# ---------------------------------------------------------------- failures on demand


@pytest.mark.parametrize(("kind", "accepted"), [("cut", 1), ("cut_before", 0)])
def test_line_is_cut_after_or_before_the_article_is_accepted(oa: Caller, kind: str, accepted: int) -> None:
    oa.world.simulator.fault(kind)
    with pytest.raises(requests.ConnectionError):
        oa.create()
    oa.world.clock.pass_by(seconds=5)
    assert len(oa.stored()) == accepted
    assert oa.create()["error"] == 0


def test_accepted_article_may_time_out(oa: Caller) -> None:
    oa.world.simulator.fault("timeout_after_accept")
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{oa.world.base}/v2.0/article/create", json=oa.article(), headers=oa.headers(), timeout=(5, 0.5))
    oa.world.clock.pass_by(seconds=5)
    assert len(oa.stored()) == 1


def test_answer_may_be_late(oa: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oa.world.simulator.faults, "latency", 0.1)
    oa.world.simulator.fault("latency", match="getoa")
    late = requests.get(f"{oa.world.base}/v2.0/oa/getoa", headers=oa.headers(), timeout=5)
    assert late.elapsed >= timedelta(seconds=0.1)
    assert late.json()["error"] == 0


def test_proxy_may_answer_with_a_page_or_with_nothing(oa: Caller) -> None:
    url = f"{oa.world.base}/v2.0/article/create"
    for kind, status in (("html_502", 502), ("empty_200", 200)):
        oa.world.simulator.fault(kind)
        answer = requests.post(url, json=oa.article(), headers=oa.headers(), timeout=5)
        assert answer.status_code == status
        with pytest.raises(requests.JSONDecodeError):
            answer.json()
    oa.world.clock.pass_by(seconds=5)
    assert oa.stored() == []


def test_rate_limit_may_strike_several_times_on_one_path(oa: Caller) -> None:
    oa.world.simulator.fault("rate_limit", times=2)
    assert oa.get("/v2.0/oa/getoa")["error"] == 0
    assert [oa.create()["error"] for _ in range(3)] == [-32, -32, 0]


def test_access_token_may_die_until_it_is_refreshed(oa: Caller) -> None:
    oa.world.simulator.fault("token_death")
    assert [oa.create()["error"] for _ in range(2)] == [-216, -216]
    oa.token(refresh_token=oa.account.refresh_token)
    assert oa.create()["error"] == 0


def test_new_pair_of_tokens_may_be_lost(oa: Caller) -> None:
    refresh, access = oa.account.refresh_token, oa.account.access_token
    oa.world.simulator.fault("refresh_lost")
    with pytest.raises(requests.ConnectionError):
        oa.token(refresh_token=refresh)
    assert oa.account.access_token != access
    assert oa.token(refresh_token=refresh)["error"] == -14014


def test_unknown_fault_is_a_mistake(oa: Caller) -> None:
    with pytest.raises(ValueError, match=", ".join(KINDS)):
        oa.world.simulator.fault("thunder")


# ---------------------------------------------------------------- the simulator itself


def test_refresh_token_is_spent_once_by_many_threads(oa: Caller) -> None:
    refresh, answers = oa.account.refresh_token, []
    threads = [threading.Thread(target=lambda: answers.append(oa.token(refresh_token=refresh))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("access_token" in answer for answer in answers) == [False] * 7 + [True]


def test_cover_may_lie_on_a_page_that_asks_the_simulator(oa: Caller) -> None:
    """Pictures are fetched outside the lock, so a picture server may talk to the simulator meanwhile."""
    app = Flask("asking")

    @app.get("/bia.png")
    def give() -> Response:
        return Response(PICTURES["bia.png"] if oa.get("/v2.0/oa/getoa")["error"] == 0 else b"", 200)

    with server.serving(app) as asking:
        assert oa.published(cover={"cover_type": "photo", "photo_url": f"{asking}/bia.png"}) == oa.stored()[0].id


def test_stored_articles_are_copies(oa: Caller) -> None:
    oa.published()
    oa.stored()[0].body.clear()
    assert oa.stored()[0].body


def test_two_runs_make_up_the_same_ids_and_figures() -> None:
    first, second = (ZaloSimulator(lambda: NOON).add_oa("Xã Mẫu") for _ in range(2))
    assert (first.oa_id, first.access_token) == (second.oa_id, second.access_token)
    assert re.fullmatch(r"\d{19}", first.oa_id)


def test_every_rule_of_the_list_has_a_test() -> None:
    table = (files("channels.simulators") / "zalo_rules.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| (Z\d\d) \|", table, re.MULTILINE)) == RULED

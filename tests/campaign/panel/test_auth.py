"""Coming in and going out: who gets in, how often one may guess, where one lands, and that going out is for good."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign.clock import SetClock
from campaign.home import Home
from campaign.models import Login, User
from campaign.panel.app import create_app
from campaign.panel.auth import MOST_FAILURES, TOO_MANY, WINDOW, WRONG
from tests.conftest import PASSWORD


@pytest.fixture
def app(home: Home, people: dict[str, User]) -> Flask:
    made = create_app(home)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def try_login(browser: FlaskClient, login: str, password: str, query: str = "") -> TestResponse:
    return browser.post(f"/dang-nhap{query}", data={"login": login, "password": password})


def test_the_right_password_opens_the_panel(browser: FlaskClient) -> None:
    assert try_login(browser, "editor", PASSWORD).location == "/"
    assert "Người editor" in browser.get("/").text


def test_the_name_may_be_typed_in_capitals_and_with_spaces(browser: FlaskClient) -> None:
    assert try_login(browser, " Editor ", PASSWORD).status_code == 303


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser: FlaskClient) -> None:
    wrong, unknown = try_login(browser, "editor", "sai-mat-khau"), try_login(browser, "khong-co", "sai-mat-khau")
    assert wrong.status_code == unknown.status_code == 401
    assert WRONG in wrong.text
    assert wrong.text.replace("editor", "khong-co") == unknown.text


def test_the_password_never_comes_back_in_the_page(browser: FlaskClient) -> None:
    assert "sai-mat-khau" not in try_login(browser, "editor", "sai-mat-khau").text


def test_a_person_who_was_switched_off_cannot_come_in(browser: FlaskClient) -> None:
    User.update(active=False).where(User.login == "editor").execute()
    assert WRONG in try_login(browser, "editor", PASSWORD).text


@pytest.mark.parametrize("name", ["editor", "khong-co"])
def test_after_five_failures_a_name_has_to_wait_five_minutes(browser: FlaskClient, clock: SetClock, name: str) -> None:
    for _ in range(MOST_FAILURES):
        assert try_login(browser, name, "sai").status_code == 401
    refused = try_login(browser, name, PASSWORD)
    assert refused.status_code == 429
    assert TOO_MANY in refused.text
    clock.advance(WINDOW + timedelta(seconds=1))
    assert try_login(browser, name, PASSWORD).status_code == (303 if name == "editor" else 401)


def test_failures_of_one_name_do_not_close_another(browser: FlaskClient) -> None:
    for _ in range(MOST_FAILURES):
        try_login(browser, "editor", "sai")
    assert try_login(browser, "approver", PASSWORD).status_code == 303


def test_a_success_forgets_earlier_failures(browser: FlaskClient) -> None:
    for _ in range(MOST_FAILURES - 1):
        try_login(browser, "editor", "sai")
    try_login(browser, "editor", PASSWORD)
    browser.post("/dang-xuat")
    assert try_login(browser, "editor", "sai").status_code == 401


def test_one_lands_on_the_page_one_was_looking_for(browser: FlaskClient) -> None:
    sent = browser.get("/thong-diep?tim=arv")
    assert sent.location == "/dang-nhap?next=/thong-diep?tim%3Darv"
    assert try_login(browser, "editor", PASSWORD, sent.location.removeprefix("/dang-nhap")).location == (
        "/thong-diep?tim=arv"
    )


@pytest.mark.parametrize(
    "target",
    ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "thong-diep", "/%0a//x", ""],
)
def test_nobody_is_sent_to_another_place_by_the_address(browser: FlaskClient, target: str) -> None:
    assert try_login(browser, "editor", PASSWORD, f"?next={target}").location == "/"


def test_logging_out_ends_the_session_on_the_server_too(app: Flask, browser: FlaskClient) -> None:
    try_login(browser, "editor", PASSWORD)
    cookie = browser.get_cookie("lantoa_login")
    assert cookie is not None
    browser.post("/dang-xuat")
    assert Login.select().count() == 0
    thief = app.test_client()
    thief.set_cookie("lantoa_login", cookie.value)
    assert thief.get("/").location == "/dang-nhap?next=/"


def test_a_link_cannot_log_anybody_out(browser: FlaskClient) -> None:
    try_login(browser, "editor", PASSWORD)
    assert browser.get("/dang-xuat").status_code == 405


def test_a_session_that_is_not_used_ends(browser: FlaskClient, clock: SetClock) -> None:
    try_login(browser, "editor", PASSWORD)
    clock.advance(timedelta(hours=13))
    assert browser.get("/").location == "/dang-nhap?next=/"


def test_scripts_cannot_read_the_cookie_and_other_sites_cannot_use_it(browser: FlaskClient) -> None:
    cookie = try_login(browser, "editor", PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_database_holds_only_the_hash_of_the_token(browser: FlaskClient) -> None:
    try_login(browser, "editor", PASSWORD)
    cookie = browser.get_cookie("lantoa_login")
    assert cookie is not None
    assert cookie.value != Login.get().token_hash


def test_a_form_without_its_token_changes_nothing(home: Home, people: dict[str, User]) -> None:
    browser = create_app(home).test_client()
    assert try_login(browser, "editor", PASSWORD).location == "/"
    assert browser.get_cookie("lantoa_login") is None
    page = browser.get("/dang-nhap").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    browser.post("/dang-nhap", data={"login": "editor", "password": PASSWORD, "csrf_token": token[1]})
    assert browser.get_cookie("lantoa_login") is not None


def test_pages_allow_no_inline_script_or_style_and_are_not_kept(client_of: Callable[[str], FlaskClient]) -> None:
    answer = client_of("editor").get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"

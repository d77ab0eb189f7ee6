"""Rights: a role in a unit reaches down the tree and nowhere else; every route has a rule."""

import pytest
from flask import Flask, url_for

from campaign.home import Home, add_user
from campaign.models import Unit, User
from campaign.panel.access import PUBLIC, SIGNED_IN, rule_of
from campaign.panel.app import create_app
from campaign.rights import ACTIONS, ROLES, can, units_where

# Values for the parts of an address that are not numbers.
SAMPLE = {"form": "docx"}


@pytest.fixture
def tree(home: Home) -> dict[str, Unit]:
    province = Unit.create(name="Tỉnh", kind="tỉnh")
    commune = Unit.create(name="Xã", kind="xã", parent=province)
    return {
        "province": province,
        "commune": commune,
        "cell": Unit.create(name="Chi bộ", kind="chi bộ", parent=commune),
        "neighbour": Unit.create(name="Xã bên", kind="xã", parent=province),
    }


def person(home: Home, unit: Unit, *roles: str) -> User:
    return add_user(home, login="nguoi", name="Người", password="mat-khau-dai", unit=unit, roles=list(roles))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_role_may_do_what_its_row_says_and_nothing_else(
    home: Home, tree: dict[str, Unit], role: str, action: str
) -> None:
    someone = person(home, tree["commune"], role)
    assert can(someone, action, tree["commune"]) is (action in ROLES[role].actions)


def test_a_role_reaches_down_but_not_up_or_sideways(home: Home, tree: dict[str, Unit]) -> None:
    editor = person(home, tree["commune"], "editor")
    allowed = {name: can(editor, "write", unit) for name, unit in tree.items()}
    assert allowed == {"province": False, "commune": True, "cell": True, "neighbour": False}
    assert units_where(editor, "write") == {tree["commune"].id, tree["cell"].id}


def test_a_disabled_user_may_do_nothing(home: Home, tree: dict[str, Unit]) -> None:
    editor = person(home, tree["province"], "editor")
    editor.active = False
    assert not can(editor, "view", tree["province"])
    assert units_where(editor, "view") == set()


def test_a_misspelt_action_is_a_fault_not_a_refusal(home: Home, tree: dict[str, Unit]) -> None:
    with pytest.raises(ValueError, match="no such action"):
        can(person(home, tree["province"], "editor"), "wirte", tree["province"])


# ---------------------------------------------------------------- routes


@pytest.fixture
def app(home: Home) -> Flask:
    return create_app(home)


def test_every_route_has_a_rule(app: Flask) -> None:
    with app.app_context():
        without = [rule.endpoint for rule in app.url_map.iter_rules() if rule_of(rule.endpoint) is None]
    assert without == []


def test_only_these_routes_are_open_to_everyone(app: Flask) -> None:
    with app.app_context():
        public = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(rule.endpoint) == PUBLIC}
    assert public == {"static", "auth.login", "media.picture"}


def test_a_route_without_a_rule_is_refused(app: Flask) -> None:
    app.add_url_rule("/quen-khai-bao", "forgotten", lambda: "bí mật")
    answer = app.test_client().get("/quen-khai-bao")
    assert answer.status_code == 404
    assert "bí mật" not in answer.text


def test_without_a_session_every_page_leads_to_the_log_in(app: Flask) -> None:
    client = app.test_client()
    with app.app_context():
        closed = [
            rule
            for rule in app.url_map.iter_rules()
            if rule_of(rule.endpoint) != PUBLIC and "GET" in (rule.methods or set())
        ]
    assert len(closed) > 15
    for rule in closed:
        values = {name: SAMPLE.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            address = url_for(rule.endpoint, **values)
        answer = client.get(address)
        assert (answer.status_code, "/dang-nhap" in answer.headers["Location"]) == (302, True), rule.endpoint


@pytest.mark.parametrize("role", ["editor", "approver", "operator", "reviewer", "administrator"])
def test_a_role_is_let_in_exactly_where_its_actions_reach(app: Flask, people: dict[str, User], role: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/dang-nhap", data={"login": role, "password": "mat-khau-thu-nghiem"})
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or set()):
            continue
        with app.app_context():
            needed = rule_of(rule.endpoint)
        if needed == PUBLIC:
            continue
        allowed = needed == SIGNED_IN or needed in ROLES[role].actions
        answer = client.get(rule.rule)
        # 422: let in, but the address alone does not say enough.
        assert (answer.status_code in {200, 302, 303, 422}) is allowed, (rule.endpoint, answer.status_code)
        assert allowed or answer.status_code == 404

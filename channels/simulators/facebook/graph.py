"""From a call to an answer: the protocol's own rules, who may do what, and which function does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from channels.simulators.facebook import insights, publishing, reading
from channels.simulators.facebook.call import Call, Node, Turn, Upload
from channels.simulators.facebook.errors import GraphError, invalid, missing, unknown_path
from channels.simulators.facebook.fields import Field, read_fields
from channels.simulators.facebook.login import authenticate, debug_token, give_token
from channels.simulators.facebook.nodes import kind_of
from channels.simulators.facebook.params import read_params
from channels.simulators.facebook.store import Holder, Photo, Post, Store, Token

# The day each version ends; None where no end is announced (Graph API, channels.md section 2.1).
VERSION_ENDS: Mapping[str, date | None] = {
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
}
# Removed from every version on 27 October 2026 (section 2.1).
REMOVED_PARAMETERS = ("pretty", "debug", "date_format")

_PUBLISH = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")
_READ_FEED = ("pages_read_engagement", "pages_read_user_content")
_ENGAGEMENT = frozenset({"shares", "comments", "reactions"})


@dataclass(frozen=True)
class Route:
    """One operation: what does it, the scopes it needs, the code of a refusal, and the kind of what it describes."""

    handle: Callable[[Turn, Any], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    refusal: int = 10
    describes: str = "post"
    own_token: bool = True


# By operation as the table of parameters names it.
ROUTES: Mapping[str, Route] = {
    "POST page/feed": Route(publishing.create_post, _PUBLISH, 200),
    "POST page/photos": Route(publishing.create_photo, _PUBLISH, 200, describes="photo"),
    "POST post": Route(publishing.update_post, _PUBLISH, 200),
    "DELETE post": Route(publishing.delete_post, _PUBLISH, 200),
    "GET page/feed": Route(reading.list_feed, _READ_FEED),
    "GET page/posts": Route(reading.list_published, _READ_FEED),
    "GET page/published_posts": Route(reading.list_published, _READ_FEED),
    "GET page/scheduled_posts": Route(reading.list_scheduled, _READ_FEED),
    "GET post": Route(reading.get_node, _READ_FEED),
    "GET post/comments": Route(reading.get_comments, _READ_FEED),
    "GET post/reactions": Route(reading.get_reactions, _READ_FEED),
    "GET post/insights": Route(insights.get_post_insights),
    "GET page/insights": Route(insights.get_page_insights),
    "GET page": Route(reading.get_node, describes="page", own_token=False),
    "GET photo": Route(reading.get_node, describes="photo"),
    "GET user": Route(reading.get_node, describes="user", own_token=False),
    "GET user/accounts": Route(reading.list_accounts, ("pages_show_list",), 200, describes="page", own_token=False),
}


def answer(store: Store, call: Call, *, kill_token: bool = False) -> dict[str, Any]:
    """The body of the answer. Raises GraphError for a refusal; `kill_token` lets the caller's token expire first."""
    _check_protocol(store, call)
    if call.path == ("oauth", "access_token") and call.method == "GET":
        return give_token(store, read_params("GET oauth/access_token", call.args, ()))
    if kill_token and call.token in store.tokens:
        store.tokens[call.token].dead = 463
    token = authenticate(store, call)
    page = store.pages.get(token.owner_id)
    if page is not None:
        store.count_call(page)
    if call.path == ("debug_token",) and call.method == "GET":
        return debug_token(store, read_params("GET debug_token", call.args, ()))
    return _answer_for_node(store, call, token)


def _check_protocol(store: Store, call: Call) -> None:
    if call.version not in VERSION_ENDS:
        raise unknown_path("/".join((call.version, *call.path)).strip("/"))
    end = VERSION_ENDS[call.version]
    if end is not None and store.now().date() >= end:
        raise unknown_path("/".join((call.version, *call.path)))
    for name in REMOVED_PARAMETERS:
        if name in call.args:
            raise invalid(f"Param {name} is no longer supported")
    if "ids" in call.args and not call.path:
        raise invalid("Reading several objects by ids is no longer supported")
    if call.conditional:
        raise invalid("The header If-None-Match is no longer supported")
    if not call.path:
        raise unknown_path("")


def _answer_for_node(store: Store, call: Call, token: Token) -> dict[str, Any]:
    object_id, *edge = call.path
    node = _find(store, token.owner_id if object_id == "me" else object_id)
    operation = " ".join((call.method, "/".join((kind_of(node), *edge))))
    route = ROUTES.get(operation)
    if route is None:
        raise unknown_path("/".join(call.path))
    _check_rights(route, token, node)
    params = read_params(operation, call.args, call.uploads)
    fields = read_fields(params["fields"], route.describes) if params.get("fields") else ()
    if route.describes == "post":
        _check_engagement(fields, token)
    return route.handle(Turn(store, call, token, params, fields), node)


def _find(store: Store, object_id: str) -> Node:
    node = (
        store.pages.get(object_id)
        or store.users.get(object_id)
        or store.photos.get(object_id)
        or store.posts.get(object_id)
    )
    if node is None or (isinstance(node, Post) and node.removed):
        raise missing(object_id)
    if isinstance(node, Photo) and node.post_id is None and not store.staged(node):
        raise missing(object_id)
    return node


def _check_rights(route: Route, token: Token, node: Node) -> None:
    owner_id = node.page_id if isinstance(node, Post | Photo) else node.id
    refusal = GraphError(route.refusal, f"(#{route.refusal}) {_SENTENCES[route.refusal]}")
    if token.holder is Holder.APP or (route.own_token and token.owner_id != owner_id):
        raise refusal
    if not token.scopes.issuperset(route.scopes):
        raise refusal


def _check_engagement(fields: tuple[Field, ...], token: Token) -> None:
    for field in fields:
        if field.name in _ENGAGEMENT and "pages_read_user_content" not in token.scopes:
            raise GraphError(10, f"(#10) The field {field.name} requires pages_read_user_content")


_SENTENCES = {
    10: "This endpoint requires the permissions to read the Page and a Page access token of its own.",
    200: "The permissions to publish on the Page are not available, or this is not its own Page access token.",
}


def with_picture(call: Call, fetch: Callable[[str], Upload]) -> Call:
    """The call with the picture behind `url` fetched, where a photo is given by address."""
    if call.method == "POST" and call.path[-1:] == ("photos",) and "url" in call.args and not call.uploads:
        return replace(call, uploads={"source": fetch(call.args["url"])})
    return call

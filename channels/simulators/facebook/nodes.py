"""Objects as the service writes them: the requested fields of Pages, posts, photos and users.

A field that an object knows but has no value for is left out, as the service does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels.simulators.facebook.call import Node, Turn
from channels.simulators.facebook.fields import Field, plain_fields
from channels.simulators.facebook.figures import Figures, figures_at
from channels.simulators.facebook.insights import post_insights
from channels.simulators.facebook.login import page_token
from channels.simulators.facebook.store import Holder, Page, Photo, Post, Store, User


def graph_time(moment: datetime) -> str:
    """As the service writes a moment: no colon in the offset (channels.md section 2.2)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def kind_of(node: Node) -> str:
    """The kind of an object, as the tables of parameters and fields name it."""
    return type(node).__name__.lower()


def describe(turn: Turn, node: Node, fields: tuple[Field, ...]) -> dict[str, Any]:
    """The object with the requested fields, or with the service's default ones; `id` always comes along."""
    kind = kind_of(node)
    writers: Mapping[str, Callable[[Turn, Any, Field], Any]] = _WRITERS[kind]
    result = {}
    for field in fields or plain_fields(*_DEFAULTS[kind]):
        writer = writers.get(field.name)
        value = writer(turn, node, field) if writer else None
        if value is not None:
            result[field.name] = value
    return result | {"id": node.id}


def post_figures(store: Store, post: Post) -> Figures | None:
    """What a post has reached by now; None while it is not published or nothing was counted yet."""
    return figures_at(post.id, store.now() - post.created_at) if post.published else None


def picture_address(turn: Turn, photo: Photo) -> str:
    """Where the simulator serves the picture."""
    return f"{turn.call.base}/_feed/photo/{photo.id}"


def _attachments(turn: Turn, post: Post, field: Field) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = [
        {
            "media": {"image": {"src": picture_address(turn, photo)}},
            "media_type": "photo",
            "type": "photo",
            "target": {"id": photo.id},
            "url": turn.store.permalink(post),
        }
        for photo in post.photos
    ]
    if post.link and not rows:
        rows = [{"media_type": "link", "type": "share", "url": post.link, "unshimmed_url": post.link}]
    wanted = {child.name for child in field.children}
    if wanted:
        rows = [{name: value for name, value in row.items() if name in wanted} for row in rows]
    return {"data": rows} if rows else None


def _shares(turn: Turn, post: Post, _: Field) -> dict[str, int] | None:
    figures = post_figures(turn.store, post)
    return {"count": figures.shares} if figures and figures.shares else None


def count_summary(turn: Turn, post: Post, field: Field) -> dict[str, Any]:
    """Comments or reactions of a post: never their contents, with `summary(true)` their number."""
    figures = post_figures(turn.store, post) or Figures()
    result: dict[str, Any] = {"data": []}
    if field.modifiers.get("summary") == "true":
        total = figures.comments if field.name == "comments" else figures.reactions
        result["summary"] = {"total_count": total}
    return result


def _access_token(turn: Turn, page: Page, _: Field) -> str | None:
    if turn.token.holder is Holder.USER:
        return page_token(turn.store, page, turn.token)
    return turn.token.value if turn.token.owner_id == page.id else None


def _insights(turn: Turn, post: Post, field: Field) -> dict[str, Any]:
    metrics = [name for name in field.modifiers.get("metric", "").split(",") if name]
    return post_insights(turn.store, turn.token, post, metrics, "lifetime")


def _scheduled(_: Turn, post: Post, __: Field) -> int | None:
    return int(post.scheduled_at.timestamp()) if post.scheduled_at and not post.published else None


def _full_picture(turn: Turn, post: Post, _: Field) -> str | None:
    return picture_address(turn, post.photos[0]) if post.photos else None


_DEFAULTS = {
    "post": ("created_time", "message", "id"),
    "photo": ("created_time", "name", "id"),
    "page": ("name", "id"),
    "user": ("name", "id"),
}

_POST: dict[str, Callable[[Turn, Post, Field], Any]] = {
    "message": lambda _, post, __: post.message or None,
    "created_time": lambda _, post, __: graph_time(post.created_at),
    "updated_time": lambda _, post, __: graph_time(post.created_at),
    "permalink_url": lambda turn, post, _: turn.store.permalink(post),
    "is_published": lambda _, post, __: post.published,
    "is_hidden": lambda _, __, ___: False,
    "is_expired": lambda _, __, ___: False,
    "scheduled_publish_time": _scheduled,
    "from": lambda turn, post, _: {"name": turn.store.pages[post.page_id].name, "id": post.page_id},
    "full_picture": _full_picture,
    "picture": _full_picture,
    "status_type": lambda _, post, __: "added_photos" if post.photos else "mobile_status_update",
    "attachments": _attachments,
    "shares": _shares,
    "comments": count_summary,
    "reactions": count_summary,
    "insights": _insights,
}
_PHOTO: dict[str, Callable[[Turn, Photo, Field], Any]] = {
    "created_time": lambda _, photo, __: graph_time(photo.uploaded_at),
    "name": lambda _, photo, __: photo.caption or None,
    "alt_text": lambda _, photo, __: photo.alt or None,
    "alt_text_custom": lambda _, photo, __: photo.alt or None,
    "picture": lambda turn, photo, _: picture_address(turn, photo),
    "images": lambda turn, photo, _: [{"source": picture_address(turn, photo)}],
    "page_story_id": lambda _, photo, __: photo.post_id,
}
_PAGE: dict[str, Callable[[Turn, Page, Field], Any]] = {
    "name": lambda _, page, __: page.name,
    "followers_count": lambda _, page, __: page.followers,
    "fan_count": lambda _, page, __: page.followers,
    "is_published": lambda _, __, ___: True,
    "can_post": lambda _, page, __: "pages_manage_posts" in page.scopes,
    "link": lambda _, page, __: f"https://www.facebook.com/{page.id}",
    "category": lambda _, __, ___: "Government organisation",
    "access_token": _access_token,
}
_USER: dict[str, Callable[[Turn, User, Field], Any]] = {"name": lambda _, user, __: user.name}
_WRITERS: dict[str, Mapping[str, Callable[[Turn, Any, Field], Any]]] = {
    "post": _POST,
    "photo": _PHOTO,
    "page": _PAGE,
    "user": _USER,
}

"""Writing to a Page: posts, photos, changes and removals (Graph API, channels.md section 2.2)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from channels.simulators.facebook.call import Turn
from channels.simulators.facebook.errors import GraphError, invalid, missing
from channels.simulators.facebook.nodes import describe
from channels.simulators.facebook.store import Page, Photo, Post, Store

MESSAGE_LIMIT = 63_206
PICTURE_LIMIT = 4 * 1024 * 1024
PHOTOS_PER_POST = 10
# The strictest reading of three official pages that contradict each other (channels.md section 2.2).
SCHEDULE_WINDOW = (timedelta(minutes=10), timedelta(days=30))

_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_OF_VERIFIED_LINKS = ("thumbnail", "picture", "name", "description")


def create_post(turn: Turn, page: Page) -> dict[str, Any]:
    """`POST /{page}/feed`."""
    params = turn.params
    if not params.get("message") and not params.get("link"):
        raise invalid("You must supply either a link or a message")
    _check_message(params.get("message", ""))
    _check_link(params.get("link", ""))
    _check_combinations(turn)
    scheduled_at = _scheduled_at(turn.store, params)
    post = Post(
        id=f"{page.id}_{turn.store.new_id()}",
        page_id=page.id,
        message=params.get("message", ""),
        link=params.get("link", ""),
        created_at=turn.store.now(),
        photos=_attached(turn, page, scheduled=scheduled_at is not None),
        scheduled_at=scheduled_at,
        published=params.get("published", True),
    )
    _refuse_duplicate(turn.store, post)
    body = describe(turn, post, turn.fields) if turn.fields else {"id": post.id}
    turn.store.add_post(post)
    return body


def create_photo(turn: Turn, page: Page) -> dict[str, Any]:
    """`POST /{page}/photos`: a published photo is a post at once, an unpublished one waits for `attached_media`."""
    params, upload = turn.params, turn.call.uploads.get("source")
    if upload is None:
        raise invalid("A photo needs source or url")
    caption = params.get("message") or params.get("caption") or params.get("name") or ""
    _check_message(caption)
    mime = _checked_picture(upload.data)
    published = params.get("published", True)
    scheduled_at = _scheduled_at(turn.store, params)
    photo = turn.store.add_photo(
        page.id,
        upload.data,
        mime,
        alt=params.get("alt_text_custom", ""),
        caption=caption,
        temporary=params.get("temporary", False),
    )
    if not published and scheduled_at is None:
        return describe(turn, photo, turn.fields) if turn.fields else {"id": photo.id}
    post = Post(
        id=f"{page.id}_{turn.store.new_id()}",
        page_id=page.id,
        message=caption,
        link="",
        created_at=turn.store.now(),
        photos=(photo,),
        scheduled_at=scheduled_at,
        published=published,
    )
    _refuse_duplicate(turn.store, post)
    turn.store.add_post(post)
    extra = describe(turn, photo, turn.fields) if turn.fields else {}
    return extra | {"id": photo.id, "post_id": post.id}


def update_post(turn: Turn, post: Post) -> dict[str, Any]:
    """`POST /{post}`: new words, a new time, or publish now."""
    if not post.by_app:
        raise GraphError(200, "(#200) The post was not made by this app")
    _check_message(turn.params.get("message", ""))
    if "scheduled_publish_time" in turn.params:
        if post.published:
            raise invalid("A published post cannot be scheduled")
        post.scheduled_at = _within_window(turn.store, turn.params["scheduled_publish_time"])
    if turn.params.get("message"):
        post.message = turn.params["message"]
    if turn.params.get("is_published") and not post.published:
        post.published, post.created_at = True, turn.store.now()
    return {"success": True}


def delete_post(_: Turn, post: Post) -> dict[str, Any]:
    """`DELETE /{post}`."""
    post.removed = True
    return {"success": True}


# ---------------------------------------------------------------- what a post may be


def _check_message(message: str) -> None:
    if len(message) > MESSAGE_LIMIT:
        raise invalid(f"Param message must be at most {MESSAGE_LIMIT} characters long")


def _check_link(link: str) -> None:
    if not link:
        return
    address = urlsplit(link)
    host = address.hostname or ""
    if address.scheme not in {"http", "https"} or not host or " " in link:
        raise invalid("The url you supplied is invalid", 2061006)
    if host == "facebook.com" or host.endswith(".facebook.com"):
        raise invalid("Links to facebook.com cannot be shared", 1609008)
    if host.endswith(".invalid"):
        raise GraphError(1609005, "(#1609005) There was a problem scraping data from the provided link")


def _check_combinations(turn: Turn) -> None:
    params = turn.params
    if "tags" in params and "place" not in params:
        raise invalid("You must specify a place when tagging people")
    entries = params.get("child_attachments")
    most = 10 if params.get("multi_share_optimized") else 5
    if entries is not None and not 2 <= len(entries) <= most:
        raise invalid(f"Param child_attachments must have 2 to {most} entries")
    for name in _OF_VERIFIED_LINKS:
        if name in params or name in turn.call.uploads:
            raise invalid(f"Only owners of the URL have the ability to specify {name}")


def _scheduled_at(store: Store, params: Mapping[str, Any]) -> datetime | None:
    when = params.get("scheduled_publish_time")
    kind = params.get("unpublished_content_type")
    if when is None:
        if kind == "SCHEDULED":
            raise invalid("A scheduled post needs scheduled_publish_time")
        return None
    if params.get("published", True):
        raise invalid("scheduled_publish_time needs published=false")
    return _within_window(store, when)


def _within_window(store: Store, when: datetime | int) -> datetime:
    moment = datetime.fromtimestamp(when, UTC) if isinstance(when, int) else when
    nearest, farthest = SCHEDULE_WINDOW
    if not nearest <= moment - store.now() <= farthest:
        raise invalid("The specified scheduled publish time is invalid")
    return moment


def _refuse_duplicate(store: Store, post: Post) -> None:
    if not store.refuses_duplicates or not post.published:
        return
    earlier = [old for old in store.posts_of(post.page_id) if old.published and not old.removed]
    newest = sorted(earlier, key=lambda old: old.created_at)[-1:]  # of several at one instant, the last accepted
    if newest and newest[0].content == post.content:
        raise GraphError(506, "(#506) Duplicate posts cannot be published consecutively")


# ---------------------------------------------------------------- pictures


def _checked_picture(data: bytes) -> str:
    for signature, mime in _SIGNATURES.items():
        if data.startswith(signature) and len(data) <= PICTURE_LIMIT:
            return mime
    raise invalid("Photos should be smaller than 4 MB and saved as JPG or PNG", 1366046)


def _attached(turn: Turn, page: Page, *, scheduled: bool) -> tuple[Photo, ...]:
    entries = turn.params.get("attached_media", [])
    if len(entries) > PHOTOS_PER_POST:
        raise invalid(f"A post has at most {PHOTOS_PER_POST} attached media")
    photos = tuple(_staged_photo(turn.store, page, str(entry.get("media_fbid", ""))) for entry in entries)
    if len({photo.id for photo in photos}) < len(photos):
        raise invalid("These photos were already posted", 1366051)
    if scheduled and photos:
        if turn.params.get("unpublished_content_type") != "SCHEDULED":
            raise invalid("A scheduled post with photos needs unpublished_content_type=SCHEDULED")
        if not all(photo.temporary for photo in photos):
            raise invalid("Photos of a scheduled post must be uploaded with temporary=true")
    return photos


def _staged_photo(store: Store, page: Page, photo_id: str) -> Photo:
    photo = store.photos.get(photo_id)
    if photo is None or photo.page_id != page.id:
        raise missing(photo_id)
    if photo.post_id is not None:
        raise invalid("These photos were already posted", 1366051)
    if not store.staged(photo):
        raise missing(photo_id)
    return photo

"""What an article must look like to be accepted (channels.md section 3.3)."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from channels.simulators.zalo.model import Content, Payload, Refusal

# Most characters of a text, and what Zalo says of it. Exactly 150 and exactly 300 were refused in production.
TEXTS = {
    "title": (149, "title allow 1 to 150 characters"),
    "description": (299, "description allow 1 to 300 characters"),
    "author": (50, "author allow 1 to 50 characters"),
}
# The keys of which a body block needs one.
BLOCKS = {"text": ("content",), "image": ("url",), "video": ("url", "video_id"), "product": ("id",)}
TYPES = ("normal", "video")
VISIBILITY = ("show", "hide")
COVER_VIEWS = ("horizontal", "vertical", "square")

# The characters an address may have (RFC 3986): everything else has to be percent-encoded.
_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")


def read_content(payload: Payload, video_ids: Collection[str]) -> Content:
    """The article in the JSON of create or update; `video_ids` are those uploaded before. Raises Refusal -201."""
    kind = article_type(payload.get("type"))
    normal = kind == "normal"
    return Content(
        type=kind,
        title=_text(payload, "title"),
        description=_text(payload, "description"),
        author=_text(payload, "author") if normal else "",
        cover=_cover(payload.get("cover")) if normal else {},
        body=_body(payload.get("body")) if normal else [],
        video_id="" if normal else _known(payload, "video_id", video_ids),
        avatar="" if normal else _address(payload, "avatar"),
        tracking_link=_address(payload, "tracking_link") if payload.get("tracking_link") else "",
        status=_known(payload, "status", VISIBILITY, default="show"),
        comment=_known(payload, "comment", VISIBILITY, default="show"),
    )


def article_type(value: Any) -> str:
    """A proper article type. Raises Refusal -201."""
    if value not in TYPES:
        raise Refusal(-201, "type accept only 2 value normal and video.")
    return str(value)


def is_address(value: Any) -> bool:
    """Whether this is an absolute, percent-encoded http(s) address with a host."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def _text(payload: Payload, key: str) -> str:
    most, message = TEXTS[key]
    value = payload.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise Refusal(-201, message)
    return value


def _known(payload: Payload, key: str, allowed: Collection[str], default: str = "") -> str:
    value = payload.get(key, default)
    if not isinstance(value, str) or value not in allowed:
        raise Refusal(-201, f"{key} value is invalid")
    return value


def _address(payload: Payload, key: str) -> str:
    value = payload.get(key)
    if not is_address(value):
        raise Refusal(-201, f"{key} value is invalid")
    return str(value)


def _cover(cover: Any) -> Payload:
    if not isinstance(cover, dict) or cover.get("cover_type") not in {"photo", "video"}:
        raise Refusal(-201, "cover value is invalid")
    _known(cover, "status", VISIBILITY, default="show")
    if cover["cover_type"] == "photo":
        if not cover.get("photo_url"):
            raise Refusal(-201, "cover value is invalid")
        _address(cover, "photo_url")
    elif cover.get("cover_view") not in COVER_VIEWS or not cover.get("video_id"):
        raise Refusal(-201, "cover value is invalid")
    return cover


def _body(body: Any) -> list[Payload]:
    if not isinstance(body, list) or not body or not all(_complete(block) for block in body):
        raise Refusal(-201, "body value is invalid")
    return body


def _complete(block: Any) -> bool:
    if not isinstance(block, dict) or block.get("type") not in BLOCKS:
        return False
    given = [block[key] for key in BLOCKS[block["type"]] if block.get(key)]
    if not given or not all(isinstance(value, str) for value in given):
        return False
    return is_address(block["url"]) if block.get("url") else True

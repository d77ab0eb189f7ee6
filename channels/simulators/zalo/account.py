"""The account itself, its followers, and the broadcast of articles to them (channels.md sections 3.4, 3.5)."""

import json
from datetime import datetime
from typing import Any

from flask import Response, request

from channels.simulators.zalo.media import PICTURE_BYTES, is_picture
from channels.simulators.zalo.model import PACKAGES, VIETNAM, Account, Broadcast, Payload, Refusal
from channels.simulators.zalo.routes import Routes, answer, body, caller, number
from channels.simulators.zalo.store import Store

BROADCAST_MOST = 5
LIST_MOST = 50
OFFSET_MOST = 9951
# Local hours between which nothing is broadcast.
NIGHT_FROM, NIGHT_UNTIL = 22, 6
# The codes of each field of a target: ages, gender, regions, the old 63 provinces, phones, networks.
TARGETS = {
    "ages": range(8),
    "gender": range(3),
    "locations": range(3),
    "cities": range(64),
    "platform": range(1, 4),
    "telcos": range(1, 5),
}


class AccountApi:
    """What an app asks of an OA besides its articles."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> Routes:
        """Method, path and view of every call of this part."""
        return [
            ("GET", "/v2.0/oa/getoa", self.profile),
            ("POST", "/v2.0/oa/message", self.message),
            ("POST", "/v2.0/oa/upload/image", self.upload_image),
            ("GET", "/v3.0/oa/user/getlist", self.users),
        ]

    def profile(self) -> Response:
        """The OA as its owner sees it."""
        account = caller(self.store)
        return answer(
            {
                "oa_id": account.oa_id,
                "name": account.name,
                "num_follower": account.followers,
                "package_name": account.package,
                "is_verified": account.verified,
            }
        )

    def message(self) -> Response:
        """Broadcast articles; a message to one person is no longer taken here."""
        account = caller(self.store)
        payload = body()
        recipient = payload.get("recipient")
        if not isinstance(recipient, dict):
            raise Refusal(-201, "recipient is invalid")
        if "user_id" in recipient:
            raise Refusal(-240, "MessageV2 API has been shut down")
        target = _target(recipient.get("target"))
        with self.store.lock:
            article_ids = self._articles(account, payload.get("message"))
            _check_may_broadcast(account, self.store.now())
            sent = Broadcast(self.store.make_up("message")[:20], article_ids, target, self.store.now())
            account.broadcasts.append(sent)
        return answer({"message_id": sent.message_id})

    def _articles(self, account: Account, message: Any) -> tuple[str, ...]:
        elements = _elements(message)
        if len(elements) > BROADCAST_MOST:
            raise Refusal(-210, f"maximum elements is {BROADCAST_MOST}")
        articles = [self.store.article(account, element.get("attachment_id")) for element in elements]
        if not all(article.public for article in articles):
            raise Refusal(-201, "article is hidden")
        return tuple(article.id for article in articles)

    def upload_image(self) -> Response:
        """Take a picture for messages."""
        caller(self.store)
        file = request.files.get("file")
        if file is None or not is_picture(file.stream.read(PICTURE_BYTES + 1)):
            raise Refusal(-201, "file must be png or jpg of at most 1MB")
        return answer({"attachment_id": self.store.make_up("attachment")})

    def users(self) -> Response:
        """A page of the followers, as ids only."""
        account = caller(self.store)
        try:
            asked = json.loads(request.args.get("data", ""))
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            raise Refusal(-201, "data must be a JSON object")
        offset, count = number("offset", asked.get("offset"), 0), number("count", asked.get("count"), LIST_MOST)
        if offset > OFFSET_MOST or count > LIST_MOST:
            raise Refusal(-210, "offset or count is out of range")
        page = range(account.followers)[offset : offset + count]
        users = [{"user_id": f"{int(account.oa_id) + 1 + index}"} for index in page]
        return answer({"total": account.followers, "count": len(users), "offset": offset, "users": users})


def _target(target: Any) -> Payload:
    if not isinstance(target, dict) or not target.keys() <= TARGETS.keys():
        raise Refusal(-201, "target is invalid")
    for name, codes in target.items():
        parts = codes.split(",") if isinstance(codes, str) else [""]
        if not all(part.strip().isdecimal() and int(part) in TARGETS[name] for part in parts):
            raise Refusal(-201, f"{name} is invalid")
    return target


def _elements(message: Any) -> list[Payload]:
    try:
        attachment = message["attachment"]
        payload = attachment["payload"]
        kinds = (attachment["type"], payload["template_type"])
        elements = list(payload["elements"])
        articles = [element["media_type"] == "article" for element in elements]
    except (KeyError, TypeError):
        raise Refusal(-201, "message is invalid") from None
    if kinds != ("template", "media") or not elements or not all(articles):
        raise Refusal(-201, "message is invalid")
    return elements


def _check_may_broadcast(account: Account, now: datetime) -> None:
    if not account.verified:
        raise Refusal(-221, "Official Account is not verified")
    local = now.astimezone(VIETNAM)
    if local.hour >= NIGHT_FROM or local.hour < NIGHT_UNTIL:
        raise Refusal(-234, "Broadcast is not allowed from 22:00 to 06:00")
    package = PACKAGES[account.package]
    days = [sent.at.astimezone(VIETNAM).date() for sent in account.broadcasts]
    this_month = [day for day in days if (day.year, day.month) == (local.year, local.month)]
    today = this_month.count(local.date())
    if len(this_month) >= package.broadcasts_a_month or (
        package.broadcasts_a_day is not None and today >= package.broadcasts_a_day
    ):
        raise Refusal(-211, "Out of quota")

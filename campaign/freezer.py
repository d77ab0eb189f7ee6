"""What a post carries: rendered once and frozen when it is scheduled, so that what was approved is what is sent."""

from datetime import datetime
from typing import Any

from campaign import local_facts
from campaign.adapters import Adapters
from campaign.errors import Problem
from campaign.models import MediaFile, Unit
from campaign.pictures import FITTED, PictureStore, file_name
from channels.base import Media, Outgoing
from channels.registry import KINDS
from content.card import CardError
from content.message import Message as Content
from content.message import Picture
from content.placeholders import fill, used_by
from content.render import wordings


class Freezer:
    """Renders what a post will carry, once, so that what was approved is what is sent."""

    def __init__(self, adapters: Adapters, store: PictureStore, public_url: str | None) -> None:
        self._adapters, self._store, self.public_url = adapters, store, public_url

    def payload(self, content: Content, kind: str, unit: Unit, wording: int = 0) -> dict[str, Any]:
        """The words and picture of a message for a kind of channel, as plain JSON values.

        `local` are the values of the unit that went into the words; what the unit lacks shows its label in brackets.
        `wording` counts the posts of the message that the channel has had: each says it in other words.
        """
        known = local_facts.values_of(unit)
        local = {name: known[name] for name in used_by(content, kind) if name in known}
        words = self._adapters.for_unit(kind, unit).compose(fill(content, local), wording)
        picture = self._picture(content, kind, unit, words.title)
        media = [{"sha256": picture.sha256, "mime": picture.mime, "alt": picture.alt}] if picture else []
        return {
            "title": words.title,
            "description": words.description,
            "text": words.text,
            "link": None,
            "media": media,
            **({"local": local} if local else {}),
            **({"wording": wording} if wording else {}),
        }

    def _picture(self, content: Content, kind: str, unit: Unit, title: str) -> Picture | None:
        """The picture as the kind takes it. One that cannot be made so stays as it is: the kind's problems name it."""
        limits = KINDS[kind].limits
        picture = content.picture or (self._default_picture(title, unit) if limits.picture_required else None)
        if picture is None or limits.pictures == 0:
            return None
        try:
            return self._store.fit(picture, limits)
        except Problem:
            return picture

    def _default_picture(self, title: str, unit: Unit) -> Picture | None:
        """Where a kind demands a picture and the message has none: its title as a quote card of the unit."""
        try:
            return self._store.card_for(title, unit)
        except CardError:
            # The bundled cover is the one picture that no unit owns.
            is_cover = MediaFile.unit.is_null() & (MediaFile.origin != FITTED)
            cover = MediaFile.select().where(is_cover).order_by(MediaFile.added_at).first()
            return Picture(cover.sha256, cover.mime, cover.alt) if cover else None

    def outgoing(self, payload: dict[str, Any], key: str, due: datetime) -> Outgoing:
        """The payload as the value a channel takes, with the bytes of its picture."""
        media = tuple(
            Media(item["sha256"], item["mime"], item["alt"], self._store.read(item["sha256"]), self._media_url(item))
            for item in payload["media"]
        )
        return Outgoing(key, payload["title"], payload["description"], payload["text"], payload["link"], media, due)

    def _media_url(self, item: dict[str, str]) -> str | None:
        return f"{self.public_url}/media/{file_name(item['sha256'], item['mime'])}" if self.public_url else None

    def problems(self, content: Content, kind: str, unit: Unit, due: datetime) -> list[str]:
        """What a kind of channel would refuse about a message, in any of its wordings, before anyone approves it."""
        adapter = self._adapters.for_unit(kind, unit)
        found = [
            problem
            for wording in range(len(wordings(content, kind)))
            for problem in adapter.problems(self.outgoing(self.payload(content, kind, unit, wording), "preview", due))
        ]
        return list(dict.fromkeys(found))

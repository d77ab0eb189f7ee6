"""Pictures: checked, stripped of everything but the picture, and kept under the hash of their bytes."""

import hashlib
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from campaign.clock import Clock
from campaign.db import write
from campaign.errors import Problem
from campaign.files import replacing
from campaign.imaging import JPEG, PNG, Encoded, shrunk, take_in
from campaign.models import MediaFile, Unit, User
from campaign.rights import ancestors
from channels.base import Limits
from content import card
from content.message import Picture

MOST_UPLOAD = 20_000_000
COVER_ALT = "Dải ruy băng đỏ cùng dòng chữ: Hiểu đúng về HIV. Sẻ chia, không kỳ thị."
NEEDS_ALT = "Hãy viết một câu mô tả ảnh cho người không xem được ảnh."
# How a picture came (MediaFile.origin).
UPLOAD, CARD, COVER, FITTED = "upload", "card", "cover", "fitted"
ENDINGS = {JPEG: ".jpg", PNG: ".png"}


def file_name(sha256: str, mime: str) -> str:
    """The name of a picture in the media folder and in its address. Raises ValueError for anything that is not one."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hex")
    if mime not in ENDINGS:
        raise ValueError(f"not a type that we keep: {mime}")
    return sha256 + ENDINGS[mime]


def colour_of(unit: Unit) -> str:
    """The colour of a unit's cards, "#rrggbb": its own, else that of the nearest unit above which has one."""
    chain = ancestors(unit)
    colours = dict(Unit.select(Unit.id, Unit.colour).where(Unit.id.in_(chain)).tuples())
    return next((colours[unit_id] for unit_id in chain if colours[unit_id]), card.DEFAULT_COLOUR)


class PictureStore:
    """The media folder of a home."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self._clock = folder, clock
        # What was made before from the same: drawing and packing take a while, and a plan freezes hundreds of posts.
        self._made: dict[tuple[object, ...], Picture] = {}

    def path(self, sha256: str) -> Path:
        """Where the bytes of a picture lie. Raises ValueError for anything that is not a hash."""
        paths = [self.folder / file_name(sha256, mime) for mime in ENDINGS]
        return next((path for path in paths if path.exists()), paths[0])

    def read(self, sha256: str) -> bytes:
        """The bytes of a picture. Raises Problem where the file is gone or is not what it was."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise Problem("Tệp ảnh không còn trên máy; hãy tải ảnh lên lại.") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Problem("Tệp ảnh đã bị thay đổi ngoài chương trình; hãy tải ảnh lên lại.")
        return data

    def add(self, upload: bytes, alt: str, *, user: User | None, unit: Unit | None, now: datetime) -> Picture:
        """Take in a picture: any common format, out comes JPEG or PNG without location or other hidden data."""
        return self._add(upload, alt, UPLOAD, user, unit, now)

    def adopt(self, encoded: Encoded, alt: str, *, user: User | None, unit: Unit, now: datetime) -> Picture:
        """Take in a picture of another home as it is (`imaging.kept`), since approved texts name it by its hash."""
        return self._store(encoded, alt, UPLOAD, user, unit, now)

    def add_bundled_cover(self, now: datetime) -> Picture:
        """The cover that comes with the program, for services that demand a picture where no card can be drawn."""
        data = (files("channels") / "assets" / "cover.jpg").read_bytes()
        return self._add(data, COVER_ALT, COVER, None, None, now)

    def card_for(
        self,
        text: str,
        unit: Unit,
        size: tuple[int, int] = card.WIDE,
        *,
        attribution: str = "",
        colour: str = "",
        user: User | None = None,
    ) -> Picture:
        """A quote card with a text, in the colour of the unit or in `colour`; the same text gives the same file.

        Its alternative text is what stands on it. Without `user` the program made it. Raises content.card.CardError
        where the text cannot stand on a card, ValueError for what is no colour.
        """
        colour = colour or colour_of(unit)
        key = (CARD, text, attribution, unit.id, unit.name, colour, size)
        known = self._known(key)
        if known is not None and user is None:
            return known
        words = card.fitted(text, attribution=attribution, size=size)
        data = card.draw(words, attribution=attribution, unit=unit.name, colour=colour, size=size)
        alt = f"{words} – {attribution.strip()}" if attribution.strip() else words
        picture = self._store(Encoded(data, PNG, *size), alt, CARD, user, unit, self._clock.now())
        self._made[key] = picture
        return picture

    def fit(self, picture: Picture, limits: Limits) -> Picture:
        """The picture as a kind of channel takes it: itself, or a smaller version, with the same alternative text.

        Raises Problem where no version is small enough, or where the file is gone.
        """
        row = MediaFile.get_or_none(MediaFile.sha256 == picture.sha256)
        most = limits.picture_bytes
        if row is None or (row.mime in limits.picture_types and (most is None or row.size <= most)):
            return picture
        key = (FITTED, picture.sha256, picture.alt, limits.picture_types, most)
        known = self._known(key)
        if known is None:
            encoded = shrunk(self.read(picture.sha256), limits.picture_types, most)
            known = self._store(encoded, picture.alt, FITTED, row.added_by, row.unit, row.added_at)
            self._made[key] = known
        return known

    def forget(self, sha256: str) -> None:
        """Take the file of a picture away."""
        self.path(sha256).unlink(missing_ok=True)

    def _known(self, key: tuple[object, ...]) -> Picture | None:
        """What was made from the same before, if nobody has deleted it since."""
        known = self._made.get(key)
        if known and MediaFile.select().where(MediaFile.sha256 == known.sha256).exists():
            return known
        return None

    def _add(
        self, upload: bytes, alt: str, origin: str, user: User | None, unit: Unit | None, now: datetime
    ) -> Picture:
        if not alt.strip():
            raise Problem(NEEDS_ALT)
        if len(upload) > MOST_UPLOAD:
            raise Problem(f"Ảnh nặng hơn {MOST_UPLOAD // 1_000_000} MB; hãy chọn ảnh nhỏ hơn.")
        return self._store(take_in(upload), alt.strip(), origin, user, unit, now)

    def _store(
        self, encoded: Encoded, alt: str, origin: str, user: User | None, unit: Unit | None, now: datetime
    ) -> Picture:
        picture = Picture(hashlib.sha256(encoded.data).hexdigest(), encoded.mime, alt)
        self._keep(picture, encoded.data)
        with write():
            MediaFile.insert(
                sha256=picture.sha256, mime=picture.mime, size=len(encoded.data), width=encoded.width,
                height=encoded.height, alt=alt, origin=origin, unit=unit, added_by=user, added_at=now,
            ).on_conflict_ignore().execute()  # fmt: skip
            if user is not None and unit is not None:
                _share(picture.sha256, user, unit)
        return picture

    def _keep(self, picture: Picture, data: bytes) -> None:
        path = self.folder / file_name(picture.sha256, picture.mime)
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == picture.sha256:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as aside:
            aside.write_bytes(data)


def _share(sha256: str, user: User, unit: Unit) -> None:
    """A picture that two units have belongs to the nearest unit above both; one that the program drew, to whoever
    wants to keep it."""
    row = MediaFile.get_by_id(sha256)
    if row.unit is None:
        return
    above = set(ancestors(unit))
    common = next((unit_id for unit_id in ancestors(row.unit) if unit_id in above), row.unit_id)
    MediaFile.update(unit=common, added_by=row.added_by_id or user.id).where(MediaFile.sha256 == sha256).execute()

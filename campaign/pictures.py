"""Pictures: checked, stripped of everything but the picture, and kept under the hash of their bytes."""

import hashlib
import io
import uuid
from datetime import datetime
from importlib.resources import files
from itertools import product
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from campaign.db import write
from campaign.errors import Problem
from campaign.models import MediaFile, Unit, User
from content.message import Picture

# Pixels along the longer edge and JPEG qualities, tried in this order until the picture is small enough.
EDGES = (2048, 1440, 1080, 720)
QUALITIES = (88, 72, 55)
MOST_BYTES = 1_000_000  # Zalo takes covers up to 1 MB (channels.md section 3.3), the strictest of the services
MOST_UPLOAD = 20_000_000
COVER_ALT = "Dải ruy băng đỏ cùng dòng chữ: Hiểu đúng về HIV. Sẻ chia, không kỳ thị."


class PictureStore:
    """The media folder of a home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of a picture lie. Raises ValueError for anything that is not a hash."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in hex")
        return self.folder / f"{sha256}.jpg"

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
        """Take in a picture: any common format, out comes JPEG without location or other hidden data."""
        if not alt.strip():
            raise Problem("Hãy viết một câu mô tả ảnh cho người không xem được ảnh.")
        if len(upload) > MOST_UPLOAD:
            raise Problem(f"Ảnh nặng hơn {MOST_UPLOAD // 1_000_000} MB; hãy chọn ảnh nhỏ hơn.")
        data = _as_jpeg(upload)
        picture = Picture(hashlib.sha256(data).hexdigest(), "image/jpeg", alt.strip())
        self._keep(picture.sha256, data)
        with write():
            MediaFile.insert(
                sha256=picture.sha256, mime=picture.mime, size=len(data), alt=picture.alt, unit=unit, added_by=user,
                added_at=now,
            ).on_conflict_ignore().execute()  # fmt: skip
        return picture

    def add_bundled_cover(self, now: datetime) -> Picture:
        """The cover that comes with the program, for services that demand a picture where a message has none."""
        data = (files("channels") / "assets" / "cover.jpg").read_bytes()
        return self.add(data, COVER_ALT, user=None, unit=None, now=now)

    def _keep(self, sha256: str, data: bytes) -> None:
        path = self.path(sha256)
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        # Two people may add the same picture at once.
        aside = path.with_suffix(f".{uuid.uuid4().hex}.part")
        try:
            aside.write_bytes(data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def _as_jpeg(upload: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(upload)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Problem("Không đọc được tệp ảnh; hãy dùng ảnh JPEG hoặc PNG.") from None
    for edge, quality in product(EDGES, QUALITIES):
        upright.thumbnail((edge, edge))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise Problem("Ảnh quá nhiều chi tiết để nén dưới 1 MB; hãy cắt hoặc thu nhỏ ảnh.")

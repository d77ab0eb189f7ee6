"""Picture files: read with care, kept without anything but the picture, made smaller. Bytes in, bytes out."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from PIL import Image, ImageCms, ImageOps

from campaign.errors import Problem

JPEG, PNG = "image/jpeg", "image/png"
# Pixels along the longer edge of what is kept: what Facebook shows at most, and enough to print a page.
EDGE = 2048
# What a picture may weigh as PNG, which keeps drawings and letters sharp; a heavier one is a photograph.
MOST_PNG = 2_000_000
# A picture of this many pixels takes some 200 MB to read.
MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_DRAWN = {"PNG", "GIF"}
_QUALITY = 90
# Tried in this order until a picture is small enough for a channel.
_EDGES = (2048, 1440, 1080, 720)
_QUALITIES = (88, 76, 60)
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Encoded:
    """A picture file: its bytes, its MIME type, and its size in pixels."""

    data: bytes
    mime: str
    width: int
    height: int


def take_in(upload: bytes) -> Encoded:
    """An uploaded picture as it is kept: upright, in sRGB, on white, at most 2,048 pixels wide or high, and without
    place, time, device, comment or anything else that is not the picture. What it is, its content says, not its name.

    Raises Problem for what is no picture, moves, or has more pixels than a machine should be asked to read.
    """
    try:
        with Image.open(io.BytesIO(upload), formats=_FORMATS) as image:
            _need_readable(image)
            is_drawn = image.format in _DRAWN
            image.draft("RGB", (EDGE, EDGE))
            plain = _plain(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Problem(_TOO_MANY) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Problem("Không đọc được tệp ảnh; hãy dùng ảnh JPEG hoặc PNG.") from None
    plain.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    if is_drawn:
        drawn = _encoded(plain, PNG)
        if len(drawn.data) <= MOST_PNG:
            return drawn
    return _encoded(plain, JPEG, _QUALITY)


_TOO_MANY = f"Ảnh có quá nhiều điểm ảnh; hãy thu nhỏ còn dưới {MOST_PIXELS // 1_000_000} triệu điểm ảnh."


def _need_readable(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise Problem(_TOO_MANY)
    # A phone's JPEG may carry a second picture for depth (MPO); that one is no film.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise Problem("Ảnh động không đăng được như ảnh; hãy lưu một khung hình thành JPEG hoặc PNG.")


def _plain(image: Image.Image) -> Image.Image:
    """Nothing but the pixels, upright, opaque and in the colours that every service takes for granted."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
    if profile and upright.mode in {"RGB", "CMYK"}:
        upright = _in_srgb(upright, profile)
    bare = Image.new("RGB", upright.size)
    bare.paste(upright.convert("RGB"))
    return bare


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones photograph in wider colours, which look dull once their profile is gone."""
    try:
        found = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        # A broken profile says nothing about the colours.
        return image
    return found or image


def _encoded(image: Image.Image, mime: str, quality: int = _QUALITY) -> Encoded:
    out = io.BytesIO()
    if mime == PNG:
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return Encoded(out.getvalue(), mime, *image.size)


def shrunk(data: bytes, types: Sequence[str], most: int | None) -> Encoded:
    """One of our own pictures in a type of `types` and at most `most` bytes, as large and fine as that allows.

    Raises Problem where it cannot be.
    """
    with Image.open(io.BytesIO(data)) as image:
        whole = image.convert("RGB")
    for encoded in _smaller_and_smaller(whole, types):
        if most is None or len(encoded.data) <= most:
            return encoded
    raise Problem("Kênh không nhận ảnh này dù đã thu nhỏ; hãy chọn ảnh khác.")


def _smaller_and_smaller(image: Image.Image, types: Sequence[str]) -> Iterator[Encoded]:
    tried = product(_EDGES, _QUALITIES if JPEG in types else (_QUALITY,))
    mime = JPEG if JPEG in types else PNG
    if mime not in types:
        return
    for edge, quality in tried:
        smaller = image.copy()
        smaller.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        yield _encoded(smaller, mime, quality)


def thumbnail(data: bytes, edge: int) -> bytes:
    """One of our own pictures as a small JPEG, at most `edge` pixels wide or high."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (edge, edge))
        small = image.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return _encoded(small, JPEG, 82).data


def kept(data: bytes) -> Encoded:
    """One of our own pictures that comes back from outside, byte for byte, since texts name it by its hash.

    Raises Problem where it is not as `take_in` leaves a picture: too large, of another type, or with hidden data.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            hidden = _HIDDEN & image.info.keys() or getattr(image, "text", None) or image.getexif()
            if hidden or max(image.size) > EDGE:
                raise Problem(_NOT_OURS)
            image.load()
            return Encoded(data, Image.MIME[image.format or ""], *image.size)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Problem(_NOT_OURS) from None


_NOT_OURS = "Ảnh kèm theo không phải ảnh do Lan Tỏa lưu; hãy tải ảnh gốc lên."
# Where Pillow puts what a camera or an editor wrote beside the picture.
_HIDDEN = {"exif", "xmp", "comment", "photoshop"}

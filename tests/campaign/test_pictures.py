"""Pictures: only the picture is kept, under the hash of its bytes, small enough for every service."""

import io
import os
from datetime import UTC, datetime

import pytest
from PIL import Image

from campaign.errors import Problem
from campaign.home import Home
from campaign.models import MediaFile
from campaign.pictures import EDGES, MOST_BYTES
from content.message import Picture

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


def drawn(form: str = "JPEG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, form, **options)
    return out.getvalue()


def located() -> bytes:
    """A photograph that knows where it was taken."""
    image, out = Image.new("RGB", (64, 64), "white"), io.BytesIO()
    exif = image.getexif()
    exif[0x010E] = "nhà bà Tư, ấp 3"
    exif.get_ifd(0x8825)[2] = (10.0, 14.0, 30.0)
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def add(home: Home, data: bytes, alt: str = "Cán bộ y tế tư vấn.") -> Picture:
    return home.store.add(data, alt, user=None, unit=None, now=NOW)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_common_formats_become_jpeg_under_their_hash(home: Home, form: str) -> None:
    picture = add(home, drawn(form))
    assert Image.open(io.BytesIO(home.store.read(picture.sha256))).format == "JPEG"
    assert MediaFile.get_by_id(picture.sha256).alt == "Cán bộ y tế tư vấn."


def test_where_a_photograph_was_taken_is_not_kept(home: Home) -> None:
    stored = home.store.read(add(home, located()).sha256)
    assert "ấp 3".encode() not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()


def test_a_large_picture_is_made_small_enough_for_every_service(home: Home) -> None:
    stored = home.store.read(add(home, drawn(size=(3000, 2500))).sha256)
    assert len(stored) <= MOST_BYTES
    assert max(Image.open(io.BytesIO(stored)).size) <= EDGES[0]


@pytest.mark.parametrize("data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused(home: Home, data: bytes) -> None:
    with pytest.raises(Problem, match="JPEG hoặc PNG"):
        add(home, data)


def test_a_picture_needs_words_for_those_who_cannot_see_it(home: Home) -> None:
    with pytest.raises(Problem, match="mô tả ảnh"):
        add(home, drawn(), "  ")


def test_the_same_picture_is_kept_once(home: Home) -> None:
    before = MediaFile.select().count()
    data = drawn()
    assert add(home, data).sha256 == add(home, data).sha256
    assert MediaFile.select().count() == before + 1


def test_a_file_changed_on_disk_is_not_sent(home: Home) -> None:
    picture = add(home, drawn())
    home.store.path(picture.sha256).write_bytes(drawn())
    with pytest.raises(Problem, match="bị thay đổi"):
        home.store.read(picture.sha256)
    home.store.path(picture.sha256).unlink()
    with pytest.raises(Problem, match="không còn"):
        home.store.read(picture.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_only_a_hash_names_a_picture(home: Home, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        home.store.path(name)


@pytest.mark.parametrize("damaged", [b"", b"x", drawn(size=(8, 8))])
def test_uploading_a_picture_again_mends_its_damaged_file(home: Home, damaged: bytes) -> None:
    data = drawn()
    picture = add(home, data)
    home.store.path(picture.sha256).write_bytes(damaged)
    add(home, data)
    assert len(home.store.read(picture.sha256)) > len(damaged)
    assert not list(home.store.folder.glob("*.part"))


def test_a_whole_file_is_not_written_again(home: Home) -> None:
    data = drawn()
    path = home.store.path(add(home, data).sha256)
    os.utime(path, (1, 1))
    add(home, data)
    assert path.stat().st_mtime == 1

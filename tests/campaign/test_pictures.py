"""Pictures: only the picture is kept, under the hash of its bytes; each channel gets a version that it takes."""

import io
import os
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from campaign import gallery
from campaign.errors import NotAllowed, Problem
from campaign.home import Home
from campaign.imaging import EDGE, MOST_PIXELS, MOST_PNG
from campaign.models import Audit, MediaFile, Message, Post, Revision, Unit, User
from campaign.pictures import CARD, COVER, FITTED, MOST_UPLOAD, UPLOAD, colour_of, file_name
from campaign.workflow import content_of, create, latest_revision, save, submit
from channels.base import Limits
from channels.registry import KINDS
from content.card import DEFAULT_COLOUR, SQUARE, WIDE, CardError
from content.message import Picture
from tests.campaign.world import World, content, fresh
from tests.engines import on_both_engines

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
SMALL = Limits(pictures=1, picture_bytes=200_000, picture_types=("image/jpeg",))


def drawn(form: str = "JPEG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    """A picture as full of detail as can be."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, form, **options)
    return out.getvalue()


def plain(
    form: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", colour: object = "white", **more: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


def add(home: Home, data: bytes, alt: str = "Cán bộ y tế tư vấn.") -> Picture:
    return home.store.add(data, alt, user=None, unit=None, now=NOW)


def stored(home: Home, picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(home.store.read(picture.sha256)))


# ---------------------------------------------------------------- taking in


@pytest.mark.parametrize(
    ("form", "kept"), [("JPEG", "JPEG"), ("WEBP", "JPEG"), ("PNG", "PNG"), ("GIF", "PNG")], ids=lambda form: form
)
def test_photographs_are_kept_as_jpeg_and_drawings_as_png(home: Home, form: str, kept: str) -> None:
    picture = add(home, plain(form))
    assert stored(home, picture).format == kept
    assert picture.mime == f"image/{kept.lower()}"
    assert home.store.path(picture.sha256).suffix == {"JPEG": ".jpg", "PNG": ".png"}[kept]
    row = MediaFile.get_by_id(picture.sha256)
    assert (row.mime, row.width, row.height, row.origin) == (picture.mime, 64, 48, UPLOAD)
    assert row.size == len(home.store.read(picture.sha256))
    assert row.alt == "Cán bộ y tế tư vấn."


def test_what_a_file_is_its_content_says(home: Home) -> None:
    """Nobody is asked for a name or a type; a photograph saved as PNG is far too heavy as one."""
    data = drawn("PNG", (2048, 1500))
    assert len(data) > MOST_PNG
    assert add(home, data).mime == "image/jpeg"


def test_a_picture_keeps_its_detail_up_to_two_thousand_pixels(home: Home) -> None:
    assert stored(home, add(home, drawn(size=(1800, 1200)))).size == (1800, 1200)
    assert max(stored(home, add(home, drawn(size=(3000, 2500)))).size) == EDGE


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "CMYK"])
def test_every_kind_of_colour_becomes_plain_colour_on_white(home: Home, mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    seen = {"RGBA": (0, 0, 0, 0), "LA": (0, 0), "P": 0, "L": 255, "CMYK": (0, 0, 0, 0)}[mode]
    options = {"transparency": 0} if mode == "P" else {}
    image = stored(home, add(home, plain(form, mode=mode, colour=seen, **options)))
    assert image.mode == "RGB"
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_wide_colours_are_brought_into_srgb(home: Home) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = stored(home, add(home, plain("PNG", colour=(200, 40, 46), icc_profile=profile)))
    assert image.getpixel((5, 5)) == (200, 40, 46)
    assert "icc_profile" not in image.info
    broken = add(home, plain("PNG", colour=(10, 20, 30), icc_profile=b"no profile at all"))
    assert stored(home, broken).getpixel((5, 5)) == (10, 20, 30)


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", plain("PNG")[:60]]
)
def test_what_is_no_picture_is_refused(home: Home, data: bytes) -> None:
    with pytest.raises(Problem, match="JPEG hoặc PNG"):
        add(home, data)


def test_a_format_that_nobody_needs_is_refused(home: Home) -> None:
    with pytest.raises(Problem, match="JPEG hoặc PNG"):
        add(home, plain("TIFF"))


def test_a_picture_that_moves_is_refused(home: Home) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(Problem, match="Ảnh động"):
        add(home, out.getvalue())


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_small_file_of_countless_pixels_is_refused_unread(home: Home, side: int) -> None:
    assert side * side > MOST_PIXELS
    header = b"\x89PNG\r\n\x1a\n"
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(64))),
    ):
        header += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    with pytest.raises(Problem, match="điểm ảnh"):
        add(home, header)


def test_a_file_that_is_too_heavy_is_refused(home: Home) -> None:
    with pytest.raises(Problem, match="20 MB"):
        add(home, bytes(MOST_UPLOAD + 1))


def test_a_picture_needs_words_for_those_who_cannot_see_it(home: Home) -> None:
    with pytest.raises(Problem, match="mô tả ảnh"):
        add(home, drawn(), "  ")


# ---------------------------------------------------------------- what must not be kept


def located() -> bytes:
    """A photograph that knows where it was taken, when, by which device, and what its owner wrote about it."""
    image = Image.new("RGB", (400, 300), "white")
    exif = image.getexif()
    exif[0x010E] = "nha ba Tu, ap 3"
    exif[0x010F] = "MayAnhThu"
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:11:01 08:15:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (10.0, 14.0, 30.0), "E", (105.0, 45.0, 12.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"gap ba Tu luc 8 gio", xmp=b"<x:xmpmeta>ap 3</x:xmpmeta>")
    return out.getvalue()


def test_where_a_photograph_was_taken_is_not_kept(home: Home) -> None:
    before = Image.open(io.BytesIO(located()))
    assert before.getexif().get_ifd(0x8825)[2] == (10.0, 14.0, 30.0)
    assert before.info["comment"] and before.info["xmp"]
    after = stored(home, add(home, located()))
    assert not after.getexif()
    assert not {"exif", "comment", "xmp", "icc_profile"} & set(after.info)
    data = home.store.read(add(home, located()).sha256)
    for trace in (b"ba Tu", b"ap 3", b"MayAnhThu", b"2026:11", b"Exif", b"GPS"):
        assert trace not in data


def test_a_photograph_taken_sideways_stands_upright(home: Home) -> None:
    assert stored(home, add(home, located())).size == (300, 400)


def test_what_is_written_into_a_png_is_not_kept(home: Home) -> None:
    notes = PngInfo()
    notes.add_text("Author", "ba Tu")
    notes.add_itxt("Comment", "ap 3")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (10.0, 14.0, 30.0)
    picture = add(home, plain("PNG", pnginfo=notes, exif=exif))
    assert picture.mime == "image/png"
    data = home.store.read(picture.sha256)
    assert not any(trace in data for trace in (b"ba Tu", b"ap 3", b"eXIf", b"tEXt", b"iTXt"))


# ---------------------------------------------------------------- files


def test_the_same_picture_is_kept_once(home: Home) -> None:
    before = MediaFile.select().count()
    data = drawn()
    assert add(home, data).sha256 == add(home, data).sha256
    assert MediaFile.select().count() == before + 1


def test_a_picture_of_two_units_belongs_to_the_unit_above_both(home: Home, unit: Unit, people: dict[str, User]) -> None:
    one, other = (Unit.create(name=name, kind="thôn", parent=unit) for name in ("Thôn 1", "Thôn 2"))
    data = drawn()
    for below in (one, other):
        picture = home.store.add(data, "Ảnh.", user=people["editor"], unit=below, now=NOW)
    assert MediaFile.get_by_id(picture.sha256).unit == unit


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


def test_the_name_of_a_file_tells_its_type() -> None:
    assert file_name("a" * 64, "image/jpeg") == "a" * 64 + ".jpg"
    assert file_name("a" * 64, "image/png") == "a" * 64 + ".png"
    with pytest.raises(ValueError, match="not a type"):
        file_name("a" * 64, "image/svg+xml")


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


# ---------------------------------------------------------------- fitted to a channel


def test_a_picture_that_a_channel_takes_is_sent_as_it_is(home: Home) -> None:
    picture = add(home, plain("PNG"))
    assert home.store.fit(picture, KINDS["facebook"].limits) == picture
    assert home.store.fit(picture, Limits(pictures=1)) == picture


@pytest.mark.parametrize("kind", ["facebook", "zalo"])
def test_a_heavy_picture_is_made_as_light_as_the_channel_asks(home: Home, kind: str) -> None:
    limits = replace(KINDS[kind].limits, picture_bytes=(KINDS[kind].limits.picture_bytes or 0) // 8)
    picture = add(home, drawn(size=(2000, 1500)))
    fitted = home.store.fit(picture, limits)
    assert fitted.alt == picture.alt
    assert len(home.store.read(fitted.sha256)) <= (limits.picture_bytes or 0)
    row = MediaFile.get_by_id(fitted.sha256)
    assert row.origin == FITTED
    assert (row.width, row.height) == stored(home, fitted).size


def test_a_type_that_a_channel_does_not_take_becomes_one_that_it_takes(home: Home) -> None:
    assert home.store.fit(add(home, plain("PNG")), SMALL).mime == "image/jpeg"
    only_png = Limits(pictures=1, picture_types=("image/png",))
    assert home.store.fit(add(home, plain("JPEG")), only_png).mime == "image/png"


def test_fitting_again_gives_the_same_file(home: Home) -> None:
    picture = add(home, drawn("JPEG", (1400, 1100)))
    assert home.store.fit(picture, SMALL) == home.store.fit(picture, SMALL)
    assert MediaFile.select().where(MediaFile.origin == FITTED).count() == 1


@pytest.mark.parametrize("limits", [replace(SMALL, picture_bytes=900), replace(SMALL, picture_types=("image/webp",))])
def test_what_no_version_fits_is_said(home: Home, limits: Limits) -> None:
    with pytest.raises(Problem, match="hãy chọn ảnh khác"):
        home.store.fit(add(home, drawn()), limits)


def test_a_post_carries_the_fitted_picture_and_its_own_words_for_it(world: World) -> None:
    """A cover beyond Zalo's megabyte goes out all the same, and the message keeps the fine one."""
    picture = replace(add(world.home, drawn(size=(2048, 2048))), alt="Lời mô tả của thông điệp.")
    assert MediaFile.get_by_id(picture.sha256).size > 2**20
    posts = {kind: world.post(kind, f"anh-{kind}", picture=picture) for kind in ("zalo", "facebook")}
    (media,) = posts["zalo"].payload["media"]
    assert media["sha256"] != picture.sha256
    assert media["alt"] == "Lời mô tả của thông điệp."
    assert len(world.home.store.read(media["sha256"])) <= 2**20
    assert posts["facebook"].payload["media"][0]["sha256"] == picture.sha256
    assert world.deliver() == 2
    assert world.shown_articles == ["Bài anh-zalo"]


# ---------------------------------------------------------------- quote cards


def test_a_card_says_what_is_on_it(home: Home, unit: Unit, people: dict[str, User]) -> None:
    picture = home.store.card_for("Biết sớm, sống khỏe.", unit, SQUARE, user=people["editor"])
    row = MediaFile.get_by_id(picture.sha256)
    assert (picture.mime, picture.alt) == ("image/png", "Biết sớm, sống khỏe.")
    assert (row.origin, row.unit, row.added_by) == (CARD, unit, people["editor"])
    assert stored(home, picture).size == SQUARE
    quoted = home.store.card_for("Tôi đã không còn sợ.", unit, attribution="Chị Hoa (tên đã đổi)")
    assert quoted.alt == "Tôi đã không còn sợ. – Chị Hoa (tên đã đổi)"


def test_the_same_text_gives_the_same_card_and_a_person_may_keep_it(
    home: Home, unit: Unit, people: dict[str, User]
) -> None:
    picture = home.store.card_for("Biết sớm.", unit)
    assert MediaFile.get_by_id(picture.sha256).added_by is None
    assert home.store.card_for("Biết sớm.", unit) == picture
    assert home.store.card_for("Biết sớm.", unit, user=people["editor"]) == picture
    assert MediaFile.get_by_id(picture.sha256).added_by == people["editor"]


def test_a_card_is_drawn_again_after_it_was_deleted(home: Home, unit: Unit, people: dict[str, User]) -> None:
    picture = home.store.card_for("Biết sớm.", unit)
    gallery.delete(people["editor"], MediaFile.get_by_id(picture.sha256), home.store, NOW)
    assert not home.store.path(picture.sha256).exists()
    assert home.store.card_for("Biết sớm.", unit) == picture
    assert home.store.read(picture.sha256)


def test_a_unit_without_a_colour_has_that_of_the_unit_above(home: Home, unit: Unit, people: dict[str, User]) -> None:
    below = Unit.create(name="Thôn 1", kind="thôn", parent=unit)
    assert colour_of(below) == DEFAULT_COLOUR
    before = home.store.card_for("Biết sớm.", below)
    gallery.set_colour(people["administrator"], unit, "#0A6A66", NOW)
    assert colour_of(below) == "#0a6a66"
    assert home.store.card_for("Biết sớm.", below) != before
    gallery.set_colour(people["administrator"], unit, "", NOW)
    assert colour_of(below) == DEFAULT_COLOUR
    with pytest.raises(Problem, match="#a8242c"):
        gallery.set_colour(people["administrator"], unit, "red", NOW)
    with pytest.raises(NotAllowed):
        gallery.set_colour(people["editor"], unit, "#000000", NOW)


def test_where_a_channel_demands_a_picture_the_title_becomes_its_card(world: World) -> None:
    """Zalo takes no article without a cover; Facebook needs none. The cover is fetched from its public address."""
    zalo, facebook = world.post("zalo", "khong-anh"), world.post("facebook", "khong-anh-2")
    (media,) = zalo.payload["media"]
    assert (media["mime"], media["alt"]) == ("image/png", "Bài khong-anh")
    row = MediaFile.get_by_id(media["sha256"])
    assert (row.origin, row.width, row.height) == (CARD, *WIDE)
    assert facebook.payload["media"] == []
    outgoing = world.home.freezer.outgoing(zalo.payload, zalo.key, zalo.due_at)
    assert outgoing.media[0].url == f"{world.home.freezer.public_url}/media/{media['sha256']}.png"
    world.deliver()
    assert world.shown_articles == ["Bài khong-anh"]
    assert fresh(zalo).state == "published"


def test_a_title_that_cannot_stand_on_a_card_leaves_the_bundled_cover(world: World) -> None:
    with pytest.raises(CardError):
        world.home.store.card_for("Liều 漢", world.unit)
    post = world.post("zalo", "chu-la", title="Liều 漢")
    assert MediaFile.get_by_id(post.payload["media"][0]["sha256"]).origin == COVER


# ---------------------------------------------------------------- the library


@pytest.fixture
def own(home: Home, unit: Unit, people: dict[str, User]) -> MediaFile:
    """A picture of the unit that nothing uses."""
    picture = home.store.add(
        drawn(size=(1400, 1400)), "Một buổi truyền thông.", user=people["editor"], unit=unit, now=NOW
    )
    found: MediaFile = MediaFile.get_by_id(picture.sha256)
    return found


def as_picture(row: MediaFile) -> Picture:
    return Picture(row.sha256, row.mime, row.alt)


@on_both_engines
def test_where_a_picture_is_used_is_counted_shrunk_or_not(world: World, own: MediaFile) -> None:
    assert own.sha256 not in gallery.uses()
    assert not gallery.is_used(own.sha256)
    MediaFile.update(size=2**21).where(MediaFile.sha256 == own.sha256).execute()
    zalo = world.post("zalo", "co-anh", picture=as_picture(own))
    assert zalo.payload["media"][0]["sha256"] != own.sha256
    world.post("facebook", "co-anh-2", picture=as_picture(own))
    world.post("loudspeaker", "co-anh-3", picture=as_picture(own))
    assert gallery.uses()[own.sha256] == gallery.Uses(messages=3, posts=2)
    units = [world.unit.id]
    assert {row.title for row in gallery.messages_with(own.sha256, units)} == {
        "Bài co-anh",
        "Bài co-anh-2",
        "Bài co-anh-3",
    }
    assert {post.channel.kind for post in gallery.posts_with(own.sha256, units, 10)} == {"zalo", "facebook"}
    assert gallery.messages_with(own.sha256, []) == gallery.posts_with(own.sha256, [], 10) == []


def test_only_what_nothing_refers_to_is_deleted(
    home: Home, own: MediaFile, people: dict[str, User], unit: Unit
) -> None:
    revision = create(people["editor"], unit, content("co-anh", "Lời.", picture=as_picture(own)), NOW)
    with pytest.raises(Problem, match="không xóa được"):
        gallery.delete(people["editor"], own, home.store, NOW)
    assert home.store.path(own.sha256).exists()
    changed = replace(content_of(revision), picture=None)
    save(people["editor"], revision.message, changed, NOW, revision.content_hash)
    with pytest.raises(NotAllowed):
        gallery.delete(people["reviewer"], own, home.store, NOW)
    gallery.delete(people["editor"], own, home.store, NOW)
    assert not home.store.path(own.sha256).exists()
    assert MediaFile.get_or_none(MediaFile.sha256 == own.sha256) is None
    assert Audit.get(Audit.action == "delete_picture").detail == {"alt": "Một buổi truyền thông."}


def test_a_card_that_a_post_carries_is_not_deleted(world: World) -> None:
    post = world.post("zalo", "khong-anh")
    row = MediaFile.get_by_id(post.payload["media"][0]["sha256"])
    with pytest.raises(Problem, match="không xóa được"):
        gallery.delete(world.people["editor"], row, world.home.store, NOW)
    assert gallery.uses()[row.sha256] == gallery.Uses(messages=0, posts=1)


def test_the_bundled_cover_stays(home: Home, people: dict[str, User]) -> None:
    with pytest.raises(Problem, match="đi cùng chương trình"):
        gallery.delete(people["editor"], MediaFile.get(MediaFile.origin == COVER), home.store, NOW)


def test_other_words_for_a_picture_leave_messages_as_they_are(
    own: MediaFile, people: dict[str, User], unit: Unit
) -> None:
    revision = create(people["editor"], unit, content("co-anh", "Lời.", picture=as_picture(own)), NOW)
    gallery.change_alt(people["editor"], own, "  Buổi truyền thông ở   thôn. ", NOW)
    assert MediaFile.get_by_id(own.sha256).alt == "Buổi truyền thông ở thôn."
    kept = content_of(Revision.get_by_id(revision.id))
    assert kept.picture == as_picture(own)
    assert kept.content_hash == revision.content_hash
    with pytest.raises(Problem, match="mô tả ảnh"):
        gallery.change_alt(people["editor"], own, " ", NOW)
    with pytest.raises(NotAllowed):
        gallery.change_alt(people["approver"], own, "Lời khác.", NOW)


def test_a_draft_takes_a_picture_unless_somebody_has_saved_since(
    own: MediaFile, people: dict[str, User], unit: Unit
) -> None:
    editor = people["editor"]
    revision = create(editor, unit, content("nhap", "Lời."), NOW)
    message, seen = Message.get_by_id(revision.message_id), revision.content_hash
    assert revision in gallery.drafts([unit.id])
    gallery.use_in(editor, message, as_picture(own), seen, NOW + timedelta(minutes=1))
    assert content_of(latest_revision(message)).picture == as_picture(own)
    with pytest.raises(Problem, match="Người khác vừa lưu"):
        gallery.use_in(editor, message, as_picture(own), seen, NOW)
    submit(editor, latest_revision(message), NOW)
    assert message.id not in {row.message_id for row in gallery.drafts([unit.id])}
    with pytest.raises(Problem, match="không còn là bản nháp"):
        gallery.use_in(editor, message, as_picture(own), latest_revision(message).content_hash, NOW)
    assert Post.select().count() == 0

"""Packs: approved messages travel between offices as one file, arrive as drafts, and can be called back."""

import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from campaign import clearance, local_facts, pack_file, packs, workflow
from campaign.clock import SetClock
from campaign.errors import NotAllowed, Problem
from campaign.home import Home
from campaign.library import load_folder
from campaign.models import (
    Audit,
    MediaFile,
    Message,
    Pack,
    PackItem,
    Post,
    PostState,
    Revision,
    RevisionState,
    Task,
    Unit,
    User,
)  # fmt: skip
from campaign.pack_file import MANIFEST, read
from campaign.packs import Exported, Recalled, bring_in, export, recall
from campaign.pictures import PictureStore
from campaign.scheduling import schedule
from campaign.workflow import Decision, approved_revision, content_of, create, decide, latest_revision, save, submit
from content.message import Message as Content
from content.message import Picture
from tests.campaign.test_library import FILE
from tests.campaign.world import World, content, fresh, state
from tests.conftest import START
from tests.engines import on_both_engines

PNG_ALT = "Một chiếc nơ đỏ"


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def sender(tmp_path: Path, clock: SetClock) -> PictureStore:
    """The pictures of the office that makes the pack."""
    return PictureStore(tmp_path / "noi-gui", clock)


@pytest.fixture
def picture(sender: PictureStore, home: Home) -> Picture:
    made = sender.add(png(), PNG_ALT, user=None, unit=None, now=START)
    MediaFile.delete().where(MediaFile.sha256 == made.sha256).execute()
    return made


@pytest.fixture
def messages(picture: Picture) -> list[Content]:
    return [
        content("goi-mot", "Xét nghiệm HIV sớm để điều trị sớm.", picture=picture),
        content("goi-hai", "Gọi {{hotline_cdc_tinh}} để được tư vấn, giữ kín thông tin."),
    ]


@pytest.fixture
def pack(tmp_path: Path, sender: PictureStore, messages: list[Content]) -> Path:
    """A pack of another office, made by the very function that exports."""
    return written(tmp_path / "goi.lantoa.zip", messages, sender)


def written(path: Path, messages: list[Content], store: PictureStore, later: timedelta = timedelta(0)) -> Path:
    pictures = {row.picture.sha256: store.read(row.picture.sha256) for row in messages if row.picture}
    pack_file.write(path, "Tháng hành động 2026", "tỉnh Thử", START + later, messages, pictures)
    return path


def approved(people: dict[str, User], revision: Revision) -> Revision:
    submit(people["editor"], revision, START)
    decide(people["approver"], revision, Decision.APPROVE, START, seen_hash=revision.content_hash)
    found: Revision = Revision.get_by_id(revision.id)
    return found


def newest(slug: str) -> Revision:
    return latest_revision(Message.get(Message.slug == slug))


def counts() -> tuple[int, ...]:
    return tuple(table.select().count() for table in (Message, Revision, MediaFile, Pack, PackItem, Audit))


# ---------------------------------------------------------------- giving away


@pytest.fixture
def given(home: Home, unit: Unit, people: dict[str, User], tmp_path: Path) -> Callable[..., Exported]:
    """Exports to a new file of this name."""

    def give(name: str = "xuat.zip", **changes: Any) -> Exported:
        return export(unit, tmp_path / name, home.store, START, **changes)

    return give


@pytest.fixture
def ours(home: Home, unit: Unit, people: dict[str, User]) -> Content:
    """An approved message of ours, with a picture."""
    picture = home.store.add(png(), PNG_ALT, user=people["editor"], unit=unit, now=START)
    message = content("cua-ta", "Điều trị sớm để sống khỏe.", picture=picture)
    approved(people, create(people["editor"], unit, message, START))
    return message


def test_what_was_given_away_is_read_back_word_for_word(given: Callable[..., Exported], ours: Content) -> None:
    done = given()
    file = read(done.path)
    assert (done.messages, done.left_out) == (["cua-ta"], {})
    assert file.messages == (ours,)
    assert (file.origin, file.made_at) == ("Xã Hòa Bình Thử", START)
    assert ours.picture is not None
    assert file.pictures[ours.picture.sha256].data == png_of(done.path, ours.picture)


def png_of(path: Path, picture: Picture) -> bytes:
    with zipfile.ZipFile(path) as file:
        return file.read(f"media/{picture.sha256}.png")


def test_the_same_content_gives_the_same_bytes(given: Callable[..., Exported], ours: Content) -> None:
    assert given("mot.zip").path.read_bytes() == given("hai.zip").path.read_bytes()


def test_drafts_stay_at_home(given: Callable[..., Exported], ours: Content) -> None:
    assert len(given().messages) == 1 < Message.select().count()


def test_the_approved_text_is_given_and_not_the_draft_after_it(
    given: Callable[..., Exported], ours: Content, people: dict[str, User]
) -> None:
    message = Message.get(Message.slug == "cua-ta")
    save(people["editor"], message, replace(ours, text="Lời chưa duyệt."), START, ours.content_hash)
    assert read(given().path).messages == (ours,)


def test_a_testimony_stays_at_home_and_is_named(
    given: Callable[..., Exported], ours: Content, unit: Unit, people: dict[str, User]
) -> None:
    create(people["editor"], unit, content("loi-ke", "Tôi sống khỏe.", register="testimony"), START)
    revision = newest("loi-ke")
    approve_without_asking(revision, people["approver"])
    done = given()
    assert done.messages == ["cua-ta"]
    assert list(done.left_out) == ["loi-ke"] and "đồng ý của người kể" in done.left_out["loi-ke"]


def approve_without_asking(revision: Revision, user: User) -> None:
    Revision.update(state=RevisionState.APPROVED).where(Revision.id == revision.id).execute()
    workflow._say(revision, Decision.APPROVE.value, user, "", START)


def test_a_message_whose_days_are_over_stays_at_home(
    given: Callable[..., Exported], ours: Content, unit: Unit, people: dict[str, User]
) -> None:
    over = content("da-qua", "Lời cũ.", valid_until=date(2026, 11, 1))
    approve_without_asking(create(people["editor"], unit, over, START), people["approver"])
    assert given().left_out == {"da-qua": "Đã hết hạn dùng."}


def test_a_named_message_that_is_not_approved_is_named_back(
    given: Callable[..., Exported], ours: Content, unit: Unit, people: dict[str, User]
) -> None:
    create(people["editor"], unit, content("nhap", "Lời nháp."), START)
    done = given(slugs=["cua-ta", "nhap"])
    assert (done.messages, done.left_out) == (["cua-ta"], {"nhap": "Chưa có bản đã duyệt."})


def test_an_unknown_message_is_said_and_no_file_is_left(given: Callable[..., Exported], tmp_path: Path) -> None:
    with pytest.raises(Problem, match="khong-co"):
        given(slugs=["khong-co"])
    assert not list(tmp_path.glob("*.zip*"))


def test_nothing_approved_is_nothing_to_give(given: Callable[..., Exported]) -> None:
    with pytest.raises(Problem, match="đã duyệt"):
        given()


def test_a_file_that_is_there_is_not_written_over(given: Callable[..., Exported], ours: Content) -> None:
    before = given().path.read_bytes()
    with pytest.raises(Problem, match="đã có"):
        given()
    assert given("khac.zip").path.read_bytes() == before


def test_in_a_folder_the_pack_is_named_after_the_office_and_the_day(
    given: Callable[..., Exported], ours: Content, tmp_path: Path
) -> None:
    assert given("").path == tmp_path / "xa-hoa-binh-thu-2026-11-16.lantoa.zip"


def test_local_facts_and_people_stay_at_home(
    given: Callable[..., Exported], unit: Unit, people: dict[str, User]
) -> None:
    today = date(2026, 11, 16)
    local_facts.save(people["editor"], unit, "hotline_cdc_tinh", "0900 000 000", today, START, today)
    message = content("co-cho-trong", "Gọi {{hotline_cdc_tinh}} để được tư vấn.")
    approved(people, create(people["editor"], unit, message, START))
    with zipfile.ZipFile(given().path) as file:
        everything = b"".join(file.read(name) for name in file.namelist()).decode()
    assert "{{hotline_cdc_tinh}}" in everything
    for secret in ("0900 000 000", "Người editor", "approver"):
        assert secret not in everything


# ---------------------------------------------------------------- taking in


@on_both_engines
def test_messages_arrive_as_drafts_of_the_unit_with_their_pictures(
    home: Home, unit: Unit, people: dict[str, User], pack: Path, messages: list[Content], picture: Picture
) -> None:
    loaded = bring_in(pack, unit, people["editor"], START, home.store)
    assert (loaded.added, loaded.errors) == (["goi-hai", "goi-mot"], [])
    for wanted in messages:
        revision = newest(wanted.id)
        assert (revision.state, revision.message.unit) == (RevisionState.DRAFT, unit)
        assert (content_of(revision), revision.content_hash) == (wanted, wanted.content_hash)
    assert hashlib.sha256(home.store.read(picture.sha256)).hexdigest() == picture.sha256
    assert MediaFile.get_by_id(picture.sha256).alt == PNG_ALT
    row = Pack.get()
    assert (row.name, row.origin, row.unit, row.imported_by) == (
        "Tháng hành động 2026", "tỉnh Thử", unit, people["editor"],
    )  # fmt: skip
    assert {item.content_hash for item in row.items} == {message.content_hash for message in messages}


@on_both_engines
def test_taking_in_twice_changes_nothing(home: Home, unit: Unit, pack: Path) -> None:
    bring_in(pack, unit, None, START, home.store)
    before = counts()
    again = bring_in(pack, unit, None, START + timedelta(days=1), home.store)
    assert (again.added, again.changed, again.kept, again.unchanged) == ([], [], [], 2)
    assert counts() == before


def test_a_changed_message_is_a_new_revision_that_needs_its_own_approval(
    home: Home, unit: Unit, people: dict[str, User], pack: Path, messages: list[Content], sender: PictureStore
) -> None:
    bring_in(pack, unit, None, START, home.store)
    first = approved(people, newest("goi-mot"))
    better = replace(messages[0], text="Xét nghiệm sớm, điều trị sớm, sống khỏe.")
    second = written(pack.with_name("hai.zip"), [better], sender, timedelta(days=1))
    assert bring_in(second, unit, None, START, home.store).changed == ["goi-mot"]
    assert (newest("goi-mot").number, newest("goi-mot").state) == (2, RevisionState.DRAFT)
    assert approved_revision(first.message) == first


def test_an_older_pack_that_comes_again_brings_nothing_back(
    home: Home, unit: Unit, pack: Path, messages: list[Content], sender: PictureStore
) -> None:
    bring_in(pack, unit, None, START, home.store)
    better = replace(messages[0], text="Xét nghiệm sớm, điều trị sớm, sống khỏe.")
    bring_in(written(pack.with_name("hai.zip"), [better], sender), unit, None, START, home.store)
    assert bring_in(pack, unit, None, START, home.store).unchanged == 2
    assert content_of(newest("goi-mot")) == better


def test_a_draft_of_somebody_here_is_not_buried_and_the_news_comes_once_it_is_settled(
    home: Home, unit: Unit, people: dict[str, User], pack: Path, messages: list[Content], sender: PictureStore
) -> None:
    bring_in(pack, unit, None, START, home.store)
    revision = newest("goi-mot")
    mine = replace(messages[0], text="Lời của tôi.")
    draft = save(people["editor"], revision.message, mine, START, revision.content_hash)
    better = replace(messages[0], text="Xét nghiệm sớm, điều trị sớm, sống khỏe.")
    second = written(pack.with_name("hai.zip"), [better], sender)
    assert bring_in(second, unit, None, START, home.store).kept == ["goi-mot"]
    assert content_of(newest("goi-mot")) == mine
    approved(people, draft)
    assert bring_in(second, unit, None, START, home.store).changed == ["goi-mot"]


def test_loading_the_message_files_again_does_not_undo_a_pack(
    home: Home, unit: Unit, tmp_path: Path, sender: PictureStore
) -> None:
    folder = tmp_path / "tep"
    folder.mkdir()
    (folder / "thu.md").write_text(FILE, encoding="utf-8")
    load_folder(folder, unit, START)
    better = replace(content_of(newest("thu-nghiem")), text="Điều trị sớm.")
    bring_in(written(tmp_path / "goi.zip", [better], sender), unit, None, START, home.store)
    again = load_folder(folder, unit, START)
    assert (again.added, again.changed, again.kept, again.unchanged) == ([], [], [], 1)
    assert content_of(newest("thu-nghiem")) == better


def test_a_message_of_another_unit_is_named_and_not_touched(home: Home, unit: Unit, pack: Path) -> None:
    other = Unit.create(name="Khác", kind="xã")
    Message.create(slug="goi-mot", unit=other, created_at=START)
    loaded = bring_in(pack, unit, None, START, home.store)
    assert loaded.added == ["goi-hai"]
    (error,) = loaded.errors
    assert "goi-mot" in error.what and "đơn vị khác" in error.what
    assert [item.message.slug for item in Pack.get().items] == ["goi-hai"]


def test_a_pack_belongs_to_one_unit(home: Home, unit: Unit, pack: Path) -> None:
    bring_in(pack, unit, None, START, home.store)
    before = counts()
    with pytest.raises(Problem, match="Hòa Bình Thử"):
        bring_in(pack, Unit.create(name="Khác", kind="xã"), None, START, home.store)
    assert counts() == before


def test_only_those_who_write_take_a_pack_in(home: Home, unit: Unit, people: dict[str, User], pack: Path) -> None:
    with pytest.raises(NotAllowed):
        bring_in(pack, unit, people["approver"], START, home.store)
    assert not Pack.select().exists()


# ---------------------------------------------------------------- files that are no sound pack

Parts = dict[str, bytes]


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(path: Path, parts: Parts, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def signed(parts: Parts, **changes: Any) -> Parts:
    """The parts with a manifest that fits them, and what is changed in it."""
    manifest = json.loads(parts[MANIFEST])
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items() if name != MANIFEST}
    return {**parts, MANIFEST: json.dumps({**manifest, "sha256": sums, **changes}).encode()}


def with_message(parts: Parts, **changes: Any) -> Parts:
    document = {**json.loads(parts["messages/goi-mot.json"]), **changes}
    return signed({**parts, "messages/goi-mot.json": json.dumps(document).encode()})


BROKEN: dict[str, tuple[Callable[[Parts], Parts], str]] = {
    "no manifest": (lambda parts: {k: v for k, v in parts.items() if k != MANIFEST}, "không phải gói thông điệp"),
    "no pack's manifest": (lambda parts: signed(parts, format="khac"), "không phải gói thông điệp"),
    "no JSON": (lambda parts: {**parts, MANIFEST: b"{"}, "không phải gói thông điệp"),
    "bottomless JSON": (lambda parts: {**parts, MANIFEST: b"[" * 200_000}, "không phải gói thông điệp"),
    "a moment without a zone": (lambda parts: signed(parts, made_at="2026-11-16"), "không phải gói thông điệp"),
    "a newer version": (lambda parts: signed(parts, version=2), "hãy cập nhật chương trình"),
    "a version that never was": (lambda parts: signed(parts, version="1"), "không phải gói thông điệp"),
    "a changed part": (lambda parts: {**parts, "messages/goi-hai.json": b"{}"}, "goi-hai.json"),
    "a part too many": (lambda parts: {**parts, "messages/them.json": b"{}"}, "them.json"),
    "a part too few": (lambda parts: {k: v for k, v in parts.items() if "goi-hai" not in k}, "goi-hai.json"),
    "a path out of the pack": (lambda parts: signed({**parts, "../ngoai.json": b"{}"}), "phần lạ"),
    "an absolute path": (lambda parts: signed({**parts, "/etc/x.json": b"{}"}), "phần lạ"),
    "a program": (lambda parts: signed({**parts, "media/x.exe": b"MZ"}), "phần lạ"),
    "no message in it": (
        lambda parts: signed({k: v for k, v in parts.items() if "/" not in k}), "không có thông điệp nào",
    ),
    "a document that is no message": (lambda parts: signed({**parts, "messages/goi-mot.json": b"[]"}), "goi-mot.json"),
    "another id than its name": (lambda parts: with_message(parts, id="goi-ba"), "goi-mot.json"),
    "a pillar unknown here": (lambda parts: with_message(parts, pillar="gossip"), "goi-mot.json"),
    "a title that is no text": (lambda parts: with_message(parts, title=["x"]), "goi-mot.json"),
    "an empty text": (lambda parts: with_message(parts, text=" "), "goi-mot.json"),
    "no source": (lambda parts: with_message(parts, sources=[]), "goi-mot.json"),
    "a day that does not exist": (lambda parts: with_message(parts, valid_from="2026-02-30"), "goi-mot.json"),
    "a key unknown here": (lambda parts: with_message(parts, password="x"), "goi-mot.json"),
    "half a letter": (lambda parts: with_message(parts, text="\ud800"), "goi-mot.json"),
    "the null character": (lambda parts: with_message(parts, title="a\x00b"), "goi-mot.json"),
    "a place that is unknown here": (lambda parts: with_message(parts, text="{{gossip}}"), "goi-mot.json"),
    "a link that would run": (
        lambda parts: with_message(
            parts, sources=[{"title": "x", "year": 2026, "verified_on": "2026-11-01", "url": "javascript:alert(1)"}]
        ),
        "goi-mot.json",
    ),
    "a picture's path": (
        lambda parts: with_message(parts, picture={"sha256": "../x", "mime": "image/png", "alt": "x"}), "goi-mot.json",
    ),
    "no picture": (lambda parts: signed({k: v for k, v in parts.items() if "media" not in k}), "Ảnh"),
    "a picture that nobody shows": (lambda parts: with_message(parts, picture=None), "Ảnh"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_sound_pack_is_refused_whole(
    home: Home, unit: Unit, pack: Path, change: Callable[[Parts], Parts], sentence: str
) -> None:
    bad = zipped(pack.with_name("xau.zip"), change(parts_of(pack)))
    before = counts()
    with pytest.raises(Problem, match=sentence):
        bring_in(bad, unit, None, START, home.store)
    assert counts() == before
    assert not list(pack.parent.glob("ngoai*"))


def test_a_file_that_is_no_zip_or_not_there_is_said(home: Home, unit: Unit, pack: Path, tmp_path: Path) -> None:
    half = tmp_path / "nua.zip"
    half.write_bytes(pack.read_bytes()[:-200])
    for path in (half, tmp_path):
        with pytest.raises(Problem, match="không phải gói thông điệp nguyên vẹn"):
            read(path)
    with pytest.raises(Problem, match="Không có tệp"):
        read(tmp_path / "khong-co.zip")


@pytest.mark.parametrize("made_at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_no_calendar_here_can_show_is_refused(pack: Path, made_at: str) -> None:
    with pytest.raises(Problem, match="không phải gói thông điệp"):
        read(zipped(pack.with_name("xau.zip"), signed(parts_of(pack), made_at=made_at)))


def test_a_flipped_bit_is_found(pack: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[data.index(b"messages/goi-hai.json") + 60] ^= 1
    pack.write_bytes(data)
    with pytest.raises(Problem, match=r"nguyên vẹn|hỏng"):
        read(pack)


def test_a_part_larger_than_any_message_is_refused_before_it_is_unpacked(pack: Path) -> None:
    parts = parts_of(pack)
    size = pack_file.MOST_BYTES_OF_A_PART + 1
    bomb = zipped(pack.with_name("bom.zip"), signed({**parts, "messages/goi-mot.json": b"0" * size}))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(Problem, match="quá lớn"):
        read(bomb)


def test_a_part_that_says_it_is_small_cannot_swell(pack: Path) -> None:
    size = 200_000_000
    bomb = zipped(pack.with_name("bom.zip"), {**parts_of(pack), "messages/goi-mot.json": b"0" * size})
    lie = bomb.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    bomb.write_bytes(lie)
    tracemalloc.start()
    try:
        with pytest.raises(Problem):
            read(bomb)
        assert tracemalloc.get_traced_memory()[1] < size / 10
    finally:
        tracemalloc.stop()


def test_two_parts_of_one_name_are_refused(pack: Path) -> None:
    with zipfile.ZipFile(pack, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("messages/goi-mot.json", b"{}")
    with pytest.raises(Problem, match="phần lạ"):
        read(pack)


@pytest.mark.parametrize("kind", ["hidden place", "another type", "no picture", "too wide"])
def test_a_picture_that_is_not_as_a_home_keeps_it_is_refused(pack: Path, picture: Picture, kind: str) -> None:
    out = io.BytesIO()
    if kind == "hidden place":
        exif = Image.Exif()
        exif[0x010E] = "Nhà ở thôn 4"
        Image.new("RGB", (40, 30)).save(out, "PNG", exif=exif)
    elif kind == "another type":
        Image.new("RGB", (40, 30)).save(out, "JPEG")
    elif kind == "too wide":
        Image.new("RGB", (5000, 30)).save(out, "PNG")
    data = out.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    parts = {name: part for name, part in parts_of(pack).items() if not name.startswith("media/")}
    bad = with_message(
        {**parts, f"media/{sha256}.png": data}, picture={"sha256": sha256, "mime": "image/png", "alt": "x"}
    )
    with pytest.raises(Problem, match="Ảnh"):
        read(zipped(pack.with_name("xau.zip"), bad))


# ---------------------------------------------------------------- calling back


@dataclass(frozen=True)
class Spread:
    """A pack that was taken in, approved and used: one post is out, one is read aloud, one waits."""

    pack: Pack
    revision: Revision
    out: Post
    aired: Post
    waiting: Post


@pytest.fixture
def spread(world: World, pack: Path) -> Spread:
    bring_in(pack, world.unit, world.people["editor"], world.clock.now(), world.home.store)
    revision = approved(world.people, newest("goi-mot"))

    def at(kind: str, later: timedelta) -> Post:
        return schedule(
            world.home.freezer, user=world.people["editor"], campaign=None, channel=world.channels[kind],
            revision=revision, due=world.clock.now() + later, now=world.clock.now(),
        )  # fmt: skip

    out, waiting = at("facebook", timedelta(0)), at("facebook", timedelta(days=2))
    aired = at("loudspeaker", timedelta(0))
    world.deliver()
    Post.update(state=PostState.AIRED).where(Post.id == aired.id).execute()
    return Spread(Pack.get(), revision, out, aired, waiting)


def called_back(world: World, pack: Pack, note: str = "Tỉnh báo sai số liệu.") -> Recalled:
    return recall(world.people["approver"], Pack.get_by_id(pack.id), note, world.clock.now())


@on_both_engines
def test_calling_back_ends_approvals_stops_what_waits_and_lists_what_is_out(world: World, spread: Spread) -> None:
    done = called_back(world, spread.pack)
    assert (done.withdrawn, done.stopped) == (1, 1)
    assert [post.id for post in done.out] == [spread.out.id, spread.aired.id]
    assert fresh(spread.out).link
    assert state(spread.waiting) == PostState.CANCELLED
    assert Revision.get_by_id(spread.revision.id).state == RevisionState.WITHDRAWN
    row = Pack.get_by_id(spread.pack.id)
    assert (row.recalled_at, row.recall_note) == (world.clock.now(), "Tỉnh báo sai số liệu.")
    entry = Audit.get(Audit.action == "recall_pack")
    assert (entry.user, entry.detail["comment"]) == (world.people["approver"], "Tỉnh báo sai số liệu.")


def test_what_is_out_becomes_a_task_to_take_it_down(world: World, spread: Spread) -> None:
    called_back(world, spread.pack)
    due = date(2026, 11, 19)
    assert [(task.post, task.kind, task.due_on) for task in Task.select().order_by(Task.id)] == [
        (spread.out, "take_down", due), (spread.aired, "take_down", due),
    ]  # fmt: skip
    assert [task.title for task in Task.select().order_by(Task.id)] == [
        "Gỡ bài ngày 16/11/2026 trên Kênh facebook (gói bị thu hồi)",
        "Thu lại bản đọc ngày 16/11/2026 ở Kênh loudspeaker (gói bị thu hồi)",
    ]


@on_both_engines
def test_calling_back_twice_changes_nothing(world: World, spread: Spread) -> None:
    called_back(world, spread.pack)
    before = (*counts(), Task.select().count())
    world.clock.advance(timedelta(days=1))
    again = called_back(world, spread.pack, "Lần nữa.")
    assert (again.withdrawn, again.stopped, len(again.out)) == (0, 0, 2)
    assert (*counts(), Task.select().count()) == before
    assert Pack.get_by_id(spread.pack.id).recall_note == "Tỉnh báo sai số liệu."


def test_a_script_that_lies_at_the_station_is_out_too(world: World, spread: Spread) -> None:
    Post.update(state=PostState.HANDED_OVER).where(Post.id == spread.aired.id).execute()
    done = called_back(world, spread.pack)
    assert [post.id for post in done.out] == [spread.out.id, spread.aired.id]
    assert state(spread.aired) == PostState.CANCELLED
    assert Task.get(Task.post == spread.aired).kind == "take_down"


def test_an_approval_given_at_the_moment_of_calling_back_sends_nothing(world: World, spread: Spread) -> None:
    Pack.update(recalled_at=world.clock.now()).where(Pack.id == spread.pack.id).execute()
    world.deliver(timedelta(days=2))
    assert state(spread.waiting) == PostState.SCHEDULED
    assert "thu hồi" in fresh(spread.waiting).hold


def test_words_changed_here_since_are_words_of_our_own(world: World, spread: Spread) -> None:
    text = replace(content_of(spread.revision), text="Lời đã sửa ở xã.")
    own = save(world.people["editor"], spread.revision.message, text, world.clock.now(), spread.revision.content_hash)
    own = approved(world.people, own)
    assert called_back(world, spread.pack).withdrawn == 1
    assert approved_revision(own.message) == own


def test_a_pack_that_was_called_back_is_not_taken_in_again(world: World, spread: Spread, pack: Path) -> None:
    called_back(world, spread.pack)
    with pytest.raises(Problem, match="đã được thu hồi ngày 16/11/2026"):
        bring_in(pack, world.unit, None, world.clock.now(), world.home.store)


def test_its_texts_do_not_come_back_in_another_pack(
    world: World, spread: Spread, pack: Path, messages: list[Content], sender: PictureStore
) -> None:
    called_back(world, spread.pack)
    new = content("goi-ba", "Lời khác.")
    second = written(pack.with_name("hai.zip"), [*messages, new], sender)
    loaded = bring_in(second, world.unit, None, world.clock.now(), world.home.store)
    assert loaded.added == ["goi-ba"]
    assert [(error.file, "thu hồi" in error.what) for error in loaded.errors] == [
        ("goi-hai.json", True), ("goi-mot.json", True),
    ]  # fmt: skip


def test_its_texts_are_not_approved_again(world: World, spread: Spread) -> None:
    called_back(world, spread.pack)
    text = content_of(spread.revision)
    other = replace(text, text="Lời tạm.")
    revision = save(world.people["editor"], spread.revision.message, other, world.clock.now(), text.content_hash)
    revision = save(world.people["editor"], revision.message, text, world.clock.now(), other.content_hash)
    assert clearance.is_recalled(revision.content_hash)
    with pytest.raises(Problem, match="thu hồi đúng bản lời này"):
        approved(world.people, revision)


def test_only_an_approver_calls_back_and_says_why(world: World, spread: Spread) -> None:
    with pytest.raises(NotAllowed):
        recall(world.people["editor"], spread.pack, "Vì sai.", world.clock.now())
    with pytest.raises(Problem, match="vì sao"):
        called_back(world, spread.pack, "  ")
    assert state(spread.waiting) == PostState.SCHEDULED


def test_packs_are_listed_and_found_by_the_beginning_of_their_digest(
    home: Home, unit: Unit, pack: Path, sender: PictureStore, messages: list[Content]
) -> None:
    bring_in(pack, unit, None, START, home.store)
    bring_in(written(pack.with_name("hai.zip"), messages, sender, timedelta(days=1)), unit, None, START, home.store)
    newer, older = packs.all_packs()
    assert newer.made_at - older.made_at == timedelta(days=1)
    assert packs.find(older.digest[:10]) == older
    for unclear in ("", older.digest[:5], "zzzzzzzz"):
        with pytest.raises(Problem, match="lantoa library packs"):
            packs.find(unclear)

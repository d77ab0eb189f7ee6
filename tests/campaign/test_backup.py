"""Backup and restore: whole or not at all, without secrets, and a restored home waits for a person."""

import hashlib
import json
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from campaign import backup
from campaign.clock import SetClock
from campaign.db import database
from campaign.errors import Problem
from campaign.home import Home, open_home
from campaign.ledger import PAUSED, SILENT
from campaign.models import Consent, Message, PostState, Worker, note
from tests.campaign.test_consents import PAPER, agree, story
from tests.campaign.world import World, state

SECRET = "EAAB-made-up-token-for-tests"


@pytest.fixture
def pack(world: World, tmp_path: Path) -> Path:
    world.home.vault.store(world.channels["facebook"], {"token": SECRET}, world.clock)
    world.post("facebook", "mot", world.clock.now() + timedelta(hours=1))
    return backup.backup(world.home.config, tmp_path / "sao-luu.zip", world.clock.now())


def test_a_backup_holds_database_pictures_and_a_checksum_of_each(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
    assert "lantoa.db" in names and any(name.startswith("media/") for name in names)
    assert set(manifest["sha256"]) == names - {"manifest.json"}


def test_a_backup_holds_no_secret_in_clear_and_no_key(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        assert not any("key" in name for name in archive.namelist())
        assert not any(SECRET.encode() in archive.read(name) for name in archive.namelist())


def test_a_restored_home_has_everything_and_starts_paused(pack: Path, tmp_path: Path, clock: SetClock) -> None:
    before = Message.select().count()
    database.close()
    assert backup.restore(pack, tmp_path / "moi", clock.now()) is None
    restored = open_home(tmp_path / "moi", clock)
    database.connect(reuse_if_open=True)
    assert Message.select().count() == before
    assert "khôi phục" in (note(PAUSED) or "")
    clock.advance(timedelta(hours=1))
    assert restored.delivery("sau").run_due() == 0


def test_restoring_over_a_home_keeps_the_old_one_aside_and_its_keys(pack: Path, world: World, clock: SetClock) -> None:
    post = world.post("facebook", "hai", world.clock.now() + timedelta(hours=2))
    folder = world.home.config.home
    database.close()
    aside = backup.restore(pack, folder, clock.now())
    assert aside is not None and (aside / "lantoa.db").exists()
    restored = open_home(folder, clock)
    database.connect(reuse_if_open=True)
    assert type(post).get_or_none(type(post).key == post.key) is None
    sealed = database.execute_sql("SELECT sealed FROM secret").fetchone()[0]
    assert restored.vault.open(sealed) == {"token": SECRET}


def test_evidence_travels_sealed_and_opens_only_with_the_keys_of_its_home(
    world: World, tmp_path: Path, clock: SetClock
) -> None:
    consent = agree(world, story(world))
    sealed = f"evidence/{consent.evidence_sha256}.sealed"
    made = backup.backup(world.home.config, tmp_path / "bang-chung.zip", clock.now())
    with zipfile.ZipFile(made) as archive:
        assert sealed in archive.namelist()
        assert not any(PAPER in archive.read(name) for name in archive.namelist())
    folder = world.home.config.home
    database.close()
    backup.restore(made, folder, clock.now())
    restored = open_home(folder, clock)
    database.connect(reuse_if_open=True)
    approver = world.people["approver"]
    assert restored.evidence.open(approver, Consent.get_by_id(consent.id), clock.now()) == PAPER
    database.close()
    backup.restore(made, tmp_path / "may-khac", clock.now())
    stranger = open_home(tmp_path / "may-khac", clock)
    database.connect(reuse_if_open=True)
    with pytest.raises(Problem, match="chép lại thư mục keys"):
        stranger.evidence.open(approver, Consent.get_by_id(consent.id), clock.now())


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_pictures_of_every_form_come_back(home: Home, tmp_path: Path, clock: SetClock, ending: str) -> None:
    (home.config.media / f"anh.{ending}").write_bytes(b"picture")
    (home.config.media / f"anh.{ending}.part").write_bytes(b"half a picture")
    made = backup.backup(home.config, tmp_path / "anh.zip", clock.now())
    backup.restore(made, tmp_path / "moi", clock.now())
    assert (tmp_path / "moi" / "media" / f"anh.{ending}").read_bytes() == b"picture"
    assert not (tmp_path / "moi" / "media" / f"anh.{ending}.part").exists()


@pytest.mark.parametrize(
    "name", ["keys/vault.key", "media/../keys/a.jpg", "media\\..\\a.jpg", "evidence/a.exe", "/etc/a.jpg"]
)
def test_a_backup_that_would_write_elsewhere_is_refused(pack: Path, tmp_path: Path, clock: SetClock, name: str) -> None:
    with zipfile.ZipFile(pack) as archive:
        contents = {known: archive.read(known) for known in archive.namelist()}
    manifest = json.loads(contents.pop("manifest.json"))
    manifest["sha256"][name] = hashlib.sha256(b"foreign").hexdigest()
    with zipfile.ZipFile(pack, "w") as archive:
        for known, data in {**contents, name: b"foreign", "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(known, data)
    with pytest.raises(Problem, match="hỏng"):
        backup.restore(pack, tmp_path / "moi", clock.now())
    assert not (tmp_path / "moi").exists()


def test_a_damaged_backup_is_refused_before_anything_is_touched(pack: Path, world: World, clock: SetClock) -> None:
    folder = world.home.config.home
    with zipfile.ZipFile(pack) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["lantoa.db"] = contents["lantoa.db"][:-100] + b"\0" * 100
    with zipfile.ZipFile(pack, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    with pytest.raises(Problem, match="hỏng"):
        backup.restore(pack, folder, clock.now())
    assert (folder / "lantoa.db").exists()
    assert not folder.with_name(folder.name + ".restoring").exists()


def test_a_home_whose_worker_is_running_is_not_restored_over(pack: Path, world: World, clock: SetClock) -> None:
    Worker.create(name="máy-1", started_at=clock.now(), seen_at=clock.now())
    with pytest.raises(Problem, match="máy-1"):
        backup.restore(pack, world.home.config.home, clock.now())
    clock.advance(SILENT + timedelta(seconds=1))
    database.close()
    assert backup.restore(pack, world.home.config.home, clock.now()) is not None


def test_a_backup_with_a_spoilt_byte_is_refused(pack: Path, tmp_path: Path, clock: SetClock) -> None:
    data = bytearray(pack.read_bytes())
    for at in range(2_000, 2_040):
        data[at] ^= 0xFF
    pack.write_bytes(bytes(data))
    with pytest.raises(Problem, match="hãy dùng bản khác"):
        backup.restore(pack, tmp_path / "moi", clock.now())
    assert not (tmp_path / "moi").exists()


@pytest.mark.parametrize("data", [b"", b"not a zip"])
def test_what_is_no_backup_is_refused(tmp_path: Path, clock: SetClock, data: bytes) -> None:
    (tmp_path / "la.zip").write_bytes(data)
    with pytest.raises(Problem, match="không phải bản sao lưu"):
        backup.restore(tmp_path / "la.zip", tmp_path / "moi", clock.now())
    assert not (tmp_path / "moi").exists()


def test_a_backup_never_overwrites_and_never_leaves_half_a_file(pack: Path, world: World, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="đã có"):
        backup.backup(world.home.config, pack, world.clock.now())
    with pytest.raises(Problem, match="Không ghi được"):
        backup.backup(world.home.config, tmp_path / "khong-co" / "a.zip", world.clock.now())
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_is_consistent_while_the_home_is_being_written(world: World, tmp_path: Path, home: Home) -> None:
    with database.atomic():
        post = world.post("facebook", "giua-chung", world.clock.now() + timedelta(hours=1))
        made = backup.backup(home.config, tmp_path, world.clock.now())
    assert state(post) is PostState.SCHEDULED
    with zipfile.ZipFile(made) as archive:
        (tmp_path / "xem.db").write_bytes(archive.read("lantoa.db"))
    copy = sqlite3.connect(tmp_path / "xem.db")
    assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert copy.execute("SELECT count(*) FROM post").fetchone()[0] == 0
    copy.close()


@pytest.mark.parametrize(
    "line",
    [
        '# url = "postgresql://lt:bimat@may/lantoa"',
        "  #url='postgres://lt:bi@bimat/\"x@may:5432/lantoa'",
        'url = ""  # trước đây: postgresql+psycopg://lt:bimat@may/lantoa',
        "# postgresql://may/lantoa?user=lt&password=bimat",
    ],
)
def test_a_backup_holds_no_database_password_not_even_in_a_comment(home: Home, tmp_path: Path, line: str) -> None:
    text = f"[database]\n{line}\n[panel]\nport = 8080\n"
    (home.config.home / "config.toml").write_text(text, encoding="utf-8")
    made = backup.backup(home.config, tmp_path / "a.zip", home.clock.now())
    with zipfile.ZipFile(made) as archive:
        stored = archive.read("config.toml").decode("utf-8")
    assert "bimat" not in stored and "•••" in stored
    assert "/lantoa" in stored and "port = 8080" in stored


def test_a_restore_that_fails_at_the_last_step_leaves_the_home_where_it_was(
    pack: Path, world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.home.config.home
    database.close()
    rename = Path.rename

    def refuse_the_fresh_one(self: Path, target: Path) -> Path:
        if self.name.endswith(".restoring"):
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_fresh_one)
    with pytest.raises(Problem, match="Không ghi được"):
        backup.restore(pack, folder, clock.now())
    assert (folder / "lantoa.db").exists() and (folder / "keys" / "vault.key").exists()
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(folder.name)] == [folder.name]

"""Backups: one file with database, pictures, sealed evidence and configuration, and a checksum of each. No keys, no
passwords: the evidence of consents is sealed with a key that no backup has.

What a restored home believes to be unsent may have gone out since the backup was taken. So it starts with sending
paused, until a person has looked at what was due meanwhile.
"""

import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath

from campaign import __version__
from campaign.clock import local
from campaign.config import FILE_NAME, Config
from campaign.errors import Problem
from campaign.ledger import PAUSED, SILENT
from channels.http import redact

MANIFEST = "manifest.json"
DATABASE = "lantoa.db"
# What else belongs to a home: folders, with the endings of the files that are ours in them.
_FOLDERS = {"media": (".jpg", ".png"), "evidence": (".sealed",)}
# Wherever it stands, in a comment too. Up to the last @ of the line, since a password may hold anything.
_PASSWORD = re.compile(r"(?i)(postgres\w*(?:\+\w+)?://[^:@\n]*:).*(@)")


def backup(config: Config, target: Path, now: datetime) -> Path:
    """Write a backup, consistent while the home is running; gives the file. Never leaves half a file behind.

    `target` is a folder, or the name of the file to write. Raises Problem.
    """
    if config["database.url"]:
        raise Problem("Nơi này dùng PostgreSQL; hãy sao lưu bằng pg_dump, kèm các thư mục media và evidence.")
    name = f"lantoa-{local(now):%Y-%m-%d-%H%M%S}.zip"
    path = target / name if target.is_dir() else target
    if path.exists():
        raise Problem(f'Tệp "{path}" đã có; hãy chọn tên khác.')
    aside = path.with_name(path.name + ".part")
    try:
        _write(config, aside, now)
        aside.replace(path)
    except OSError as error:
        raise Problem(f'Không ghi được bản sao lưu vào "{path.parent}"; hãy kiểm tra ổ đĩa và quyền ghi.') from error
    finally:
        aside.unlink(missing_ok=True)
    return path


def _write(config: Config, path: Path, now: datetime) -> None:
    sums: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory(dir=config.home) as scratch,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack,
    ):
        copy = Path(scratch) / DATABASE
        _copy_database(config.database, copy)
        _add(pack, sums, DATABASE, copy.read_bytes())
        for name in _files(config.home):
            _add(pack, sums, name, (config.home / name).read_bytes())
        settings = config.home / FILE_NAME
        if settings.exists():
            text = redact(_PASSWORD.sub(r"\1•••\2", settings.read_text(encoding="utf-8-sig")))
            _add(pack, sums, FILE_NAME, text.encode("utf-8"))
        manifest = {"version": __version__, "made_at": now.isoformat(), "sha256": sums}
        pack.writestr(MANIFEST, json.dumps(manifest, indent=1))


def _files(folder: Path) -> list[str]:
    """The pictures and the evidence of a home, as names inside a backup."""
    found = (path.relative_to(folder).as_posix() for name in _FOLDERS for path in (folder / name).glob("*"))
    return sorted(name for name in found if _is_ours(name))


def _copy_database(source: Path, target: Path) -> None:
    """SQLite's own backup: a consistent copy while others write."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _add(pack: zipfile.ZipFile, sums: dict[str, str], name: str, data: bytes) -> None:
    sums[name] = hashlib.sha256(data).hexdigest()
    pack.writestr(name, data)


def restore(pack_path: Path, folder: Path, now: datetime) -> Path | None:
    """Set a home up from a backup. An existing home is moved aside, whole; gives where it went.

    Everything is verified before anything is touched. Keys of the existing home are kept, since no backup has them.
    Raises Problem.
    """
    names = _verified(pack_path)
    _need_stopped(folder / DATABASE, now)
    fresh = folder.with_name(f"{folder.name}.restoring")
    if fresh.exists():
        raise Problem(f'Thư mục "{fresh}" còn lại từ lần khôi phục dở; hãy xóa nó rồi thử lại.')
    aside = folder.with_name(f"{folder.name}-{local(now):%Y-%m-%d-%H%M%S}") if folder.exists() else None
    try:
        _unpack(pack_path, names, fresh)
        _pause(fresh / DATABASE, pack_path.name, now)
        if aside is not None:
            _keep_keys(folder, fresh)
        _swap(folder, fresh, aside)
    except OSError as error:
        raise Problem(
            f'Không ghi được vào "{folder}"; hãy dừng chương trình đang chạy ở thư mục này và kiểm tra quyền ghi.'
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return aside


def _swap(folder: Path, fresh: Path, aside: Path | None) -> None:
    """Put the fresh home in the place of the old one, or leave the old one where it was."""
    if aside is not None:
        folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        if aside is not None:
            aside.rename(folder)
        raise


def _need_stopped(database: Path, now: datetime) -> None:
    """A worker that went on with the old home beside the restored one would send everything twice."""
    if not database.exists():
        return
    seen_since = int((now - SILENT).timestamp() * 1_000_000)
    try:
        with closing(sqlite3.connect(database)) as live:
            row = live.execute("SELECT name FROM worker WHERE seen_at >= ?", (seen_since,)).fetchone()
    except sqlite3.DatabaseError:
        # A damaged or foreign file is exactly what people restore over.
        return
    if row is not None:
        raise Problem(f'Máy gửi "{row[0]}" đang chạy ở thư mục này; hãy dừng chương trình rồi khôi phục sau một phút.')


def _verified(path: Path) -> list[str]:
    """The names in a backup, each with the contents that its manifest promises. Recordings are large: all is read in
    pieces."""
    try:
        with zipfile.ZipFile(path) as pack:
            sums: dict[str, str] = json.loads(pack.read(MANIFEST))["sha256"]
            damaged = [name for name, known in sums.items() if not _is_ours(name) or _sum(pack, name) != known]
    except FileNotFoundError:
        raise Problem(f'Không có tệp "{path}"; hãy xem lại tên tệp.') from None
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError) as error:
        raise Problem(f'Tệp "{path}" không phải bản sao lưu nguyên vẹn; hãy dùng bản khác.') from error
    if damaged:
        raise Problem(f'Bản sao lưu bị hỏng ở "{damaged[0]}"; hãy dùng bản khác.')
    if DATABASE not in sums:
        raise Problem(f'Tệp "{path}" không có cơ sở dữ liệu; hãy dùng bản khác.')
    return list(sums)


def _sum(pack: zipfile.ZipFile, name: str) -> str:
    with pack.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _is_ours(name: str) -> bool:
    # A backslash would lead out of the folder on Windows.
    path = PurePosixPath(name.replace("\\", "/"))
    return name in {DATABASE, FILE_NAME} or path.suffix in _FOLDERS.get(path.parent.as_posix(), ())


def _unpack(pack_path: Path, names: list[str], folder: Path) -> None:
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(pack_path) as pack:
        for name in names:
            with pack.open(name) as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target)


def _keep_keys(old: Path, fresh: Path) -> None:
    for key in (old / "keys").glob("*.key"):
        (fresh / "keys").mkdir(exist_ok=True)
        (fresh / "keys" / key.name).write_bytes(key.read_bytes())
        (fresh / "keys" / key.name).chmod(0o600)


def _pause(database: Path, source: str, now: datetime) -> None:
    reason = f'Vừa khôi phục từ "{source}" lúc {local(now):%H:%M %d/%m/%Y}.'
    microseconds = int(now.timestamp() * 1_000_000)
    try:
        with closing(sqlite3.connect(database)) as copy, copy:
            copy.execute("DELETE FROM note WHERE name = ?", (PAUSED,))
            copy.execute("INSERT INTO note (name, value, at) VALUES (?, ?, ?)", (PAUSED, reason, microseconds))
    except sqlite3.DatabaseError as error:
        raise Problem("Cơ sở dữ liệu trong bản sao lưu bị hỏng; hãy dùng bản khác.") from error

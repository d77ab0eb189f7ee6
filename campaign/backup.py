"""Backups: one file with database, pictures and configuration, and a checksum of each. No keys, no passwords.

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
# Wherever it stands, in a comment too. Up to the last @ of the line, since a password may hold anything.
_PASSWORD = re.compile(r"(?i)(postgres\w*(?:\+\w+)?://[^:@\n]*:).*(@)")


def backup(config: Config, target: Path, now: datetime) -> Path:
    """Write a backup, consistent while the home is running; gives the file. Never leaves half a file behind.

    `target` is a folder, or the name of the file to write. Raises Problem.
    """
    if config["database.url"]:
        raise Problem("Nơi này dùng PostgreSQL; hãy sao lưu bằng pg_dump, kèm thư mục media.")
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
        for picture in sorted(config.media.glob("*.jpg")):
            _add(pack, sums, f"media/{picture.name}", picture.read_bytes())
        settings = config.home / FILE_NAME
        if settings.exists():
            text = redact(_PASSWORD.sub(r"\1•••\2", settings.read_text(encoding="utf-8-sig")))
            _add(pack, sums, FILE_NAME, text.encode("utf-8"))
        manifest = {"version": __version__, "made_at": now.isoformat(), "sha256": sums}
        pack.writestr(MANIFEST, json.dumps(manifest, indent=1))


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
    contents = _verified(pack_path)
    _need_stopped(folder / DATABASE, now)
    fresh = folder.with_name(f"{folder.name}.restoring")
    if fresh.exists():
        raise Problem(f'Thư mục "{fresh}" còn lại từ lần khôi phục dở; hãy xóa nó rồi thử lại.')
    aside = folder.with_name(f"{folder.name}-{local(now):%Y-%m-%d-%H%M%S}") if folder.exists() else None
    try:
        _unpack(contents, fresh)
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


def _verified(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as pack:
            manifest = json.loads(pack.read(MANIFEST))
            contents = {name: pack.read(name) for name in manifest["sha256"]}
    except FileNotFoundError:
        raise Problem(f'Không có tệp "{path}"; hãy xem lại tên tệp.') from None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise Problem(f'Tệp "{path}" không phải bản sao lưu nguyên vẹn; hãy dùng bản khác.') from error
    for name, data in contents.items():
        if hashlib.sha256(data).hexdigest() != manifest["sha256"][name] or not _is_ours(name):
            raise Problem(f'Bản sao lưu bị hỏng ở "{name}"; hãy dùng bản khác.')
    if DATABASE not in contents:
        raise Problem(f'Tệp "{path}" không có cơ sở dữ liệu; hãy dùng bản khác.')
    return contents


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    return name in {DATABASE, FILE_NAME} or (path.parent.as_posix() == "media" and path.suffix == ".jpg")


def _unpack(contents: dict[str, bytes], folder: Path) -> None:
    (folder / "media").mkdir(parents=True)
    for name, data in contents.items():
        (folder / name).write_bytes(data)


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

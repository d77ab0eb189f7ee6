"""The secrets of channels: sealed at rest, rotated by one worker at a time, durable before they are used.

The key lies in the home's `keys` folder, outside the database and outside every backup.
"""

import contextlib
import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from campaign.clock import Clock, monotonic
from campaign.db import connected, run, write
from campaign.errors import Problem
from campaign.models import Channel, Secret, upsert
from campaign.together import patiently
from channels.base import NeedsLogin, Temporary

# Longer than one renewing request may take (channels/http.py), so that a lock is never taken from a living owner.
LOCK = timedelta(seconds=90)
_POLL_SECONDS = 0.2
_NOT_CONNECTED = "Kênh chưa kết nối; hãy vào trang Kênh để kết nối."


def read_or_make_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of a key file, made on first use and readable by its owner only. Raises Problem for a spoilt one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _place(path, make())
    try:
        key = path.read_bytes()
    except OSError as error:
        raise Problem(f'Không đọc được tệp khóa "{path}"; hãy kiểm tra quyền đọc.') from error
    if not key:
        raise _spoilt(path)
    return key


def _place(path: Path, key: bytes) -> None:
    """Write a key that is whole as soon as it can be seen, and never over another: the first of two makers wins."""
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        _put_unless_there(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _put_unless_there(aside: Path, path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):
            # A disk without hard links, such as FAT. There Windows' rename refuses to overwrite by itself.
            if not path.exists():
                aside.rename(path)


def _spoilt(path: Path) -> Problem:
    return Problem(f'Tệp khóa "{path}" bị hỏng; hãy chép lại từ bản cất riêng.')


class Vault:
    """Seals and opens secrets with the home's key. Raises Problem where the key file is spoilt."""

    def __init__(self, keys: Path) -> None:
        path = keys / "vault.key"
        try:
            self._fernet = Fernet(read_or_make_key(path, Fernet.generate_key))
        except ValueError as error:
            raise _spoilt(path) from error

    def seal(self, values: Mapping[str, str]) -> str:
        """The values as text that means nothing without the key."""
        return self._fernet.encrypt(json.dumps(dict(values)).encode("utf-8")).decode("ascii")

    def open(self, sealed: str) -> dict[str, str]:
        """The values again. Raises NeedsLogin where they were sealed with another key, as after a restore elsewhere."""
        try:
            values: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode("ascii")))
        except InvalidToken:
            raise NeedsLogin(
                "Không mở được mật khẩu của kênh bằng khóa trên máy này; hãy kết nối lại kênh, "
                "hoặc chép lại thư mục keys của máy cũ."
            ) from None
        return values

    def seal_bytes(self, data: bytes) -> bytes:
        """A file as bytes that mean nothing without the key."""
        return self._fernet.encrypt(data)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The file again. Raises Problem where it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Problem(
                "Không mở được tệp này bằng khóa trên máy này; hãy chép lại thư mục keys của máy cũ."
            ) from None

    def store(self, channel: Channel, values: Mapping[str, str], clock: Clock) -> None:
        """Replace all secrets of a channel: a person has connected it."""
        if not values:
            raise Problem("Chưa nhập thông tin kết nối nào.")
        now = clock.now()
        with write():
            current = Secret.get_or_none(Secret.channel == channel)
            version = current.version + 1 if current else 1
            row = {"channel": channel.id, "sealed": self.seal(values), "version": version, "changed_at": now}
            upsert(Secret, [Secret.channel], row)


class StoredCredentials:
    """The `Credentials` of one channel over the database (channels/base.py)."""

    def __init__(self, channel_id: int, vault: Vault, clock: Clock) -> None:
        self._channel_id, self._vault, self._clock = channel_id, vault, clock

    def _row(self) -> Secret:
        with connected():
            row: Secret | None = Secret.get_or_none(Secret.channel == self._channel_id)
        if row is None:
            raise NeedsLogin(_NOT_CONNECTED)
        return row

    def read(self) -> Mapping[str, str]:
        """The secrets as last stored. Raises NeedsLogin where there are none."""
        with connected():
            rows = run("SELECT sealed FROM secret WHERE channel_id = ?", [self._channel_id]).fetchall()
        if not rows:
            raise NeedsLogin(_NOT_CONNECTED)
        return self._vault.open(rows[0][0])

    def exchange(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """See `channels.base.Credentials`. No request runs inside a transaction: the lock is a lease of its own."""
        owner = uuid.uuid4().hex
        give_up = monotonic() + LOCK.total_seconds()
        while True:
            current = self.read()
            if current != stale:
                return current
            if self._lock(owner):
                break
            if monotonic() > give_up:
                raise Temporary("Một máy khác đang làm mới kết nối của kênh; sẽ tự thử lại.")
            time.sleep(_POLL_SECONDS)
        try:
            return self._renew_locked(stale, renew)
        except NeedsLogin:
            # Where the lock ended under a slow owner, what was refused here may have been spent by that one.
            current = self.read()
            if current == stale:
                raise
            return current
        finally:
            self._unlock(owner)

    def _renew_locked(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        current = self.read()
        if current != stale:
            return current
        renewed = renew(current)
        changed = {name: value for name, value in renewed.items() if value != current.get(name)}
        # What was spent for these is gone: nothing but their loss would come of giving up early.
        return patiently(lambda: self._store(current, changed))

    def _store(self, current: Mapping[str, str], changed: Mapping[str, str]) -> Mapping[str, str]:
        """Put the successors in the place of what was current, and give the secrets now in force.

        A person who entered others for these meanwhile has the last word; what else they changed stays beside them.
        """
        while True:
            row = self._row()
            stored = self._vault.open(row.sealed)
            if any(name in stored and stored[name] != current.get(name) for name in changed):
                return stored
            fresh = {**stored, **changed}
            changes = {"sealed": self._vault.seal(fresh), "version": row.version + 1, "changed_at": self._clock.now()}
            same = Secret.channel == self._channel_id, Secret.version == row.version
            with connected(), write():
                if Secret.update(**changes).where(*same).execute():
                    return fresh

    def _unlock(self, owner: str) -> None:
        with connected(), write():
            Secret.update(lock_owner=None, lock_until=None).where(
                Secret.channel == self._channel_id, Secret.lock_owner == owner
            ).execute()

    def _lock(self, owner: str) -> bool:
        now = self._clock.now()
        with connected(), write():
            taken: int = (
                Secret.update(lock_owner=owner, lock_until=now + LOCK)
                .where(
                    Secret.channel == self._channel_id,
                    Secret.lock_owner.is_null() | (Secret.lock_until < now),
                )
                .execute()
            )
        return taken == 1

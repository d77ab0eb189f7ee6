"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback, gone when the tests end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

# A server whose data is thrown away need not wait for the disk.
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
    "max_connections=200",
)
TRIES = 5


class Account(NamedTuple):
    """Whom a program runs as."""

    user: int
    group: int


@dataclass
class Server:
    """A running server; every test gets a database of its own."""

    port: int
    made: int = 0

    def url(self, name: str) -> str:
        return f"postgresql://lantoa@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a fresh, empty database."""
        self.made += 1
        name = f"test_{self.made}"
        self._say(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """A server while the block runs. Raises RuntimeError with the server's own words where it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="lantoa-postgres-"))
    user = _unprivileged()
    try:
        if user is not None:
            os.chown(folder, user.user, user.group)
        data = folder / "data"
        _run(user, folder, programs / "initdb", "-D", data, "-U", "lantoa", "-A", "trust", "-E", "UTF8",
             "--no-locale", "--no-sync")  # fmt: skip
        port = _start(user, folder, programs)
        try:
            yield Server(port)
        finally:
            _run(user, folder, programs / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(user: Account | None, folder: Path, programs: Path) -> int:
    """Start on a port that was free a moment ago; another program may have taken it, so try more than once."""
    for _ in range(TRIES - 1):
        with suppress(RuntimeError):
            return _start_on(_free_port(), user, folder, programs)
    return _start_on(_free_port(), user, folder, programs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_on(port: int, user: Account | None, folder: Path, programs: Path) -> int:
    options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"port={port}"))
    data, log = folder / "data", folder / "log"
    _run(user, folder, programs / "pg_ctl", "start", "-D", data, "-l", log, "-o", options, "-w")
    return port


def _unprivileged() -> Account | None:
    """PostgreSQL refuses to run as root: whom to run it as instead, None where the tests are not root."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return Account(entry.pw_uid, entry.pw_gid)


def _run(account: Account | None, folder: Path, *command: object) -> None:
    """Output goes to a file: a server that inherited a pipe would keep it open for ever."""
    output = folder / "output"
    identity: dict[str, Any] = {**account._asdict(), "extra_groups": []} if account else {}
    with output.open("wb") as out:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
            **identity,
        )
    if done.returncode:
        log = folder / "log"
        words = output.read_text(encoding="utf-8") + (log.read_text(encoding="utf-8") if log.exists() else "")
        raise RuntimeError(f"{command[0]}: {words}")

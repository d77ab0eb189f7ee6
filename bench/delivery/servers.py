"""Redis, RabbitMQ and PostgreSQL servers of the bench's own: on loopback, in a folder that is thrown away.

All three write to the disk as their makers mean them to: a bench of what survives a crash may not leave that out.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.machine import NO_POSTGRES, postgres_programs
from tests.postgres import Server

PATIENCE = 60  # seconds until a server must answer
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class Missing(Exception):
    """A program that the machine lacks, in one sentence."""


def versions() -> str:
    """What the servers that this machine has call themselves."""
    programs = postgres_programs()
    asked = [[programs / "postgres", "--version"]] if programs else []
    asked += [["redis-server", "--version"]] if shutil.which("redis-server") else []
    said = [subprocess.run(each, capture_output=True, encoding="utf-8", check=False).stdout for each in asked]
    # Its own command would leave a port mapper running.
    rabbitmq_folders = RABBITMQ.parent.parent.glob("lib/rabbitmq_server-*")
    return "; ".join([words.split(" sha=")[0].strip() for words in said] + [each.name for each in rabbitmq_folders])


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis with an append-only file written every second; gives its address."""
    if not shutil.which("redis-server"):
        raise Missing("Redis was not found; install the package `redis-server`.")
    port = free_port()
    options = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""]
    with _running(folder, "redis", ["redis-server", *options], lambda: _answers(port)):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """A RabbitMQ without plugins, with a port mapper of its own; gives its address."""
    if not RABBITMQ.exists():
        raise Missing("RabbitMQ was not found; install the package `rabbitmq-server`.")
    home, port, mapper = folder / "rabbitmq", free_port(), free_port()
    home.mkdir()
    (home / "plugins").write_text("[].\n", encoding="utf-8")
    env = {
        "HOME": home, "ERL_EPMD_PORT": mapper, "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": free_port(),
        "RABBITMQ_NODENAME": f"bench{port}@localhost", "RABBITMQ_NODE_PORT": port,
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_MNESIA_BASE": home / "data",
        "RABBITMQ_LOG_BASE": home / "log", "RABBITMQ_PID_FILE": home / "pid", "RABBITMQ_CONFIG_FILE": home / "none",
        "RABBITMQ_CONF_ENV_FILE": home / "none", "RABBITMQ_ENABLED_PLUGINS_FILE": home / "plugins",
    }  # fmt: skip
    extra = {"env": {**os.environ, **{name: str(value) for name, value in env.items()}}}
    ports = ["epmd", "-port", mapper, "-address", "127.0.0.1"]
    with (
        _running(folder, "epmd", ports, lambda: _answers(mapper), extra),
        _running(folder, "rabbitmq-log", [RABBITMQ], lambda: _answers(port), extra),
    ):
        yield f"amqp://guest:guest@127.0.0.1:{port}//"


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A PostgreSQL that waits for the disk; every database in it is fresh."""
    programs = postgres_programs()
    if programs is None:
        raise Missing(NO_POSTGRES)
    home, port = folder / "postgres", free_port()
    home.mkdir()
    extra: dict[str, Any] = {"cwd": home}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(home, "postgres")
        folder.chmod(0o755)
        extra |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    make = [programs / "initdb", "-D", home / "data", "-U", "lantoa", "-A", "trust", "-E", "UTF8", "--no-locale"]
    subprocess.run([str(part) for part in make], stdout=subprocess.DEVNULL, check=True, **extra)
    settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=512MB")
    options = [part for setting in (*settings, f"port={port}") for part in ("-c", setting)]
    server = Server(port)
    command = [programs / "postgres", "-D", home / "data", *options]
    with _running(folder, "postgres-log", command, lambda: _takes_questions(server), extra, signal.SIGINT):
        yield server


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _takes_questions(server: Server) -> bool:
    with suppress(psycopg.OperationalError), closing(psycopg.connect(server.url("postgres"))):
        return True
    return False


@contextmanager
def _running(
    folder: Path,
    name: str,
    command: list[Any],
    ready: Callable[[], bool],
    extra: dict[str, Any] | None = None,
    end: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """A server while the block runs, its words in a file."""
    with (folder / f"{name}.txt").open("wb") as words:
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
            **(extra or {}),
        )  # fmt: skip
        try:
            _await(ready, process, folder / f"{name}.txt")
            yield
        finally:
            process.send_signal(end)
            process.wait(PATIENCE)


def _await(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", words: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"{process.args} does not answer: {words.read_text(encoding='utf-8')}")
        time.sleep(0.1)

"""Running a home: the panel behind waitress, the worker beside it, until someone says stop."""

import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from waitress.server import create_server

from campaign.errors import Problem
from campaign.home import Home
from campaign.panel.app import create_app
from campaign.worker import WorkerLoop
from channels.http import redact

# Waitress with Python's usual switch interval convoys on small replies, six times slower (engine.md section 4).
_SWITCH_INTERVAL = 0.0005
_THREADS = 4


def worker_name() -> str:
    """A name no other worker has at this moment."""
    return f"{socket.gethostname()}-{os.getpid()}"


@contextmanager
def panel(home: Home, host: str | None = None, port: int | None = None) -> Iterator[str]:
    """Serve the panel in threads of this process while the block runs; gives its address."""
    host = host or home.config["panel.host"]
    port = home.config["panel.port"] if port is None else port
    sys.setswitchinterval(_SWITCH_INTERVAL)
    # It warns of every request that waits for a thread, which the first page with its style sheets does already.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server = create_server(create_app(home), host=host, port=port, threads=_THREADS, ident="lantoa")
    except (OSError, ValueError) as error:
        # Waitress answers a host that has no address with a ValueError.
        raise Problem(_why_not_served(error, host, port)) from error
    thread = threading.Thread(target=server.run, name="panel", daemon=True)
    thread.start()
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    try:
        yield f"http://{shown}:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=5)


def _why_not_served(error: OSError | ValueError, host: str, port: int) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return (
            f"Cổng {port} ở {host} đang có chương trình khác dùng; hãy đổi panel.port trong config.toml "
            "hoặc dừng chương trình kia."
        )
    if isinstance(error, PermissionError):
        return (
            f"Máy không cho phép mở cổng {port} (cổng dưới 1024 thường cần quyền quản trị); hãy đổi panel.port "
            "trong config.toml, ví dụ 8080."
        )
    return f'Máy này không có địa chỉ "{host}"; hãy đặt panel.host trong config.toml là 127.0.0.1 hoặc 0.0.0.0.'


def log_to_stderr() -> None:
    """Warnings go to the screen or the service's log, without any secret: neither in words nor in a traceback."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class RedactingFormatter(logging.Formatter):
    """Takes the secrets out of the whole record, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text in which every value that follows a secret's name is dots."""
        return redact(super().format(record))


def until_stopped() -> threading.Event:
    """An event that Ctrl-C and a polite kill set."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


def work(home: Home, stop: threading.Event) -> None:
    """Be a worker of the home until told to stop."""
    WorkerLoop(home, worker_name()).run(stop)

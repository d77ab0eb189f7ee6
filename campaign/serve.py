"""Running a home: the panel behind waitress, the worker beside it, until someone says stop."""

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
    except OSError as error:
        raise Problem(
            f"Cổng {port} ở {host} đang có chương trình khác dùng; hãy đổi panel.port trong config.toml "
            "hoặc dừng chương trình kia."
        ) from error
    thread = threading.Thread(target=server.run, name="panel", daemon=True)
    thread.start()
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    try:
        yield f"http://{shown}:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=5)


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

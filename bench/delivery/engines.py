"""The engines that are measured: each can be filled with tasks, and has worker processes that can be killed."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench.delivery import ours
from bench.delivery.effects import PATIENCE, Effects
from tests.postgres import Server

WORKERS, THREADS = 2, 8
LEASE = 6  # seconds: what recovery waits for; the default of a home is 90
# A home is open in one thread of this process at a time.
_ONE_HOME = threading.Lock()

Store = Callable[[Path], AbstractContextManager[str]]


@dataclass
class Workers:
    """Worker processes, alike but for their names; their words go to a file of `folder`."""

    command: Callable[[str], list[str]]
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        """One more."""
        name = f"bench-{len(self.processes)}"
        with (self.folder / f"{name}.txt").open("wb") as words:
            process = subprocess.Popen(
                self.command(name), env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, stdout=words,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.processes.append(process)

    def kill(self) -> None:
        """End the first without a word."""
        self.processes[0].send_signal(signal.SIGKILL)
        self.processes[0].wait()

    @contextmanager
    def running(self, number: int) -> Iterator["Workers"]:
        """So many while the block runs; then they are asked to end."""
        try:
            for _ in range(number):
                self.start()
            yield self
        finally:
            for process in self.processes:
                process.terminate()
            for process in self.processes:
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def wait_until(self, done: Callable[[], bool], seconds: float, every: float = 0.02) -> None:
        """Look `every` so many seconds.

        Raises RuntimeError with the workers' last words where it takes longer than `seconds`, or where one ends by
        itself.
        """
        give_up = time.monotonic() + seconds
        while not done():
            if time.monotonic() > give_up or any(process.poll() is not None for process in self.processes):
                words = [file.read_text(encoding="utf-8")[-2000:] for file in sorted(self.folder.glob("bench-*.txt"))]
                raise RuntimeError("\n".join([f"not done after {seconds} seconds, or a worker ended:", *words]))
            time.sleep(every)


@dataclass(frozen=True)
class Run:
    """An engine that was filled with tasks."""

    workers: Workers
    effects: Effects
    # How many of its tasks the engine does not hold to be done; a peer is not asked.
    unsettled: Callable[[], int] = lambda: 0


@dataclass(frozen=True)
class Peer:
    """A task queue in the peers' environment: the Python there, our module for it, and where its tasks lie."""

    name: str
    python: Path
    module: str
    store: Store

    @contextmanager
    def filled(self, folder: Path, tasks: int, seconds: float) -> Iterator[Run]:
        """With so many tasks of so many seconds, while the block runs."""
        command = [str(self.python), "-m", "bench.delivery.peer", self.module]
        with self.store(folder) as url:
            queue = {"BENCH_URL": url, "BENCH_QUEUE": f"bench-{uuid.uuid4().hex}", "BENCH_THREADS": str(THREADS)}
            env = _environment(folder, seconds) | queue
            subprocess.run([*command, "put", str(tasks)], env={**os.environ, **env}, check=True)
            yield Run(Workers(lambda _: [*command, "work"], folder, env), Effects(folder / "effects"))


@dataclass(frozen=True)
class Ours:
    """Lan Tỏa, with a home of null channels."""

    name: str
    store: Store

    @contextmanager
    def filled(self, folder: Path, tasks: int, seconds: float) -> Iterator[Run]:
        """With so many posts that take so many seconds to deliver, while the block runs."""
        home = folder / "home"
        with self.store(folder) as url:
            settings = f'worker.threads = {THREADS}\nworker.lease_seconds = {LEASE}\ndatabase.url = "{url}"\n'
            with _ONE_HOME:
                ours.put(home, settings, tasks)

            def unsettled() -> int:
                with _ONE_HOME:
                    return ours.unsettled(home)

            command = [sys.executable, "-m", "bench.delivery.ours", str(home)]
            workers = Workers(lambda name: [*command, name], folder, _environment(folder, seconds))
            yield Run(workers, Effects(folder / "effects"), unsettled)


Engine = Ours | Peer


def _environment(folder: Path, seconds: float) -> dict[str, str]:
    return {
        "BENCH_EFFECTS": str(folder / "effects"),
        "BENCH_SECONDS": str(seconds),
        "BENCH_WORKERS": str(WORKERS),
    }


def in_a_file(folder: Path) -> AbstractContextManager[str]:
    """A store that is a file of the run."""
    return nullcontext(str(folder / "queue.db"))


def in_the_home(_folder: Path) -> AbstractContextManager[str]:
    """The store of a home without an address: SQLite in its folder."""
    return nullcontext("")


def at(url: str) -> Store:
    """A store that all runs share, each with a queue of its own name."""
    return lambda _folder: nullcontext(url)


def in_postgres(server: Server) -> Store:
    """A database of its own for each run."""
    return lambda _folder: server.database()


def processor_seconds() -> float:
    """What the processes have used that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

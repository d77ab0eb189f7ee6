"""What every engine is made to do, and how it is counted: an effect is a row in a file that no kill can take back.

Read by engines and peers alike, each in an environment of its own, so nothing but the standard library is needed here.
"""

import os
import struct
import threading
import time
import uuid
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from campaign.clock import SystemClock

_ROW = struct.Struct("=qdd")
_CLOCK = SystemClock()
PATIENCE = 60  # seconds that anything may take to begin


class Effect(NamedTuple):
    """One effect: the number of its task, and when it was asked for and answered (seconds since 1970)."""

    number: int
    asked: float
    answered: float


def now() -> float:
    """Seconds since 1970, the same for all processes of this machine."""
    return _CLOCK.now().timestamp()


class Effects:
    """A folder of effects; every process that writes has a file of its own in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None

    def open(self) -> None:
        """Begin a file for this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self.folder / uuid.uuid4().hex, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, number: int, asked: float, answered: float) -> None:
        """Write one down. One write of a row is whole or absent, and outlives the process."""
        assert self._file is not None, "open() comes first"
        os.write(self._file, _ROW.pack(number, asked, answered))

    def count(self) -> int:
        """How many there are."""
        return sum(file.stat().st_size for file in self.folder.glob("*")) // _ROW.size

    def all(self) -> list[Effect]:
        """All effects, in the order in which they were answered."""
        contents = (file.read_bytes() for file in self.folder.glob("*"))
        effects = (Effect(*row) for content in contents for row in _ROW.iter_unpack(content))
        return sorted(effects, key=lambda effect: effect.answered)


def lost_and_doubled(effects: list[Effect], tasks: int) -> tuple[int, int]:
    """How many of the tasks 1 to `tasks` had no effect, and how many effects there were beyond one of each."""
    times = Counter(effect.number for effect in effects)
    return tasks - len(times), times.total() - len(times)


class Task:
    """What an engine does for one number: half of the work, the effect, the other half.

    `BENCH_EFFECTS` names the folder and `BENCH_SECONDS` the length of the work, 0 for a no-op. The first task of a
    process waits until each of `BENCH_WORKERS` processes has one, so that what is measured is all of them at work.
    """

    def __init__(self) -> None:
        self.effects = Effects(Path(os.environ["BENCH_EFFECTS"]))
        self._half = float(os.environ["BENCH_SECONDS"]) / 2
        self._workers = int(os.environ["BENCH_WORKERS"])
        self._starting = threading.Lock()
        self._started = False

    def perform(self, number: int) -> None:
        """Do it."""
        if not self._started:
            self._start()
        if self._half:
            time.sleep(self._half)
        at = now()
        self.effects.note(number, at, at)
        if self._half:
            time.sleep(self._half)

    def _start(self) -> None:
        with self._starting:
            if self._started:
                return
            self.effects.open()
            give_up = time.monotonic() + PATIENCE
            while len(list(self.effects.folder.iterdir())) < self._workers and time.monotonic() < give_up:
                time.sleep(0.001)
            self._started = True


@cache
def task() -> Task:
    """The task of this process."""
    return Task()

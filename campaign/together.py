"""Small writes of many threads, committed together.

SQLite has one write lock and waits for the disk at every commit: hundreds of threads that each committed for themselves
would queue for it and time out. Here whoever comes first commits for all that are waiting, and nobody goes on before
what they asked for is on disk. So nothing is lost by it: an attempt is still committed before its request leaves, and
an answer before anything follows from it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import peewee as pw

from campaign.db import Unreachable, connected, is_sqlite, write

T = TypeVar("T")

# PostgreSQL writes side by side; so many at a time let a distant server answer several at once.
_LANES = 4
# Writes that are committed at once at most: what one of them costs the others in waiting.
_MOST = 128
# Seconds between tries to write down what must not be forgotten, about five minutes in all.
_WAITS = (0.2, 0.5, 1, 2, 5, 10, 20, 30) + (60,) * 4


class _Write:
    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def attempt(self) -> None:
        self.result, self.error = self.work(), None

    def fail(self, error: BaseException) -> None:
        self.error = error


class Together:
    """Commits writes in groups. A write that fails is tried once more alone, so that it spoils nobody else's."""

    def __init__(self) -> None:
        self._lanes = [_Lane() for _ in range(_LANES)]

    def commit(self, key: int, work: Callable[[], T]) -> T:
        """Run `work` inside a transaction and give its result once it is committed. It may run twice, the first time
        rolled back. Writes with the same `key` keep their order. Not to be called inside a transaction."""
        lane = self._lanes[0 if is_sqlite() else key % _LANES]
        return lane.commit(_Write(work))  # type: ignore[no-any-return]


class _Lane:
    def __init__(self) -> None:
        self._waiting: deque[_Write] = deque()
        self._turn = threading.Lock()

    def commit(self, mine: _Write) -> Any:
        self._waiting.append(mine)
        with self._turn:
            # More than a group may stand before this one.
            while not mine.done:
                self._commit_some()
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _commit_some(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
        try:
            with connected():
                if not _all_at_once(group):
                    _one_by_one(group)
        except BaseException as error:
            for each in group:
                if not each.done:
                    each.fail(error)
            if not isinstance(error, Exception):
                raise
        finally:
            for each in group:
                each.done = True


def _all_at_once(group: list[_Write]) -> bool:
    try:
        with write():
            for each in group:
                each.attempt()
    except Exception as error:
        if len(group) == 1:
            group[0].fail(error)
            return True
        return False
    return True


def _one_by_one(group: list[_Write]) -> None:
    for each in group:
        try:
            with write():
                each.attempt()
        except Exception as error:
            each.fail(error)


def patiently(work: Callable[[], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Do `work` again while the database cannot be reached or written: for what must not be forgotten."""
    for wait in _WAITS:
        try:
            return work()
        except (pw.OperationalError, pw.InterfaceError, Unreachable):
            sleep(wait)
    return work()

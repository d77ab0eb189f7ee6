"""The worker: a heartbeat that notices what is due, and threads that wait on the network.

`schedule` is the heartbeat only. It keeps nothing, replays nothing and lets a job's exception out (engine.md section
5), so its jobs merely set flags; every due time lives in the database, and a flag that is set twice is one flag.

Posts that are due have the threads of the pool to themselves. Measuring and taking back, which speak to the services as
well, run beside it in a thread each, so that neither a claim nor the heartbeat ever waits for them.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import peewee as pw
import schedule

from campaign import withdrawals
from campaign.clock import local_day, monotonic
from campaign.db import connected, write
from campaign.errors import Problem
from campaign.home import Home
from campaign.ledger import SILENT
from campaign.models import Worker, upsert
from campaign.reach import Measuring
from campaign.workflow import expire

log = logging.getLogger(__name__)

_TICK = 1.0
_CLOCK_JUMP = timedelta(seconds=30)
# Seconds between two turns of a task.
_BEATS = {"claim": 1, "reap": 5, "seen": 10, "measure": 60, "housekeeping": 60, "withdraw": 60}
# Measuring and withdrawing, a thread each.
_BESIDE = 2


class WorkerLoop:
    """One worker of a home. `run` returns when `stop` is set and everything in flight has been recorded."""

    def __init__(self, home: Home, name: str, threads: int | None = None) -> None:
        self.home, self.name = home, name
        self.threads = threads or home.config["worker.threads"]
        self.delivery = home.delivery(name)
        self.measuring = Measuring(home.adapters, self.delivery.ledger, home.vault)
        self._flags: set[str] = set()
        self._in_flight: set[Future[object]] = set()
        self._beside: dict[str, Future[None]] = {}
        self._wake = threading.Event()
        self._started = home.clock.now()
        self._tasks: dict[str, Callable[[], None]] = {
            "seen": self._mark_seen,
            "claim": self._claim,
            "reap": self._reap,
            "housekeeping": self._housekeeping,
            "withdraw": lambda: self._run_beside("withdraw", self._withdraw),
            "measure": lambda: self._run_beside("measure", self._measure),
        }

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        heart = self._heart()
        skew = self._skew()
        with (
            ThreadPoolExecutor(_BESIDE, thread_name_prefix=f"beside-{self.name}") as beside,
            ThreadPoolExecutor(self.threads, thread_name_prefix=f"send-{self.name}") as pool,
        ):
            self._stop, self._pool, self._beside_pool = stop, pool, beside
            self._flags.update(self._tasks)
            while not stop.is_set():
                self._run_flagged()
                if abs(self._skew() - skew) > _CLOCK_JUMP:
                    # `schedule` runs on wall-clock time and would stand still after the clock is put back.
                    heart, skew = self._heart(), self._skew()
                if not self._flags:
                    self._wake.wait(min(_TICK, max(0.0, heart.idle_seconds or 0.0)))
                self._wake.clear()
                heart.run_pending()
        with connected(), write():
            Worker.delete().where(Worker.name == self.name).execute()

    def _heart(self) -> schedule.Scheduler:
        heart = schedule.Scheduler()
        for flag, seconds in _BEATS.items():
            heart.every(seconds).seconds.do(self._flags.add, flag)
        return heart

    def _skew(self) -> timedelta:
        return self.home.clock.now() - _ZERO - timedelta(seconds=monotonic())

    def _run_flagged(self) -> None:
        for flag, task in self._tasks.items():
            if flag in self._flags:
                self._flags.discard(flag)
                try:
                    task()
                except (pw.PeeweeException, Problem):
                    log.exception("%s: the database did not answer; the next beat tries again", flag)
                except Exception:
                    # A fault in one task must not keep the others, and so other people's posts, from their turn.
                    log.exception("%s failed; the next beat tries again", flag)

    # ------------------------------------------------------------ tasks

    def _mark_seen(self) -> None:
        now = self.home.clock.now()
        with connected(), write():
            row = {"name": self.name, "started_at": self._started, "seen_at": now}
            upsert(Worker, [Worker.name], row)
            Worker.delete().where(Worker.seen_at < now - timedelta(days=1)).execute()

    def _claim(self) -> None:
        self._in_flight = {future for future in self._in_flight if not future.done()}
        free = self.threads - len(self._in_flight)
        for claim in self.delivery.ledger.claim(free) if free > 0 else ():
            self._submit(self.delivery.carry_out, claim)

    def _reap(self) -> None:
        self.delivery.ledger.reap()

    def _housekeeping(self) -> None:
        now = self.home.clock.now()
        with connected():
            expire(local_day(now), now)
            withdrawals.expire(local_day(now), now)

    def _withdraw(self) -> None:
        with connected():
            self.delivery.withdraw_remote()

    def _measure(self) -> None:
        """A few figures a beat; what is left over has its turn in the next one, or in the next run."""
        with connected():
            due = self.measuring.due(max(1, self.threads // 4))
            for post in due:
                if self._stop.is_set():
                    return
                self.measuring.take(post)

    def _submit(self, work: Callable[..., object], *args: object) -> None:
        future = self._pool.submit(work, *args)
        self._in_flight.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: "Future[object]") -> None:
        """A thread and its channel are free again: look at once whether more is due."""
        self._flags.add("claim")
        self._wake.set()
        # The post itself is safe: its lease ends, and `reap` sorts it out.
        _log_failure("delivery", future)

    def _run_beside(self, name: str, work: Callable[[], None]) -> None:
        """Start work that waits on the network unless the last run of it is not over yet."""
        running = self._beside.get(name)
        if running is None or running.done():
            future = self._beside_pool.submit(work)
            self._beside[name] = future
            future.add_done_callback(lambda done: _log_failure(name, done))


def _log_failure(what: str, future: "Future[Any]") -> None:
    error = future.exception()
    if error is not None:
        log.error("%s: a thread failed", what, exc_info=error)


_ZERO = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def silent_workers(now: datetime) -> list[Worker]:
    """Workers that were not seen for a minute and did not say goodbye."""
    return list(Worker.select().where(Worker.seen_at < now - SILENT))

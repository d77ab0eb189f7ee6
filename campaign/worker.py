"""The worker: a heartbeat that notices what is due, and threads that wait on the network.

`schedule` is the heartbeat only. It keeps nothing, replays nothing and lets a job's exception out (engine.md section
5), so its jobs merely set flags; every due time lives in the database, and a flag that is set twice is one flag.

Posts that are due have the threads of the pool to themselves. Measuring, taking back and amending, which speak to the
services as well, run beside it in a thread each, so that neither a claim nor the heartbeat ever waits for them. The
pulse, a thread of its own too, renews the leases of what is under way, for as long as an upload takes.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import peewee as pw
import schedule

from campaign import aftermath, clearance, withdrawals, workers
from campaign.clock import local_day, monotonic
from campaign.db import connected
from campaign.errors import Problem
from campaign.home import Home
from campaign.leases import Claim
from campaign.ledger import PAUSED
from campaign.models import Post, note
from campaign.reach import Measuring
from campaign.workflow import expire

log = logging.getLogger(__name__)

_TICK = 1.0
_CLOCK_JUMP = timedelta(seconds=30)
# Seconds between two turns of a task.
_BEATS = {
    "claim": 1, "reap": 5, "seen": 10, "sweep": 60, "measure": 60, "housekeeping": 60, "withdraw": 60, "amend": 5,
    "watch": 10,
}  # fmt: skip
# Posts taken in one transaction: what is claimed together starts together.
_GROUP = 64
# Of all that a worker may hold, the part that waits for a thread, so that none stands idle until the next claim.
_IN_STOCK = 8
# Leases are renewed so often in the time one lasts: two renewals may fail before a third comes too late.
_PULSES = 3
# Measuring, withdrawing, amending and watching, a thread each.
_BESIDE = 4


class WorkerLoop:
    """One worker of a home. `run` returns when `stop` is set and everything in flight has been recorded."""

    def __init__(self, home: Home, name: str, threads: int | None = None) -> None:
        self.home, self.name = home, name
        self.threads = threads or home.config["worker.threads"]
        self.delivery = home.delivery(name)
        self.measuring = Measuring(home.adapters, self.delivery.ledger, home.vault)
        self.watch = home.watch()
        self.amending = home.amending(self.delivery.ledger)
        self._flags: set[str] = set()
        self._stock = self.threads // _IN_STOCK
        self._in_flight = 0
        self._counting = threading.Lock()
        self._next_act: datetime | None = None
        self._beside: dict[str, Future[None]] = {}
        self._wake = threading.Event()
        self._started = home.clock.now()
        self._tasks: dict[str, Callable[[], None]] = {
            "seen": self._mark_seen,
            "reap": self._reap,
            "sweep": self._sweep,
            "claim": self._claim,
            "housekeeping": self._housekeeping,
            "withdraw": lambda: self._run_beside("withdraw", self._withdraw),
            "amend": lambda: self._run_beside("amend", self._amend),
            "measure": lambda: self._run_beside("measure", self._measure),
            "watch": lambda: self._run_beside("watch", self._watch),
        }

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        with connected():
            clearance.prepare()
        heart = self._heart()
        skew = self._skew()
        with (
            self._pulse(),
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
                    self._flags.update(self._tasks)
                if not self._flags:
                    self._wake.wait(min(_TICK, max(0.0, heart.idle_seconds or 0.0), self._until_next_act()))
                self._wake.clear()
                heart.run_pending()
                if self._until_next_act() == 0:
                    self._flags.add("claim")
        workers.say_goodbye(self.name)

    def _heart(self) -> schedule.Scheduler:
        heart = schedule.Scheduler()
        for flag, seconds in _BEATS.items():
            heart.every(seconds).seconds.do(self._flags.add, flag)
        return heart

    @contextmanager
    def _pulse(self) -> Iterator[None]:
        """Renew leases while the block runs, its last threads included."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self.delivery.ledger.lease.total_seconds() / _PULSES):
                try:
                    self.delivery.ledger.renew()
                except Exception:
                    log.exception("leases were not renewed; the next beat tries again")

        thread = threading.Thread(target=beat, name=f"pulse-{self.name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _until_next_act(self) -> float:
        """Seconds until the next post is due that is known of."""
        if self._next_act is None:
            return _TICK
        return max(0.0, (self._next_act - self.home.clock.now()).total_seconds())

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
        workers.mark_seen(self.name, self._started, self.home.clock.now())

    def _claim(self, *, overdue: bool = False) -> None:
        self._next_act = None
        ledger = self.delivery.ledger
        while (room := self.threads + self._stock - self._in_flight) > 0:
            claims = ledger.claim(min(room, _GROUP), overdue=overdue)
            posts = self.delivery.load(claims)
            for claim in claims:
                self._submit(claim, posts.get(claim.post_id))
            if not claims:
                self._next_act = ledger.next_act()
                return

    def _sweep(self) -> None:
        """What is too late is given up at once; what has long been due and may still be done is taken up."""
        aftermath.give_up_overdue(self.delivery.ledger)
        self._claim(overdue=True)

    def _reap(self) -> None:
        aftermath.reap(self.delivery.ledger)

    def _housekeeping(self) -> None:
        now = self.home.clock.now()
        with connected():
            expire(local_day(now), now)
            withdrawals.expire(local_day(now), now)

    def _withdraw(self) -> None:
        with connected():
            self.delivery.withdraw_remote()

    def _amend(self) -> None:
        self.amending.run()

    def _measure(self) -> None:
        """A few figures a beat; what is left over has its turn in the next one, or in the next run."""
        with connected():
            if note(PAUSED):
                return
            due = self.measuring.due(max(1, self.threads // 4))
            for post in due:
                if self._stop.is_set():
                    return
                self.measuring.take(post)

    def _watch(self) -> None:
        """Ask about connections. Not while sending is paused: a copied home must not spend the tokens of the original,
        nor may it measure."""
        with connected():
            due = [] if note(PAUSED) else self.watch.due()
        for channel in due:
            if self._stop.is_set():
                return
            self.watch.look(channel)

    def _submit(self, claim: Claim, post: Post | None) -> None:
        with self._counting:
            self._in_flight += 1
        future = self._pool.submit(self.delivery.carry_out, claim, post)
        future.add_done_callback(self._done)

    def _done(self, future: "Future[None]") -> None:
        """A thread and its channel are free again: look whether more is due, unless enough is in stock."""
        with self._counting:
            self._in_flight -= 1
            in_flight = self._in_flight
        if in_flight <= self.threads + self._stock // 2:
            self._flags.add("claim")
            self._wake.set()
        # The post itself is safe: its lease ends, and it is sorted out (campaign.aftermath).
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

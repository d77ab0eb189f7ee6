"""The heartbeat of the workers: which run, where, of which version, and which have fallen silent."""

import platform
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign import __version__
from campaign.db import connected, write
from campaign.ledger import SILENT
from campaign.models import Worker, upsert

# A worker that is silent for so long is not coming back, and is forgotten.
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Pulse:
    """One worker as it was last seen."""

    name: str
    machine: str
    version: str
    started_at: datetime
    seen_at: datetime
    is_silent: bool


def mark_seen(name: str, started_at: datetime, now: datetime) -> None:
    """This worker is alive."""
    row = {
        "name": name, "machine": platform.node(), "version": __version__, "started_at": started_at, "seen_at": now,
    }  # fmt: skip
    with connected(), write():
        upsert(Worker, [Worker.name], row)
        Worker.delete().where(Worker.seen_at < now - _FORGOTTEN).execute()


def say_goodbye(name: str) -> None:
    """This worker stops because it was told to."""
    with connected(), write():
        Worker.delete().where(Worker.name == name).execute()


def pulses(now: datetime) -> list[Pulse]:
    """The workers that run or did not say goodbye, by machine.

    One that fell silent is not counted any more once its machine has started another: it was killed and run again.
    """
    rows = list(Worker.select().order_by(Worker.machine, Worker.name))
    alive = [row for row in rows if row.seen_at >= now - SILENT]
    return [
        Pulse(row.name, row.machine, row.version, row.started_at, row.seen_at, row not in alive)
        for row in rows
        if row in alive or not any(_follows(other, row) for other in alive)
    ]


def _follows(alive: Worker, gone: Worker) -> bool:
    return bool(alive.machine and alive.machine == gone.machine and alive.started_at >= gone.seen_at)


def silent_workers(now: datetime) -> list[Pulse]:
    """Workers that were not seen for a minute and did not say goodbye."""
    return [pulse for pulse in pulses(now) if pulse.is_silent]

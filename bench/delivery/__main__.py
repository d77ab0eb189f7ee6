"""Measure delivery, print tables in Markdown.

Run `python -m bench.delivery` from the top of the repository; `--quick` takes about five minutes. Three things are
measured: a nation's minute over HTTP, the rate at which tasks that do nothing are done, and what is left after kill -9.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

from bench.delivery import burst, servers
from bench.delivery.engines import (
    LEASE,
    THREADS,
    WORKERS,
    Engine,
    Ours,
    Peer,
    at,
    in_a_file,
    in_postgres,
    in_the_home,
)
from bench.delivery.rounds import SLOW, Killed, drain, kill
from tests.machine import describe
from tests.postgres import Server

T = TypeVar("T")
REQUIREMENTS = Path("bench/requirements.txt")
YARDSTICK = "Celery, RabbitMQ, acks late"
BURST_LIMIT = 1.05  # times the ideal
SQLITE, POSTGRES = "Lan Tỏa, SQLite", "Lan Tỏa, PostgreSQL"
RATE_LIMITS = {SQLITE: 1.0, POSTGRES: 0.8}  # times the yardstick's rate


class Size(NamedTuple):
    """How much is measured; `watch` seconds after a kill."""

    burst: int
    tasks: int
    rounds: int
    kill_tasks: int
    kill_rounds: int
    watch: int


FULL, QUICK = Size(20_000, 10_000, 3, 500, 5, 45), Size(2_000, 3_000, 1, 300, 1, 45)


def table(titles: list[str], rows: list[list[str]]) -> None:
    """Print it."""
    for row in (titles, ["---"] * len(titles), *rows):
        print(f"| {' | '.join(row)} |", flush=True)
    print()


# ---------------------------------------------------------------- a nation's minute


def measure_burst(folder: Path, size: Size, postgres: Server | None) -> None:
    """One process on SQLite, two on PostgreSQL."""
    rows = [_burst_row("SQLite, 1 process of 512 threads", burst.measure(folder / "sqlite", "", 1, 512, size.burst))]
    if postgres:
        with postgres.database() as url:
            seen = burst.measure(folder / "postgres", url, 2, 256, size.burst)
            rows.append(_burst_row("PostgreSQL, 2 processes of 256 threads", seen))
    print(f"{size.burst:,} posts due at one instant, answers after 0.2 to 2 s; lateness of the request's arrival:\n")
    titles = ["home", "last answer s", f"times ideal (limit {BURST_LIMIT})", "CPU s", "lateness p50 s", "p99 s"]
    table([*titles, "early", "lost", "doubled", "not known to be done"], rows)


def _burst_row(name: str, seen: burst.Burst) -> list[str]:
    late = [f"{seen.late(share):.1f}" for share in (0.5, 0.99)]
    counts = [str(count) for count in (seen.early, seen.lost, seen.doubled, seen.unsettled)]
    return [name, f"{seen.last:.1f}", f"{seen.last / seen.ideal:.3f}", f"{seen.cpu:.1f}", *late, *counts]


# ---------------------------------------------------------------- tasks that do nothing


def measure_rates(folder: Path, size: Size, engines: list[Engine]) -> None:
    """The median of rounds in which the engines take turns."""
    drains = [[drain(engine, folder / f"{r}-{n}", size.tasks) for n, engine in enumerate(engines)]
              for r in range(size.rounds)]  # fmt: skip
    rates = {engine.name: [each[n][0] for each in drains] for n, engine in enumerate(engines)}
    cpu = {engine.name: median(each[n][1] for each in drains) for n, engine in enumerate(engines)}
    measure = median(rates[YARDSTICK]) if YARDSTICK in rates else None
    rows = []
    for name, found in rates.items():
        times = f"{median(found) / measure:.2f}" if measure else "-"
        limit = f"{RATE_LIMITS[name]:.1f}" if name in RATE_LIMITS else ""
        span = f"{min(found):,.0f} to {max(found):,.0f}"
        rows.append([name, f"{median(found):,.0f}", span, times, limit, f"{1000 * cpu[name] / size.tasks:.2f}"])
    print(f"{size.tasks:,} tasks that only note their number, {WORKERS} workers of {THREADS} threads:\n")
    table(["engine", "tasks/s", "range", "times Celery's", "limit", "worker CPU ms a task, start included"], rows)


# ---------------------------------------------------------------- kill -9


def measure_kills(folder: Path, size: Size, engines: list[Engine]) -> None:
    """Rounds of all engines side by side: they mostly wait."""
    rows = []
    with ThreadPoolExecutor(len(engines)) as pool:
        for r in range(size.kill_rounds):
            places = [folder / f"{r}-{n}" for n in range(len(engines))]
            rows.append(
                list(pool.map(lambda engine, place: kill(engine, place, size.kill_tasks, size.watch), engines, places))
            )
    print(f"kill -9 of one of {WORKERS} workers amid {size.kill_tasks} tasks of {SLOW} s, another started at once,"
          f" watched for {size.watch} s; {size.kill_rounds} rounds; our lease {LEASE} s:\n")  # fmt: skip
    table(["engine", "lost", "doubled", "not known to be done", "all done after the kill, s"],
          [_kill_row(engine.name, [row[n] for row in rows]) for n, engine in enumerate(engines)])  # fmt: skip


def _kill_row(name: str, rounds: list[Killed]) -> list[str]:
    whole = [each.recovered for each in rounds if not each.lost]
    recovered = f"{median(whole):.1f}, worst {max(whole):.1f}" if len(whole) == len(rounds) else "never"
    unsettled = str(sum(each.unsettled for each in rounds)) if name in RATE_LIMITS else "-"
    return [
        name,
        str(sum(each.lost for each in rounds)),
        str(sum(each.doubled for each in rounds)),
        unsettled,
        recovered,
    ]


# ---------------------------------------------------------------- what there is to measure


def peers_python(folder: Path) -> Path:
    """The Python of the peers' environment, made where it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)]
    subprocess.run([python, *quiet], check=True)
    return python


def started(server: Callable[[Path], AbstractContextManager[T]], folder: Path, stack: ExitStack) -> T | None:
    """What a server gives while the stack is open; None, with a sentence printed, where the machine lacks it."""
    try:
        return stack.enter_context(server(folder))
    except servers.Missing as missing:
        print(missing, file=sys.stderr)
        return None


def engines_of(stack: ExitStack, folder: Path, peers: Path, postgres: Server | None) -> Iterator[Engine]:
    """Ours, and every peer whose server and environment can be had."""
    yield Ours(SQLITE, in_the_home)
    if postgres:
        yield Ours(POSTGRES, in_postgres(postgres))
    try:
        python = peers_python(peers)
    except subprocess.CalledProcessError:
        print("The peers could not be installed; see above what pip says.", file=sys.stderr)
        return
    yield Peer("Huey, SQLite", python, "huey_peer", in_a_file)
    if redis := started(servers.redis, folder, stack):
        yield Peer("Huey, Redis", python, "huey_peer", at(redis))
    if rabbitmq := started(servers.rabbitmq, folder, stack):
        yield Peer(YARDSTICK, python, "celery_peer", at(rabbitmq))
    if postgres:
        yield Peer("Procrastinate, PostgreSQL", python, "procrastinate_peer", in_postgres(postgres))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.delivery", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, once")
    parser.add_argument("--only", choices=["burst", "rates", "kills"], help="one of the three")
    parser.add_argument("--peers", type=Path, help="where the peers' environment is made and kept; else thrown away")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lantoa-bench-")))
        postgres = started(servers.postgres, folder, stack)
        pinned = " ".join(REQUIREMENTS.read_text(encoding="utf-8").splitlines()[1:])
        print(f"{describe()}load:    {os.getloadavg()[0]:.1f}\nservers: {servers.versions()}\npeers:   {pinned}\n")
        if chosen.only in {None, "burst"}:
            measure_burst(folder / "burst", size, postgres)
        if chosen.only == "burst":
            return
        engines = list(engines_of(stack, folder, chosen.peers or folder / "peers", postgres))
        if chosen.only in {None, "rates"}:
            measure_rates(folder / "rates", size, engines)
        if chosen.only in {None, "kills"}:
            measure_kills(folder / "kills", size, engines)


if __name__ == "__main__":
    main()

"""Huey, on Redis or in an SQLite file; run with the Python of the peers' environment."""

import os

from huey import RedisHuey, SqliteHuey

from bench.delivery.effects import task

_URL, _QUEUE, THREADS = os.environ["BENCH_URL"], os.environ["BENCH_QUEUE"], int(os.environ["BENCH_THREADS"])
_OPTIONS = {"name": _QUEUE, "results": False}
huey = RedisHuey(url=_URL, **_OPTIONS) if _URL.startswith("redis:") else SqliteHuey(filename=_URL, **_OPTIONS)


@huey.task()
def perform(number: int) -> None:
    """One task."""
    task().perform(number)


def put(tasks: int) -> None:
    """Queue the tasks."""
    for number in range(1, tasks + 1):
        perform(number)


def work() -> None:
    """Be a consumer."""
    huey.create_consumer(workers=THREADS, worker_type="thread", periodic=False).run()

"""Procrastinate on PostgreSQL; run with the Python of the peers' environment.

Its makers leave stalled jobs to the user (their "Retry stalled jobs" page): each worker looks for some every 5 seconds.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from procrastinate import App, PsycopgConnector

from bench.delivery.effects import task

_QUEUE, THREADS = os.environ["BENCH_QUEUE"], int(os.environ["BENCH_THREADS"])
_RESCUE_EVERY = 5  # seconds
app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_URL"], max_size=THREADS + 2))


@app.task(name="perform", queue=_QUEUE)
def perform(number: int) -> None:
    """One task."""
    task().perform(number)


def put(tasks: int) -> None:
    """Queue the tasks, all in one statement."""
    asyncio.run(_put(tasks))


async def _put(tasks: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await perform.batch_defer_async(*({"number": number} for number in range(1, tasks + 1)))


def work() -> None:
    """Be a worker."""
    asyncio.run(_work())


async def _work() -> None:
    # Tasks that are plain functions run in threads of the loop, of which there are few on a small machine.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    async with app.open_async():
        rescue = asyncio.create_task(_rescue())
        await app.run_worker_async(queues=[_QUEUE], concurrency=THREADS)
        rescue.cancel()


async def _rescue() -> None:
    while True:
        await asyncio.sleep(_RESCUE_EVERY)
        for job in await app.job_manager.get_stalled_jobs():
            await app.job_manager.retry_job(job)

"""Celery on RabbitMQ, acknowledging late; run with the Python of the peers' environment."""

import os

from celery import Celery

from bench.delivery.effects import task

app = Celery(broker=os.environ["BENCH_URL"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue=os.environ["BENCH_QUEUE"],
    broker_connection_retry_on_startup=True,
)


@app.task(name="perform")
def perform(number: int) -> None:
    """One task."""
    task().perform(number)


def put(tasks: int) -> None:
    """Queue the tasks."""
    for number in range(1, tasks + 1):
        perform.delay(number)


def work() -> None:
    """Be a worker."""
    threads = ["--pool=threads", f"--concurrency={os.environ['BENCH_THREADS']}"]
    # Two workers of one name would be taken for one.
    app.worker_main(["worker", *threads, "--without-gossip", "--without-mingle", "--loglevel=ERROR",
                     f"--hostname=bench-{os.getpid()}@localhost"])  # fmt: skip

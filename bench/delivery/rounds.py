"""One round of one engine: how fast it drains, and what is left after kill -9."""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.delivery.effects import lost_and_doubled, now
from bench.delivery.engines import WORKERS, Engine, processor_seconds

SLOW = 0.1  # seconds of a task that may be killed; its effect comes in the middle


def drain(engine: Engine, folder: Path, tasks: int) -> tuple[float, float]:
    """Tasks a second from the first effect to the last, and the processor seconds of the workers, start included."""
    folder.mkdir(parents=True)
    with engine.filled(folder, tasks, 0) as run:
        before = processor_seconds()
        with run.workers.running(WORKERS) as workers:
            workers.wait_until(lambda: run.effects.count() >= tasks, 180)
        used = processor_seconds() - before
    effects = run.effects.all()
    assert lost_and_doubled(effects, tasks) == (0, 0), engine.name
    return tasks / (effects[-1].answered - effects[0].answered), used


@dataclass(frozen=True)
class Killed:
    """What was left of one round. `recovered`: seconds from the kill to the last task that had no effect before."""

    lost: int
    doubled: int
    unsettled: int
    recovered: float


def kill(engine: Engine, folder: Path, tasks: int, watch: float) -> Killed:
    """Kill a worker when a third is done, start another, and count after `watch` seconds."""
    folder.mkdir(parents=True)
    with engine.filled(folder, tasks, SLOW) as run:
        with run.workers.running(WORKERS) as workers:
            workers.wait_until(lambda: run.effects.count() >= tasks // 3, 120)
            workers.kill()
            killed = now()
            workers.start()
            time.sleep(watch)
        unsettled = run.unsettled()
    effects = run.effects.all()
    firsts = {effect.number: effect.answered for effect in reversed(effects)}
    lost, doubled = lost_and_doubled(effects, tasks)
    return Killed(lost, doubled, unsettled, max(firsts.values()) - killed)

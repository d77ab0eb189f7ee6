"""The heartbeat: every worker says who and where it is, and one that falls silent is named within a minute."""

from datetime import timedelta

from campaign import __version__, doctor, workers
from campaign.ledger import SILENT
from campaign.models import Worker
from tests.campaign.test_worker import Running, eventually
from tests.campaign.world import World
from tests.engines import on_both_engines

SECOND = timedelta(seconds=1)


def seen(world: World, name: str, machine: str, ago: timedelta, started_ago: timedelta = timedelta(hours=1)) -> None:
    now = world.clock.now()
    Worker.create(name=name, machine=machine, version="0.3.0", started_at=now - started_ago, seen_at=now - ago)


@on_both_engines
def test_a_running_worker_says_its_machine_and_version(world: World) -> None:
    with Running(world):
        eventually(lambda: bool(workers.pulses(world.clock.now())))
        [pulse] = workers.pulses(world.clock.now())
    assert pulse.machine and pulse.version == __version__ and not pulse.is_silent


def test_a_worker_is_named_once_it_was_not_seen_for_a_minute(world: World) -> None:
    seen(world, "pc-1", "pc", SILENT)
    assert workers.silent_workers(world.clock.now()) == []
    assert [pulse.name for pulse in workers.silent_workers(world.clock.now() + SECOND)] == ["pc-1"]


def test_a_worker_that_was_killed_and_run_again_is_not_missed(world: World) -> None:
    seen(world, "pc-1", "pc", timedelta(minutes=10))
    seen(world, "pc-2", "pc", SECOND, started_ago=timedelta(minutes=9))
    assert [pulse.name for pulse in workers.pulses(world.clock.now())] == ["pc-2"]


def test_a_worker_that_fell_silent_beside_another_of_its_machine_is_missed(world: World) -> None:
    seen(world, "pc-1", "pc", timedelta(minutes=10))
    seen(world, "pc-2", "pc", SECOND)
    assert [pulse.name for pulse in workers.silent_workers(world.clock.now())] == ["pc-1"]


def test_the_doctor_tells_of_every_worker(world: World) -> None:
    seen(world, "pc-1", "pc", timedelta(minutes=10))
    seen(world, "may-chu-7", "may-chu", SECOND)
    found = {finding.what: finding for finding in doctor.examine(world.home) if finding.what.startswith("Máy gửi")}
    assert [finding.ok for finding in found.values()] == [True, False]
    [alive, silent] = found
    assert "may-chu-7" in alive and "bản 0.3.0" in alive and "08:59:59" in alive
    assert "pc-1 im lặng từ 08:50:00" in silent

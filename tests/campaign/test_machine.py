"""A home that comes to another machine starts paused, until a person has looked; one that stays does not."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from campaign import doctor, machine
from campaign.clock import SetClock, SystemClock
from campaign.db import database, disconnect
from campaign.home import Home, open_home
from campaign.ledger import PAUSED
from campaign.models import Post, PostState, Worker, note, set_note
from campaign.scheduling import resume_sending
from tests.campaign.command_line import ENVIRONMENT, LANTOA, init, lantoa
from tests.campaign.world import World, fresh, state
from tests.conftest import furnished
from tests.engines import on_both_engines
from tests.postgres import Server

HOUR = timedelta(hours=1)
Moves = Callable[[str], None]


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Moves:
    """Goes to the machine of a name."""

    def go(name: str) -> None:
        monkeypatch.setenv("LANTOA_STATE", str(tmp_path / name))

    go("máy A")
    return go


@on_both_engines
def test_a_home_that_stays_where_it_is_is_never_paused(home: Home, moves: Moves) -> None:
    assert [machine.settle_in(home) for _ in range(3)] == ["", "", ""]


def test_a_copied_home_starts_paused_and_its_posts_are_read_back_first(world: World, moves: Moves) -> None:
    machine.settle_in(world.home)
    sent = world.post("facebook", "mot", world.clock.now() + HOUR)
    later = world.post("facebook", "hai", world.clock.now() + 30 * HOUR)
    copy_of_the_ledger = [(post.id, post.state) for post in (sent, later)]
    world.deliver(HOUR)
    assert len(world.feed) == 1
    # The copy knows nothing of what the original has done since.
    for number, was in copy_of_the_ledger:
        Post.update(state=was, remote_id=None, link=None, published_at=None).where(Post.id == number).execute()
    database.execute_sql("DELETE FROM attempt")
    moves("máy B")
    assert "máy khác" in machine.settle_in(world.home)
    world.deliver(5 * HOUR)
    assert state(sent) is PostState.SCHEDULED, "neither sent nor given up for lost while a person has not looked"
    resume_sending(world.people["editor"], world.clock.now())
    world.deliver()
    assert state(sent) is PostState.PUBLISHED and fresh(sent).remote_id
    assert len(world.feed) == 1
    assert machine.settle_in(world.home) == ""


def test_a_home_that_is_carried_to_and_fro_is_paused_each_time(home: Home, moves: Moves) -> None:
    machine.settle_in(home)
    moves("máy B")
    assert machine.settle_in(home)
    database.execute_sql("DELETE FROM note WHERE name = ?", (PAUSED,))
    moves("máy A")
    assert machine.settle_in(home)


def test_workers_of_the_old_machine_are_not_missed_on_the_new_one(home: Home, moves: Moves) -> None:
    machine.settle_in(home)
    Worker.create(name="máy A-1", started_at=home.clock.now(), seen_at=home.clock.now())
    moves("máy B")
    machine.settle_in(home)
    assert not Worker.select().exists()


def test_a_pause_that_stands_keeps_its_reason(home: Home, moves: Moves) -> None:
    machine.settle_in(home)
    set_note(PAUSED, "Vừa khôi phục.", home.clock.now())
    moves("máy B")
    assert machine.settle_in(home) == "Vừa khôi phục."


def test_the_doctor_says_it_before_anything_runs(home: Home, moves: Moves) -> None:
    machine.settle_in(home)
    moves("máy B")
    said = [finding for finding in doctor.examine(home) if "máy khác" in finding.what]
    assert [finding.ok for finding in said] == [False]
    assert note(PAUSED) is None


def test_a_container_made_anew_on_the_same_volume_is_the_same_place(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LANTOA_STATE")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    for name in ("một", "hai"):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name))
        assert machine.settle_in(home) == ""


def test_where_nothing_can_be_kept_outside_the_home_nothing_is_paused(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tệp").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("LANTOA_STATE", str(tmp_path / "tệp" / "x"))
    assert machine.settle_in(home) == ""


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_many_machines_may_work_for_one_postgresql_home(home: Home, moves: Moves) -> None:
    for name in ("máy A", "máy B", "máy C"):
        moves(name)
        assert machine.settle_in(home) == ""


def test_a_dump_restored_into_another_database_is_another_place(
    postgres: Server, tmp_path: Path, clock: SetClock
) -> None:
    with postgres.database() as url, furnished(tmp_path / "a", clock, url) as home:
        machine.settle_in(home)
        known = str(note(machine.PLACE))
    with postgres.database() as url, furnished(tmp_path / "b", clock, url) as restored:
        set_note(machine.PLACE, known, clock.now())
        assert "máy khác" in machine.settle_in(restored)


def test_a_copied_folder_says_on_the_command_line_that_it_waits(tmp_path: Path) -> None:
    original = init(tmp_path / "gốc")
    first = lantoa("doctor", "--home", original, "--json", LANTOA_STATE=str(tmp_path / "A"))
    assert "máy khác" not in first.stdout
    home = open_home(original, SystemClock())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANTOA_STATE", str(tmp_path / "A"))
        machine.settle_in(home)
    disconnect()
    shutil.copytree(original, tmp_path / "bản sao")
    copied = tmp_path / "bản sao"
    second = lantoa("doctor", "--home", copied, "--json", LANTOA_STATE=str(tmp_path / "B"))
    assert "được mở ở một máy khác" in second.stdout
    assert "Việc gửi đang tạm dừng. Nơi này được mở ở một máy khác" in _started(copied, str(tmp_path / "B"))
    assert "tạm dừng" not in _started(original, str(tmp_path / "A"))


def _started(folder: Path, state_folder: str) -> str:
    """What `lantoa worker` says until it is up, and is then told to stop."""
    environment = {**ENVIRONMENT, "LANTOA_STATE": state_folder, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*LANTOA, "worker", "--home", str(folder)], stdout=subprocess.PIPE, env=environment, encoding="utf-8"
    ) as process:
        with closing(sqlite3.connect(folder / "lantoa.db")) as database_file:
            give_up = time.monotonic() + 60
            while not database_file.execute("SELECT 1 FROM worker").fetchall():
                assert time.monotonic() < give_up and process.poll() is None
                time.sleep(0.05)
        process.terminate()
        return process.communicate(timeout=60)[0]

"""Writes of many threads, committed together: each whole or not at all, and nobody waits for another's fault."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import peewee as pw
import pytest

from campaign import together
from campaign.db import connected, write
from campaign.home import Home
from campaign.models import Note
from campaign.together import Together, patiently
from tests.engines import on_both_engines

pytestmark = on_both_engines


def put(name: str, home: Home) -> Callable[[], object]:
    return lambda: Note.create(name=name, value="x", at=home.clock.now())


def names() -> set[str]:
    return {row.name for row in Note.select()}


def test_what_was_asked_for_is_on_disk_when_the_call_returns(home: Home) -> None:
    Together().commit(1, put("a", home))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_names_of_another_thread).result() == {"a"}


def _names_of_another_thread() -> set[str]:
    with connected():
        return names()


def test_writes_that_wait_for_one_another_are_committed_in_groups(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[int] = []
    real = together._all_at_once

    def counted(group: list[together._Write]) -> bool:
        commits.append(len(group))
        return real(group)

    monkeypatch.setattr(together, "_all_at_once", counted)
    writes, gate = Together(), threading.Event()

    def slow() -> None:
        assert gate.wait(20)

    with ThreadPoolExecutor(41) as pool:
        first = pool.submit(writes.commit, 4, slow)
        while not commits:
            pass
        rest = [pool.submit(writes.commit, 4, put(f"n{n}", home)) for n in range(40)]
        while len(writes._lanes[0]._waiting) < 40:
            pass
        gate.set()
        for each in (first, *rest):
            each.result(20)
    assert names() == {f"n{n}" for n in range(40)}
    assert commits == [1, 40]


def test_one_that_fails_raises_to_its_own_thread_and_spoils_none_of_the_others(home: Home) -> None:
    Note.create(name="n3", value="taken", at=home.clock.now())
    writes = Together()
    with connected(), ThreadPoolExecutor(20) as pool:
        jobs = [pool.submit(writes.commit, 4, put(f"n{n}", home)) for n in range(20)]
        failed = [n for n, job in enumerate(jobs) if isinstance(job.exception(20), pw.IntegrityError)]
    assert failed == [3]
    assert names() == {f"n{n}" for n in range(20)}
    assert Note.get(Note.name == "n3").value == "taken"


def test_a_write_that_fails_halfway_leaves_nothing_of_itself(home: Home) -> None:
    def halfway() -> None:
        put("half", home)()
        raise LookupError

    with pytest.raises(LookupError):
        Together().commit(1, halfway)
    assert names() == set()


def test_what_must_not_be_forgotten_is_tried_until_the_database_answers(home: Home) -> None:
    answers = iter([pw.OperationalError("database is locked"), pw.InterfaceError("gone"), None])
    waited: list[float] = []

    def work() -> str:
        error = next(answers)
        if error:
            raise error
        return "written"

    assert patiently(work, waited.append) == "written"
    assert waited == sorted(waited) and len(waited) == 2


def test_a_fault_that_waiting_does_not_mend_is_raised_at_once(home: Home) -> None:
    def work() -> None:
        raise pw.IntegrityError("taken")

    with pytest.raises(pw.IntegrityError):
        patiently(work, lambda _seconds: pytest.fail("waited"))


def test_a_lane_is_free_again_after_its_leader_was_told_to_die(home: Home) -> None:
    writes = Together()

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writes.commit(4, die)
    writes.commit(4, put("after", home))
    with write():
        assert names() == {"after"}

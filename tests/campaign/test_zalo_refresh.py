"""Zalo's refresh token works once: of many workers one spends it, and its successor is durable before it is used.

What cannot be promised stands here as a test too: a process that dies after Zalo has answered and before the answer is
committed takes the only pair with it. Nobody else can ask for it again; a person has to connect the channel.
"""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from campaign.clock import SystemClock
from campaign.config import FILE_NAME
from campaign.db import database
from campaign.home import Home
from campaign.models import Channel, Secret, Unit
from campaign.vault import StoredCredentials
from channels.simulators.server import serving
from channels.simulators.zalo import Account, ZaloSimulator
from tests.campaign.command_line import ROOT
from tests.engines import on_both_engines

ROUNDS = 3
RACERS = 3


@dataclass
class Stage:
    """A home with one Official Account, and the simulator that counts how often a pair was asked for."""

    home: Home
    zalo: ZaloSimulator
    account: Account
    channel: Channel
    rotations: list[int] = field(default_factory=list)

    def secrets(self) -> Mapping[str, str]:
        return StoredCredentials(self.channel.id, self.home.vault, SystemClock()).read()

    def make_stale(self) -> None:
        """The access token's hour has passed: whoever comes next needs a new pair."""
        old = {**self.secrets(), "expires_at": "2026-01-01T00:00:00+00:00"}
        self.home.vault.store(self.channel, old, SystemClock())

    def start(self, dies: str = "") -> "subprocess.Popen[str]":
        """A worker's process that is about to ask."""
        words = [str(self.home.config.home), str(self.channel.id), *filter(None, [dies])]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.rotating", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT,
        )  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return process

    def race(self, *deaths: str) -> list[str]:
        """Let processes ask at the same moment; gives what each came to, nothing for one that died."""
        racers = [self.start(dies) for dies in deaths]
        for racer in racers:
            assert racer.stdin is not None
            with suppress(BrokenPipeError):
                racer.stdin.write("\n")
                racer.stdin.flush()
        return [racer.communicate(timeout=120)[0].strip() for racer in racers]


@pytest.fixture
def stage(home: Home, unit: Unit, clock: Any, database_url: str) -> Iterator[Stage]:
    system = SystemClock()
    zalo = ZaloSimulator(system.now)
    rotations: list[int] = []
    inner = zalo.app.wsgi_app

    def counting(environ: Any, start: Any) -> Any:
        if environ["PATH_INFO"].endswith("/oa/access_token"):
            rotations.append(1)
        return inner(environ, start)

    zalo.app.wsgi_app = counting  # type: ignore[method-assign]
    with serving(zalo.app) as url:
        text = f'services.zalo.api_url = "{url}"\nservices.zalo.oauth_url = "{url}"\ndatabase.url = "{database_url}"\n'
        (home.config.home / FILE_NAME).write_text(text, encoding="utf-8")
        account = zalo.add_oa("OA Thử")
        channel = Channel.create(
            unit=unit, kind="zalo", name="OA", settings={"oa_id": account.oa_id, "app_id": account.app_id},
            windows=[], quiet=["21:00", "06:00"], min_gap_minutes=0, max_per_day=1, grace_minutes=60,
            created_at=system.now(),
        )  # fmt: skip
        names = ("app_secret", "access_token", "refresh_token")
        home.vault.store(channel, {name: getattr(account, name) for name in names}, system)
        yield Stage(home, zalo, account, channel, rotations)


@on_both_engines
def test_processes_that_race_spend_each_refresh_token_once(stage: Stage) -> None:
    for turn in range(1, ROUNDS + 1):
        stage.make_stale()
        answers = stage.race(*[""] * RACERS)
        assert len(stage.rotations) == turn
        assert len(set(answers)) == 1 and answers[0].startswith("ends ")
        assert stage.secrets()["refresh_token"] == stage.account.refresh_token
    assert Secret.get().lock_owner is None


@on_both_engines
def test_a_process_that_dies_once_the_pair_is_committed_loses_nothing(stage: Stage) -> None:
    stage.make_stale()
    assert stage.race("after-commit") == [""]
    assert stage.secrets()["refresh_token"] == stage.account.refresh_token
    assert stage.race("")[0].startswith("ends ")
    assert len(stage.rotations) == 1


def test_a_process_that_dies_before_that_takes_the_pair_along_and_a_person_is_asked(stage: Stage) -> None:
    stage.make_stale()
    assert stage.race("after-answer") == [""]
    assert stage.secrets()["refresh_token"] != stage.account.refresh_token
    Secret.update(lock_until=SystemClock().now()).execute()  # the dead owner's lock ends by itself, 90 s later
    [answer] = stage.race("")
    assert answer.startswith("login ") and "nối lại kênh" in answer
    assert Secret.get().lock_owner is None


def test_an_answer_that_is_lost_on_the_way_is_no_success(stage: Stage) -> None:
    stage.make_stale()
    before = stage.secrets()
    stage.zalo.fault("refresh_lost")
    assert stage.race("")[0].startswith("later ")
    assert stage.secrets() == before


def test_a_new_pair_is_kept_until_the_database_can_be_written(stage: Stage, home: Home) -> None:
    credentials = StoredCredentials(stage.channel.id, home.vault, SystemClock())
    stale = credentials.read()
    database.execute_sql("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(home.config.database, isolation_level=None, check_same_thread=False)) as other:

        def renew(_: Mapping[str, str]) -> Mapping[str, str]:
            other.execute("BEGIN IMMEDIATE")
            threading.Timer(0.5, other.rollback).start()
            return {"access_token": "mới", "refresh_token": "mới"}

        assert credentials.exchange(stale, renew)["refresh_token"] == "mới"
    assert credentials.read()["refresh_token"] == "mới"


def test_a_person_who_changes_another_secret_meanwhile_does_not_lose_the_new_pair(stage: Stage, home: Home) -> None:
    credentials = StoredCredentials(stage.channel.id, home.vault, SystemClock())
    stale = credentials.read()

    def renew(current: Mapping[str, str]) -> Mapping[str, str]:
        home.vault.store(stage.channel, {**current, "app_secret": "khóa mới"}, SystemClock())
        return {**current, "access_token": "a2", "refresh_token": "r2"}

    kept = credentials.exchange(stale, renew)
    assert (kept["app_secret"], kept["refresh_token"]) == ("khóa mới", "r2")
    assert credentials.read() == kept

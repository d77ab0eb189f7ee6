"""Secrets: sealed at rest, rotated by one worker at a time, durable before they are used."""

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest

from campaign.clock import SetClock
from campaign.db import connected, database
from campaign.home import Home
from campaign.models import Channel, Secret, Unit
from campaign.vault import LOCK, StoredCredentials, Vault
from channels.base import NeedsLogin, Temporary
from tests.engines import on_both_engines

pytestmark = on_both_engines

FIRST = {"access_token": "mã-1", "refresh_token": "gia-hạn-1"}
SECOND = {"access_token": "mã-2", "refresh_token": "gia-hạn-2"}


@pytest.fixture
def channel(home: Home, unit: Unit, clock: SetClock) -> Channel:
    row: Channel = Channel.create(
        unit=unit, kind="zalo", name="OA", windows=[], quiet=["21:00", "06:00"], min_gap_minutes=0, max_per_day=1,
        grace_minutes=60, created_at=clock.now(),
    )  # fmt: skip
    home.vault.store(row, FIRST, clock)
    return row


@pytest.fixture
def credentials(home: Home, channel: Channel, clock: SetClock) -> StoredCredentials:
    return StoredCredentials(channel.id, home.vault, clock)


def test_the_database_never_holds_a_secret_in_clear(channel: Channel, credentials: StoredCredentials) -> None:
    stored = database.execute_sql("SELECT sealed FROM secret").fetchone()[0]
    assert not any(value in stored for value in FIRST.values())
    assert credentials.read() == FIRST


def test_secrets_of_another_machine_ask_for_a_new_connection(
    home: Home, channel: Channel, clock: SetClock, tmp_path: object
) -> None:
    other = StoredCredentials(channel.id, Vault(home.config.home / "khac"), clock)
    with pytest.raises(NeedsLogin, match="kết nối lại"):
        other.read()


def test_new_secrets_are_stored_before_they_are_used(credentials: StoredCredentials) -> None:
    assert credentials.exchange(FIRST, lambda _: SECOND) == SECOND
    assert credentials.read() == SECOND
    row = Secret.get()
    assert (row.version, row.lock_owner) == (2, None)


def test_secrets_that_another_worker_has_renewed_are_taken_as_they_are(credentials: StoredCredentials) -> None:
    credentials.exchange(FIRST, lambda _: SECOND)

    def never(current: Mapping[str, str]) -> Mapping[str, str]:
        raise AssertionError("a single-use token was spent twice")

    assert credentials.exchange(FIRST, never) == SECOND


def test_two_workers_at_once_spend_a_refresh_token_once(
    home: Home, credentials: StoredCredentials, clock: SetClock
) -> None:
    asked: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def renew(current: Mapping[str, str]) -> Mapping[str, str]:
        asked.append(current["refresh_token"])
        begun.set()
        assert go_on.wait(10)
        return SECOND

    results: list[Mapping[str, str]] = []

    def work() -> None:
        with connected():
            results.append(credentials.exchange(FIRST, renew))

    workers = [threading.Thread(target=work) for _ in range(2)]
    workers[0].start()
    assert begun.wait(10)
    workers[1].start()
    go_on.set()
    for worker in workers:
        worker.join(20)
    assert asked == ["gia-hạn-1"]
    assert results == [SECOND, SECOND]


def test_a_renewal_that_fails_leaves_the_lock_free(credentials: StoredCredentials) -> None:
    def fails(current: Mapping[str, str]) -> Mapping[str, str]:
        raise Temporary("Chưa kết nối được.")

    with pytest.raises(Temporary):
        credentials.exchange(FIRST, fails)
    assert credentials.exchange(FIRST, lambda _: SECOND) == SECOND


def test_the_lock_of_a_dead_worker_ends_by_itself(credentials: StoredCredentials, clock: SetClock) -> None:
    Secret.update(lock_owner="chết", lock_until=clock.now() + LOCK).execute()
    clock.advance(LOCK + timedelta(seconds=1))
    assert credentials.exchange(FIRST, lambda _: SECOND) == SECOND


def test_a_person_who_connects_anew_has_the_last_word(
    home: Home, channel: Channel, credentials: StoredCredentials, clock: SetClock
) -> None:
    by_hand = {"access_token": "mã-9", "refresh_token": "gia-hạn-9"}

    def renew(current: Mapping[str, str]) -> Mapping[str, str]:
        home.vault.store(channel, by_hand, clock)
        return SECOND

    assert credentials.exchange(FIRST, renew) == by_hand
    assert credentials.read() == by_hand

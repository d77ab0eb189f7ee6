"""Migrations: they lead to the tables of the models, from nothing and from every schema that was ever released.

`tests/fixtures/schema-0.1.0.sql` is a home as 0.1.0 leaves it. Until 0.1.0 is released, whoever changes the tables
changes campaign/migrations/0001_first.py with them and writes the file anew:

    python -m tests.fixtures.make_schema
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import peewee as pw
import pytest
from playhouse.db_url import connect as connect_to
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from campaign import aftermath, db
from campaign.clock import SetClock
from campaign.db import database
from campaign.home import Home, open_home
from campaign.models import TABLES, Attempt, Campaign, Channel, Post, PostState, Revision
from campaign.workflow import is_approved
from tests.engines import on_both_engines
from tests.fixtures.make_schema import AT, FIRST, LEASE, SCHEMA


@on_both_engines
def test_from_nothing_the_migrations_make_every_table_column_and_index_of_the_models(home: Home) -> None:
    assert str(diff_models(database.obj, TABLES)) == ""
    assert db.pending() == []


@on_both_engines
def test_columns_made_by_migrations_have_the_types_and_the_nulls_of_the_models(
    home: Home, engine: str, request: pytest.FixtureRequest
) -> None:
    with _empty_database(engine, request) as other:
        with other.bind_ctx(TABLES):
            other.create_tables(TABLES)
        assert _shape(database.obj) == _shape(other)


def test_the_kept_schema_is_what_the_first_migration_makes() -> None:
    tables = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    with closing(sqlite3.connect(":memory:")) as kept:
        kept.executescript(SCHEMA.read_text(encoding="utf-8"))
        with pw.SqliteDatabase(":memory:") as made, as_file(files("campaign") / "migrations") as folder:
            Runner(made, str(folder)).up(target=FIRST)
            assert kept.execute(tables).fetchall() == made.execute_sql(tables).fetchall()


def test_a_home_of_the_first_release_is_brought_up_to_date_when_it_is_opened(first_home: Home) -> None:
    assert db.pending() == []
    assert str(diff_models(database.obj, TABLES)) == ""
    assert is_approved(Revision.get())


def test_a_post_that_was_in_flight_in_the_first_release_is_read_back_and_not_sent_again(first_home: Home) -> None:
    ledger = first_home.ledger("w-new")
    assert aftermath.reap(ledger) == 1
    assert Post.get().state == PostState.UNSURE
    assert [claim.state for claim in ledger.claim(5)] == [PostState.UNSURE]
    assert Attempt.select().count() == 1


@on_both_engines
def test_what_campaigns_aimed_at_in_0_2_becomes_aims_of_their_channels(
    engine: str, request: pytest.FixtureRequest
) -> None:
    with home_of_0_2(engine, request):
        campaign = Campaign.get()
        aims = {row.channel.name: (row.aim.measure, row.aim.per_week) for row in campaign.channels}
        assert aims == {"Trang xã": ("posts", 5), "Đài xã": ("posts", 3)}
        assert campaign.aims.count() == 2
        assert campaign.min_repeat_days == 6
        assert (campaign.floors, campaign.peaks, campaign.least_exposures, campaign.most_exposures) == ({}, [], 3, 10)
        assert [(pick.message.slug, pick.weight) for pick in campaign.picks] == [("mau", 1)]
        assert [post.campaign for post in Post.select()] == [campaign]


@on_both_engines
def test_the_windows_of_a_station_of_0_2_become_sessions_and_its_day_has_room_for_them(
    engine: str, request: pytest.FixtureRequest
) -> None:
    with home_of_0_2(engine, request):
        station, page = Channel.get(Channel.kind == "loudspeaker"), Channel.get(Channel.kind == "facebook")
        assert station.windows == [
            {"weekdays": [0, 1, 2, 3, 4], "start": "05:00", "end": "05:10", "items": 2, "seconds": 600},
            {"weekdays": [0, 5], "start": "17:00", "end": "18:00", "items": 2, "seconds": 900},
        ]
        assert (station.max_per_day, station.holidays) == (4, True)
        assert page.windows == [{"weekdays": [0, 1], "start": "06:00", "end": "21:00"}]
        assert (page.max_per_day, page.holidays, page.closures, page.audiences, page.priority) == (3, False, [], [], 1)


@contextmanager
def home_of_0_2(engine: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """A home as 0.2.0 left it, with a campaign on a Page and a station, brought up to date and open to the models."""
    with _empty_database(engine, request) as other, as_file(files("campaign") / "migrations") as folder:
        Runner(other, str(folder)).up(target="0002_what_we_say")
        for table, row in _rows_of_0_2():
            marks = ", ".join([other.param] * len(row))
            names = ", ".join(f'"{name}"' for name in row)
            other.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))  # noqa: S608
        Runner(other, str(folder)).up()
        with other.bind_ctx(TABLES):
            yield


def _rows_of_0_2() -> Iterator[tuple[str, dict[str, object]]]:
    at = {"created_at": 0}
    hours = {"settings": "{}", "min_gap_minutes": 60, "grace_minutes": 60, "ahead": False, "paused": "", **at}
    morning = {"weekdays": [0, 1, 2, 3, 4], "start": "4:30", "end": "05:10"}  # began in the quiet hours
    evening = {"weekdays": [0, 5], "start": "17:00", "end": "18:00"}
    words = {"content_hash": "h", "document": "{}", "title": "Mẫu", "pillar": "knowledge", "state": "approved"}
    sent = {"hold": "", "reason": "", "fence": 0, "tries": 0, "looks": 0, "error": ""}
    yield "unit", {"id": 1, "name": "Xã Thử", "kind": "xã", "colour": ""}
    yield (
        "channel",
        {
            "id": 1, "unit_id": 1, "kind": "facebook", "name": "Trang xã", "quiet": '["21:00", "06:00"]',
            "windows": json.dumps([{"weekdays": [0, 1], "start": "06:00", "end": "21:00"}]), "max_per_day": 3, **hours,
        },
    )  # fmt: skip
    yield (
        "channel",
        {
            "id": 2, "unit_id": 1, "kind": "loudspeaker", "name": "Đài xã", "quiet": '["22:00", "05:00"]',
            "windows": json.dumps([morning, evening]), "max_per_day": 2, **hours,
        },
    )  # fmt: skip
    yield "message", {"id": 1, "slug": "mau", "unit_id": 1, **at}
    yield "revision", {"id": 1, "message_id": 1, "number": 1, "changed_at": 0, **words, **at}
    yield (
        "campaign",
        {
            "id": 1, "unit_id": 1, "name": "Thử", "starts_on": "2026-11-10", "ends_on": "2026-12-10", "shares": "{}",
            "min_repeat_days": 6, "anchor": "", **at,
        },
    )  # fmt: skip
    yield "campaign_channel", {"campaign_id": 1, "channel_id": 1, "posts_per_week": 5}
    yield "campaign_channel", {"campaign_id": 1, "channel_id": 2, "posts_per_week": 3}
    yield "campaign_message", {"campaign_id": 1, "message_id": 1}
    yield (
        "post",
        {
            "key": "k", "campaign_id": 1, "channel_id": 1, "revision_id": 1, "content_hash": "h", "payload": "{}",
            "payload_hash": "p", "due_at": 1, "act_at": 1, "state": "scheduled", **sent, **at,
        },
    )  # fmt: skip


@pytest.fixture
def first_home(tmp_path: Path) -> Iterator[Home]:
    """The home of the kept schema, opened by this version just after the lost worker's lease has ended."""
    folder = tmp_path / "home"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "lantoa.db")) as kept:
        kept.executescript(SCHEMA.read_text(encoding="utf-8"))
    home = open_home(folder, SetClock(AT + LEASE + timedelta(seconds=1)))
    with db.connected():
        yield home
    db.disconnect()


@contextmanager
def _empty_database(engine: str, request: pytest.FixtureRequest) -> Iterator[pw.Database]:
    """Connected, and outside a transaction, as homes are when they are brought up to date."""
    with ExitStack() as stack:
        if engine == "sqlite":
            empty = pw.SqliteDatabase(":memory:", pragmas={"foreign_keys": 1})
        else:
            url = stack.enter_context(request.getfixturevalue("postgres").database())
            empty = connect_to(url, prefer_psycopg3=True)
        stack.enter_context(empty.connection_context())
        yield empty


def _shape(of: pw.Database) -> dict[str, object]:
    """Columns, references and indexes of every table, whatever the indexes are called."""
    return {
        table._meta.table_name: (
            sorted((column.name, column.data_type, column.null) for column in of.get_columns(table._meta.table_name)),
            sorted((key.column, key.dest_table) for key in of.get_foreign_keys(table._meta.table_name)),
            sorted((index.columns, index.unique) for index in of.get_indexes(table._meta.table_name)),
        )
        for table in TABLES
    }

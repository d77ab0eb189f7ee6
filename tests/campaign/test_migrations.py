"""Migrations: they lead to the tables of the models, from nothing and from every schema that was ever released.

`tests/fixtures/schema-0.1.0.sql` is a home as 0.1.0 leaves it. Until 0.1.0 is released, whoever changes the tables
changes campaign/migrations/0001_first.py with them and writes the file anew:

    python -m tests.fixtures.make_schema
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path

import peewee as pw
import pytest
from playhouse.db_url import connect as connect_to
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from campaign import db
from campaign.clock import SetClock
from campaign.db import database
from campaign.home import Home, open_home
from campaign.models import TABLES, Attempt, Post, PostState, Revision
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
    assert ledger.reap() == 1
    assert Post.get().state == PostState.UNSURE
    assert [claim.state for claim in ledger.claim(5)] == [PostState.UNSURE]
    assert Attempt.select().count() == 1


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
    if engine == "sqlite":
        with pw.SqliteDatabase(":memory:") as empty:
            yield empty
        return
    with (
        request.getfixturevalue("postgres").database() as url,
        connect_to(url, prefer_psycopg3=True) as empty,
    ):
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

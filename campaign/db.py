"""The database of a home: SQLite in a file, or PostgreSQL where many machines share it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import peewee
from playhouse.migrations import Runner
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase, PooledSqliteDatabase

from campaign.config import Config
from campaign.errors import Problem

database = peewee.DatabaseProxy()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# WAL lets the panel read while the worker writes; FULL because a claim rolled back by a power cut is a post sent
# twice (engine.md section 3).
_PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 15000}

# A thread that waits on the network holds no connection, so far fewer than threads are needed; a server takes 100 of
# all its clients together unless told otherwise. Whoever finds none free waits so many seconds for one.
_MOST_CONNECTIONS, _PATIENCE = 32, 30


class Unreachable(Problem):
    """The database cannot be reached now, and may be again."""


def micros(at: datetime) -> int:
    """An instant as the database keeps it: microseconds since 1970 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """The aware instant, UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=number)


class InstantField(peewee.BigIntegerField):
    """An instant: aware datetime in Python, microseconds since 1970 UTC in the database, so that it always compares."""

    if TYPE_CHECKING:  # Peewee carries no types: on a row, a field is its value

        def __get__(self, row: object, table: type | None = None) -> Any: ...
        def __set__(self, row: object, value: Any) -> None: ...

    def db_value(self, value: datetime | None) -> int | None:
        """Microseconds since 1970 UTC."""
        return None if value is None else micros(value)

    def python_value(self, value: int | None) -> datetime | None:
        """The aware instant, UTC."""
        return None if value is None else instant(value)


class JsonField(peewee.TextField):
    """Plain JSON values kept as text to the letter, since hashes are taken over them."""

    if TYPE_CHECKING:  # Peewee carries no types: on a row, a field is its value

        def __get__(self, row: object, table: type | None = None) -> Any: ...
        def __set__(self, row: object, value: Any) -> None: ...

    def db_value(self, value: Any) -> str | None:
        """The JSON text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def python_value(self, value: str | None) -> Any:
        """The values."""
        return None if value is None else json.loads(value)


def connect(config: Config, threads: int = 32) -> peewee.Database:
    """Point the models at the database of a home; nothing is opened yet. `threads` are those that will use it."""
    url = config["database.url"]
    database.initialize(_postgres(url, threads) if url else _sqlite(config))
    return database.obj


def _sqlite(config: Config) -> peewee.Database:
    # Opening a file and setting it up takes longer than a claim, so connections are kept and handed on.
    return PooledSqliteDatabase(
        str(config.database),
        max_connections=_MOST_CONNECTIONS,
        timeout=_PATIENCE,
        pragmas=_PRAGMAS,
        autoconnect=False,
        check_same_thread=False,
    )


def _postgres(url: str, threads: int) -> peewee.Database:
    parts = urlsplit(url)
    return PooledPostgresqlDatabase(
        parts.path.lstrip("/"),
        host=parts.hostname,
        port=parts.port or 5432,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        max_connections=min(threads, _MOST_CONNECTIONS) + 8,
        timeout=_PATIENCE,
        stale_timeout=300,
        autoconnect=False,
        prefer_psycopg3=True,
    )


def disconnect() -> None:
    """Let go of every connection this process holds to the database."""
    database.obj.close_all()


def is_sqlite() -> bool:
    """Whether this home is on SQLite."""
    return isinstance(database.obj, peewee.SqliteDatabase)


@contextmanager
def connected() -> Iterator[None]:
    """An open connection for this thread, closed again unless it was open before."""
    if not database.is_closed():
        yield
        return
    try:
        database.connect()
    except (peewee.OperationalError, MaxConnectionsExceeded) as error:
        raise Unreachable(
            "Không mở được cơ sở dữ liệu; hãy kiểm tra thư mục nhà, quyền ghi và database.url trong config.toml."
        ) from error
    try:
        yield
    finally:
        database.close()


@contextmanager
def write() -> Iterator[None]:
    """One transaction that writes. On SQLite it takes the write lock at once, so that it cannot fail halfway."""
    with database.atomic("IMMEDIATE") if is_sqlite() else database.atomic():
        yield


def run(statement: str, values: Sequence[Any]) -> Any:
    """Run plain SQL, with `?` for each value, and give its cursor.

    For the few statements that every post passes through: to build them takes Peewee longer than to run them.
    """
    return database.execute_sql(statement.replace("?", database.obj.param), values)


def migrate() -> list[str]:
    """Bring the schema up to date; gives the names of the migrations applied."""
    with as_file(files("campaign") / "migrations") as folder, connected():
        applied: list[str] = Runner(database.obj, str(folder)).up()
    return applied


def pending() -> list[str]:
    """The migrations this home still lacks."""
    with as_file(files("campaign") / "migrations") as folder, connected():
        return [row.name for row in Runner(database.obj, str(folder)).status() if not row.applied]

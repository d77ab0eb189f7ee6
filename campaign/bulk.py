"""Many posts written at once, as fast as the database takes them: `executemany` on SQLite, COPY on PostgreSQL.

Peewee's own `insert_many` builds a statement of every row and is several times slower (engine.md section 2).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import peewee

from campaign.db import JsonField, database, is_sqlite, write
from campaign.errors import Problem
from campaign.models import Post

_REMEMBERED = 1024  # JSON values whose text is kept
# What each database says where an hour of a channel is taken: columns or the name of the index.
_SLOT_TAKEN = ("post.channel_id, post.due_at", "post_slot")


def insert_posts(rows: Iterable[Mapping[str, Any]], same: Mapping[str, Any] | None = None) -> int:
    """Write a post for every row, inside the caller's transaction if there is one; gives their number.

    A row maps names of Post's fields to values as `Post.create` takes them; `same` are values that all rows share. The
    rest has its default. Rows are read as they are written, so memory stays flat however many there are; whatever makes
    them must not use the database meanwhile. A JSON value that rows share as one object is turned into text once: it
    must not change.

    All or nothing: raises Problem where an hour of a channel is taken, peewee.IntegrityError for any other conflict.
    """
    table = _Table(same or {})
    insert = _insert_sqlite if is_sqlite() else _insert_postgres
    try:
        with write(), peewee.__exception_wrapper__:
            return insert(table.columns, table.values(rows))
    except peewee.IntegrityError as error:
        if any(words in str(error) for words in _SLOT_TAKEN):
            raise Problem("Một kênh đã có bài vào đúng giờ được chọn; hãy xem lại kế hoạch rồi áp dụng.") from error
        raise


def _insert_sqlite(columns: list[str], rows: Iterator[list[Any]]) -> int:
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
    statement = f"INSERT INTO post ({names}) VALUES ({marks})"  # noqa: S608  names of our own model
    count: int = database.connection().executemany(statement, rows).rowcount
    return max(count, 0)  # -1 where there was no row


def _insert_postgres(columns: list[str], rows: Iterator[list[Any]]) -> int:
    names = ", ".join(f'"{column}"' for column in columns)
    with database.connection().cursor() as cursor:
        with cursor.copy(f"COPY post ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        count: int = cursor.rowcount
    return count


class _Table:
    """The columns of a post, and how a row of values becomes one of the database's."""

    def __init__(self, same: Mapping[str, Any]) -> None:
        fields = [field for field in Post._meta.sorted_fields if not field.auto_increment]
        self.columns: list[str] = [field.column_name for field in fields]
        self.into: dict[str, tuple[int, Callable[[Any], Any]]] = {}
        for number, field in enumerate(fields):
            convert = _converter(field)
            self.into |= dict.fromkeys((field.name, field.column_name), (number, convert))
        self.made = {
            name: field.default
            for name, field in Post._meta.fields.items()
            if callable(field.default) and name not in same
        }
        fixed = {field.name: field.default for field in fields if not callable(field.default)}
        self.shared = self.row([None] * len(fields), fixed | dict(same))

    def values(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
        """The rows as the database takes them."""
        for row in rows:
            made = {name: make() for name, make in self.made.items()} if self.made else {}
            yield self.row(self.shared.copy(), {**made, **row} if made else row)

    def row(self, values: list[Any], row: Mapping[str, Any]) -> list[Any]:
        for name, value in row.items():
            number, convert = self.into[name]
            values[number] = convert(value)
        return values


def _converter(field: Any) -> Callable[[Any], Any]:
    """What makes a value of the field one of the database; short ways for what costs most over millions of rows."""
    if isinstance(field, JsonField):
        return _once(field.db_value)
    if isinstance(field, peewee.ForeignKeyField):
        return lambda value: value if type(value) is int else field.db_value(value)
    convert: Callable[[Any], Any] = field.db_value
    return convert


def _once(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same for values that come again and again as one object."""
    known: dict[int, tuple[Any, Any]] = {}

    def remember(value: Any) -> Any:
        found = known.get(id(value))
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            # The value is kept beside its text, so that no other object can have its identity.
            found = known[id(value)] = (value, convert(value))
        return found[1]

    return remember

"""What all tables share."""

from typing import Any

import peewee as pw

from campaign.db import database


class Table(pw.Model):
    """A table of the home."""

    class Meta:
        database = database
        legacy_table_names = False


def upsert(table: type[Table], keys: list[Any], values: dict[str, Any]) -> None:
    """Insert a row, or change the one that has the same `keys`."""
    known = {key.name for key in keys}
    changed = {getattr(table, name): value for name, value in values.items() if name not in known}
    table.insert(**values).on_conflict(conflict_target=keys, update=changed).execute()

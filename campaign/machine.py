"""Whether a home still lives where it did. One that was copied elsewhere starts with sending paused.

A copy believes to be unsent what the original has sent since, and the original may still be running. So each home
remembers the place it lives at, and when a program that sends is started at another one, sending pauses until a person
has looked at what was due and pressed "Đã xem, gửi tiếp": one click for a home that was moved on purpose.

What a place is:

* on SQLite, the machine and user: a random name in the user's own folder, outside the home, so that copying the home
  does not copy it. `LANTOA_STATE` names another folder for it. A home moved to another folder of the same machine
  stays at home, and so does a second copy there: nothing tells the two apart.
* in a container, which is thrown away and made anew on the same volume: any container. A volume that is copied to
  another host is not noticed, unless `LANTOA_STATE` names a folder of that host.
* on PostgreSQL, the database itself: any number of machines may work for it, and a copy of the home's folder is one
  more of them. A dump restored into another database or server is another place. A server's files rolled back in
  place (a snapshot, point-in-time recovery) are not told apart: pause sending by hand before letting workers at them.
"""

import logging
import os
import sys
import uuid
from datetime import datetime
from pathlib import Path

import peewee as pw

from campaign.clock import local
from campaign.db import connected, database, is_sqlite, write
from campaign.errors import Problem
from campaign.home import Home
from campaign.ledger import PAUSED
from campaign.models import Worker, note, set_note
from campaign.vault import read_or_make_key

log = logging.getLogger(__name__)

PLACE = "place"
_CONTAINER = "container"
_IN_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
_POSTGRES = (
    "SELECT system_identifier, pg_database.oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
)


def settle_in(home: Home) -> str:
    """Before sending begins: pause it where the home has come to another place. Gives why sending is paused, or ""."""
    now = home.clock.now()
    with connected():
        here = _place()
        with write():
            known = note(PLACE)
            if here is not None and here != known:
                set_note(PLACE, here, now)
                if known is not None:
                    _pause(now)
            return note(PAUSED) or ""


def _pause(now: datetime) -> None:
    # They are workers of the other place; those of this one are seen again in a moment.
    Worker.delete().execute()
    if not note(PAUSED):
        reason = f"Nơi này được mở ở một máy khác với trước lúc {local(now):%H:%M %d/%m/%Y}."
        set_note(PAUSED, reason, now)


def has_moved() -> bool:
    """Whether the home was at another place when a program that sends was last started."""
    known, here = note(PLACE), _place()
    return known is not None and here is not None and known != here


def _place() -> str | None:
    """The place this program runs at; None where it has no name that lasts."""
    try:
        if not is_sqlite():
            system, number = database.execute_sql(_POSTGRES).fetchone()
            return f"{system}/{number}"
        folder = _state_folder()
        return _CONTAINER if folder is None else _marker(folder)
    except (OSError, Problem, pw.ProgrammingError) as error:
        # Nothing may be written outside the home, or a hosted server does not say which one it is.
        log.warning("this place has no name that lasts, so that a copied home will not be noticed: %s", error)
        return None


def _marker(folder: Path) -> str:
    return read_or_make_key(folder / "machine", lambda: uuid.uuid4().hex.encode("ascii")).decode("utf-8")


def _state_folder() -> Path | None:
    """Where programs of this user keep what belongs to the machine; None in a container."""
    if named := os.environ.get("LANTOA_STATE"):
        return Path(named)
    if any(path.exists() for path in _IN_CONTAINER) or "KUBERNETES_SERVICE_HOST" in os.environ:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "lantoa"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "lantoa"

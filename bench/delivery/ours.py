"""Our side: homes with a post on each of many channels, and a worker with a kind of channel that does next to nothing.

Everything a post passes through on its way out is real; the null kind only stands where a service would.
`python -m bench.delivery.ours HOME NAME` is `lantoa worker` with that kind.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.delivery.effects import task
from campaign.bulk import insert_posts
from campaign.clock import SystemClock
from campaign.config import FILE_NAME
from campaign.db import connected, disconnect, write
from campaign.home import Home, create_home, furnish, open_home
from campaign.models import Channel, Membership, Post, PostState, Revision, Secret, Unit, User
from campaign.serve import log_to_stderr, until_stopped
from campaign.worker import WorkerLoop
from campaign.workflow import Decision, content_of, create, decide, submit
from channels import base
from channels.registry import KINDS
from content.message import hash_document
from tests.campaign.world import content

MESSAGES = 20  # different texts, one for all channels in turn
_MANY = 500  # rows in one statement


class Null(base.Channel):
    """A service that lists all it has by our key, as a blog does by its slug; what it has are the effects."""

    kind = "null"
    label = "Null"
    icon = "null"
    reads_back = True

    def publish(self, outgoing: base.Outgoing, session: base.Session) -> base.Receipt:
        """Do the task of which the post has the number."""
        task().perform(int(outgoing.key))
        return base.Receipt(outgoing.key, base.State.PUBLISHED)

    def find(self, outgoing: base.Outgoing, since: datetime, session: base.Session) -> base.Sighting:
        """Whether there is such an effect."""
        if any(effect.number == int(outgoing.key) for effect in task().effects.all()):
            return base.Found(base.Receipt(outgoing.key, base.State.PUBLISHED))
        return base.Absent()


def learn_null() -> None:
    """Let this process know the kind."""
    KINDS[Null.kind] = Null  # type: ignore[index]


@contextmanager
def new_home(folder: Path, settings: str, kind: str, channels: int) -> Iterator[Home]:
    """A home with so many connected channels of a kind, numbered from 1, while the block runs; `settings` are TOML."""
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_text(settings, encoding="utf-8")
    home = create_home(folder, SystemClock())
    try:
        with connected():
            unit, _ = furnish(home, "Tỉnh Thử", "tỉnh")
            _add_channels(home, unit, kind, channels)
            yield home
    finally:
        disconnect()


def _add_channels(home: Home, unit: Unit, kind: str, channels: int) -> None:
    now = home.clock.now()
    always = {"windows": [], "quiet": ["00:00", "00:00"], "min_gap_minutes": 0, "max_per_day": 1000}
    rows = (
        {"id": number, "unit": unit, "kind": kind, "name": f"Kênh {number}", "settings": {"page_id": str(number)},
         "grace_minutes": 600, "created_at": now, **always}
        for number in range(1, channels + 1)
    )  # fmt: skip
    # The same sealed text costs a worker as much to open as one of its own.
    sealed = home.vault.seal({"token": "khong-co-that"})
    secrets = ({"channel": number, "sealed": sealed, "changed_at": now} for number in range(1, channels + 1))
    with write():
        _insert(Channel, rows)
        _insert(Secret, secrets)


def _insert(table: Any, rows: Iterable[dict[str, Any]]) -> None:
    held = list(rows)
    for start in range(0, len(held), _MANY):
        table.insert_many(held[start : start + _MANY]).execute()


def approve_messages(home: Home) -> list[Revision]:
    """Texts that an editor wrote and an approver passed, as in every home."""
    unit, now = Unit.get(), home.clock.now()
    editor, approver = (_person(unit, role, now) for role in ("editor", "approver"))
    revisions = []
    for number in range(MESSAGES):
        written = content(f"bai-{number}", f"Xét nghiệm HIV sớm để điều trị sớm, lời {number}.", channels=("facebook",))
        revision = create(editor, unit, written, now)
        submit(editor, revision, now)
        decide(approver, revision, Decision.APPROVE, now, seen_hash=revision.content_hash)
        revisions.append(revision)
    return revisions


def _person(unit: Unit, role: str, now: datetime) -> User:
    person: User = User.create(login=role, name=role, password_hash="-", created_at=now)
    Membership.create(user=person, unit=unit, role=role)
    return person


def add_posts(home: Home, revisions: list[Revision], kind: str, posts: int, due: datetime) -> None:
    """One post on each channel, all due at once; its key is the number of its channel."""
    unit = Unit.get()
    payloads = [home.freezer.payload(content_of(revision), kind, unit) for revision in revisions]
    texts = [
        {"revision": revision, "content_hash": revision.content_hash, "payload": payload,
         "payload_hash": hash_document(payload)}
        for revision, payload in zip(revisions, payloads, strict=True)
    ]  # fmt: skip
    rows = ({"key": str(n), "channel": n, **texts[n % len(texts)]} for n in range(1, posts + 1))
    insert_posts(rows, {"due_at": due, "act_at": due, "created_at": home.clock.now()})


def unsettled(folder: Path) -> int:
    """How many posts of a home are not known to be published."""
    open_home(folder, SystemClock())
    try:
        with connected():
            return Post.select().where(Post.state != PostState.PUBLISHED).count()
    finally:
        disconnect()


def put(folder: Path, settings: str, posts: int) -> None:
    """A home of null channels with posts that are due now."""
    learn_null()
    with new_home(folder, settings, Null.kind, posts) as home:
        add_posts(home, approve_messages(home), Null.kind, posts, home.clock.now() - timedelta(seconds=1))


def main() -> None:
    """Be a worker of the home until stopped."""
    folder, name = sys.argv[1:]
    log_to_stderr()
    learn_null()
    WorkerLoop(open_home(Path(folder), SystemClock()), name).run(until_stopped())


if __name__ == "__main__":
    main()

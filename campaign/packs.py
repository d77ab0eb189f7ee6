"""Packs: approved messages go from one office to another as one file, arrive as drafts, and can be called back.

A pack never holds secrets, users, consents or local facts. Stories that people told of themselves stay where the
consent lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from campaign import audit, clearance, library, pack_file, scheduling, tasks, workflow
from campaign.clock import local, local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.library import Loaded, Origin, take_in
from campaign.models import (
    Consent,
    Message,
    Pack,
    PackItem,
    Post,
    Revision,
    RevisionState,
    Unit,
    User,
)
from campaign.pack_file import PackFile
from campaign.pictures import PictureStore
from campaign.rights import need
from campaign.search import folded, words_of
from campaign.withdrawals import posts_out
from content.message import Message as Content
from content.message_file import MessageError

FEWEST_DIGITS = 6  # of a digest by which a pack is named
TAKE_DOWN = timedelta(days=3)  # to take down what is out; a choice of ours, no rule sets a day


# ---------------------------------------------------------------- giving away


@dataclass(frozen=True)
class Exported:
    """The file written, the ids of the messages in it, and the ids of those left out, each with the reason."""

    path: Path
    messages: list[str]
    left_out: dict[str, str]


def export(
    unit: Unit, target: Path, store: PictureStore, now: datetime, *, slugs: Sequence[str] = (), name: str = ""
) -> Exported:
    """Write the approved messages of a unit, all or those named, as a pack. Raises Problem.

    `target` is the file to write, or a folder in which a name is made up.
    """
    contents: list[Content] = []
    left_out: dict[str, str] = {}
    for message in _chosen(unit, slugs):
        revision = workflow.approved_revision(message)
        reason = _stays(message, revision, local_day(now))
        if revision is not None and not reason:
            contents.append(workflow.content_of(revision))
        elif slugs or revision is not None:
            left_out[message.slug] = reason
    if not contents:
        raise Problem("Không có thông điệp đã duyệt nào để đưa vào gói; hãy duyệt thông điệp trước.")
    origin = unit.full_name
    pictures = {row.picture.sha256: store.read(row.picture.sha256) for row in contents if row.picture}
    made_up = f"{'-'.join(words_of(folded(origin)))}-{local(now):%Y-%m-%d}{pack_file.SUFFIX}"
    path = target / made_up if target.is_dir() else target
    pack_file.write(path, name.strip() or f"Thông điệp của {origin}", origin, now, contents, pictures)
    return Exported(path, [content.id for content in contents], left_out)


def _chosen(unit: Unit, slugs: Sequence[str]) -> list[Message]:
    query = Message.select().where(Message.unit == unit).order_by(Message.slug)
    rows = list(query.where(Message.slug.in_(slugs)) if slugs else query)
    unknown = sorted(set(slugs) - {row.slug for row in rows})
    if unknown:
        raise Problem(f'Đơn vị không có thông điệp "{unknown[0]}"; hãy xem lại mã.')
    return rows


def _stays(message: Message, revision: Revision | None, today: date) -> str:
    """Why a message stays at home, in one sentence, or nothing."""
    if revision is None or not workflow.is_approved(revision):
        return "Chưa có bản đã duyệt."
    content = workflow.content_of(revision)
    if content.register == "testimony" or Consent.select().where(Consent.message == message).exists():
        return "Lời kể chỉ dùng ở nơi giữ đồng ý của người kể."
    return "Đã hết hạn dùng." if content.valid_until < today else ""


# ---------------------------------------------------------------- taking in


def bring_in(path: Path, unit: Unit, user: User | None, now: datetime, store: PictureStore) -> Loaded:
    """Add the messages of a pack as drafts of a unit; twice changes nothing. `user` None is whoever has the machine.

    Raises Problem for a file that is no sound pack, and for a pack that was called back or belongs to another unit.
    """
    if user is not None:
        need(user, "write", unit)
    file = pack_file.read(path)
    wanted: list[Content] = []
    recalled: list[Content] = []
    with write():
        pack = _known(file, unit, user, now)
        for content in file.messages:
            (recalled if clearance.is_recalled(content.content_hash) else wanted).append(content)
        errors = [
            MessageError(f"{row.id}.json", 1, "Bản lời này đã bị nơi gửi thu hồi nên không nhập.") for row in recalled
        ]
        origin = Origin(".json", _ever_loaded, user, {"pack": file.digest})
        loaded = take_in(wanted, unit, now, origin, errors)
        news = {*loaded.added, *loaded.changed}
        for content in wanted:
            _note(pack, content)
            if content.picture and content.id in news:
                picture = file.pictures[content.picture.sha256]
                store.adopt(picture, content.picture.alt, user=user, unit=unit, now=now)
    return loaded


def _ever_loaded(message: Message) -> list[str]:
    """A pack is a picture of one moment: whatever came in before is no news, though others came later."""
    return [str(row.content_hash) for row in library.loads(message)]


def _known(file: PackFile, unit: Unit, user: User | None, now: datetime) -> Pack:
    """The row of this very pack, new where it never came before."""
    pack: Pack | None = Pack.get_or_none(Pack.digest == file.digest)
    if pack is None:
        pack = Pack.create(
            digest=file.digest, name=file.name, origin=file.origin, made_at=file.made_at, unit=unit, imported_by=user,
            imported_at=now,
        )  # fmt: skip
        audit.record("import_pack", pack, user=user, unit=unit, now=now, name=file.name, origin=file.origin)
    if pack.recalled_at is not None:
        raise Problem(f"Gói này đã được thu hồi ngày {local(pack.recalled_at):%d/%m/%Y}; hãy xin gói mới.")
    if pack.unit_id != unit.id:
        raise Problem(f"Gói này đã được nhập vào {pack.unit.full_name}; mỗi gói chỉ nhập vào một đơn vị.")
    return pack


def _note(pack: Pack, content: Content) -> None:
    message = Message.get_or_none(Message.slug == content.id, Message.unit == pack.unit_id)
    if message is not None:
        row = PackItem.insert(pack=pack, message=message, content_hash=content.content_hash)
        row.on_conflict_ignore().execute()


# ---------------------------------------------------------------- what came, and calling it back


def all_packs() -> list[Pack]:
    """Every pack that came into this home, the newest first."""
    return list(Pack.select(Pack, Unit).join(Unit).order_by(Pack.id.desc()))


def find(digest: str) -> Pack:
    """The pack whose digest begins like this. Raises Problem where none does, or several."""
    found = list(Pack.select().where(Pack.digest.startswith(digest)).limit(2)) if len(digest) >= FEWEST_DIGITS else []
    if len(found) != 1:
        raise Problem(f'Không xác định được gói "{digest}"; hãy xem mã gói bằng lệnh: lantoa library packs')
    pack: Pack = found[0]
    return pack


@dataclass(frozen=True)
class Recalled:
    """What calling a pack back did: approvals withdrawn, unsent posts stopped, and the posts that are out already;
    each of those has an open task to take it down."""

    withdrawn: int
    stopped: int
    out: list[Post]


def recall(user: User, pack: Pack, note: str, now: datetime) -> Recalled:
    """The office that made a pack calls it back: its texts are not used here again. Recalling twice changes nothing.

    Texts that people here have changed since are texts of their own and stay.
    """
    need(user, "approve", pack.unit)
    note = note.strip()
    if not note:
        raise Problem("Hãy ghi ai báo thu hồi gói, ngày nào và vì sao.")
    withdrawn = stopped = 0
    with write():
        changes = {"recalled_at": now, "recall_note": note}
        if Pack.update(**changes).where(Pack.id == pack.id, Pack.recalled_at.is_null()).execute():
            audit.record("recall_pack", pack, user=user, unit=pack.unit, now=now, comment=note)
        revisions = _carrying(pack)
        out = posts_out(revisions)
        for revision in revisions:
            if revision.state == RevisionState.APPROVED:
                workflow.retire(revision, user, f"Nơi gửi thu hồi gói “{pack.name}”: {note}", now)
                withdrawn += 1
            stopped += scheduling.stop_revision(user, revision, now, "Gói thông điệp đã bị thu hồi.")
        for post in out:
            tasks.ask_to_take_down(post, local_day(now) + TAKE_DOWN, now, why=" (gói bị thu hồi)")
    return Recalled(withdrawn, stopped, out)


def _carrying(pack: Pack) -> list[Revision]:
    """The revisions that say what the pack brought, word for word."""
    same = (PackItem.message == Revision.message) & (PackItem.content_hash == Revision.content_hash)
    rows = Revision.select(Revision, Message).join(Message).switch(Revision).join(PackItem, on=same)
    return list(rows.where(PackItem.pack == pack).order_by(Revision.id))

"""Consent: a person's story is told only in the text, on the channels and for the time that they agreed to.

What a record must say follows Law 91/2025/QH15 art. 9 (consent voluntary, informed, explicit, verifiable), Decree
356/2025/NĐ-CP art. 4 (health and private life are sensitive) and Law 64/2006 art. 8 and 30 (nobody's HIV status is
disclosed without consent), as secondary sources report them; read 2026-11-20.

The evidence (a signed paper, a recording) lies sealed with the home's key in its `evidence` folder, never in a table.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.files import replacing
from campaign.models import Consent, Message, Revision, User
from campaign.rights import need
from campaign.vault import Vault

# How much of the person may be recognised.
IDENTITIES: Mapping[str, str] = {
    "alias": "Dùng tên khác",
    "voice_changed": "Dùng tên khác, đổi giọng nói",
    "no_face": "Dùng tên khác, không lộ mặt",
    "real_name": "Dùng tên thật",
}
WITHDRAWN = "Người kể đã rút đồng ý; câu chuyện này không được dùng lại."
MOST_BYTES = 20_000_000
# The first bytes of the kinds of evidence taken in, and their MIME types.
_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),  # half the sampling rate, as voice recorders use
    (4, b"ftyp", "audio/mp4"),
    (8, b"WAVE", "audio/wav"),
)


@dataclass(frozen=True)
class Terms:
    """What was agreed, as entered. Texts are Vietnamese; days are local, both included; `channels` are kinds."""

    alias: str
    identity: str
    purpose: str
    channels: tuple[str, ...]
    territory: str
    starts_on: date
    ends_on: date
    explained_by: str
    contact: str
    no_inducement: bool
    companions: str = ""
    guardian: str = ""


def obstacle(message: Message, register: str, content_hash: str, kinds: Iterable[str], day: date) -> str:
    """Why this text may not go out on these kinds of channel on this local day, in one sentence, or nothing.

    A message needs consent where it is told as a testimony, and wherever consent was ever recorded for it. Everybody
    whose consent to this text was recorded must agree, each by their last word.
    """
    if register != "testimony" and not Consent.select().where(Consent.message == message).exists():
        return ""
    if is_withdrawn(message):
        return WITHDRAWN
    rows = last_words(message, content_hash)
    if not rows:
        return "Chưa có đồng ý của người kể cho đúng bản lời này; hãy ghi nhận ở trang Đồng ý của người kể."
    for row in rows:
        if not row.starts_on <= day <= row.ends_on:
            return (
                f"Đồng ý của “{row.alias}” không còn (hoặc chưa) có hiệu lực vào ngày này; "
                "hãy xin gia hạn (ghi đúng tên gọi này) hoặc đổi ngày."
            )
    wanted = set(kinds)
    for row in rows:
        if not wanted <= set(row.channels):
            return (
                f"“{row.alias}” chưa đồng ý cho dùng trên mọi kênh của thông điệp này; "
                "hãy bỏ bớt kênh hoặc xin thêm đồng ý."
            )
    return ""


def last_words(message: Message, content_hash: str) -> list[Consent]:
    """The consent that counts of each person in this very text: the newest under their alias, withdrawn or not."""
    rows = Consent.select().where(Consent.message == message, Consent.content_hash == content_hash)
    return list({" ".join(row.alias.casefold().split()): row for row in rows.order_by(Consent.id)}.values())


def is_withdrawn(message: Message) -> bool:
    """Whether somebody took back their consent to this story: then nobody uses it again."""
    gone = Consent.select().where(Consent.message == message, Consent.withdrawn_at.is_null(False))
    return bool(gone.exists())


class Evidence:
    """The sealed evidence of a home."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder, self._vault = folder, vault

    def keep(self, data: bytes) -> tuple[str, str]:
        """Seal a file; gives the SHA-256 of its clear bytes and its MIME type. Raises Problem for another kind."""
        mime = _kind_of(data)
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as aside:
            aside.write_bytes(self._vault.seal_bytes(data))
        return digest, mime

    def open(self, user: User, consent: Consent, now: datetime) -> bytes:
        """The clear bytes, for those who may see them; every look is in the audit log before the bytes are."""
        need(user, "consent", consent.message.unit)
        try:
            sealed = self._path(consent.evidence_sha256).read_bytes()
        except FileNotFoundError:
            raise Problem("Tệp bằng chứng không còn trên máy; hãy khôi phục từ bản sao lưu.") from None
        data = self._vault.open_bytes(sealed)
        if hashlib.sha256(data).hexdigest() != consent.evidence_sha256:
            raise Problem("Tệp bằng chứng đã bị thay đổi ngoài chương trình; hãy khôi phục từ bản sao lưu.")
        with write():
            audit.record("view_evidence", consent, user=user, unit=consent.message.unit, now=now)
        return data

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest}.sealed"


def _kind_of(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Problem(f"Tệp bằng chứng nặng hơn {MOST_BYTES // 1_000_000} MB; hãy thu nhỏ hoặc cắt bớt.")
    for offset, start, mime in _SIGNATURES:
        if data[offset : offset + len(start)] == start:
            return mime
    raise Problem("Bằng chứng phải là tệp PDF, ảnh (JPEG, PNG) hoặc ghi âm (MP3, M4A, WAV).")


def record(
    user: User, revision: Revision, terms: Terms, data: bytes, file_name: str, evidence: Evidence, now: datetime
) -> Consent:
    """Write down a consent for exactly the text of a revision. Raises Problem for whatever is missing."""
    message = revision.message
    need(user, "consent", message.unit)
    _judge(terms)
    if is_withdrawn(message):
        raise Problem(WITHDRAWN)
    digest, mime = evidence.keep(data)
    with write():
        consent: Consent = Consent.create(
            message=message, content_hash=revision.content_hash, alias=terms.alias.strip(), identity=terms.identity,
            purpose=terms.purpose.strip(), channels=list(terms.channels), territory=terms.territory.strip(),
            starts_on=terms.starts_on, ends_on=terms.ends_on, explained_by=terms.explained_by.strip(),
            contact=terms.contact.strip(), companions=terms.companions.strip(), guardian=terms.guardian.strip(),
            no_inducement=True, evidence_sha256=digest, evidence_name=Path(file_name).name[:120] or "bang-chung",
            evidence_mime=mime, user=user, at=now,
        )  # fmt: skip
        audit.record(
            "consent", consent, user=user, unit=message.unit, now=now, content_hash=revision.content_hash,
            evidence=digest, channels=list(terms.channels),
        )  # fmt: skip
    return consent


def _judge(terms: Terms) -> None:
    asked = {
        "Tên gọi trong câu chuyện": terms.alias,
        "Mục đích": terms.purpose,
        "Phạm vi địa bàn": terms.territory,
        "Người đã giải thích": terms.explained_by,
        "Nơi liên hệ để rút đồng ý": terms.contact,
    }
    empty = [label for label, value in asked.items() if not value.strip()]
    if empty:
        raise Problem(f"Hãy nhập “{empty[0]}”.")
    if terms.identity not in IDENTITIES:
        raise Problem("Hãy chọn mức độ nhận diện mà người kể đồng ý.")
    if not terms.channels:
        raise Problem("Hãy chọn ít nhất một kênh mà người kể đồng ý.")
    if terms.ends_on < terms.starts_on:
        raise Problem("Ngày kết thúc phải từ ngày bắt đầu trở đi.")
    if not terms.no_inducement:
        raise Problem("Phải xác nhận người kể không bị ép buộc, không nhận tiền hay lợi ích để đồng ý.")

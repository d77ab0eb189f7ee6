"""The file of a pack: messages and their pictures in one ZIP that another office's Lan Tỏa can read.

    manifest.json             format, version, name, origin, made_at, SHA-256 of every other part
    messages/<id>.json        the document that the content hash is taken over
    media/<sha256>.jpg|.png   pictures, byte for byte; their alternative texts stand in the documents

The same content made at the same time gives the same bytes. A file from outside is believed in nothing: everything in
it is verified before anything of it is used.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign.errors import Problem
from campaign.files import replacing
from campaign.imaging import Encoded, kept
from campaign.pictures import ENDINGS, file_name
from content.message import Message, Picture, hash_document
from content.placeholders import PLACEHOLDERS, names_in
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, REGISTERS, SPOKESPERSONS, TOPICS

SUFFIX = ".lantoa.zip"
FORMAT = "lantoa-pack"
VERSION = 1
MANIFEST = "manifest.json"
MOST_PARTS = 10_000
MOST_BYTES_OF_A_PART = 20_000_000
MOST_BYTES = 300_000_000  # of all parts unpacked: they are held in memory while they are verified

_PART = re.compile(r"messages/[a-z0-9]+(-[a-z0-9]+)*\.json|media/[0-9a-f]{64}\.(jpg|png)")
# ZIP keeps no time before this; any other would tell two equal packs apart.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_YEARS = range(2000, 3000)


@dataclass(frozen=True)
class PackFile:
    """What a verified pack holds. `digest` is the SHA-256 of its manifest; `pictures` stand under their SHA-256."""

    name: str
    origin: str
    made_at: datetime
    digest: str
    messages: tuple[Message, ...]
    pictures: Mapping[str, Encoded]


# ---------------------------------------------------------------- writing


def write(
    path: Path, name: str, origin: str, made_at: datetime, messages: Iterable[Message], pictures: Mapping[str, bytes]
) -> None:
    """Write a pack, whole or not at all. Raises Problem."""
    parts = {f"messages/{message.id}.json": _json(message.document()) for message in messages}
    for message in messages:
        if message.picture:
            parts[_media(message.picture)] = pictures[message.picture.sha256]
    manifest = {
        "format": FORMAT, "version": VERSION, "name": name, "origin": origin, "made_at": made_at.isoformat(),
        "sha256": {part: hashlib.sha256(data).hexdigest() for part, data in sorted(parts.items())},
    }  # fmt: skip
    if path.exists():
        raise Problem(f'Tệp "{path}" đã có; hãy chọn tên khác.')
    try:
        with replacing(path) as aside, zipfile.ZipFile(aside, "w") as pack:
            for part, data in [(MANIFEST, _json(manifest)), *sorted(parts.items())]:
                _add(pack, part, data)
    except OSError as error:
        raise Problem(f'Không ghi được gói vào "{path.parent}"; hãy kiểm tra ổ đĩa và quyền ghi.') from error


def _json(values: Any) -> bytes:
    return (json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def _media(picture: Picture) -> str:
    return f"media/{file_name(picture.sha256, picture.mime)}"


def _add(pack: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # What would else depend on the machine.
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    pack.writestr(entry, data)


# ---------------------------------------------------------------- reading


def read(path: Path) -> PackFile:
    """The pack in a file. Raises Problem, with one sentence, for whatever is not exactly a pack."""
    parts = _unpacked(path)
    manifest = _manifest(parts.pop(MANIFEST, b""), path)
    sums: dict[str, str] = manifest["sha256"]
    for part in sorted(parts.keys() | sums.keys()):
        if part not in parts or part not in sums or hashlib.sha256(parts[part]).hexdigest() != sums[part]:
            raise Problem(f'Gói bị hỏng hoặc bị sửa ở "{part}"; hãy xin gửi lại tệp.')
    messages = tuple(_message(part, data) for part, data in sorted(parts.items()) if part.startswith("messages/"))
    if not messages:
        raise Problem(f'Gói "{path.name}" không có thông điệp nào; hãy xin gói khác.')
    return PackFile(
        manifest["name"], manifest["origin"], datetime.fromisoformat(manifest["made_at"]), manifest["digest"], messages,
        _pictures(messages, parts),
    )  # fmt: skip


def _unpacked(path: Path) -> dict[str, bytes]:
    """Every part by its name, none of them larger than is fit for a pack."""
    broken = Problem(f'Tệp "{path.name}" không phải gói thông điệp nguyên vẹn; hãy xin gửi lại tệp.')
    try:
        with zipfile.ZipFile(path) as pack:
            entries = pack.infolist()
            _need_fit(entries)
            return {entry.filename: _unpack(pack, entry) for entry in entries}
    except FileNotFoundError:
        raise Problem(f'Không có tệp "{path}"; hãy xem lại tên tệp.') from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise broken from error


def _unpack(pack: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # Asked for everything, zipfile unpacks everything, however small the entry says it is.
    with pack.open(entry) as part:
        return part.read(entry.file_size + 1)


def _need_fit(entries: list[zipfile.ZipInfo]) -> None:
    sizes = [entry.file_size for entry in entries]
    if len(sizes) > MOST_PARTS or max(sizes, default=0) > MOST_BYTES_OF_A_PART or sum(sizes) > MOST_BYTES:
        raise Problem("Gói quá lớn để nhập an toàn; hãy xin chia thành vài gói nhỏ hơn.")
    seen: set[str] = set()
    for entry in entries:
        known = entry.filename == MANIFEST or _PART.fullmatch(entry.filename)
        if not known or entry.filename in seen or entry.flag_bits & _ENCRYPTED:
            raise Problem(f'Gói có phần lạ "{entry.filename}"; chỉ nhập gói do Lan Tỏa xuất ra.')
        seen.add(entry.filename)


def _manifest(data: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
        version = manifest["version"] if manifest["format"] == FORMAT else None
        if type(version) is int and version > VERSION:
            raise Problem("Gói này do bản Lan Tỏa mới hơn làm ra; hãy cập nhật chương trình rồi nhập lại.")
        if not _fits(manifest, _MANIFEST_SHAPE) or version != VERSION:
            raise ValueError("not a manifest")
        made_at = datetime.fromisoformat(manifest["made_at"])
        # At either end of the calendar there is no local day to show.
        if made_at.tzinfo is None or made_at.year not in _YEARS:
            raise ValueError("a moment without a zone, or none of ours")
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Problem(f'Tệp "{path.name}" không phải gói thông điệp của Lan Tỏa; hãy xem lại tệp.') from None
    return {**manifest, "digest": hashlib.sha256(data).hexdigest()}


def _message(part: str, data: bytes) -> Message:
    try:
        document = json.loads(data)
        if not _fits(document, _DOCUMENT_SHAPE):
            raise ValueError("not a message")
        message = Message.from_document(document)
        _judge(message, document, part)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Problem(
            f'"{part}" trong gói không phải thông điệp mà bản Lan Tỏa này hiểu; hãy cập nhật chương trình hoặc xin gói '
            "khác."
        ) from None
    return message


def _judge(message: Message, document: Any, part: str) -> None:
    """Raises ValueError where the values are of the right kinds but make no message."""
    unknown = [name for text in message.texts() for name in names_in(text) if name not in PLACEHOLDERS]
    # A link of another scheme would run in the reader's browser.
    links = [source.url for source in message.sources if source.url]
    if message.picture:
        file_name(message.picture.sha256, message.picture.mime)
    sound = (
        part == f"messages/{message.id}.json"
        and message.content_hash == hash_document(document)
        and message.valid_from <= message.valid_until
        and all((message.title.strip(), message.text.strip(), message.sources, message.channels))
        and set(message.variants) <= set(message.channels)
        and all(re.match(r"https?://", link) for link in links)
        and not unknown
    )
    if not sound:
        raise ValueError("not a message")


def _pictures(messages: Iterable[Message], parts: Mapping[str, bytes]) -> dict[str, Encoded]:
    wanted = {_media(row.picture): row.picture for row in messages if row.picture}
    strays = {part for part in parts if part.startswith("media/")} ^ wanted.keys()
    found: dict[str, Encoded] = {}
    for part, picture in wanted.items():
        encoded = _picture(parts.get(part, b""), picture)
        if encoded is None:
            strays.add(part)
        else:
            found[picture.sha256] = encoded
    if strays:
        raise Problem(f'Ảnh "{min(strays)}" trong gói bị thiếu, bị thừa hoặc không hợp lệ; hãy xin gói khác.')
    return found


def _picture(data: bytes, picture: Picture) -> Encoded | None:
    try:
        encoded = kept(data)
    except Problem:
        return None
    is_it = hashlib.sha256(data).hexdigest() == picture.sha256 and encoded.mime == picture.mime and picture.alt.strip()
    return encoded if is_it else None


# ---------------------------------------------------------------- shapes of plain JSON values

# A type, the allowed words, [shape] for a list, {str: shape} for any keys, (None, shape) for null or a shape, else the
# keys and their shapes; a key with a question mark may be missing.
_VARIANT_SHAPE = {"text": str, "title": str, "description": str, "wordings?": [str], "long?": str}
_DOCUMENT_SHAPE: dict[Any, Any] = {
    "id": str, "title": str, "pillar": {*PILLARS}, "audience": [{*AUDIENCES}], "topics": [{*TOPICS}],
    "register": {*REGISTERS}, "sources": [{"title": str, "year": int, "verified_on": str, "url": str}],
    "valid_from": str, "valid_until": str, "channels": [str], "text": str, "variants": {str: _VARIANT_SHAPE},
    "picture": (None, {"sha256": str, "mime": {*ENDINGS}, "alt": str}),
    "idea?": str, "action?": str, "short?": str, "format?": {*FORMATS}, "spokespersons?": [{*SPOKESPERSONS}],
    "partners?": [str], "repeat?": bool, "translations?": [{"language": str, "text": str}],
}  # fmt: skip
_MANIFEST_SHAPE: dict[Any, Any] = {
    "format": str, "version": int, "name": str, "origin": str, "made_at": str, "sha256": {str: str}
}  # fmt: skip


def _fits(value: Any, shape: Any) -> bool:
    """Whether plain JSON values have a shape; no text holds the null character, which PostgreSQL does not take."""
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(row, shape[0]) for row in value)
    if isinstance(shape, tuple):
        return value is None or _fits(value, shape[1])
    if isinstance(shape, dict):
        return isinstance(value, dict) and _has_keys(value, shape)
    return type(value) is shape and (shape is not str or "\x00" not in value)


def _has_keys(value: dict[str, Any], shape: dict[Any, Any]) -> bool:
    if str in shape:
        return all(_fits(row, shape[str]) for row in value.values())
    known = {key.removesuffix("?"): item for key, item in shape.items()}
    needed = {key for key in shape if not key.endswith("?")}
    return needed <= value.keys() <= known.keys() and all(_fits(row, known[key]) for key, row in value.items())

"""Message files: Markdown with TOML front matter. `docs/message-file.md` explains every key.

    +++
    id = "kien-thuc-ba-duong-lay"
    title = "HIV chỉ lây qua ba đường"
    pillar = "knowledge"
    ...
    +++
    The base text, in Markdown.

Reading is strict (an unknown key or a misspelt topic is a mistake someone should hear about)
and patient (one broken file never keeps the others from loading).
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from content.message import Message, Source, Translation, Variant
from content.placeholders import PLACEHOLDERS, names_in
from content.render import wordings
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, REGISTERS, SPOKESPERSONS, TOPICS

FENCE = "+++"
SHORT = 160  # characters of the short text: one text message, one line of an electronic board
WORDINGS = 3  # of a message that is meant to be repeated
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class MessageError(Exception):
    """A message that cannot be read: `file`, 1-based `line` and one Vietnamese sentence `what`."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}, dòng {line}: {what}")
        self.file, self.line, self.what = file, line, what


def read_message(source: str, file: str) -> Message:
    """The message in the text of one file; `file` is its name in errors. Raises MessageError."""
    text = unicodedata.normalize("NFC", source.removeprefix("\ufeff")).replace("\r\n", "\n")
    return _Reader(text, file).message()


def load_library(folder: Path) -> tuple[list[Message], list[MessageError]]:
    """All messages below a folder in order of file name, and what is wrong with the files that gave none."""
    messages: dict[str, Message] = {}
    errors: list[MessageError] = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).as_posix()
        try:
            message = read_message(path.read_text(encoding="utf-8"), name)
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            errors.append(MessageError(name, line, "Tệp không phải UTF-8; hãy lưu lại với mã UTF-8."))
        except OSError:
            errors.append(MessageError(name, 1, "Không mở được tệp; hãy xem lại quyền đọc tệp này."))
        except MessageError as error:
            errors.append(error)
        else:
            if message.id in messages:
                errors.append(MessageError(name, 1, f'Mã "{message.id}" đã có ở một tệp khác; hãy đặt mã khác.'))
            else:
                messages[message.id] = message
    return list(messages.values()), errors


class _Reader:
    """Reads one file and knows the line of every complaint."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = text.split("\n")
        if self.lines[0].strip() != FENCE:
            raise self.error(1, f"Dòng đầu phải là {FENCE} để mở phần khai báo.")
        ends = (number for number, line in enumerate(self.lines[1:], start=1) if line.strip() == FENCE)
        end = next(ends, None)
        if end is None:
            raise self.error(len(self.lines), f"Thiếu dòng {FENCE} đóng phần khai báo.")
        self.head = self.lines[1:end]
        self.body = "\n".join(self.lines[end + 1 :]).strip()
        self.body_line = end + 2
        self.values = self._toml()

    def error(self, line: int, what: str) -> MessageError:
        return MessageError(self.file, line, what)

    def _toml(self) -> dict[str, Any]:
        try:
            return tomllib.loads("\n".join(self.head))
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            line = int(at.group(1)) + 1 if at else len(self.head) + 1
            raise self.error(line, "Phần khai báo sai cú pháp TOML; hãy xem lại dấu nháy và dấu bằng.") from error

    def line_of(self, key: str) -> int:
        """The line where a key (or a table) is written, else the first line."""
        pattern = re.compile(rf"\s*(\[+\s*[\w.]*\b{re.escape(key)}\s*\]+|{re.escape(key)}\s*=)")
        for number, line in enumerate(self.head, start=2):
            if pattern.match(line):
                return number
        return 1

    def fail(self, key: str, what: str) -> MessageError:
        return self.error(self.line_of(key), what)

    def take(self, key: str, kind: type, label: str) -> Any:
        if key not in self.values:
            raise self.error(1, f'Thiếu khóa "{key}".')
        value = self.values.pop(key)
        if type(value) is not kind:
            raise self.fail(key, f'Khóa "{key}" phải là {label}.')
        return value

    def text(self, key: str) -> str:
        value: str = self.take(key, str, "chữ trong dấu nháy").strip()
        if not value:
            raise self.fail(key, f'Khóa "{key}" đang để trống.')
        return value

    def words(self, key: str) -> str:
        """An optional text."""
        return self.text(key) if key in self.values else ""

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        value = self.text(key)
        return self._known(key, value, allowed)

    def choices(self, key: str, allowed: Iterable[str] | None = None) -> tuple[str, ...]:
        values = self.take(key, list, "danh sách trong ngoặc vuông")
        if not values or not all(isinstance(value, str) for value in values):
            raise self.fail(key, f'Khóa "{key}" phải có ít nhất một giá trị bằng chữ.')
        return tuple(self._known(key, value, allowed) if allowed is not None else value for value in values)

    def _known(self, key: str, value: str, allowed: Iterable[str]) -> str:
        if value not in allowed:
            raise self.fail(key, f'Khóa "{key}" không nhận "{value}"; hãy dùng một trong: {", ".join(allowed)}.')
        return value

    def sources(self) -> tuple[Source, ...]:
        rows = self.take("sources", list, "danh sách bảng [[sources]]")
        if not rows:
            raise self.fail("sources", "Thông điệp phải có ít nhất một nguồn.")
        return tuple(self._source(row) for row in rows)

    def _source(self, row: Any) -> Source:
        if not isinstance(row, dict):
            raise self.fail("sources", "Mỗi nguồn phải là một bảng [[sources]].")
        kinds = {"title": str, "year": int, "verified_on": date}
        for key, kind in kinds.items():
            if type(row.get(key)) is not kind:
                raise self.fail("sources", f'Mỗi nguồn cần title (chữ), year (số) và verified_on (ngày); xem "{key}".')
        unknown = set(row) - set(kinds) - {"url"}
        if unknown:
            raise self.fail(sorted(unknown)[0], f'Nguồn không có khóa "{sorted(unknown)[0]}".')
        if not isinstance(row.get("url", ""), str):
            raise self.fail("url", 'Khóa "url" của nguồn phải là chữ trong dấu nháy.')
        return Source(**row)

    def variants(self) -> dict[str, Variant]:
        tables = self.values.pop("variants", {})
        if not isinstance(tables, dict):
            raise self.fail("variants", 'Khóa "variants" phải gồm các bảng như [variants.facebook].')
        return {kind: self._variant(kind, table) for kind, table in tables.items()}

    def _variant(self, kind: str, table: Any) -> Variant:
        if not isinstance(table, dict):
            raise self.fail("variants", f'Biến thể "{kind}" phải là một bảng [variants.{kind}].')
        wordings = table.pop("wordings", [])
        if not isinstance(wordings, list) or not all(isinstance(text, str) and text.strip() for text in wordings):
            raise self.fail("wordings", f'"wordings" của biến thể "{kind}" phải là danh sách các đoạn lời.')
        for key, value in table.items():
            if key not in {"text", "title", "description", "long"} or not isinstance(value, str):
                known = "description, long, text, title bằng chữ và wordings"
                raise self.fail(key, f'Biến thể "{kind}" chỉ nhận {known}.')
        return Variant(
            **{key: value.strip() for key, value in table.items()},
            wordings=tuple(text.strip() for text in wordings),
        )

    def translations(self) -> tuple[Translation, ...]:
        rows = self.values.pop("translations", [])
        if not isinstance(rows, list):
            raise self.fail("translations", "Bản tiếng dân tộc phải là các bảng [[translations]].")
        for row in rows:
            keys = set(row) if isinstance(row, dict) else set()
            if keys != {"language", "text"} or not all(
                isinstance(value, str) and value.strip() for value in row.values()
            ):
                raise self.fail("translations", "Mỗi bản tiếng dân tộc cần language và text bằng chữ.")
        return tuple(Translation(row["language"].strip(), row["text"].strip()) for row in rows)

    def message(self) -> Message:
        message = Message(
            id=self.text("id"),
            title=self.text("title"),
            pillar=self.choice("pillar", PILLARS),
            audience=self.choices("audience", AUDIENCES),
            topics=self.choices("topics", TOPICS),
            register=self.choice("register", REGISTERS),
            sources=self.sources(),
            valid_from=self.take("valid_from", date, "ngày dạng 2026-11-10"),
            valid_until=self.take("valid_until", date, "ngày dạng 2026-12-10"),
            channels=self.choices("channels"),
            variants=self.variants(),
            text=self.body,
            idea=self.words("idea"),
            action=self.words("action"),
            short=self.words("short"),
            format=self.choice("format", FORMATS) if "format" in self.values else "",
            spokespersons=self.choices("spokespersons", SPOKESPERSONS) if "spokespersons" in self.values else (),
            partners=self.choices("partners") if "partners" in self.values else (),
            repeat="repeat" in self.values and self.take("repeat", bool, "true hoặc false"),
            translations=self.translations(),
        )
        if self.values:
            unknown = next(iter(self.values))
            raise self.fail(unknown, f'Không có khóa "{unknown}"; hãy xóa hoặc sửa tên.')
        self.judge(message)
        return message

    def judge(self, message: Message) -> None:
        """Raises MessageError where the values do not fit each other."""
        if not _ID.fullmatch(message.id):
            raise self.fail("id", 'Khóa "id" chỉ gồm chữ thường không dấu, số và gạch nối.')
        if message.valid_until < message.valid_from:
            raise self.fail("valid_until", '"valid_until" phải từ ngày "valid_from" trở đi.')
        if not self.body:
            raise self.error(self.body_line, "Thông điệp chưa có nội dung sau phần khai báo.")
        strays = [kind for kind in message.variants if kind not in message.channels]
        if strays:
            raise self.fail(strays[0], f'Có biến thể cho "{strays[0]}" nhưng "channels" không có kênh này.')
        if len(message.short) > SHORT:
            raise self.fail("short", f'"short" dài {len(message.short)} ký tự; nhiều nhất là {SHORT}.')
        unknown = [name for text in message.texts() for name in names_in(text) if name not in PLACEHOLDERS]
        if unknown:
            line = next((n for n, text in enumerate(self.lines, start=1) if unknown[0] in names_in(text)), 1)
            known = ", ".join(PLACEHOLDERS)
            raise self.error(line, f"Không có chỗ trống {{{{{unknown[0]}}}}}; hãy dùng một trong: {known}.")
        # Only a Page refuses the same text twice running (channels.md section 2).
        poor = message.repeat and "facebook" in message.channels
        if poor and len(wordings(message, "facebook")) < WORDINGS:
            raise self.fail("repeat", f'Thông điệp lặp lại cần ít nhất {WORDINGS} cách nói cho facebook ("wordings").')

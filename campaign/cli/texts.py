"""Texts as they come, from files and from standard input: always UTF-8, whatever the console thinks."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from campaign.errors import WrongUse

STDIN = "-"
# JSON leaves these as they are, and many a reader takes them for the end of a line.
_LINE_ENDS = str.maketrans({"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True)
class Line:
    """One line of a file, without its end ("\\n" or "\\r\\n") and otherwise as received; `number` counts from 1."""

    file: str
    number: int
    text: str


def lines(files: Iterable[str]) -> Iterator[Line]:
    """The lines of these files (none: of standard input), each as soon as it is there. Raises WrongUse."""
    for file in files or (STDIN,):
        with _opened(file) as stream:
            for number, raw in enumerate(stream, start=1):
                end = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
                yield Line(file, number, _decoded(raw.removesuffix(end), file, number))


def whole(file: str) -> str:
    """The text of a file without its byte order mark. Raises WrongUse."""
    with _opened(file) as stream:
        return _decoded(stream.read(), file, 1).removeprefix("\ufeff")


def is_message(text: str) -> bool:
    """Whether a text is a message file: Markdown with a declaration at its head."""
    from content.message_file import FENCE

    return text.partition("\n")[0].strip() == FENCE


def normal(text: str) -> str:
    """A message file in the spelling in which its passages are read (content/message_file.py)."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n")


def place(file: str, text: str, at: int) -> str:
    """Where a place of a text is, as editors understand it: file:line:column, both counted from 1."""
    line, column = line_and_column(text, at)
    return f"{file}:{line}:{column}"


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Line and column of a place of a text, in characters, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def write_line(text: str) -> None:
    """Write one line to standard output at once, so that a program at the other end of a pipe can answer."""
    out = sys.stdout.buffer
    out.write(text.encode("utf-8") + b"\n")
    out.flush()


def write_json(value: dict[str, Any]) -> None:
    """Write one JSON object as one line."""
    write_line(json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS))


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    path = Path(file)
    if path.is_dir():
        raise WrongUse(f'"{file}" là thư mục; hãy ghi tên tệp, ví dụ "{path / "*.md"}".')
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise WrongUse(f'Không có tệp "{file}"; hãy xem lại tên.') from error
    except OSError as error:
        raise WrongUse(f'Không mở được tệp "{file}"; hãy xem lại quyền đọc tệp này.') from error


def _decoded(raw: bytes, file: str, first_line: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        number = first_line + raw.count(b"\n", 0, error.start)
        name = "Dữ liệu vào" if file == STDIN else f'Tệp "{file}"'
        raise WrongUse(f"{name} không phải UTF-8 ở dòng {number}; hãy lưu lại với mã UTF-8.") from error

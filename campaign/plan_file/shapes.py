"""Shapes of a TOML file as data: which keys a table has, what each takes, and what it is where the file lacks it.

Reading by a shape gives the values with the defaults filled in and notes every mistake, not only the first, by file and
key, such as `channels[2].windows[1].start`; rows count from 1.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NoReturn, Protocol

from campaign.errors import WrongUse

_SHOWN = 60  # characters of a wrong value that are repeated


@dataclass
class Mistakes:
    """What is wrong with a file, one Vietnamese sentence each, in the order found."""

    file: str
    sentences: list[str] = field(default_factory=list)

    def add(self, path: str, what: str) -> None:
        """Note what is wrong with a key."""
        self.sentences.append(f'{self.file}: khóa "{path}" {what}.')

    def unless(self, holds: bool, path: str, what: str) -> None:
        """Note what is wrong with a key unless something holds."""
        if not holds:
            self.add(path, what)

    def check(self) -> None:
        """Raises WrongUse, a line for each mistake, if there is any."""
        if self.sentences:
            self.fail()

    def fail(self) -> NoReturn:
        """Raises WrongUse, a line for each mistake."""
        raise WrongUse("\n".join(self.sentences))


def parsed(source: str, file: str) -> dict[str, Any]:
    """What TOML gives. Raises WrongUse with file and line."""
    try:
        return tomllib.loads(source.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:  # also for numbers and lists beyond what Python takes
        found = re.search(r"\(at (.+)\)$", str(error))
        where = f" ở {found[1]}" if found else ""
        for english, vietnamese in (("line", "dòng"), ("column", "cột"), ("end of document", "cuối tệp")):
            where = where.replace(english, vietnamese)
        raise WrongUse(f"{file}: sai cú pháp TOML{where}; hãy xem lại dấu nháy, dấu bằng và ngoặc.") from error


class Shape(Protocol):
    """What may stand at a key. `allowed` says it in Vietnamese, to follow "hãy ghi"."""

    @property
    def allowed(self) -> str: ...

    def take(self, value: Any, path: str, mistakes: Mistakes) -> Any:
        """The value that was meant by what TOML gives; a mistake is noted and gives None."""


@dataclass(frozen=True)
class Value:
    """One value; `read` raises ValueError for anything that is not `allowed`."""

    allowed: str
    read: Callable[[Any], Any]

    def take(self, value: Any, path: str, mistakes: Mistakes) -> Any:
        """The value, or None."""
        try:
            return self.read(value)
        except ValueError:
            mistakes.add(path, f"đang là {_shown(value)}; hãy ghi {self.allowed}")
            return None


@dataclass(frozen=True)
class Many:
    """A list, or an array of tables, with at least one entry."""

    of: Shape

    @property
    def allowed(self) -> str:
        """What a list takes."""
        return f"một danh sách không rỗng; mỗi mục là {self.of.allowed}"

    def take(self, value: Any, path: str, mistakes: Mistakes) -> tuple[Any, ...] | None:
        """The entries in order."""
        if type(value) is not list or not value:
            mistakes.add(path, f"đang là {_shown(value)}; hãy ghi {self.allowed}")
            return None
        return tuple(self.of.take(row, f"{path}[{number}]", mistakes) for number, row in enumerate(value, start=1))


@dataclass(frozen=True)
class Key:
    """A key of a table: what it takes, and its value where the file does not have it."""

    shape: Shape
    default: Any = None
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A table with known keys."""

    keys: Mapping[str, Key]

    @property
    def allowed(self) -> str:
        """What a table takes."""
        return f"một bảng với các khóa {', '.join(self.keys)}"

    def take(self, value: Any, path: str, mistakes: Mistakes) -> dict[str, Any]:
        """Every key with its value or its default."""
        if not _is_table(self, value, path, self.keys, mistakes):
            return {}
        return {name: _entry(key, value, path, name, mistakes) for name, key in self.keys.items()}

    def blank(self) -> dict[str, Any]:
        """Every key with its default."""
        return {name: key.default for name, key in self.keys.items()}


@dataclass(frozen=True)
class Named:
    """Tables of one shape under names out of a list."""

    of: Table
    names: Collection[str]

    @property
    def allowed(self) -> str:
        """What it takes."""
        return f"các bảng tên là {', '.join(self.names)}"

    def take(self, value: Any, path: str, mistakes: Mistakes) -> dict[str, Any]:
        """The tables that are there, by name."""
        if not _is_table(self, value, path, self.names, mistakes):
            return {}
        return {name: self.of.take(value[name], _at(path, name), mistakes) for name in self.names if name in value}


def _is_table(shape: Shape, value: Any, path: str, names: Collection[str], mistakes: Mistakes) -> bool:
    """Whether a value is a table at all; entries with other names than these are mistakes."""
    if type(value) is not dict:
        mistakes.add(path, f"đang là {_shown(value)}; hãy ghi {shape.allowed}")
        return False
    for name in value:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            mend = f'sửa thành "{near[0]}" hoặc xóa' if near else f"xóa; ở đây chỉ có: {', '.join(names)}"
            mistakes.add(_at(path, name), f"không có; hãy {mend}")
    return True


def _entry(key: Key, table: Mapping[str, Any], path: str, name: str, mistakes: Mistakes) -> Any:
    if name in table:
        return key.shape.take(table[name], _at(path, name), mistakes)
    if key.required:
        mistakes.add(_at(path, name), f"còn thiếu; hãy ghi {key.shape.allowed}")
    return key.default


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    """A wrong value as the file has it, cut where it is long."""
    if isinstance(value, dict):
        return "một bảng"
    text = str(value) if isinstance(value, date | time) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

"""The review sheet: the rules of the language check as a spreadsheet for the people whom the words are about.

A sheet keeps, on a hidden page, what was printed on it. Read back, only the cells that a reviewer changed count, so the
copies of two reviewers can be taken in one after the other and neither undoes the other's work.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from campaign import review_book
from campaign.errors import Problem, WrongUse
from campaign.house_rules import rules_in_force, usable
from campaign.models import RuleReview
from campaign.review_book import COLUMNS, LEVELS, REVIEWS, Row
from content.language import DEFAULT, REGISTERS, Rule, RuleSet, Severity, check
from content.language.normal import fold
from content.language.pattern import Grammar, PatternError

# Rules that a home adds carry this before their name, so that no later version of the program can take it.
HOME_GROUP = "home"
_HOME_ID = re.compile(rf"{HOME_GROUP}\.[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 40
_LISTS = frozenset({"patterns", "antipatterns", "alternatives", "examples_bad", "examples_ok"})
_NEEDED = frozenset({"patterns", "reason", "source", "examples_bad", "examples_ok"})
_TITLES = {column.name: column.title for column in COLUMNS}
# Where one of these changes, texts that were approved before are looked at again.
_FINDS = frozenset({"patterns", "antipatterns", "severity"})
_TRIED = _FINDS | {"examples_bad", "examples_ok"}


@dataclass(frozen=True)
class Change:
    """What a row of the sheet changes: cells as (title, before, after), none for a new rule."""

    row: int
    rule: str
    cells: tuple[tuple[str, str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """For the reviewer to compare with the sheet."""
        cells = "; ".join(f"{title}: {_brief(before)} → {_brief(after)}" for title, before, after in self.cells)
        return f"Dòng {self.row}, {self.rule}: {cells or 'quy tắc mới'}."


@dataclass
class Review:
    """A sheet that was read: `values` are what `house_rules.store` takes; with `problems` nothing should be stored."""

    changes: list[Change] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def write(rules: RuleSet, path: Path) -> None:
    """Print all rules of a set on a new sheet. Raises Problem or WrongUse."""
    if path.suffix.lower() != ".xlsx":
        raise WrongUse("Tên tệp phải kết thúc bằng .xlsx.")
    if path.exists():
        raise Problem(f'Tệp "{path}" đã có; hãy chọn tên khác, kẻo mất phần đã rà soát.')
    review_book.save([cells_of(rule) for rule in rules.rules.values()], path)


def read(path: Path, today: date) -> Review:
    """What a reviewed sheet changes in the open home, each mistake with its row. Raises Problem for another file."""
    rows, printed = review_book.load(path)
    stored = {row.rule: dict(row.values) for row in RuleReview.select()}
    reader = _Reader(rules_in_force(), stored, printed, today)
    for row in rows:
        reader.take(row)
    reader.try_examples()
    return reader.review


class _Reader:
    """Reads the rows of one sheet against the rules of the home."""

    def __init__(
        self,
        rules: RuleSet,
        stored: Mapping[str, dict[str, Any]],
        printed: Mapping[str, Mapping[str, str]],
        today: date,
    ) -> None:
        self.review = Review()
        self._rules, self._stored, self._printed, self._today = rules, stored, printed, today
        self._grammar = Grammar(rules.classes, rules.frequent)
        self._rows: dict[str, int] = {}

    def take(self, row: Row) -> None:
        """Take in one row, or say what is wrong with it."""
        cells = {name: _read(name, text) for name, text in row.cells.items()}
        cells["review"] = cells["review"] or REVIEWS["pending"]
        try:
            self._take(row.number, self._name(cells, row.number), cells)
        except _Mistake as mistake:
            self.review.problems.append(f"Dòng {row.number}: {mistake}")

    def _name(self, cells: Mapping[str, str], number: int) -> str:
        name = cells["id"] or _made_name(cells["patterns"])
        if name in self._rows:
            raise _Mistake(f'mã "{name}" trùng với dòng {self._rows[name]}; hãy giữ một dòng.')
        if name not in self._rules.rules and not _HOME_ID.fullmatch(name):
            raise _Mistake(
                f'không có quy tắc "{name}"; hãy sửa mã, hoặc xóa mã nếu đây là quy tắc mới để chương trình tự đặt.'
            )
        self._rows[name] = number
        return name

    def _take(self, number: int, name: str, cells: Mapping[str, str]) -> None:
        known = self._rules.rules.get(name)
        cells = {key: text for key, text in cells.items() if key not in {"id", "group"}}
        if known is None:
            touched = cells
            shown: tuple[tuple[str, str, str], ...] = ()
        else:
            before = {key: _read(key, text) for key, text in cells_of(known).items()}
            printed = self._printed.get(name, before)
            touched = {key: text for key, text in cells.items() if text not in (_read(key, printed[key]), before[key])}
            shown = tuple((_TITLES[key], before[key], text) for key, text in touched.items())
        if touched:
            self._look_at(touched)
            self.review.values[name] = self._merged(name, _values(touched))
            self.review.changes.append(Change(number, name, shown))

    def _look_at(self, cells: Mapping[str, str]) -> None:
        """Raises _Mistake for a cell that is missing or cannot be read."""
        for name, text in cells.items():
            choices = review_book.choices(name)
            if not text and (choices or name in _NEEDED):
                raise _Mistake(f"cột “{_TITLES[name]}” đang trống; hãy điền thêm.")
            if choices and text not in choices.values():
                allowed = ", ".join(choices.values())
                raise _Mistake(f"cột “{_TITLES[name]}” không nhận “{text}”; hãy chọn một trong: {allowed}.")
            for pattern in text.splitlines() if name in {"patterns", "antipatterns"} else ():
                try:
                    self._grammar.compile(pattern)
                except PatternError as error:
                    raise _Mistake(str(error)) from error

    def _merged(self, name: str, changed: dict[str, Any]) -> dict[str, Any]:
        """What the home keeps of a rule: what it had changed before and what changes now."""
        kept = dict(self._stored.get(name, {}))
        if _FINDS & set(changed):
            changed["since"] = self._today.isoformat()
        changed["severity"] = {**kept.get("severity", {}), **changed.get("severity", {})}
        values: dict[str, Any] = {**kept, **changed}
        original = DEFAULT.rules.get(name)
        if original is None:
            return {"row": HOME_GROUP, **values}
        values["severity"] = {
            register: level for register, level in values["severity"].items() if level != original.severity[register]
        }
        return {key: value for key, value in values.items() if key == "since" or value != _stored_form(original, key)}

    def try_examples(self) -> None:
        """Look whether the examples of the changed rules still hold."""
        tried = [name for name, values in self.review.values.items() if _TRIED & set(values)]
        if not tried:
            return
        stored, fresh = (
            {name: _dated(values) for name, values in rows.items()} for rows in (self._stored, self.review.values)
        )
        rules = DEFAULT.reviewed({**usable(stored), **fresh})
        for name in tried:
            if broken := _broken_example(rules.rules[name], rules):
                self.review.problems.append(f"Dòng {self._rows[name]}: {broken}")


class _Mistake(Exception):
    """What is wrong with a row, as the rest of a sentence."""


def cells_of(rule: Rule) -> dict[str, str]:
    """A rule as the cells of its row, by the names of COLUMNS."""
    return {column.name: _cell(rule, column.name) for column in COLUMNS}


def _cell(rule: Rule, name: str) -> str:
    whole, _, register = name.partition(".")
    if register:
        return LEVELS[rule.severity[register]]
    if name == "group":
        return review_book.GROUPS.get(rule.group, rule.group)
    if name == "review":
        return REVIEWS.get(rule.review, rule.review)
    value = getattr(rule, whole)
    return "\n".join(value) if name in _LISTS else str(value)


def _values(cells: Mapping[str, str]) -> dict[str, Any]:
    """Cells as the fields of a rule, in the form in which a home stores them."""
    values: dict[str, Any] = {}
    for name, text in cells.items():
        whole, _, register = name.partition(".")
        chosen = {label: key for key, label in review_book.choices(name).items()}
        if register:
            values.setdefault(whole, {})[register] = str(chosen[text])
        elif chosen:
            values[name] = chosen[text]
        else:
            values[name] = text.splitlines() if name in _LISTS else text
    return values


def _stored_form(rule: Rule, name: str) -> Any:
    value = getattr(rule, name)
    if name == "severity":
        return {}
    return list(value) if isinstance(value, tuple) else value


def _dated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "since": date.fromisoformat(values["since"])} if "since" in values else dict(values)


def _read(name: str, text: str) -> str:
    """A cell without what nobody sees: blank lines, blanks around lines, another Unicode form."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    tidy = "\n".join(line for line in lines if line)
    return tidy.lower() if review_book.choices(name) else tidy


def _made_name(patterns: str) -> str:
    """The id of a new rule, from its first pattern."""
    words: Iterator[re.Match[str]] = re.finditer("[a-z0-9]+", fold(patterns.partition("\n")[0].casefold()))
    name = "-".join(word.group() for word in words)[:_LONGEST_ID].strip("-")
    if not name:
        raise _Mistake("cột “mẫu” đang trống; hãy điền thêm.")
    return f"{HOME_GROUP}.{name}"


def _broken_example(rule: Rule, rules: RuleSet) -> str:
    """Which example of a rule does not hold, as the rest of a sentence; nothing if all do or the rule is off."""
    register = next((name for name in REGISTERS if rule.severity[name] != Severity.OFF), None)
    if register is None:
        return ""
    alone = replace(rules, rules={rule.id: rule})
    for example in rule.examples_bad:
        if not check(example, register, alone):
            return f"ví dụ sai “{example}” không bị phát hiện; hãy xem lại mẫu, ngoại lệ hoặc ví dụ."
    for example in rule.examples_ok:
        if check(example, register, alone):
            return f"ví dụ đúng “{example}” lại bị phát hiện; hãy xem lại mẫu, ngoại lệ hoặc ví dụ."
    return ""


def _brief(text: str) -> str:
    """A cell on one line."""
    lines = text.splitlines()
    return f"“{' | '.join(lines)}”" if lines else "(trống)"

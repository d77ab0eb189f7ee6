"""The rules and how they are read: every row is data (content/data/language/*.toml), checked when it is loaded.

A rule file holds `[[rules]]`; each row has the fields of `Rule` that are not worked out by the program. Class files
(`classes*.toml`) hold word classes, `masks.toml` the names and titles that are quoted as they are, `frames.toml` the
words that turn a sentence round (content/language/frames.py).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from content.language.normal import fold
from content.language.pattern import Grammar, PatternError

REGISTERS = ("public", "official", "testimony")


class RuleError(Exception):
    """Rules that cannot be used; the text is one Vietnamese sentence that says what to mend."""


class Severity(StrEnum):
    """How much a finding weighs; `OFF` rules find nothing in that register."""

    ERROR = "error"
    WARNING = "warning"
    SUGGESTION = "suggestion"
    OFF = "off"


class Negatable(StrEnum):
    """Whether a denial silences a match.

    NO: never. MYTH: where it is called untrue, not by a plain "không" (for claims that hold one themselves).
    OUTSIDE: also by a denial around it. YES: also by one in the gaps between its words. ACT: also by a call to end it,
    which turns an act round ("chấm dứt xa lánh ...") but not a name ("đẩy lùi căn bệnh ...").
    """

    NO = "no"
    MYTH = "myth"
    OUTSIDE = "outside"
    YES = "yes"
    ACT = "act"


@dataclass(frozen=True)
class Rule:
    """One rule. `row` is its row of the reference table, `source` where the rule comes from, with its year.

    A match of `patterns` counts when every pattern of `near` occurs in its sentence and every one of `near_text`
    anywhere in the text, none of `unless` occurs in its sentence (`unless_text`: in the text), and no match of
    `antipatterns` overlaps it.
    `unaccented` also looks for the patterns without accents, in sentences that were typed without any.
    `since` is the day the rule last changed; `review` says whether people living with HIV have looked at it.
    """

    id: str
    row: str
    patterns: tuple[str, ...]
    severity: Mapping[str, Severity]
    reason: str
    source: str
    since: date
    examples_bad: tuple[str, ...]
    examples_ok: tuple[str, ...]
    antipatterns: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    near_text: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_text: tuple[str, ...] = ()
    negatable: Negatable = Negatable.NO
    unaccented: bool = False
    alternatives: tuple[str, ...] = ()
    review: str = "pending"
    note: str = ""

    @property
    def group(self) -> str:
        """What the rule is about: the part of its id before the dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Rules that are used together. Immutable; `reviewed` makes another one.

    The grammars read patterns that use the word classes of the set, `bare_grammar` for text typed without accents. Sets
    made from one another share both, so that no pattern is read or compiled twice.
    """

    rules: Mapping[str, Rule]
    classes: Mapping[str, list[str]]
    masks: tuple[str, ...]
    frames: Mapping[str, list[str]]
    frequent: tuple[str, ...]
    grammar: Grammar
    bare_grammar: Grammar

    def reviewed(self, overrides: Mapping[str, Mapping[str, Any]]) -> "RuleSet":
        """This set with changed and added rows, as a reviewing network decided: rule id -> the fields that differ.

        An id that is not in the set is a new rule and needs every field. Raises RuleError.
        """
        if not overrides:
            return self
        changed = {name: self._changed(name, row) for name, row in overrides.items()}
        for rule in changed.values():
            _read_rule(self.grammar, rule)
        return replace(self, rules=MappingProxyType({**self.rules, **changed}))

    def _changed(self, name: str, row: Mapping[str, Any]) -> Rule:
        values = _values(dict(row, id=name), f'Dòng sửa "{name}"')
        if name not in self.rules:
            return _rule(values, f'Dòng sửa "{name}"')
        severity = {**self.rules[name].severity, **values.get("severity", {})}
        return replace(self.rules[name], **{**values, "severity": severity})


def load_rules(directory: Traversable | None = None) -> RuleSet:
    """The rules of a directory of TOML files (default: the shipped ones). Raises RuleError."""
    return _checked(_loaded(directory or files("content") / "data" / "language"))


def _loaded(directory: Traversable) -> RuleSet:
    tables = {file.name: _toml(file) for file in sorted(directory.iterdir(), key=lambda file: file.name)
              if file.name.endswith(".toml")}  # fmt: skip
    rules: dict[str, Rule] = {}
    classes: dict[str, list[str]] = {}
    for name, table in tables.items():
        for row in table.get("rules", []):
            rule = _rule(_values(row, f"{name}: {row.get('id', '?')}"), f"{name}: {row.get('id', '?')}")
            if rule.id in rules:
                raise RuleError(f'{name}: mã quy tắc "{rule.id}" bị trùng; hãy đặt mã khác.')
            rules[rule.id] = rule
        for word_class, phrases in table.get("classes", {}).items():
            if word_class in classes:
                raise RuleError(f'{name}: lớp từ "{word_class}" bị trùng; hãy đặt tên khác.')
            classes[word_class] = _phrases(phrases, f'{name}: lớp từ "{word_class}"')
    masks = _phrases(tables.get("masks.toml", {}).get("masks", []), "masks.toml")
    frames = {key: _phrases(value, f"frames.toml: {key}") for key, value in tables.get("frames.toml", {}).items()}
    frequent = tuple(word for table in tables.values() for word in table.get("frequent", "").split())
    return RuleSet(
        MappingProxyType(rules), MappingProxyType(classes), tuple(masks), MappingProxyType(frames), frequent,
        Grammar(classes, frequent), Grammar(classes, frequent, fold),
    )  # fmt: skip


@cache
def shipped_rules() -> RuleSet:
    """The rules that come with the program, read when they are first needed; tests have read every pattern."""
    return _loaded(files("content") / "data" / "language")


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{file.name} sai cú pháp TOML ({error}); hãy xem lại dấu nháy và dấu phẩy.") from error


def _phrases(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(phrase, str) for phrase in value):
        raise RuleError(f"{where}: cần một danh sách chữ trong dấu nháy.")
    return value


def _values(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of a row in the types of `Rule`."""
    known = {column.name for column in fields(Rule)}
    if unknown := sorted(set(row) - known):
        raise RuleError(f'{where}: không có cột "{unknown[0]}"; các cột là {", ".join(sorted(known))}.')
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name == "severity":
            values[name] = _severity(value, where)
        elif name == "negatable":
            values[name] = _negatable(value, where)
        elif name in _LISTS:
            values[name] = tuple(_phrases([value] if isinstance(value, str) else value, f"{where}: {name}"))
        elif not isinstance(value, _TYPES.get(name, str)):
            raise RuleError(f'{where}: cột "{name}" sai kiểu; hãy xem một quy tắc khác làm mẫu.')
        else:
            values[name] = value
    return values


_LISTS = {
    "patterns",
    "antipatterns",
    "near",
    "near_text",
    "unless",
    "unless_text",
    "alternatives",
    "examples_bad",
    "examples_ok",
}
_TYPES: dict[str, type] = {"since": date, "unaccented": bool}


def _severity(value: Any, where: str) -> dict[str, Severity]:
    if not isinstance(value, dict) or not set(value) <= set(REGISTERS):
        raise RuleError(f"{where}: severity cần dạng {{ public = ..., official = ..., testimony = ... }}.")
    try:
        return {register: Severity(level) for register, level in value.items()}
    except ValueError as error:
        raise RuleError(f"{where}: mức trong severity phải là error, warning, suggestion hoặc off.") from error


def _negatable(value: Any, where: str) -> Negatable:
    if isinstance(value, bool):
        return Negatable.YES if value else Negatable.NO
    if value in (Negatable.MYTH, Negatable.OUTSIDE, Negatable.ACT):
        return Negatable(value)
    raise RuleError(f'{where}: negatable phải là true, false, "myth", "outside" hoặc "act".')


def _rule(values: dict[str, Any], where: str) -> Rule:
    if missing := [column.name for column in fields(Rule) if column.name in _NEEDED and column.name not in values]:
        raise RuleError(f'{where}: thiếu cột "{missing[0]}"; hãy điền thêm.')
    if absent := [register for register in REGISTERS if register not in values["severity"]]:
        raise RuleError(f"{where}: severity thiếu mức cho {absent[0]}; hãy điền thêm.")
    return Rule(**values)


_NEEDED = {"id", "row", "patterns", "severity", "reason", "source", "since", "examples_bad", "examples_ok"}


def _checked(rules: RuleSet) -> RuleSet:
    """The same set, after every pattern was read once."""
    for rule in rules.rules.values():
        _read_rule(rules.grammar, rule)
    _read(rules.grammar, rules.masks, "masks.toml")
    for name, phrases in rules.frames.items():
        _read(rules.grammar, phrases, f"frames.toml: {name}")
    return rules


def _read_rule(grammar: Grammar, rule: Rule) -> None:
    for name in ("patterns", "antipatterns", "near", "near_text", "unless", "unless_text"):
        _read(grammar, getattr(rule, name), rule.id)


def _read(grammar: Grammar, patterns: Iterable[str], where: str) -> None:
    for pattern in patterns:
        try:
            grammar.compile(pattern)
        except PatternError as error:
            raise RuleError(f"{where}: {error}") from error

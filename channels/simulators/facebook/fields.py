"""The little language of `fields=`: names, `.modifier(value)` and `{sub,fields}`."""

import re
from dataclasses import dataclass, field

from channels.simulators.facebook.errors import invalid
from channels.simulators.facebook.params import FIELDS

_TOKEN = re.compile(r"[\w-]+|[.,(){}]")
_PLAIN = re.compile(r"[\w\s.,(){}-]*")


@dataclass(frozen=True)
class Field:
    """One requested field, its modifiers by name and its sub-fields."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    children: tuple["Field", ...] = ()


def plain_fields(*names: str) -> tuple[Field, ...]:
    """Fields without modifiers."""
    return tuple(Field(name) for name in names)


def read_fields(text: str, kind: str) -> tuple[Field, ...]:
    """The requested fields of an object of this kind. Raises GraphError (100) for bad syntax or an unknown name."""
    fields = _Parser(text).whole()
    for wanted in fields:
        if wanted.name not in FIELDS[kind]:
            raise invalid(f"Tried accessing nonexisting field ({wanted.name})")
    return fields


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _TOKEN.findall(text)
        self.at = 0

    def error(self) -> Exception:
        return invalid(f'Syntax error in the field list "{self.text}"')

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (token != expected if expected else token in ".,(){}"):
            raise self.error()
        self.at += 1
        return token

    def whole(self) -> tuple[Field, ...]:
        if not _PLAIN.fullmatch(self.text):
            raise self.error()
        fields = self.fields()
        if self.peek():
            raise self.error()
        return fields

    def fields(self) -> tuple[Field, ...]:
        found = [self.field()]
        while self.peek() == ",":
            self.take(",")
            found.append(self.field())
        return tuple(found)

    def field(self) -> Field:
        name = self.take()
        modifiers = {}
        while self.peek() == ".":
            self.take(".")
            modifier = self.take()
            modifiers[modifier] = self.value()
        children: tuple[Field, ...] = ()
        if self.peek() == "{":
            self.take("{")
            children = self.fields()
            self.take("}")
        return Field(name, modifiers, children)

    def value(self) -> str:
        self.take("(")
        parts = []
        while self.peek() not in {")", ""}:
            parts.append(self.peek())
            self.at += 1
        self.take(")")
        return "".join(parts)

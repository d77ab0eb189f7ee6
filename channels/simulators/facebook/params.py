"""Reading the parameters of a call by the table of documented names (Graph API, channels.md sections 1 and 2.8)."""

import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from channels.simulators.facebook.errors import invalid

# Taken by every operation.
EVERYWHERE = {"access_token": "text", "appsecret_proof": "text", "fields": "text"}
# Taken by every list; the SDK of the service sends `summary` with each.
IN_LISTS = {"limit": "count", "after": "text", "before": "text", "summary": "flag"}

_INDEXED = re.compile(r"(\w+)\[(\d+)\]")


@dataclass(frozen=True)
class Parameter:
    """A documented parameter: the kind of its value, and the allowed words where it is a choice."""

    kind: str
    choices: tuple[str, ...] = ()


def _flag(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError(text)
    return int(text)


def _moment(text: str) -> datetime:
    if re.fullmatch(r"[0-9]+", text):
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _object(text: str) -> Any:
    value = json.loads(text)
    if not isinstance(value, dict | int) or isinstance(value, bool):
        raise ValueError(text)
    return value


def _array_of(*types: type) -> Callable[[str], list[Any]]:
    def read(text: str) -> list[Any]:
        values = json.loads(text)
        if not isinstance(values, list) or not all(isinstance(value, types) for value in values):
            raise ValueError(text)
        return values

    return read


def _names(text: str) -> list[str]:
    if text.startswith("["):
        return _array_of(str)(text)
    return [name.strip() for name in text.split(",") if name.strip()]


_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "text": (str, "a string"),
    "flag": (_flag, "a boolean"),
    "count": (_count, "a non-negative integer"),
    "number": (_number, "an integer"),
    "moment": (_moment, "a valid date/time"),
    "object": (_object, "a JSON object"),
    "map": (_object, "a JSON object"),
    "list": (_array_of(object), "an array"),
    "objects": (_array_of(dict), "an array of JSON objects"),
    "numbers": (_array_of(int, str), "an array of ids"),
    "texts": (_array_of(str, int), "an array of strings"),
    "names": (_names, "a list of names"),
}


def _load() -> tuple[dict[str, dict[str, Parameter]], dict[str, frozenset[str]]]:
    tables = tomllib.loads((files(__package__) / "parameters.toml").read_text(encoding="utf-8"))
    fields = {kind: frozenset(names) for kind, names in tables.pop("fields").items()}
    operations = {}
    for operation, groups in tables.items():
        choices = groups.pop("choice", {})
        known = {name: Parameter(kind) for kind, names in groups.items() for name in names}
        known |= {name: Parameter("choice", tuple(words)) for name, words in choices.items()}
        operations[operation] = known
    return operations, fields


# By operation ("POST page/feed"): its documented parameters. By kind of object: the names of its fields.
OPERATIONS, FIELDS = _load()


def known_parameters(operation: str) -> dict[str, Parameter]:
    """Every parameter an operation takes, the general ones included."""
    method, _, path = operation.partition(" ")
    general = EVERYWHERE | (IN_LISTS if method == "GET" and "/" in path else {})
    return {name: Parameter(kind) for name, kind in general.items()} | OPERATIONS[operation]


def read_params(operation: str, given: Mapping[str, str], uploads: Collection[str]) -> dict[str, Any]:
    """The values of a call by name. Raises GraphError (100) for an unknown name or a value of the wrong type."""
    known = known_parameters(operation)
    for name in uploads:
        if name not in known or known[name].kind != "file":
            raise invalid(f"Param {name} is not a known file parameter")
    values = {}
    for name, text in _join_indexed(given).items():
        if name not in known or known[name].kind == "file":
            raise invalid(f"Param {name} is not a known parameter")
        values[name] = _read(name, known[name], text)
    return values


def _read(name: str, parameter: Parameter, text: str) -> Any:
    if parameter.kind == "choice":
        if text not in parameter.choices:
            raise invalid(f"Param {name} must be one of {{{', '.join(parameter.choices)}}}")
        return text
    reader, label = _READERS[parameter.kind]
    try:
        return reader(text)
    except (ValueError, KeyError, OverflowError, OSError) as error:
        raise invalid(f"Param {name} must be {label}") from error


def _join_indexed(given: Mapping[str, str]) -> dict[str, str]:
    """`attached_media[0]=...` and `attached_media[1]=...` as one JSON array under `attached_media`."""
    joined: dict[str, str] = {}
    rows: dict[str, list[tuple[int, str]]] = {}
    for name, text in given.items():
        match = _INDEXED.fullmatch(name)
        if match:
            rows.setdefault(match[1], []).append((int(match[2]), text))
        else:
            joined[name] = text
    for name, entries in rows.items():
        joined[name] = "[" + ",".join(text for _, text in sorted(entries)) + "]"
    return joined

"""The controlled words of messages: pillars, registers, audiences, topics, spokespersons, formats; read from data."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_TABLES: dict[str, dict[str, str]] = tomllib.loads(
    (files("content") / "data" / "taxonomy.toml").read_text(encoding="utf-8")
)

PILLARS: Mapping[str, str] = MappingProxyType(_TABLES["pillars"])
REGISTERS: Mapping[str, str] = MappingProxyType(_TABLES["registers"])
AUDIENCES: Mapping[str, str] = MappingProxyType(_TABLES["audiences"])
TOPICS: Mapping[str, str] = MappingProxyType(_TABLES["topics"])
SPOKESPERSONS: Mapping[str, str] = MappingProxyType(_TABLES["spokespersons"])
FORMATS: Mapping[str, str] = MappingProxyType(_TABLES["formats"])

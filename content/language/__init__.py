"""The language check: what in a text would hurt or mislead, where, why, and what to say instead.

A text is read sentence by sentence in a canonical spelling (`normal`). Rules are rows of data (`rules`,
content/data/language/*.toml) written in a small pattern language (`pattern`); a sentence's words lead to the
patterns worth trying (`matcher`); the words around a match may turn it round (`frames`).
"""

from typing import TYPE_CHECKING

from content.language.check import Finding, check
from content.language.rules import REGISTERS, Negatable, Rule, RuleError, RuleSet, Severity, load_rules, shipped_rules

if TYPE_CHECKING:
    DEFAULT: RuleSet

__all__ = [
    "DEFAULT", "REGISTERS", "Finding", "Negatable", "Rule", "RuleError", "RuleSet", "Severity", "check", "load_rules",
]  # fmt: skip


def __getattr__(name: str) -> RuleSet:
    # Reading and checking some hundred rules takes a moment that only those who use them should spend.
    if name == "DEFAULT":
        return shipped_rules()
    raise AttributeError(name)

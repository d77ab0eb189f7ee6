"""What a service's error codes mean, read from `channels/data/*_errors.toml`.

A table says once, for each code, which error of the family it is and what the person at the panel should do.
Rows are read from the top and the first that fits wins, so a row with subcodes stands above the row of its code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from channels.base import ChannelError, NeedsLogin, RateLimited, Rejected, Temporary, Unsure

_FAMILY: Mapping[str, type[ChannelError]] = {
    "temporary": Temporary,
    "rate_limited": RateLimited,
    "rejected": Rejected,
    "needs_login": NeedsLogin,
    "unsure": Unsure,
}


@dataclass(frozen=True)
class ErrorRow:
    """One row. `first` to `last` or `codes` name the codes, `subcodes` narrow them; without codes any code fits.

    `park` is how long a used-up allowance lasts where the service names no time.
    """

    kind: type[ChannelError]
    sentence: str
    codes: frozenset[int]
    subcodes: frozenset[int]
    park: timedelta

    def fits(self, code: int, subcode: int | None) -> bool:
        """Whether this row speaks of the code. Facebook gives some subcodes in the place of the code."""
        if self.codes and code not in self.codes:
            return False
        return not self.subcodes or not self.subcodes.isdisjoint({code, subcode})

    def error(self, now: datetime, until: datetime | None = None, said: str = "") -> ChannelError:
        """The error to raise. `until` is the service's own word on a used-up allowance, `said` its own explanation."""
        if self.kind is RateLimited:
            return RateLimited(self.sentence, until or now + self.park)
        return self.kind(f"{self.sentence} ({said})" if said else self.sentence)


class ErrorTable:
    """The rows of one service, in order."""

    def __init__(self, name: str) -> None:
        """Read `channels/data/<name>_errors.toml`. Raises KeyError where a row names no known class of error."""
        source = (files("channels") / "data" / f"{name}_errors.toml").read_text(encoding="utf-8")
        self.rows = [_row(values) for values in tomllib.loads(source)["errors"]]

    def find(self, code: int, subcode: int | None = None) -> ErrorRow | None:
        """The first row that fits, or None for a code nobody has described yet."""
        return next((row for row in self.rows if row.fits(code, subcode)), None)


def _row(values: Mapping[str, Any]) -> ErrorRow:
    codes = set(values.get("codes", ()))
    if "first" in values:
        codes.update(range(values["first"], values["last"] + 1))
    return ErrorRow(
        kind=_FAMILY[values["class"]],
        sentence=values["sentence"],
        codes=frozenset(codes),
        subcodes=frozenset(values.get("subcodes", ())),
        park=timedelta(minutes=values.get("park_minutes", 60)),
    )

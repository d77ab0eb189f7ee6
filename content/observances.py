"""Observances: the days and months that campaigns are anchored to, by rules that hold for every year.

Rules are data (data/observances.toml). Lunar days come from lunar-vn, which agreed with a second library on every day
of 1990 to 2050; public holidays, with the days off in lieu, from `holidays`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class Observance:
    """A day or a stretch of days that comes back every year; `source` says where it is laid down.

    Either `begins` and `ends` are month-days ("11-10"), or `lunar` is one, with days `before` and `after` it.
    """

    id: str
    name: str
    source: str
    begins: str = ""
    ends: str = ""
    lunar: str = ""
    before: int = 0
    after: int = 0

    def of(self, year: int) -> "Occurrence":
        """When it falls in a year. Raises ValueError for years beyond the lunar tables (1900 to 2100)."""
        if self.lunar:
            peak = _new_style(year, *map(int, self.lunar.split("-")))
            return Occurrence(self, peak - timedelta(days=self.before), peak + timedelta(days=self.after))
        return Occurrence(self, date.fromisoformat(f"{year}-{self.begins}"), date.fromisoformat(f"{year}-{self.ends}"))


@dataclass(frozen=True)
class Occurrence:
    """An observance in one year: the days from `starts` to `ends`, both included."""

    observance: Observance
    starts: date
    ends: date


def _load() -> Mapping[str, Observance]:
    rows = tomllib.loads((files("content") / "data" / "observances.toml").read_text(encoding="utf-8"))
    for row in rows.values():
        row["begins"], row["ends"] = row.pop("from", ""), row.pop("to", "")
    return MappingProxyType({name: Observance(id=name, **row) for name, row in rows.items()})


OBSERVANCES: Mapping[str, Observance] = _load()


def upcoming(observance: Observance, day: date) -> Occurrence:
    """The occurrence that is under way on a day, or the next one after it."""
    years = (observance.of(year) for year in range(day.year - 1, day.year + 3))
    return next(occurrence for occurrence in years if occurrence.ends >= day)


def nearest(observance: Observance, day: date) -> Occurrence:
    """The occurrence that starts closest to a day: the one that a campaign starting then is about."""
    return min(
        (observance.of(year) for year in range(day.year - 1, day.year + 2)),
        key=lambda occurrence: (abs(occurrence.starts - day), occurrence.starts),
    )


def between(first: date, last: date) -> list[Occurrence]:
    """All occurrences that touch a stretch of days, both included, in the order in which they start."""
    found = [
        occurrence
        for observance in OBSERVANCES.values()
        for year in range(first.year, last.year + 1)
        if (occurrence := observance.of(year)).starts <= last and occurrence.ends >= first
    ]
    return sorted(found, key=lambda occurrence: (occurrence.starts, occurrence.ends, occurrence.observance.id))


def public_holidays(first: date, last: date) -> dict[date, str]:
    """Vietnam's days off in a stretch of days, both included, with their names: nobody may be at the station then."""
    # Loading every country's calendar takes a moment that only those who ask should spend.
    import holidays

    known = holidays.country_holidays("VN", language="vi", years=range(first.year, last.year + 1))
    return {day: name for day, name in sorted(known.items()) if first <= day <= last}


def _new_style(year: int, month: int, day: int) -> date:
    from lunar_vn import LunarDate, lunar_to_solar

    found: date = lunar_to_solar(LunarDate(year=year, month=month, day=day))
    return found

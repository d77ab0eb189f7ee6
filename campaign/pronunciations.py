"""How a place says things: a unit's own rows of the lexicon, on top of the shipped one and those of the units above."""

import re
from datetime import datetime
from functools import lru_cache

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Pronunciation, Unit, User, upsert
from campaign.rights import ancestors, need
from content.speech import DEFAULT, Entry, Lexicon

LONGEST = 120  # characters of any column
_TOKEN = re.compile(r"[^\s{}<>]{1,40}")


def lexicon_of(unit: Unit) -> Lexicon:
    """The lexicon of a unit: its own rows win over those of the units above it, all of them over the shipped ones."""
    chain = ancestors(unit)
    rows = list(Pronunciation.select().where(Pronunciation.unit.in_(chain)))
    # `extended` lets later rows win: the unit's own come last.
    rows.sort(key=lambda row: (-chain.index(row.unit_id), row.abbreviation))
    return _extended(tuple(Entry(row.abbreviation, row.expansion, row.phonetic, row.source) for row in rows))


@lru_cache(maxsize=64)
def _extended(entries: tuple[Entry, ...]) -> Lexicon:
    return DEFAULT.extended(entries) if entries else DEFAULT


def save(
    user: User, unit: Unit, abbreviation: str, expansion: str, phonetic: str, source: str, now: datetime
) -> None:  # fmt: skip
    """Enter or change a row of a unit. Raises Problem for a row that could not be used."""
    need(user, "facts", unit)
    abbreviation, expansion, phonetic, source = (
        " ".join(cell.split()) for cell in (abbreviation, expansion, phonetic, source)
    )
    if not _TOKEN.fullmatch(abbreviation):
        raise Problem("Hãy nhập chữ viết tắt liền nhau, không có dấu cách, nhiều nhất 40 ký tự.")
    if not expansion and not phonetic:
        raise Problem("Hãy nhập cách viết đủ hoặc cách đọc.")
    if any(len(cell) > LONGEST for cell in (expansion, phonetic, source)):
        raise Problem(f"Mỗi ô nhiều nhất {LONGEST} ký tự; hãy rút gọn.")
    with write():
        row = {
            "unit": unit, "abbreviation": abbreviation, "expansion": expansion, "phonetic": phonetic,
            "source": source, "user": user, "at": now,
        }  # fmt: skip
        upsert(Pronunciation, [Pronunciation.unit, Pronunciation.abbreviation], row)
        audit.record(
            "pronunciation", unit, user=user, unit=unit, now=now, abbreviation=abbreviation, expansion=expansion,
            phonetic=phonetic,
        )  # fmt: skip


def remove(user: User, row: Pronunciation, now: datetime) -> None:
    """Take a row of a unit away."""
    need(user, "facts", row.unit)
    with write():
        if Pronunciation.delete().where(Pronunciation.id == row.id).execute():
            audit.record(
                "pronunciation", row.unit, user=user, unit=row.unit, now=now, abbreviation=row.abbreviation, gone=True
            )

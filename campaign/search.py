"""Search: messages by their words, with or without tone marks, and by what they are.

The index keeps the newest revision of every message twice: as written, and folded (lower case, no tone marks, đ as
d), because neither engine folds Vietnamese (loudspeaker.md section 6: "dung" does not find "Đừng", nor "dong" "Đông").
Both engines are given the same words, cut here, so that both find the same messages.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SQL, Expression, Table, fn

from campaign.db import database, is_sqlite, write
from campaign.models import Message, Revision
from content.message import Message as Content

MOST_CHARACTERS = 200  # of what somebody looks for; more is no search
FEWEST_LETTERS = 2  # of a word that may go on: one letter begins everything
TITLE_WEIGHT = 10  # of a word in the title against one in the text
_PARTS = re.compile(r'["“”](?P<phrase>[^"“”]*)["“”]|(?P<word>[^\s"“”]+)')
_INDEX = Table("message_search")
_REVISION = Revision.alias("other")


class _Fold(dict[int, str]):
    """For str.translate on decomposed text: drops marks, đ as d; every letter is looked at once."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = "" if unicodedata.combining(letter) else letter
        return self[code]


class _Cut(dict[int, str]):
    """For str.translate: a space for whatever is no letter, mark or digit of any script."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter if unicodedata.category(letter)[0] in "LMN" else " "
        return self[code]


_FOLD, _CUT = _Fold({ord("đ"): "d"}), _Cut()


def folded(text: str) -> str:
    """Text for comparing: lower case, without tone marks, đ as d."""
    return unicodedata.normalize("NFD", text.casefold()).translate(_FOLD)


def words_of(text: str) -> list[str]:
    """The words of a text, lower case."""
    return unicodedata.normalize("NFC", text).casefold().translate(_CUT).split()


# ---------------------------------------------------------------- the index


def index(message: Message, content: Content) -> None:
    """Note what the newest revision of a message says, in the caller's transaction."""
    title = " ".join(words_of(content.title))
    passages = [*content.texts(), *content.partners, *(source.title for source in content.sources)]
    if content.picture:
        passages.append(content.picture.alt)
    body = " ".join(words_of("\n".join(passages)))
    bare_body = f"{folded(body)} {' '.join(words_of(message.slug))}"
    put = _PUT_FTS5 if is_sqlite() else _PUT_TSVECTOR
    database.execute_sql(put, (message.id, title, body, folded(title), bare_body, " ".join(_facets_of(content))))


def _facets_of(content: Content) -> list[str]:
    """What a message is, beside its words: "audience:youth" and the like, each a single word to the index."""
    has = {
        "pillar": (content.pillar,), "audience": content.audience, "topic": content.topics,
        "channel": content.channels, "spokesperson": content.spokespersons, "format": (content.format,),
    }  # fmt: skip
    return [f"{name}:{value}" for name, values in has.items() for value in values if value]


_PUT_FTS5 = """
INSERT OR REPLACE INTO message_search (rowid, title, body, bare_title, bare_body, facets) VALUES (?, ?, ?, ?, ?, ?)
"""
_PUT_TSVECTOR = """
INSERT INTO message_search (rowid, exact, bare, facets)
SELECT entry.id, setweight(to_tsvector('simple', entry.title), 'A') || to_tsvector('simple', entry.body),
       setweight(to_tsvector('simple', entry.bare_title), 'A') || to_tsvector('simple', entry.bare_body),
       string_to_array(entry.facets, ' ')
FROM (VALUES (%s::bigint, %s, %s, %s, %s, %s)) AS entry (id, title, body, bare_title, bare_body, facets)
ON CONFLICT (rowid) DO UPDATE SET exact = excluded.exact, bare = excluded.bare, facets = excluded.facets
"""


def reindex() -> int:
    """Index the messages that the index lacks, as in a home of 0.1.0; gives their number."""
    indexed = _INDEX.select(_INDEX.c.rowid)
    lacking = {key for (key,) in Message.select(Message.id).where(Message.id.not_in(indexed)).tuples()}
    if not lacking:
        return 0
    with write():
        for revision in Revision.select(Revision, Message).join(Message).where(is_newest()):
            if revision.message_id in lacking:
                index(revision.message, Content.from_document(revision.document))
    return len(lacking)


def is_newest() -> Expression:
    """The condition that a revision is the newest of its message, for queries that join both."""
    numbers = _REVISION.select(fn.MAX(_REVISION.number)).where(_REVISION.message == Message.id)
    condition: Expression = Revision.number == numbers
    return condition


# ---------------------------------------------------------------- the question


@dataclass(frozen=True)
class _Sought:
    """What somebody looks for: phrases that must all occur; the last one may go on where it is still being typed."""

    phrases: Sequence[Sequence[str]]
    goes_on: bool

    @classmethod
    def of(cls, typed: str) -> "_Sought":
        parts = list(_PARTS.finditer(typed[:MOST_CHARACTERS]))
        phrases = [words_of(part["word"] or part["phrase"] or "") for part in parts]
        goes_on = bool(parts and parts[-1]["word"] and phrases[-1] and len(phrases[-1][-1]) >= FEWEST_LETTERS)
        return cls([phrase for phrase in phrases if phrase], goes_on)

    def bare(self) -> "_Sought":
        """The same without tone marks."""
        phrases = [[folded(word) for word in phrase] for phrase in self.phrases]
        return _Sought(phrases, self.goes_on)

    def fts5(self, *columns: str) -> str:
        """The question to SQLite. Words that stand together as they were typed count once more."""
        star = "*" if self.goes_on else ""
        together = " ".join(word for phrase in self.phrases for word in phrase)
        asked = " AND ".join(f'"{" ".join(phrase)}"' for phrase in self.phrases)
        return f'{{{" ".join(columns)}}} : (({asked}{star}) OR "{together}"{star})'

    def tsquery(self) -> Any:
        """The question to PostgreSQL."""
        phrases = ["(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in self.phrases]
        if self.goes_on:
            phrases[-1] = f"{phrases[-1][:-1]}:*)"
        return fn.to_tsquery("simple", " & ".join(phrases))


def search(
    words: str,
    *,
    units: set[int],
    pillar: str = "",
    audience: str = "",
    topic: str = "",
    channel: str = "",
    state: str = "",
    spokesperson: str = "",
    format: str = "",
    limit: int = 30,
    after: int = 0,
) -> list[int]:
    """The ids of the messages of these units whose newest revision is like this, the best match first.

    Words with the very tone marks that were typed come before those that are only spelt alike; without words the
    newest message comes first. Any characters may be typed; words in quotation marks must stand together. `channel`
    is a kind of channel, `after` how many results to leave out.
    """
    asked = {
        "pillar": pillar, "audience": audience, "topic": topic, "channel": channel, "spokesperson": spokesperson,
        "format": format,
    }  # fmt: skip
    facets = [f"{name}:{value}" for name, value in asked.items() if value]
    sought = _Sought.of(words)
    if words.strip() and not sought.phrases:
        return []
    query = Message.select(Message.id).where(Message.unit.in_(units))
    if state:
        query = query.join(Revision).where(is_newest(), Revision.state == state).switch(Message)
    order: list[Any] = []
    if facets or sought.phrases:
        query, order = (_by_fts5 if is_sqlite() else _by_tsvector)(query, sought, facets)
    rows = query.order_by(*order, Message.id.desc()).limit(limit).offset(after).tuples()
    return [key for (key,) in rows]


def _by_fts5(query: Any, sought: _Sought, facets: list[str]) -> tuple[Any, list[Any]]:
    """The query narrowed by the index of SQLite, and its order."""
    asked = [f"(facets : {_quoted(facet)})" for facet in facets]
    if not sought.phrases:
        return query.where(Message.id.in_(_matching(" AND ".join(asked)))), []
    asked.append(f"({sought.bare().fts5('bare_title', 'bare_body')})")
    query = query.join(_INDEX, on=_INDEX.c.rowid == Message.id)
    exact = Message.id.in_(_matching(sought.fts5("title", "body")))
    rank = SQL(f"bm25(message_search, {TITLE_WEIGHT}, 1, {TITLE_WEIGHT}, 1, 0)")
    return query.where(SQL("message_search MATCH ?", (" AND ".join(asked),))), [exact.desc(), rank]


def _matching(asked: str) -> SQL:
    return SQL("(SELECT rowid FROM message_search WHERE message_search MATCH ?)", (asked,))


def _by_tsvector(query: Any, sought: _Sought, facets: list[str]) -> tuple[Any, list[Any]]:
    """The query narrowed by the index of PostgreSQL, and its order."""
    query = query.join(_INDEX, on=_INDEX.c.rowid == Message.id)
    if facets:
        query = query.where(Expression(_INDEX.c.facets, "@>", fn.string_to_array("\n".join(facets), "\n")))
    if not sought.phrases:
        return query, []
    bare, text = sought.bare().tsquery(), 1 / TITLE_WEIGHT
    rank = fn.ts_rank_cd(SQL(f"'{{{text}, {text}, {text}, 1}}'::real[]"), _INDEX.c.bare, bare)
    exact = Expression(_INDEX.c.exact, "@@", sought.tsquery())
    return query.where(Expression(_INDEX.c.bare, "@@", bare)), [exact.desc(), rank.desc()]


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'

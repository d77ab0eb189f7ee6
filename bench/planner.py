"""How fast the planner is: a month of one commune, and a nation planned and stored, beside what the database can take.

Run `python -m bench.planner` from the top of the repository; `--posts N` makes the nation smaller, `--engine` names one
database. The limit of storing is the raw rate: the very same rows, ready-made, written into an equal table with equal
indexes. What is stored is the row of the ledger with a short payload; rendering texts and pictures is not measured.
"""

import argparse
import random
import resource
import sqlite3
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import psycopg

from campaign.bulk import insert_posts
from campaign.clock import SetClock
from campaign.config import FILE_NAME
from campaign.db import connected, database, disconnect, is_sqlite, write
from campaign.home import create_home, furnish
from campaign.models import Campaign, Channel, Post, Revision, Unit
from campaign.planner.conduct import plan
from campaign.planner.many import Calendar, plan_many
from campaign.planner.spread import cost, spread
from campaign.planner.values import Aim, Candidate, ChannelRules, Fit, Peak, PlanInput, Window
from content.message import hash_document
from tests.campaign.planner.instances import instances
from tests.machine import NO_POSTGRES, describe, postgres_programs
from tests.postgres import running

EXACT_LIMIT, FAST_LIMIT = 1000, 50  # milliseconds for a month of one commune, so that a slider answers at once
EVENNESS_LIMIT = 1.15  # times the cost of the exact times, in the median
RAW_LIMIT = 1.5  # times the raw time of the same rows
TIME_LIMIT, MEMORY_LIMIT = 10, 2048  # minutes and MiB for the nation

EVERY_DAY = frozenset(range(7))
SHARES = {"knowledge": 0.25, "prevention": 0.25, "stigma": 0.25, "policy": 0.15, "examples": 0.1}
FIRST = date(2026, 11, 10)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS, TRACKS = 5, 40
COMMUNES, CHANNELS, DAYS, A_DAY = 3_321, 4, 90, 5
BATCH = 100_000  # rows in a transaction
# Four sets of hours, as four regions might have them: so many templates there are.
HOURS = (
    (Window(EVERY_DAY, time(6), time(21)),),
    (Window(EVERY_DAY, time(6), time(12)), Window(EVERY_DAY, time(12), time(21), weight=2)),
    (Window(EVERY_DAY, time(7), time(20)),),
    (Window(EVERY_DAY, time(6), time(11)), Window(EVERY_DAY, time(13), time(21))),
)


def rules(number: int, windows: tuple[Window, ...], max_per_day: int) -> ChannelRules:
    """A social channel with the default quiet hours."""
    quiet, gap = (time(21), time(6)), timedelta(minutes=90)
    return ChannelRules(number, f"Kênh {number}", "facebook", quiet, gap, max_per_day, windows)


# ---------------------------------------------------------------- a month of one commune


def month(seed: int, days: int = 30) -> PlanInput:
    """Four channels with two posts a day, fifty messages, and a peak of twice as much in the second week."""
    chance = random.Random(seed)
    channels = tuple(rules(number, chance.choice(HOURS), 3) for number in range(1, CHANNELS + 1))
    until = FIRST + timedelta(days=days - 1)
    fits = {channel.id: Fit(FIRST, until) for channel in channels}
    begin = FIRST + timedelta(days=chance.randrange(7, 14))
    return PlanInput(
        starts_on=FIRST,
        ends_on=until,
        not_before=NOW,
        channels=channels,
        candidates=tuple(Candidate(number, list(SHARES)[number % 5], fits) for number in range(50)),
        shares=SHARES,
        aims=tuple(Aim((channel.id,), per_week=14) for channel in channels),
        peaks=(Peak(begin, begin + timedelta(days=6), 2),),
    )


def measure_month() -> None:
    """Print the time of a plan, exact and fast, and of the next fast one, when a slider has moved."""
    plan(month(0, days=7))  # warm
    moved = {**SHARES, "policy": 0.2, "examples": 0.05}
    for name, limit, first, exact, shares in (
        ("exact", EXACT_LIMIT, 1, True, SHARES),
        ("fast, the first one", FAST_LIMIT, 101, False, SHARES),
        ("fast, after a slider moved", FAST_LIMIT, 101, False, moved),
    ):
        spans = []
        for seed in range(first, first + ROUNDS):
            begun = perf_counter()
            plan(replace(month(seed), exact=exact, shares=shares))
            spans.append(1000 * (perf_counter() - begun))
        print(f"month of a commune, {name}: {median(spans):.0f} ms (limit {limit:,} ms)")


def measure_evenness() -> None:
    """Print how much less even the fast times are on the random tracks of the tests."""
    ratios = []
    for _, track, posts in instances(range(TRACKS)):
        fast, exact = (cost(track, sorted({*track.fixed, *spread(track, posts, exact=e)})) for e in (False, True))
        ratios.append(fast / exact if exact else 1.0)
    print(f"fast times of {TRACKS} random tracks: {median(ratios):.3f} times the cost of the exact ones in the median"
          f" (limit {EVENNESS_LIMIT}), {max(ratios):.3f} at worst")  # fmt: skip


# ---------------------------------------------------------------- a nation


class Nation(NamedTuple):
    """What is in the database before anything is planned."""

    communes: int
    revisions: list[Revision]
    payloads: dict[int, dict[str, Any]]


def settle(communes: int) -> Nation:
    """Communes with a campaign and four channels each, and the starter library as messages of all."""
    root = Unit.get()
    units = [{"id": root.id + 1 + n, "parent": root.id, "name": f"Xã {n}", "kind": "xã"} for n in range(communes)]
    last = FIRST + timedelta(days=DAYS - 1)
    campaigns = [
        {"id": n + 1, "unit": unit["id"], "name": "Đợt cao điểm", "starts_on": FIRST, "ends_on": last,
         "shares": SHARES, "created_at": NOW}
        for n, unit in enumerate(units)
    ]  # fmt: skip
    channels = [
        {"id": n * CHANNELS + each + 1, "unit": unit["id"], "kind": "facebook", "name": f"Kênh {each}", "windows": [],
         "quiet": ["21:00", "06:00"], "min_gap_minutes": 90, "max_per_day": A_DAY, "grace_minutes": 120,
         "created_at": NOW}
        for n, unit in enumerate(units)
        for each in range(CHANNELS)
    ]  # fmt: skip
    with write():
        for table, rows in ((Unit, units), (Campaign, campaigns), (Channel, channels)):
            for start in range(0, len(rows), 500):
                table.insert_many(rows[start : start + 500]).execute()
    revisions = list(Revision.select().where(Revision.pillar.in_(list(SHARES))).order_by(Revision.id))
    payloads = {
        revision.message_id: {"title": revision.title, "description": "", "text": "", "link": None, "media": []}
        for revision in revisions
    }
    return Nation(communes, revisions, payloads)


def inputs(nation: Nation) -> Iterator[PlanInput]:
    """The campaign of every commune, one at a time."""
    fit = Fit(FIRST, FIRST + timedelta(days=DAYS - 1))
    for number in range(nation.communes):
        ids = range(number * CHANNELS + 1, (number + 1) * CHANNELS + 1)
        fits = dict.fromkeys(ids, fit)
        yield PlanInput(
            starts_on=fit.first,
            ends_on=fit.last,
            not_before=NOW,
            channels=tuple(rules(channel, HOURS[number % len(HOURS)], A_DAY) for channel in ids),
            candidates=tuple(Candidate(row.message_id, row.pillar, fits) for row in nation.revisions),
            shares=SHARES,
            aims=tuple(Aim((channel,), per_week=7 * A_DAY) for channel in ids),
            min_repeat_days=5,
        )


def rows(nation: Nation, calendars: Iterator[Calendar], minutes: Counter[int]) -> Iterator[dict[str, Any]]:
    """The posts of the calendars as rows of the ledger; counts how many there are in each minute."""
    revisions = {row.message_id: (row.id, row.content_hash) for row in nation.revisions}
    hashes = {message: hash_document(payload) for message, payload in nation.payloads.items()}
    for calendar in calendars:
        minutes.update(calendar.instants)
        run, campaign = uuid.uuid4().hex, (calendar.channel_id - 1) // CHANNELS + 1
        for number, (at, message) in enumerate(zip(calendar.instants, calendar.messages, strict=True)):
            revision, content_hash = revisions[message]
            due = datetime.fromtimestamp(at, UTC)
            yield {
                "key": f"{run}-{number}",  # those of one channel lie together in the index
                "campaign": campaign,
                "channel": calendar.channel_id,
                "revision": revision,
                "content_hash": content_hash,
                "payload": nation.payloads[message],
                "payload_hash": hashes[message],
                "due_at": due,
                "act_at": due,
            }


def measure_nation(engine: str, folder: Path, urls: tuple[str, str], posts: int) -> None:
    """Plan and store a nation in one database, then write the same rows raw into another; print both."""
    communes = max(1, min(COMMUNES, round(posts / (CHANNELS * DAYS * A_DAY))))
    with home(folder / "planned", urls[0]):
        nation, minutes = settle(communes), Counter[int]()
        begun = perf_counter()
        stored = store(nation, minutes)
        took = perf_counter() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        assert Post.select().count() == stored == minutes.total()
    with home(folder / "raw", urls[1]):
        settle(communes)
        raw = copy_raw(folder / "planned" / "lantoa.db", urls[0])
    channels = communes * CHANNELS
    print(f"{engine}: {stored:,} posts of {channels:,} channels in {DAYS} days, planned and stored in one run")
    print(f"  {stored / took:,.0f} posts/s; raw {stored / raw:,.0f} rows/s: {took / raw:.2f} times the raw time"
          f" (limit {RAW_LIMIT})")  # fmt: skip
    print(f"  {took / 60:.1f} minutes (limit {TIME_LIMIT}), {memory:,} MiB at most (limit {MEMORY_LIMIT:,})")
    print(f"  {max(minutes.values())} posts in the fullest minute, {channels:,} without phases;"
          f" {stored / len(minutes):.0f} in the mean")  # fmt: skip


def store(nation: Nation, minutes: Counter[int]) -> int:
    """Plan and store, a transaction at a time."""
    stream = rows(nation, plan_many(inputs(nation)), minutes)
    same = {"reason": "Rải đều cả chiến dịch theo khung giờ của kênh.", "created_at": NOW}
    stored = 0
    while added := insert_posts(islice(stream, BATCH), same):
        stored += added
    return stored


def copy_raw(file: Path, url: str) -> float:
    """The seconds it takes to write the rows of another database as they are; reading them does not count."""
    columns = [field.column_name for field in Post._meta.sorted_fields if not field.auto_increment]
    names = ", ".join(columns)
    took = 0.0
    for chunk in read(file, url, f"SELECT {names} FROM post ORDER BY id"):
        begun = perf_counter()
        with write():
            if is_sqlite():
                marks = ", ".join("?" * len(columns))
                database.connection().executemany(f"INSERT INTO post ({names}) VALUES ({marks})", chunk)
            else:
                with database.connection().cursor().copy(f"COPY post ({names}) FROM STDIN") as copy:
                    for row in chunk:
                        copy.write_row(row)
        took += perf_counter() - begun
    return took


def read(file: Path, url: str, query: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of the other database, as many at a time as a transaction has."""
    with psycopg.connect(url) if url else sqlite3.connect(file) as connection:
        cursor = connection.cursor("posts") if url else connection.cursor()
        cursor.execute(query)
        while chunk := cursor.fetchmany(BATCH):
            yield chunk


@contextmanager
def home(folder: Path, url: str) -> Iterator[None]:
    """A new home, with its database open."""
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    made = create_home(folder, SetClock(NOW))
    try:
        with connected():
            furnish(made, "Tỉnh Thử", "tỉnh")
            yield
    finally:
        disconnect()


def main() -> None:
    """Print all figures and their limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=COMMUNES * CHANNELS * DAYS * A_DAY)
    parser.add_argument("--engine", choices=["sqlite", "postgres"])
    chosen = parser.parse_args()
    print(describe())
    measure_month()
    measure_evenness()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.engine != "postgres":
            measure_nation("SQLite", Path(folder) / "sqlite", ("", ""), chosen.posts)
        if chosen.engine != "sqlite":
            programs = postgres_programs()
            if programs is None:
                raise SystemExit(NO_POSTGRES)
            with running(programs) as server, server.database() as one, server.database() as other:
                measure_nation("PostgreSQL", Path(folder) / "postgres", (one, other), chosen.posts)


if __name__ == "__main__":
    main()

"""`lantoa plan`: a campaign described in a file, planned without a database and without a home."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from campaign.cli import texts
from campaign.clock import local, local_day
from campaign.errors import WrongUse
from campaign.plan_file import PlanFile, read_plan
from campaign.planner.conduct import plan
from campaign.planner.values import RELAXATIONS, Dropped, Plan, Relaxed
from channels.script import WEEKDAYS, short_day
from content.taxonomy import PILLARS

_WIDTH = max(map(len, PILLARS.values()))


@click.command("plan")
@click.argument("file", metavar="TỆP")
@click.option("--json", "as_json", is_flag=True, help="In một JSON cho chương trình khác đọc.")
@click.option("--fast", is_flag=True, help="Lập nhanh; giờ đăng kém đều hơn một chút.")
def plan_command(file: str, as_json: bool, fast: bool) -> None:
    """Lập lịch cho chiến dịch ghi trong TỆP (TOML, xem docs/plan-file.md); không cần cơ sở dữ liệu.

    Ghi - thì đọc từ đầu vào. Kết thúc với mã 1 nếu có mục tiêu chưa đạt; lịch vẫn được in đủ.
    """
    asked = _read(file)
    if fast:
        asked = replace(asked, what=replace(asked.what, exact=False))
    proposal = plan(asked.what)
    if as_json:
        texts.write_json(_document(asked, proposal))
    else:
        texts.write_line("\n".join(_Page(asked, proposal).lines()))
    sys.exit(1 if proposal.unmet else 0)


def _read(file: str) -> PlanFile:
    """The campaign in a file. Raises WrongUse."""
    path = Path(file)
    if path.is_dir():
        raise WrongUse(f'"{file}" là thư mục; hãy ghi tên tệp, ví dụ "{path / "ke-hoach.toml"}".')
    return read_plan(texts.whole(file), file, path.parent)


# ---------------------------------------------------------------- for a program


def _document(asked: PlanFile, proposal: Plan) -> dict[str, Any]:
    """The plan with the ids of the file, names and local times beside its own numbers and instants."""
    what = asked.what
    channels = {rules.id: {"channel": asked.channels[rules.id], "channel_name": rules.name} for rules in what.channels}
    titles = {message.id: message.title for message in what.candidates}
    document = proposal.document()
    for row in (*document["slots"], *document["dropped"], *document["relaxed"]):
        row.update(channels[row["channel_id"]], local=local(datetime.fromisoformat(row["at"])).isoformat())
    for row in document["slots"]:
        row.update(message=asked.messages[row["message_id"]], title=titles[row["message_id"]])
    for row in document["unmet"]:
        row["channel_names"] = [channels[number]["channel_name"] for number in row["channels"]]
    return {
        "campaign": {
            "name": asked.name,
            "starts_on": what.starts_on.isoformat(),
            "ends_on": what.ends_on.isoformat(),
            "mode": "exact" if what.exact else "fast",
            "channels": [
                {"number": rules.id, "id": asked.channels[rules.id], "name": rules.name, "kind": rules.kind}
                for rules in what.channels
            ],
        },
        "plan": {**document, "fingerprint": proposal.fingerprint},
    }


# ---------------------------------------------------------------- for a person


@dataclass(frozen=True)
class _Entry:
    """One post of the calendar; `note` says what becomes of one that was there before."""

    channel: int
    at: datetime
    message: int
    pillar: str
    note: str = ""


class _Page:
    """The plan as lines: what is not met on top, then the calendar of each channel, then what it adds up to."""

    def __init__(self, asked: PlanFile, proposal: Plan) -> None:
        self.name, self.what, self.plan = asked.name, asked.what, proposal
        self.channels = {rules.id: rules.name for rules in self.what.channels}
        self.titles = {message.id: message.title for message in self.what.candidates}
        self.entries = sorted((*self.planned(), *self.staying()), key=lambda entry: (entry.channel, entry.at))

    def planned(self) -> Iterator[_Entry]:
        for slot in self.plan.slots:
            note = " (đổi từ bài đã có)" if slot.replaces else ""
            yield _Entry(slot.channel_id, slot.at, slot.message_id, slot.pillar, note)

    def staying(self) -> Iterator[_Entry]:
        """The campaign's posts that stay as they are."""
        gone = {slot.replaces for slot in self.plan.slots} | {post.key for post in self.plan.dropped}
        for rules in self.what.channels:
            for post in rules.standing:
                if post.own and post.key not in gone:
                    yield _Entry(rules.id, post.at, post.message_id, post.pillar, " (đã có)")

    def lines(self) -> Iterator[str]:
        yield f"{self.name}, {short_day(self.what.starts_on)} – {short_day(self.what.ends_on)}"
        yield f"{len(self.entries)} bài, trong đó {len(self.plan.slots)} bài xếp ở kế hoạch này."
        yield from _section("CHƯA ĐẠT", (f"- {unmet.sentence}" for unmet in self.plan.unmet))
        for channel, name in self.channels.items():
            yield from _section(name.upper(), self.calendar(channel))
        yield from _section("BÀI ĐÃ CÓ BỊ BỎ", (f"- {self.where(row)}: {row.reason}" for row in self.plan.dropped))
        yield from _section("QUY TẮC ĐÃ NỚI", self.relaxed())
        yield from _section("TRỤ CỘT", self.pillars())
        yield from _section("KÊNH", self.summary())

    def calendar(self, channel: int) -> Iterator[str]:
        """The posts of a channel by day."""
        entries = (entry for entry in self.entries if entry.channel == channel)
        for day, posts in groupby(entries, key=lambda entry: local_day(entry.at)):
            yield f"{WEEKDAYS[day.weekday()]}, {short_day(day)}"
            for post in posts:
                pillar = PILLARS.get(post.pillar, "").ljust(_WIDTH)
                yield f"  {local(post.at):%H:%M}  {pillar}  {self.titles.get(post.message, '–')}{post.note}"

    def where(self, row: Dropped | Relaxed) -> str:
        return f"{self.channels[row.channel_id]}, {local(row.at):%H:%M} {short_day(local_day(row.at))}"

    def relaxed(self) -> Iterator[str]:
        """The rules that gave way, the first to do so first."""
        for rule, name in RELAXATIONS.items():
            rows = [row for row in self.plan.relaxed if row.rule == rule]
            if rows:
                yield f"{name[0].upper()}{name[1:]}: {len(rows)} lần"
                yield from (f"- {self.where(row)}: {row.sentence}" for row in rows)

    def pillars(self) -> Iterator[str]:
        """How many posts each pillar has, beside its share."""
        said, shares = Counter(entry.pillar for entry in self.entries), self.what.shares
        for pillar, label in PILLARS.items():
            if shares.get(pillar) or said[pillar]:
                due = f"{len(self.entries) * shares.get(pillar, 0) / sum(shares.values()):.1f}".replace(".", ",")
                floor = self.what.floors.get(pillar)
                least = f", ít nhất {floor}" if floor else ""
                yield f"{label.ljust(_WIDTH)}  {said[pillar]:3} bài (theo tỷ lệ: {due}{least})"

    def summary(self) -> Iterator[str]:
        """What each channel carries, how often its public meets a message, and how even its times are."""
        width = max(map(len, self.channels.values()))
        for channel, name in self.channels.items():
            met = Counter(entry.message for entry in self.entries if entry.channel == channel)
            times = "–".join(str(edge) for edge in sorted({min(met.values()), max(met.values())})) if met else "0"
            uneven = round(100 * self.plan.evenness.get(channel, 0))
            yield (
                f"{name.ljust(width)}  {met.total():3} bài, {len(met)} thông điệp, mỗi thông điệp {times} lần, "
                f"lệch {uneven}% so với rải đều"
            )


def _section(title: str, rows: Iterable[str]) -> Iterator[str]:
    """A headed block; nothing where it has no rows."""
    for place, row in enumerate(rows):
        if place == 0:
            yield from ("", title)
        yield row

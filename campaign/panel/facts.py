"""Local facts and pronunciations of a unit: what only the people of a place know."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from peewee import fn

from campaign import local_facts, pronunciations, scheduling
from campaign.clock import local_day
from campaign.errors import Problem
from campaign.models import Channel, LocalFact, Message, Pronunciation, Revision, RevisionState, Unit
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.typed import day
from campaign.rights import ancestors, units_where
from campaign.workflow import content_of
from content.message import Message as Content
from content.placeholders import PLACEHOLDERS, Placeholder, used_by
from content.speech import speak

bp = Blueprint("facts", __name__, url_prefix="/dia-phuong")

# Revisions whose texts may still go out.
_LIVE = (RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.RETURNED, RevisionState.APPROVED)


# As text: to compare with a JSON field would turn what is sought into JSON.
_HAS_PLACEHOLDER = fn.COALESCE(Revision.document, "").contains("{{")


@dataclass(frozen=True)
class Row:
    """One local fact as a unit has it: its own or inherited, how it stands, and how many messages ask for it."""

    placeholder: Placeholder
    fact: LocalFact | None
    is_own: bool
    is_old: bool
    messages: int

    @property
    def is_missing(self) -> bool:
        """Whether messages wait for it."""
        return self.messages > 0 and (self.fact is None or self.is_old)


@dataclass(frozen=True)
class Asker:
    """A message of a unit and the facts that it asks for on each of its kinds of channel; under None, on any."""

    unit_id: int
    names: Mapping[str | None, Collection[str]]


@bp.get("/")
@rule("facts")
def index() -> Any:
    """The unit's facts; whoever has several units chooses one."""
    units = list(Unit.select().where(Unit.id.in_(units_where(user(), "facts"))).order_by(Unit.id))
    if len(units) == 1:
        return redirect(url_for("facts.show", unit_id=units[0].id))
    today = local_day(home().clock.now())
    askers = _askers(units)
    gaps = {unit.id: sum(row.is_missing for row in _rows(unit, today, askers)) for unit in units}
    return render_template("facts/index.html", units=units, gaps=gaps)


@bp.get("/<int:unit_id>")
@rule("facts")
def show(unit_id: int) -> str:
    """All facts of a unit: what is missing first."""
    return _page(fetch(Unit, unit_id, "facts"))


def _page(unit: Unit, typed: Mapping[str, str] | None = None, sentence: str = "") -> str:
    today = local_day(home().clock.now())
    rows = sorted(_rows(unit, today, _askers([unit])), key=lambda row: (not row.is_missing, not row.messages))
    return render_template(
        "facts/show.html",
        unit=unit,
        rows=rows,
        missing=sum(row.is_missing for row in rows),
        today=today,
        typed=typed or {},
        sentence=sentence,
        pronunciations=list(
            Pronunciation.select().where(Pronunciation.unit == unit).order_by(Pronunciation.abbreviation)
        ),
        fresh_days=local_facts.FRESH.days,
    )


def _rows(unit: Unit, today: date, askers: Iterable[Asker]) -> list[Row]:
    facts, asked = local_facts.facts_of(unit), _asked(unit, askers)
    return [
        Row(
            placeholder,
            fact,
            is_own=fact is not None and fact.unit_id == unit.id,
            is_old=fact is not None and today - fact.verified_on > local_facts.FRESH,
            messages=asked.get(name, 0),
        )
        for name, placeholder in PLACEHOLDERS.items()
        for fact in [facts.get(name)]
    ]


def _askers(units: Iterable[Unit]) -> list[Asker]:
    """The messages that these units can use and that ask for local facts at all; each is read once."""
    above = {unit_id for unit in units for unit_id in ancestors(unit)}
    rows = (
        Revision.select(Revision, Message)
        .join(Message)
        .where(Message.unit.in_(above), Revision.state.in_(_LIVE), _HAS_PLACEHOLDER)
        .order_by(Revision.message, Revision.number)
    )
    newest = {row.message_id: row for row in rows}
    return [_asker(row.message.unit_id, content_of(row)) for row in newest.values()]


def _asker(unit_id: int, content: Content) -> Asker:
    return Asker(unit_id, {kind: used_by(content, kind) for kind in (*content.channels, None)})


def _asked(unit: Unit, askers: Iterable[Asker]) -> dict[str, int]:
    """How many messages that the unit can use ask for each fact, on the kinds of channel that it has."""
    kinds = {row.kind for row in Channel.select(Channel.kind).where(Channel.unit == unit).distinct()}
    above = set(ancestors(unit))
    counts: dict[str, int] = {}
    for asker in askers:
        if asker.unit_id in above:
            wanted = kinds & asker.names.keys() or {None}
            for name in {name for kind in wanted for name in asker.names[kind]}:
                counts[name] = counts.get(name, 0) + 1
    return counts


@bp.post("/<int:unit_id>")
@rule("facts")
def save(unit_id: int) -> Any:
    """Enter one fact, or say that it was checked today and still holds."""
    unit = fetch(Unit, unit_id, "facts")
    now = home().clock.now()
    name, value = request.form.get("name", ""), request.form.get("value", "")
    try:
        checked = day(request.form.get("verified_on", ""), "Ngày kiểm tra")
        local_facts.save(user(), unit, name, value, checked, now, local_day(now))
    except Problem as problem:
        return _page(unit, {name: value}, str(problem)), 422
    held = scheduling.hold_changed(unit, name)
    if held:
        flash(
            f"Đã lưu “{PLACEHOLDERS[name].label}”. {held} bài đã lên lịch còn giá trị cũ nên được giữ lại; "
            "người lập lịch xem ở trang Cần xử lý rồi bấm Dùng thông tin mới ở từng bài.",
            "warning",
        )
    else:
        flash(f"Đã lưu “{PLACEHOLDERS[name].label}”.", "success")
    return redirect(url_for("facts.show", unit_id=unit.id, _anchor=name), 303)


@bp.post("/<int:unit_id>/xoa")
@rule("facts")
def remove(unit_id: int) -> Any:
    """Take the unit's own value away."""
    unit = fetch(Unit, unit_id, "facts")
    local_facts.remove(user(), unit, request.form.get("name", ""), home().clock.now())
    flash("Đã xóa. Nếu đơn vị cấp trên có giá trị này thì giá trị đó được dùng.", "success")
    return redirect(url_for("facts.show", unit_id=unit.id), 303)


# ---------------------------------------------------------------- pronunciations


@bp.post("/<int:unit_id>/cach-doc")
@rule("facts")
def pronounce(unit_id: int) -> Any:
    """Enter or change how the unit says an abbreviation."""
    unit = fetch(Unit, unit_id, "facts")
    written, full, spoken = (request.form.get(name, "") for name in ("abbreviation", "expansion", "phonetic"))
    pronunciations.save(user(), unit, written, full, spoken, unit.name, home().clock.now())
    flash(f"Đã lưu cách đọc “{written.strip()}”.", "success")
    return redirect(url_for("facts.show", unit_id=unit.id, _anchor="cach-doc"), 303)


@bp.post("/<int:unit_id>/cach-doc/xoa")
@rule("facts")
def forget(unit_id: int) -> Any:
    """Take a pronunciation away."""
    unit = fetch(Unit, unit_id, "facts")
    row = Pronunciation.get_or_none(Pronunciation.id == request.form.get("row", 0, type=int))
    if row is None or row.unit_id != unit.id:
        raise Problem("Cách đọc này vừa được xóa; hãy tải lại trang.")
    pronunciations.remove(user(), row, home().clock.now())
    flash(f"Đã xóa cách đọc “{row.abbreviation}”.", "success")
    return redirect(url_for("facts.show", unit_id=unit.id, _anchor="cach-doc"), 303)


@bp.get("/<int:unit_id>/thu-doc")
@rule("facts")
def try_out(unit_id: int) -> str:
    """How a sentence would be read in this unit."""
    unit = fetch(Unit, unit_id, "facts")
    words = request.args.get("cau", "")[:500]
    return render_template(
        "facts/spoken.html", unit=unit, words=words, spoken=speak(words, lexicon=pronunciations.lexicon_of(unit))
    )

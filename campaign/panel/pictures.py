"""The picture library: what a unit has, where it is used, new pictures and quote cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from campaign import gallery
from campaign.errors import Problem
from campaign.gallery import Uses
from campaign.imaging import thumbnail
from campaign.models import MediaFile, Message, Unit
from campaign.panel.access import fetch, home, readable_units, rule, user
from campaign.panel.forms import clean
from campaign.pictures import CARD, COVER, FITTED, MOST_UPLOAD, colour_of
from campaign.rights import can, units_where
from content import card
from content.card import CardError
from content.message import Picture

bp = Blueprint("pictures", __name__, url_prefix="/kho-anh")

PAGE = 24
MOST_POSTS = 10
THUMBNAIL = 480
LONGEST_TEXT, LONGEST_ALT = 600, 500
SHOWN = {"": "Tất cả", "dang-dung": "Đang dùng", "chua-dung": "Chưa dùng"}
SIZES = {"vuong": ("Vuông, cho bài đăng", card.SQUARE), "ngang": ("Ngang, cho bìa bài viết", card.WIDE)}
# Calm grounds for a card; the first is the unit's own.
COLOURS = {
    "": "Màu của đơn vị", "#a8242c": "Đỏ ruy băng", "#0a6a66": "Xanh ngọc", "#1d56a5": "Xanh dương",
    "#5b3f99": "Tím", "#2c6e3f": "Xanh lá", "#f2c94c": "Vàng ấm", "#f7e7da": "Màu kem",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A picture of the library and where it is used."""

    row: MediaFile
    uses: Uses


# ---------------------------------------------------------------- looking


@bp.get("/")
@rule("view")
def index() -> str:
    """The pictures this person may see, newest first."""
    wanted = request.args.get("loc", "")
    wanted = wanted if wanted in SHOWN else ""
    everything = _library()
    found = [item for item in everything if not wanted or bool(item.uses) == (wanted == "dang-dung")]
    page = max(1, request.args.get("trang", 1, type=int))
    start = (page - 1) * PAGE

    def address(number: int) -> str:
        return url_for("pictures.index", loc=wanted or None, trang=number if number > 1 else None)

    return render_template(
        "pictures/index.html",
        items=found[start : start + PAGE],
        is_empty=not everything,
        tabs=[
            (url_for("pictures.index", loc=value or None), label, _count(everything, value), value == wanted)
            for value, label in SHOWN.items()
        ],
        newer=address(page - 1) if page > 1 and found else None,
        older=address(page + 1) if len(found) > start + PAGE else None,
        units=_units("manage"),
        default_colour=card.DEFAULT_COLOUR,
    )


def _library() -> list[Shown]:
    """What the person may see; a card that the program drew for a post only once a post carries it."""
    used = gallery.uses()
    rows = (
        MediaFile.select(MediaFile, Unit)
        .left_outer_join(Unit)
        .where(MediaFile.unit.in_(readable_units()) | MediaFile.unit.is_null(), MediaFile.origin != FITTED)
        .order_by(MediaFile.added_at.desc(), MediaFile.sha256)
    )
    items = (Shown(row, used.get(row.sha256, Uses())) for row in rows)
    return [item for item in items if item.uses or item.row.origin != CARD or item.row.added_by_id is not None]


def _count(items: list[Shown], shown: str) -> int:
    return sum(not shown or bool(item.uses) == (shown == "dang-dung") for item in items)


def _units(action: str) -> list[Unit]:
    return list(Unit.select().where(Unit.id.in_(units_where(user(), action))).order_by(Unit.id))


@bp.get("/<sha256>")
@rule("view")
def show(sha256: str) -> str:
    """One picture: its words, where it is used, and what may be done with it."""
    row = _readable(sha256)
    may_change = row.unit is not None and can(user(), "write", row.unit)
    return render_template(
        "pictures/show.html",
        row=row,
        revisions=gallery.messages_with(row.sha256, readable_units()),
        posts=gallery.posts_with(row.sha256, units_where(user(), "view"), MOST_POSTS),
        is_used=gallery.is_used(row.sha256),
        may_change=may_change,
        drafts=gallery.drafts(units_where(user(), "write")),
        longest_alt=LONGEST_ALT,
        cover=COVER,
    )


@bp.get("/<sha256>/nho")
@rule("view")
def small(sha256: str) -> Response:
    """A picture small enough for a list. It never changes under its name."""
    row = _readable(sha256)
    try:
        data = thumbnail(home().store.read(row.sha256), THUMBNAIL)
    except Problem:
        abort(404)
    response = Response(data, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _readable(sha256: str) -> MediaFile:
    row: MediaFile | None = MediaFile.get_or_none(MediaFile.sha256 == sha256)
    if row is None or (row.unit_id is not None and row.unit_id not in readable_units()):
        abort(404)
    return row


# ---------------------------------------------------------------- adding and changing


@bp.route("/tai-len", methods=["GET", "POST"])
@rule("write")
def upload() -> Any:
    """Take in a picture."""
    sentence, code = "", 200
    if request.method == "POST":
        unit, sent = fetch(Unit, request.form.get("unit", 0, type=int), "write"), request.files.get("picture")
        try:
            if sent is None or not sent.filename:
                raise Problem("Hãy chọn một tệp ảnh.")
            alt = clean(request.form.get("alt"))[:LONGEST_ALT]
            picture = home().store.add(sent.read(), alt, user=user(), unit=unit, now=home().clock.now())
        except Problem as problem:
            sentence, code = str(problem), 422
        else:
            flash("Đã thêm ảnh vào kho.", "success")
            return redirect(url_for("pictures.show", sha256=picture.sha256), 303)
    page = render_template(
        "pictures/upload.html", units=_units("write"), typed=request.form, sentence=sentence, longest_alt=LONGEST_ALT,
        most_megabytes=MOST_UPLOAD // 1_000_000,
    )  # fmt: skip
    return page, code


@bp.post("/<sha256>/mo-ta")
@rule("write")
def describe(sha256: str) -> Any:
    """Change the words that stand for a picture."""
    row = _readable(sha256)
    gallery.change_alt(user(), row, clean(request.form.get("alt"))[:LONGEST_ALT], home().clock.now())
    return _back(row, "Đã lưu mô tả ảnh. Thông điệp đang dùng ảnh giữ nguyên mô tả của mình.")


@bp.post("/<sha256>/xoa")
@rule("write")
def remove(sha256: str) -> Any:
    """Delete a picture that nothing refers to."""
    gallery.delete(user(), _readable(sha256), home().store, home().clock.now())
    flash("Đã xóa ảnh.", "success")
    return redirect(url_for("pictures.index"), 303)


@bp.post("/<sha256>/dung")
@rule("write")
def use(sha256: str) -> Any:
    """Make a picture that of a draft."""
    row = _readable(sha256)
    chosen = _use_in_draft(Picture(row.sha256, row.mime, row.alt))
    return chosen or _back(row, "Hãy chọn một thông điệp.", "warning")


def _use_in_draft(picture: Picture) -> Any:
    """Where the form names a draft: give it the picture and go there. Its value is "message:hash"."""
    number, _, seen_hash = request.form.get("draft", "").partition(":")
    if not number.isdecimal():
        return None
    message = fetch(Message, int(number), "write")
    gallery.use_in(user(), message, picture, seen_hash, home().clock.now())
    flash("Đã dùng ảnh này cho bản nháp.", "success")
    return redirect(url_for("messages.show", message_id=message.id), 303)


def _back(row: MediaFile, sentence: str, category: str = "success") -> Any:
    flash(sentence, category)
    return redirect(url_for("pictures.show", sha256=row.sha256), 303)


@bp.post("/mau")
@rule("manage")
def colour() -> Any:
    """Choose the colour of a unit's cards."""
    unit = fetch(Unit, request.form.get("unit", 0, type=int), "manage")
    chosen = "" if "remove" in request.form else request.form.get("colour", "")
    gallery.set_colour(user(), unit, chosen, home().clock.now())
    flash(f"Đã {'đổi' if chosen else 'bỏ'} màu của {unit.name}.", "success")
    return redirect(url_for("pictures.index", _anchor="mau"), 303)


# ---------------------------------------------------------------- quote cards


@dataclass(frozen=True)
class CardWords:
    """What a form says about a card."""

    text: str
    attribution: str
    unit: Unit
    size: tuple[int, int]
    colour: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "CardWords":
        """From a form or an address; without a unit, the first. What the person may not write for does not exist."""
        return cls(
            clean(values.get("text"))[:LONGEST_TEXT],
            clean(values.get("attribution"))[:120],
            fetch(Unit, values.get("unit") or _units("write")[0].id, "write"),
            SIZES.get(values.get("size", ""), SIZES["vuong"])[1],
            values.get("colour", ""),
        )


@bp.route("/the", methods=["GET", "POST"])
@rule("write")
def new_card() -> Any:
    """Make a quote card from the words of a message."""
    sentence = ""
    if request.method == "POST":
        words = CardWords.of(request.form)
        try:
            picture = home().store.card_for(
                words.text, words.unit, words.size, attribution=words.attribution, colour=words.colour, user=user()
            )
        except (CardError, ValueError) as error:
            sentence = _why_not(error)
        else:
            flash("Đã lưu thẻ vào kho ảnh.", "success")
            return _use_in_draft(picture) or redirect(url_for("pictures.show", sha256=picture.sha256), 303)
    return _card_page(sentence), 422 if sentence else 200


def _card_page(sentence: str) -> str:
    units = _units("write")
    drafts = gallery.drafts(unit.id for unit in units)
    asked = request.args.get("thong-diep", 0, type=int)
    chosen = next((row for row in drafts if row.message_id == asked), None)
    typed = dict(request.values)
    typed.setdefault("text", chosen.title if chosen else "")
    typed.setdefault("unit", str(chosen.message.unit_id if chosen else units[0].id))
    typed.setdefault("draft", f"{chosen.message_id}:{chosen.content_hash}" if chosen else "")
    preview: dict[str, Any] = {name: typed.get(name, "") for name in ("text", "attribution", "unit", "size", "colour")}
    return render_template(
        "pictures/card.html",
        typed=typed,
        units=units,
        unit_colour=colour_of(next((unit for unit in units if str(unit.id) == typed["unit"]), units[0])),
        drafts=drafts,
        sizes=SIZES,
        colours=COLOURS,
        preview=url_for("pictures.preview", **preview) if typed["text"] and not sentence else "",
        sentence=sentence,
        longest=LONGEST_TEXT,
    )


@bp.get("/the/xem")
@rule("write")
def preview() -> Response:
    """The card as it would be, kept nowhere; where it cannot be drawn, the sentence that says why."""
    words = CardWords.of(request.args)
    try:
        data = card.draw(
            words.text, attribution=words.attribution, unit=words.unit.name, size=words.size,
            colour=words.colour or colour_of(words.unit),
        )  # fmt: skip
    except (CardError, ValueError) as error:
        return Response(_why_not(error), 422, mimetype="text/plain")
    return Response(data, mimetype="image/png")


def _why_not(error: Exception) -> str:
    return str(error) if isinstance(error, CardError) else "Hãy chọn một màu trong danh sách."

"""The form of a message, as its writer sees it. What the houses below check is not checked here again."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from flask_wtf.file import FileField, FileSize
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from campaign.clock import local_day
from campaign.panel.access import home
from campaign.panel.forms import REQUIRED, DayField, PanelForm, PartForm, clean
from campaign.pictures import MOST_UPLOAD
from channels.registry import KINDS
from content.message import Message as Content
from content.message import Picture, Source, Translation, Variant
from content.message_file import SHORT, WORDINGS
from content.placeholders import PLACEHOLDERS, names_in
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, REGISTERS, SPOKESPERSONS, TOPICS

# Rows of a list, and empty ones among them, so that the form needs no JavaScript.
MOST_SOURCES, SPARE_SOURCES = 12, 3
MOST_WORDINGS, SPARE_WORDINGS = 20, 5
MOST_TRANSLATIONS, SPARE_TRANSLATIONS = 12, 2
# A little more than the longest text that a service takes (63,206 characters on Facebook).
MOST_TEXT = 65_000
# How long a new message holds unless its writer says otherwise.
USUAL_VALIDITY = timedelta(days=365)
# Only a Page refuses the same text twice running (content/message_file.py asks the same of files).
_REFUSES_REPEATS = "facebook"
_PLACE = re.compile(r"\{\{\s*\w+\s*\}\}")


# ---------------------------------------------------------------- validators


def _web_address(_: Form, field: StringField) -> None:
    if not re.fullmatch(r"https?://[^\s<>\"]+\.[^\s<>\"]+", clean(field.data)):
        raise ValidationError("Hãy dán địa chỉ đầy đủ, bắt đầu bằng https://")


def _all_or_nothing(form: Form, field: Any) -> None:
    """A row that is left blank does not count; a row that is begun needs all of its parts."""
    if not any(part.raw_data and str(part.raw_data[0]).strip() for part in form):
        field.errors = []
        raise StopValidation
    if field.errors:
        raise StopValidation
    if field.data is None or not str(field.data).strip():
        raise StopValidation(REQUIRED)


def _not_ahead(_: Form, field: Any) -> None:
    if field.data is not None and field.data > local_day(home().clock.now()):
        raise ValidationError("Ngày kiểm chứng không thể ở phía sau hôm nay.")


def _known_places(_: Form, field: Any) -> None:
    """Every {{name}} is one that units can fill in; braces that are none of these would go out as they stand."""
    text = field.data or ""
    unknown = [name for name in names_in(text) if name not in PLACEHOLDERS]
    if unknown:
        raise ValidationError(
            f"Không có thông tin địa phương {{{{{unknown[0]}}}}}; hãy bấm “Chèn thông tin địa phương” để chọn."
        )
    rest = _PLACE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValidationError("Có dấu {{ hoặc }} viết lẻ; thông tin địa phương viết liền như {{ten_xa}}.")


# ---------------------------------------------------------------- parts


class SourceForm(PartForm):
    """Where a fact comes from."""

    title = StringField("Tên văn bản, tài liệu", [_all_or_nothing, Length(max=500)])
    year = IntegerField("Năm", [_all_or_nothing, NumberRange(1980, 2100)])
    verified_on = DayField("Ngày kiểm chứng", [_all_or_nothing, _not_ahead])
    url = StringField("Địa chỉ", [Optional(), Length(max=2000), _web_address])

    def source(self) -> Source | None:
        """The source, or None for a row left blank."""
        title = clean(self.title.data)
        if not title:
            return None
        return Source(title, self.year.data, self.verified_on.data, clean(self.url.data))


class VariantForm(PartForm):
    """The wording for one kind of channel; what is left blank falls back to the message itself."""

    title = StringField("Tiêu đề riêng", [Length(max=500), _known_places])
    description = TextAreaField("Mô tả ngắn", [Length(max=2000), _known_places])
    text = TextAreaField("Nội dung riêng", [Length(max=MOST_TEXT), _known_places])
    wordings = FieldList(
        TextAreaField("Cách nói khác", [Length(max=MOST_TEXT), _known_places]), max_entries=MOST_WORDINGS
    )
    long = TextAreaField("Bài dài 2–3 phút", [Length(max=MOST_TEXT), _known_places])

    def variant(self) -> Variant:
        """The wording."""
        return Variant(
            text=clean(self.text.data),
            title=clean(self.title.data),
            description=clean(self.description.data),
            wordings=tuple(_written(row.data for row in self.wordings)),
            long=clean(self.long.data),
        )


class TranslationForm(PartForm):
    """The message in a minority language."""

    language = StringField("Tên thứ tiếng", [_all_or_nothing, Length(max=100)])
    text = TextAreaField("Nội dung", [_all_or_nothing, Length(max=MOST_TEXT), _known_places])

    def translation(self) -> Translation | None:
        """The translation, or None for a row left blank."""
        language = clean(self.language.data)
        return Translation(language, clean(self.text.data)) if language else None


def _written(texts: Iterable[str | None]) -> Iterator[str]:
    return filter(None, map(clean, texts))


# ---------------------------------------------------------------- the message


class MessageForm(PanelForm):
    """A message as its writer sees it. One part per kind of channel is added below the class."""

    seen_hash = HiddenField()
    unit = SelectField("Đơn vị", coerce=int, validate_choice=True)
    title = StringField("Tiêu đề", [DataRequired(), Length(max=300), _known_places])
    idea = StringField("Ý chính", [Length(max=300), _known_places])
    action = StringField("Việc cần làm", [Length(max=300), _known_places])
    short = TextAreaField("Bản ngắn", [Length(max=SHORT), _known_places])
    pillar = SelectField("Trụ cột", choices=dict(PILLARS))
    format = SelectField("Dạng", choices={"": "Chưa chọn", **FORMATS}, default="")
    audience = SelectMultipleField(
        "Dành cho ai", [DataRequired("Hãy chọn ít nhất một đối tượng.")], choices=dict(AUDIENCES)
    )
    topics = SelectMultipleField("Chủ đề", [DataRequired("Hãy chọn ít nhất một chủ đề.")], choices=dict(TOPICS))
    spokespersons = SelectMultipleField("Người phát ngôn", choices=dict(SPOKESPERSONS))
    partners = TextAreaField("Đơn vị phối hợp", [Length(max=2000)])
    register = SelectField("Giọng văn", choices=dict(REGISTERS))
    channels = SelectMultipleField(
        "Kênh", [DataRequired("Hãy chọn ít nhất một kênh.")], choices={kind: cls.label for kind, cls in KINDS.items()}
    )
    repeat = BooleanField("Dùng nhiều lần")
    valid_from = DayField("Dùng từ ngày", [InputRequired()])
    valid_until = DayField("Dùng đến hết ngày", [InputRequired()])
    text = TextAreaField("Nội dung gốc", [DataRequired(), Length(max=MOST_TEXT), _known_places])
    sources = FieldList(FormField(SourceForm), max_entries=MOST_SOURCES)
    translations = FieldList(FormField(TranslationForm), max_entries=MOST_TRANSLATIONS)
    picture = FileField("Ảnh", [FileSize(MOST_UPLOAD, message="Ảnh nặng hơn 20 MB; hãy chọn ảnh nhỏ hơn.")])
    picture_alt = StringField("Mô tả ảnh", [Length(max=500)])
    picture_remove = BooleanField("Bỏ ảnh này")

    @property
    def variants(self) -> dict[str, Any]:
        """The parts for the kinds of channels."""
        return {kind: self[f"variant_{kind}"] for kind in KINDS}

    def validate_valid_until(self, field: DayField) -> None:
        """The last day is not before the first."""
        if self.valid_from.data and field.data and field.data < self.valid_from.data:
            raise ValidationError("Ngày cuối phải từ ngày đầu trở đi.")

    def validate_sources(self, field: FieldList) -> None:
        """At least one row is filled in."""
        rows = [entry for entry in field if any(part.raw_data and part.raw_data[0].strip() for part in entry.form)]
        if not rows:
            raise ValidationError("Hãy ghi ít nhất một nguồn để người duyệt kiểm tra được.")

    def validate_channels(self, field: SelectMultipleField) -> None:
        """Nothing is written for a channel that the message does not go to."""
        for kind, part in self.variants.items():
            if kind not in (field.data or ()) and part.form.variant() != Variant():
                raise ValidationError(f"Có nội dung riêng cho {KINDS[kind].label} nhưng chưa chọn kênh này.")

    def validate_repeat(self, field: BooleanField) -> None:
        """What goes out again and again says it in other words each time, where the service asks for that."""
        if not field.data or _REFUSES_REPEATS not in (self.channels.data or ()):
            return
        ways = 1 + len(self.variants[_REFUSES_REPEATS].form.variant().wordings)
        if ways < WORDINGS:
            label = KINDS[_REFUSES_REPEATS].label
            raise ValidationError(
                f"Dùng nhiều lần thì {label} cần ít nhất {WORDINGS} cách nói, nay mới có {ways}; hãy viết thêm ở thẻ "
                f"{label}, mục “Cách nói khác”."
            )

    def content(self, slug: str, known: Content | None, picture: Picture | None) -> Content:
        """What was typed, as a message. What this version has no field for stays as it was in `known`."""
        others = [kind for kind in known.channels if kind not in KINDS] if known else []
        variants = {kind: known.variants[kind] for kind in others if known and kind in known.variants}
        for kind, part in self.variants.items():
            if part.form.variant() != Variant():
                variants[kind] = part.form.variant()
        return Content(
            id=slug,
            title=clean(self.title.data),
            pillar=self.pillar.data,
            audience=tuple(self.audience.data),
            topics=tuple(self.topics.data),
            register=self.register.data,
            sources=tuple(source for entry in self.sources if (source := entry.form.source())),
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            channels=(*self.channels.data, *others),
            text=clean(self.text.data),
            variants=variants,
            picture=picture,
            idea=clean(self.idea.data),
            action=clean(self.action.data),
            short=clean(self.short.data),
            format=self.format.data,
            spokespersons=tuple(self.spokespersons.data or ()),
            partners=tuple(_written((self.partners.data or "").splitlines())),
            repeat=bool(self.repeat.data),
            translations=tuple(row for entry in self.translations if (row := entry.form.translation())),
        )


for _kind in KINDS:
    setattr(MessageForm, f"variant_{_kind}", FormField(VariantForm))


def blank_values(today: date) -> dict[str, Any]:
    """What the form of a new message begins with."""
    return {
        "channels": [*KINDS],
        "audience": ["everyone"],
        "valid_from": today,
        "valid_until": today + USUAL_VALIDITY,
        "sources": [{}],
    }


# What the form shows as the message has it.
_SAME = (
    "title", "idea", "action", "short", "pillar", "format", "register", "repeat", "valid_from", "valid_until", "text",
)  # fmt: skip


def values_of(content: Content) -> dict[str, Any]:
    """What the form of a message begins with."""
    values: dict[str, Any] = {
        **{name: getattr(content, name) for name in _SAME},
        "audience": [*content.audience],
        "topics": [*content.topics],
        "spokespersons": [*content.spokespersons],
        "partners": "\n".join(content.partners),
        "channels": [kind for kind in content.channels if kind in KINDS],
        "sources": [vars(source) for source in content.sources],
        "translations": [vars(translation) for translation in content.translations],
        "picture_alt": content.picture.alt if content.picture else "",
        "seen_hash": content.content_hash,
    }
    return values | {f"variant_{kind}": vars(part) for kind, part in content.variants.items() if kind in KINDS}


def with_spare_rows(form: MessageForm) -> MessageForm:
    """Give the form empty rows to write further sources, wordings and translations into, so that it needs no
    JavaScript."""
    _add_rows(form.sources, SPARE_SOURCES)
    _add_rows(form.translations, SPARE_TRANSLATIONS)
    for part in form.variants.values():
        _add_rows(part.form.wordings, max(2, SPARE_WORDINGS - len(part.form.wordings)))
        for number, row in enumerate(part.form.wordings, start=2):
            row.label.text = f"Cách nói {number}"
    return form


def _add_rows(rows: FieldList, spare: int) -> None:
    for _ in range(min(spare, rows.max_entries - len(rows))):
        rows.append_entry()

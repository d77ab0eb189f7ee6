"""The form in which a consent is written down. What `campaign.consents` checks is not checked here again."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import BooleanField, Form, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from campaign.consents import IDENTITIES, MOST_BYTES, Terms
from campaign.panel.forms import REQUIRED, DayField, PanelForm, clean


def _ticked(sentence: str) -> DataRequired:
    return DataRequired(sentence)


def _only_with_child(form: Form, field: Any) -> None:
    """What is asked about a child must be there for a child, and for nobody else."""
    if form["is_child"].data and not field.data:
        raise ValidationError("Người kể là trẻ em thì phải có mục này.")
    if field.data and not form["is_child"].data:
        raise ValidationError("Hãy đánh dấu “Người kể là trẻ em”, hoặc bỏ trống ô này.")


class ConsentForm(PanelForm):
    """What a person agreed to. Only the most careful answers are filled in beforehand: silence is no consent."""

    seen_hash = HiddenField(validators=[DataRequired()])
    alias = StringField("Tên gọi trong câu chuyện", [DataRequired(REQUIRED), Length(max=120)])
    identity = SelectField("Mức độ nhận diện", choices=dict(IDENTITIES))
    purpose = StringField("Dùng để làm gì", [DataRequired(REQUIRED), Length(max=500)])
    channels = SelectMultipleField("Kênh mà người kể đồng ý", [DataRequired("Hãy chọn ít nhất một kênh.")], choices={})
    territory = StringField("Phạm vi địa bàn", [DataRequired(REQUIRED), Length(max=200)])
    starts_on = DayField("Từ ngày", [InputRequired(REQUIRED)])
    ends_on = DayField("Đến hết ngày", [InputRequired(REQUIRED)])
    companions = TextAreaField("Người khác có thể bị nhận ra", [Length(max=1000)])
    is_child = BooleanField("Người kể là trẻ em (dưới 16 tuổi)")
    guardian = StringField("Người đại diện đã đồng ý", [_only_with_child, Length(max=200)])
    own_word = BooleanField("Chính em cũng đồng ý, sau khi được giải thích bằng lời dễ hiểu", [_only_with_child])
    explained_by = StringField("Ai đã giải thích cho người kể", [DataRequired(REQUIRED), Length(max=200)])
    contact = StringField("Nơi liên hệ khi muốn rút đồng ý", [DataRequired(REQUIRED), Length(max=300)])
    has_read = BooleanField(
        "Người kể đã xem hoặc nghe đúng bản lời này, cùng ảnh nếu có",
        [_ticked("Hãy cho người kể xem hoặc nghe bản lời này trước khi ghi.")],
    )
    no_inducement = BooleanField(
        "Người kể tự nguyện: không bị ép buộc, không nhận tiền hay lợi ích để đồng ý",
        [_ticked("Không ghi được đồng ý nếu người kể bị ép buộc hoặc được trả lợi ích.")],
    )
    evidence = FileField(
        "Bằng chứng",
        [
            FileRequired("Hãy chọn tệp bản giấy đã ký hoặc bản ghi âm."),
            FileSize(MOST_BYTES, message=f"Tệp nặng hơn {MOST_BYTES // 1_000_000} MB; hãy thu nhỏ hoặc cắt bớt."),
        ],
    )

    def validate_ends_on(self, field: DayField) -> None:
        """The last day is not before the first."""
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError("Ngày cuối phải từ ngày đầu trở đi.")

    def terms(self) -> Terms:
        """What was typed, as the terms of a consent."""
        return Terms(
            alias=clean(self.alias.data),
            identity=self.identity.data,
            purpose=clean(self.purpose.data),
            channels=tuple(self.channels.data),
            territory=clean(self.territory.data),
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            explained_by=clean(self.explained_by.data),
            contact=clean(self.contact.data),
            no_inducement=bool(self.no_inducement.data),
            companions=clean(self.companions.data),
            guardian=clean(self.guardian.data),
        )


def blank_values(today: date) -> dict[str, Any]:
    """What the form begins with: another name, no channel, no last day."""
    return {"identity": "alias", "starts_on": today}

"""Commune loudspeakers: a script is handed to the station, a person reads it and says whether it was aired.

Nothing here goes over a network. The programme reads the words out on paper (`channels/script.py`,
`channels/script_docx.py`): no technical guide with fields or addresses of loudspeaker systems is public enough
to build on (Thông tư 39/2020/TT-BTTTT; loudspeaker.md section 1). Hours and lengths are defaults from several
localities; each station sets its own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar

from channels.base import Absent, Channel, Hours, Outgoing, Receipt, Rejected, Session, Setting, Sighting, State
from channels.script import Script, duration
from content.message import Message
from content.render import Rendered, render
from content.speech import speak

# Syllables a minute: below, listeners lose the thread; above VOV news (233), echo eats it (loudspeaker.md section 5).
RATES = range(100, 261)
REPEATS = range(1, 11)
# Seconds on air, bookends included. Below, nobody has stopped to listen; above, it no longer fits a 15-minute session.
SHORTEST, LONGEST = 30, 300

_OPENING = "Kính thưa bà con và các bạn! Mời bà con nghe bản tin của {station}."
_CLOSING = "Bản tin đến đây là hết. Cảm ơn bà con đã lắng nghe."


class Loudspeaker(Channel):
    """One loudspeaker station of a commune, read by a person on duty."""

    kind: ClassVar[str] = "loudspeaker"
    label: ClassVar[str] = "Đài truyền thanh"
    icon: ClassVar[str] = "loudspeaker"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("station", "Tên đài", "Tên đầy đủ, như người đọc sẽ xướng trên loa."),
        Setting("operator", "Người trực đài", "In sẵn ở phiếu xác nhận phát; để trống cũng được.", required=False),
        Setting(
            "reading_rate",
            "Tốc độ đọc (âm tiết mỗi phút)",
            "Đọc chậm, rõ cho loa ngoài trời: 180; đọc thường: 200; đọc như bản tin phát thanh: 233.",
            required=False,
            default="180",
        ),
        Setting(
            "repeat",
            "Số lần đọc trong một buổi",
            "Mỗi buổi phát đọc bài này mấy lần liền nhau.",
            required=False,
            default="1",
        ),
        Setting(
            "opening",
            "Lời mở đầu",
            "Câu chào trước bài; {station} được thay bằng tên đài.",
            required=False,
            default=_OPENING,
        ),
        Setting(
            "closing",
            "Lời kết",
            "Câu chào sau bài; {station} được thay bằng tên đài.",
            required=False,
            default=_CLOSING,
        ),
    )
    hours: ClassVar[Hours] = Hours(
        windows=(("05:30", "06:00"), ("17:00", "17:30")), weekdays=(0, 1, 2, 3, 4), quiet=("22:00", "05:00")
    )
    lead: ClassVar[timedelta] = timedelta(days=2)
    speaks: ClassVar[bool] = True
    reads_back: ClassVar[bool] = True
    confirmed_by_person: ClassVar[bool] = True

    @property
    def rate(self) -> int:
        """Syllables a minute at which this station reads. Raises Rejected where the setting is no such number."""
        return self._number("reading_rate", RATES)

    @property
    def repeats(self) -> int:
        """How often one script is read in a session. Raises Rejected where the setting is no such number."""
        return self._number("repeat", REPEATS)

    @property
    def opening(self) -> str:
        """The words before every script, in spoken form."""
        return self._bookend("opening")

    @property
    def closing(self) -> str:
        """The words after every script, in spoken form."""
        return self._bookend("closing")

    # -- before approval

    def compose(self, message: Message, wording: int = 0) -> Rendered:
        """The loudspeaker text in the form a person reads: numbers, dates and abbreviations written out."""
        rendered = render(message, self.kind, wording)
        text = speak(rendered.text, lexicon=self.lexicon).text
        return Rendered(title=rendered.title, description=rendered.description, text=text)

    def problems(self, outgoing: Outgoing) -> list[str]:
        """What a reader would stumble over, and a reading time (bookends included) outside 30 s to 5 minutes."""
        problems = super().problems(outgoing)
        try:
            rate, _ = self.rate, self.repeats
        except Rejected as error:
            return [*problems, str(error)]
        if not outgoing.text.strip():
            return problems
        spoken = speak("\n\n".join((self.opening, outgoing.text, self.closing)), lexicon=self.lexicon)
        problems += dict.fromkeys(warning.message for warning in spoken.warnings)
        return problems + _length_problems(spoken.seconds(rate))

    # -- delivery

    def publish(self, outgoing: Outgoing, session: Session) -> Receipt:
        """Hand the script over. The post's own key is its name: handing over again changes nothing."""
        return Receipt(
            remote_id=outgoing.key,
            state=State.HANDED_OVER,
            note="Bản đọc đã sẵn sàng để in; chờ người trực đài xác nhận đã phát.",
        )

    def find(self, outgoing: Outgoing, since: datetime, session: Session) -> Sighting:
        """Absent: the only record of a hand-over is our own ledger, and repeating it is harmless."""
        return Absent()

    def revise(self, receipt: Receipt, outgoing: Outgoing, session: Session) -> Receipt:
        """Refused: paper cannot be changed from here."""
        raise Rejected("Bản đọc đã giao cho đài; hãy báo người trực hủy bản in cũ, rồi lên lịch và in bản mới.")

    def remove(self, receipt: Receipt, session: Session) -> Receipt:
        """Refused: only the person on duty can keep a printed script from being read."""
        raise Rejected("Bản đọc đã giao cho đài; hãy báo người trực không phát và thu lại bản in.")

    # -- paper

    def script(
        self,
        outgoing: Outgoing,
        *,
        unit: str,
        zone: tzinfo,
        content_hash: str,
        approved_by: str,
        approved_on: date,
        sources: Sequence[str] = (),
    ) -> Script:
        """The script of a frozen post, ready to print. Raises ScriptError or, for a bad setting, Rejected."""
        return Script(
            station=self.options["station"],
            unit=unit,
            title=outgoing.title,
            key=outgoing.key,
            broadcast_at=outgoing.due.astimezone(zone),
            text=outgoing.text,
            opening=self.opening,
            closing=self.closing,
            rate=self.rate,
            approved_by=approved_by,
            approved_on=approved_on,
            content_hash=content_hash,
            sources=tuple(sources),
            repeats=self.repeats,
            operator=self.options["operator"],
            lexicon=self.lexicon,
        )

    def _number(self, name: str, allowed: range) -> int:
        value = self.options[name].strip()
        if not (value.isascii() and value.isdigit() and int(value) in allowed):
            label = next(setting.label for setting in self.settings if setting.name == name)
            raise Rejected(f"{label} đang là “{value}”; hãy nhập một số từ {allowed[0]} đến {allowed[-1]}.")
        return int(value)

    def _bookend(self, name: str) -> str:
        return speak(self.options[name].replace("{station}", self.options["station"]), lexicon=self.lexicon).text


def _length_problems(seconds: float) -> list[str]:
    if seconds < SHORTEST:
        return [f"Bài đọc chỉ {duration(seconds)}, ngắn hơn {SHORTEST} giây; hãy viết thêm hoặc ghép với bài khác."]
    if seconds > LONGEST:
        return [f"Bài đọc {duration(seconds)}, dài hơn {LONGEST // 60} phút; hãy rút ngắn hoặc chia thành hai bài."]
    return []

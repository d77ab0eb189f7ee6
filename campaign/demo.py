"""`lantoa demo`: a throw-away home with a real campaign on simulated services.

Nothing is painted: the past days are lived through on a clock that is set from post to post, with the same planner,
ledger and channels that run a real home, so that everything on screen has come about as it would in an office.
"""

import io
import tempfile
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from campaign import campaign_admin, channel_admin, consents, local_facts, planning, reach, workflow
from campaign.broadcasts import PERSON_KINDS, Airing, confirm
from campaign.clock import ZONE, SetClock, SystemClock, local_day
from campaign.config import FILE_NAME
from campaign.db import connected, write
from campaign.home import Home, add_user, create_home, furnish
from campaign.models import (
    AWAITING,
    Campaign,
    Channel,
    Message,
    Post,
    PostState,
    Revision,
    RevisionState,
    Unit,
    User,
)
from campaign.planner.values import Peak
from campaign.serve import panel, until_stopped, work
from campaign.workflow import Decision
from channels.simulators.facebook import GraphSimulator
from channels.simulators.server import serving
from channels.simulators.zalo import ZaloSimulator
from content.observances import OBSERVANCES
from content.placeholders import PLACEHOLDERS
from content.taxonomy import PILLARS

DAYS_BEFORE, DAYS_AFTER = 12, 18
APPROVED_OF_PILLAR = 8
CAMPAIGN = "Tháng hành động quốc gia phòng, chống HIV/AIDS"
PASSWORD = "lan-toa-2026"  # noqa: S105  the whole home is thrown away, and the password is printed
AIMS = {"facebook": 7, "zalo": 3, "loudspeaker": 10}  # posts a week
SHARES = {"knowledge": 22, "prevention": 23, "stigma": 25, "policy": 15, "examples": 15}  # per cent


@dataclass(frozen=True)
class Person:
    """A log-in of the demo and where its owner should look first."""

    login: str
    name: str
    role: str
    first: str


PEOPLE = (
    Person("bientap", "Nguyễn Thị Biên Tập", "editor", "mở Chiến dịch, xem lịch và vì sao mỗi bài nằm ở giờ đó"),
    Person("duyet", "Trần Văn Duyệt", "approver", "mở Duyệt, xem đúng lời từng kênh rồi duyệt hoặc trả lại"),
    Person("phatthanh", "Lê Thị Phát Thanh", "operator", "tải bản đọc hôm nay, rồi bấm Đã phát"),
    Person("theodoi", "Phạm Văn Theo Dõi", "reviewer", "mở Chiến dịch, chọn Tiếp cận"),
    Person("quantri", "Vũ Thị Quản Trị", "administrator", "mở Kênh, xem kết nối và giờ phát"),
)


class DemoClock(SetClock):
    """A set clock that becomes the machine's when the past has been lived through."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._live = False

    def now(self) -> datetime:
        """The set instant, or the present one."""
        return SystemClock().now() if self._live else super().now()

    def go_live(self) -> None:
        """From here on, tell the machine's time."""
        self._live = True


@dataclass
class Demo:
    """A demo that is running: its panel, its home and the simulated services."""

    address: str
    home: Home
    facebook: GraphSimulator
    zalo: ZaloSimulator
    facebook_address: str
    zalo_address: str


def run(port: int, say: Callable[[str], None]) -> None:
    """Show the demo until Ctrl-C."""
    stop = until_stopped()
    with demo(port) as running:
        say(greeting(running))
        work(running.home, stop)


@contextmanager
def demo(port: int = 0) -> Iterator[Demo]:
    """A demo home with its panel and simulators, filled with the days before today. The worker is the caller's."""
    now = SystemClock().now()
    today = local_day(now)
    clock = DemoClock(datetime.combine(today - timedelta(days=DAYS_BEFORE + 2), time(8), ZONE))
    facebook, zalo = GraphSimulator(clock.now), ZaloSimulator(clock.now, polls_until_ready=0)
    with (
        tempfile.TemporaryDirectory(prefix="lantoa-demo-", ignore_cleanup_errors=True) as folder,
        serving(facebook.app) as facebook_address,
        serving(zalo.app) as zalo_address,
    ):
        facebook.tune(permalink_base=facebook_address)
        home = _home(Path(folder) / "home", clock, facebook_address, zalo_address)
        with panel(home, port=port) as address:
            # The simulated Zalo fetches covers from the panel, as the real one would from the public address.
            home.config.values["public_url"] = address
            home.freezer.public_url = address
            with connected():
                _live_through(home, clock, facebook, zalo, now)
            clock.go_live()
            yield Demo(address, home, facebook, zalo, facebook_address, zalo_address)


def _home(folder: Path, clock: DemoClock, facebook_address: str, zalo_address: str) -> Home:
    folder.mkdir()
    lines = (
        "[services.facebook]",
        f'api_url = "{facebook_address}"',
        f'page_url = "{facebook_address}/_feed"',
        "[services.zalo]",
        f'api_url = "{zalo_address}"',
        f'oauth_url = "{zalo_address}"',
        f'page_url = "{zalo_address}/_feed"',
    )
    (folder / FILE_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return create_home(folder, clock)


def _live_through(home: Home, clock: DemoClock, facebook: GraphSimulator, zalo: ZaloSimulator, until: datetime) -> None:
    province, _ = furnish(home, "Tỉnh Mẫu", "tỉnh")
    commune = Unit.create(name="Xã Hòa Bình Mẫu", kind="xã", parent=province)
    Message.update(unit=commune).execute()
    people = {
        person.role: add_user(
            home, login=person.login, name=person.name, password=PASSWORD, unit=commune, roles=[person.role]
        )
        for person in PEOPLE
    }
    _enter_facts(people["administrator"], commune, clock)
    with write():  # once to the disk, not three times a message
        _approve_library(people["editor"], people["approver"], clock)
    _submit_story(home, people["editor"], people["approver"])
    channels = _connect(home, commune, people["administrator"], facebook, zalo)
    campaign = _plan(home, commune, people["editor"], channels, local_day(until), clock)
    _deliver_past(home, clock, people["operator"], facebook, until)
    _measure_past(home, campaign)


def _enter_facts(administrator: User, commune: Unit, clock: DemoClock) -> None:
    """What the starter messages ask of a place, invented like the place itself."""
    for name, placeholder in PLACEHOLDERS.items():
        local_facts.save(
            administrator, commune, name, placeholder.example, local_day(clock.now()), clock.now(),
            local_day(clock.now()),
        )  # fmt: skip


def _approve_library(editor: User, approver: User, clock: DemoClock) -> None:
    """Eight messages of each pillar are approved and three wait, one was returned; the rest are drafts, as they come
    with a new home. Stories of people living with HIV are left out: a real person would first have to agree."""
    of_pillar: dict[str, list[Revision]] = {pillar: [] for pillar in PILLARS}
    for revision in Revision.select().order_by(Revision.id):
        if revision.document["register"] != "testimony":
            of_pillar[revision.pillar].append(revision)
    for rows in of_pillar.values():
        for revision in rows[:APPROVED_OF_PILLAR]:
            _decide(editor, approver, revision, Decision.APPROVE, clock)
    *waiting, returned = (rows[APPROVED_OF_PILLAR] for rows in list(of_pillar.values())[:4])
    for revision in waiting:
        workflow.submit(editor, revision, clock.now())
    _decide(editor, approver, returned, Decision.RETURN, clock, "Xin thêm giờ làm việc của trạm y tế ở câu cuối.")


def _decide(
    editor: User, approver: User, revision: Revision, decision: Decision, clock: DemoClock, comment: str = ""
) -> None:  # fmt: skip
    workflow.submit(editor, revision, clock.now())
    submitted = Revision.get_by_id(revision.id)
    workflow.decide(
        approver, submitted, decision, clock.now(), seen_hash=revision.content_hash, comment=comment
    )  # fmt: skip


def _submit_story(home: Home, editor: User, approver: User) -> None:
    """A story whose teller has agreed waits for approval. Nobody told it: the record says so, its tape is silent."""
    now = home.clock.now()
    rows = Revision.select().order_by(Revision.id)
    story = next(row for row in rows if row.document["register"] == "testimony")
    today = local_day(now)
    terms = consents.Terms(
        alias="Nhân vật chạy thử, không có thật", identity="alias",
        purpose="Chạy thử chương trình; không có người kể thật", channels=tuple(story.document["channels"]),
        territory="Trong tỉnh", starts_on=today, ends_on=today + timedelta(days=90),
        explained_by="Cán bộ Trạm Y tế xã Hòa Bình Mẫu", contact="Trạm Y tế xã Hòa Bình Mẫu", no_inducement=True,
    )  # fmt: skip
    consents.record(approver, story, terms, _silence(), "ban-chay-thu.wav", home.evidence, now)
    workflow.submit(editor, story, now)


def _silence() -> bytes:
    """A second of silence, as a recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as tape:
        tape.setnchannels(1)
        tape.setsampwidth(2)
        tape.setframerate(8000)
        tape.writeframes(bytes(16000))
    return file.getvalue()


def _connect(
    home: Home, unit: Unit, administrator: User, facebook: GraphSimulator, zalo: ZaloSimulator
) -> dict[str, Channel]:
    now = home.clock.now()
    page = facebook.add_page("Xã Hòa Bình Mẫu")
    account = zalo.add_oa("UBND xã Hòa Bình Mẫu")
    rows = {
        "facebook": ("Trang Xã Hòa Bình Mẫu", {"page_id": page.id, "token": page.token, "app_secret": page.app_secret}),
        "zalo": (
            "OA Xã Hòa Bình Mẫu",
            {
                "oa_id": account.oa_id,
                "app_id": account.app_id,
                "app_secret": account.app_secret,
                "access_token": account.access_token,
                "refresh_token": account.refresh_token,
                "author": "UBND xã Hòa Bình Mẫu",
            },
        ),
        "loudspeaker": ("Đài truyền thanh xã", {"station": "Đài truyền thanh xã Hòa Bình Mẫu"}),
    }
    channels = {}
    for kind, (name, values) in rows.items():
        channel = channel_admin.create_channel(administrator, unit, kind, name, now, **_hours(kind))
        channel_admin.connect(administrator, channel, values, home.vault, home.clock)
        channels[kind] = Channel.get_by_id(channel.id)
    return channels


def _hours(kind: str) -> dict[str, Any]:
    """The defaults of the kind, but a station that speaks every day: whoever tries the demo on a Sunday sees it too."""
    if kind not in PERSON_KINDS:
        return {}
    windows = channel_admin.defaults(kind).windows
    return {"windows": [{**window, "weekdays": list(range(7))} for window in windows], "holidays": False}


def _plan(
    home: Home, unit: Unit, editor: User, channels: dict[str, Channel], today: date, clock: DemoClock
) -> Campaign:
    now = clock.now()
    starts_on, ends_on = today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AFTER)
    approved = Revision.select(Revision.message).where(Revision.state == RevisionState.APPROVED)
    aims = [campaign_admin.AimTerms((channels[kind].id,), per_week=posts) for kind, posts in AIMS.items()]
    terms = campaign_admin.Terms(
        name=CAMPAIGN,
        starts_on=starts_on,
        ends_on=ends_on,
        shares=SHARES,
        aims=aims,
        messages={row.message_id for row in approved},
        peaks=_peaks(starts_on, ends_on),
    )
    campaign = campaign_admin.create(editor, unit, terms, now)
    proposal = planning.propose(campaign, now)
    planning.apply(editor, campaign, proposal.fingerprint, now, now, home.freezer)
    return campaign


def _peaks(starts_on: date, ends_on: date) -> list[Peak]:
    """The week up to World AIDS Day, where the campaign spans it."""
    worlds = (OBSERVANCES["ngay_the_gioi"].of(year) for year in range(starts_on.year, ends_on.year + 1))
    weeks = (Peak(day.starts - timedelta(days=6), day.ends, 2, day.observance.name) for day in worlds)
    return [week for week in weeks if starts_on <= week.first and week.last <= ends_on]


def _deliver_past(home: Home, clock: DemoClock, operator: User, facebook: GraphSimulator, until: datetime) -> None:
    """Go from one due post to the next. The night before today, one request gets lost, and nobody knows whether the
    post is out: that is for the editor to settle."""
    delivery = home.delivery("demo")
    lost = _one_to_lose(until)
    while True:
        post = (
            Post.select()
            .where(Post.state.in_(AWAITING), Post.hold == "", Post.act_at <= until)
            .order_by(Post.act_at, Post.id)
            .first()
        )
        if post is None:
            break
        _confirm_aired(operator, clock, post.act_at)
        clock.set(max(clock.now(), post.act_at))
        if post.id == lost and post.state == PostState.SCHEDULED:
            facebook.fault("cut_before")
        delivery.run_due()
    _confirm_aired(operator, clock, until)
    clock.set(until)


def _one_to_lose(until: datetime) -> int | None:
    late = (
        Post.select(Post.id)
        .join(Channel)
        .where(Channel.kind == "facebook", Post.due_at < until, Post.state == PostState.SCHEDULED)
        .order_by(Post.due_at.desc())
        .first()
    )
    return late.id if late else None


def _confirm_aired(operator: User, clock: DemoClock, until: datetime) -> None:
    """The operator confirms what was due before today; once the power was out."""
    today = local_day(SystemClock().now())
    waiting = (
        Post.select()
        .join(Channel)
        .where(Channel.kind.in_(PERSON_KINDS), Post.state == PostState.HANDED_OVER, Post.due_at < until)
        .order_by(Post.due_at)
    )
    for post in list(waiting):
        if local_day(post.due_at) >= today:
            continue
        clock.set(max(clock.now(), post.due_at + timedelta(minutes=6)))
        if post.id % 7 == 3:
            confirm(operator, post, Airing(False, reason="Mất điện"), clock.now())
        else:
            confirm(operator, post, Airing(True, post.due_at + timedelta(minutes=2)), clock.now())


def _measure_past(home: Home, campaign: Campaign) -> None:
    ledger = home.ledger("demo")
    for post in reach.due_for_measuring(home.clock.now()):
        if post.campaign_id == campaign.id:
            reach.collect(post, home.adapters, ledger, home.vault)


def greeting(running: Demo) -> str:
    """What the demo prints: the address, the log-ins, and what to click first."""
    width = max(len(person.login) for person in PEOPLE)
    rows = "\n".join(f"  {person.login:<{width}}  {person.first}" for person in PEOPLE)
    return (
        f"\nLan Tỏa đang chạy thử ở {running.address}\n"
        f"\nĐăng nhập bằng một trong các tên sau; mật khẩu chung: {PASSWORD}\n{rows}\n"
        f"\nTrang Facebook mô phỏng: {running.facebook_address}/_feed/"
        f"\nZalo OA mô phỏng:        {running.zalo_address}/_feed/\n"
        "\nBấm vào đâu trước: đăng nhập bientap, mở Chiến dịch, chọn tháng hành động, rồi xem lịch."
        "\nDừng: Ctrl-C. Mọi dữ liệu chạy thử sẽ được xóa.\n"
    )

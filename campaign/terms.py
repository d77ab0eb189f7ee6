"""What a campaign is to be, as values, and what no campaign can be: one plain sentence for each."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from campaign.errors import Problem
from campaign.models import Channel
from campaign.planner.values import Exposures, Measure, Peak
from channels.registry import KINDS
from content.observances import OBSERVANCES
from content.taxonomy import PILLARS

LONGEST = 366  # days
MOST_A_WEEK: Mapping[Measure, int] = {Measure.POSTS: 50, Measure.MINUTES: 600}  # a channel
MOST_RAISED = 500  # per cent
PEAK_FACTORS = (1.1, 5.0)
MOST_FLOOR = 50  # posts of one pillar
MOST_EXPOSURES = 30
MOST_WEIGHT = 9
MOST_REST = 60  # days


@dataclass(frozen=True)
class AimTerms:
    """What one channel, or several together (ids), are to carry a week: posts or minutes on air.

    Either `per_week`, or `raise_percent` over `baseline` a week. A baseline that is None is counted in what they
    carried from `baseline_from` to `baseline_until`, local days, both included.
    """

    channels: tuple[int, ...]
    measure: Measure = Measure.POSTS
    per_week: float = 0
    raise_percent: float | None = None
    baseline: float | None = None
    baseline_from: date | None = None
    baseline_until: date | None = None
    name: str = ""


@dataclass(frozen=True)
class Terms:
    """What a campaign is to be. `shares` are weights by pillar, `floors` the fewest posts by pillar, `messages` ids,
    `weights` those of messages whose weight is not 1.

    `min_repeat_days` None scales with the length of the campaign. `anchor` is the observance that its dates follow
    (content.observances), empty for dates of its own.
    """

    name: str
    starts_on: date
    ends_on: date
    shares: Mapping[str, int]
    aims: Sequence[AimTerms]
    messages: Collection[int]
    min_repeat_days: int | None = None
    floors: Mapping[str, int] = field(default_factory=dict)
    peaks: Sequence[Peak] = ()
    exposures: Exposures = field(default=Exposures(3, 10))
    weights: Mapping[int, int] = field(default_factory=dict)
    anchor: str = ""

    @property
    def channels(self) -> list[int]:
        """The ids of all channels of the campaign, in order."""
        return sorted(channel for aim in self.aims for channel in aim.channels)


def check(terms: Terms, channels: Mapping[int, Channel]) -> None:
    """Raises Problem where no campaign can have these terms. `channels` are those that it may use, by id."""
    for part in (_frame(terms), _rules(terms), _aims(terms, channels)):
        for broken, sentence in part:
            if broken:
                raise Problem(sentence)


def _frame(terms: Terms) -> Iterator[tuple[bool, str]]:
    days = (terms.ends_on - terms.starts_on).days + 1
    yield not terms.name.strip(), "Hãy đặt tên cho chiến dịch."
    yield days < 1, "Ngày kết thúc phải bằng hoặc sau ngày bắt đầu."
    yield days > LONGEST, f"Chiến dịch dài nhất {LONGEST} ngày; hãy chia thành nhiều chiến dịch."
    yield bool(terms.anchor) and terms.anchor not in OBSERVANCES, "Không có dịp này; hãy tải lại trang."
    yield not terms.messages, "Hãy chọn ít nhất một thông điệp."


def _rules(terms: Terms) -> Iterator[tuple[bool, str]]:
    least, most = terms.exposures
    low, high = PEAK_FACTORS
    yield (
        any(terms.shares.get(pillar, 0) < 1 for pillar in PILLARS),
        "Trụ cột nào cũng cần tỷ lệ từ 1% trở lên, để không bị bỏ quên.",
    )
    yield not set(terms.floors) <= set(PILLARS), "Có trụ cột không tồn tại; hãy tải lại trang."
    yield (
        any(not 0 <= floor <= MOST_FLOOR for floor in terms.floors.values()),
        f"Số bài ít nhất của một trụ cột phải từ 0 đến {MOST_FLOOR}.",
    )
    yield (
        any(not terms.starts_on <= peak.first <= peak.last <= terms.ends_on for peak in terms.peaks),
        "Đợt cao điểm phải nằm trong thời gian chiến dịch, ngày cuối không trước ngày đầu.",
    )
    yield (
        any(not low <= peak.factor <= high for peak in terms.peaks),
        "Hệ số cao điểm phải từ 1,1 đến 5.",
    )
    yield (
        not 1 <= least <= most <= MOST_EXPOSURES,
        f"Số lần gặp một thông điệp phải từ 1 đến {MOST_EXPOSURES}, số ít nhất không quá số nhiều nhất.",
    )
    yield (
        terms.min_repeat_days is not None and not 1 <= terms.min_repeat_days <= MOST_REST,
        f"Số ngày nghỉ giữa hai lần của một thông điệp phải từ 1 đến {MOST_REST}.",
    )
    yield (
        any(not 1 <= weight <= MOST_WEIGHT for weight in terms.weights.values()),
        f"Độ ưu tiên của thông điệp phải từ 1 đến {MOST_WEIGHT}.",
    )
    yield (
        not set(terms.weights) <= set(terms.messages),
        "Có độ ưu tiên cho thông điệp không được chọn; hãy tải lại trang.",
    )


def _aims(terms: Terms, channels: Mapping[int, Channel]) -> Iterator[tuple[bool, str]]:
    counts = Counter(terms.channels)
    yield (
        not terms.aims or any(not aim.channels for aim in terms.aims),
        "Hãy chọn ít nhất một kênh và ghi số bài mỗi tuần.",
    )
    yield not set(counts) <= set(channels), "Có kênh không thuộc đơn vị của chiến dịch; hãy tải lại trang."
    yield any(count > 1 for count in counts.values()), "Mỗi kênh chỉ thuộc một mục tiêu; hãy bỏ chỗ bị trùng."
    for aim in terms.aims:
        yield from _aim(aim, [channels[channel] for channel in aim.channels])


def _aim(aim: AimTerms, channels: Sequence[Channel]) -> Iterator[tuple[bool, str]]:
    most = MOST_A_WEEK[aim.measure]
    if aim.measure == Measure.MINUTES:
        yield (
            any(not KINDS[channel.kind].confirmed_by_person for channel in channels),
            "Chỉ đài truyền thanh có mục tiêu tính bằng phút; hãy ghi số bài mỗi tuần cho các kênh khác.",
        )
    if aim.raise_percent is None:
        # Of posts a part may do: one every second week. Less than a minute is no broadcast.
        enough = aim.per_week >= 1 if aim.measure == Measure.MINUTES else aim.per_week > 0
        sentence = {
            Measure.POSTS: f"Số bài mỗi tuần của một kênh phải lớn hơn 0 và không quá {most}.",
            Measure.MINUTES: f"Số phút phát mỗi tuần của một đài phải từ 1 đến {most}.",
        }[aim.measure]
        yield not (enough and aim.per_week <= most * len(channels)), sentence
        return
    yield not 1 <= aim.raise_percent <= MOST_RAISED, f"Mức tăng phải từ 1% đến {MOST_RAISED}%."
    if aim.baseline is None:
        first, last = aim.baseline_from, aim.baseline_until
        yield (
            first is None or last is None or first > last,
            "Mục tiêu tăng cần kỳ gốc: hãy ghi số liệu mỗi tuần của kỳ gốc, hoặc ngày đầu và ngày cuối của kỳ đó.",
        )
    else:
        yield (
            not 0 < aim.baseline <= most * len(channels),
            f"Số liệu kỳ gốc phải lớn hơn 0 và không quá {most} một kênh.",
        )

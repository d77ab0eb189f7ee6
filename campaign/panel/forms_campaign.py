"""The form of a campaign. It holds what was typed, so that it can be shown again, and turns it into values, raising
Problem with one sentence where it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from campaign.errors import Problem
from campaign.models import Campaign
from campaign.panel.typed import Typed, amount, day, ids, padded, shown, whole
from campaign.planner.values import Exposures, Measure, Peak
from campaign.terms import AimTerms, Terms
from content.taxonomy import PILLARS

# What an aim says, by the value of its list: what it counts, and whether it is a raise over what was carried before.
AIM_KINDS: Mapping[str, tuple[Measure, bool]] = {
    "posts": (Measure.POSTS, False),
    "minutes": (Measure.MINUTES, False),
    "raise-posts": (Measure.POSTS, True),
    "raise-minutes": (Measure.MINUTES, True),
}
AIM_LABELS: Mapping[str, str] = {
    "posts": "bài/tuần",
    "minutes": "phút phát/tuần",
    "raise-posts": "% bài so với trước",
    "raise-minutes": "% phút so với trước",
}
WEIGHTS: Mapping[str, str] = {"2": "ưu tiên (gấp đôi)", "3": "rất ưu tiên (gấp ba)"}
# Rows that a form has at least.
GROUP_ROWS, PEAK_ROWS, WEIGHT_ROWS = 3, 5, 5


@dataclass
class AimRow:
    """An aim as typed. `amount` is posts, minutes or per cent, as `kind` says; the baseline only matters for per cent.
    `channels` and `name` are those of an aim that several channels share."""

    amount: str = "3"
    kind: str = "posts"
    baseline: str = ""
    first: str = ""
    last: str = ""
    channels: Sequence[int] = ()
    name: str = ""

    @classmethod
    def of(cls, aim: AimTerms) -> "AimRow":
        """The row as it stands for an aim."""
        is_raise = aim.raise_percent is not None
        return cls(
            amount=shown(aim.raise_percent if is_raise else aim.per_week),
            kind=f"raise-{aim.measure}" if is_raise else str(aim.measure),
            baseline=shown(aim.baseline),
            first=aim.baseline_from.isoformat() if aim.baseline_from else "",
            last=aim.baseline_until.isoformat() if aim.baseline_until else "",
            channels=aim.channels,
            name=aim.name,
        )

    @classmethod
    def typed(cls, form: Typed, key: str) -> "AimRow":
        """The row as a person sent it, its fields named after `key`: a channel's id, or "group-" and a number."""
        return cls(
            amount=form.get(f"aim-{key}", ""),
            kind=form.get(f"kind-{key}", "posts"),
            baseline=form.get(f"baseline-{key}", ""),
            first=form.get(f"from-{key}", ""),
            last=form.get(f"until-{key}", ""),
            channels=ids(form.getlist(f"channels-{key}")),
            name=form.get(f"name-{key}", ""),
        )

    def terms(self, channels: Sequence[int]) -> AimTerms:
        """The aim of these channels. Raises Problem."""
        if self.kind not in AIM_KINDS:
            raise Problem("Hãy chọn đơn vị của mục tiêu trong danh sách.")
        measure, is_raise = AIM_KINDS[self.kind]
        label = "Mức tăng" if is_raise else "Số phút mỗi tuần" if measure == Measure.MINUTES else "Số bài mỗi tuần"
        value = amount(self.amount, label)
        if not is_raise:
            return AimTerms(tuple(channels), measure, value, name=self.name.strip())
        raised = AimTerms(tuple(channels), measure, raise_percent=value, name=self.name.strip())
        if self.baseline.strip():
            return replace(raised, baseline=amount(self.baseline, "Số liệu kỳ gốc"))
        first, last = (day(text, "Kỳ gốc") if text.strip() else None for text in (self.first, self.last))
        return replace(raised, baseline_from=first, baseline_until=last)


@dataclass
class PeakRow:
    """A peak as typed."""

    name: str = ""
    first: str = ""
    last: str = ""
    factor: str = "2"

    @classmethod
    def of(cls, peak: Peak) -> "PeakRow":
        """The row as it stands for a peak."""
        return cls(peak.name, peak.first.isoformat(), peak.last.isoformat(), shown(peak.factor))

    @classmethod
    def typed(cls, form: Typed, number: int) -> "PeakRow":
        """The row as a person sent it."""
        return cls(*(form.get(f"peak-{part}-{number}", "") for part in ("name", "first", "last", "factor")))

    def terms(self) -> Peak:
        """The peak. Raises Problem."""
        first = day(self.first, "Cao điểm từ ngày")
        last = day(self.last, "Cao điểm đến hết ngày") if self.last.strip() else first
        return Peak(first, last, amount(self.factor, "Hệ số cao điểm"), self.name.strip())


@dataclass
class WeightRow:
    """A message (id) that is to come more often than others, as typed."""

    message: str = ""
    weight: str = "2"


@dataclass
class CampaignForm:
    """A campaign as typed. `aims` are those of single channels by id, `groups` those that several share;
    `whole_pillars` are pillars of which every message is chosen. There are always some empty rows to fill."""

    name: str = ""
    starts_on: str = ""
    ends_on: str = ""
    shares: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(PILLARS, "20"))
    floors: Mapping[str, str] = field(default_factory=dict)
    min_repeat_days: str = ""
    least: str = "3"
    most: str = "10"
    aims: Mapping[int, AimRow] = field(default_factory=dict)
    groups: Sequence[AimRow] = field(default_factory=lambda: [AimRow() for _ in range(GROUP_ROWS)])
    peaks: Sequence[PeakRow] = field(default_factory=lambda: [PeakRow() for _ in range(PEAK_ROWS)])
    messages: Sequence[int] = ()
    whole_pillars: Sequence[str] = ()
    weights: Sequence[WeightRow] = field(default_factory=lambda: [WeightRow() for _ in range(WEIGHT_ROWS)])
    anchor: str = ""

    @classmethod
    def of(cls, campaign: Campaign, terms: Terms) -> "CampaignForm":
        """The form as it stands for a campaign with these terms."""
        return cls(
            name=campaign.name,
            starts_on=terms.starts_on.isoformat(),
            ends_on=terms.ends_on.isoformat(),
            shares={pillar: str(terms.shares.get(pillar, "")) for pillar in PILLARS},
            floors={pillar: str(floor) for pillar, floor in terms.floors.items()},
            min_repeat_days=shown(terms.min_repeat_days),
            least=str(terms.exposures.least),
            most=str(terms.exposures.most),
            aims={aim.channels[0]: AimRow.of(aim) for aim in terms.aims if len(aim.channels) == 1},
            groups=padded([AimRow.of(aim) for aim in terms.aims if len(aim.channels) > 1], AimRow, GROUP_ROWS),
            peaks=padded([PeakRow.of(peak) for peak in terms.peaks], PeakRow, PEAK_ROWS),
            messages=list(terms.messages),
            weights=padded(
                [WeightRow(str(row), str(weight)) for row, weight in terms.weights.items()], WeightRow, WEIGHT_ROWS
            ),
            anchor=terms.anchor,
        )

    @classmethod
    def typed(cls, form: Typed) -> "CampaignForm":
        """The form as a person sent it."""
        return cls(
            name=form.get("name", ""),
            starts_on=form.get("starts_on", ""),
            ends_on=form.get("ends_on", ""),
            shares={pillar: form.get(f"share-{pillar}", "") for pillar in PILLARS},
            floors={pillar: form.get(f"floor-{pillar}", "") for pillar in PILLARS},
            min_repeat_days=form.get("min_repeat_days", ""),
            least=form.get("least", "3"),
            most=form.get("most", "10"),
            aims={channel: AimRow.typed(form, str(channel)) for channel in ids(form.getlist("channel"))},
            groups=[AimRow.typed(form, f"group-{row}") for row in ids(form.getlist("group"))],
            peaks=[PeakRow.typed(form, row) for row in ids(form.getlist("peak"))],
            messages=ids(form.getlist("message")),
            whole_pillars=[pillar for pillar in form.getlist("whole_pillar") if pillar in PILLARS],
            weights=[
                WeightRow(form.get(f"weighed-{row}", ""), form.get(f"weight-{row}", ""))
                for row in ids(form.getlist("weight"))
            ],
            anchor=form.get("anchor", ""),
        )

    def terms(self, pillar_of: Mapping[int, str]) -> Terms:
        """What the campaign is to be. `pillar_of` names the pillar of every message on offer. Raises Problem."""
        whole_pillars = {message for message, pillar in pillar_of.items() if pillar in self.whole_pillars}
        messages = whole_pillars | set(self.messages)
        weighed = [(int(row.message), row.weight) for row in self.weights if ids([row.message])]
        return Terms(
            name=self.name,
            starts_on=day(self.starts_on, "Từ ngày"),
            ends_on=day(self.ends_on, "Đến hết ngày"),
            shares=_wholes(self.shares, "Tỷ lệ"),
            floors=_wholes({pillar: floor for pillar, floor in self.floors.items() if floor.strip()}, "Ít nhất của"),
            min_repeat_days=whole(self.min_repeat_days, "Số ngày nghỉ") if self.min_repeat_days.strip() else None,
            exposures=Exposures(whole(self.least, "Gặp ít nhất"), whole(self.most, "Gặp nhiều nhất")),
            aims=self._aims(),
            peaks=[peak.terms() for peak in self.peaks if peak.name.strip() or peak.first.strip()],
            messages=messages,
            weights={row: whole(weight, "Mức ưu tiên") for row, weight in weighed if row in messages},
            anchor=self.anchor,
        )

    def _aims(self) -> list[AimTerms]:
        single = [row.terms([channel]) for channel, row in self.aims.items()]
        return single + [row.terms(row.channels) for row in self.groups if row.channels]


def _wholes(typed: Mapping[str, str], label: str) -> dict[str, int]:
    return {pillar: whole(value, f"{label} {PILLARS[pillar]}") for pillar, value in typed.items()}

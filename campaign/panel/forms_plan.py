"""The sliders of the plan page: what they may be set to, and the terms of a campaign as they stand on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from campaign.errors import Problem
from campaign.models import Channel
from campaign.panel.typed import Typed, amount, shown, whole
from campaign.planner.values import Measure, Unmet
from campaign.planning import FRESH, KEEP
from campaign.terms import MOST_A_WEEK, MOST_RAISED, PEAK_FACTORS, AimTerms, Terms

MODES: Mapping[str, str] = {KEEP: "Chỉ đổi khi cần", FRESH: "Lập lại từ đầu"}
# Sliders reach this far at least, so that there is room to raise an aim.
_POSTS, _MINUTES, _PERCENT = 14, 60, 100


@dataclass(frozen=True)
class Slider:
    """One slider with its number field: the name of the field, what is typed there, and how far the slider goes."""

    name: str
    label: str
    icons: Sequence[str]
    unit: str
    value: str
    least: float
    most: float
    step: float = 1
    note: str = ""


class Latest:
    """What a browser sends, of which the last value under a name counts: that of the button that was pressed."""

    def __init__(self, form: Typed) -> None:
        self._form = form

    def get(self, key: str, default: str) -> str:
        """The last value under a name."""
        values = self._form.getlist(key)
        return values[-1] if values else default

    def getlist(self, key: str) -> list[str]:
        """All values under a name."""
        return self._form.getlist(key)


def mode_of(form: Typed) -> str:
    """How the plan is made: `planning.KEEP` or `planning.FRESH`."""
    return FRESH if form.get("cach", KEEP) == FRESH else KEEP


def terms_of(form: Typed, stored: Terms) -> Terms:
    """The stored terms with what the sliders say. Raises Problem."""
    rest = form.get("rest", shown(stored.min_repeat_days)).strip()
    return replace(
        stored,
        aims=[_aim(form, aim) for aim in stored.aims],
        shares={pillar: whole(form.get(f"share-{pillar}", str(share)), "Tỷ lệ") for pillar, share in _shares(stored)},
        peaks=[
            replace(peak, factor=amount(form.get(f"peak-{number}", shown(peak.factor)), "Hệ số cao điểm"))
            for number, peak in enumerate(stored.peaks)
        ],
        min_repeat_days=whole(rest, "Số ngày nghỉ") if rest else None,
    )


def _shares(terms: Terms) -> list[tuple[str, int]]:
    return list(terms.shares.items())


def name_of(aim: AimTerms) -> str:
    """The name of an aim's field. Every channel has one aim, so its first channel tells it from others."""
    return f"aim-{min(aim.channels, default=0)}"


def _aim(form: Typed, aim: AimTerms) -> AimTerms:
    typed = form.get(name_of(aim), _shown(aim))
    if aim.raise_percent is not None:
        return replace(aim, raise_percent=amount(typed, "Mức tăng"))
    return replace(aim, per_week=amount(typed, "Mục tiêu mỗi tuần"))


def _shown(aim: AimTerms) -> str:
    return shown(aim.per_week if aim.raise_percent is None else aim.raise_percent)


# ---------------------------------------------------------------- what the page shows


def aim_slider(form: Typed, aim: AimTerms, channels: Mapping[int, Channel], icons: Mapping[str, str]) -> Slider:
    """The slider of an aim. `icons` by kind of channel."""
    mine = [channels[channel] for channel in sorted(aim.channels)]
    most = MOST_A_WEEK[aim.measure] * len(mine)
    counted = "phút" if aim.measure == Measure.MINUTES else "bài"
    usual = (_MINUTES if aim.measure == Measure.MINUTES else _POSTS) * len(mine)
    value = form.get(name_of(aim), _shown(aim))
    reach = max(usual, ceil(1.5 * (aim.per_week or 0)))
    is_raise = aim.raise_percent is not None
    return Slider(
        name=name_of(aim),
        label=aim.name or ", ".join(channel.name for channel in mine),
        icons=sorted({icons[channel.kind] for channel in mine}),
        unit=f"% {counted} so với trước" if is_raise else f"{counted}/tuần",
        value=value,
        least=1,
        most=min(MOST_RAISED, max(_PERCENT, ceil(1.5 * (aim.raise_percent or 0)))) if is_raise else min(most, reach),
        step=5 if is_raise else 1,
        note=", ".join(channel.name for channel in mine) if aim.name and len(mine) > 1 else "",
    )


def peak_sliders(form: Typed, terms: Terms) -> list[Slider]:
    """A slider for how dense each peak is."""
    least, most = PEAK_FACTORS
    return [
        Slider(
            name=f"peak-{number}",
            label=peak.name or "Cao điểm",
            icons=(),
            unit="dày gấp (lần)",
            value=form.get(f"peak-{number}", shown(peak.factor)),
            least=least,
            most=most,
            step=0.1,
            note=f"{peak.first:%d/%m}–{peak.last:%d/%m}" if peak.last != peak.first else f"{peak.first:%d/%m}",
        )
        for number, peak in enumerate(terms.peaks)
    ]


def lowered(unmet: Unmet, aims: Sequence[AimTerms], weeks: float, baselines: Mapping[str, float]) -> tuple[str, str]:
    """The field of an aim that is not met and the most that fits there, both empty where there is nothing to lower.
    `baselines` are those of raised aims by field."""
    aim = next((row for row in aims if set(row.channels) == set(unmet.channels)), None)
    if aim is None or unmet.aim not in set(Measure) or weeks <= 0:
        return "", ""
    weekly = unmet.planned / weeks
    if aim.raise_percent is None:
        fits = floor(weekly * 10 + 1e-9) / 10
        return (name_of(aim), shown(fits)) if fits >= (1 if aim.measure == Measure.MINUTES else 0.1) else ("", "")
    baseline = baselines.get(name_of(aim), 0)
    percent = floor((weekly / baseline - 1) * 100 + 1e-9) if baseline else 0
    return (name_of(aim), str(percent)) if percent >= 1 else ("", "")


def terms_and_problem(form: Typed, stored: Terms) -> tuple[Terms, str]:
    """The terms on the page; where they cannot be read, the stored ones and the sentence that says why."""
    try:
        return terms_of(form, stored), ""
    except Problem as problem:
        return stored, str(problem)

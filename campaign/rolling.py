"""Rolling a campaign on: the same campaign at next year's occurrence of the observance it is anchored to."""

import re
from dataclasses import replace
from datetime import date, datetime

from campaign import audit
from campaign.campaign_admin import Terms, create, terms_of
from campaign.clock import local_day
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Campaign, User
from content.observances import OBSERVANCES, Occurrence, nearest, upcoming

_YEAR = re.compile(r"\b20\d\d\b")


def next_dates(campaign: Campaign, today: date) -> tuple[date, date]:
    """The days of the campaign at the next occurrence of its observance, as far before and after it as this time.

    Raises Problem where the campaign has fixed dates.
    """
    here, there = _occurrences(campaign, today)
    return there.starts + (campaign.starts_on - here.starts), there.ends + (campaign.ends_on - here.ends)


def _occurrences(campaign: Campaign, today: date) -> tuple[Occurrence, Occurrence]:
    observance = OBSERVANCES.get(campaign.anchor)
    if observance is None:
        raise Problem("Chiến dịch này có ngày cố định; hãy sửa chiến dịch và chọn dịp để neo vào.")
    here = nearest(observance, campaign.starts_on)
    there = observance.of(here.starts.year + 1 if here.starts.year == here.ends.year else here.ends.year + 1)
    # A campaign of long ago is rolled to the occurrence that is still ahead.
    return here, there if there.ends >= today else upcoming(observance, today)


def roll_on(user: User, campaign: Campaign, now: datetime) -> Campaign:
    """A new campaign like this one, a year on: its aims, pillar mix, peaks and messages, no posts. Raises Problem."""
    terms = _rolled(campaign, *next_dates(campaign, local_day(now)))
    with write():
        if Campaign.select().where(Campaign.rolled_from == campaign).exists():
            raise Problem("Chiến dịch này đã được lập lại cho lần sau; hãy mở chiến dịch đó.")
        rolled = create(user, campaign.unit, terms, now)
        Campaign.update(rolled_from=campaign).where(Campaign.id == rolled.id).execute()
        audit.record("roll_campaign", rolled, user=user, unit=campaign.unit, now=now, rolled_from=campaign.id)
    return rolled


def _rolled(campaign: Campaign, starts_on: date, ends_on: date) -> Terms:
    """The terms of the campaign on other days. A peak stays as far from the first day; what no longer fits goes."""
    terms = terms_of(campaign)
    later = starts_on - campaign.starts_on
    moved = (replace(peak, first=peak.first + later, last=min(peak.last + later, ends_on)) for peak in terms.peaks)
    return replace(
        terms,
        name=_name(campaign, ends_on.year - campaign.ends_on.year, ends_on.year),
        starts_on=starts_on,
        ends_on=ends_on,
        peaks=[peak for peak in moved if peak.first <= peak.last],
    )


def _name(campaign: Campaign, later: int, year: int) -> str:
    """The name with its own years moved on, or the new one behind it; another year, as of an aim ("2030"), stays."""
    own = {str(day.year): str(day.year + later) for day in (campaign.starts_on, campaign.ends_on)}
    if not own.keys() & set(_YEAR.findall(campaign.name)):
        return f"{campaign.name} {year}"
    return _YEAR.sub(lambda found: own.get(found.group(), found.group()), campaign.name)

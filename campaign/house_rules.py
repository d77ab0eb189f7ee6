"""The rules of the language check as they hold in this home: the shipped ones and what its reviewers changed."""

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.models import RuleReview, User, upsert
from content import language
from content.language import RuleError, RuleSet

log = logging.getLogger(__name__)


def rules_in_force() -> RuleSet:
    """The rule set of this home. Every worker and panel of it reads the same rows."""
    rows = RuleReview.select(RuleReview.rule, RuleReview.values).order_by(RuleReview.rule)
    return _reviewed(tuple((row.rule, json.dumps(row.values, sort_keys=True)) for row in rows))


@lru_cache(maxsize=2)
def _reviewed(rows: tuple[tuple[str, str], ...]) -> RuleSet:
    return language.DEFAULT.reviewed(usable({rule: _read(json.loads(values)) for rule, values in rows}))


def usable(reviews: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """Of reviews as the rule set takes them, those that this version of the program can apply.

    An earlier one may have had rules and word classes that are gone: that must not end all checking, and all sending.
    """
    try:
        language.DEFAULT.reviewed(reviews)
    except RuleError:
        return {rule: values for rule, values in reviews.items() if _is_usable(rule, values)}
    return reviews


def _is_usable(rule: str, values: Mapping[str, Any]) -> bool:
    try:
        language.DEFAULT.reviewed({rule: values})
    except RuleError as error:
        log.warning("the review of rule %s is passed over: %s", rule, error)
        return False
    return True


def _read(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "since": date.fromisoformat(values["since"])} if "since" in values else values


def store(changes: Mapping[str, Mapping[str, Any]], user: User | None, now: datetime) -> int:
    """Take in reviewed rows: rule id to the fields that differ, dates as ISO text; gives the number that were news.

    All of them or none. Raises Problem where the rules would not hold together.
    """
    fresh = {rule: dict(values) for rule, values in changes.items() if dict(values) != _stored(rule)}
    known = usable({row.rule: _read(dict(row.values)) for row in RuleReview.select()})
    try:
        language.DEFAULT.reviewed({**known, **{rule: _read(values) for rule, values in fresh.items()}})
    except RuleError as error:
        raise Problem(str(error)) from error
    with write():
        for rule, values in fresh.items():
            row = {"rule": rule, "values": values, "user": user, "at": now}
            upsert(RuleReview, [RuleReview.rule], row)
            audit.record("review_rule", RuleReview(rule=rule), user=user, unit=None, now=now, values=values)
    return len(fresh)


def _stored(rule: str) -> dict[str, Any] | None:
    row = RuleReview.get_or_none(RuleReview.rule == rule)
    return None if row is None else dict(row.values)

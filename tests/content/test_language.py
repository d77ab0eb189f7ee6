"""The language check: every rule's examples, the pattern language, exact places, frames, registers, reviews."""

from dataclasses import replace

import pytest

from content.language import DEFAULT, Severity, check

LOUD = (Severity.ERROR, Severity.WARNING)
RULES = list(DEFAULT.rules.values())


def _register(rule):
    """The register in which a rule's examples are read: the first one that hears it."""
    return next(register for register, level in rule.severity.items() if level != Severity.OFF)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_bad_examples(rule):
    register, alone = _register(rule), replace(DEFAULT, rules={rule.id: rule})
    for example in rule.examples_bad:
        assert {found.rule for found in check(example, register, alone)} == {rule.id}, example
        # Where rules overlap, a graver one or a longer finding may speak for all.
        assert rule.severity[register] in [found.severity for found in check(example, register)] or any(
            found.severity == Severity.ERROR for found in check(example, register)
        ), example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_leaves_its_good_examples_alone(rule):
    for example in rule.examples_ok:
        found = check(example)
        assert rule.id not in {finding.rule for finding in found}, example
        assert not [finding for finding in found if finding.severity in LOUD], example

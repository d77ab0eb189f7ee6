"""The bench of delivery: what it counts is right, on a small burst."""

from pathlib import Path

import pytest

from bench.delivery import burst
from bench.delivery.effects import Effect, lost_and_doubled

POSTS = 200


@pytest.mark.timeout(120)
def test_of_posts_due_at_one_instant_each_comes_once_and_none_before_its_hour(tmp_path: Path) -> None:
    seen = burst.measure(tmp_path, "", processes=1, threads=128, posts=POSTS)

    assert (seen.lost, seen.doubled, seen.early, seen.unsettled) == (0, 0, 0, 0)
    assert len(seen.lateness) == POSTS


def test_a_task_without_effect_is_lost_and_every_further_effect_is_a_double() -> None:
    effects = [Effect(number, 0.0, 0.0) for number in (1, 1, 1, 2, 4)]

    assert lost_and_doubled(effects, tasks=4) == (1, 2)

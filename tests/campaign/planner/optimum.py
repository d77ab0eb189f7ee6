"""The least cost there is on a track, proven by CP-SAT: another method than the planner's, on the same rules.

    python -m tests.campaign.planner.optimum

proves every instance whose optimum is not stored yet, and stores each as it is proven. The planner's own solution is
given as a hint and its cost as a limit: that shortens the search and weakens no proof, since whatever is better is
still in it.
"""

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from campaign.planner.spread import cost, spread
from campaign.planner.track import Track
from tests.campaign.planner.instances import Instance, instances

STORED = Path(__file__).with_name("optima.json")


def optimum(track: Track, hint: Sequence[int], seconds: float = 1500) -> tuple[str, int]:
    """How the search ended (OPTIMAL is a proof), and the least `cost` of as many posts as the hint has."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    at = [
        [model.new_bool_var(f"{number}@{place}") for place in range(len(track.positions))]
        for number in range(len(hint))
    ]
    _keep_limits(model, track, at)
    model.minimize(_cost(model, track, at, cost(track, hint)))
    for row, place in zip(at, hint, strict=True):
        for number, here in enumerate(row):
            model.add_hint(here, number == place)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    return solver.status_name(status), round(solver.objective_value)


def _keep_limits(model: Any, track: Track, at: list[list[Any]]) -> None:
    """Every post has one place, far enough from the one before; fixed ones theirs; no day is overfull."""
    fixed = set(track.fixed)
    for row in at:
        model.add_exactly_one(row)
    for row, following in pairwise(at):
        earliest = sum(_after(track, fixed, place) * here for place, here in enumerate(row))
        model.add(sum(place * here for place, here in enumerate(following)) >= earliest)
    for place in fixed:
        model.add_exactly_one(row[place] for row in at)
    for day in sorted(set(track.days)):
        places = [place for place, other in enumerate(track.days) if other == day and place not in fixed]
        if places:
            model.add(sum(row[place] for row in at for place in places) <= track.room[places[0]])


def _cost(model: Any, track: Track, at: list[list[Any]], limit: int) -> Any:
    """The cost of the posts, which is no more than the limit."""
    count, total = len(at), track.total
    positions = [model.new_int_var(0, total, f"position {number}") for number in range(count)]
    for row, position in zip(at, positions, strict=True):
        model.add(position == sum(weight * here for weight, here in zip(track.positions, row, strict=True)))
    steps = [2 * count * (after - before) - 2 * total for before, after in pairwise(positions)]
    steps += [2 * count * positions[0] - total, 2 * count * (total - positions[-1]) - total]
    misses = [model.new_int_var(0, limit, f"miss {number}") for number in range(len(steps))]
    for miss, step in zip(misses, steps, strict=True):
        model.add_abs_equality(miss, step)
    whole = model.new_int_var(0, limit, "cost")
    model.add(whole == sum(misses))
    for number, position in enumerate(positions):  # what the misses on either side of a post add up to, at least
        ahead = 2 * count * position - (2 * number + 1) * total
        model.add(2 * ahead <= whole)
        model.add(-2 * ahead <= whole)
    return whole


def _after(track: Track, fixed: set[int], place: int) -> int:
    """From where the next post may be; fixed posts stand as near to each other as they stand."""
    following = min((other for other in fixed if other > place), default=len(track.positions))
    return min(track.after[place], following) if place in fixed else track.after[place]


def stored() -> dict[str, Any]:
    """The proven optima by seed, and how they were proven."""
    if not STORED.exists():
        return {}
    found: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


def prove(instance: Instance) -> dict[str, Any] | None:
    """The least cost of an instance as it is stored; None where no proof was found in time."""
    track = instance.track
    hint = sorted([*track.fixed, *spread(track, instance.posts)])
    status, least = optimum(track, hint)
    if status != "OPTIMAL":
        return None
    return {"digest": instance.digest, "posts": len(hint), "cost": least}


def main() -> None:
    from ortools import __version__

    optima = stored().get("optima", {})
    for each in instances():
        held = optima.get(str(each.seed), {})
        found = None if held.get("digest") == each.digest else prove(each)
        if found is not None:
            optima[str(each.seed)] = found
            _store({"proven_by": f"CP-SAT, OR-tools {__version__}, status OPTIMAL", "optima": optima})
            sys.stdout.write(f"{each.seed}: {found['cost']}\n")
            sys.stdout.flush()


def _store(proven: dict[str, Any]) -> None:
    part = STORED.with_suffix(".part")
    part.write_text(json.dumps(proven, indent=1) + "\n", encoding="utf-8")
    part.replace(STORED)


if __name__ == "__main__":
    main()

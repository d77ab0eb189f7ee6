"""A plan file: everything a plan depends on as one TOML text, without a database. `docs/plan-file.md` explains it.

Reading is strict and names all mistakes of a file at once: first those of single values (`keys`), then, where there
are none, those of values that do not fit each other (`reading`, `channels`, `messages`).
"""

from campaign.plan_file.reading import PlanFile, read_plan

__all__ = ["PlanFile", "read_plan"]

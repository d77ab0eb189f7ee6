"""Tasks: what a person of a unit must do by a day."""

from datetime import date, datetime

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Consent, Post, Task, Unit, User
from campaign.rights import need, units_where

# Kind of task: who does it (an action of campaign.rights).
KINDS = {"take_down": "plan", "answer": "consent"}


def add(
    unit: Unit, kind: str, title: str, due_on: date, now: datetime, *, post: Post | None = None,
    consent: Consent | None = None,
) -> Task:  # fmt: skip
    """A new task of a unit."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of task: {kind}")
    task: Task = Task.create(
        unit=unit, kind=kind, title=title, due_on=due_on, created_at=now, post=post, consent=consent
    )
    return task


def is_asked(kind: str, post: Post) -> bool:
    """Whether there is, or was, such a task for a post."""
    return bool(Task.select().where(Task.post == post, Task.kind == kind).exists())


def open_tasks(user: User) -> list[Task]:
    """What waits for this person, the most urgent first."""
    mine = [
        row
        for kind, action in KINDS.items()
        for row in Task.select().where(
            Task.kind == kind, Task.done_at.is_null(), Task.unit.in_(units_where(user, action))
        )
    ]
    return sorted(mine, key=lambda row: (row.due_on, row.id))


def done(user: User, task: Task, note: str, now: datetime) -> None:
    """A person has done it and says how."""
    need(user, KINDS[task.kind], task.unit)
    if not note.strip():
        raise Problem("Hãy ghi đã làm gì, để người sau còn biết.")
    with write():
        changes = {"done_at": now, "done_by": user, "note": note.strip()}
        if not Task.update(**changes).where(Task.id == task.id, Task.done_at.is_null()).execute():
            raise Problem("Việc này vừa được người khác ghi là đã xong.")
        audit.record("task_done", task, user=user, unit=task.unit, now=now, comment=note.strip())

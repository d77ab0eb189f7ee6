"""Tasks: what a person of a unit must do by a day."""

from datetime import date, datetime

from campaign import audit
from campaign.clock import local
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Channel, Consent, Post, Task, Unit, User
from campaign.rights import need, units_where
from channels import registry

# Kind of task: who does it (an action of campaign.rights).
KINDS = {"take_down": "plan", "revise": "plan", "answer": "consent"}


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


def ask_to_take_down(
    post: Post, due_on: date, now: datetime, *, why: str = "", consent: Consent | None = None
) -> Task | None:
    """The task to take down what is out; None where it was asked for before. `why` ends the title."""
    if Task.select().where(Task.post == post, Task.kind == "take_down").exists():
        return None
    channel, when = post.channel, f"{local(post.published_at or post.due_at):%d/%m/%Y}"
    what = f"Thu lại bản đọc ngày {when} ở" if is_own(channel) else f"Gỡ bài ngày {when} trên"
    return add(channel.unit, "take_down", f"{what} {channel.name}{why}", due_on, now, post=post, consent=consent)


def ask_to_revise(post: Post, due_on: date, now: datetime) -> Task | None:
    """The task to replace the words of a post on its channel; None where it waits already."""
    if Task.select().where(Task.post == post, Task.kind == "revise", Task.done_at.is_null()).exists():
        return None
    channel, when = post.channel, f"{local(post.published_at or post.due_at):%d/%m/%Y}"
    return add(channel.unit, "revise", f"Sửa lời bài ngày {when} trên {channel.name}", due_on, now, post=post)


def is_own(channel: Channel) -> bool:
    """Whether a channel is our own hands: nobody else has to take anything down."""
    return registry.KINDS[channel.kind].confirmed_by_person


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

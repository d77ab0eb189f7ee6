"""What a person must do by a day: answer whoever withdrew a consent, take down what is out."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from campaign import afterwards, tasks
from campaign.clock import local_day
from campaign.models import Task, User
from campaign.panel.access import home, rule, user
from campaign.panel.labels import Look
from campaign.rights import units_where

bp = Blueprint("tasks", __name__, url_prefix="/viec-phai-lam")

_MOST_DONE = 30


def due_look(task: Task, today: date) -> Look:
    """How the last day of an open task appears."""
    if task.due_on < today:
        return Look(f"Quá hạn {task.due_on:%d/%m/%Y}", "exclamation-octagon", "red")
    if task.due_on == today:
        return Look("Hạn hôm nay", "clock", "amber")
    return Look(f"Hạn {task.due_on:%d/%m/%Y}", "clock", "blue")


@bp.get("")
@rule("tasks")
def index() -> str:
    """The open tasks of this person, the most urgent first, and the last ones that are done."""
    today = local_day(home().clock.now())
    return render_template(
        "tasks/index.html",
        open=[(task, due_look(task, today)) for task in tasks.open_tasks(user())],
        done=_done(),
    )


def _done() -> list[Task]:
    mine = reduce(
        or_,
        ((Task.kind == kind) & Task.unit.in_(units_where(user(), action)) for kind, action in tasks.KINDS.items()),
    )
    rows = (
        Task.select(Task, User)
        .join(User)
        .where(mine, Task.done_at.is_null(False))
        .order_by(Task.done_at.desc(), Task.id.desc())
        .limit(_MOST_DONE)
    )
    return list(rows)


@bp.post("/<int:task_id>")
@rule("tasks")
def done(task_id: int) -> Any:
    """A task is done; the note says how."""
    task = Task.get_or_none(Task.id == task_id)
    if task is None:
        abort(404)
    afterwards.finish_task(user(), task, request.form.get("note", ""), home().clock.now())
    flash(f"Đã xong: {task.title}.", "success")
    return redirect(url_for("tasks.index"), 303)

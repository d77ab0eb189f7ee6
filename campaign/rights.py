"""Rights: one tree of units, one table of roles, one function that decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaign.errors import NotAllowed
from campaign.models import Membership, Unit, User


@dataclass(frozen=True)
class Role:
    """What a role is called on screen and what it may do."""

    label: str
    actions: frozenset[str]


# Actions: view (library, calendar, campaigns), write (messages), approve, plan (campaigns and their posts),
# air (today's broadcasts), facts (local facts and pronunciations), consent (the evidence of consents), tasks (what is
# to be done by a day), reach (figures), manage (units, users, channels), audit (the log).
ROLES: Mapping[str, Role] = {
    "editor": Role("Biên tập viên", frozenset({"view", "write", "plan", "facts", "tasks", "reach"})),
    "approver": Role("Người duyệt", frozenset({"view", "approve", "consent", "tasks", "reach", "audit"})),
    "operator": Role("Phát thanh viên", frozenset({"air", "facts"})),
    "reviewer": Role("Người theo dõi", frozenset({"view", "reach"})),
    "administrator": Role("Quản trị", frozenset({"view", "manage", "facts", "reach", "audit"})),
}

ACTIONS = frozenset[str]().union(*(role.actions for role in ROLES.values()))


def can(user: User, action: str, unit: Unit) -> bool:
    """Whether the user may do this to things of the unit: a role in the unit or above it must include the action."""
    if action not in ACTIONS:
        raise ValueError(f"no such action: {action}")
    if not user.active:
        return False
    chain = set(_with_ancestors(unit))
    return any(
        row.unit_id in chain and action in ROLES[row.role].actions
        for row in Membership.select().where(Membership.user == user)
    )


def need(user: User, action: str, unit: Unit) -> None:
    """Raises NotAllowed unless the user may do this in the unit."""
    if not can(user, action, unit):
        raise NotAllowed("Bạn không có quyền làm việc này.")


def units_where(user: User, action: str) -> set[int]:
    """The ids of all units in which the user may do this."""
    if not user.active:
        return set()
    roots = [
        row.unit_id for row in Membership.select().where(Membership.user == user) if action in ROLES[row.role].actions
    ]
    return subtree(roots)


def subtree(roots: Iterable[int]) -> set[int]:
    """The ids of units and of everything below them."""
    below: dict[int | None, list[int]] = {}
    for unit_id, parent_id in Unit.select(Unit.id, Unit.parent).tuples():
        below.setdefault(parent_id, []).append(unit_id)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in found:
            found.add(unit_id)
            waiting.extend(below.get(unit_id, ()))
    return found


def _with_ancestors(unit: Unit) -> Iterable[int]:
    here: Unit | None = unit
    while here is not None:
        yield here.id
        here = here.parent


def ancestors(unit: Unit) -> list[int]:
    """The ids of a unit and of everything above it: where the messages it may use come from."""
    return list(_with_ancestors(unit))

"""What several commands share: their options, the open home, and how rows are shown."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from campaign.home import Home
    from campaign.models import Unit, User


def default_home() -> Path:
    """Where a home lies if nobody says otherwise."""
    return Path.home() / "lantoa"


home_option = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path),
    envvar="LANTOA_HOME",
    default=default_home,
    show_default="~/lantoa",
    help="Thư mục nhà (hoặc đặt biến LANTOA_HOME).",
)
unit_option = click.option("--unit", "unit_id", type=int, help="Số của đơn vị (mặc định: đơn vị đầu tiên).")
json_option = click.option("--json", "as_json", is_flag=True, help="In dạng JSON cho chương trình khác đọc.")


def open_at(folder: Path) -> "Home":
    """The home in a folder, on the machine's clock."""
    from campaign.clock import SystemClock
    from campaign.home import open_home

    return open_home(folder, SystemClock())


def unit_of(unit_id: int | None) -> "Unit":
    """The unit of this number, or the first one. Raises WrongUse."""
    from campaign.errors import WrongUse
    from campaign.models import Unit

    unit: Unit | None = (
        Unit.select().order_by(Unit.id).first() if unit_id is None else Unit.get_or_none(Unit.id == unit_id)
    )
    if unit is None:
        raise WrongUse(f"Không có đơn vị số {unit_id}.")
    return unit


def user_of(login: str) -> "User":
    """The user of this log-in name. Raises WrongUse."""
    from campaign.errors import WrongUse
    from campaign.home import log_in_name
    from campaign.models import User

    person: User | None = User.get_or_none(User.login == log_in_name(login))
    if person is None:
        raise WrongUse(f'Không có người dùng "{login}"; xem lantoa user list.')
    return person


def show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows: for a program as one JSON list, for a person as one line each."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values()))

"""The channels of a home."""

from pathlib import Path

import click

from campaign import channel_admin
from campaign.adapters import is_connected
from campaign.cli.common import home_option, json_option, open_at, show, unit_of, unit_option
from campaign.db import connected
from campaign.errors import WrongUse
from campaign.models import Channel
from channels.registry import KINDS


@click.group("channel")
def channel_group() -> None:
    """Kênh."""


@channel_group.command("list")
@home_option
@json_option
def channel_list(folder: Path, as_json: bool) -> None:
    """Liệt kê kênh và tình trạng."""
    open_at(folder)
    with connected():
        rows = [
            {
                "id": row.id,
                "kind": row.kind,
                "name": row.name,
                "connected": is_connected(row),
                "paused": row.paused,
            }
            for row in Channel.select().order_by(Channel.id)
        ]
    show(rows, as_json)


@channel_group.command("add")
@home_option
@click.option("--kind", type=click.Choice(list(KINDS)), required=True, help="Loại kênh.")
@click.option("--name", prompt="Tên kênh")
@unit_option
def channel_add(folder: Path, kind: str, name: str, unit_id: int | None) -> None:
    """Thêm kênh với giờ mặc định; kết nối ở trang Kênh hoặc bằng channel connect."""
    home = open_at(folder)
    with connected():
        channel = channel_admin.create_channel(None, unit_of(unit_id), kind, name, home.clock.now())
    click.echo(f"Đã thêm kênh số {channel.id}.")


@channel_group.command("connect")
@home_option
@click.argument("channel_id", type=int)
def channel_connect(folder: Path, channel_id: int) -> None:
    """Nhập thông tin kết nối của kênh; mật khẩu không hiện trên màn hình."""
    home = open_at(folder)
    with connected():
        channel = Channel.get_or_none(Channel.id == channel_id)
        if channel is None:
            raise WrongUse(f"Không có kênh số {channel_id}; xem lantoa channel list.")
        values = {
            setting.name: click.prompt(setting.label, default="", hide_input=setting.secret, show_default=False)
            for setting in KINDS[channel.kind].settings
            if not setting.from_config
        }
        channel_admin.connect(None, channel, values, home.vault, home.clock)
    click.echo("Đã lưu thông tin kết nối.")

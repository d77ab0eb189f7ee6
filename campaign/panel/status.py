"""How the program itself does: which workers run and where, and until when each channel is connected."""

from flask import Blueprint, render_template

from campaign import workers
from campaign.ledger import PAUSED
from campaign.models import Channel, note
from campaign.panel.access import home, rule, user
from campaign.panel.labels import Look
from campaign.rights import units_where

bp = Blueprint("status", __name__)

_RUNS = Look("Đang chạy", "check-circle", "green")
_SILENT = Look("Im lặng", "wifi-off", "red")


@bp.get("/trang-thai")
@rule("view")
def index() -> str:
    """The workers of the home, and the connections of the person's channels that have an end."""
    channels = Channel.select().where(
        Channel.unit.in_(units_where(user(), "view")), Channel.login_ends_at.is_null(False)
    )
    pulses = workers.pulses(home().clock.now())
    return render_template(
        "status.html",
        workers=[(pulse, _SILENT if pulse.is_silent else _RUNS) for pulse in pulses],
        pause=note(PAUSED),
        channels=list(channels.order_by(Channel.login_ends_at, Channel.id)),
    )

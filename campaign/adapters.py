"""From a row of the channel table to the object that speaks to the service."""

from collections.abc import Mapping

from campaign.config import Config
from campaign.db import connected
from campaign.models import Channel as ChannelRow
from campaign.models import Secret, Unit
from campaign.pronunciations import lexicon_of
from channels.base import Channel, Setting
from channels.http import Http
from channels.registry import KINDS


class Adapters:
    """Makes channel objects that share one HTTP session, with service addresses from the configuration."""

    def __init__(self, config: Config, threads: int = 8) -> None:
        self._config = config
        self._http = Http(pool_size=threads)

    def of(self, row: ChannelRow) -> Channel:
        """The channel object of a row."""
        settings: Mapping[str, str] = {**row.settings, **self._config.service(row.kind)}
        if not KINDS[row.kind].speaks:
            return KINDS[row.kind](settings, self._http)
        with connected():
            return KINDS[row.kind](settings, self._http, lexicon_of(row.unit))

    def for_unit(self, kind: str, unit: Unit) -> Channel:
        """A channel object of a kind as a unit would have it: to compose words and check limits offline."""
        return KINDS[kind](self._config.service(kind), self._http, lexicon_of(unit))

    def of_kind(self, kind: str) -> Channel:
        """A channel object of a kind without a row: to compose words and check limits offline."""
        return KINDS[kind](self._config.service(kind), self._http)


def is_connected(row: ChannelRow) -> bool:
    """Whether a person has entered all that this channel needs: its public settings and its secrets."""
    return not missing_settings(row, has_secrets=Secret.select().where(Secret.channel == row).exists())


def missing_settings(row: ChannelRow, *, has_secrets: bool) -> list[Setting]:
    """What a person still has to enter before this channel is connected. Secrets are stored all at once."""
    return [
        setting
        for setting in KINDS[row.kind].settings
        if setting.required
        and not setting.from_config
        and not (has_secrets if setting.secret else row.settings.get(setting.name) or setting.default)
    ]

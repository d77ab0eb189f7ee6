"""Every kind of channel there is. A new kind is one file and one line here."""

from collections.abc import Mapping

from channels.base import Channel
from channels.facebook import FacebookPage
from channels.loudspeaker import Loudspeaker
from channels.zalo import ZaloOfficialAccount

KINDS: Mapping[str, type[Channel]] = {
    "facebook": FacebookPage,
    "zalo": ZaloOfficialAccount,
    "loudspeaker": Loudspeaker,
}

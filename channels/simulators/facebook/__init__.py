"""The Facebook Graph API for Pages, simulated. The rules it keeps are in `facebook_rules.md` beside this package."""

from channels.simulators.facebook.faults import FAULTS
from channels.simulators.facebook.simulator import GraphSimulator
from channels.simulators.facebook.store import SCOPES, Page, Photo, Post

__all__ = ["FAULTS", "SCOPES", "GraphSimulator", "Page", "Photo", "Post"]

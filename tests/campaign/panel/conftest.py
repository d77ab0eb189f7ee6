"""What the tests of the panel share."""

from datetime import date

import pytest

from campaign import campaign_admin
from campaign.campaign_admin import AimTerms, Terms
from campaign.models import Campaign
from content.taxonomy import PILLARS
from tests.campaign.world import World


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Two weeks with one message a pillar: five posts a week on Facebook, three on the loudspeaker."""
    messages = [world.approved(f"bai-{pillar}", f"Lời {pillar}.", pillar=pillar).message_id for pillar in PILLARS]
    terms = Terms(
        name="Tháng hành động",
        starts_on=date(2026, 11, 16),
        ends_on=date(2026, 11, 29),
        shares=dict.fromkeys(PILLARS, 20),
        aims=[
            AimTerms((world.channels["facebook"].id,), per_week=5),
            AimTerms((world.channels["loudspeaker"].id,), per_week=3),
        ],
        messages=messages,
        min_repeat_days=2,
    )
    return campaign_admin.create(world.people["editor"], world.unit, terms, world.clock.now())

"""A home whose channels lead to simulated services, with messages that can be approved and scheduled in a line."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask, send_file

from campaign.clock import SetClock
from campaign.home import Home
from campaign.models import Campaign, CampaignAim, CampaignChannel, Channel, Post, PostState, Revision, Unit, User
from campaign.scheduling import schedule
from campaign.workflow import Decision, create, decide, submit
from channels.simulators.facebook import GraphSimulator
from channels.simulators.server import serving
from channels.simulators.zalo import ZaloSimulator
from content.message import Message, Source, Variant

ALWAYS = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "06:00", "end": "21:00"}]


def content(slug: str, text: str, **changes: object) -> Message:
    """A small message that every kind of channel takes."""
    values: dict[str, object] = {
        "id": slug,
        "title": f"Bài {slug}",
        "pillar": "knowledge",
        "audience": ("everyone",),
        "topics": ("testing",),
        "register": "public",
        "sources": (Source("Luật Phòng, chống HIV/AIDS", 2006, date(2026, 11, 1)),),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 12, 31),
        "channels": ("facebook", "zalo", "loudspeaker"),
        "text": text,
        "variants": {"zalo": Variant(description="Mời bà con đọc.")},
    }
    return Message(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class World:
    """The parts of a test home and shortcuts through its day."""

    home: Home
    clock: SetClock
    people: dict[str, User]
    facebook: GraphSimulator
    zalo: ZaloSimulator
    channels: dict[str, Channel]
    page_id: str
    oa_id: str

    @property
    def unit(self) -> Unit:
        unit: Unit = Unit.get()
        return unit

    def approved(self, slug: str, text: str = "Xét nghiệm HIV sớm để điều trị sớm.", **changes: object) -> Revision:
        revision = create(self.people["editor"], self.unit, content(slug, text, **changes), self.clock.now())
        submit(self.people["editor"], revision, self.clock.now())
        decide(self.people["approver"], revision, Decision.APPROVE, self.clock.now(), seen_hash=revision.content_hash)
        found: Revision = Revision.get_by_id(revision.id)
        return found

    def post(self, kind: str, slug: str, due: datetime | None = None, **changes: object) -> Post:
        return schedule(
            self.home.freezer, user=self.people["editor"], campaign=None, channel=self.channels[kind],
            revision=self.approved(slug, f"Lời của {slug}.", **changes), due=due or self.clock.now(),
            now=self.clock.now(),
        )  # fmt: skip

    def aim(self, campaign: Campaign, *kinds: str, per_week: float = 7, **changes: object) -> CampaignAim:
        """Let these channels carry so many posts a week together."""
        aim: CampaignAim = CampaignAim.create(campaign=campaign, per_week=per_week, **changes)
        for kind in kinds:
            CampaignChannel.create(campaign=campaign, channel=self.channels[kind], aim=aim)
        return aim

    def deliver(self, after: timedelta = timedelta(0)) -> int:
        self.clock.advance(after)
        return self.home.delivery("thử").run_due()

    @property
    def feed(self) -> list[str]:
        """The texts that are public on the Page, oldest first."""
        posts = [post for post in self.facebook.posts(self.page_id) if post.published and not post.removed]
        return [post.message for post in sorted(posts, key=lambda post: post.created_at)]

    @property
    def shown_articles(self) -> list[str]:
        """The titles that are public on the Official Account."""
        return [article.title for article in self.zalo.articles(self.oa_id) if article.public]


def fresh(post: Post) -> Post:
    """The post as it stands in the ledger now."""
    found: Post = Post.get_by_id(post.id)
    return found


def state(post: Post) -> PostState:
    """The state of the post now."""
    return PostState(fresh(post).state)


def build(home: Home, clock: SetClock, people: dict[str, User], stack: ExitStack) -> World:
    """A world whose services run until the stack is closed."""
    facebook, zalo = GraphSimulator(clock.now), ZaloSimulator(clock.now, polls_until_ready=0)
    facebook_url = stack.enter_context(serving(facebook.app))
    zalo_url = stack.enter_context(serving(zalo.app))
    home.freezer.public_url = stack.enter_context(serving(covers(home)))
    home.config.values.update(
        {
            "services.facebook.api_url": facebook_url,
            "services.zalo.api_url": zalo_url,
            "services.zalo.oauth_url": zalo_url,
        }
    )
    page, account = facebook.add_page("Xã Thử"), zalo.add_oa("Xã Thử")
    channels = {
        "facebook": _channel(home, clock, "facebook", {"page_id": page.id}, {"token": page.token}),
        "zalo": _channel(
            home,
            clock,
            "zalo",
            {"oa_id": account.oa_id, "app_id": account.app_id, "author": "Xã Thử"},
            {
                "app_secret": account.app_secret,
                "access_token": account.access_token,
                "refresh_token": account.refresh_token,
            },
        ),
        "loudspeaker": _channel(home, clock, "loudspeaker", {"station": "Đài xã Thử"}, {}),
    }
    return World(home, clock, people, facebook, zalo, channels, page.id, account.oa_id)


def _channel(home: Home, clock: SetClock, kind: str, settings: dict[str, str], secrets: dict[str, str]) -> Channel:
    channel: Channel = Channel.create(
        unit=Unit.get(), kind=kind, name=f"Kênh {kind}", settings=settings, windows=ALWAYS, quiet=["21:00", "06:00"],
        min_gap_minutes=0, max_per_day=50, grace_minutes=120, created_at=clock.now(),
    )  # fmt: skip
    if secrets:
        home.vault.store(channel, secrets, clock)
    return channel


def covers(home: Home) -> Flask:
    app = Flask("covers", static_folder=None)

    @app.get("/media/<name>")
    def cover(name: str):  # type: ignore[no-untyped-def]
        return send_file(home.store.path(name.partition(".")[0]))

    return app

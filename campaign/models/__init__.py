"""The tables. What a row means stands here; what may be done with it stands in the module that does it."""

from campaign.models.afterwards import Amendment, Edition
from campaign.models.channels import Channel, Secret
from campaign.models.messages import (
    Consent,
    LocalFact,
    MediaFile,
    Message,
    Pack,
    PackItem,
    Pronunciation,
    Revision,
    RevisionState,
    RuleReview,
    Verdict,
    Waiver,
)
from campaign.models.people import Audit, Login, Membership, Unit, User
from campaign.models.posts import (
    AWAITING,
    AppliedPlan,
    Attempt,
    Campaign,
    CampaignAim,
    CampaignChannel,
    CampaignMessage,
    Confirmation,
    Post,
    PostState,
    Step,
    Task,
)
from campaign.models.results import Note, Reach, Worker, note, set_note
from campaign.models.table import Table, upsert

TABLES: tuple[type[Table], ...] = (
    Unit, User, Membership, Login, Audit, MediaFile, Message, Revision, Verdict, Channel, Secret, Campaign, CampaignAim,
    CampaignChannel, CampaignMessage, Post, Attempt, Step, Confirmation, Reach, Worker, Note, Waiver, RuleReview,
    LocalFact, Pronunciation, Consent, Pack, PackItem, Task, AppliedPlan, Amendment, Edition,
)  # fmt: skip

__all__ = [
    "AWAITING",
    "TABLES",
    "Amendment",
    "AppliedPlan",
    "Attempt",
    "Audit",
    "Campaign",
    "CampaignAim",
    "CampaignChannel",
    "CampaignMessage",
    "Channel",
    "Confirmation",
    "Consent",
    "Edition",
    "LocalFact",
    "Login",
    "MediaFile",
    "Membership",
    "Message",
    "Note",
    "Pack",
    "PackItem",
    "Post",
    "PostState",
    "Pronunciation",
    "Reach",
    "Revision",
    "RevisionState",
    "RuleReview",
    "Secret",
    "Step",
    "Table",
    "Task",
    "Unit",
    "User",
    "Verdict",
    "Waiver",
    "Worker",
    "note",
    "set_note",
    "upsert",
]

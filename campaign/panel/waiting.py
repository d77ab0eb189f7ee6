"""What waits for the person who is signed in, as queries: the menu counts them, the pages list them."""

from typing import Any

from peewee import JOIN, fn

from campaign import tokens
from campaign.models import Channel, Message, Post, PostState, Revision, RevisionState, User
from campaign.panel.access import home, user
from campaign.rights import units_where

# A post in one of these states stays where it is until a person decides.
TROUBLED = (PostState.FAILED, PostState.MISSED)


def to_approve() -> Any:
    """Submitted revisions that this person may decide on: in their units, and neither written nor sent by them."""
    return _revisions().where(
        Revision.state == RevisionState.SUBMITTED,
        Message.unit.in_(units_where(user(), "approve")),
        ~_mine(),
    )


def sent_by_me() -> Any:
    """This person's revisions that wait for somebody else."""
    return _revisions().where(Revision.state == RevisionState.SUBMITTED, _mine())


def returned_to_me() -> Any:
    """This person's revisions that came back, as long as nobody has written a newer one."""
    newer = Revision.alias()
    overtaken = newer.select().where(newer.message == Revision.message, newer.number > Revision.number)
    came_back = Revision.state.in_((RevisionState.RETURNED, RevisionState.REJECTED))
    return _revisions().where(came_back, _mine(), ~fn.EXISTS(overtaken))


def troubled_posts() -> Any:
    """Posts that failed, were missed, are in doubt or are held, on channels this person plans for. A doubt about a post
    whose hour has not come needs nobody yet."""
    is_unsure = (Post.state == PostState.UNSURE) & (Post.due_at <= home().clock.now())
    is_held = (Post.state == PostState.SCHEDULED) & (Post.hold != "")
    return (
        Post.select(Post, Channel, Revision.id, Revision.title)
        .join(Channel)
        .switch(Post)
        .join(Revision)
        .where(Channel.unit.in_(units_where(user(), "plan")), Post.state.in_(TROUBLED) | is_unsure | is_held)
    )


def ending_connections() -> Any:
    """Channels that speak still, and that must be connected anew within days, in the units this person answers for."""
    units = units_where(user(), "plan") | units_where(user(), "manage")
    return Channel.select().where(Channel.unit.in_(units), tokens.ends_soon(home().clock.now()))


def _revisions() -> Any:
    return (
        Revision.select(Revision, Message, User)
        .join(Message)
        .switch(Revision)
        .join(User, JOIN.LEFT_OUTER, on=(Revision.submitted_by == User.id))
    )


def _mine() -> Any:
    me = user()
    by_me = [(field == me) & field.is_null(False) for field in (Revision.author, Revision.submitted_by)]
    return by_me[0] | by_me[1]

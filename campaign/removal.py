"""Having a service drop a post, without ever taking a lost answer for a refusal or for success."""

from channels.base import Channel, NeedsLogin, RateLimited, Receipt, Rejected, Session, State

_ASKED = "asked_to_remove"


def remove(adapter: Channel, receipt: Receipt, session: Session) -> None:
    """Take a post down at its service, or withdraw it there. Raises a ChannelError.

    That the service shows no such post means that it is down only where an earlier request of ours, whose answer was
    lost, has asked for it; else it may be up and closed to us, and a person has to look.
    """
    before = session.saved(_ASKED) or ""
    session.save(_ASKED, receipt.remote_id)
    try:
        adapter.remove(receipt, session)
    except (NeedsLogin, RateLimited):
        session.save(_ASKED, before)
        raise
    except Rejected:
        if before == receipt.remote_id and adapter.refresh(receipt, session).state is State.REMOVED:
            return
        session.save(_ASKED, "")
        raise

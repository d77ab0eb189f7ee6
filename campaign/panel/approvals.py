"""Approvals: what waits for whom, and the page on which a person decides about exactly one text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from campaign import audit, clearance, workflow
from campaign.clock import local_day
from campaign.errors import Problem
from campaign.models import Revision, RevisionState, User, Verdict
from campaign.panel import waiting
from campaign.panel.access import actions, fetch, home, may, rule, user
from campaign.panel.findings import standing
from campaign.panel.forms import DecisionForm
from campaign.panel.previews import NAMES, differences, last_approved, previews, refusals
from campaign.workflow import Decision, content_of

bp = Blueprint("approvals", __name__)

PAGE = 30
DONE = {
    Decision.APPROVE: "Đã duyệt “{title}”.",
    Decision.RETURN: "Đã trả lại “{title}” để sửa.",
    Decision.REJECT: "Đã từ chối “{title}”.",
}
OWN = "Bạn đã viết hoặc gửi bản này; người khác phải duyệt."


@dataclass(frozen=True)
class Tab:
    """One list of the page: its name in the address, its words, who has use for it and what stands in it."""

    name: str
    label: str
    action: str
    query: Callable[[], Any]
    empty: str


TABS = (
    Tab("cho-toi", "Cần tôi duyệt", "approve", waiting.to_approve, "Không có bản nào chờ bạn duyệt."),
    Tab("toi-gui", "Tôi gửi", "write", waiting.sent_by_me, "Bạn không có bản nào đang chờ người khác duyệt."),
    Tab("tra-lai", "Bị trả lại", "write", waiting.returned_to_me, "Không có bản nào bị trả lại cho bạn."),
)


@bp.get("/duyet")
@rule("view")
def index() -> str:
    """What waits for this person, or for others on their behalf; what has waited longest first."""
    tabs = [tab for tab in TABS if tab.action in actions()] or list(TABS[:1])
    here = next((tab for tab in tabs if tab.name == request.args.get("muc")), tabs[0])
    after = request.args.get("sau", default=0, type=int)
    rows = list(here.query().where(Revision.id > after).order_by(Revision.id).limit(PAGE + 1))
    return render_template(
        "approvals/index.html",
        tabs=[(url_for("approvals.index", muc=tab.name), tab.label, tab.query().count(), tab is here) for tab in tabs],
        here=here,
        rows=rows[:PAGE],
        verdicts=_last_verdicts(rows[:PAGE]) if here.name == "tra-lai" else {},
        first=url_for("approvals.index", muc=here.name) if after else None,
        further=url_for("approvals.index", muc=here.name, sau=rows[PAGE - 1].id) if len(rows) > PAGE else None,
    )


def _last_verdicts(rows: list[Revision]) -> dict[int, Verdict]:
    found = Verdict.select(Verdict, User).join(User).where(Verdict.revision.in_(rows)).order_by(Verdict.id)
    return {verdict.revision_id: verdict for verdict in found} if rows else {}


@bp.get("/duyet/<int:revision_id>")
@rule("view")
def show(revision_id: int) -> Any:
    """One revision as its channels will carry it, with everything that the decision needs."""
    revision = fetch(Revision, revision_id, "view")
    return _page(revision, DecisionForm(seen_hash=revision.content_hash, formdata=None))


@bp.post("/duyet/<int:revision_id>")
@rule("approve")
def decide(revision_id: int) -> Any:
    """Approve, return or reject exactly the text that was seen."""
    revision = fetch(Revision, revision_id, "approve")
    form = DecisionForm()
    try:
        decision = Decision(request.form.get("decision", ""))
    except ValueError:
        return _page(revision, form, "Hãy bấm một trong ba nút: duyệt, trả lại hoặc từ chối.", 422)
    if not form.validate():
        return _page(revision, form, "Nhận xét dài quá 4.000 ký tự; hãy rút ngắn.", 422)
    is_as_seen = form.seen_hash.data == revision.content_hash
    refused = (
        refusals(content_of(revision), revision.message.unit) if is_as_seen and decision is Decision.APPROVE else []
    )
    if refused:
        return _page(revision, form, f"{refused[0]} Hãy trả lại để sửa.", 409)
    try:
        workflow.decide(
            user(), revision, decision, home().clock.now(),
            seen_hash=form.seen_hash.data, comment=form.comment.data or "",
        )  # fmt: skip
    except Problem as problem:
        return _page(revision, form, str(problem), 409)
    flash(DONE[decision].format(title=revision.title), "success")
    return redirect(url_for("approvals.index"), 303)


@bp.post("/duyet/<int:revision_id>/bo-qua")
@rule("approve")
def waive(revision_id: int) -> Any:
    """Let the findings of one rule pass in exactly the text that was seen, for a reason."""
    revision = fetch(Revision, revision_id, "approve")
    form = DecisionForm()
    if form.seen_hash.data != revision.content_hash:
        raise Problem("Bản này đã thay đổi sau khi bạn mở; hãy xem lại rồi quyết định.")
    if user().id in audit.writers(revision):
        raise Problem(OWN)
    found = request.form.get("rule", "")
    clearance.waive(user(), revision, found, form.comment.data or "", home().clock.now())
    flash("Đã ghi lý do và bỏ qua cảnh báo này trong đúng bản đang xem.", "success")
    return redirect(url_for("approvals.show", revision_id=revision.id, _anchor="findings"), 303)


def _page(revision: Revision, form: DecisionForm, sentence: str = "", code: int = 200) -> Any:
    content = content_of(revision)
    before = last_approved(revision)
    stands = standing(revision, content, local_day(home().clock.now()))
    form.seen_hash.data = revision.content_hash
    page = render_template(
        "approvals/show.html",
        revision=revision,
        message=revision.message,
        content=content,
        standing=stands,
        waives=_waives(revision),
        previews=previews(content, revision.message.unit, stands.rules),
        before=before,
        differences=differences(content_of(before), content) if before else [],
        verdicts=list(
            Verdict.select(Verdict, User).join(User).where(Verdict.revision == revision).order_by(Verdict.id.desc())
        ),
        form=form,
        obstacle=_obstacle(revision),
        sentence=sentence,
        **NAMES,
    )
    return make_response(page, code)


def _obstacle(revision: Revision) -> str:
    """Why this person cannot decide now, or nothing."""
    if revision.state != RevisionState.SUBMITTED:
        return "Bản này hiện không chờ duyệt."
    if not may("approve", revision):
        return "Bạn không có quyền duyệt ở đơn vị này."
    if user().id in audit.writers(revision):
        return OWN
    return ""


def _waives(revision: Revision) -> bool:
    """Whether this person may let findings pass: also in an approved text that a newer rule holds back."""
    states = (RevisionState.SUBMITTED, RevisionState.APPROVED)
    return revision.state in states and may("approve", revision) and user().id not in audit.writers(revision)

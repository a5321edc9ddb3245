"""Reviews: submit, look, decide; and the routes they go along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from registry_app.cli.desk import opened, say
from registry_app.cli.options import Reason, Room, Version
from registry_app.cli.policy import verdicts_text, waivers_text
from registry_app.cli.table import day, heading, listing, short, table, words
from registry_app.errors import UsageError
from registry_app.text import counted

if TYPE_CHECKING:
    from registry_app.reviews.facts import Stage
    from registry_app.reviews.views import ReviewDetail

review_app = Room(help="Reviews: submit a version, look at what is asked, and sign a decision.")
route_app = Room(help="Routes: the stages, roles and quorum a risk tier needs. Two people change one.")

Comment = Annotated[str, typer.Option("--comment", help="What you have to say; it is kept, sealed.")]
Subject = Annotated[
    str, typer.Option("--subject", metavar="DIGEST", help="Refuse unless exactly this is signed (for scripts).")
]


@review_app.command("list")
def list_reviews(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="All open reviews, not only yours.")] = False,
) -> None:
    """List what waits for you, oldest first.

    Example: registry-app review list --all
    """
    from registry_app.reviews.views import Inbox

    with opened(ctx) as desk:
        found = desk.ask(Inbox(everything))
        rows = [
            (e.version, e.tier, e.stage, e.lacking, e.submitter, day(e.submitted), e.why_you or e.why_not)
            for e in found
        ]
        heads = ("version", "tier", "stage", "lacks", "submitted by", "on", "you")
        empty = "No review is open." if everything else "Nothing waits for you."
        desk.show(found, lambda: table(heads, rows, empty))


@review_app.command("show")
def show_review(ctx: typer.Context, version: Version) -> None:
    """Show the reviews of a version, newest first: what would be signed, decisions, comments, verdicts.

    Example: registry-app review show credit-risk:3
    """
    from registry_app.policy.views import VerdictsOf, WaiversOf
    from registry_app.reviews.views import ReviewsOf

    with opened(ctx) as desk:
        reviews = desk.ask(ReviewsOf(version))
        verdicts, waivers = desk.ask(VerdictsOf(version)), desk.ask(WaiversOf(version))

        def text() -> str:
            shown = "\n\n".join(_review_text(each) for each in reviews) or "It was never submitted."
            return f"{shown}\n\n{heading('Verdicts')}\n{verdicts_text(verdicts)}{waivers_text(waivers)}"

        desk.show({"reviews": reviews, "verdicts": verdicts, "waivers": waivers}, text)


@review_app.command("submit")
def submit(
    ctx: typer.Context, version: Version, note: Annotated[str, typer.Option("--note", help="For the reviewers.")] = ""
) -> None:
    """Submit a version for review. Every adopted pack is checked first, and the verdicts are signed with it.

    Example: registry-app review submit credit-risk:3 --note "retrained on 2026 data"
    """
    from registry_app.policy.views import VerdictsOf
    from registry_app.reviews.actions import Submit

    with opened(ctx) as desk:
        receipt = desk.workspace.run(Submit(version, note))
        verdicts = desk.ask(VerdictsOf(version))
        desk.receipt(receipt, verdicts_text(verdicts), review=str(getattr(receipt.facts[-1], "review", "")))


@review_app.command("approve")
def approve(ctx: typer.Context, version: Version, comment: Comment = "", subject: Subject = "") -> None:
    """Approve, at the stage that waits. Shows what is signed, and asks for your passphrase again.

    Example: registry-app review approve credit-risk:3 --comment "limits hold on the new data"
    """
    _decide(ctx, version, "approve", comment, "", subject)


@review_app.command("approve-with-conditions")
def approve_with_conditions(
    ctx: typer.Context,
    version: Version,
    conditions: Annotated[str, typer.Option("--conditions", help="What must be done, and by when.")],
    comment: Comment = "",
    subject: Subject = "",
) -> None:
    """Approve with conditions, at the stage that waits.

    Example: registry-app review approve-with-conditions credit-risk:3 --conditions "monitor drift monthly"
    """
    _decide(ctx, version, "approve_with_conditions", comment, conditions, subject)


@review_app.command("request-changes")
def request_changes(ctx: typer.Context, version: Version, comment: Comment, subject: Subject = "") -> None:
    """Send a version back for changes; the comment says which.

    Example: registry-app review request-changes credit-risk:3 --comment "explain the gap by age"
    """
    _decide(ctx, version, "request_changes", comment, "", subject)


@review_app.command("reject")
def reject(ctx: typer.Context, version: Version, comment: Comment, subject: Subject = "") -> None:
    """Reject a version; the comment says why.

    Example: registry-app review reject credit-risk:3 --comment "trained on data without a licence"
    """
    _decide(ctx, version, "reject", comment, "", subject)


@review_app.command("comment")
def comment(
    ctx: typer.Context, version: Version, words_: Annotated[str, typer.Argument(metavar="WORDS", help="What you say.")]
) -> None:
    """Say something within an open review. It becomes part of what is signed from here on.

    Example: registry-app review comment credit-risk:3 "why is recall lower than last time?"
    """
    from registry_app.reviews.actions import Comment as Say

    with opened(ctx) as desk:
        desk.do(Say(version, words_))


@review_app.command("withdraw")
def withdraw(ctx: typer.Context, version: Version, reason: Reason = "") -> None:
    """Take a version back from review.

    Example: registry-app review withdraw credit-risk:3 --reason "wrong artifact"
    """
    from registry_app.reviews.actions import Withdraw

    with opened(ctx) as desk:
        desk.do(Withdraw(version, reason))


@route_app.command("list")
def list_routes(ctx: typer.Context) -> None:
    """List the route of each risk tier, and proposals that wait for a second person.

    Example: registry-app route list
    """
    from registry_app.reviews.views import Routes

    with opened(ctx) as desk:
        found = desk.ask(Routes())
        rows = [
            (e.tier, _stages(e.stages), f"proposed by {e.author}" if e.proposal else "holds", e.proposal or "-")
            for e in found
        ]
        desk.show(found, lambda: table(("tier", "stages", "state", "proposal"), rows))


@route_app.command("propose")
def propose(
    ctx: typer.Context,
    tier: Annotated[str, typer.Argument(metavar="TIER", help="low, medium, high or critical.")],
    stage: Annotated[
        list[str], typer.Option("--stage", metavar="NAME=ROLE[:QUORUM]", help="A stage, in order; repeatable.")
    ],
    reason: Reason,
) -> None:
    """Propose another route for a tier; a second person confirms it.

    Example: registry-app route propose high --stage validation=validator:2 --stage "risk acceptance=risk_officer"
    --reason "four eyes"
    """
    from registry_app.reviews.actions import ProposeRoute

    stages = tuple(_stage(each) for each in stage)
    with opened(ctx) as desk:
        desk.do(ProposeRoute(tier, stages, reason), lambda receipt: str(getattr(receipt.facts[0], "proposal", "")))


@route_app.command("confirm")
def confirm(
    ctx: typer.Context, proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id: see 'route list'.")]
) -> None:
    """Confirm a route that somebody else proposed.

    Example: registry-app route confirm 019aa5e2-5b1c-7c3e-8b8e-2f1d6a9c0b11
    """
    from registry_app.reviews.actions import ConfirmRoute

    with opened(ctx) as desk:
        desk.do(ConfirmRoute(proposal))


def _decide(ctx: typer.Context, version: str, outcome: str, comment: str, conditions: str, subject: str) -> None:
    """Show what will be signed on stderr, ask for the passphrase, and sign exactly that."""
    from registry_app.policy.views import VerdictsOf, WaiversOf
    from registry_app.reviews.actions import Decide
    from registry_app.reviews.facts import MEANINGS
    from registry_app.reviews.views import ReviewsOf

    with opened(ctx) as desk:
        head = desk.workspace.head()
        found = [each for each in desk.ask(ReviewsOf(version)) if each.summary.state == "open"]
        if not found:
            raise UsageError(
                f"There is no open review of {version[:140]!r}.", "See 'registry-app review show' for those that ended."
            )
        shown = found[0]
        say(_review_text(shown))
        say(f"\nVerdicts\n{verdicts_text(desk.ask(VerdictsOf(version)))}{waivers_text(desk.ask(WaiversOf(version)))}\n")
        if not shown.summary.why_not:
            say(f"You sign '{MEANINGS[outcome]}' over sha256:{subject or shown.subject}.")
        action = Decide(shown.summary.id, outcome, comment, conditions, subject or shown.subject)
        receipt = desk.workspace.run(action, passphrase=desk.again(MEANINGS[outcome]), seen=head)
        now = next(each for each in desk.ask(ReviewsOf(version)) if each.summary.id == shown.summary.id)
        after = f"waits at the stage '{now.summary.stage}'" if now.standing == "open" else words(now.standing)
        desk.receipt(receipt, f"{shown.summary.version} {after}", state=now.standing, stage=now.summary.stage)


def _review_text(found: ReviewDetail) -> str:
    summary = found.summary
    about = listing(
        [
            ("review", f"{summary.version}, {words(found.standing)}"),
            ("submitted", f"{summary.submitted} by {summary.submitter}"),
            ("note", found.note),
            ("route", f"{summary.tier}: {_stages(found.stages)}"),
            (
                "waits at",
                f"{summary.stage}, lacks {counted(summary.lacking, words(summary.role))}" if summary.stage else "",
            ),
            ("gate", found.gate or ("open" if summary.state == "open" else "")),
            ("you", summary.why_you or summary.why_not),
            ("subject" if summary.state == "open" else "subject now", f"sha256:{found.subject}"),
        ]
    )
    parts = [(part.kind, part.id, short(part.digest)) for part in found.parts]
    title = "What is signed" if summary.state == "open" else "What a decision would cover now"
    texts = [about, f"{heading(title)}\n{table(('part', 'id', 'sha256'), parts)}"]
    if found.decisions:
        rows = [
            (
                each.time[:16],
                each.person,
                each.stage,
                words(each.outcome),
                "; ".join(each.lapsed) or "stands",
                each.conditions or each.comment or "-",
            )
            for each in found.decisions
        ]
        texts.append(f"{heading('Decisions')}\n{table(('on', 'by', 'stage', 'decision', 'now', 'words'), rows)}")
    if found.comments:
        said = [(each.time[:16], each.person, each.text) for each in found.comments]
        texts.append(f"{heading('Comments')}\n{table(('on', 'by', 'comment'), said)}")
    return "\n\n".join(texts)


def _stages(stages: tuple[Stage, ...]) -> str:
    return ", then ".join(f"{stage.name} ({counted(stage.quorum, words(stage.role))})" for stage in stages)


def _stage(given: str) -> Stage:
    from registry_app.reviews.facts import Stage

    name, equals, rest = given.partition("=")
    role, _, quorum = rest.partition(":")
    if (
        not equals
        or not name
        or not role
        or (quorum and not (quorum.isascii() and quorum.isdecimal() and len(quorum) < 4))
    ):
        raise UsageError(
            f"--stage {given[:60]!r} is not of the form NAME=ROLE:QUORUM.", "Write validation=validator:2."
        )
    return Stage(name, role.replace("-", "_"), int(quorum or 1))

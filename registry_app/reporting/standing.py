"""Where a version stands, in words, and what is missing. Never says that a law or a pack is complied with."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.evidence.views import EvidenceDetail
from registry_app.measure.figure import waiver_of
from registry_app.models.shapes import VersionDetail
from registry_app.policy.views import VerdictLine
from registry_app.reporting.content import MissingLine, ModelLine, PackLine, StateLine
from registry_app.reviews.facts import APPROVING
from registry_app.reviews.views import ReviewDetail

EXPECTED = ("performance", "fairness", "explanation")
"""Kinds of evidence whose absence is said; the others are there when somebody measured them."""

_OF_NO_DATA = ("explanation", "load")
"""Kinds that are not measured on a registered dataset as it lies."""

TITLES = {
    "approved": ("Approved", "good"),
    "approved_with_conditions": ("Approved with conditions", "good"),
    "open": ("In review", "warn"),
    "changes_requested": ("Sent back for changes", "bad"),
    "rejected": ("Rejected", "bad"),
    "withdrawn": ("Withdrawn from review", "plain"),
    "lapsed": ("Approval has lapsed", "bad"),
    "none": ("Not submitted for review", "plain"),
}
"""What the pill says, and its tone."""


def state_of(reviews: Sequence[ReviewDetail]) -> StateLine:
    """Where the newest review has come to."""
    if not reviews:
        return StateLine("none", *_titled("none", "Nobody has been asked to review this version."))
    newest = reviews[0]
    word = newest.standing if newest.standing in TITLES else "open"
    signers = [line.person for line in newest.decisions if line.outcome in APPROVING and not line.lapsed]
    last = max(newest.decisions, key=lambda line: line.seq, default=None)
    if word == "open":
        stage = newest.summary
        if stage.stage:
            many = "approval is" if stage.lacking == 1 else "approvals are"
            sentence = f"It waits at the stage '{stage.stage}': {stage.lacking} {many} needed from a {stage.role}."
        else:
            sentence = "It waits for a decision."
    elif word in ("approved", "approved_with_conditions"):
        sentence = f"Signed by {_listed(signers)}, over exactly the evidence in this dossier."
    elif word == "lapsed":
        sentence = "What was signed is not what stands here now; the next page says what has changed."
    elif word == "withdrawn":
        sentence = "The owner took the version back from review."
    else:
        sentence = f"Decided by {last.person} on {last.time[:10]}." if last else "Decided."
    return StateLine(word, *_titled(word, sentence))


def missing_of(
    model: ModelLine,
    version: VersionDetail,
    evidence: Sequence[EvidenceDetail],
    verdicts: Sequence[VerdictLine],
    packs: Sequence[PackLine],
    reviews: Sequence[ReviewDetail],
) -> tuple[MissingLine, ...]:
    """Everything that is absent, open, shredded or has lapsed; the grave ones first."""
    found = [*_evidence(evidence), *_verdicts(verdicts, packs), *_reviews(reviews), *_entry(model, version)]
    return tuple(sorted(found, key=lambda line: not line.grave))


def _evidence(evidence: Sequence[EvidenceDetail]) -> list[MissingLine]:
    kinds = {item.summary.kind for item in evidence}
    found = [
        MissingLine(f"{kind.capitalize()} evidence", "None is recorded.", True)
        for kind in EXPECTED
        if kind not in kinds
    ]
    for item in evidence:
        if item.result is None:
            found.append(
                MissingLine(
                    f"{item.summary.kind.capitalize()} evidence", "Its content was shredded, or cannot be read.", True
                )
            )
        elif item.summary.dataset == "" and item.summary.kind not in _OF_NO_DATA:
            why = "The data it was measured on is not a registered dataset."
            found.append(MissingLine(f"Data of the {item.summary.kind} evidence", why, False))
    return found + _run(evidence) + _disparities(evidence) + _found(evidence)


def _run(evidence: Sequence[EvidenceDetail]) -> list[MissingLine]:
    """Waivers under which a model was run, and measurements that did not come out again."""
    found = []
    for item in evidence:
        waiver = waiver_of(item.result) if item.result else None
        kind = item.summary.kind.capitalize()
        if waiver is not None:
            why = f"The model ran where no sandbox holds, under a waiver signed by {waiver['by']}: {waiver['reason']}"
            found.append(MissingLine(f"{kind} evidence: waived sandbox", why, True))
        differing = [again for again in item.redone if again.outcome == "differs"]
        if differing:
            again = differing[-1]  # one that matches since undoes nothing, as it restores no approval
            why = f"{again.author} measured it again on {again.recorded[:10]}, and it came out otherwise."
            found.append(MissingLine(f"{kind} evidence: differs when measured again", why, True))
    return found


def _found(evidence: Sequence[EvidenceDetail]) -> list[MissingLine]:
    """What the newest evidence of the other kinds leaves open."""
    newest = {item.result.kind: item.result for item in evidence if item.result is not None}
    found = []
    for kind, good in (("drift", "no drift"), ("quality", "nothing found")):
        said = str(newest[kind].result["outcome"]) if kind in newest else good
        if not said.startswith(good):
            found.append(MissingLine(kind.capitalize(), f"The evidence says: {said}.", False))
    champion = (newest["performance"].result.get("champion") or {}) if "performance" in newest else {}
    if champion.get("outcome") == "champion better":
        found.append(MissingLine("Champion", "On the same rows the model in use predicts better.", False))
    return found


def _disparities(evidence: Sequence[EvidenceDetail]) -> list[MissingLine]:
    """What the newest fairness evidence leaves open, intersections included."""
    newest = [item.result for item in evidence if item.summary.kind == "fairness" and item.result is not None][-1:]
    return [
        MissingLine(
            f"Fairness by {' × '.join(outcome['by']).replace('_', ' ')}",
            f"The evidence says: {outcome['outcome']}.",
            False,
        )
        for result in newest
        for outcome in result.result["outcomes"]
        if not str(outcome["outcome"]).startswith("no disparity")
    ]


def _verdicts(verdicts: Sequence[VerdictLine], packs: Sequence[PackLine]) -> list[MissingLine]:
    found = []
    if not verdicts:
        found.append(MissingLine("Verdicts", "No policy pack was applied to this version.", True))
    for line in verdicts:
        if line.outcome in ("not_met", "insufficient_evidence"):
            word = "not met" if line.outcome == "not_met" else "insufficient evidence"
            title = f"Control {line.control} ({line.severity}): {word}"
            found.append(MissingLine(title, line.reason, line.severity == "blocking"))
        elif line.outcome == "waived":
            found.append(MissingLine(f"Control {line.control}: waived", line.reason, False))
    for pack in packs:
        if not pack.adopted:
            why = "The verdicts were given under a version of the pack that is no longer the adopted one."
            found.append(MissingLine(f"Pack {pack.id} {pack.version}", why, False))
    return found


def _reviews(reviews: Sequence[ReviewDetail]) -> list[MissingLine]:
    if not reviews:
        return [MissingLine("Review", "The version was never submitted.", True)]
    newest = reviews[0]
    stands = newest.standing in ("approved", "approved_with_conditions")  # then others have signed since
    found = []
    for line in newest.decisions:
        if line.lapsed and line.outcome in APPROVING:
            changed = _listed(list(line.lapsed))
            why = f"Since it was signed on {line.time[:10]}: {changed}."
            found.append(MissingLine(f"Approval by {line.person} has lapsed", why, not stands))
        elif line.outcome == "approve_with_conditions":
            found.append(MissingLine(f"Conditions set by {line.person}", line.conditions, False))
    if newest.summary.state == "open" and newest.summary.stage:
        why = f"{newest.summary.lacking} more from a {newest.summary.role} at the stage '{newest.summary.stage}'."
        found.append(MissingLine("Approvals", why, True))
    if newest.gate:
        found.append(MissingLine("Gate", newest.gate, True))
    return found


def _entry(model: ModelLine, version: VersionDetail) -> list[MissingLine]:
    empty = {
        "Purpose": (model.card.purpose, "The inventory does not say what the model is for."),
        "Intended use": (model.card.intended_use, "The inventory does not say how it is meant to be used."),
        "Out-of-scope use": (model.card.out_of_scope, "The inventory does not say what it must not be used for."),
        "Domain": (model.domain, "The inventory does not name a field of use."),
        "Jurisdictions": (" ".join(model.jurisdictions), "The inventory does not say where it is used."),
        "Code commit": (version.code_commit, "The training code is not named."),
        "Input signature": ("".join(name for name, _ in version.inputs), "The version's inputs are not declared."),
    }
    found = [MissingLine(what, why, False) for what, (words, why) in empty.items() if not words.strip()]
    if not any(use.role == "training" for use in version.data):
        found.append(MissingLine("Training data", "No training dataset is named.", False))
    for use in version.data:
        if not use.licence:
            found.append(MissingLine(f"Licence of {use.name}", "None is declared.", False))
    if version.summary.scan in ("not_scanned", "suspicious", "dangerous", "error"):
        word = version.summary.scan.replace("_", " ")
        found.append(
            MissingLine("Artifact scan", f"The scanner's word is: {word}.", version.summary.scan == "dangerous")
        )
    return found


def _titled(word: str, sentence: str) -> tuple[str, str, str]:
    title, tone = TITLES[word]
    return title, sentence, tone


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "nobody"

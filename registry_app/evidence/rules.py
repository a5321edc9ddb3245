"""Who may say what about evidence. Asked before something is signed, and asked again at verification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from registry_app.errors import Refused, RegistryError
from registry_app.evidence import facts
from registry_app.evidence.tables import CaseRow, EvidenceRow, RedoRow, SandboxWaiverRow, SmallGroupsRow, TrustRow
from registry_app.ledger.canonical import parse
from registry_app.ledger.fact import SHREDDED, Fact
from registry_app.ledger.meaning import Rule, Standing
from registry_app.measure.alone import told_alone
from registry_app.measure.result import Result, decode
from registry_app.measure.sameness import chosen, sameness
from registry_app.measure.sandbox.loading import FORMATS
from registry_app.measure.sandbox.trust import CODE, HOLDS, PICKLES
from registry_app.models.tables import DatasetRow, ModelRow, VersionRow
from registry_app.people.standing import belongs, require
from registry_app.people.tables import PersonRow
from registry_app.text import harmless
from registry_app.vault import clock
from registry_app.vault.rows import Row

ROLES = ("developer", "service", "validator", "risk_officer")
"""Who measures."""

LONGEST_WAIVER = timedelta(days=366)
"""A sandbox waiver ends within this."""

MOST_VALUES = 64 << 10
"""A kept case has at most this many bytes."""


def _may_record(standing: Standing, said: facts.EvidenceRecorded) -> None:
    version, model = _version_and_model(standing, said.version)
    if said.kind not in facts.KINDS:
        raise Refused("That is no kind of evidence we know.", f"Use one of {', '.join(facts.KINDS)}.")
    if standing.rows.ever(EvidenceRow, id=said.evidence):
        raise Refused("An id can be used once only.", "Record the evidence again.")
    known = standing.rows.one(DatasetRow, id=said.dataset) if said.dataset else None
    if said.dataset and (known is None or known["digest"] != said.data):
        raise Refused("The evidence names a dataset of another digest.", "Record it again.")
    if not standing.shredded:
        document = _document(said.document, (said.kind, said.form, said.data))
        _require_run(standing, version, document["data"].get("model"))
        _require_together(document, facts.SMALL)
    _require_role(standing, model, "record evidence")


def _may_detail(standing: Standing, said: facts.SmallGroupsRecorded) -> None:
    _, model = _version_and_model(standing, said.version)
    evidence = _evidence(standing, said.evidence, said.version)
    if said.below < 2:
        raise Refused("A group of one row is the smallest that can be put together with another.", "Give 2 or more.")
    if standing.rows.ever(SmallGroupsRow, evidence=said.evidence):
        raise Refused("The groups of this evidence were recorded already.", "Record the evidence again.")
    if evidence["author"] != standing.at.person or evidence["since"] != standing.at.seq:
        raise Refused("Small groups are recorded with the evidence they belong to.", "Record the evidence again.")
    before = standing.payloads.fields(evidence["document"])
    if not standing.shredded:
        whole = _document(said.document, (evidence["kind"], evidence["form"], evidence["data"]))
        if before is not None:
            _require_asked(
                parse(before["document"].encode()),
                whole | {"parameters": _parameters(whole) | {"hidden_below": said.below}},
            )
    _require_role(standing, model, "record evidence")


def _may_redo(standing: Standing, said: facts.EvidenceRedone) -> None:
    version, model = _version_and_model(standing, said.version)
    evidence = _evidence(standing, said.evidence, said.version)
    if said.outcome not in facts.OUTCOMES:
        raise Refused("That is nothing that measuring again comes to.", f"Use one of {', '.join(facts.OUTCOMES)}.")
    if standing.rows.ever(RedoRow, id=said.redo):
        raise Refused("An id can be used once only.", "Measure it again.")
    before = standing.payloads.fields(evidence["document"])
    if not standing.shredded:
        document = _document(said.document, (evidence["kind"], evidence["form"], evidence["data"]))
        _require_run(standing, version, document["data"].get("model"))
        _require_together(document, 0)
        if before is not None:
            _require_asked(parse(before["document"].encode()), document)
            found = sameness(_result(before["document"]), _result(said.document))
            if (found.outcome, len(found.differences)) != (said.outcome, said.differences):
                raise Refused("The two results do not compare as the statement says.", "Measure it again.")
    _require_role(standing, model, "measure evidence again")


def _may_keep(standing: Standing, said: facts.CaseKept) -> None:
    _, model = _version_and_model(standing, said.version)
    evidence = _evidence(standing, said.evidence, said.version)
    if evidence["kind"] != "explanation":
        raise Refused("Only rows that an explanation explains are kept.", "Name evidence of the kind explanation.")
    drawn = len(said.pseudonym) == 16 and set(said.pseudonym) <= set("0123456789abcdef")
    if not drawn or standing.rows.ever(CaseRow, id=said.case) or standing.rows.ever(CaseRow, pseudonym=said.pseudonym):
        raise Refused("A case has 16 hexadecimal digits of its own for a name.", "Keep it again.")
    if not standing.shredded:
        row = _row_of(said.values)
        explained = standing.payloads.fields(evidence["document"])
        if explained and row not in {case["row"] for case in _result(explained["document"]).result["cases"]}:
            raise Refused("That row is none of those that the explanation explains.", "Explain it first, with --row.")
    require(
        standing,
        "validator",
        "risk_officer",
        to="keep a case with its values",
        team=model["owner_team"],
        model=model["id"],
    )


def _may_trust(standing: Standing, said: facts.ArtifactTrusted) -> None:
    version, model = _version_and_model(standing, said.version)
    _require_independent(standing, version, model, "trust a file")
    if standing.rows.ever(TrustRow, id=said.trust):
        raise Refused("An id can be used once only.", "Decide again.")
    if said.artifact != version["artifact"] or version["artifact_kind"] != "file":
        raise Refused("The decision is about another file than the version's.", "Name the file that was registered.")
    if not standing.shredded and not said.reason.strip():
        raise Refused("A decision to trust a file says why.", "Give a reason.")


def _may_distrust(standing: Standing, said: facts.TrustRevoked) -> None:
    _, model = _version_and_model(standing, said.version)
    held = standing.rows.one(TrustRow, id=said.trust)
    if held is None or held["version"] != said.version:
        raise Refused("That decision does not hold.", "Nothing needs to be done.")
    require(
        standing,
        "validator",
        "risk_officer",
        to="revoke trust in a file",
        team=model["owner_team"],
        model=model["id"],
    )


def _may_waive(standing: Standing, said: facts.SandboxWaived) -> None:
    version, model = _version_and_model(standing, said.version)
    require(standing, "risk_officer", to="waive the sandbox", team=model["owner_team"], model=model["id"])
    _require_other(standing, version, model, "waives the sandbox")
    if standing.rows.ever(SandboxWaiverRow, id=said.waiver):
        raise Refused("An id can be used once only.", "Grant the waiver again.")
    clock.parse(said.ends)
    latest = clock.text(clock.parse(standing.at.reckoned) + LONGEST_WAIVER)
    if not standing.at.reckoned < said.ends <= latest:
        raise Refused("A waiver ends in the future, and within a year.", "Give another end.")
    if not standing.shredded and not said.reason.strip():
        raise Refused("A waiver says why.", "Give a reason.")


def _may_unwaive(standing: Standing, said: facts.SandboxWaiverRevoked) -> None:
    _, model = _version_and_model(standing, said.version)
    held = standing.rows.one(SandboxWaiverRow, id=said.waiver)
    if held is None or held["version"] != said.version:
        raise Refused("That waiver does not hold.", "Nothing needs to be done.")
    require(standing, "risk_officer", to="revoke a waiver", team=model["owner_team"], model=model["id"])


def _version_and_model(standing: Standing, name: str) -> tuple[Row, Row]:
    version = standing.rows.one(VersionRow, id=name)
    model = standing.rows.one(ModelRow, id=version["model"]) if version else None
    if version is None or model is None:
        raise Refused("Evidence is about a registered version.", "Register the version first.")
    return version, model


def _evidence(standing: Standing, name: str, version: str) -> Row:
    found = standing.rows.one(EvidenceRow, id=name)
    if found is None or found["version"] != version:
        raise Refused("There is no such evidence about that version.", "See 'registry-app evidence list'.")
    return found


def _require_role(standing: Standing, model: Row, to: str) -> None:
    require(standing, *ROLES, to=to, team=model["owner_team"], model=model["id"])


def _require_independent(standing: Standing, version: Row, model: Row, to: str) -> None:
    require(standing, "validator", "risk_officer", to=to, team=model["owner_team"], model=model["id"])
    _require_other(standing, version, model, "trusts a file")


def _require_other(standing: Standing, version: Row, model: Row, does: str) -> None:
    at = standing.at
    if at.person == version["author"] or belongs(standing.rows, at.person, model["owner_team"]):
        raise Refused(f"Nobody {does} for their own team's model.", "Ask an independent person with that role.")


def _document(text: str, names: tuple[str, int, str]) -> dict[str, Any]:
    """The document, refused when it is not of what the leaf says, for the leaf is what gates and digests go by."""
    try:
        document = parse(text.encode())
        if (document["kind"], document["version"], document["data"]["digest"]) == names:
            return dict(document)
    except (RegistryError, LookupError, TypeError, UnicodeError):
        pass
    raise Refused("The document is not of the kind, form and data that the evidence names.", "Record it again.")


def _result(text: str) -> Result:
    try:
        return decode(text.encode())
    except RegistryError as error:
        raise Refused("A result that cannot be read cannot be compared.", "Measure the version again.") from error


def _parameters(document: dict[str, Any]) -> dict[str, Any]:
    """Empty where the document has none, or they are of no form."""
    found = document.get("parameters")
    return dict(found) if isinstance(found, dict) else {}


def _require_together(document: dict[str, Any], unless: int) -> None:
    result = document.get("result")
    if isinstance(result, dict) and told_alone(_parameters(document), result, unless) is not None:
        raise Refused(
            "The document tells of a small group by itself.", "Measure it with groups under a size put together."
        )


def _require_asked(first: dict[str, Any], other: dict[str, Any]) -> None:
    """Refuse to hold two documents against each other of which one was asked for something else."""
    one, two = (chosen(each["data"], _parameters(each), each.get("seed")) for each in (first, other))
    if one != two:
        raise Refused("The two results were not measured with the same choices.", "Measure it as the evidence says.")


def _require_run(standing: Standing, version: Row, model: Any) -> None:
    """Refuse predictions of another file, of a pickle that nobody trusted, or of code that ran without a sandbox or a waiver."""
    if model is None:
        return
    try:
        name, form, level = model["digest"], model["format"], model["sandbox"]["level"]
        trusted, waived = model["trust"] is not None, model["waiver"] is not None
    except (LookupError, TypeError) as error:
        raise Refused("The evidence does not say how the model was run.", "Measure it again.") from error
    if form not in FORMATS:
        raise Refused("The evidence names a format of which no model is run.", "Measure it again.")
    if name != version["artifact"]:
        raise Refused("The model that was run is not this version's file.", "Measure the file that was registered.")
    trust = standing.rows.one(TrustRow, version=version["id"], artifact=version["artifact"])
    if (trusted or form in PICKLES) and trust is None:
        raise Refused(
            "The model was loaded from a pickle, and nobody with the right role trusts it.",
            "Have it decided: registry-app trust grant.",
        )
    if form in PICKLES and not trusted:
        raise Refused("The evidence does not name the decision to trust the pickle.", "Measure it again.")
    if trusted and trust is not None:
        _require_decision(standing, trust, model["trust"], {"scan": trust["scan"], "scanner": trust["scanner"]})
    lacking = form in CODE and not (type(level) is int and level >= HOLDS)
    if waived or lacking:
        held = standing.rows.one(SandboxWaiverRow, version=version["id"])
        if held is None or held["ends"] <= standing.at.reckoned or not waived:
            raise Refused(
                "The model's code ran where no sandbox holds, and no waiver allows it.",
                "Measure it on another machine, or have a waiver signed: registry-app trust waive.",
            )
        _require_decision(standing, held, model["waiver"], standing.payloads.fields(held["reason"]) or {})


def _require_decision(standing: Standing, held: Row, told: Any, says: Mapping[str, Any]) -> None:
    """Refuse evidence that tells of another decision than the one that holds: what it tells is printed beside the numbers."""
    person = standing.rows.one(PersonRow, id=held["author"])
    by = {"by": person["name"]} if person is not None and person["name"] != SHREDDED else {}
    for name, value in {**says, **by}.items():
        if not isinstance(told, dict) or told.get(name) != value:
            raise Refused("The evidence tells of another decision than the one that holds.", "Measure it again.")


def _row_of(text: str) -> str:
    """The name of a kept row, whose values are plain."""
    try:
        found = json.loads(text)
        row, values = found["row"], found["values"]
        texts = (row, *values, *values.values())
        plain = all(isinstance(each, str) and harmless(each, lines=True) == each for each in texts)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        plain = False
    if not plain or len(text) > MOST_VALUES or not found["values"]:
        raise Refused("A kept case is a row's name and its values as text.", "Keep the case again.")
    return str(row)


RULES: Mapping[type[Fact], Rule] = {
    facts.EvidenceRecorded: _may_record,
    facts.SmallGroupsRecorded: _may_detail,
    facts.EvidenceRedone: _may_redo,
    facts.CaseKept: _may_keep,
    facts.ArtifactTrusted: _may_trust,
    facts.TrustRevoked: _may_distrust,
    facts.SandboxWaived: _may_waive,
    facts.SandboxWaiverRevoked: _may_unwaive,
}

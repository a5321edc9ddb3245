"""One view that gathers everything a dossier says about a version, from one snapshot of the registry.

The same view runs over a replayed bundle when a stranger verifies a dossier: what it says must come out again, byte by
byte. So it asks for nothing that a bundle does not disclose: models other than the version's own go by their ids, and of other versions
it tells the explanation of the one that this was made from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from registry_app.errors import RegistryError
from registry_app.evidence.views import EvidenceDetail, EvidenceOf
from registry_app.ledger import envelope
from registry_app.ledger.meaning import Reader, View
from registry_app.ledger.statement import read
from registry_app.models.finding import version_named
from registry_app.models.lineage import Arrow, Lineage, Node
from registry_app.models.shapes import VersionDetail
from registry_app.models.tables import DeploymentRow, EdgeRow, ModelRow, VersionRow
from registry_app.models.views import ShowVersion, card_of, person_name
from registry_app.people.tables import RegistryRow, TeamRow
from registry_app.policy.pack import Pack, load_pack
from registry_app.policy.tables import PackRow, VerdictRow
from registry_app.policy.views import VerdictsOf, WaiversOf
from registry_app.reporting.content import (
    FORM,
    DossierContent,
    ModelLine,
    PackLine,
    PositionLine,
    RegistryLine,
    SignatureLine,
)
from registry_app.reporting.earlier import earlier_of
from registry_app.reporting.relevance import seqs_of_version
from registry_app.reporting.standing import missing_of, state_of
from registry_app.reviews.tables import DecisionRow
from registry_app.reviews.views import ReviewDetail, ReviewsOf
from registry_app.vault.rows import Row


@dataclass(frozen=True, slots=True)
class Dossier(View[DossierContent]):
    """Everything about a version (``model:3``, or its id), as it stands now."""

    version: str

    def ask(self, reader: Reader) -> DossierContent:
        row = version_named(reader.rows, self.version)
        version = row["id"]
        detail = _detail(reader, row)
        evidence = EvidenceOf(version).ask(reader)
        verdicts = VerdictsOf(version).ask(reader)
        waivers = WaiversOf(version).ask(reader)
        reviews = tuple(_review(item) for item in ReviewsOf(version).ask(reader))
        nodes, arrows, cut = _lineage(reader, row)
        packs = _packs(reader, version)
        model = _model(reader, row["model"])
        state = state_of(reviews)
        return DossierContent(
            form=FORM,
            registry=_registry(reader),
            issued=reader.now,
            issuer=person_name(reader.rows, reader.person),
            issuer_id=reader.person,
            model=model,
            version=detail,
            state=state,
            missing=missing_of(model, detail, evidence, verdicts, packs, reviews),
            evidence=tuple(_own(item, detail.summary.model, detail.summary.number) for item in evidence),
            earlier=earlier_of(reader, row) if any(item.summary.kind == "explanation" for item in evidence) else None,
            packs=packs,
            verdicts=verdicts,
            waivers=waivers,
            reviews=reviews,
            signatures=_signatures(reader, reviews),
            nodes=nodes,
            arrows=arrows,
            cut=cut,
            positions=tuple(_position(reader, seq) for seq in seqs_of_version(reader.rows, row)),
        )


def _registry(reader: Reader) -> RegistryLine:
    row = reader.rows.one(RegistryRow, one=1)
    head = reader.log.head()
    return RegistryLine(row["name"] if row else "", reader.log.state()[0], head.size, head.root.hex())


def _model(reader: Reader, model: str) -> ModelLine:
    row = reader.rows.one(ModelRow, id=model)
    if row is None:
        raise LookupError("a version of no model")
    team = reader.rows.one(TeamRow, id=row["owner_team"])
    return ModelLine(
        id=row["id"],
        card=card_of(reader.payloads, row),
        team=team["name"] if team else "",
        lead=person_name(reader.rows, team["lead"]) if team else "",
        risk_tier=row["risk_tier"],
        domain=row["domain"],
        jurisdictions=tuple(row["jurisdictions"].split()),
    )


def _detail(reader: Reader, row: Row) -> VersionDetail:
    detail = ShowVersion(row["id"]).ask(reader)
    parents = reader.rows.all(EdgeRow, target=row["id"], relation="parent")
    labels = tuple(_version_label(reader, edge["source"], row["model"]) for edge in parents)
    return replace(detail, summary=replace(detail.summary, cursor=""), parents=labels)


def _version_label(reader: Reader, version: str, model: str) -> str:
    """``version 2`` of the same model; of another model by ids, whose names are not this dossier's to tell."""
    row = reader.rows.one(VersionRow, id=version)
    if row is None:
        return f"version {version}"
    if row["model"] == model:
        return f"version {row['number']}"
    return f"version {row['number']} of model {row['model']}"


def _own(item: EvidenceDetail, model: str, number: int) -> EvidenceDetail:
    return replace(item, summary=replace(item.summary, version=f"{model}:{number}"))


def _review(item: ReviewDetail) -> ReviewDetail:
    """A review without what it says to whoever looks."""
    return replace(item, summary=replace(item.summary, why_you="", why_not=""))


def _lineage(reader: Reader, row: Row) -> tuple[tuple[Node, ...], tuple[Arrow, ...], bool]:
    """Everything upstream of the version, and its own deployments."""
    graph = Lineage(row["id"], downstream=False).ask(reader)
    nodes = [
        replace(node, label=_version_label(reader, node.id, row["model"])) if node.kind == "version" else node
        for node in graph.nodes
    ]
    arrows = list(graph.arrows)
    for edge in reader.rows.all(EdgeRow, source=row["id"], target_kind="deployment"):
        place = next(iter(reader.rows.every(DeploymentRow, id=edge["target"])), None)
        if place is not None:
            ended = "" if place["until"] is None else " (ended)"
            nodes.append(Node(edge["target"], "deployment", f"{place['environment']}{ended}", 1))
            arrows.append(Arrow(edge["source"], edge["target"], edge["relation"]))
    nodes.sort(key=lambda node: (node.depth, node.kind, node.label, node.id))
    return tuple(nodes), tuple(arrows), graph.cut


def _packs(reader: Reader, version: str) -> tuple[PackLine, ...]:
    """The packs that the standing verdicts were given under."""
    found = {
        (row["pack"], row["pack_version"], row["pack_digest"]) for row in reader.rows.all(VerdictRow, version=version)
    }
    return tuple(_pack(reader, *key) for key in sorted(found))


def _pack(reader: Reader, name: str, version: str, digest: str) -> PackLine:
    present = reader.rows.one(PackRow, id=name)
    held = sorted(reader.rows.every(PackRow, id=name, digest=digest), key=lambda row: int(row["since"]))
    pack: Pack | None = None
    fields = reader.payloads.fields(held[-1]["text"]) if held else None
    if fields is not None:
        try:
            pack = load_pack(fields["text"].encode(), f"{name}/pack.yaml")
        except RegistryError:
            pack = None
    return PackLine(
        id=name,
        version=version,
        digest=digest,
        title=pack.title if pack else "",
        status=pack.status if pack else "",
        jurisdiction=pack.jurisdiction if pack else "",
        effective_from=pack.effective_from if pack else "",
        sources=pack.sources if pack else (),
        adopted=present is not None and present["digest"] == digest,
    )


def _signatures(reader: Reader, reviews: tuple[ReviewDetail, ...]) -> tuple[SignatureLine, ...]:
    lines = []
    for review in reviews:
        roles = {stage.name: stage.role for stage in review.stages}
        for row in reader.rows.all(DecisionRow, review=review.summary.id):
            leaf = reader.log.leaf(row["since"])
            lines.append(
                SignatureLine(
                    decision=row["id"],
                    person=person_name(reader.rows, row["person"]),
                    person_id=row["person"],
                    key=read(envelope.decode(leaf.envelope).payload).key,
                    role=roles.get(row["stage"], ""),
                    stage=row["stage"],
                    outcome=row["outcome"],
                    meaning=row["meaning"],
                    time=leaf.time,
                    seq=leaf.seq,
                    leaf=leaf.hash.hex(),
                    subject=row["subject"],
                )
            )
    return tuple(sorted(lines, key=lambda line: (line.seq, line.decision)))


def _position(reader: Reader, seq: int) -> PositionLine:
    leaf = reader.log.leaf(seq)
    said = read(envelope.decode(leaf.envelope).payload)
    kinds = tuple(dict.fromkeys(each.kind for each in said.facts))
    return PositionLine(seq, leaf.time, person_name(reader.rows, leaf.person), kinds, leaf.hash.hex())

"""What must stand on the pages when they say what ``dossier.json`` says: names, times, meanings, outcomes, figures.

Each is a run of words as the template prints them one after the other; a table's row is one run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry_app.measure.figure.part import NAME, ROWS
from registry_app.reporting.cards import cards_of
from registry_app.reporting.content import DossierContent
from registry_app.reporting.figures import SHREDDED, Figure, figures_of
from registry_app.reporting.html import MARKS, SIGNS
from registry_app.reporting.letters import cut, mirrored, shown, tidy, when, words
from registry_app.reporting.pagetext import body_text, squeezed


def absent(content: DossierContent, pages: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """What the pages do not say though they should, and how many runs could not be compared.

    Args:
        pages: the letters of each page, without blanks.
    """
    whole = body_text(pages)
    lacking = []
    unread = 0
    for what, run in printed(content):
        if mirrored(run):
            unread += 1
        elif squeezed(shown(run)) not in whole:
            lacking.append(what)
    return tuple(dict.fromkeys(lacking)), unread


def printed(content: DossierContent) -> Iterator[tuple[str, str]]:
    """Each run, and what it is called in a finding."""
    yield "the model's name and version", f"{cut(content.model.card.name, 120)}Version {content.version.summary.number}"
    yield "the state", f"{content.state.title}{cut(content.state.sentence, 300)}"
    yield "the artifact's digest", content.version.summary.artifact
    yield "the registry", f"Registry{content.registry.id}"
    yield "the ledger's root", f"Ledger root{content.registry.root}"
    yield "who issued it", f"Issued by{cut(content.issuer, 60)}"
    yield "when it was issued", f"Issued{when(content.issued)}"
    for line in content.signatures:
        name = f"the decision at leaf {line.seq}"
        yield f"{name} (name, time, meaning)", f"{cut(line.person, NAME)}{when(line.time)}{line.meaning}"
        yield f"{name} (outcome, stage)", f"{words(line.outcome)}, at the stage “{line.stage}”, as {words(line.role)}"
        yield (
            f"{name} (what was signed)",
            f"Signed over{line.subject}Signing key{line.key}Ledgerleaf {line.seq}{line.leaf}",
        )
    for review in content.reviews:
        for decision in review.decisions:
            for words_said in (decision.comment, decision.conditions):
                yield f"the words of the decision at leaf {decision.seq}", words_said
        for comment in review.comments:
            yield (
                f"the comment at leaf {comment.seq}",
                f"{cut(comment.person, NAME)}, {when(comment.time)}, leaf {comment.seq}{comment.text}",
            )
    for verdict in content.verdicts:
        outcome = f"{MARKS[verdict.outcome]} {words(verdict.outcome)}"
        said = f"{verdict.control}{verdict.title}{verdict.severity}{outcome}{tidy(verdict.reason)}"
        yield f"the verdict of {verdict.control}", said
        yield f"the citations of {verdict.control}", " · ".join(verdict.citations)
    for missing in content.missing[:ROWS]:
        yield f"what is missing: {missing.what}", f"{missing.what}{tidy(missing.why)}"
    figures = figures_of(content)
    for card in cards_of(content, figures):
        yield f"the key figure {card.label}", f"{card.label}{card.value}{card.note}"
    for figure in figures:
        yield from _figures(figure)


def _figures(figure: Figure) -> Iterator[tuple[str, str]]:
    kind = figure.detail.summary.kind
    if figure.detail.result is None:
        yield f"what the {kind} evidence says", SHREDDED
    for passage in figure.passages:
        part = passage.part
        named = f"what the {kind} evidence says ({part.title})"
        yield named, f"{part.title}{SIGNS[part.tone]} {part.outcome}" if part.outcome else part.title
        for sentence in part.said:
            yield named, tidy(sentence)
        for table in part.tables:
            for row in table.rows:
                yield f"the figures of {row[0]} in the {kind} evidence ({table.title or part.title})", "".join(row)
            yield named, table.note
    for note in figure.notes:
        yield f"what became of the {kind} evidence", note
    for name, said in figure.needed:
        yield f"what the {kind} evidence needs to be made again", f"{name}{said}"

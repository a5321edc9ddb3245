"""A policy pack: rules with their sources, read from one YAML file, every condition compiled while it is read."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from registry_app.errors import UsageError
from registry_app.policy.expression import Expression, compile_expression
from registry_app.policy.grammar import Unfit
from registry_app.policy.yaml_lines import Document, Path, ascii_only, load_yaml
from registry_app.shipped import shipped
from registry_app.vault import digest

EVIDENCE_KINDS = ("performance", "fairness", "explanation", "drift", "load", "quality")
"""The kinds of evidence a control can need."""

RECORDS = ("dataset", "owner", "purpose")
"""The entries of the inventory a control can need."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text the pack was written from."""

    title: str
    """What it is called."""
    reference: str
    """Number, clause or address."""
    status: str
    """Its standing when the pack was written, in words: ``in force``, ``rescission pending``."""


@dataclass(frozen=True, slots=True)
class Control:
    """One rule, why it is asked, and the check it makes."""

    ref: str
    """Its name in the pack, such as ``CMR-2``; unique there."""
    title: str
    """A few words."""
    requirement: str
    """What is asked, in one sentence of our own."""
    citations: tuple[str, ...]
    """The clauses it is drawn from, with their standing where it matters."""
    applies_when: Expression | None
    """True where the control applies; None applies everywhere."""
    needs: tuple[str, ...]
    """Kinds of evidence and inventory entries without which nothing can be said."""
    enough: Expression | None
    """False where the evidence is there and cannot carry an answer; None asks nothing."""
    lacking: str
    """What to say when ``enough`` is false: one sentence; empty without it."""
    check: Expression
    """True where the requirement is met."""
    severity: str
    """``blocking`` or ``advisory``."""
    observed: Expression | None
    """What to print as the observed value; None prints nothing."""
    limit: str
    """The limit, in words a reader can compare with the observed value."""
    remedy: str
    """What to do when it is not met."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of controls under one version, and the bytes it was read from."""

    id: str
    """Lower-case words joined by hyphens."""
    version: str
    """Digits and points, such as ``2026.11``."""
    title: str
    """What it is called."""
    jurisdiction: str
    """Where its sources hold."""
    status: str
    """``in_force``, ``adopted_not_applicable``, ``proposed``, ``rescinded`` or ``voluntary``."""
    effective_from: str
    """The day it is meant to be used from, YYYY-MM-DD."""
    sources: tuple[Source, ...]
    """What it was written from."""
    controls: tuple[Control, ...]
    """Its rules, in their order."""
    digest: str
    """SHA-256 of ``text``, 64 lower-case hexadecimal digits."""
    text: bytes
    """The file as it was read; kept, so that a verdict can be made again from the same rules."""


def load_pack(data: bytes, name: str) -> Pack:
    """The pack in ``data``; ``name`` is what messages call the file.

    Raises:
        UsageError: it is not YAML of the allowed kind, not of the pack's form, a ref stands twice, a text has
            characters that do not print, or a condition does not compile. Names the pack, the control and the line.
    """
    document = load_yaml(data, name)
    _check_form(document)
    _check_texts(document, document.value, ())
    head, rows = document.value["pack"], document.value["controls"]
    _check_day(document, head["effective_from"])
    refs: dict[str, int] = {}
    for n, row in enumerate(rows):
        if row["ref"] in refs:
            raise document.problem(
                ("controls", n, "ref"),
                f"the control {row['ref']} stands twice (first on line {refs[row['ref']]})",
                "Give each control its own ref.",
            )
        refs[row["ref"]] = document.line(("controls", n, "ref"))
    return Pack(
        id=head["id"],
        version=head["version"],
        title=head["title"],
        jurisdiction=head["jurisdiction"],
        status=head["status"],
        effective_from=head["effective_from"],
        sources=tuple(Source(row["title"], row["reference"], row["status"]) for row in head["sources"]),
        controls=tuple(_control(document, n, row) for n, row in enumerate(rows)),
        digest=digest.sha256_hex(data),
        text=data,
    )


def shipped_packs() -> tuple[str, ...]:
    """The ids of the packs that come with the program, sorted."""
    return tuple(sorted(folder.name for folder in shipped("policies").iterdir() if (folder / "pack.yaml").is_file()))


def shipped_pack(pack_id: str) -> Pack:
    """The pack of that id that comes with the program.

    Raises:
        UsageError: there is none of that id.
    """
    if pack_id not in shipped_packs():
        raise UsageError(
            f"No pack named '{ascii_only(pack_id)[:80]}' comes with the program.",
            f"Choose one of these: {', '.join(shipped_packs())}.",
        )
    return load_pack((shipped("policies") / pack_id / "pack.yaml").read_bytes(), f"{pack_id}/pack.yaml")


def _control(document: Document, n: int, row: Mapping[str, Any]) -> Control:
    def condition(field: str) -> Expression | None:
        if field not in row:
            return None
        try:
            return compile_expression(row[field])
        except Unfit as reason:
            head = document.value["pack"]
            raise document.problem(
                ("controls", n, field),
                f"the {field} of control {row['ref']} in pack {head['id']} {head['version']} cannot be used: {reason}",
                "Correct the condition; the policies README says what may be written.",
            ) from None

    check = condition("check")
    assert check is not None  # the form requires it
    return Control(
        ref=row["ref"],
        title=row["title"],
        requirement=row["requirement"],
        citations=tuple(row["citations"]),
        applies_when=condition("applies_when"),
        needs=tuple(row.get("needs", ())),
        enough=condition("enough"),
        lacking=row.get("lacking", ""),
        check=check,
        severity=row["severity"],
        observed=condition("observed"),
        limit=row["limit"],
        remedy=row["remedy"],
    )


def _check_form(document: Document) -> None:
    """Raise at the first line that is not of the published form (``pack.schema.json``)."""
    import jsonschema

    schema = json.loads((files("registry_app.policy") / "pack.schema.json").read_text("utf-8"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(document.value))
    if not errors:
        return
    first = min(errors, key=lambda error: (document.line(tuple(error.absolute_path)), str(error.validator)))
    path: Path = tuple(first.absolute_path)
    where = _place(document, path)
    raise document.problem(path, f"{where} {_said(first)}", "Correct it; pack.schema.json describes the whole form.")


def _place(document: Document, path: Path) -> str:
    """``path`` in words: which field of which control or part."""
    if len(path) >= 2 and path[0] == "controls":
        row = document.value["controls"][path[1]]
        ref = row.get("ref") if isinstance(row, dict) else None
        name = f"control {ascii_only(ref)[:40]}" if isinstance(ref, str) else f"control number {int(path[1]) + 1}"
        return f"{name}: {path[2]}" if len(path) > 2 else name
    return ".".join(ascii_only(str(part))[:40] for part in path) or "the file"


def _said(error: Any) -> str:
    """What a schema error means, as the end of a sentence; never the value itself, which can be anything."""
    wanted = error.validator_value
    match error.validator:
        case "required":
            lacks = [key for key in wanted if key not in error.instance]
            return f"lacks {', '.join(lacks)}"
        case "additionalProperties":
            known = error.schema["properties"]
            extra = [ascii_only(key)[:40] for key in error.instance if key not in known]
            return f"has a field that is unknown ({', '.join(extra[:3])})"
        case "dependentRequired":
            return "must have both enough and lacking, or neither"
        case "enum":
            return f"must be one of {', '.join(wanted)}"
        case "type":
            words = {"object": "a mapping", "array": "a list", "string": "text (in quotes)"}
            return f"must be {words.get(wanted, wanted)}"
        case "maxLength":
            return f"is longer than {wanted} characters"
        case "maxItems":
            return f"has more than {wanted} items"
        case "minItems" | "minLength":
            return "is empty"
        case "uniqueItems":
            return "names something twice"
        case _:
            return "is not of the form that is asked for"


def _check_texts(document: Document, value: Any, path: Path) -> None:
    """Raise at the first text with a character that does not print, or could make a line read as another one."""
    if isinstance(value, dict):
        for key, item in value.items():
            _check_texts(document, item, (*path, key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            _check_texts(document, item, (*path, n))
    elif isinstance(value, str):
        condition = path[-1] in ("applies_when", "enough", "check", "observed")
        for character in value:
            if unicodedata.category(character)[0] in "CZ" and character != " ":
                if condition and character in "\n\t":
                    continue
                raise document.problem(
                    path,
                    f"{_place(document, path)} has the character {character!a}, which does not print",
                    "Remove the character, and keep each text on one line.",
                )


def _check_day(document: Document, day: str) -> None:
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        raise document.problem(
            ("pack", "effective_from"), "effective_from is no day of the calendar", "Write it as YYYY-MM-DD."
        ) from None

"""Bundles that no honest program hands out: of another form, or sealed by an issuer with a program of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from registry_app.errors import IntegrityError
from registry_app.house import MEANING
from registry_app.ledger import envelope
from registry_app.ledger.canonical import canonical
from registry_app.ledger.checkpoint import Checkpoint
from registry_app.reporting.bundle import Bundle, BundleLeaf, decode
from registry_app.reporting.content import DossierContent, attachments
from registry_app.reporting.html import render
from registry_app.reporting.issue import BUNDLE
from registry_app.reporting.pdf import write_pdf
from registry_app.reporting.verify import verify_bytes
from tests.reporting.conftest import Handed
from tests.reporting.forge import Note, prepared, sealed, signed_bundle, with_file
from tests.reporting.story import Desk
from tests.stage import Actor

FIELDS = ("form", "registry", "version", "issuer", "checkpoint", "size", "whole", "leaves", "payloads")
Change = Callable[[Any], object]


def without(field: str) -> Change:
    return lambda value: value.pop(field)


def with_null(field: str) -> Change:
    return lambda value: value.update({field: None})


MALFORMED: dict[str, Change] = {
    **{f"no {field}": without(field) for field in FIELDS},
    **{f"{field} is null": with_null(field) for field in FIELDS},
    "one field more": lambda value: value.update(more=1),
    "another form": lambda value: value.update(form="registry-app/bundle/v2"),
    "a registry that is a number": lambda value: value.update(registry=7),
    "a size below zero": lambda value: value.update(size=-1),
    "a size that is a truth": lambda value: value.update(size=True),
    "a size in words": lambda value: value.update(size=str(value["size"])),
    "whole is a number": lambda value: value.update(whole=1),
    "leaves by name": lambda value: value.update(leaves={"0": value["leaves"][0]}),
    "a leaf that is a list": lambda value: value["leaves"].__setitem__(0, []),
    "a leaf without a place": lambda value: value["leaves"][0].pop("seq"),
    "a leaf with one field more": lambda value: value["leaves"][0].update(more=1),
    "a place below zero": lambda value: value["leaves"][0].update(seq=-1),
    "a leaf twice": lambda value: value["leaves"].insert(0, value["leaves"][0]),
    "leaves in another order": lambda value: value["leaves"].reverse(),
    "an envelope that is no base64": lambda value: value["leaves"][0].update(envelope="*"),
    "an envelope with a letter more": lambda value: value["leaves"][0].update(
        envelope=value["leaves"][0]["envelope"] + "A"
    ),
    "an envelope that is a number": lambda value: value["leaves"][0].update(envelope=1),
    "a path that is a text": lambda value: value["leaves"][0].update(path="AAAA"),
    "a path of numbers": lambda value: value["leaves"][0].update(path=[1]),
    "payloads in a list": lambda value: value.update(payloads=[]),
    "a payload that is a number": lambda value: value["payloads"].update({"ab" * 32: 1}),
    "a payload that is no base64": lambda value: value["payloads"].update({"ab" * 32: "é"}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_bundle_of_another_form_is_not_read(handed: Handed, name: str) -> None:
    value = json.loads(handed.bundle.encode())
    MALFORMED[name](value)
    with pytest.raises(IntegrityError):
        decode(canonical(value))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b",", b", ", 1),
        lambda data: data.replace(b'"form":', b'"form":"x","form":', 1),
        lambda data: data.replace(b'"version":"', b'"version":"\\u0020', 1),
        lambda data: data.replace(b'"whole":true', b'"whole":NaN'),
        lambda data: data.replace(b',"version"', b'.5,"version"', 1),
        lambda data: data[:-1],
        lambda data: b"[" * 100_000,
        lambda data: b'"\xff"',
    ],
    ids=["mark", "blank", "twice", "escaped", "NaN", "half", "cut", "deep", "bytes"],
)
def test_a_bundle_written_in_another_way_is_not_read(handed: Handed, spoil: Callable[[bytes], bytes]) -> None:
    data = spoil(handed.bundle.encode())
    with pytest.raises(IntegrityError):
        decode(data)


@dataclass(frozen=True)
class Forge:
    """What an issuer has at hand who seals what they like."""

    handed: Handed
    content: DossierContent
    actor: Actor
    honest: Bundle
    plain: bytes

    def wrong(self, bundle: Bundle) -> set[str]:
        """The answers that say no about a dossier with that bundle."""
        pdf = sealed(with_file(self.plain, BUNDLE, bundle.encode()), self.actor, self.content)
        return {answer.name for answer in verify_bytes(pdf, MEANING).answers if answer.holds is False}

    def note(self, size: int, root: bytes, registry: str = "", by: Actor | None = None) -> str:
        return Checkpoint.of(registry or self.honest.registry, size, root).sign([Note(by or self.actor)])

    @property
    def root(self) -> bytes:
        return bytes.fromhex(self.content.registry.root)


def forge_of(handed: Handed, whole: int) -> Forge:
    desk = Desk(handed.stage, "audit")
    content, honest, _ = prepared(desk, whole=whole)
    signed = signed_bundle(honest, content, desk.signer)
    files = {**attachments(content), BUNDLE: signed.encode()}
    return Forge(handed, content, desk.signer, signed, write_pdf(render(content), files, content.issued))


@pytest.fixture(scope="module")
def forge(handed: Handed) -> Forge:
    return forge_of(handed, 5_000)


@pytest.fixture(scope="module")
def part(handed: Handed) -> Forge:
    return forge_of(handed, 3)


def test_what_the_forger_leaves_as_it_is_holds(forge: Forge, part: Forge) -> None:
    assert forge.wrong(forge.honest) == set()
    assert part.wrong(part.honest) == set()


def leaf(bundle: Bundle, place: int, **changes: Any) -> Bundle:
    leaves = list(bundle.leaves)
    leaves[place] = replace(leaves[place], **changes)
    return replace(bundle, leaves=tuple(leaves))


def mixed(bundle: Bundle, place: int, **changes: Any) -> Bundle:
    """Leaf ``place`` with its envelope's parts exchanged."""
    return leaf(bundle, place, envelope=replace(envelope.decode(bundle.leaves[place].envelope), **changes).encode())


def resigned(f: Forge, place: int) -> Bundle:
    """A leaf of somebody else, signed by the issuer's key under that person's name."""
    old = envelope.decode(f.honest.leaves[place].envelope)
    own = f.actor.sign(envelope.pae(old.payload_type, old.payload))
    return mixed(f.honest, place, signatures=(replace(old.signatures[0], sig=own),))


def disclosed(bundle: Bundle, change: Callable[[dict[str, bytes]], object]) -> Bundle:
    kept = dict(sorted(bundle.payloads.items()))
    change(kept)
    return replace(bundle, payloads=kept)


def swapped(kept: dict[str, bytes]) -> None:
    one, two = list(kept)[:2]
    kept[one], kept[two] = kept[two], kept[one]


def other_leaf(f: Forge, place: int) -> bytes:
    return f.honest.leaves[place].envelope


SEALED: dict[str, tuple[Callable[[Forge], Bundle], str]] = {
    "another registry": (lambda f: replace(f.honest, registry="ab" * 32), "integrity"),
    "another registry in the note": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size, f.root, "ab" * 32)), "integrity"),
    "another version": (lambda f: replace(f.honest, version="01900000-0000-7000-8000-000000000000"), "content"),
    "another issuer": (lambda f: replace(f.honest, issuer=f.handed.stage.cast["dev"].person), "issuer"),
    "an issuer nobody knows": (lambda f: replace(f.honest, issuer="01900000-0000-7000-8000-000000000000"), "issuer"),
    "no checkpoint": (lambda f: replace(f.honest, checkpoint=""), "integrity"),
    "a checkpoint of another root": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size, b"\7" * 32)), "integrity"),
    "a checkpoint of one leaf more": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size + 1, f.root)), "integrity"),
    "a checkpoint of one leaf less": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size - 1, f.root)), "integrity"),
    "a checkpoint by somebody else": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size, f.root, by=f.handed.stage.cast["dev"])), "integrity"),
    "a checkpoint by another key of the issuer's name": (
        lambda f: replace(f.honest, checkpoint=f.note(f.honest.size, f.root, by=Actor(f.actor.person))), "integrity"),
    "one leaf more in the size": (lambda f: replace(f.honest, size=f.honest.size + 1), "integrity"),
    "one leaf less in the size": (lambda f: replace(f.honest, size=f.honest.size - 1), "integrity"),
    "not whole, and no paths": (lambda f: replace(f.honest, whole=False), "integrity"),
    "no leaves": (lambda f: replace(f.honest, leaves=()), "integrity"),
    "without the first leaf": (lambda f: replace(f.honest, leaves=f.honest.leaves[1:]), "integrity"),
    "without the last leaf": (lambda f: replace(f.honest, leaves=f.honest.leaves[:-1]), "integrity"),
    "a leaf put in at the end": (
        lambda f: replace(f.honest, leaves=(*f.honest.leaves, BundleLeaf(f.honest.size, other_leaf(f, 5), ()))), "integrity"),
    "another leaf in its place": (lambda f: leaf(f.honest, 9, envelope=other_leaf(f, 8)), "integrity"),
    "an empty leaf": (lambda f: leaf(f.honest, 9, envelope=b""), "authenticity"),
    "a leaf that is no envelope": (lambda f: leaf(f.honest, 9, envelope=b"{}"), "authenticity"),
    "the signature of another leaf": (
        lambda f: mixed(f.honest, 9, signatures=envelope.decode(other_leaf(f, 8)).signatures), "authenticity"),
    "the payload of another leaf": (
        lambda f: mixed(f.honest, 9, payload=envelope.decode(other_leaf(f, 8)).payload), "authenticity"),
    "a leaf that the issuer signed for another": (lambda f: resigned(f, 9), "authenticity"),
    "exchanged contents": (lambda f: disclosed(f.honest, swapped), "evidence"),
    "a content that no leaf names": (lambda f: disclosed(f.honest, lambda kept: kept.update({"f" * 64: b"x" * 40})), "evidence"),
    "an empty content": (lambda f: disclosed(f.honest, lambda kept: kept.update({min(kept): b""})), "evidence"),
    "another salt": (
        lambda f: disclosed(f.honest, lambda kept: kept.update({min(kept): b"\0" * 32 + kept[min(kept)][32:]})), "evidence"),
    "a name that is no digest": (lambda f: disclosed(f.honest, lambda kept: kept.update({"zz": b"x" * 40})), "evidence"),
    "nothing disclosed": (lambda f: disclosed(f.honest, lambda kept: kept.clear()), "content"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEALED)
def test_what_an_issuer_sealed_and_the_ledger_does_not_say_is_found(forge: Forge, name: str) -> None:
    make, answer = SEALED[name]
    assert answer in forge.wrong(make(forge))


def paths(bundle: Bundle, change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> Bundle:
    return leaf(bundle, 4, path=change(bundle.leaves[4].path))


PATHS: dict[str, Callable[[tuple[bytes, ...]], tuple[bytes, ...]]] = {
    "no path": lambda path: (),
    "one node less": lambda path: path[:-1],
    "one node more": lambda path: (*path, bytes(32)),
    "two nodes exchanged": lambda path: (path[1], path[0], *path[2:]),
    "a bit turned over": lambda path: (bytes([path[0][0] ^ 1, *path[0][1:]]), *path[1:]),
    "a short node": lambda path: (path[0][:31], *path[1:]),
}


@pytest.mark.parametrize("name", PATHS)
def test_a_path_that_does_not_lead_to_the_root_is_found(part: Forge, name: str) -> None:
    assert "integrity" in part.wrong(paths(part.honest, PATHS[name]))

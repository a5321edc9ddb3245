"""What is signed: an in-toto Statement v1 that carries facts, who says them, and the head of the ledger that was seen.

The first subject is always ``facts`` with the SHA-256 of the facts' canonical JSON, so that general in-toto tools see
what the statement is about; further subjects name artifacts by their digest. Reading is strict: each field is there,
of its type and form, and no other field is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry_app.errors import Damaged, IntegrityError, Tampered, UsageError
from registry_app.ledger.canonical import MAX_INTEGER, as_read, canonical, parse_canonical
from registry_app.ledger.entry import RECOVERY
from registry_app.vault import clock
from registry_app.vault.digest import sha256_hex

TYPE = "https://in-toto.io/Statement/v1"
"""The statement type (in-toto attestation specification v1)."""

PREDICATE_TYPE = "urn:registry-app:statement:v1"
"""The form of the predicate."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_KIND = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*").fullmatch
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,1024}").fullmatch
_TIME = re.compile(r"T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{6}Z").fullmatch
_EMPTY_ROOT = sha256_hex(b"")

_STATEMENT = ("_type", "predicate", "predicateType", "subject")
_PREDICATE = ("author", "facts", "head", "id", "registry", "time")
_SAID = ("body", "kind", "v")
_SAID_SEALED = ("body", "kind", "payload", "v")


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as it stands in a statement."""

    kind: str
    """What happened: kebab case, at most 64 characters."""
    version: int
    """The version of the fact's form, from 1."""
    body: Mapping[str, Any]
    """Its public fields."""
    payload: str | None = None
    """The salted digest of its sealed fields, 64 hexadecimal digits; ``None`` when it has none."""

    def plain(self) -> dict[str, Any]:
        """The fact as JSON."""
        said: dict[str, Any] = {"body": dict(self.body), "kind": self.kind, "v": self.version}
        if self.payload is not None:
            said["payload"] = self.payload
        return said


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a statement is about, in in-toto's words (ResourceDescriptor)."""

    name: str
    """How it is called: 1 to 1,024 characters without control characters."""
    sha256: str
    """Its digest, 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person says at once."""

    registry: str
    """The registry it is said in: the hash of the genesis leaf, hexadecimal; empty in the genesis statement itself."""
    id: str
    """Its own id, a UUID made by the author: saying it again is the same statement."""
    person: str
    """The author's id (or :data:`RECOVERY`)."""
    key: str
    """The id of the author's key: SHA-256 of the Ed25519 public key, hexadecimal."""
    time: str
    """What the author's clock showed, as :func:`registry_app.vault.clock.text` writes it."""
    head_size: int
    """How many leaves the ledger had for the author; 0 in the genesis statement only."""
    head_root: str
    """The root of those leaves, hexadecimal."""
    facts: tuple[Said, ...]
    """What is said, at least one fact."""
    subject: tuple[Subject, ...]
    """What it is about: the facts themselves first, then artifacts."""

    @staticmethod
    def of(
        *,
        registry: str,
        id: str,
        person: str,
        key: str,
        time: str,
        head_size: int,
        head_root: str,
        facts: Iterable[Said],
        further: Iterable[Subject] = (),
    ) -> Statement:
        """A statement whose first subject is the digest of its facts and whose others are ``further``.

        Raises:
            UsageError: the facts hold what canonical JSON cannot say.
        """
        said = tuple(facts)
        about = (Subject("facts", facts_digest(said)), *further)
        return Statement(registry, id, person, key, time, head_size, head_root, said, about)

    def encode(self) -> bytes:
        """The statement as canonical JSON: what is signed.

        Raises:
            UsageError: a field is not of its form, so that :func:`read` would refuse it.
        """
        encoded = canonical(
            {
                "_type": TYPE,
                "predicate": {
                    "author": {"key": self.key, "person": self.person},
                    "facts": [said.plain() for said in self.facts],
                    "head": {"root": self.head_root, "size": self.head_size},
                    "id": self.id,
                    "registry": self.registry,
                    "time": self.time,
                },
                "predicateType": PREDICATE_TYPE,
                "subject": [{"digest": {"sha256": each.sha256}, "name": each.name} for each in self.subject],
            }
        )
        try:
            read(encoded)
        except IntegrityError as error:
            raise UsageError(f"This cannot be signed. {error.what}", "Say it with fields of their form.") from error
        return encoded


def facts_digest(facts: Iterable[Said]) -> str:
    """SHA-256 over the canonical JSON of the list of facts, hexadecimal: the first subject of their statement."""
    return sha256_hex(canonical([said.plain() for said in facts]))


def read(payload: bytes) -> Statement:
    """The statement in ``payload``, each field checked.

    Raises:
        Damaged: it is no JSON of the domain, or not of the statement's form.
        Tampered: it is not canonical, or its first subject is not the digest of its facts.
    """
    value = parse_canonical(payload)
    # Canonical JSON has its keys in order, so comparing tuples finds missing and unknown fields alike.
    if type(value) is not dict or tuple(value) != _STATEMENT:
        raise _wrong("its fields are not those of an in-toto statement")
    if value["_type"] != TYPE or value["predicateType"] != PREDICATE_TYPE:
        raise _wrong("it is a statement of another type")
    predicate = value["predicate"]
    if type(predicate) is not dict or tuple(predicate) != _PREDICATE:
        raise _wrong("its predicate does not have the fields author, facts, head, id, registry and time")
    author, head, facts = predicate["author"], predicate["head"], predicate["facts"]
    if type(author) is not dict or tuple(author) != ("key", "person"):
        raise _wrong("its author does not have the fields key and person")
    if type(head) is not dict or tuple(head) != ("root", "size"):
        raise _wrong("its head does not have the fields root and size")
    key, person, time, identity = author["key"], author["person"], predicate["time"], predicate["id"]
    if type(person) is not str or (person != RECOVERY and not _UUID(person)):
        raise _wrong("the author's id is no UUID")
    if type(identity) is not str or not _UUID(identity):
        raise _wrong("its id is no UUID")
    _moment(time)
    registry, size, root = predicate["registry"], head["size"], head["root"]
    _hash("the author's key", key)
    _seen(registry, size, root)
    if type(facts) is not list or not facts:
        raise _wrong("it says no fact")
    said = tuple([_said(each) for each in facts])
    subjects = value["subject"]
    if type(subjects) is not list or not subjects:
        raise _wrong("it has no subject")
    about = tuple([_subject(each) for each in subjects])
    if about[0].name != "facts" or about[0].sha256 != sha256_hex(as_read(facts)):
        raise Tampered(
            "The statement's first subject is not the digest of its facts.",
            "Run 'registry-app verify' to see which leaf it is and what is intact.",
        )
    return Statement(registry, identity, person, key, time, size, root, said, about)


def _seen(registry: Any, size: Any, root: Any) -> None:
    _hash("the head's root", root)
    if type(size) is not int or not 0 <= size <= MAX_INTEGER:
        raise _wrong("the head's size is no whole number from 0 up")
    if size:
        _hash("the registry", registry)
    elif registry != "" or root != _EMPTY_ROOT:
        raise _wrong("it saw an empty ledger but is not the first statement of one")


def _said(value: Any) -> Said:
    if type(value) is not dict:
        raise _wrong("a fact is no object")
    fields = tuple(value)
    if fields not in (_SAID, _SAID_SEALED):
        raise _wrong("a fact does not have the fields kind, v and body, and perhaps payload")
    kind, version, body = value["kind"], value["v"], value["body"]
    if type(kind) is not str or len(kind) > 64 or not _KIND(kind):
        raise _wrong("a fact's kind is not in kebab case")
    if type(version) is not int or not 1 <= version <= MAX_INTEGER:
        raise _wrong("a fact's version is no whole number from 1 up")
    if type(body) is not dict:
        raise _wrong("a fact's body is no object")
    payload = value.get("payload")
    if len(fields) == 4:
        _hash("a fact's payload", payload)
    return Said(kind, version, body, payload)


def _subject(value: Any) -> Subject:
    if type(value) is not dict or tuple(value) != ("digest", "name"):
        raise _wrong("a subject does not have the fields name and digest")
    digest, name = value["digest"], value["name"]
    if type(digest) is not dict or tuple(digest) != ("sha256",):
        raise _wrong("a subject's digest is not one SHA-256")
    _hash("a subject", digest["sha256"])
    if type(name) is not str or not _NAME(name):
        raise _wrong("a subject's name is empty, too long, or has control characters")
    return Subject(name, digest["sha256"])


def _hash(of: str, value: Any) -> None:
    if type(value) is not str or not _HASH(value):
        raise _wrong(f"{of} is not given by 64 lower-case hexadecimal digits")


def _moment(value: Any) -> None:
    if type(value) is not str or not _TIME(value[10:]) or not _is_day(value[:10]):
        raise _wrong("its time is not written like 2026-11-21T10:17:22.123456Z")


@lru_cache(maxsize=4096)
def _is_day(day: str) -> bool:
    """Whether the calendar has ``day``; statements come many a day, and reading a date is slow."""
    try:
        clock.parse(f"{day}T00:00:00.000000Z")
    except UsageError:
        return False
    return True


def _wrong(reason: str) -> Damaged:
    return Damaged(f"The statement cannot be read: {reason}.", "Run 'registry-app verify' to see what is intact.")

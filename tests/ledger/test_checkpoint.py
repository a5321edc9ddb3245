"""Checkpoints: the published note and checkpoint, our own, and what is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry_app.errors import Damaged, UsageError
from registry_app.ledger.checkpoint import MAX_LENGTH, Checkpoint, NoteSignature, key_hash, parse
from registry_app.ledger.envelope import holds
from registry_app.ledger.merkle import EMPTY_ROOT

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "checkpoint.json").read_text())
ROOT = bytes(range(32))


@dataclass(frozen=True)
class Person:
    person: str
    secret: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.secret.sign(message)


def person(name: str, seed: int) -> Person:
    return Person(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


ANNA, BERT = person("anna", 1), person("bert", 2)
HEAD = Checkpoint.of("ab" * 32, 7, ROOT)
TEXT = HEAD.sign([ANNA])
LINE = TEXT.splitlines()[4]


def test_the_reference_note_has_the_key_hash_and_signature_of_the_specification() -> None:
    note = VECTORS["note"]
    public = bytes.fromhex(note["public"])
    assert key_hash(note["name"], public).hex() == note["key_hash"]
    blob = parse("a\n1\n" + b64encode(ROOT).decode() + "\n\n" + note["line"]).signatures[0]
    assert (blob.name, blob.key_hash.hex(), blob.line()) == (note["name"], note["key_hash"], note["line"])
    assert holds(public, blob.signature, note["text"].encode())


def test_the_example_of_the_specification_is_read() -> None:
    example = VECTORS["checkpoint"]
    signed = parse(example["text"])
    assert signed.checkpoint == Checkpoint(example["origin"], example["size"], bytes.fromhex(example["root"]))
    assert [each.name for each in signed.signatures] == [example["origin"]]
    body = signed.checkpoint.body() + "\n" + signed.signatures[0].line()
    assert body == signed.text == example["text"]


def test_a_signed_head_is_read_back_and_verified() -> None:
    text = HEAD.sign([ANNA, BERT])
    signed = parse(text)
    assert signed.checkpoint == HEAD
    assert signed.text == text
    assert signed.checkpoint.origin == "registry-app/" + "ab" * 32
    assert signed.verified_by("anna", ANNA.public_key)
    assert signed.verified_by("bert", BERT.public_key)


def test_signing_twice_gives_the_same_text() -> None:
    assert HEAD.sign([ANNA]) == TEXT


def test_the_head_of_an_empty_ledger_can_be_signed() -> None:
    assert parse(Checkpoint.of("", 0, EMPTY_ROOT).sign([ANNA])).checkpoint.size == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("bert", BERT.public_key),
        ("anna", BERT.public_key),
        ("bert", ANNA.public_key),
        ("Anna", ANNA.public_key),
        ("", ANNA.public_key),
        ("anna", b""),
        ("anna", ANNA.public_key[:31]),
        ("\ud800", ANNA.public_key),
    ],
)
def test_nobody_else_is_taken_for_the_signer(name: str, key: bytes) -> None:
    assert not parse(TEXT).verified_by(name, key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n8\n"),
        ("registry-app/ab", "registry-app/aa"),
        (b64encode(ROOT).decode(), b64encode(ROOT[::-1]).decode()),
    ],
)
def test_another_head_under_the_same_signature_does_not_verify(old: str, new: str) -> None:
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    assert not parse(changed).verified_by("anna", ANNA.public_key)


def test_a_signature_under_a_foreign_key_hash_does_not_verify() -> None:
    genuine = parse(TEXT).signatures[0]
    other = NoteSignature("anna", b"\0\0\0\0", genuine.signature)
    assert not parse(HEAD.body() + "\n" + other.line()).verified_by("anna", ANNA.public_key)


def test_a_signature_of_another_algorithm_is_carried_and_not_trusted() -> None:
    witness = NoteSignature("witness.example/w1", b"abcd", bytes(3_000))
    signed = parse(TEXT + witness.line())
    assert signed.verified_by("anna", ANNA.public_key)
    assert not signed.verified_by("witness.example/w1", ANNA.public_key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "x",
        "\n" + TEXT,
        " " + TEXT[: TEXT.index("\n\n")],
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n\n", "\n"),
        TEXT.replace("\n\n", "\n\n\n"),
        TEXT.replace("\n\n", "\nextension\n\n"),
        TEXT.replace("\n7\n", "\n07\n"),
        TEXT.replace("\n7\n", "\n+7\n"),
        TEXT.replace("\n7\n", "\n-7\n"),
        TEXT.replace("\n7\n", "\n7.0\n"),
        TEXT.replace("\n7\n", "\n 7\n"),
        TEXT.replace("\n7\n", "\n\u0667\n"),
        TEXT.replace("\n7\n", "\n7_0\n"),
        TEXT.replace("\n7\n", "\n\n"),
        TEXT.replace("\n7\n", "\n9007199254740992\n"),
        TEXT.replace("\n7\n", "\n" + "9" * 5_000 + "\n"),
        TEXT.replace("\n7\n", "\n0\n"),
        TEXT.replace("registry-app/" + "ab" * 32, ""),
        TEXT.replace("registry-app/", "registry-app/\t"),
        TEXT.replace("registry-app/", "registry-app/\ud800"),
        TEXT.replace("registry-app/", "a" * 600),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT[:31]).decode()),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT + b"a").decode()),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT).decode().rstrip("=")),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT).decode().replace("=", "==")),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT).decode()[:-2] + "9="),
        TEXT.replace(b64encode(ROOT).decode(), b64encode(ROOT).decode()[:4] + "\u00e9" + b64encode(ROOT).decode()[4:]),
        HEAD.body(),
        HEAD.body() + "\n",
        HEAD.body() + "\n\n",
        TEXT.replace("\u2014", "-"),
        TEXT.replace("\u2014", "\u2013"),
        TEXT.replace("\u2014 ", "\u2014"),
        TEXT.replace("\u2014 ", "\u2014  "),
        TEXT.replace("\u2014 anna ", "\u2014 an na "),
        TEXT.replace("\u2014 anna ", "\u2014 an+na "),
        TEXT.replace("\u2014 anna ", "\u2014 an\u00a0na "),
        TEXT.replace("\u2014 anna ", "\u2014  "),
        TEXT.replace(LINE, LINE + " "),
        TEXT.replace(LINE, LINE[:-1]),
        TEXT.replace(LINE, LINE.replace("+", "-").replace("/", "_")[:-4] + "_-_-"),
        TEXT.replace(LINE, "\u2014 anna AAAA"),
        TEXT + LINE + "\n",
        TEXT + "\n" + LINE + "\n",
        HEAD.body() + "\n" + "".join(NoteSignature(f"n{i}", b"abcd", b"x" * 64).line() for i in range(65)),
        TEXT + "a" * MAX_LENGTH,
        None,
        TEXT.encode(),
    ],
    ids=repr,
)
def test_what_is_no_checkpoint_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(Damaged) as caught:
        parse(text)
    assert caught.value.what.startswith("This is no checkpoint: ")


def test_sixteen_signatures_are_read_as_the_note_format_asks() -> None:
    lines = "".join(NoteSignature(f"n{i}", b"abcd", b"x" * 4_900).line() for i in range(16))
    assert len(parse(HEAD.body() + "\n" + lines).signatures) == 16


def test_no_flipped_character_of_a_checkpoint_still_verifies() -> None:
    accepted = 0
    data = TEXT.encode()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            accepted += parse(changed.decode()).verified_by("anna", ANNA.public_key)
        except (Damaged, UnicodeDecodeError):
            continue
    assert accepted == 0


@pytest.mark.parametrize(
    "head",
    [
        Checkpoint("", 1, ROOT),
        Checkpoint("a\nb", 1, ROOT),
        Checkpoint("a\ud800", 1, ROOT),
        Checkpoint("a", -1, ROOT),
        Checkpoint("a", True, ROOT),
        Checkpoint("a", 2**53, ROOT),
        Checkpoint("a", 1, ROOT[:31]),
        Checkpoint("a", 0, ROOT),
    ],
)
def test_what_could_not_be_read_back_is_not_signed(head: Checkpoint) -> None:
    with pytest.raises(UsageError):
        head.sign([ANNA])


@pytest.mark.parametrize("signers", [[], [ANNA, ANNA], [person("a b", 1)], [person("a+b", 1)], [person("", 1)]])
def test_a_note_needs_signers_it_can_name(signers: list[Person]) -> None:
    with pytest.raises(UsageError):
        HEAD.sign(signers)

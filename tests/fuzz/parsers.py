"""Feed mutated bytes to one parser until it fails: ``python -m tests.fuzz.parsers NAME CORPUS -max_total_time=600``.

Only the errors of :mod:`registry_app.errors` may come out, and what a parser accepts it writes again as it was. Needs
``pip install atheris``. CORPUS is a folder, to which an honest example of what is parsed is added.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["registry_app", "yaml"]):
    from registry_app import text
    from registry_app.cli import options
    from registry_app.cli.data import count
    from registry_app.errors import Damaged, RegistryError
    from registry_app.ledger import canonical, checkpoint, envelope, fact, statement
    from registry_app.measure.performance.document import performance
    from registry_app.measure.table.mapping import Feature, Mapping
    from registry_app.measure.table.source import open_source
    from registry_app.models import artifact, opcodes
    from registry_app.policy import cases, expression, pack
    from registry_app.policy.expression import Missing, NotComputed
    from registry_app.policy.grammar import Unfit
    from registry_app.policy.subject import subject_of
    from registry_app.reporting import bundle, sealcheck, verify
    from registry_app.vault import attempts, clock, digest, recovery
    from registry_app.vault.head import HeadFile
    from registry_app.vault.keyring import Keyring

from registry_app.house import MEANING
from tests.ledger.builder import ANNA, Ledger
from tests.vault.rings import forged, people

SHIPPED = Path(__file__).parents[2] / "policies" / "credit-model-risk"
PACK = pack.load_pack((SHIPPED / "pack.yaml").read_bytes(), "pack.yaml")
SOUND = cases.load_case((SHIPPED / "cases" / "sound.yaml").read_bytes(), "sound.yaml", lambda name: b"").given
SUBJECT = subject_of(*(SOUND[part] for part in ("model", "version", "datasets", "evidence")))
PARTS = {name: expression.extent(part) for name, part in {"": SUBJECT, **SUBJECT["evidence"]}.items()}
PLACE = Path(tempfile.mkdtemp(prefix="fuzz-"))


def as_json(data: bytes) -> bytes:
    """``data`` in canonical form, if it is JSON at all: else a mutation would be refused for its form alone."""
    with suppress(ValueError, RecursionError, Damaged):
        return canonical.canonical(json.loads(data))
    return data


def written(data: bytes, name: str = "file") -> Path:
    (PLACE / name).write_bytes(data)
    return PLACE / name


def try_envelope(data: bytes) -> None:
    data = as_json(data)
    found = envelope.decode(data)
    assert found.encode() == data
    found.signed_by(ANNA.key_id, ANNA.public_key)


def try_statement(data: bytes) -> None:
    data = as_json(data)
    found = statement.read(data)
    assert found.encode() == data
    for said in found.facts:
        with suppress(RegistryError):
            fact.read_fact(said.kind, said.version, said.body, {})


def try_checkpoint(data: bytes) -> None:
    given = data.decode("utf-8", "replace")
    found = checkpoint.parse(given)
    assert found.checkpoint.body() == given.split("\n\n")[0] + "\n"
    found.verified_by(ANNA.person, ANNA.public_key)


def try_keyring(data: bytes) -> None:
    with suppress(ValueError, RecursionError, KeyError, TypeError):
        data = forged(data, lambda body: None)  # a checksum that fits
    Keyring.decode(data)


def try_head(data: bytes) -> None:
    rest = (data[:8].rjust(8, b"\0") + len(data[8:]).to_bytes(2, "big") + data[8:])[:480].ljust(480, b"\0")
    written((digest.sha256(rest) + rest) + bytes(512), "head")
    for kept in HeadFile(PLACE / "head").texts():
        checkpoint.parse(kept)


def try_bundle(data: bytes) -> None:
    data = as_json(data)
    assert bundle.decode(data).encode() == data


def try_dossier(data: bytes) -> None:
    """As if whoever sealed it had sealed this."""
    seal = sealcheck.SealFacts(ANNA.public_key, ANNA.person, "ab" * 32, "cd" * 32, None)
    with patch.object(verify, "check_seal", lambda _: seal):
        verify.verify_bytes(data, MEANING)


def try_seal(data: bytes) -> None:
    sealcheck.check_seal(data)


def try_attachment(data: bytes) -> None:
    """A bundle as the leaves of a dossier make it, replayed."""
    seal = sealcheck.SealFacts(ANNA.public_key, ANNA.person, "ab" * 32, "cd" * 32, None)
    files = {"bundle.json": as_json(data), "dossier.json": b"{}"}
    with patch.object(verify, "check_seal", lambda _: seal), patch.object(verify, "_attached", lambda _: files):
        verify.verify_bytes(b"", MEANING)


def try_pack(data: bytes) -> None:
    pack.load_pack(data, "pack.yaml")


def try_case(data: bytes) -> None:
    cases.load_case(data, "case.yaml", lambda name: b"{}").verdicts(PACK)


def try_expression(data: bytes) -> None:
    """A condition of a pack, asked about a sound version."""
    with suppress(Unfit, Missing, NotComputed):
        expression.compile_expression(data.decode("utf-8", "replace")).answer(SUBJECT, PARTS)


def try_predictions(data: bytes) -> None:
    mapping = Mapping("label", "binary", "yes", "said", "p", sensitive=(Feature("sex"),), row_id="id")
    with open_source(str(written(data))) as source:
        performance(source, mapping)


def try_table(data: bytes) -> None:
    count(written(data, "table.csv" + (".gz" if data[:2] == b"\x1f\x8b" else "")))


def try_artifact(data: bytes) -> None:
    """What a child process of its own does; there, whatever is not ours is told as a problem, so a crash is a hang."""
    with suppress(Exception):
        for _, opened in opcodes.streams(written(data, "model.pkl")):
            opcodes.judge(opcodes.look(opened).imports)
    opcodes.look_at_schema(io.BytesIO(data))
    artifact.guess_format("model.pkl", data[:64], data[-64:])


def try_words(data: bytes) -> None:
    """Whatever is typed: keys with values, times, digests, names, a recovery key; and the notes of failed attempts."""
    given = data.decode("utf-8", "surrogateescape")
    text.harmless(given, lines=True)
    readers: list[Callable[[str], object]] = [
        options.moment, options.given_digest, clock.parse, recovery.read, text.handle,
        lambda each: options.pairs([each], "--tag"), lambda each: text.name(each, "name"),
        lambda each: text.prose(each, "note"), text.without_password,
    ]  # fmt: skip
    for read in readers:
        with suppress(RegistryError):
            read(given)
    written(data, "attempts.log")
    attempts.read(PLACE)


def honest(name: str) -> bytes:
    """An example that the parser accepts."""
    ledger = Ledger()
    if name == "envelope":
        return ledger.envelopes[0]
    if name == "statement":
        return envelope.decode(ledger.envelopes[0]).payload
    if name in ("checkpoint", "head"):
        note = checkpoint.Checkpoint.of("ab" * 32, 1, bytes(32)).sign([ANNA]).encode()
        return note if name == "checkpoint" else bytes(8) + note
    if name == "keyring":
        from tests.vault.rings import KEYS

        return people(2).encode(KEYS)
    if name in ("bundle", "attachment"):
        leaves = (bundle.BundleLeaf(0, ledger.envelopes[0], ()),)
        signed = checkpoint.Checkpoint.of(ledger.registry, 1, bytes(32)).sign([ANNA])
        made: dict[str, Any] = {"registry": ledger.registry, "size": 1, "whole": True, "leaves": leaves}
        return bundle.Bundle(
            **made, checkpoint=signed, version="v", issuer=ANNA.person, payloads={"ab" * 32: b"x" * 40}
        ).encode()
    if name == "pack":
        return (SHIPPED / "pack.yaml").read_bytes()
    if name == "case":
        return (SHIPPED / "cases" / "sound.yaml").read_bytes()
    if name == "expression":
        return max((control.check.text for control in PACK.controls), key=len).encode()
    if name in ("predictions", "table"):
        return b'id,label,said,p,sex\n1,yes,yes,0.9,f\n2,no,no,0.1,m\n"3",no,yes,0.7,f\n'
    if name == "artifact":
        return b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."
    if name in ("seal", "dossier"):
        from tests.reporting.forge import forged as dossier
        from tests.reporting.story import Desk, story

        return dossier(Desk(story(), "audit"))
    return b"2026-03-31T10:17:22Z"


TRIES: dict[str, Callable[[bytes], None]] = {
    key.removeprefix("try_"): value for key, value in sorted(globals().items()) if key.startswith("try_")
}


def main() -> None:
    name, corpus, *rest = sys.argv[1:]
    try_one = TRIES[name]
    Path(corpus).mkdir(parents=True, exist_ok=True)
    example = honest(name)
    (Path(corpus) / "honest").write_bytes(example)
    try_one(example)

    def once(data: bytes) -> None:
        with suppress(RegistryError):
            try_one(data)

    atheris.Setup([sys.argv[0], corpus, *rest], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

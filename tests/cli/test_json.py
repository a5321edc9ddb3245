"""Every verb that reads answers in JSON too."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Ask

READS = (
    "whoami",
    "people list",
    "team list",
    "team show credit",
    "role list",
    "model list",
    "model show credit-risk",
    "version list",
    "version show credit-risk:1",
    "dataset list",
    "dataset show train",
    "deployment list",
    "lineage credit-risk:1",
    "impact train",
    "evidence list credit-risk:1",
    "policy list",
    "policy show credit-model-risk",
    "policy verdicts credit-risk:1",
    "review list --all",
    "review show credit-risk:1",
    "route list",
    "report list credit-risk:1",
    "ledger log",
    "ledger show 3",
    "ledger prove 3",
    "ledger checkpoint",
    "verify",
    "vault status",
)


@pytest.mark.parametrize("words", READS)
def test_a_read_is_valid_json_and_nothing_else_on_stdout(ask: Ask, words: str) -> None:
    said = ask(*words.split(), "--json", who="audit")
    assert isinstance(said.json, dict | list)
    assert said.out.isascii()


@pytest.mark.parametrize("words", [words for words in READS if words not in ("ledger prove 3",)])
def test_the_same_read_is_text_for_people(ask: Ask, words: str) -> None:
    said = ask(*words.split(), who="audit")
    assert said.out.strip()
    assert not said.out.lstrip().startswith(("{", "["))

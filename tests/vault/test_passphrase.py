from __future__ import annotations

import subprocess
import sys

import pytest

from registry_app.errors import UsageError
from registry_app.vault.passphrase import require_strong

STRONG = "gravel otter lamp seventeen"


@pytest.mark.parametrize(
    "passphrase",
    [
        STRONG,
        "correct-horse-battery-staple-9",
        "Grüße vom Käsekuchenmond",
        "x9#Lq2!vTz7&mWp4",
        "七転び八起き猿も木から落ちる急がば回れ",
        STRONG * 30,
    ],
)
def test_a_long_unguessable_passphrase_is_taken_whatever_its_characters(passphrase: str) -> None:
    require_strong(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    ["", "short", "x9#Lq2!vTz7&mW", "a\u0301" * 14],
    ids=["empty", "short", "fourteen", "fourteen composed letters"],
)
def test_fewer_than_fifteen_characters_are_refused(passphrase: str) -> None:
    with pytest.raises(UsageError, match="at least 15"):
        require_strong(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnopqrstuvwxyz",
        "123456789012345678",
    ],
)
def test_a_long_but_common_passphrase_is_refused_with_the_reason(passphrase: str) -> None:
    with pytest.raises(UsageError, match=r"easily guessed: \w") as caught:
        require_strong(passphrase)
    assert passphrase not in str(caught.value)
    assert caught.value.todo


def test_words_about_the_person_do_not_count() -> None:
    passphrase = "wilhelminakowalczykowska"
    require_strong(passphrase)
    with pytest.raises(UsageError, match="easily guessed"):
        require_strong(passphrase, about=["wilhelmina", "", "kowalczykowska"])


def test_more_than_1024_characters_are_refused_and_1024_are_taken() -> None:
    strong = (STRONG * 40)[:1024]
    require_strong(strong)
    with pytest.raises(UsageError, match="at most 1024"):
        require_strong(strong + "x")


def test_text_that_cannot_be_encoded_is_refused() -> None:
    with pytest.raises(UsageError, match="not valid text"):
        require_strong(STRONG + "\udcff")


def test_the_estimator_is_loaded_only_when_asked() -> None:
    code = "import sys, registry_app.vault.passphrase; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

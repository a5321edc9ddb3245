"""Whether a new passphrase is good enough: long, and not easily guessed. No rules of composition, no forced change.

NIST SP 800-63B-4 and OWASP ASVS 5.0 (6.2.1 to 6.2.10): at least 15 characters, at least 64 allowed, any character
allowed, common ones refused with the reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from registry_app.errors import UsageError
from registry_app.text import counted

MIN_LENGTH = 15
"""Characters (code points after NFKC) a passphrase has at least."""

MAX_LENGTH = 1024
"""Characters it has at most."""

MIN_SCORE = 3
"""zxcvbn's score (0 to 4) it has at least: 3 is 10^8 guesses or more."""

_ESTIMATED = 72


def require_strong(passphrase: str, about: Sequence[str] = ()) -> None:
    """Refuse a passphrase that is short or easily guessed.

    zxcvbn takes time that grows with the square of the length, so it sees the first 72 characters.

    Args:
        about: words an attacker would try first: the person's handle, name, e-mail address, the registry's name.

    Raises:
        UsageError: it is not strong enough; the message says why and never repeats it.
    """
    normal = unicodedata.normalize("NFKC", passphrase)
    if not normal.isprintable() and any(unicodedata.category(character) == "Cs" for character in normal):
        raise UsageError("The passphrase is not valid text.", "Type it again, or save the file in UTF-8.")
    if len(normal) < MIN_LENGTH:
        raise UsageError(
            f"The passphrase has {counted(len(normal), 'character')}.",
            f"Use at least {MIN_LENGTH}; five or six random words are easy to remember.",
        )
    if len(normal) > MAX_LENGTH:
        raise UsageError(f"The passphrase has {len(normal)} characters.", f"Use at most {MAX_LENGTH}.")
    from zxcvbn import zxcvbn

    known = [unicodedata.normalize("NFKC", word)[:_ESTIMATED] for word in about if word]
    verdict = zxcvbn(normal[:_ESTIMATED], user_inputs=known)
    if verdict["score"] < MIN_SCORE:
        reason = verdict["feedback"]["warning"].rstrip(".")
        advice = " ".join(verdict["feedback"]["suggestions"])
        raise UsageError(
            f"The passphrase is easily guessed: {reason[0].lower()}{reason[1:]}."
            if reason
            else "The passphrase is easily guessed.",
            advice or "Add another word or two; uncommon words are better.",
        )

"""What one guess at a passphrase costs: Argon2id (RFC 9106) under profiles with dated names.

A passphrase is normalised to Unicode NFKC first, so that one typed on a Mac (decomposed letters) opens what was made on
Linux (composed ones). NIST SP 800-63B-4 asks for it; it joins some passphrases that differ only in the form of their
characters (a full-width ``A`` and an ``A``), which costs an attacker's search nothing worth counting.

Parameters read from a file are held against fixed bounds *before* anything runs, so a forged keyring can eat neither
the memory nor the day of whoever opens it.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from time import perf_counter

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from registry_app.errors import Damaged, StorageError, UsageError

KEY_SIZE = 32
"""Bytes of a derived key."""

SALT_SIZE = 16
"""Bytes of a salt (RFC 9106, section 3.1, recommends 16)."""

MAX_ITERATIONS = 16
MAX_LANES = 16
MAX_MEMORY_KIB = 1024 * 1024
MAX_WORK_KIB = 1024 * 1024
"""Iterations times memory, for each of up to three lanes: about a second on an idle laptop, whatever a header asks for."""

_STEP_KIB = 64 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """The parameters of Argon2id, by name."""

    name: str
    """What it is called: who chose it, and when."""
    iterations: int
    """Passes over the memory (t)."""
    lanes: int
    """Lanes that may be filled in parallel (p)."""
    memory_kib: int
    """Memory in KiB (m)."""

    def check(self) -> None:
        """Hold the parameters against the bounds.

        Raises:
            Damaged: they are below :data:`ARGON2ID_FLOOR_2026_11` or above the limits of this file.
        """
        if not self.within_bounds():
            raise Damaged(
                "The keyring asks for key derivation outside the accepted bounds.",
                "Do not use this copy of keyring.json; restore it from a backup.",
            )

    def within_bounds(self) -> bool:
        """Whether the parameters are neither below the floor nor above the limits."""
        floor = ARGON2ID_FLOOR_2026_11
        return (
            floor.iterations <= self.iterations <= MAX_ITERATIONS
            and floor.lanes <= self.lanes <= MAX_LANES
            and floor.memory_kib <= self.memory_kib <= MAX_MEMORY_KIB
            and self.iterations * self.memory_kib <= MAX_WORK_KIB * min(self.lanes, 3)
        )


ARGON2ID_2026_11 = Profile("argon2id-2026-11", iterations=3, lanes=4, memory_kib=64 * 1024)
"""The least that is chosen for people: RFC 9106's second recommended option."""

ARGON2ID_FLOOR_2026_11 = Profile("argon2id-floor-2026-11", iterations=2, lanes=1, memory_kib=19 * 1024)
"""The least that is accepted (OWASP ASVS 5.0, appendix C); for tests and tiny machines."""


def derive(passphrase: str, salt: bytes, profile: Profile) -> bytes:
    """The 32-byte key of ``passphrase`` under ``salt`` (16 bytes) and ``profile``.

    Raises:
        Damaged: the profile or the salt is out of bounds; nothing ran.
        UsageError: the passphrase is not text that can be encoded.
        StorageError: the machine has not the memory.
    """
    profile.check()
    if len(salt) != SALT_SIZE:
        raise Damaged("A salt in the keyring has the wrong length.", "Restore keyring.json from a backup.")
    try:
        secret = unicodedata.normalize("NFKC", passphrase).encode()
    except UnicodeEncodeError:
        raise UsageError("The passphrase is not valid text.", "Type it again, or save the file in UTF-8.") from None
    function = Argon2id(
        salt=salt, length=KEY_SIZE, iterations=profile.iterations, lanes=profile.lanes, memory_cost=profile.memory_kib
    )
    try:
        return function.derive(secret)
    except MemoryError:
        raise StorageError(
            f"Unlocking needs {profile.memory_kib // 1024} MiB of free memory.", "Close other programs and try again."
        ) from None


def calibrate(target_ms: float = 250.0) -> Profile:
    """The default profile, raised until one guess costs at least ``target_ms`` on this machine.

    Iterations are raised first (to 16), then memory by 64 MiB, until a limit of this file is met: a machine faster than
    that gets the strongest profile within the limits, and one guess costs less than the target there. The time of a
    guess is the shortest of three, so a busy machine does not pass for a slow one.
    """
    profile = ARGON2ID_2026_11
    while (cost := min(_guess_ms(profile) for _ in range(3))) < target_ms:
        stronger = _stronger(profile, target_ms / max(cost, 0.001))
        if stronger is None:
            break
        profile = stronger
    return profile


def chosen() -> Profile:
    """The profile for new slots: calibrated once a process, or the floor when ``REGISTRY_APP_KDF=floor`` is set.

    The variable is for tests and tiny machines; ``registry-app vault status`` shows the profile of every slot.

    Raises:
        UsageError: the variable has another value.
    """
    wish = os.environ.get("REGISTRY_APP_KDF", "")
    if wish == "floor":
        return ARGON2ID_FLOOR_2026_11
    if wish:
        raise UsageError("REGISTRY_APP_KDF has a value that is not known.", "Set it to 'floor', or unset it.")
    return _of_this_machine()


@cache
def _of_this_machine() -> Profile:
    return calibrate()


def _guess_ms(profile: Profile) -> float:
    start = perf_counter()
    derive("calibration", bytes(SALT_SIZE), profile)
    return (perf_counter() - start) * 1000


def _stronger(profile: Profile, factor: float) -> Profile | None:
    name = f"{ARGON2ID_2026_11.name}-calibrated"
    if profile.iterations < MAX_ITERATIONS:
        wanted = min(MAX_ITERATIONS, max(profile.iterations + 1, int(profile.iterations * factor)))
        return replace(profile, name=name, iterations=wanted)
    larger = replace(profile, name=name, memory_kib=profile.memory_kib + _STEP_KIB)
    return larger if larger.within_bounds() else None

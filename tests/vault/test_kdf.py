from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from itertools import count

import pytest

from registry_app.errors import Damaged, StorageError, UsageError
from registry_app.vault import kdf
from registry_app.vault.kdf import ARGON2ID_2026_11, ARGON2ID_FLOOR_2026_11, Profile, derive

SALT = bytes(range(16))


def test_a_known_answer_is_given() -> None:
    # Computed with another implementation: argon2-cffi's hash_secret_raw(b"a b c", salt, 2, 19456, 1, 32, Type.ID).
    expected = "5b6b4d524822bdf3800b13bac012a6762c866ab1c7e8f32d9d448d73e2a797ee"
    assert derive("a b c", SALT, ARGON2ID_FLOOR_2026_11).hex() == expected


def test_passphrase_salt_and_every_parameter_count() -> None:
    profiles = [ARGON2ID_FLOOR_2026_11, Profile("t", 3, 1, 19456), Profile("p", 2, 2, 19456), Profile("m", 2, 1, 19464)]
    keys = {derive("one", SALT, profile) for profile in profiles}
    keys |= {derive("two", SALT, profiles[0]), derive("one", SALT[::-1], profiles[0])}
    assert len(keys) == 6


def test_a_passphrase_typed_in_decomposed_letters_gives_the_same_key() -> None:
    composed = "Übergröße Ångström ﬁn"
    forms = {
        derive(unicodedata.normalize(form, composed), SALT, ARGON2ID_FLOOR_2026_11) for form in ("NFC", "NFD", "NFKC")
    }
    assert len(forms) == 1


def test_half_a_surrogate_pair_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not valid text"):
        derive("pass\udcffphrase", SALT, ARGON2ID_FLOOR_2026_11)


@pytest.mark.parametrize(
    "profile",
    [
        Profile("low-t", 1, 1, 64 * 1024),
        Profile("high-t", 17, 1, 64 * 1024),
        Profile("low-p", 2, 0, 64 * 1024),
        Profile("high-p", 2, 17, 64 * 1024),
        Profile("low-m", 2, 1, 19 * 1024 - 1),
        Profile("high-m", 2, 1, 1024 * 1024 + 1),
        Profile("too-much-work", 16, 4, 1024 * 1024),
        Profile("too-much-work-for-one-lane", 2, 1, 1024 * 1024),
        Profile("negative", -3, 4, 64 * 1024),
        Profile("huge", 3, 4, 2**63),
    ],
    ids=lambda profile: profile.name,
)
def test_parameters_out_of_bounds_never_run(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "Argon2id", None)
    with pytest.raises(Damaged, match="outside the accepted bounds"):
        derive("x", SALT, profile)


def test_random_parameters_are_either_within_the_bounds_or_refused() -> None:
    draw = random.Random(11)
    for _ in range(2_000):
        profile = Profile(
            "any",
            draw.randint(-4, 40),
            draw.randint(-4, 40),
            draw.choice([1, 19456, 65536, 2**20]) * draw.randint(1, 3),
        )
        try:
            profile.check()
        except Damaged:
            continue
        assert 2 <= profile.iterations <= 16
        assert 1 <= profile.lanes <= 16
        assert 19456 <= profile.memory_kib <= 2**20
        assert profile.iterations * profile.memory_kib <= min(profile.lanes, 3) * 2**20


def test_both_named_profiles_are_within_the_bounds() -> None:
    ARGON2ID_2026_11.check()
    ARGON2ID_FLOOR_2026_11.check()


def test_a_short_salt_is_damage() -> None:
    with pytest.raises(Damaged, match="salt"):
        derive("x", b"short", ARGON2ID_FLOOR_2026_11)


def test_missing_memory_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Starved:
        def __init__(self, **_: object) -> None: ...

        def derive(self, _: bytes) -> bytes:
            raise MemoryError

    monkeypatch.setattr(kdf, "Argon2id", Starved)
    with pytest.raises(StorageError, match="64 MiB"):
        derive("x", SALT, ARGON2ID_2026_11)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A machine that fills ``speed[0]`` KiB in a millisecond, on a clock of its own."""
    speed = [1.0]
    now = count()
    clock = [0.0]

    def derived(passphrase: str, salt: bytes, profile: Profile) -> bytes:
        profile.check()
        clock[0] += profile.iterations * profile.memory_kib / speed[0] / 1000
        return bytes(32)

    monkeypatch.setattr(kdf, "derive", derived)
    monkeypatch.setattr(kdf, "perf_counter", lambda: clock[0] + next(now) * 1e-12)
    yield speed
    kdf._of_this_machine.cache_clear()


def test_a_slow_machine_keeps_the_default(machine: list[float]) -> None:
    machine[0] = 3 * 65536 / 300
    assert kdf.calibrate() == ARGON2ID_2026_11


def test_a_faster_machine_gets_more_iterations_until_a_guess_costs_the_target(machine: list[float]) -> None:
    machine[0] = 3 * 65536 / 100
    profile = kdf.calibrate()
    assert profile == Profile("argon2id-2026-11-calibrated", 8, 4, 65536)
    assert kdf._guess_ms(profile) >= 250 > kdf._guess_ms(Profile("less", 7, 4, 65536))


def test_a_still_faster_machine_gets_more_memory_too(machine: list[float]) -> None:
    machine[0] = 16 * 65536 / 150
    profile = kdf.calibrate()
    assert (profile.iterations, profile.memory_kib) == (16, 128 * 1024)
    assert kdf._guess_ms(profile) >= 250


def test_the_fastest_machine_gets_the_strongest_profile_within_the_limits(machine: list[float]) -> None:
    machine[0] = 1e12
    profile = kdf.calibrate()
    assert (profile.iterations, profile.memory_kib) == (16, 192 * 1024)
    profile.check()


def test_calibration_on_this_very_machine_stays_within_the_bounds() -> None:
    profile = kdf.calibrate(target_ms=1.0)
    assert profile == ARGON2ID_2026_11


def test_the_environment_chooses_the_floor(monkeypatch: pytest.MonkeyPatch, machine: list[float]) -> None:
    kdf._of_this_machine.cache_clear()
    monkeypatch.setenv("REGISTRY_APP_KDF", "floor")
    assert kdf.chosen() is ARGON2ID_FLOOR_2026_11
    monkeypatch.delenv("REGISTRY_APP_KDF")
    machine[0] = 3 * 65536 / 100
    first = kdf.chosen()
    machine[0] = 1e12
    assert first.iterations == 8
    assert kdf.chosen() is first
    monkeypatch.setenv("REGISTRY_APP_KDF", "none")
    with pytest.raises(UsageError, match="REGISTRY_APP_KDF"):
        kdf.chosen()

from __future__ import annotations

from registry_app.vault import digest


def test_sha256_gives_the_known_answers_of_fips_180_4() -> None:
    assert digest.sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest.sha256(b"").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_hmac_gives_the_known_answer_of_rfc_4231() -> None:
    found = digest.hmac_sha256(b"\x0b" * 20, b"Hi There")
    assert found.hex() == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"


def test_hkdf_is_one_block_of_the_expand_step_of_rfc_5869() -> None:
    key = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    info = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9").decode("latin-1")
    assert digest.hkdf(key, "a") == digest.hmac_sha256(key, b"a\x01")
    assert digest.hkdf(key, "a", 16) == digest.hkdf(key, "a")[:16]
    assert digest.hkdf(key, info) != digest.hkdf(key, "a") != digest.hkdf(bytes(32), "a")


def test_equal_means_equal() -> None:
    assert digest.equal(b"ab", b"ab")
    assert not digest.equal(b"ab", b"ac")
    assert not digest.equal(b"ab", b"abc")


def test_pieces_give_the_digest_of_the_whole() -> None:
    running = digest.Running()
    for piece in (b"", b"a", b"bc"):
        running.update(piece)
    assert running.hex() == digest.sha256_hex(b"abc")

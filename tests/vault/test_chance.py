from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from registry_app.vault import chance, clock


def test_tokens_have_their_size_and_differ() -> None:
    assert len({chance.token(16) for _ in range(1_000)}) == 1_000
    assert {len(chance.token(size)) for size in range(40)} == set(range(40))


def test_ids_are_uuids_of_version_seven_that_differ() -> None:
    ids = [chance.uuid7() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert {(UUID(each).version, UUID(each).variant) for each in ids} == {(7, "specified in RFC 4122")}


def test_an_id_carries_the_time_and_the_bits_it_was_given() -> None:
    # RFC 9562, appendix A.6
    with clock.use(lambda: datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)):
        draw = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
        with chance.use(lambda size: draw):
            assert chance.uuid7() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_another_source_is_used_within_the_block_alone() -> None:
    with chance.use(bytes):
        assert chance.token(4) == bytes(4)
    assert chance.token(32) != bytes(32)

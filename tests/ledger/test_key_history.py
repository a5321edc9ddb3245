"""Which key could speak where: from the leaf that enrols it to the leaf that retires it, both included."""

from __future__ import annotations

from registry_app.ledger.key_history import KeyHistory

OLD, NEW = b"\1" * 32, b"\2" * 32


def history() -> KeyHistory:
    """Ada's first key from leaf 3 on."""
    known = KeyHistory()
    known.enrol("ada", "old", OLD, 3)
    return known


def test_a_key_speaks_from_its_own_leaf_on_and_never_before() -> None:
    assert [history()("ada", "old", seq) for seq in (0, 2, 3, 4, 10**9)] == [None, None, OLD, OLD, OLD]


def test_a_key_names_one_person() -> None:
    for stranger in (("eve", "old"), ("ada", "new"), ("", "old"), ("ada", "")):
        assert history()(*stranger, 5) is None


def test_a_retired_key_speaks_up_to_the_leaf_that_says_so() -> None:
    known = history()
    known.retire("ada", "old", 7)
    assert [known("ada", "old", seq) for seq in (6, 7, 8)] == [OLD, OLD, None]


def test_a_key_retired_twice_keeps_its_first_end() -> None:
    """Whoever is disabled later had no key to lose by then."""
    known = history()
    known.retire("ada", "old", 7)
    known.retire_all("ada", 20)
    assert [known("ada", "old", seq) for seq in (7, 8, 20)] == [OLD, None, None]


def test_new_keys_end_the_old_ones_and_speak_from_the_same_leaf() -> None:
    known = history()
    known.retire_all("ada", 7)
    known.enrol("ada", "new", NEW, 7)
    assert [known("ada", "old", seq) for seq in (7, 8)] == [OLD, None]
    assert [known("ada", "new", seq) for seq in (6, 7, 8)] == [None, NEW, NEW]


def test_all_keys_of_one_person_end_and_nobody_elses() -> None:
    known = history()
    known.enrol("ada", "new", NEW, 4)
    known.enrol("bob", "old", NEW, 4)
    known.retire_all("ada", 9)
    assert [known("ada", key, 10) for key in ("old", "new")] == [None, None]
    assert known("bob", "old", 10) == NEW


def test_retiring_what_was_never_enrolled_changes_nothing() -> None:
    known = history()
    known.retire("ada", "new", 5)
    known.retire_all("eve", 5)
    assert known("ada", "new", 5) is None
    assert known("ada", "old", 5) == OLD


def test_a_key_that_comes_back_speaks_in_both_spans_and_not_between() -> None:
    """No rule allows it; a forged ledger may say so, and its signatures are judged by what it says."""
    known = history()
    known.retire("ada", "old", 5)
    known.enrol("ada", "old", OLD, 9)
    assert [known("ada", "old", seq) for seq in (5, 6, 8, 9)] == [OLD, None, None, OLD]

"""Frames and outputs: what crosses the pipes, taken apart as if an enemy had written it."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.measure.sandbox import outputs
from registry_app.measure.sandbox.frames import BODY, HEAD, BadFrame, Inlet, body_prefix, head_frame, read_head, receive
from registry_app.measure.sandbox.outputs import Outputs


@given(
    st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.booleans()), max_size=5),
    st.binary(),
    st.integers(1, 9),
)
def test_frames_come_back_however_they_are_cut(content: dict[str, object], body: bytes, step: int) -> None:
    sent, inlet, found = head_frame(content) + body_prefix(len(body)) + body, Inlet(), list[object]()
    for start in range(0, len(sent), step):
        inlet.feed(sent[start : start + step])
        if not found and (head := inlet.take(HEAD, 1 << 20)) is not None:
            found.append(read_head(head))
    assert found == [content]
    assert inlet.take(BODY, len(body)) == body
    stream = io.BytesIO(sent)
    assert read_head(receive(stream.read, HEAD)) == content
    assert receive(stream.read, BODY) == body
    with pytest.raises(EOFError):
        receive(stream.read, BODY)


@given(st.binary(min_size=1, max_size=200))
def test_rubbish_is_refused_or_waits_and_never_more(rubbish: bytes) -> None:
    inlet = Inlet()
    inlet.feed(rubbish)
    try:
        found = inlet.take(HEAD, 64)
    except BadFrame:
        return
    assert found is None or (len(found) <= 64 and rubbish.startswith(HEAD))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"rubbish and more of it", "no frame"),
        (body_prefix(1) + b"x", "another kind"),
        (struct.pack("<4sQ", HEAD, 65), "announces 65 bytes where at most 64"),
    ],
)
def test_a_frame_that_does_not_belong_says_why(sent: bytes, words: str) -> None:
    inlet = Inlet()
    inlet.feed(sent)
    with pytest.raises(BadFrame, match=words):
        inlet.take(HEAD, 64)


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"],
)
def test_a_head_is_one_plain_json_object(data: bytes) -> None:
    with pytest.raises(BadFrame):
        read_head(data)


def crossed(made: Outputs, rows: int) -> Outputs:
    head, bodies = made.encoded()
    head = read_head(json.dumps(head).encode())
    assert outputs.sizes(head, rows) == [len(each) for each in bodies]
    return outputs.decoded(head, tuple(bodies))


@given(
    st.lists(
        st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1, max_size=9),
        min_size=1,
        max_size=20,
    )
)
def test_words_cross_as_they_are(labels: list[str]) -> None:
    found = crossed(Outputs.of(labels, None), len(labels))
    assert found.labels is not None
    assert found.labels.tolist() == labels


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_cross_as_they_are(values: list[float]) -> None:
    found = crossed(Outputs.of(values, np.array(values).reshape(-1, 1), [1]), len(values))
    assert found.labels is not None
    assert found.scores is not None
    assert found.labels.tolist() == values == found.scores[:, 0].tolist()
    assert found.classes == (1,)


GOOD = {"labels": [3], "words": None, "scores": [3, 2], "classes": ["a", "b"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": None, "scores": None}, "neither labels nor scores"),
        ({"labels": [2]}, "its labels have the shape"),
        ({"labels": "3"}, "its labels have the shape"),
        ({"scores": [3, 0]}, "its scores have the shape"),
        ({"scores": [3, 10**9]}, "its scores have the shape"),
        ({"scores": [3, 2.0]}, "its scores have the shape"),
        ({"scores": [4, 2]}, "its scores have the shape"),
        ({"scores": 3}, "its scores have the shape"),
        ({"classes": ["a"]}, "names 1 classes and scores 2"),
        ({"classes": None}, "no short list"),
        ({"classes": ["a", "\x1b[2J"]}, "no short list"),
        ({"classes": ["a", [1]]}, "no short list"),
        ({"words": ["a", 1]}, "no short list"),
        ({"words": ["x"] * 1001}, "no short list"),
        ({"more": 1}, "another form"),
    ],
    ids=str,
)
def test_a_head_that_does_not_fit_the_rows_is_refused(change: dict[str, object], words: str) -> None:
    assert outputs.sizes(GOOD, 3) == [24, 48]
    with pytest.raises(BadFrame, match=words):
        outputs.sizes({**GOOD, **change}, 3)


@pytest.mark.parametrize("code", [-1.0, 2.0, 0.5])
def test_a_label_that_is_none_of_the_words_is_refused(code: float) -> None:
    head = {"labels": [1], "words": ["a", "b"], "scores": None, "classes": []}
    with pytest.raises(BadFrame, match="none of its words"):
        outputs.decoded(head, (struct.pack("<d", code),))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_finite_number_is_refused(value: float) -> None:
    head = {"labels": None, "words": None, "scores": [1, 1], "classes": []}
    with pytest.raises(BadFrame, match="1 of its scores are no finite numbers"):
        outputs.decoded(head, (struct.pack("<d", value),))

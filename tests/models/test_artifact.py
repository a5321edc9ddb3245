from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from pathlib import Path

import pytest

from registry_app.errors import StorageError, UsageError
from registry_app.models import artifact
from registry_app.models.artifact import guess_format, measure_artifact
from registry_app.vault import digest


def lay(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


# Known answers: subject digests that model-signing 1.1.1 computes with its default settings over the same folders.
KNOWN = [
    (
        {"config.json": b"{}", "weights.bin": b"weights"},
        "c3bf65fb99ad2d0895377a5964fe0881130addd6c41095e22e5ba7da167dcde9",
        ["config.json", "weights.bin"],
    ),
    (
        {"a/b": b"1", "a-b": b"2", "a/b-c": b"3", "B": b"5", "z\u00e9": b"6", ".hidden": b"7", "empty": b""},
        "1765df1ac1e2ab201997ed8ba88c70a28a5bf9ba6ba0b3c7e65fb7561fdefcd2",
        [".hidden", "B", "a/b", "a/b-c", "a-b", "empty", "z\u00e9"],
    ),
    (
        {
            "m": b"1", ".git/HEAD": b"x", ".gitignore": b"x", ".gitattributes": b"x", ".github/w.yml": b"x",
            "sub/.gitignore": b"kept", "sub/.git/HEAD": b"kept", ".gitmodules": b"kept",
        },
        "5e3e64f2e4721cb4bd3e2d43df950aa47f53ec6a7d1f58ea46c03b96522b6285",
        [".gitmodules", "m", "sub/.git/HEAD", "sub/.gitignore"],
    ),
    ({"only": b"one"}, "fe8d7a873dc48961a6af334c996b2cb3ce37149d5ce9c9253952a54c6a92c1ad", ["only"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "digest", "order"), KNOWN)
def test_a_folder_has_the_digest_that_model_signing_gives_it(
    tmp_path: Path, files: dict[str, bytes], digest: str, order: list[str]
) -> None:
    (tmp_path / "model" / "empty folder").mkdir(parents=True)
    found = measure_artifact(lay(tmp_path / "model", files))
    assert (found.kind, found.digest) == ("folder", digest)
    assert [file.name for file in found.files] == order
    assert found.size == sum(file.size for file in found.files)


def test_a_file_has_the_sha256_of_its_bytes(tmp_path: Path) -> None:
    content = os.urandom(3 * artifact.PIECE + 17)
    (tmp_path / "model.bin").write_bytes(content)
    found = measure_artifact(tmp_path / "model.bin")
    assert (found.kind, found.digest, found.size) == ("file", hashlib.sha256(content).hexdigest(), len(content))
    assert found.files == (artifact.FileDigest("model.bin", len(content), found.digest),)


def test_a_renamed_file_in_a_folder_keeps_the_digest_only_if_the_order_stays(tmp_path: Path) -> None:
    first = measure_artifact(lay(tmp_path / "one", {"a": b"1", "b": b"2"}))
    second = measure_artifact(lay(tmp_path / "two", {"a": b"2", "b": b"1"}))
    assert first.digest != second.digest


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        measure_artifact(path)
    assert caught.value.todo.endswith(".")
    return caught.value.what


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "There is no artifact at" in refused(tmp_path / "absent")
    assert "is not a path" in refused(Path("a\0b"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert refused(tmp_path / "empty") == "The artifact 'empty' is empty."


def test_a_folder_without_bytes_is_refused(tmp_path: Path) -> None:
    lay(tmp_path / "model", {"empty": b"", ".git/HEAD": b"not counted"})
    assert refused(tmp_path / "model") == "The folder 'model' holds no bytes of a model."


@pytest.mark.parametrize("target", ["/etc/passwd", "weights", "absent"])
def test_a_folder_with_a_link_is_refused_wherever_the_link_leads(tmp_path: Path, target: str) -> None:
    lay(tmp_path / "model", {"weights": b"1", "sub/x": b"1"})
    (tmp_path / "model" / "sub" / "link").symlink_to(target)
    assert refused(tmp_path / "model") == f"'sub/link' is a link to '{target}', and links are not part of an artifact."


def test_a_link_inside_what_is_left_out_is_refused_as_model_signing_does(tmp_path: Path) -> None:
    lay(tmp_path / "model", {"weights": b"1", ".git/HEAD": b"x"})
    (tmp_path / "model" / ".git" / "link").symlink_to("HEAD")
    assert "is a link" in refused(tmp_path / "model")


def test_a_linked_folder_and_a_link_as_the_artifact_are_refused(tmp_path: Path) -> None:
    lay(tmp_path / "model", {"weights": b"1"})
    (tmp_path / "latest").symlink_to("model")
    assert "is a link to 'model'" in refused(tmp_path / "latest")
    (tmp_path / "model" / "more").symlink_to(tmp_path)
    assert "is a link" in refused(tmp_path / "model")


def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    lay(tmp_path / "model", {"weights": b"1"})
    os.mkfifo(tmp_path / "model" / "pipe")
    assert "'pipe' is a device, pipe or socket" in refused(tmp_path / "model")
    assert "'pipe' is a device, pipe or socket" in refused(tmp_path / "model" / "pipe")
    assert "is a device" in refused(Path("/dev/zero"))


@pytest.mark.parametrize("name", ["a\x1b[31mred", "a\u202eb", os.fsdecode(b"\xff\xfe"), "a\nb"])
def test_a_name_that_a_terminal_could_obey_is_refused_and_shown_harmlessly(tmp_path: Path, name: str) -> None:
    lay(tmp_path / "model", {name: b"1"})
    what = refused(tmp_path / "model")
    assert "hidden or broken characters" in what
    assert what.isprintable()
    what.encode()


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"1" * 100)

    class Meddler(digest.Running):
        def update(self, piece: bytes) -> None:
            with path.open("ab") as stream:
                stream.write(b"more")
            monkeypatch.undo()
            super().update(piece)

    monkeypatch.setattr(digest, "Running", Meddler)
    assert refused(path) == "'weights' changed while it was being read."


def test_a_file_added_to_a_folder_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path / "model", {"weights": b"1"})
    genuine = artifact._read

    def meddle(path: Path) -> tuple[artifact.FileDigest, bytes, bytes]:
        (tmp_path / "model" / "later").write_bytes(b"2")
        return genuine(path)

    monkeypatch.setattr(artifact, "_read", meddle)
    assert refused(tmp_path / "model") == "'model' changed while it was being read."


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "MOST_FILES", 2)
    lay(tmp_path / "model", {"a": b"1", "b": b"2", "c": b"3"})
    assert "more than 2 files" in refused(tmp_path / "model")


def test_a_failing_disk_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").write_bytes(b"1")

    def fail(path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(artifact, "_read", fail)
    with pytest.raises(StorageError, match="Input/output error"):
        measure_artifact(tmp_path / "weights")


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").write_bytes(b"1")

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(artifact, "_read", fail)
    assert "cannot be read by this user" in refused(tmp_path / "weights")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("m.pkl", pickle.dumps({"a": 1}), "pickle"),
        ("m.onnx", pickle.dumps({"a": 1}), "pickle"),
        ("m.pkl", pickle.dumps({"a": 1}, protocol=0), "pickle"),
        ("m.joblib", pickle.dumps({"a": 1}), "joblib"),
        ("m.joblib", b"x\x9c compressed", "joblib"),
        ("m.pt", pickle.dumps(1, protocol=2), "pytorch"),
        ("m.onnx", b"\x08\x08\x12\x07pytorch", "onnx"),
        ("m.safetensors", (2).to_bytes(8, "little") + b"{}", "safetensors"),
        ("m.gguf", b"GGUF\x03\x00\x00\x00", "gguf"),
        ("m.h5", b"\x89HDF\r\n\x1a\n....", "keras"),
        ("m.json", b'{"learner":{"attributes":{}}}', "xgboost-json"),
        ("m.ubj", b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", "xgboost-ubj"),
        ("m.txt", b"tree\nversion=v4\n", "lightgbm"),
        ("m.txt", b"hello", "unknown"),
        ("m.json", b'{"a": 1}', "unknown"),
        ("m", b"", "unknown"),
    ],
)
def test_the_format_is_guessed_from_the_bytes_first(name: str, content: bytes, expected: str) -> None:
    assert guess_format(name, content[:4096], content[-65536:]) == expected


@pytest.mark.parametrize(
    ("name", "members", "expected"),
    [
        ("m.zip", ["schema.json", "1.npy"], "skops"),
        ("m.pt", ["archive/data.pkl", "archive/version"], "pytorch"),
        ("m.keras", ["metadata.json", "config.json", "model.weights.h5"], "keras"),
        ("m.zip", ["readme.txt"], "unknown"),
    ],
)
def test_a_zip_is_told_by_its_members(tmp_path: Path, name: str, members: list[str], expected: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    assert measure_artifact(tmp_path / name).format == expected


def test_a_folder_has_the_format_of_its_files(tmp_path: Path) -> None:
    pickled = pickle.dumps(1)
    assert measure_artifact(lay(tmp_path / "a", {"m.pkl": pickled, "README": b"hi"})).format == "pickle"
    assert measure_artifact(lay(tmp_path / "b", {"m.pkl": pickled, "m.gguf": b"GGUF...."})).format == "mixed"
    assert measure_artifact(lay(tmp_path / "c", {"README": b"hi"})).format == "unknown"

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from registry_app.models import scan
from registry_app.models.scan import Scan


class Payload:
    """Unpickling this would create the file named."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


def test_a_malicious_pickle_is_flagged_and_never_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "loaded"
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(Payload(marker)))
    found = scan.scan(tmp_path / "model.pkl")
    assert found.outcome == "dangerous"
    assert any("posix.system" in line and "picklescan" in line for line in found.findings)
    assert found.scanner.startswith("picklescan 1.")
    assert not marker.exists()
    pickle.loads((tmp_path / "model.pkl").read_bytes())
    assert marker.exists(), "the payload must be a real one for this test to say anything"


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_a_compressed_joblib_hides_nothing(tmp_path: Path, compress: Any) -> None:
    import joblib

    marker = tmp_path / "loaded"
    joblib.dump(Payload(marker), tmp_path / "model.joblib", compress=compress)
    found = scan.scan(tmp_path / "model.joblib")
    assert found.outcome == "dangerous"
    assert not marker.exists()


def test_a_payload_behind_raw_arrays_of_joblib_is_found(tmp_path: Path) -> None:
    import joblib
    import numpy as np

    marker = tmp_path / "loaded"
    joblib.dump([np.arange(1000.0), Payload(marker)], tmp_path / "model.joblib")
    assert scan.scan(tmp_path / "model.joblib").outcome == "dangerous"
    joblib.dump([np.arange(1000.0)], tmp_path / "plain.joblib")
    found = scan.scan(tmp_path / "plain.joblib")
    assert found.outcome == "suspicious"
    assert any("raw arrays" in line for line in found.findings)


def test_a_payload_in_a_zip_or_deep_in_a_folder_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "model" / "deep"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("nothing here")
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Payload(tmp_path / "loaded")))
    found = scan.scan(tmp_path / "model")
    assert found.outcome == "dangerous"
    assert found.findings[0].startswith("deep/model.pt: ")


def test_plain_data_is_clean(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"coefficients": [1.5, 2.5]}))
    assert scan.scan(tmp_path / "model.pkl") == Scan("clean", (), scan.scanner())


def test_a_fitted_model_in_a_pickle_is_not_called_dangerous(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    assert scan.scan(tmp_path / "model.pkl").outcome in ("clean", "suspicious")


def test_a_skops_file_is_judged_by_the_types_it_names(tmp_path: Path) -> None:
    import skops.io
    from sklearn.linear_model import LogisticRegression

    skops.io.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / "model.skops")
    assert scan.scan(tmp_path / "model.skops").outcome == "clean"
    with zipfile.ZipFile(tmp_path / "bad.skops", "w") as archive:
        archive.writestr("schema.json", '{"content": {"__class__": "system", "__module__": "os"}}')
    found = scan.scan(tmp_path / "bad.skops")
    assert found.outcome == "dangerous"
    assert found.findings == ("bad.skops: schema.json: dangerous import os.system (opcodes)",)


def test_what_is_no_pickle_is_not_scanned(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x08\x08\x12\x07pytorch")
    (tmp_path / "link.pkl").symlink_to("model.onnx")
    assert scan.scan(tmp_path / "model.onnx").outcome == "not_scanned"
    assert scan.scan(tmp_path / "link.pkl").outcome == "not_scanned"
    assert scan.scan(tmp_path / "absent").outcome == "not_scanned"


def test_nonsense_with_a_pickle_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04 this is no pickle")
    found = scan.scan(tmp_path / "model.pkl")
    assert found.outcome == "error"
    assert any("not a whole pickle" in line for line in found.findings)


def test_names_in_findings_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.pkl").write_bytes(b"cos\x1b]0;title\x07\nsys\x9btem\n.")
    found = scan.scan(tmp_path / "a\x1b[31m.pkl")
    assert found.findings
    assert all(line.isprintable() for line in found.findings)


def test_a_file_that_exhausts_the_reader_is_an_error_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04\x8e" + (1 << 40).to_bytes(8, "little") + b"x.")
    assert scan.scan(tmp_path / "model.pkl").outcome == "error"


def test_a_stream_that_unpacks_to_too_much_is_an_error_not_a_clean_bill(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "model.pkl").write_bytes(gzip.compress(b"\x80\x04" + b"0" * (257 << 20), 1))
    found = scan.scan(tmp_path / "model.pkl")
    assert found.outcome == "error"
    assert found.findings == ("model.pkl: A stream unpacks to more than 256 MiB.",)


def test_a_scan_past_its_deadline_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(1))
    assert scan.scan(tmp_path / "model.pkl", seconds=0.0001).findings[0].startswith("Scanning took more than")


def test_a_child_that_answers_nonsense_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("", "print('{}')", 'print(\'{"outcome": "splendid", "findings": []}\')'):
        monkeypatch.setattr(scan, "_CHILD", code)
        assert scan.scan(tmp_path).outcome == "error"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "absent"))
    assert scan.scan(tmp_path).findings == ("The scanner could not be started.",)


def test_the_child_limits_its_memory_and_time_before_it_reads(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from registry_app.models import scan; scan.child(sys.argv[1]); "
        "assert resource.getrlimit(resource.RLIMIT_AS)[0] == scan.MEMORY; "
        "assert resource.getrlimit(resource.RLIMIT_CPU)[0] == scan.SECONDS"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, '{"outcome": "not_scanned", "findings": []}')

"""C beside this file, compiled to be loaded before the C library's own calls (``LD_PRELOAD``)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def compiled(name: str, place: Path) -> Path:
    """``name.c`` as a library in the folder ``place``.

    Raises:
        AssertionError: there is no C compiler; without one nothing here can be tried.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler, "There is no C compiler. Run 'sh setup.sh test', which installs gcc and libc6-dev."
    library = place / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-o", library, source, "-ldl", "-lpthread"], check=True
    )
    return library

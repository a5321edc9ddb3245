"""How much memory, time and disk a run in the sandbox may have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one child process may use; going beyond any of it ends the run."""

    seconds: float = 300.0
    """Wall-clock time for everything it is asked, its start included."""
    cpu: int = 600
    """CPU time of all its threads, seconds."""
    memory: int = 4 << 30
    """Address space, bytes; threads and libraries count as well as data."""
    file: int = 64 << 20
    """One file in its scratch folder, bytes."""
    disk: int = 256 << 20
    """Its scratch folder as a whole, bytes."""
    files: int = 256
    """Files open at once, and files in its scratch folder."""
    answer: int = 1 << 30
    """One answer, bytes; never more than the rows asked about can need."""
    talk: int = 16 << 20
    """What it prints, bytes; only the last few kilobytes are kept."""
    threads: int = 2
    """Threads that the numerical libraries start."""

    def resources(self) -> dict[str, int]:
        """The part of it that the child sets for itself, as :func:`registry_app.measure.sandbox.lock.lock` takes it."""
        return {"memory": self.memory, "file": self.file, "cpu": self.cpu, "files": self.files}

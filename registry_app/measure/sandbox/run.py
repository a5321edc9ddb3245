"""The way in: a model file and a table without labels, and back come what the model says of each row, and the level it ran at.

Whether it may run is decided before anything is started: code from a file (pickle, joblib, a callable) only where the probed level
holds, a pickle only by a decision to trust exactly that file. The file is copied first, so that what was hashed is what is loaded.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_app.errors import SandboxError, StorageError, UsageError
from registry_app.measure.explain.batches import BATCH
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import MOST_BYTES, Result, decode, finished
from registry_app.measure.sandbox import level, outputs, verdict
from registry_app.measure.sandbox.explaining import ASKED
from registry_app.measure.sandbox.features import Features, features
from registry_app.measure.sandbox.frames import BadFrame, body_prefix, head_frame
from registry_app.measure.sandbox.jail import Folder, folders, jailed
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.loading import FORMATS
from registry_app.measure.sandbox.process import Answer, Child
from registry_app.measure.sandbox.readable import readable
from registry_app.measure.sandbox.trust import CODE, HOLDS, PICKLES, Trust, Waiver
from registry_app.text import harmless
from registry_app.vault import clock, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from registry_app.measure.sandbox.crew import Crew

_PIECE = 1 << 20


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a model said of each row, checked for shape and for being finite, and for nothing else: it may lie."""

    labels: NDArray[np.generic] | None
    """Labels or values, shape (rows,): float64, or object holding str; ``None`` when the model gives scores alone."""
    scores: NDArray[np.float64] | None
    """Score of each class, shape (rows, classes); one column where only the positive class is scored."""
    classes: tuple[str | float, ...]
    """What the columns of the scores are for; empty when the model does not say."""
    digest: str
    """SHA-256 of the file that was loaded; of nothing for a callable."""
    level: level.Level
    """What the sandbox held when this ran."""
    waiver: Waiver | None
    """By which it ran below the level it needs; ``None`` when it needed none."""
    seconds: float
    """From the start of the child to its answer."""
    said: tuple[str, ...]
    """The last lines it printed, harmless on a terminal."""


@dataclass(frozen=True, eq=False)
class Session:
    """One model in one child, for several questions. Its time and its limits are those of the child."""

    child: Child
    digest: str
    """SHA-256 of the model's file."""
    level: level.Level
    waiver: Waiver | None
    began: float
    progress: Progress = SILENT
    """Told how far an explanation is."""

    def predict(self, table: Mapping[str, Any] | Any) -> Predicted:
        """What the model says of each row of ``table``: columns by name, or a data frame, without labels.

        Raises:
            UsageError: the table is none, or the model does not take it.
            SandboxError: the model misbehaved; the child is of no more use.
        """
        rows = features(table)
        answer = self._ask("predict", [rows], {}, lambda head: outputs.sizes(head, rows.rows))
        try:
            found = outputs.decoded(answer.head, answer.bodies)
        except BadFrame as error:
            raise verdict.garbled(str(error), self.child.said) from error
        return Predicted(
            found.labels, found.scores, found.classes, self.digest, self.level, self.waiver,
            time.monotonic() - self.began, verdict.lines(self.child.said),
        )  # fmt: skip

    def explain(
        self, rows: Mapping[str, Any] | Any, background: Mapping[str, Any] | Any, crew: Crew | None = None, **asked: Any
    ) -> Result:
        """Explain the model inside the jail; what comes back is checked against the schema and against what was asked.

        Args:
            rows: what to explain: columns by name, or a data frame, without labels.
            background: rows that "a feature is not known" is averaged over.
            crew: further children that hold the same and explain most of the rows.
            asked: ``seed``, ``sensitive`` (sensitive feature to the group of each row), and what else of
                :func:`registry_app.measure.explain.explain` is named in :data:`~registry_app.measure.sandbox.explaining.ASKED`.

        Raises:
            UsageError: the tables are none, or the model cannot be explained.
            SandboxError: the model misbehaved, or the answer is about something else.
            StorageError: a worker of the crew was lost.
        """
        groups = {name: [str(each) for each in values] for name, values in asked.pop("sensitive", {}).items()}
        unknown = sorted(set(asked) - set(ASKED))
        if unknown or "seed" not in asked:
            raise UsageError(
                f"An explanation takes no {(unknown or ['missing seed'])[0]!r}.", f"Give {', '.join(ASKED)}."
            )
        tables = [features(rows), features(background), *([features(groups)] if groups else [])]
        began = clock.now()
        try:
            answer = self._shared(tables, asked, crew)
            found = decode(answer.bodies[0])
        except UsageError as error:
            if "not the result of a measurement" not in error.what:
                raise
            raise verdict.garbled("it is no explanation", self.child.said) from error
        given = ("explanation", asked["seed"], tables[0].rows, list(groups))
        if (found.kind, found.seed, found.data["rows"], found.data["sensitive"]) != given:
            raise verdict.garbled("it explains something else", self.child.said)
        libraries = ("shap", "scikit-learn", "scipy")
        ours = finished(found.kind, found.data, found.parameters, found.seed, libraries, began, found.result)
        return replace(ours, version=found.version)

    def _shared(self, tables: Sequence[Features], asked: dict[str, Any], crew: Crew | None) -> Answer:
        """The explanation's bytes; on the way to them the child says how far it is, and asks for what the crew gives."""
        most = tables[0].rows

        def sizes(head: dict[str, Any]) -> list[int]:
            if set(head) == {"explained"}:
                _counts(head["explained"], 2)
                return []
            if set(head) == {"wanted"} and crew is not None:
                start, stop, columns, total = _counts(head["wanted"], 4)
                if start % BATCH or not start < stop <= total <= most:
                    raise BadFrame("it asks for rows that are not there")
                if not 0 < columns * (stop - start) * 8 <= self.child.limits.answer:
                    raise BadFrame("it asks for more than an answer may hold")
                return []
            return _one_text(head)

        answer = self._ask("explain", tables, {"asked": asked, "shared": crew is not None}, sizes)
        while "bytes" not in answer.head:
            self.child.watch()
            bodies = []
            if "explained" in answer.head:
                self.progress.step("explaining", *answer.head["explained"])
            elif crew is not None:
                start, stop, columns, total = answer.head["wanted"]

                def waiting(done: int, total: int = total) -> None:
                    self.child.watch()
                    self.progress.step("explaining", done, total)

                bodies = [crew.values(start, stop, columns, waiting).astype("<f8").tobytes()]
            answer = self._answered(_framed({"bodies": len(bodies)}, bodies), sizes)
        return answer

    def prepare(self, tables: Sequence[Features], asked: dict[str, Any]) -> None:
        """Make the child ready for :meth:`piece`.

        Args:
            tables: rows and background, as :meth:`explain` takes them.
            asked: of what it is asked there, :data:`~registry_app.measure.sandbox.explaining.PIECE`.
        """
        self._ask("prepare", tables, {"asked": asked}, lambda _: [])

    def piece(self, start: int, stop: int, columns: int) -> NDArray[np.float64]:
        """SHAP values of the rows from ``start``, a multiple of the batch, up to ``stop``, shape (rows, columns); any.

        Raises:
            SandboxError: the model misbehaved, or there are more or fewer.
        """
        import numpy as np

        size = (stop - start) * columns * 8
        head = {"task": "piece", "bodies": 0, "start": start, "stop": stop}
        answer = self._answered([head_frame(head)], lambda head: _one_text(head, size))
        return np.frombuffer(answer.bodies[0], dtype="<f8").reshape(stop - start, columns)

    def _ask(self, task: str, tables: Sequence[Features], more: dict[str, Any], sizes: Any) -> Answer:
        bodies = sum(len(each.columns) for each in tables)
        head = {"task": task, "bodies": bodies, "tables": [each.head() for each in tables], **more}
        return self._answered(_request(head, tables), sizes)

    def _answered(self, request: Iterable[bytes], sizes: Any) -> Answer:
        answer = self.child.ask(request, sizes)
        if "error" in answer.head:
            raise verdict.told(answer.head, self.child.said)
        return answer


def predict(
    model: Path | str,
    format: str,
    table: Mapping[str, Any] | Any,
    *,
    trust: Trust | None = None,
    waiver: Waiver | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
    keep_out: Iterable[Path] = (),
) -> Predicted:
    """Load ``model`` in a jail and return what it says of each row of ``table``; see :func:`opened` and :class:`Session`."""
    with opened(model, format, trust=trust, waiver=waiver, limits=limits, folder=folder, keep_out=keep_out) as session:
        return session.predict(table)


@contextmanager
def opened(
    model: Path | str,
    format: str,
    *,
    trust: Trust | None = None,
    waiver: Waiver | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
    keep_out: Iterable[Path] = (),
    progress: Progress = SILENT,
) -> Iterator[Session]:
    """A child in a jail that will load ``model`` when it is first asked something.

    Args:
        model: its file; for a callable ``module:function``, a function of a data frame that returns a label or value per row.
        format: one of :data:`~registry_app.measure.sandbox.loading.FORMATS`.
        trust: the decision that lets a pickle be loaded, or types that skops does not know.
        waiver: the decision that lets code run where no level holds.
        limits: what it may use.
        folder: where a callable's module lies; readable for the child, with all below it.
        keep_out: what the child must not be able to read, such as the folder of a registry.
        progress: asked many times a second whether to go on.

    Raises:
        Cancelled: ``progress`` said so; the child is dead.
        UsageError: there is no such file or format, or the folder holds what must be kept out.
        SandboxError: the level does not hold, trust is missing or for another file, or the child could not be jailed.
        StorageError: there is no room for a copy of the file.
    """
    if format not in FORMATS:
        raise UsageError(f"{harmless(format)[:40]!r} is no format of a model.", f"Use one of {', '.join(FORMATS)}.")
    limits = limits or Limits()
    found = _level(format, waiver)
    holds = found.number >= HOLDS
    with folders() as places:
        setting: dict[str, Any] = {"format": format, "trusted": trust is not None, "threads": limits.threads}
        given: list[Path] = []
        if format == "callable":
            setting |= _called(str(model), folder)
            given, name = [Path(setting["folder"])], digest.sha256_hex(b"")
        else:
            copy, name = _copied(Path(model), places)
            setting["file"] = str(copy)
        if trust is not None and not digest.equal(trust.digest.encode(), name.encode()):
            raise SandboxError(
                "The decision to trust a file is about another file.", "Have somebody decide on this one."
            )
        if trust is None and format in PICKLES:
            raise SandboxError(
                "A pickle can run anything when it is loaded, and nobody has decided to trust this one.",
                "Save the model as skops or ONNX; or register it, have it looked at with 'registry-app trust grant', and run it "
                "with 'registry-app evaluate'.",
            )
        began = time.monotonic()
        allowed = readable(given, keep_out)
        with jailed(places, allowed, limits, found.number == 3, setting, progress) as (child, locked):
            if holds and not (locked.landlock and locked.seccomp):
                raise SandboxError("The sandbox did not close this time.", "Look at what has changed on this machine.")
            yield Session(child, name, found, None if holds or format not in CODE else waiver, began, progress)


def _level(format: str, waiver: Waiver | None) -> level.Level:
    if os.name != "posix":
        raise SandboxError("Models can only be run on Linux.", "Use a table of predictions made elsewhere.")
    found = level.probed()
    if format in CODE and found.number < HOLDS and waiver is None:
        raise SandboxError(
            f"This machine has no sandbox that holds: {found.because}.",
            "Use skops, ONNX or a booster's own format, a table of predictions, or have a waiver signed.",
        )
    return found


def _called(call: str, folder: Path | None) -> dict[str, str]:
    parts = call.split(":")
    if len(parts) != 2 or not all(part.isidentifier() for part in (*parts[0].split("."), parts[1])):
        raise UsageError(f"{harmless(call)[:80]!r} names no callable.", "Write it as module:function.")
    if folder is None or not folder.is_dir():
        raise UsageError("The folder of the callable's module is missing.", "Name the folder that the module lies in.")
    return {"call": call, "folder": str(folder.resolve())}


def _copied(path: Path, places: Folder) -> tuple[Path, str]:
    """A copy that nobody else can change, and the digest of exactly what was copied."""
    copy, running = places.model / "model", digest.Running()
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise UsageError(f"{harmless(str(path))[:200]!r} is no file.", "Name the file of the model.")
            with open(copy, "xb") as target:
                while piece := source.read(_PIECE):
                    running.update(piece)
                    target.write(piece)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, ValueError) as error:
        raise UsageError(
            f"The model {harmless(str(path))[:200]!r} cannot be read.", "Check the path, and that you may read it."
        ) from error
    except OSError as error:
        raise StorageError(
            f"Copying the model failed ({harmless(str(error.strerror))}).", "Free some space in the temporary folder."
        ) from error
    return copy, running.hex()


def _one_text(head: dict[str, Any], exactly: int | None = None) -> list[int]:
    length = head.get("bytes")
    if set(head) != {"bytes"} or type(length) is not int or not 0 < length <= (exactly or MOST_BYTES):
        raise BadFrame("its head is of another form")
    if exactly is not None and length != exactly:
        raise BadFrame(f"it has {length:,} bytes where {exactly:,} belong")
    return [length]


def _counts(told: Any, many: int) -> list[int]:
    """So many whole numbers, from 0 to what a table can have."""
    if not isinstance(told, list) or len(told) != many:
        raise BadFrame("its head is of another form")
    if not all(type(each) is int and 0 <= each < 1 << 32 for each in told):
        raise BadFrame("its head is of another form")
    return told


def _request(head: dict[str, Any], tables: Sequence[Features]) -> Iterator[bytes]:
    return _framed(head, (body for table in tables for body in table.bodies()))


def _framed(head: dict[str, Any], bodies: Iterable[bytes]) -> Iterator[bytes]:
    yield head_frame(head)
    for body in bodies:
        yield body_prefix(len(body))
        yield body

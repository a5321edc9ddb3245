"""What every request can do, and the inputs that a result does not hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.result import Kind, Result

if TYPE_CHECKING:
    from registry_app.measure.requests.modelled import Modelled


@dataclass(frozen=True)
class Inputs:
    """Where what was measured lies today; a result names it by digest alone."""

    data: str
    """The table, or the file: a path, a glob or a URL."""
    other: str = ""
    """The second table, where there is one: the reference of a drift, the background of an explanation, what quality was held against."""
    model: Modelled | None = None
    """The model, where it was run."""


class Request(ABC):
    """One measurement that can be made."""

    kind: ClassVar[Kind]
    """Of the result."""

    @abstractmethod
    def run(self, progress: Progress = SILENT) -> Result:
        """Measure.

        Raises:
            UsageError: an input is not what the request needs; all its problems are listed.
            Cancelled: ``progress`` said so.
            StorageError: the disk or a server failed.
            SandboxError: a model may not be run, or misbehaved.
        """

    @classmethod
    @abstractmethod
    def of(cls, result: Result, inputs: Inputs) -> Self:
        """The request that ``result`` was made by, for inputs that lie where ``inputs`` says.

        Raises:
            UsageError: the result does not say enough, or an input is missing.
        """

"""YAML read for strangers' files: plain data only, every line number kept, nothing that grows or runs.

A subset of YAML 1.2 with the failsafe habits of a rule book: one document, text, whole numbers, true, false and null.
Anchors, aliases, tags and merge keys are refused, so a small file cannot become a big value and no type is built.
What looks like a date or a fraction stays text: numbers with a fraction are decimal text everywhere in the registry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from registry_app.errors import UsageError

MOST_BYTES = 1024 * 1024
"""The largest document that is read, in bytes."""

MOST_NODES = 20_000
"""The most values (keys included) in one document."""

DEEPEST = 32
"""How many lists and mappings may stand inside each other."""

LARGEST = 2**53 - 1
"""The largest whole number, either sign."""

Path = tuple[str | int, ...]
"""Where a value stands: keys and 0-based positions from the top."""


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document: plain data and where each of its values was written."""

    name: str
    """What the file is called in messages."""
    value: Any
    """dict, list, str, int, bool or None, nested."""
    lines: dict[Path, int]
    """The 1-based line of each value, by its path."""

    def line(self, path: Path) -> int:
        """The 1-based line of the value at ``path``, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, what: str, todo: str) -> UsageError:
        """The error that says ``what`` is wrong with the value at ``path``; to be raised by the caller."""
        return _problem(self.name, self.line(path), what, todo)


class _Lines(yaml.SafeLoader):
    """SafeLoader that gives nodes one at a time and resolves nothing but whole numbers, true, false and null."""

    yaml_implicit_resolvers = {}

    nodes = 0
    depth = 0
    name = ""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _problem(self.name, line, "it has an anchor or an alias", "Write the value out where it is needed.")
        if getattr(event, "tag", None) is not None:
            raise _problem(self.name, line, "it has a tag", "Remove the word that begins with an exclamation mark.")
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _problem(self.name, line, f"it has more than {MOST_NODES} values", "Split it into smaller files.")
        self.depth += 1
        if self.depth > DEEPEST:
            raise _problem(self.name, line, f"it is nested deeper than {DEEPEST} levels", "Make it flatter.")
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Lines.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Lines.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Lines.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,18})$"), list("-0123456789"))


def load_yaml(data: bytes, name: str) -> Document:
    """The one document in ``data``; ``name`` is what messages call the file.

    Raises:
        UsageError: more than 1 MiB, not UTF-8, not YAML, more than one document, an anchor, alias or tag, a key that
            is no text or stands twice, a number of 2^53 or more, or too many or too deeply nested values.
    """
    if len(data) > MOST_BYTES:
        raise _problem(name, 1, f"it is larger than {MOST_BYTES} bytes", "Split it into smaller files.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _problem(name, line, "it is not UTF-8 text", "Save it as UTF-8.") from None
    try:
        loader = _Lines(text)
        loader.name = name
        node = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _problem(name, line, "it has a control character", "Remove the character.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "it cannot be parsed").split("\n")[0][:200]
        raise _problem(
            name, mark.line + 1 if mark else 1, f"it is not YAML ({ascii_only(said)})", "Correct the line."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _problem(name, 1, "it cannot be read as YAML", "Correct the file.") from None
    if node is None:
        raise _problem(name, 1, "it is empty", "Write something into it.")
    lines: dict[Path, int] = {}
    return Document(name, _plain(node, (), lines, name), lines)


def ascii_only(text: str) -> str:
    """``text`` with everything but printable ASCII as escapes, safe for a terminal."""
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], name: str) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, n), lines, name) for n, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            key = _plain(key_node, (*path, "?"), {}, name)
            if not isinstance(key, str):
                raise _problem(name, key_line, "it has a key that is no text", "Put the key in quotes.")
            if key in found:
                raise _problem(name, key_line, f"it has the key '{ascii_only(key)[:80]}' twice", "Keep one of them.")
            found[key] = _plain(value_node, (*path, key), lines, name)
            lines[(*path, key)] = key_line
        return found
    kind = node.tag.rpartition(":")[2]
    if kind == "bool":
        return node.value == "true"
    if kind == "null":
        return None
    if kind == "int":
        number = int(node.value)
        if abs(number) > LARGEST:
            raise _problem(name, line, "it has a number of 2^53 or more", "Put the number in quotes.")
        return number
    return str(node.value)


def _problem(name: str, line: int, what: str, todo: str) -> UsageError:
    return UsageError(f"{ascii_only(name)[:200]}, line {line}: {what}.", todo)

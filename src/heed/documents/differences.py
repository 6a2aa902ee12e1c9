"""Text beside its earlier self, and YAML with its keys marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

KEY = re.compile(r"^(\s*(?:- )?)([\w.\-/]+)(:)(\s|$)(.*)$")


@dataclass(frozen=True)
class Line:
    """One line of a difference: same, added, removed or skipped."""

    kind: str
    text: str


def diff_lines(before: str, after: str, context: int = 3) -> list[Line]:
    """The lines that differ, with some lines about them; empty when nothing differs."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        if group[0][1] > 0 or lines:
            lines.append(Line("skipped", "⋯"))
        for kind, start, end, from_line, to_line in group:
            if kind == "equal":
                lines.extend(Line("same", text) for text in old[start:end])
                continue
            lines.extend(Line("removed", text) for text in old[start:end])
            lines.extend(Line("added", text) for text in new[from_line:to_line])
    return lines


def yaml_marks(text: str) -> SafeString:
    """YAML with its keys and comments marked, line by line; all else as it stands."""
    return format_html_join("\n", "{}", ((_marked(line),) for line in text.splitlines()))


def _marked(line: str) -> SafeString:
    if line.lstrip().startswith("#"):
        return format_html('<span class="note">{}</span>', line)
    found = KEY.match(line)
    if not found:
        return format_html("{}", line)
    indent, key, colon, gap, rest = found.groups()
    return format_html('{}<span class="key">{}</span>{}{}{}', indent, key, colon, gap, rest)


def joined(lines: Sequence[Line]) -> str:
    """A difference as plain text, for mails and terminals."""
    signs = {"added": "+ ", "removed": "- ", "skipped": "  ", "same": "  "}
    return "\n".join(signs[line.kind] + line.text for line in lines)

"""Responses in an archive of LimeSurvey (.lsa): columns by id of question, told again by the codes of its survey. Pure.

Source: LimeSurvey manual, "Display/Export survey" (survey archive), and its own archives (github.com/LimeSurvey/LimeSurvey,
tests/data/surveys/*.lsa): `*.lss` is the survey, `*_responses.lsr` the responses, in columns `123456X7X89SQ001` (survey, group, question,
part; XML has _ before a figure and - for #) or, since version 7, `Q89_S90`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.rules.exchanging.lss import Tables

OLD = re.compile(r"_?\d+X\d+X(\d+)(.*)")
NEW = re.compile(r"_?Q(\d+)((?:_S\d+)*)(?:_C?(other|comment|othercomment))?(?:_R(\d+))?", re.IGNORECASE)
BESIDE = ("other", "comment", "othercomment")


class Columns:
    """The columns of a survey as its export with codes calls them."""

    def __init__(self, tables: Tables) -> None:
        rows = [row for name in ("questions", "subquestions") for row in tables.get(name, [])]
        self.titles = {row.get("qid", ""): row.get("title", "") for row in rows}
        self.parts: dict[str, set[str]] = {}
        for row in rows:
            if row.get("parent_qid", "0") not in ("", "0"):
                self.parts.setdefault(row["parent_qid"], set()).add(row.get("title", ""))

    def name_of(self, field: str) -> str:
        """`_123456X7X89SQ001` is `G01Q02[SQ001]`; what is no answer keeps its name."""
        if match := OLD.fullmatch(field):
            return self._old(*match.groups()) or field
        if (match := NEW.fullmatch(field)) and match[1] in self.titles:
            parts = [self.titles.get(one, one) for one in re.findall(r"_S(\d+)", match[2] or "", re.IGNORECASE)]
            part = "_".join(parts) + (match[3] or "").lower() + (match[4] or "")
            return f"{self.titles[match[1]]}[{part}]" if part else self.titles[match[1]]
        return field

    def _old(self, figures: str, rest: str) -> str:
        """Where the id ends and a part that begins with a figure starts is told by the questions there are."""
        for end in range(len(figures), 0, -1):
            qid, part = figures[:end], figures[end:] + rest
            if qid in self.titles and self._is_part(qid, part):
                title, scale = self.titles[qid], ""
                if "-" in part or "#" in part:
                    part, _, scale = part.replace("#", "-").partition("-")
                return f"{title}[{part}]{f'[{scale}]' if scale else ''}" if part else title
        return ""

    def _is_part(self, qid: str, part: str) -> bool:
        known = self.parts.get(qid, set())
        bare = re.sub(r"(comment|[-#]\d)$", "", part) if part not in BESIDE else part
        return (
            not part
            or part in BESIDE
            or bare in known
            or (part.isdigit() and len(part) <= 2)
            or any(bare.startswith(f"{one}_") for one in known)
        )


def response_rows(stream: IO[bytes]) -> Iterator[list[str] | Mapping[str, str]]:
    """The fields of a table of responses first, then each row by field. Raises Invalid where it is none."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    fields: list[str] = []
    told, root = False, None
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                root = element if root is None else root
                continue
            if element.tag == "fieldname" and not told:
                fields.append(element.text or "")
            elif element.tag == "row":
                if not told:
                    told = True
                    yield fields or [cell.tag for cell in element]
                yield {cell.tag: cell.text or "" for cell in element}
                _forget(root, element)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Invalid(
            phrase("The responses in the archive cannot be read: {error}", error=error),
            code="unreadable_file",
            hint="Export the archive again.",
        ) from error
    if not told:
        yield fields


def _forget(root: Any, row: Any) -> None:
    """Let a row go that was read, so that an archive of any length takes no more room than one."""
    row.clear()
    for section in root:
        for rows in section:
            if rows.tag == "rows":
                rows.clear()

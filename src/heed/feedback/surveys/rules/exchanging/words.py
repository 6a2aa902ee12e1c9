"""Words of other systems made plain: markup taken off, languages and keys as heed writes them, limits kept. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from html.parser import HTMLParser

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import RESERVED
from heed.feedback.surveys.rules.exchanging.report import Losses

LONGEST = 4000
# Of these nothing is lost: they only break lines or hold text together.
QUIET = frozenset(("p", "br", "div", "span", "li", "ul", "ol", "font", "tr", "td", "table", "tbody", "body", "html"))
LINES = frozenset(("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"))
SILENT = frozenset(("script", "style", "head", "title"))
# Languages as Qualtrics writes them that are no tag of BCP 47 by letters alone.
OWN_TAGS = {"zh-s": "zh-Hans", "zh-t": "zh-Hant", "es-es": "es", "fi": "fi", "pb": "pt-BR", "iw": "he", "default": "en"}
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
Text = dict[str, str]


class _Plain(HTMLParser):
    """Gathers text and what tags were met."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: dict[str, None] = {}
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if tag in LINES:
            self.parts.append("\n")
        if tag not in QUIET:
            self.lost[tag] = None

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT and self._silent:
            self._silent -= 1
        if tag in LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain(words: object, at: str, losses: Losses) -> str:
    """Words without markup. What of it said something (bold, links, pictures, scripts) is told as lost."""
    text = words if isinstance(words, str) else "" if words is None else str(words)
    text = text.replace("\0", "")
    if "<" in text or "&" in text:
        parser = _Plain()
        parser.feed(text)
        parser.close()
        if parser.lost:
            names = ", ".join(parser.lost)
            losses.add(at, phrase("markup ({names})", names=names), phrase("kept as plain text"))
        text = "".join(parser.parts)
    lines = [" ".join(line.replace("\xa0", " ").split()) for line in text.splitlines()]
    text = re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
    if len(text) > LONGEST:
        losses.add(at, phrase("text of {count} signs", count=len(text)), phrase("cut to {most}", most=LONGEST))
        text = text[:LONGEST]
    return text


def unbraced(text: str) -> str:
    """Text in which nothing stands between double braces, which heed would read as an answer."""
    while "{{" in text or "}}" in text:
        text = text.replace("{{", "{").replace("}}", "}")
    return text


def language_of(tag: object) -> str:
    """A language as BCP 47 writes it: `EN-GB` is en-GB, `de-informal` de, Qualtrics' `ZH-S` zh-Hans; empty where it is none."""
    text = str(tag or "").strip().replace("_", "-")
    if text.lower() in OWN_TAGS:
        return OWN_TAGS[text.lower()]
    family, _, rest = text.partition("-")
    family = family.lower()
    if rest.lower() in ("informal", "easy"):
        rest = ""
    if len(rest) == 4 and rest.isalpha():
        rest = rest.title()
    elif rest.isalpha() and len(rest) in (2, 3):
        rest = rest.upper()
    found = f"{family}-{rest}" if rest else family
    return found if TAG.fullmatch(found) and len(found) <= 20 else ""


def bare(words: str) -> str:
    """Small letters without accents, figures, and _ for the rest."""
    text = unicodedata.normalize("NFKD", words.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def _untaken(start: str, taken: Collection[str]) -> str:
    if start not in taken:
        return start
    return next(key for number in range(2, 10_000) if (key := f"{start[:35]}_{number}") not in taken)


def question_key(wanted: str, taken: Collection[str], otherwise: str = "question") -> str:
    """A key of a question like the one wanted, which no other has."""
    start = bare(wanted)[:38].strip("_")
    if not re.match(r"[a-z]", start):
        start = f"q_{start}"[:38].strip("_") if start else otherwise
    if start in RESERVED or start.startswith("has_"):
        start = f"{start[:32]}_asked"
    return _untaken(start, taken)


def option_key(wanted: str, taken: Collection[str], otherwise: str = "option") -> str:
    """A key of an option like the one wanted, which no other has."""
    text = unicodedata.normalize("NFKD", wanted.lower()).encode("ascii", "ignore").decode()
    text = re.sub(r"[^a-z0-9_-]+", "_", text).strip("_-")[:38].strip("_-")
    return _untaken(text or otherwise, taken)


def repiped(text: str, pattern: re.Pattern[str], known: Callable[[str], str], at: str, losses: Losses) -> str:
    """Words in which answers are said again, as heed writes it; what stands for something else is left out and told."""

    def said(match: re.Match[str]) -> str:
        key = known(match[1])
        if key:
            return f"\x01{key}\x02"
        losses.add(at, phrase("{words} in the words", words=match[0]))
        return ""

    text = unbraced(pattern.sub(said, text))
    return text.replace("\x01", "{{ ").replace("\x02", " }}")


def piped_back(text: str, tags: Mapping[str, str], form: str, at: str, losses: Losses) -> str:
    """The other way: `{{ key }}` as another system writes it (`form` with one place); what it cannot say is told."""

    def said(match: re.Match[str]) -> str:
        name = match[1].partition("|")[0].strip()
        if name in tags:
            if "|" in match[1]:
                losses.add(at, phrase("{words} in the words", words=match[0]), phrase("without its other words"))
            return form.format(tags[name])
        losses.add(at, phrase("{words} in the words", words=match[0]))
        return ""

    return re.sub(r"\{\{(.*?)\}\}", said, text, flags=re.DOTALL)


def first_text(text: Mapping[str, str], languages: tuple[str, ...]) -> str:
    """The words in the first language."""
    return text.get(languages[0], "")


def settled_text(text: Text, languages: list[str]) -> Text:
    """Words in the languages of the survey; the first has some where another has."""
    kept = {language: words for language, words in text.items() if language in languages and words.strip()}
    if kept and languages[0] not in kept:
        kept[languages[0]] = next(iter(kept.values()))
    # Words that are those of the first language in another one too need not be kept: heed falls back to them.
    return {tag: words for tag, words in kept.items() if tag == languages[0] or words != kept[languages[0]]}

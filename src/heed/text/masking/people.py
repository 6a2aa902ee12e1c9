"""Names, as far as a rule can see them: after a greeting, a title, "my name is", and below a closing line."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

PART = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ][\w'’-]*[^\W\d_]\.?"
NAME = rf"{PART}(?:[ \u00a0](?:(?:van|von|der|den|de|del|da|di|la|le|zu|bin|al|of)[ ])*{PART}){{0,2}}"
TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Herrn|Frau|Fr|Hr)"
GREETING = (
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten (?:tag|morgen|abend)"
    r"|sehr geehrte[rs]?|moin|servus|grüezi)"
)
CLOSING = (
    r"(?:(?:kind|best|warm|many)(?:est)? (?:regards|wishes|thanks)|regards|sincerely|thank you|thanks|cheers|best"
    r"|yours(?: (?:truly|sincerely|faithfully))?"
    r"|(?:mit )?(?:freundlichen?|besten?|lieben?|herzlichen?|vielen?|schönen?) (?:grüßen?|grüssen?|dank|gruß|gruss)"
    r"|viele grüße|liebe grüße|gruß|grüße|mfg|lg|vg|danke)"
)
INTRODUCTION = (
    r"\b(?:my (?:full )?name is|my name's|this is|i am called|mein name ist|ich heiße|ich heisse|hier (?:ist|spricht))"
)
RULES = tuple(
    re.compile(shape)
    for shape in (
        rf"\b{TITLE}\.?[ \u00a0](?P<name>{NAME})",
        rf"(?i:{INTRODUCTION})[ ](?P<name>{NAME})",
        rf"(?i:\bich bin)[ ](?:(?:die|der)[ ])?(?P<name>{PART}[ ]{PART})",
        rf"(?i:\bi am|\bi'm|\bname:)[ ](?P<name>{PART}[ ]{PART})",
        rf"(?i:(?:^|[\n.!?]\s*){GREETING})[ ,]+(?P<name>{NAME})(?=\s*[,!\n.–-])",
        rf"(?i:(?:^|[\n.!?,]\s*|\s){CLOSING})[ ]*[,.!\n-][,.!\s-]*(?P<name>{NAME})"
        r"(?=\s*(?:$|[\n,.(|]|\[|[\w.+-]+@))",
        rf"(?:^|[.!?\n]\s*)(?P<name>{PART}[ ]{PART}),\s*(?=[\w.+-]+@|\+?\(?\d)",
        rf"\n\s*(?P<name>{PART}[ ]{PART})\s*$",
    )
)
# Capitalised words that stand where a name would, and are none.
PAIR = re.compile(rf"\b(?P<first>{PART})[ \u00a0](?:(?:van|von|der|den|de|del|da|di)[ ])*(?P<last>{PART})")


def _words(name: str) -> frozenset[str]:
    text = files("heed.text").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names by which a pair of capitalised words is taken for a person."""
    return _words("first_names")


@lru_cache(maxsize=1)
def no_names() -> frozenset[str]:
    """Capitalised words that stand where a name would, and are none."""
    return _words("no_names")


def names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each name."""
    for rule in RULES:
        for found in rule.finditer(text):
            start, end = found.span("name")
            end = _cut(text, start, end)
            if end > start:
                yield start, end
    for pair in PAIR.finditer(text):
        if pair["first"] in first_names() and pair["last"].strip(".").lower() not in no_names():
            yield pair.start(), _cut(text, *pair.span())


def _cut(text: str, start: int, end: int) -> int:
    """The end of the name, before the first word that is none; the start when the first word is none."""
    kept = start
    for word in re.finditer(r"\S+", text[start:end]):
        if word[0].strip(".,'’").lower() in no_names():
            break
        kept = start + word.end()
    while kept > start and text[kept - 1] in ".,":
        kept -= 1
    return kept

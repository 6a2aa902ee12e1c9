"""Names in what tells how somebody is reached: signatures, headers of mails, lines of a form."""

import re
import unicodedata
from collections.abc import Iterator

from heed.text.masking.known import STOPS, cut, is_brand, no_names
from heed.text.masking.naming import APART, CAPITALS, MAILBOX

IS_NOUN = re.compile(
    r"(?:heit|keit|ung|ungen|schaft|tion|tät|nummer|karte|service|dienst|haus|tag|zeit|stelle|code|dung|konto|"
    r"vertrag|problem|anliegen|termin|ID|card|center|abteilung)$"
)


def looks_named(parts: list[str]) -> bool:
    """Whether none of the words is a common one, an abbreviation or a single letter."""
    return all(
        part.lower().strip(".") not in no_names() and part.lower() not in STOPS and len(part) > 1 and not part.isupper()
        for part in parts
    )


def by_mailbox(text: str) -> Iterator[tuple[int, int]]:
    """Words in capitals that stand in a mail address of the same text as well."""
    held = {
        part for found in MAILBOX.finditer(text) for part in re.split(r"[\d._+-]+", _ascii(found[0])) if len(part) > 3
    }
    for found in CAPITALS.finditer(text) if held else ():
        last = _ascii(re.split(r"[ ]", found[0])[-1])
        if any(part in held for part in (last, *last.split("-"))) and last not in no_names():
            start, end = found.span()
            first = found[0].split()[0]
            if first.lower() in no_names() or first.lower() in STOPS:
                start += len(found[0]) - len(found[0].split()[-1])
            if cut(text, start, end) == end and not is_brand(text, start, end):
                yield start, end


def _ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return "".join(character for character in plain if not unicodedata.combining(character))


def apart(text: str) -> Iterator[tuple[int, int]]:
    """Two or three words in capitals by themselves, in a text that tells how somebody is reached."""
    for found in APART.finditer(text):
        start, end = found.span("name")
        parts = text[start:end].split()
        if (
            cut(text, start, end) == end
            and looks_named(parts)
            and not is_brand(text, start, end)
            and not any(IS_NOUN.search(part) for part in parts)
        ):
            yield start, end

"""How words are brought into one shape before anything counts them."""

import html
import re
import unicodedata

MASK = re.compile(r"\[([A-Z_]+)\]")
URL = re.compile(r"https?://\S+|www\.\S+")
HANDLE = re.compile(r"(?<!\w)@\w+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
LONG = re.compile(r"(\w)\1{2,}")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[!?]+|[:;=]-?[()DPp/]|[\U0001F300-\U0001FAFF☀-➿]")


def normal(text: str) -> str:
    """Lower case, one kind of apostrophe and space; addresses, handles, numbers and masks each as one word."""
    text = unicodedata.normalize("NFKC", html.unescape(text)).replace("’", "'").lstrip("=")
    text = MASK.sub(" masked ", text)
    text = HANDLE.sub(" atuser ", URL.sub(" weburl ", text))
    text = NUMBER.sub(" 0 ", text.lower())
    return " ".join(LONG.sub(r"\1\1", text).split())


def words_of(text: str) -> list[str]:
    """The words of a normal text, with runs of ! and ?, smileys and emoji as words."""
    return WORD.findall(text)

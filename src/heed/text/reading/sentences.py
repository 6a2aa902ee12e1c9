"""Where a text's sentences stand. A full stop that belongs to an abbreviation, a decimal, an initial, a list's number or a
German ordinal ends none; neither does a line that was only broken. One pass, one text at a time.
"""

import re
from collections.abc import Iterator

from heed.text.reading.words import months, words_in

EMOJI = r"[\U0001F1E6-\U0001F1FF\U0001F300-\U0001FAFF☀-➿]"
SMILEY = r"[:;=]-?[()DPp/](?!\w)"
# Marks that can end a sentence, with what closes behind them; broken lines; bullets; runs of emoji.
MARK = re.compile(
    rf"(?P<stop>[.!?…]+|[。！？]+|[؟۔।]+)(?P<close>[\"'”’»)\]]*)"
    rf"|(?P<line>\n\s*)|(?P<bullet>[•▪●])|(?P<smile>(?:{EMOJI}[\uFE0F\u200D\U0001F3FB-\U0001F3FF]*\s*)+)"
)
ITEM = re.compile(r"(?:[-–*•▪●]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
ITEM_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])$")
BEFORE = re.compile(r"[^\s\"'“„«(\[]+$")
NEXT = re.compile(rf"(?:{EMOJI}|{SMILEY}|[\s\uFE0F\u200D])*[\"'“„«(\[¿¡]*")
HAPPY = re.compile(rf"(?:\s*(?:{EMOJI}[\uFE0F\u200D\U0001F3FB-\U0001F3FF]*|{SMILEY}))+")
WORD = re.compile(r"[^\W_]+")
LOOK_BACK = 48  # code points looked at before a full stop


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in code points, without the space around; [] where there is nothing but space."""
    found: list[tuple[int, int]] = []
    at = 0
    for end in _ends(text):
        if end > at:
            _add(found, text, at, end)
            at = end
    _add(found, text, at, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end <= start:
        return
    # Marks and emoji alone are no sentence: they belong to the one before.
    if found and not any(each.isalnum() for each in text[start : min(end, start + 400)]) and end - start < 400:
        found[-1] = (found[-1][0], end)
    else:
        found.append((start, end))


def _ends(text: str) -> Iterator[int]:
    """Places after which a new sentence begins, in order; some may lie before one already given."""
    for mark in MARK.finditer(text):
        if mark["stop"]:
            end = mark.end()
            if text[mark.start()] in "。！？" or _ends_here(text, mark.start(), mark.end("stop"), end):
                happy = HAPPY.match(text, end)
                yield happy.end() if happy else end
        elif mark["line"]:
            if _new_line(text, mark.start(), mark.end(), mark["line"].count("\n")):
                yield mark.end()
        elif mark["bullet"]:
            yield mark.start()
        elif mark.start() and _is_upper(text, mark.end()):
            yield mark.end()


def _new_line(text: str, start: int, end: int, breaks: int) -> bool:
    """Whether a broken line begins a sentence: after an empty line, before an item, and where it does not go on small."""
    if breaks > 1 or end >= len(text) or start == 0:
        return True
    before = text[max(0, start - LOOK_BACK) : start].rstrip()
    return bool(ITEM.match(text, end)) or not text[end].islower() or before[-1:] in (*".!?:…", "")


def _ends_here(text: str, start: int, stop: int, end: int) -> bool:
    if end >= len(text):
        return True
    mark, following = text[start:stop], text[end]
    if not following.isspace():
        return _without_space(text, start, end, mark)
    opened = NEXT.match(text, end)
    place = opened.end() if opened else end
    small = place < len(text) and text[place].islower()
    if end > stop and small:
        return False  # „Wirklich?“ fragte sie
    if mark == ".":
        return _stop_ends(text, start, place, small)
    return not (mark.startswith(("..", "…")) and small)


def _without_space(text: str, start: int, end: int, mark: str) -> bool:
    """A mark with no space behind it: emoji follow, or someone forgot the space (`done.Thanks`)."""
    if HAPPY.match(text, end):
        return True
    if not (text[end].isupper() and end + 1 < len(text) and text[end + 1].islower()):
        return "!" in mark or ("?" in mark and text[end].isalpha() and "=" not in text[end : end + 20].split(" ")[0])
    before = BEFORE.search(text, max(0, start - LOOK_BACK), start)
    return before is not None and len(before[0]) > 2 and before[0].isalpha() and before[0][1:].islower()


def _stop_ends(text: str, start: int, place: int, small: bool) -> bool:
    """Whether one full stop ends a sentence: `place` is where the next word begins, `small` whether in lower case."""
    before = BEFORE.search(text, max(0, start - LOOK_BACK), start)
    word = before[0] if before else ""
    if not word:
        return True
    at = start - len(word)
    ahead = text[max(0, at - LOOK_BACK) : at].rstrip(" \t")
    if ITEM_NUMBER.match(word) and (ahead[-1:] in ("\n", "(") or (not ahead and at < LOOK_BACK)):
        return False
    lower = word.lower()
    if lower in words_in("abbreviations_inside") or (len(word) == 1 and word.isalpha() and word not in "Iıi"):
        return False
    if lower in words_in("abbreviations_ending") or ("." in word and word.replace(".", "").isalpha() and len(word) < 8):
        return not small and not text[place : place + 1].isdigit()
    if word[:1].isdigit() and (len(word) <= 2 or "." in word):
        return not small and not (word.isdigit() and _is_ordinal(ahead, text, place))
    return True


def _is_ordinal(ahead: str, text: str, place: int) -> bool:
    """Whether a number with a full stop counts (am 3. Mai, die 2. Mahnung) rather than ends (I paid 20. They …)."""
    following = WORD.match(text, place)
    after = following[0].lower() if following else ""
    if after in months() or after in words_in("counted"):
        return True
    word = BEFORE.search(ahead.rstrip())
    return word is not None and word[0].lower() in words_in("before_ordinals") and after not in words_in("beginnings")


def _is_upper(text: str, place: int) -> bool:
    return place < len(text) and (text[place].isupper() or text[place] == "[")

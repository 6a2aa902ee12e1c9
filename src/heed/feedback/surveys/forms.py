"""What a person types to build a survey: a draft that may be half done, changed a part at a time, turned into a definition.

A draft is the body of a survey as plain values, with every text by language. It lives in the form alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from heed.feedback.surveys.definition import CHOOSING, RESERVED, Survey, Type

Draft = dict[str, Any]
TYPES: tuple[str, ...] = get_args(Type)
TEXTS = ("title", "introduction", "thanks", "subject", "invitation")
QUESTION_TEXTS = ("text", "help", "low", "high")
MOST_PARTS = 60
_PLACE = re.compile(r"q-(\d{1,2})-key")
_OPTION = re.compile(r"o-(\d{1,2})-key")


def blank(languages: Iterable[str]) -> Draft:
    """A survey to begin with, in the languages of the customers."""
    return {"name": "", "languages": list(languages), "questions": [_question("nps")], "expires_days": 30}


def _question(sort: str) -> Draft:
    options = [{"key": "", "text": {}}, {"key": "", "text": {}}] if sort in CHOOSING else []
    return {"key": "", "type": sort, "text": {}, "options": options, "required": False, "show_when": ""}


def draft_in(posted: Mapping[str, str]) -> Draft:
    """The draft as it was typed, complete or not."""
    languages = [tag for tag in re.split(r"[\s,;]+", posted.get("languages", "").strip()) if tag][:40]
    draft: Draft = {
        "name": posted.get("name", ""),
        "purpose": posted.get("purpose", ""),
        "languages": languages or ["en"],
        "sender_name": posted.get("sender_name", ""),
        "expires_days": posted.get("expires_days", "30"),
    }
    for name in TEXTS:
        draft[name] = _texts(posted, name)
    places = sorted(int(found[1]) for name in posted if (found := _PLACE.fullmatch(name)))
    draft["questions"] = [_question_in(posted, f"q-{place}-") for place in places[:MOST_PARTS]]
    return draft


def _texts(posted: Mapping[str, str], name: str) -> dict[str, str]:
    start = f"{name}:"
    return {field.removeprefix(start): words for field, words in posted.items() if field.startswith(start)}


def _question_in(posted: Mapping[str, str], start: str) -> Draft:
    mine = {name.removeprefix(start): value for name, value in posted.items() if name.startswith(start)}
    found: Draft = {name: mine.get(name, "") for name in ("key", "type", "show_when", "instrument", "least", "most")}
    found["required"] = "required" in mine
    for name in QUESTION_TEXTS:
        found[name] = _texts(mine, name)
    places = sorted(int(match[1]) for name in mine if (match := _OPTION.fullmatch(name)))
    found["options"] = [
        {
            "key": mine[f"o-{place}-key"],
            "score": mine.get(f"o-{place}-score", ""),
            "text": _texts(mine, f"o-{place}-text"),
        }
        for place in places[:MOST_PARTS]
    ]
    return found


def changed(draft: Draft, what: str) -> Draft:
    """The draft after a button: add:<type>, remove:<n>, up:<n>, down:<n>, option:<n>, unoption:<n>:<m>. Others change nothing."""
    verb, _, rest = what.partition(":")
    questions = draft["questions"]
    if verb == "add" and rest in TYPES and len(questions) < MOST_PARTS:
        questions.append(_question(rest))
        return draft
    numbers = [int(part) for part in rest.split(":") if part.isascii() and part.isdigit()]
    if not numbers or numbers[0] >= len(questions):
        return draft
    place = numbers[0]
    if verb == "remove":
        questions.pop(place)
    elif verb in ("up", "down"):
        other = place - 1 if verb == "up" else place + 1
        if 0 <= other < len(questions):
            questions[place], questions[other] = questions[other], questions[place]
    elif verb == "option" and len(questions[place]["options"]) < MOST_PARTS:
        questions[place]["options"].append({"key": "", "text": {}})
    elif verb == "unoption" and len(numbers) == 2 and numbers[1] < len(questions[place]["options"]):
        questions[place]["options"].pop(numbers[1])
    return draft


def body_of(draft: Draft) -> Draft:
    """A draft as the body of a definition: what was left empty is left out, keys that nobody gave are made from the words."""
    languages = draft["languages"]
    body: Draft = {
        name: draft[name] for name in ("name", "purpose", "languages", "sender_name", "expires_days") if draft.get(name)
    }
    body |= {name: texts for name in TEXTS if (texts := _filled(draft.get(name, {}), languages))}
    body["questions"] = []
    taken: set[str] = {question["key"] for question in draft["questions"] if question["key"]}
    for question in draft["questions"]:
        made = {name: question[name] for name in ("type", "show_when", "instrument") if question.get(name)}
        made |= {name: question[name] for name in ("least", "most") if question.get(name) not in ("", None)}
        made |= {name: t for name in QUESTION_TEXTS if (t := _filled(question.get(name, {}), languages))}
        made.setdefault("text", {})
        made["required"] = bool(question["required"])
        made["key"] = question["key"] or _key(made["text"].get(languages[0], ""), question["type"], taken)
        taken.add(made["key"])
        if question["type"] in CHOOSING:
            made["options"] = _options(question["options"], languages)
        body["questions"].append(made)
    return body


def _options(options: Iterable[Draft], languages: list[str]) -> list[Draft]:
    """Options that say something."""
    named = [option for option in options if option["key"] or _filled(option["text"], languages)]
    taken = {option["key"] for option in named if option["key"]}
    made = []
    for option in named:
        text = _filled(option["text"], languages)
        key = option["key"] or _key(text.get(languages[0], ""), "option", taken)
        taken.add(key)
        score = {"score": option["score"]} if option.get("score") not in ("", None) else {}
        made.append({"key": key, "text": text, **score})
    return made


def _filled(texts: Mapping[str, str], languages: list[str]) -> dict[str, str]:
    return {tag: words.strip() for tag, words in texts.items() if words.strip() and tag in languages}


def _key(words: str, otherwise: str, taken: set[str]) -> str:
    """A key made from the first words of a text, which no other has. Letters lose their accents: ü is u."""
    bare = unicodedata.normalize("NFKD", words.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    slug = "_".join(re.findall(r"[a-z0-9]+", bare)[:4])[:34].strip("_")
    start = slug if re.match(r"[a-z]", slug) and slug not in RESERVED and not slug.startswith("has_") else otherwise
    return next(key for number in range(1, 200) if (key := start if number == 1 else f"{start}_{number}") not in taken)


def draft_of(body: Survey) -> Draft:
    """A survey as a draft to be changed."""
    found: Draft = body.model_dump(mode="json")
    return found


def place_of(at: Iterable[str | int]) -> tuple[int | None, str]:
    """The question a fault is about, and the field of it; no question when it is about the whole."""
    path = [str(step) for step in at]
    if len(path) > 1 and path[0] == "questions" and path[1].isdigit():
        return int(path[1]), ".".join(path[2:])
    return None, ".".join(path)

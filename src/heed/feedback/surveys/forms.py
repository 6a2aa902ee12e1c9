"""What a person types to build a survey: a draft that may be half done, changed a part at a time, turned into a definition.

A draft is the body of a survey as plain values, with every text by language. It lives in the form alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.feedback.surveys.definition import CHOOSING, RESERVED, Survey, Type
from heed.feedback.surveys.questions import BOUNDED

Draft = dict[str, Any]
TYPES: tuple[str, ...] = get_args(Type)
TEXTS = ("title", "introduction", "thanks", "subject", "invitation")
QUESTION_TEXTS = ("text", "help", "low", "high")
QUESTION_FIELDS = ("key", "type", "show_when", "end_when", "instrument", "least", "most", "earliest", "latest")
# What is so unless somebody says otherwise: its box says "no" where it is not ticked.
BOXES = {"anonymous": False, "progress": True, "can_return": True}
MOST_PARTS = 60
_PLACE = re.compile(r"q-(\d{1,2})-key")
_OPTION = re.compile(r"o-(\d{1,2})-key")
_ROW = re.compile(r"r-(\d{1,2})-key")


def blank(languages: Iterable[str]) -> Draft:
    """A survey to begin with, in the languages of the customers."""
    return {"name": "", "languages": list(languages), "questions": [_question("nps")], "expires_days": 30}


def _question(sort: str) -> Draft:
    options = [{"key": "", "text": {}}, {"key": "", "text": {}}] if sort in CHOOSING else []
    rows = [{"key": "", "text": {}}, {"key": "", "text": {}}] if sort == "matrix" else []
    return {
        "key": "",
        "type": sort,
        "text": {},
        "rows": rows,
        "options": options,
        "required": False,
        "new_page": False,
        "show_when": "",
        "end_when": "",
    }


def draft_in(posted: Mapping[str, str]) -> Draft:
    """The draft as it was typed, complete or not."""
    languages = [tag for tag in re.split(r"[\s,;]+", posted.get("languages", "").strip()) if tag][:40]
    draft: Draft = {
        "name": posted.get("name", ""),
        "purpose": posted.get("purpose", ""),
        "languages": languages or ["en"],
        "sender_name": posted.get("sender_name", ""),
        "expires_days": posted.get("expires_days", "30"),
        "paging": posted.get("paging", "few"),
        **{name: posted.get(name, "on" if usual else "no") == "on" for name, usual in BOXES.items()},
        "brand": {name: posted.get(f"brand-{name}", "").strip() for name in ("colour", "logo", "privacy")},
    }
    draft["brand"]["footer"] = _texts(posted, "brand-footer")
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
    found: Draft = {name: mine.get(name, "") for name in QUESTION_FIELDS}
    found["required"], found["new_page"] = "required" in mine, "new_page" in mine
    for name in QUESTION_TEXTS:
        found[name] = _texts(mine, name)
    found["options"] = [
        {**part, "score": mine.get(f"o-{place}-score", "")} for place, part in _parts_in(mine, "o", _OPTION)
    ]
    found["rows"] = [part for _place, part in _parts_in(mine, "r", _ROW)]
    return found


def _parts_in(mine: Mapping[str, str], letter: str, named: re.Pattern[str]) -> list[tuple[int, Draft]]:
    """Options or rows of a question, in their order."""
    places = sorted(int(match[1]) for name in mine if (match := named.fullmatch(name)))[:MOST_PARTS]
    return [
        (place, {"key": mine[f"{letter}-{place}-key"], "text": _texts(mine, f"{letter}-{place}-text")})
        for place in places
    ]


def changed(draft: Draft, what: str) -> Draft:
    """The draft after a button: add:<type>, remove:<n>, up:<n>, down:<n>, option:<n>, unoption:<n>:<m>, row:<n>, unrow:<n>:<m>,
    unlogo. Others change nothing.
    """
    verb, _, rest = what.partition(":")
    questions = draft["questions"]
    if verb == "add" and rest in TYPES and len(questions) < MOST_PARTS:
        questions.append(_question(rest))
        return draft
    if verb == "unlogo":
        draft["brand"]["logo"] = ""
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
    elif verb in ("option", "row"):
        parts = questions[place][f"{verb}s"]
        parts.extend([{"key": "", "text": {}}] if len(parts) < MOST_PARTS else [])
    elif verb in ("unoption", "unrow") and len(numbers) == 2:
        parts = questions[place][f"{verb.removeprefix('un')}s"]
        del parts[numbers[1] : numbers[1] + 1]
    return draft


def body_of(draft: Draft) -> Draft:
    """A draft as the body of a definition: what was left empty is left out, keys that nobody gave are made from the words."""
    languages = draft["languages"]
    body: Draft = {
        name: draft[name] for name in ("name", "purpose", "languages", "sender_name", "expires_days") if draft.get(name)
    }
    body |= {name: texts for name in TEXTS if (texts := _filled(draft.get(name, {}), languages))}
    body |= {name: draft[name] for name in ("paging", *BOXES) if name in draft}
    if brand := _brand(draft.get("brand", {}), languages):
        body["brand"] = brand
    body["questions"] = []
    taken: set[str] = {question["key"] for question in draft["questions"] if question["key"]}
    for question in draft["questions"]:
        made = {name: question[name] for name in QUESTION_FIELDS if question.get(name) not in ("", None)}
        if question["type"] not in BOUNDED:
            made = {name: value for name, value in made.items() if name not in ("least", "most")}
        made |= {name: t for name in QUESTION_TEXTS if (t := _filled(question.get(name, {}), languages))}
        made.setdefault("text", {})
        made |= {name: bool(question.get(name)) for name in ("required", "new_page")}
        made["key"] = question["key"] or _key(made["text"].get(languages[0], ""), question["type"], taken)
        taken.add(made["key"])
        if question["type"] in CHOOSING:
            made["options"] = _parts(question["options"], languages, "option")
        if question["type"] == "matrix":
            made["rows"] = _parts(question.get("rows", []), languages, "row")
        body["questions"].append(made)
    return body


def _brand(brand: Draft, languages: list[str]) -> Draft:
    """A brand that says something."""
    made = {name: brand[name] for name in ("colour", "logo", "privacy") if brand.get(name)}
    footer = _filled(brand.get("footer", {}), languages)
    return {**made, "footer": footer} if footer else made


def _parts(parts: Iterable[Draft], languages: list[str], otherwise: str) -> list[Draft]:
    """Options or rows that say something."""
    named = [part for part in parts if part["key"] or _filled(part["text"], languages)]
    taken = {part["key"] for part in named if part["key"]}
    made = []
    for part in named:
        text = _filled(part["text"], languages)
        key = part["key"] or _key(text.get(languages[0], ""), otherwise, taken)
        taken.add(key)
        score = {"score": part["score"]} if part.get("score") not in ("", None) else {}
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


class LinkForm(forms.Form):
    """An address that many may use, as somebody wants it."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("So that you know it again, such as: Wall at the north gate.")
    )
    sort = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("web", _("Open link or code to scan")),
            ("kiosk", _("Kiosk: begins again by itself for the next person")),
            ("widget", _("In pages of a site or app")),
        ],
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    region = forms.CharField(label=_("Region"), max_length=60, required=False)
    team = forms.CharField(label=_("Team"), max_length=60, required=False)
    touchpoint = forms.CharField(
        label=_("Touchpoint"),
        max_length=120,
        required=False,
        help_text=_("Where it hangs; answers are told apart by it."),
    )
    sites = forms.CharField(
        label=_("Sites"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://shop.example"}),
        help_text=_("Of a widget: the sites that may show it, one a line."),
    )
    until = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    most_a_minute = forms.IntegerField(
        label=_("Most answers in a minute"),
        min_value=1,
        max_value=10_000,
        initial=60,
        help_text=_("More are asked to wait."),
    )
    reset_seconds = forms.IntegerField(
        label=_("Seconds until a kiosk begins again"), min_value=10, max_value=3_600, initial=60
    )

    def __init__(self, *args: Any, languages: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(languages)  # type: ignore[attr-defined]

"""A survey as it was read, brought within what heed holds: what is too much, or cannot be meant, is left out and told. Pure."""

from typing import Any

from pydantic import ValidationError

from heed.core.definitions.rules import InvalidDefinition
from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.definition import Question, Survey, pipes_in, shown_when
from heed.feedback.surveys.definition import ends_when as ending
from heed.feedback.surveys.rules.exchanging.report import Losses
from heed.feedback.surveys.rules.exchanging.words import settled_text, unbraced

MOST_QUESTIONS, MOST_OPTIONS, MOST_ROWS, MOST_RANKED, MOST_POINTS = 60, 60, 30, 20, 11
TEXTS = ("text", "help", "low", "high")
SPOKEN = ("title", "introduction", "thanks")
Body = dict[str, Any]


def settled(body: Body, losses: Losses) -> Body:
    """The body with what heed can hold of it. A question that loses its place takes the conditions on it along."""
    languages = body["languages"] = list(dict.fromkeys(body.get("languages") or ["en"]))[:40]
    body["name"] = (body.get("name") or "").strip()[:120] or "Survey"
    for name in SPOKEN:
        body[name] = {key: unbraced(words) for key, words in settled_text(body.get(name, {}), languages).items()}
    kept: list[Body] = []
    before: list[Question] = []
    for raw in body["questions"]:
        if len(kept) == MOST_QUESTIONS:
            losses.add(raw["key"], phrase("the question: a survey has at most {most}", most=MOST_QUESTIONS))
            continue
        made = _question(raw, languages, before, losses)
        if made is not None:
            kept.append(raw)
            before.append(made)
    body["questions"] = kept
    if not kept:
        raise Invalid(
            "The file holds no question that heed can ask.",
            code="nothing_to_import",
            hint="What did not carry over: " + "; ".join(f"{loss.at} {loss.what}" for loss in losses.found[:5]),
        )
    return {name: value for name, value in body.items() if value not in ({}, [], "")}


def _question(raw: Body, languages: list[str], before: list[Question], losses: Losses) -> Question | None:
    key = raw["key"]
    for name in TEXTS:
        raw[name] = settled_text(raw.get(name, {}), languages)
    if not raw["text"]:
        raw["text"] = {languages[0]: key}
        losses.add(key, phrase("a question without words"), phrase("its key stands for them"))
    for part in ("options", "rows"):
        for item in raw.get(part, []):
            item["text"] = settled_text(item["text"], languages) or {languages[0]: item["key"]}
    _cut(raw, losses)
    for name in [name for name, value in raw.items() if value in ({}, [], "", None)]:
        del raw[name]
    try:
        made = Question.model_validate(raw)
    except ValidationError as fault:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors()[:3])
        losses.add(key, phrase("the question ({said})", said=said))
        return None
    return _meant(raw, made, before, languages, losses)


def _cut(raw: Body, losses: Losses) -> None:
    """Lists that are too long, by type."""
    most = {"matrix": MOST_POINTS, "ranking": MOST_RANKED}.get(raw["type"], MOST_OPTIONS)
    for part, limit in (("options", most), ("rows", MOST_ROWS)):
        if len(raw.get(part, [])) > limit:
            losses.add(
                raw["key"],
                phrase("{count} {part}", count=len(raw[part]), part=part),
                phrase("cut to {most}", most=limit),
            )
            raw[part] = raw[part][:limit]


def _meant(raw: Body, made: Question, before: list[Question], languages: list[str], losses: Losses) -> Question | None:
    """Conditions and answers said again, tried over the questions before."""
    if made.type in ("choice", "choices", "matrix", "ranking") and len(made.options) < 2:
        losses.add(made.key, phrase("the question: fewer than two answers to choose from"))
        return None
    for name, tried in (("show_when", shown_when), ("end_when", ending)):
        if raw.get(name):
            try:
                tried(made, before)
            except Invalid as fault:
                losses.add(
                    made.key,
                    phrase("a condition ({fault})", fault=fault.message),
                    phrase("left out: it is always shown"),
                )
                del raw[name]
    texts = [raw[name] for name in ("text", "help") if name in raw]
    texts += [item["text"] for part in ("options", "rows") for item in raw.get(part, [])]
    for text in texts:
        for language, words in text.items():
            try:
                pipes_in(words, before)
            except Invalid:
                losses.add(made.key, phrase("an answer said again in the words"), phrase("kept as plain text"))
                text[language] = unbraced(words)
    return _checked(Question.model_validate(raw), before, languages, losses)


def _checked(made: Question, before: list[Question], languages: list[str], losses: Losses) -> Question | None:
    """The question, as the definition itself judges it beside those before."""
    try:
        Survey.model_validate({"name": "-", "languages": languages, "questions": [*before, made]}).check()
    except InvalidDefinition as fault:
        losses.add(made.key, phrase("the question ({said})", said=fault.message))
        return None
    return made

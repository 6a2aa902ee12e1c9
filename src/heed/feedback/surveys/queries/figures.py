"""What was answered to each question of a survey, as figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from heed.core.access.rules import Scope
from heed.feedback.surveys.definition import Question, Survey, question_of
from heed.feedback.surveys.language import told
from heed.feedback.surveys.models import Answer, Response
from heed.feedback.surveys.queries.engine import engine
from heed.feedback.surveys.queries.surveys import in_reach, least_shown
from heed.feedback.surveys.rules.figures import Figure, score_of, scores_mean, shares_of

# An answer and how many gave it: of a row of a matrix under its own name.
Counted = tuple[str, float | None, str, int]
AT_ONCE = 500


@dataclass(frozen=True)
class LineFigures:
    """A row of a matrix, or an option of a ranking: its mean, or the share of each option."""

    text: str
    figure: Figure | None
    options: list[tuple[str, Figure]] = field(default_factory=list)


@dataclass(frozen=True)
class QuestionFigures:
    """One question of a survey with its figure, or with the share of each option, or with its lines."""

    question: Question
    text: str
    answers: int | None
    figure: Figure | None
    options: list[tuple[str, Figure]]
    lines: list[LineFigures]


@dataclass(frozen=True)
class SurveyFigures:
    """The questions of a survey; `set_aside`: how many questionnaires are, 0 where too few to be told."""

    questions: list[QuestionFigures]
    set_aside: int


def survey_figures(
    scope: Scope, key: str, body: Survey, language: str, *, with_set_aside: bool = False
) -> SurveyFigures:
    """What was answered to each question of a survey, over all its versions. Only questionnaires that ended count, and none
    that was set aside, unless it is asked for.
    """
    least = least_shown()
    responses = in_reach(scope, Response.objects.filter(survey_key=key).exclude(answered_at=None), "see_figures")
    aside = _set_aside(responses, key)
    counted, people = _counts(responses)
    if not with_set_aside:
        for start in range(0, len(aside), AT_ONCE):
            theirs, persons = _counts(responses.filter(pk__in=aside[start : start + AT_ONCE]))
            counted.subtract(theirs)
            people.subtract(persons)
    rows: list[Counted] = [(*row, many) for row, many in counted.items() if many]
    told_of = scope.may("see_records") or len(aside) >= least
    return SurveyFigures(_questions(body, rows, people, least, language), len(aside) if told_of else 0)


def _set_aside(responses: QuerySet[Response], key: str) -> list[int]:
    """Those of the questionnaires that are set aside. Imported ones are not among them: facts alone know these."""
    from heed.facts.set_aside import set_aside_of

    found: list[int] = []
    keys = sorted(set_aside_of(engine(), key))
    for start in range(0, len(keys), AT_ONCE):
        found += responses.filter(key__in=keys[start : start + AT_ONCE]).values_list("pk", flat=True)
    return found


def _counts(responses: QuerySet[Response]) -> tuple[Counter[tuple[str, float | None, str]], Counter[str]]:
    """How often each answer was given, and how many answered each question."""
    answers = Answer.objects.filter(response__in=responses)
    given = answers.values_list("question_key", "score", "choice").annotate(many=Count("pk")).order_by()
    people = answers.values_list("question_key").annotate(many=Count("response", distinct=True)).order_by()
    return Counter({(key, score, choice): many for key, score, choice, many in given}), Counter(dict(people))


def _questions(
    body: Survey, counted: list[Counted], people: Counter[str], least: int, language: str
) -> list[QuestionFigures]:
    found = []
    for question in body.questions:
        mine = [row for row in counted if question_of(row[0]) == question.key]
        # Of a matrix whoever answered a line; lines may be left out.
        n = max((many for name, many in people.items() if question_of(name) == question.key), default=0)
        labels = [(option.key, told(option.text, body.languages, language)) for option in question.options]
        figure, options, lines = None, [], []
        if question.type == "matrix":
            named = [(f"{question.key}.{row.key}", told(row.text, body.languages, language)) for row in question.rows]
            shown_as = labels if question.counts_as != "rating" else []
            lines = [_row(text, [one for one in mine if one[0] == name], shown_as, least) for name, text in named]
        elif question.type == "ranking":
            lines = [
                LineFigures(text, scores_mean(_scores([one for one in mine if one[2] == option]), least))
                for option, text in labels
            ]
        elif question.options:
            options = shares_of(_many(mine, labels), n, least)
        elif question.type not in ("text", "date"):
            figure = score_of(question, _scores(mine), least)
        text, shown = told(question.text, body.languages, language), n if n >= least else None
        found.append(QuestionFigures(question, text, shown, figure, options, lines))
    return found


def _row(text: str, mine: Sequence[Counted], labels: Sequence[tuple[str, str]], least: int) -> LineFigures:
    """A row of a matrix: the share of each option, or the mean where they are scored and none is to be told apart."""
    if not labels:
        return LineFigures(text, scores_mean(_scores(mine), least))
    return LineFigures(text, None, shares_of(_many(mine, labels), sum(many for *_, many in mine), least))


def _scores(mine: Sequence[Counted]) -> dict[float, int]:
    found: dict[float, int] = {}
    for _, score, _, many in mine:
        if score is not None:
            found[score] = found.get(score, 0) + many
    return found


def _many(mine: Sequence[Counted], labels: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    return [(label, sum(many for *_, choice, many in mine if choice == key)) for key, label in labels]

"""What every export tells of a survey: the settings that only heed has. Pure."""

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import INSTRUMENTS, Survey
from heed.feedback.surveys.rules.exchanging.report import Losses


def tell_settings(survey: Survey, losses: Losses) -> None:
    """Settings without a place in the other format."""
    told = {
        phrase("the purpose"): bool(survey.purpose),
        phrase("the mail that invites"): bool(survey.subject or survey.invitation or survey.sender_name),
        phrase("the days in which an invitation can be answered"): survey.expires_days != 30,
        phrase("colour, logo and footer"): survey.brand != type(survey.brand).model_validate({}),
        phrase("that answers are anonymous"): survey.anonymous,
        phrase("that customers may not stop and go on later"): not survey.can_return,
    }
    if survey.title and survey.name != survey.title.get(survey.languages[0]):
        told[phrase("the name {name}", name=survey.name)] = True
    for what, is_so in told.items():
        if is_so:
            losses.add("", what)
    for question in survey.questions:
        if question.type in ("csat", "ces") or question.instrument not in ("", INSTRUMENTS[question.type][0]):
            losses.add(
                question.key,
                phrase("that it counts as {instrument}", instrument=question.counts_as),
                phrase("the scale stays, its meaning does not"),
            )

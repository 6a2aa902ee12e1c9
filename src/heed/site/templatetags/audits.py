"""What templates say of audits of answers."""

from django import template

from heed.feedback.quality.queries.audits import AuditMark, marks_of, standing_doubts

register = template.Library()


@register.simple_tag
def failed_audits(survey: str) -> tuple[AuditMark, ...]:
    """The failed audits of a survey that nobody answers for."""
    return marks_of([each.audit for each in standing_doubts(survey)])

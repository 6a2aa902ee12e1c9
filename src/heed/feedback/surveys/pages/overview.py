"""Pages of surveys: the list, one survey with its figures, its invitations, a preview, and a trial mail to oneself."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heed.channels.mail import MailRefused, send
from heed.core.edge import page
from heed.core.people.queries import organisation
from heed.feedback.surveys.actions.invitations import withdraw
from heed.feedback.surveys.language import chosen, direction, native_name
from heed.feedback.surveys.models import Invitation
from heed.feedback.surveys.queries.figures import survey_figures
from heed.feedback.surveys.queries.surveys import (
    answer_html,
    funnels,
    invitations,
    latest_words,
    least_shown,
    survey,
    surveys,
    trial_mail,
)
from heed.feedback.surveys.rules.answering import Asked, given_of, judge, plan_of, submission_of
from heed.feedback.surveys.rules.branding import POLICY, policy_with
from heed.feedback.surveys.rules.figures import Funnel, response_rate
from heed.feedback.surveys.rules.showing import page_of

Request = Any
ROWS = 50
# What a preview may be shown in: the builder's own page.
PREVIEW_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@require_GET
@page("see_figures")
def survey_list(request: Request) -> HttpResponse:
    """Every survey, with what became of its invitations."""
    context = {"lines": surveys(request.scope), "least": least_shown()}
    return render(request, "surveys/list.html", context)


@require_GET
@page("see_figures")
def survey_page(request: Request, key: str) -> HttpResponse:
    """One survey: how many answered, what they answered, and what they wrote last."""
    body, number, holds = survey(key)
    language = chosen(body.languages, get_language() or "en")
    funnel, least = funnels(request.scope, key).get(key, Funnel()), least_shown()
    with_set_aside = bool(request.GET.get("with_set_aside"))
    figures = survey_figures(request.scope, key, body, language, with_set_aside=with_set_aside)
    context = {
        "key": key,
        "survey": body,
        "version": number,
        "holds": holds,
        "funnel": funnel,
        "rate": response_rate(funnel, least),
        "least": least,
        "questions": figures.questions,
        "set_aside": figures.set_aside,
        "with_set_aside": with_set_aside,
        "words": latest_words(request.scope, key),
        "tongues": [(tag, native_name(tag), direction(tag)) for tag in body.languages],
    }
    return render(request, "surveys/survey.html", context)


@require_GET
@page("see_records")
def invitation_list(request: Request, key: str) -> HttpResponse:
    """Who was asked by a survey, and what became of it."""
    body, _number, _holds = survey(key)
    state = request.GET.get("state", "")
    before = request.GET.get("before", "")
    found = invitations(request.scope, survey_key=key, state=state)
    rows = list((found.filter(pk__lt=int(before)) if before.isascii() and before.isdigit() else found)[: ROWS + 1])
    tabs = [{"title": _("All"), "href": "?", "current": not state}] + [
        {"title": str(title).capitalize(), "href": f"?state={code}", "current": state == code}
        for code, title in Invitation.STATES
    ]
    following = f"?state={state}&before={rows[ROWS - 1].pk}" if len(rows) > ROWS else ""
    context = {"key": key, "survey": body, "rows": rows[:ROWS], "state": state, "tabs": tabs, "next": following}
    return render(request, "surveys/invitations.html", context)


@require_POST
@page("ask")
def invitation_withdraw(request: Request, key: str, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    withdraw(request.scope, invitation)
    messages.success(request, _("Withdrawn. Its link says that the survey has ended."))
    return redirect("survey-invitations", key)


@require_POST
@page("ask")
def trial(request: Request, key: str) -> HttpResponse:
    """Send the invitation to oneself."""
    address = request.user.email or ""
    try:
        send(trial_mail(key, request.POST.get("language", "")[:20], address))
    except MailRefused as refusal:
        messages.error(request, refusal.said(_))
    else:
        messages.success(request, _("Sent to %(address)s. Its link leads to the preview.") % {"address": address})
    return redirect("survey", key)


@xframe_options_sameorigin
@require_http_methods(["GET", "HEAD", "POST"])
@page("see_figures")
def preview(request: Request, key: str) -> HttpResponse:
    """The answer page as a customer would meet it. What is typed goes from step to step and is kept nowhere."""
    number = request.GET.get("version", "")
    body, found, _holds = survey(
        key, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None
    )
    address = f"{reverse('survey-preview', args=[key])}?version={found}"
    return shown_preview(request, Asked("open", plan=plan_of(body), organisation=_house(body)), address)


def _house(body: Any) -> str:
    return str(body.sender_name or organisation().name)


def shown_preview(
    request: HttpRequest, asked: Asked, address: str, *, draft: str = "", is_begun: bool = True, step: int = 0
) -> HttpResponse:
    """One step of a preview: drawn, or judged and the next one drawn. A `draft` travels along in its form."""
    assert asked.plan is not None
    language = request.GET.get("language", "")[:20]
    given, step, errors, state = given_of(dict(request.GET.lists())), step, {}, "open"
    if request.method == "POST" and is_begun:
        submission = submission_of("", dict(request.POST.lists()), timezone.now())
        judged = judge(asked.plan, {}, submission)
        language = submission.move.partition("language:")[2] or submission.language
        given, step = judged.given, judged.step
        errors = dict(judged.standing.faults) if judged.state == "invalid" else {}
        state = {"kept": "thanks", "saved": "saved"}.get(judged.state, "open")
    shown = page_of(asked, given, language, step, errors=errors, state=state, is_preview=True)
    html = answer_html("", shown, action=address, form_token=get_token(request), draft=draft)
    response = HttpResponse(html, status=422 if errors else 200)
    response.headers["Content-Security-Policy"] = policy_with(PREVIEW_POLICY, shown.style)
    response.headers["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("surveys/", survey_list, name="surveys"),
    path("surveys/<str:key>/", survey_page, name="survey"),
    path("surveys/<str:key>/preview", preview, name="survey-preview"),
    path("surveys/<str:key>/trial/", trial, name="survey-trial"),
    path("surveys/<str:key>/invitations/", invitation_list, name="survey-invitations"),
    path(
        "surveys/<str:key>/invitations/<str:invitation>/withdrawal/",
        invitation_withdraw,
        name="survey-invitation-withdraw",
    ),
]

"""Pages on which surveys and answers come from other systems and go to them, each with the list of what does not carry over."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from heed.core.definitions.actions import propose
from heed.core.edge import page
from heed.core.errors.rules import HeedError, Invalid, translated
from heed.feedback.surveys.actions.exchanging import Answers, bring_kept_answers, look_at_survey
from heed.feedback.surveys.language import native_name
from heed.feedback.surveys.queries.exchanging import CSV_TYPE, answers_csv, ways_out, written_as
from heed.feedback.surveys.queries.surveys import survey
from heed.feedback.surveys.rules.exchanging.answers import named_columns
from heed.feedback.surveys.rules.exchanging.forms import LARGEST, file_name
from heed.feedback.surveys.rules.exchanging.report import FORMATS, Loss
from heed.feedback.surveys.rules.exchanging.words import question_key
from heed.service.formats.actions.importing import PERMISSION
from heed.service.formats.actions.uploads import keep_upload

Request = Any
TYPES = {"qsf": "application/json", "lss": "application/xml", "surveyjs": "application/json"}


class SurveyFileForm(forms.Form):
    """A file of another system."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A QSF of Qualtrics, an LSS or an archive (.lsa) of LimeSurvey, or the JSON of a survey of SurveyJS."
        ),
    )


class ProposalForm(forms.Form):
    """What a survey is called here, and why it is brought in."""

    draft = forms.CharField(widget=forms.HiddenInput, strip=False)
    form = forms.ChoiceField(widget=forms.HiddenInput, choices=list(FORMATS.items()))
    key = forms.CharField(
        label=gettext_lazy("Key"), max_length=80, help_text=gettext_lazy("Names the survey in figures and files.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=1000, required=False)


class AnswersForm(forms.Form):
    """A file of answers, and how it is read where it does not say so itself."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A CSV of Qualtrics, a CSV with codes or an archive (.lsa) of LimeSurvey, or results of SurveyJS as JSON; also packed as .gz."
        ),
    )
    columns = forms.CharField(
        label=gettext_lazy("Columns with other names"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "A line each, such as Q1=likely or Q7_1=service.speed; of results also created=at. Columns that go by the key of their "
            "question need none."
        ),
    )
    system = forms.CharField(
        label=gettext_lazy("System of the customers"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Under which the external references are known here, such as crm."),
    )


def _losses(found: tuple[Loss, ...]) -> list[dict[str, str]]:
    return [{"at": loss.at, "what": translated(loss.what, _), "fate": translated(loss.fate, _)} for loss in found]


def _said(error: HeedError) -> str:
    return f"{translated(error.message, _)} {translated(error.hint, _)}".strip()


# Surveys in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("propose")
def survey_import(request: Request) -> HttpResponse:
    """Choose a file; what it holds and what would be lost is shown; then it is proposed."""
    if request.method == "POST" and "draft" in request.POST:
        return _proposed(request)
    form = SurveyFileForm(request.POST, request.FILES) if request.method == "POST" else SurveyFileForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if upload.size > LARGEST:
                raise Invalid("The file is larger than a survey can be.", code="file_too_large")
            carried = look_at_survey(request.scope, b"".join(upload.chunks()))
        except HeedError as error:
            form.add_error("file", _said(error))
        else:
            started = {
                "draft": json.dumps(carried.body),
                "form": carried.form,
                "key": question_key(carried.body["name"], ()),
            }
            return _read(request, ProposalForm(initial=started), carried.body, carried.form, _losses(carried.losses))
    return render(request, "surveys/exchange_in.html", {"form": form}, status=422 if form.errors else 200)


def _read(request: Request, form: ProposalForm, body: Any, kind: str, losses: Any, status: int = 200) -> HttpResponse:
    first = body["languages"][0]
    questions = [
        {**question, "words": question["text"].get(first, ""), "many": len(question.get("options", ()))}
        for question in body["questions"]
    ]
    context = {
        "form": form,
        "body": body,
        "kind": FORMATS[kind],
        "questions": questions,
        "losses": losses,
        "kept": json.dumps(losses),
        "languages": ", ".join(native_name(tag) for tag in body["languages"]),
    }
    return render(request, "surveys/exchange_read.html", context, status=status)


def _proposed(request: Request) -> HttpResponse:
    """The draft travels along in the form, so nothing is kept before it is proposed."""
    form = ProposalForm(request.POST)
    try:
        body = json.loads(request.POST.get("draft", ""))
        losses = json.loads(request.POST.get("losses", "[]"))
        if not isinstance(body, dict) or not isinstance(losses, list):
            raise ValueError
    except (ValueError, RecursionError):
        messages.error(request, _("The draft cannot be read. Choose the file again."))
        return redirect("survey-import")
    if form.is_valid():
        note = form.cleaned_data["note"] or _("Brought in from %(format)s.") % {
            "format": FORMATS[form.cleaned_data["form"]]
        }
        try:
            row = propose(request.scope, "survey", form.cleaned_data["key"].strip(), body, note=note)
        except HeedError as error:
            form.add_error("key", _said(error))
        else:
            messages.success(request, _("Proposed as version %(number)s.") % {"number": row.number})
            return redirect("definition_version", "survey", row.key, row.number)
    try:
        return _read(request, form, body, request.POST.get("form", "qsf"), losses, status=422)
    except (KeyError, IndexError, TypeError, AttributeError):
        messages.error(request, _("The draft cannot be read. Choose the file again."))
        return redirect("survey-import")


# Surveys out


@require_safe
@page("see_figures")
def survey_export(request: Request, key: str) -> HttpResponse:
    """A survey in each format, with what that format has no place for."""
    body, number, _holds = survey(key)
    ways = [
        {"form": way.form, "title": FORMATS[way.form], "losses": _losses(way.losses)}
        for way in ways_out(request.scope, key)
    ]
    context = {"key": key, "survey": body, "version": number, "ways": ways}
    return render(request, "surveys/exchange_out.html", context)


@require_safe
@page("see_figures")
def survey_file(request: Request, key: str, form: str) -> HttpResponse:
    """The file itself."""
    found = written_as(request.scope, key, form)
    response = HttpResponse(found.text, content_type=f"{TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(key, form)}"'
    return response


@require_safe
@page("see_records")
def answers_file(request: Request, key: str) -> StreamingHttpResponse:
    """The answers as a CSV of Qualtrics; with words, masked, where they are asked for."""
    lines = answers_csv(request.scope, key, words=request.GET.get("words") == "1")
    response = StreamingHttpResponse(lines, content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return response


# Answers in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page(PERMISSION)
def answers_import(request: Request, key: str) -> HttpResponse:
    """Choose a file of answers; it is tried first; then it is brought in."""
    request.scope.demand_everywhere(PERMISSION)
    body, _number, _holds = survey(key)
    if request.method == "POST" and request.POST.get("token"):
        return _answers_in(request, key)
    form = AnswersForm(request.POST, request.FILES) if request.method == "POST" else AnswersForm()
    if request.method == "POST" and form.is_valid():
        upload, given = form.cleaned_data["file"], _given(form.cleaned_data)
        try:
            token = keep_upload(request.scope, upload.chunks())
            found = _bring(request, key, token, given, upload.name[:255], dry_run=True)
        except HeedError as error:
            form.add_error("file", _said(error))
        else:
            return _tried(request, key, body, found, {**given, "token": token, "name": upload.name[:255]})
    return render(
        request,
        "surveys/exchange_answers.html",
        {"form": form, "key": key, "survey": body},
        status=422 if form.errors else 200,
    )


def _given(typed: Any) -> dict[str, str]:
    return {name: str(typed.get(name, "")).replace("\0", "")[:4000] for name in ("columns", "system")}


def _bring(request: Request, key: str, token: str, given: dict[str, str], name: str, *, dry_run: bool) -> Answers:
    columns = named_columns(given["columns"].splitlines())
    return bring_kept_answers(
        request.scope, token, key, columns=columns, system=given["system"].strip(), dry_run=dry_run, name=name
    )


def _tried(request: Request, key: str, body: Any, found: Answers, hidden: dict[str, str]) -> HttpResponse:
    told = found.as_dict()
    pairs = [
        (_("Responses read"), number_format(told["read"], force_grouping=True)),
        (_("Would be accepted"), number_format(told["accepted"], force_grouping=True)),
        (_("Would be quarantined"), number_format(told["quarantined"], force_grouping=True)),
        (_("Unchanged"), number_format(told["unchanged"], force_grouping=True)),
    ]
    context = {
        "key": key,
        "survey": body,
        "told": told,
        "pairs": pairs,
        "matched": found.plan.matched,
        "losses": _losses(found.plan.losses),
        "hidden": hidden,
    }
    return render(request, "surveys/exchange_tried.html", context)


def _answers_in(request: Request, key: str) -> HttpResponse:
    name = request.POST.get("name", "").replace("\0", "")[:255]
    found = _bring(request, key, request.POST["token"], _given(request.POST), name, dry_run=False)
    outcome = found.outcome
    words = ngettext("%(count)d response accepted", "%(count)d responses accepted", outcome.accepted) % {
        "count": outcome.accepted
    }
    if outcome.quarantined:
        waiting = ngettext("%(count)d waits in quarantine", "%(count)d wait in quarantine", outcome.quarantined)
        words += ", " + waiting % {"count": outcome.quarantined}
    messages.success(request, f"{words}.")
    return redirect("import", number=outcome.import_id)


urlpatterns = [
    path("surveys/import/", survey_import, name="survey-import"),
    path("surveys/<str:key>/export/", survey_export, name="survey-export"),
    path("surveys/<str:key>/export/answers.csv", answers_file, name="survey-answers-file"),
    path("surveys/<str:key>/export/<str:form>", survey_file, name="survey-file"),
    path("surveys/<str:key>/answers/import/", answers_import, name="survey-answers-import"),
]

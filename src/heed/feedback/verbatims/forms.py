"""What a reader of verbatims narrows by."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from heed.feedback.verbatims.queries.themes import Narrowed
from heed.feedback.verbatims.rules.labelling import CHOICES, TASKS, Said
from heed.feedback.verbatims.rules.taxonomy import words_from

PLACE_TITLES = {
    "language": _("Language"),
    "region": _("Region"),
    "team": _("Team"),
    "channel": _("Channel"),
    "topic": _("Topic"),
}
SENTIMENT_TITLES = {"negative": _("negative"), "neutral": _("neutral"), "positive": _("positive")}


class NarrowForm(forms.Form):
    """Sentiment, place, days and words. Choices of places are those among what was read."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    sentiment = forms.ChoiceField(
        label=_("Sentiment"), required=False, choices=[("", _("any")), *SENTIMENT_TITLES.items()]
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Before"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    with_set_aside = forms.BooleanField(label=_("Count what was set aside"), required=False)

    def __init__(self, told: Mapping[str, Any], places: Mapping[str, Sequence[str]], *, words: bool = True) -> None:
        super().__init__(told)
        if not words:
            del self.fields["q"]
        for name, values in places.items():
            # A value that is no longer among them stays chosen, or a link from last month would widen silently.
            given = [told[name]] if told.get(name) and told[name] not in values else []
            choices = [("", _("any")), *((value, value) for value in [*values, *given])]
            self.fields[name] = forms.ChoiceField(label=PLACE_TITLES[name], required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] >= cleaned["until"]:
            self.add_error("until", _("The end is not after the start."))
        return cleaned

    @property
    def narrowed(self) -> Narrowed:
        cleaned = self.cleaned_data
        places = tuple((name, cleaned[name]) for name in PLACE_TITLES if cleaned.get(name))
        return Narrowed(cleaned.get("sentiment", ""), places, bool(cleaned.get("with_set_aside")))

    @property
    def said(self) -> list[str]:
        """What is narrowed, in a few words each."""
        if not self.is_valid():
            return []
        return [
            str(SENTIMENT_TITLES.get(value, value))
            for name, value in self.cleaned_data.items()
            if value and name not in ("q", "with_set_aside")
        ]


LABEL_TITLES: dict[str, Any] = {
    "negative": _("negative"),
    "neutral": _("neutral"),
    "positive": _("positive"),
    "complaint": _("complaint"),
    "question": _("question"),
    "request": _("request"),
    "fault": _("fault"),
    "praise": _("praise"),
    "cancellation": _("cancellation"),
    "normal": _("normal"),
    "high": _("high"),
    "none": _("no sign"),
    "at_risk": _("may leave"),
}
TASK_TITLES: dict[str, Any] = {
    "themes": _("Themes"),
    "sentiment": _("Sentiment"),
    "intent": _("What they want"),
    "urgency": _("Urgency"),
    "effort": _("Effort it cost them"),
    "churn": _("Leaving"),
}


def label_title(task: str, value: str) -> str:
    """What people call a label."""
    return str(_("nothing") if (task, value) == ("intent", "none") else LABEL_TITLES.get(value, value))


class RoundForm(forms.Form):
    """A new round of labelling."""

    name = forms.CharField(label=_("Name"), max_length=120)
    size = forms.IntegerField(label=_("How many verbatims"), min_value=10, max_value=500, initial=50)
    weeks = forms.ChoiceField(
        label=_("Said in"),
        choices=[
            ("4", _("the last 4 weeks")),
            ("13", _("the last 13 weeks")),
            ("52", _("the last year")),
            ("all", _("all of the time")),
        ],
        initial="13",
    )


class LabelForm(forms.Form):
    """What one person says of one verbatim. `pass` says that it cannot be told."""

    themes = forms.MultipleChoiceField(label=TASK_TITLES["themes"], required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        told: Mapping[str, Any] | None,
        themes: Mapping[str, str],
        said: Said | None = None,
        found: Collection[str] = (),
    ) -> None:
        initial = None if said is None else {task: said.value(task) for task in TASKS}
        super().__init__(told, initial=initial or {"urgency": "normal", "effort": "normal", "churn": "none"})
        # Themes of the taxonomy have the keys; those heed found stand behind them.
        listed = sorted(themes.items(), key=lambda item: (item[0] in found, item[1].lower()))
        self.found = frozenset(found)
        self.fields["themes"].choices = listed  # type: ignore[attr-defined]
        for task, values in CHOICES.items():
            self.fields[task] = forms.ChoiceField(
                label=TASK_TITLES[task],
                required=False,
                choices=[(value, label_title(task, value)) for value in values],
                widget=forms.RadioSelect,
            )

    def said(self, *, passed: bool = False) -> Said:
        cleaned = self.cleaned_data
        themes = tuple(sorted(cleaned.get("themes", ())))
        return Said(themes, **{task: cleaned.get(task, "") for task in CHOICES}, passed=passed)


class BakeOffForm(forms.Form):
    """Which label is compared, and whether the chat model that is chosen takes part."""

    task = forms.ChoiceField(label=_("What is told"), choices=list(TASK_TITLES.items()), initial="sentiment")
    outside = forms.BooleanField(required=False)
    price_in = forms.CharField(label=_("Price of a million tokens sent"), required=False, max_length=20)
    price_out = forms.CharField(label=_("Price of a million tokens that come back"), required=False, max_length=20)
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3, initial="EUR")
    most = forms.CharField(label=_("The most to spend"), required=False, max_length=20)

    def __init__(self, told: Mapping[str, Any] | None, tasks: Sequence[str], outside: str) -> None:
        super().__init__(told)
        self.fields["task"].choices = [(task, TASK_TITLES[task]) for task in tasks]  # type: ignore[attr-defined]
        if not outside:
            for name in ("outside", "price_in", "price_out", "currency", "most"):
                del self.fields[name]
        else:
            self.fields["outside"].label = _("%(name)s takes part: the masked texts of the sample go there") % {
                "name": outside
            }

    def asked(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        told = dict(self.cleaned_data)
        return {"outside_agreed": told.pop("outside", False), **told}


class PromotionForm(forms.Form):
    """Why a model is to read; and which one read when the page was made."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=300)
    reading = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)


class ThemeForm(forms.Form):
    """A theme as people type it: a name and words a language, one word or phrase a line."""

    def __init__(
        self, told: Mapping[str, Any] | None, languages: Sequence[str], theme: Mapping[str, Any] | None
    ) -> None:
        super().__init__(told)
        self.theme = theme
        known = theme or {"name": {}, "words": {}}
        self.languages = list(dict.fromkeys([*languages, *known["name"], *known["words"]]))
        for language in self.languages:
            label = language_name(language)
            self.fields[f"name_{language}"] = forms.CharField(
                label=_("Name"), required=False, max_length=80, initial=known["name"].get(language, ""), help_text=label
            )
            self.fields[f"words_{language}"] = forms.CharField(
                label=_("Words, one a line"),
                required=False,
                max_length=8000,
                initial="\n".join(known["words"].get(language, ())),
                widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
                help_text=label,
            )

    @property
    def parts(self) -> list[tuple[str, Any, Any]]:
        return [
            (language_name(language), self[f"name_{language}"], self[f"words_{language}"])
            for language in self.languages
        ]

    def typed(self, key: str) -> dict[str, Any]:
        """The theme as typed."""
        cleaned = self.cleaned_data
        names = {each: cleaned[f"name_{each}"].strip() for each in self.languages if cleaned[f"name_{each}"].strip()}
        words = {each: words_from(cleaned[f"words_{each}"]) for each in self.languages}
        return {"key": key, "name": names, "words": {each: mine for each, mine in words.items() if mine}}


class NoteForm(forms.Form):
    """Why a taxonomy is changed."""

    note = forms.CharField(label=_("Why"), required=False, max_length=500)


def language_name(tag: str) -> str:
    """A language by its own name; its tag where it is not known."""
    try:
        return str(get_language_info(tag)["name_local"]).capitalize()
    except KeyError:
        return tag

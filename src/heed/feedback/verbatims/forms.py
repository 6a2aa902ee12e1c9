"""What a reader of verbatims narrows by."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.feedback.verbatims.queries.themes import Narrowed

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
        return Narrowed(cleaned.get("sentiment", ""), places)

    @property
    def said(self) -> list[str]:
        """What is narrowed, in a few words each."""
        if not self.is_valid():
            return []
        return [
            str(SENTIMENT_TITLES.get(value, value))
            for name, value in self.cleaned_data.items()
            if value and name != "q"
        ]

"""The form made from a kind: nested parts stand together, short words, values kept that nobody types."""

import pytest

from heed.core.definitions.forms import DefinitionForm

pytestmark = pytest.mark.usefixtures("db")


def test_the_fields_of_a_nested_part_stand_together() -> None:
    groups = dict(DefinitionForm("kpi").groups())
    assert [field.label for field in groups["Measure"]][:2] == ["Kind", "Source"]


def test_an_open_number_or_name_is_one_line_and_read_as_what_it_is() -> None:
    form = DefinitionForm("kpi")
    part = form.parts["measure.quantile"]
    assert part.sort == "scalar"
    assert form._value(part, "0.9") == 0.9
    assert form._value(part, "level") == "level"


def test_what_nobody_types_stays_as_it_was() -> None:
    body = {"name": "North", "time_zone": "UTC", "currency": "EUR", "languages": ["en"], "first_run_done": True}
    typed = {"key": "organisation", "name": "North Sea", "time_zone": "UTC", "currency": "EUR", "languages": "en"}
    form = DefinitionForm("organisation", typed, body=body, key="organisation")
    assert "first_run_done" not in form.fields
    assert form.is_valid(), form.errors
    assert form.body["first_run_done"] is True
    assert form.body["name"] == "North Sea"


def test_a_list_of_parts_says_what_each_needs_and_which_is_wrong() -> None:
    form = DefinitionForm(
        "case_opening", {"key": "low", "name": "Low", "when": "score < 3", "severities": "- when: score < 1"}
    )
    assert "<code>severity</code>" in form.fields["severities"].help_text
    assert not form.is_valid()
    assert form.errors["severities"][0].startswith("item 1, severity")

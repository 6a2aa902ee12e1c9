"""Cases behind a figure as rows of a table: each leads to its page where there is one to see."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from heed.goals.journeys.queries.reports import CasePage


def linked(keys: Mapping[str, str], page: CasePage) -> list[dict[str, Any]]:
    """The rows of cases, with the href of those whose key is known."""
    return [
        row | {"href": reverse("case", args=[keys[row["case"]]]) if row["case"] in keys else ""} for row in page.cases
    ]

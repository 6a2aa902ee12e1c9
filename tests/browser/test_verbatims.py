"""Labelling by keys alone, and the pages of models, labelling and themes without fault, in both schemes and on a phone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe

from heed.core.access.rules import COMMAND_LINE
from heed.core.people.models import Person
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions import labelling
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import LabelAnswer, LabelRound, TextModel

Open = Callable[..., Any]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def row(ada: Person, session: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabelRound]:
    """Some verbatims that were read, and a round of twelve."""
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    rows = [
        {
            "verbatim_id": f"v-{number}",
            "said_at": AT + timedelta(minutes=number),
            "text": f"{('The invoice is wrong', 'Thanks, all good', 'It came on Tuesday')[number % 3]} {number}",
            "source": "test",
            "batch": "a",
            "recorded_at": AT,
        }
        for number in range(40)
    ]
    Store(current().facts_location).append_new("verbatims", pa.Table.from_pylist(rows))
    read_new()
    yield labelling.make_round(COMMAND_LINE, name="Spring", size=12, weeks="all", seed=2)
    monkeypatch.undo()
    current.cache_clear()


def test_labels_are_given_by_keys_alone_and_taken_back(open_page: Open, row: LabelRound) -> None:
    page = open_page(f"/verbatims/labelling/{row.key}/")
    for key in ("n", "3", "c", "u", "w"):
        page.keyboard.press(key)
    page.get_by_text("You labelled 1 of 12.").wait_for()
    answer = LabelAnswer.objects.get()
    assert (answer.sentiment, answer.intent, answer.urgency, answer.churn) == ("negative", "complaint", "high", "none")
    assert len(answer.themes) == 1
    page.keyboard.press("x")
    page.get_by_text("You labelled 2 of 12.").wait_for()
    assert LabelAnswer.objects.filter(passed=True).count() == 1
    page.keyboard.press("z")
    page.get_by_text("You labelled 1 of 12.").wait_for()
    page.keyboard.press("z")
    page.get_by_text("You labelled 0 of 12.").wait_for()
    assert page.locator("input[name=sentiment][value=negative]").is_checked(), "what was said comes back to be changed"
    page.keyboard.press("w")
    page.get_by_text("You labelled 1 of 12.").wait_for()
    assert LabelAnswer.objects.get().themes == answer.themes


def test_labels_are_given_without_a_script(open_page: Open, row: LabelRound) -> None:
    page = open_page(f"/verbatims/labelling/{row.key}/", script=False)
    page.get_by_role("button", name="Keep and go on").click()
    assert page.get_by_text("Say how the customer feels, or pass.").is_visible()
    page.get_by_label("positive").check()
    page.get_by_role("button", name="Keep and go on").click()
    assert page.get_by_text("You labelled 1 of 12.").is_visible()


PAGES = (
    "/verbatims/models/",
    "/verbatims/models/MODEL/",
    "/verbatims/labelling/",
    "/verbatims/labelling/ROUND/",
    "/verbatims/labelling/ROUND/results/",
    "/verbatims/labelling/ROUND/disagreements/",
    "/verbatims/taxonomy/default/",
    "/verbatims/taxonomy/default/themes/billing/",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_without_fault_and_nothing_sticks_out(
    open_page: Open, row: LabelRound, path: str, width: int, scheme: str
) -> None:
    place = path.replace("ROUND", row.key).replace("MODEL", str(TextModel.objects.first().pk))
    page = open_page(place, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

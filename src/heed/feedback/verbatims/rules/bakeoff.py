"""A bake-off on what people labelled: what can be compared, whether there is enough of it, what labels mean. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

LEAST_TEXTS, LEAST_EACH = 50, 10
MOST_TEXTS = 2000
FOLDS = 5
TO_READ = 20
RULED = ("intent", "urgency", "effort", "churn")  # labels that rules tell too
NO_THEME = "no theme"
# What somebody new to the labels would be told; a chat model is told the same.
MEANINGS: dict[str, dict[str, str]] = {
    "sentiment": {
        "negative": "the customer is unhappy",
        "neutral": "neither happy nor unhappy, or both alike",
        "positive": "the customer is happy",
    },
    "intent": {
        "complaint": "complains about something",
        "question": "wants to know something",
        "request": "wants something done",
        "fault": "reports that something does not work",
        "praise": "praises somebody or something",
        "cancellation": "wants to end a contract or to leave",
        "none": "wants nothing",
    },
    "urgency": {"normal": "can wait like others", "high": "something bad happens unless it is dealt with soon"},
    "effort": {"normal": "it cost the customer no more than it should", "high": "it cost the customer much trouble"},
    "churn": {"none": "no sign that the customer leaves", "at_risk": "the customer leaves, or may"},
}


def too_thin(labels: Sequence[str]) -> str:
    """Why a sample is too thin to compare on; empty where it is not."""
    counts = Counter(labels)
    if len(labels) < LEAST_TEXTS:
        return "too_few_rows"
    return "" if sum(many >= LEAST_EACH for many in counts.values()) >= 2 else "too_few_labels"


def one_label(task: str, truth: Mapping[str, Any]) -> str:
    """What people said a verbatim is in a task; empty where they did not, or where it is no single label."""
    if task != "themes":
        return str(truth.get(task, ""))
    if "themes" not in truth or len(truth["themes"]) > 1:
        return ""
    return str(truth["themes"][0]) if truth["themes"] else NO_THEME


def kept_report(report: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """A report to be stored: plain numbers and text, and rows named by verbatim instead of their words.

    keys: the verbatim of each row, the first row being 1.
    """
    rows = [
        {"verbatim": keys[row["row"] - 1], "truth": row["truth"], "told": row["told"]}
        for row in report["disagreements"]
    ]
    found: dict[str, Any] = _plain({**report, "disagreements": rows})
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def without(report: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """A stored report without the rows of verbatims that are erased."""
    rows = [row for row in report.get("disagreements", ()) if row["verbatim"] not in gone]
    return {**report, "disagreements": rows} if report else {}

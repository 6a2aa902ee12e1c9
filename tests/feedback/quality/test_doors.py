"""Answers with signs and audits by page and over the API: what each shows, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from heed.feedback.quality.actions.auditing import run_audit
from heed.feedback.quality.models import QualityAudit
from tests.core.conftest import House, build
from tests.feedback.quality.suspects import SURVEY, check_answers, facts_in
from tests.feedback.quality.test_settling import ME, SPAN


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with facts_in(tmp_path, monkeypatch, responses=check_answers()):
        run_audit(ME, SURVEY, *SPAN)
        yield build()


def test_pages_and_api_show_signs_figures_and_audits(house: House) -> None:
    client, audit = house.client("admin"), QualityAudit.objects.get()
    page = client.get("/quality/answers/", {"survey": SURVEY, "sign": "bot"}).content.decode()
    assert "Set all" in page and "With and without" in page and "in ten minutes" in page
    assert client.get("/quality/answers/").status_code == 302
    assert audit.key in client.get("/quality/audits/").content.decode()
    assert "What was checked" in client.get(f"/quality/audits/{audit.key}/").content.decode()
    told = client.get("/api/v1/quality/signs", {"survey": SURVEY}).json()
    assert {line["sign"] for line in told["signs"]} >= {"bot", "straight", "speeding"}
    (first, *_) = told["figures"]
    assert first["whole"]["n"] == first["counted"]["n"] > first["proposed"]["n"]
    some = client.get("/api/v1/quality/answers", {"survey": SURVEY, "sign": "bot", "limit": 5}).json()
    assert len(some["items"]) == 5 and some["next"] and some["items"][0]["state"] == "open"
    whole = client.get(f"/api/v1/quality/audits/{audit.key}").json()
    assert whole["standing"] and whole["state"] == "failed" and whole["agents"] == []


def test_what_is_refused(house: House) -> None:
    client = house.client("admin")
    assert client.get("/api/v1/quality/answers", {"survey": SURVEY, "sign": "spedding"}).status_code == 422
    assert client.get("/api/v1/quality/audits/none").status_code == 404
    assert client.get("/quality/audits/none/").status_code == 404
    far = {"survey": SURVEY, "since": "0001-01-01T00:00:00Z"}
    assert client.post("/api/v1/quality/audits", far, content_type="application/json").status_code == 422
    nothing = {"survey": SURVEY, "responses": [], "why": "x"}
    assert client.post("/api/v1/quality/exclusions", nothing, content_type="application/json").status_code == 422

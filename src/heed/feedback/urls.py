"""Gathers the pages and the API of feedback for the site."""

from typing import Any

from ninja import Router

from heed.feedback.surveys.pages import answering as survey_answers

urlpatterns: list[Any] = [
    *survey_answers.urlpatterns,
]
routers: list[tuple[str, Router]] = []

"""What is said to an issue tracker, in the shape of GitHub's or Jira's API, and what its answers mean. Pure.

Paths, fields and states are those of GitHub's REST API (version 2022-11-28, issues) and Jira's (version 2, issue).
"""

import base64
import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from heed.core.errors.rules import Invalid, nearest, phrase

WEBHOOK, GITHUB, JIRA = "webhook", "github", "jira"
SHAPES = (WEBHOOK, GITHUB, JIRA)
TITLE_LONGEST = 200


@dataclass(frozen=True)
class Request:
    """One call to make."""

    method: str
    url: str
    body: bytes = b""


@dataclass(frozen=True)
class Issue:
    """What an issue says: `marker` is a label by which it is found again, whoever made it and however often."""

    marker: str
    title: str
    text: str


def checked_shape(shape: str) -> str:
    if shape not in SHAPES:
        raise Invalid(
            phrase("There is no shape {shape}.", shape=shape), code="unknown_shape", hint=nearest(shape, SHAPES)
        )
    return shape


def tokens(given: str) -> dict[str, str]:
    """Tokens by name, from "ops=abc,web=ann@example.org:def"."""
    pairs = (part.partition("=") for part in given.split(",") if part.strip())
    return {name.strip(): token.strip() for name, _sign, token in pairs if name.strip() and token.strip()}


def headers(shape: str, token: str) -> dict[str, str]:
    """Who calls: a token by itself, or a user with one (Jira in the cloud). Never kept, never shown."""
    said = {"Content-Type": "application/json", "User-Agent": "heed"}
    said["Accept"] = "application/vnd.github+json" if shape == GITHUB else "application/json"
    if ":" in token:
        said["Authorization"] = "Basic " + base64.b64encode(token.encode()).decode()
    elif token:
        said["Authorization"] = f"Bearer {token}"
    return said


def marker_of(item: str) -> str:
    return f"heed-{item}"


def looking(shape: str, url: str, marker: str) -> Request:
    """Is there an issue with this label already?"""
    if shape == GITHUB:
        return Request("GET", f"{url}?{urlencode({'labels': marker, 'state': 'all', 'per_page': 1})}")
    wanted = {"jql": f'labels = "{marker}"', "fields": "key", "maxResults": 1}
    return Request("GET", f"{url.rstrip('/').removesuffix('/issue')}/search?{urlencode(wanted)}")


def making(shape: str, url: str, project: str, issue: Issue) -> Request:
    """Make the issue."""
    title = issue.title[:TITLE_LONGEST]
    if shape == GITHUB:
        return _post(url, {"title": title, "body": issue.text, "labels": ["customer-feedback", issue.marker]})
    fields = {
        "project": {"key": project},
        "issuetype": {"name": "Task"},
        "summary": title,
        "description": issue.text,
        "labels": ["customer-feedback", issue.marker],
    }
    return _post(url, {"fields": fields})


def commenting(shape: str, url: str, name: str, text: str) -> Request:
    """Say more of an issue there is."""
    return _post(f"{url.rstrip('/')}/{name}/{'comments' if shape == GITHUB else 'comment'}", {"body": text})


def made(shape: str, url: str, body: bytes) -> tuple[str, str] | None:
    """The name and page of the issue an answer tells of; None where the answer is no such thing."""
    return _named(shape, url, _read(body))


def found(shape: str, url: str, body: bytes) -> tuple[str, str] | None:
    """The first issue of a search; None where there is none."""
    read = _read(body)
    listed = read if shape == GITHUB else read.get("issues") if isinstance(read, dict) else None
    return _named(shape, url, listed[0]) if isinstance(listed, list) and listed else None


def _named(shape: str, url: str, told: object) -> tuple[str, str] | None:
    if not isinstance(told, dict):
        return None
    if shape == GITHUB:
        number, page = told.get("number"), told.get("html_url")
        is_one = isinstance(number, int) and not isinstance(number, bool)
        return (str(number), _page(page)) if is_one else None
    key = told.get("key")
    if not isinstance(key, str) or not key or len(key) > 80 or not key.replace("-", "").isalnum():
        return None
    parts = urlsplit(url)
    return key, f"{parts.scheme}://{parts.netloc}/browse/{key}"


def _page(told: object) -> str:
    """A page that may stand behind a link; nothing else that an answer may hold."""
    is_page = isinstance(told, str) and told.startswith(("https://", "http://")) and len(told) <= 2000
    return told if is_page and isinstance(told, str) else ""


def _post(url: str, body: dict[str, object]) -> Request:
    return Request("POST", url, json.dumps(body, ensure_ascii=False).encode())


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None

"""The record of processing activities (GDPR art. 30), from what is really configured: nothing in it is typed by hand."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.utils import timezone

from heed.core.access.rules import ROLES, Scope
from heed.core.consent.rules import personal_columns
from heed.core.definitions.queries import all_in_force
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.feedback.privacy.definition import PrivacyPolicy
from heed.feedback.privacy.queries.people import model_of
from heed.feedback.privacy.queries.policies import KIND
from heed.feedback.privacy.rules.strictest import retention, strictest_basis

SORTS = {
    "name": "names",
    "contact": "addresses and numbers",
    "words": "words people wrote or said",
    "key": "pseudonymous keys",
    "secret": "secrets",  # nosec B105
}


def record_of_processing(scope: Scope) -> dict[str, Any]:
    """Who is responsible, purposes with their basis, kinds of data, recipients, retention, safeguards, transfers."""
    scope.demand_everywhere("manage_settings")
    found = all_in_force(KIND)
    policies = [cast(PrivacyPolicy, each.body) for each in found]
    facts, work = retention(policies)
    purposes = sorted({purpose for each in policies for purpose in each.lawful_basis})
    return {
        "controller": organisation().name,
        "made_at": timezone.now().isoformat(),
        "policies": [
            {
                "key": each.key,
                "version": each.version,
                "name": body.name,
                "jurisdiction": body.jurisdiction or "everywhere",
            }
            for each, body in zip(found, policies, strict=True)
        ],
        "purposes": [{"purpose": each, "lawful_basis": strictest_basis(policies, each)} for each in purposes],
        "people": ["customers", "employees who use heed or serve customers"],
        "data": _kinds(),
        "recipients": _recipients(),
        "retention": {
            "facts": dict(sorted(facts.items())),
            "work": dict(sorted(work.items())),
            "backups": min((each.backup_days for each in policies), default=None),
        },
        "safeguards": _safeguards(),
        "location": _location(policies),
    }


def _kinds() -> list[dict[str, Any]]:
    """Where personal data lies, by the registry in which each capability names its columns."""
    stores: dict[str, list[dict[str, str]]] = {}
    for each in personal_columns():
        stores.setdefault(each.store, []).append(
            {"column": each.column, "kind": SORTS[each.sort], "purpose": each.purpose}
        )
    return [{"store": store, "columns": columns} for store, columns in stores.items()]


def _recipients() -> list[dict[str, str]]:
    """Whom data goes to: connected systems, the mail server, models and identity providers that are set."""
    settings, found = current(), []
    for row in model_of("feedback.Connection")._default_manager.filter(removed_at=None).order_by("name"):
        what = "events by key, without words" if getattr(row, "shape", "webhook") == "webhook" else "routed feedback"
        found.append({"recipient": row.name, "place": urlsplit(row.url).hostname or "", "gets": what})
    for name, address, what in (
        ("mail server", settings.mail_url, "addresses of customers, and what is written to them"),
        ("embeddings", settings.embeddings if "://" in settings.embeddings else "", "words, masked"),
        ("chat model", settings.analyzer, "words, masked"),
        ("identity provider", settings.oidc_url, "who signs in"),
    ):
        if address:
            found.append({"recipient": name, "place": urlsplit(address).hostname or "", "gets": what})
    return found


def _safeguards() -> list[str]:
    settings = current()
    return [
        "facts name people by keys made with a secret (HMAC-SHA-256)",
        "words are masked before models read them, and are read unmasked by role only, each reading noted",
        f"roles: {', '.join(sorted(ROLES))}; a role reaches its unit and those below",
        "every change is in a journal whose hash chain shows tampering",
        "small groups are withheld from figures",
        "deleted data is overwritten (SQLite secure_delete) and dead files are taken away; erasures are proved by a scan",
        "mails go over TLS"
        if settings.mail_url.startswith("smtps") or "starttls=1" in settings.mail_url
        else "mails: no TLS is set",
        "connected systems are reached over guarded, signed HTTP",
    ]


def _location(policies: list[PrivacyPolicy]) -> dict[str, Any]:
    settings = current()
    database = urlsplit(settings.database_url).hostname if settings.database_url.startswith("postgres") else ""
    facts = urlsplit(settings.facts_location).netloc if "://" in settings.facts_location else ""
    return {
        "database": database or "this machine",
        "facts": facts or "this machine",
        "allowed_regions": sorted({region for each in policies for region in each.residency}),
        "one_root_for_all_regions": not settings.roots_of_regions,
        "roots": [
            {"region": region, "place": _host(place)} for region, place in sorted(settings.roots_of_regions.items())
        ],
    }


def _host(place: str) -> str:
    """Where a root lies, as it may be told: the folder, or the bucket without what is in its address beside."""
    return urlsplit(place)._replace(query="", fragment="").geturl() if "://" in place else place


def as_markdown(told: dict[str, Any]) -> str:
    """The record as a text for people."""
    lines = [
        f"# Record of processing activities: {told['controller']}",
        "",
        f"Made {told['made_at']} from what is configured.",
        "",
    ]
    lines += ["## Purposes", "", "| purpose | lawful basis |", "|---|---|"]
    lines += [f"| {each['purpose']} | {each['lawful_basis']} |" for each in told["purposes"]]
    lines += ["", "## Recipients", ""]
    lines += [f"- {each['recipient']} ({each['place']}): {each['gets']}" for each in told["recipients"]] or ["- none"]
    lines += ["", "## Kept for", ""]
    lines += [f"- {name}: {days} days" for part in ("facts", "work") for name, days in told["retention"][part].items()]
    lines += [f"- backups: {told['retention']['backups']} days", "", "## Safeguards", ""]
    lines += [f"- {each}" for each in told["safeguards"]]
    lines += ["", "## Kinds of data", "", "| store | column | kind | purpose |", "|---|---|---|---|"]
    lines += [
        f"| {store['store']} | {each['column']} | {each['kind']} | {each['purpose']} |"
        for store in told["data"]
        for each in store["columns"]
    ]
    place = told["location"]
    lines += ["", "## Where it lies", "", f"Database: {place['database']}. Facts: {place['facts']}.", ""]
    lines += [f"- facts of {each['region']}: {each['place']}" for each in place["roots"]]
    return "\n".join(lines)

"""The plan of the house, for the tests that hold the tree against it: modules, capabilities, doors."""

import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

MODULES: dict[str, tuple[str, ...]] = {
    "goals": ("kpis", "slas", "journeys", "footprint", "targets", "escalation"),
    "feedback": ("surveys", "triggers", "verbatims", "routing", "quality", "privacy"),
    "improvement": ("root_causes", "priorities", "redesign", "pilots", "loops", "procedures"),
    "frontline": ("authority", "training", "scorecards", "coaching", "ideas", "safety_net"),
    "service": ("customers", "conversations", "segments", "uptime", "formats", "usability"),
    "measurement": ("sampling", "accountability", "reviews", "methodology", "dashboards", "strategy"),
    "governance": ("councils", "budgets", "boundaries", "glossary", "joint_training", "handoffs"),
}
CORE = (
    "definitions",
    "conditions",
    "journal",
    "people",
    "access",
    "consent",
    "calendar",
    "errors",
    "http",
    "queue",
    "console",
    "settings",
)
ROOMS = ("cli", "pages", "api", "jobs", "forms", "actions", "queries", "models", "rules", "events", "definition")
LEFT_BY_TOOLS = {".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"} | {
    ".import_linter_cache"
}


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """The files of the project: those in version control and new ones that are not ignored."""
    if not (ROOT / ".git").exists():
        # An unpacked archive: all but what tools leave behind.
        found = (path for path in sorted(ROOT.rglob("*")) if not LEFT_BY_TOOLS & set(path.relative_to(ROOT).parts))
        return tuple(path for path in found if path.is_file())
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file())


def source_files() -> list[Path]:
    """The Python files of the package but migrations."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.is_relative_to(SOURCE) and "migrations" not in path.parts
    ]


def module_name(path: Path) -> str:
    """`src/heed/goals/kpis/rules.py` → `heed.goals.kpis.rules`."""
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    return name.removesuffix(".__init__")


def built_capabilities() -> list[tuple[str, str]]:
    """(module, capability) for each folder that holds code; `service/cases` stands beside the forty-two."""
    built = []
    for module, capabilities in {**MODULES, "service": (*MODULES["service"], "cases")}.items():
        for capability in capabilities:
            if any(path.name != "__init__.py" for path in (SOURCE / "heed" / module / capability).glob("*.py")):
                built.append((module, capability))
    return built

"""What the import linter cannot see: modules named by string, and what is loaded when pure rooms are imported."""

import ast
import re
import subprocess
import sys
from configparser import ConfigParser

from tests.house.plan import ROOT, module_name, source_files

FRAMEWORKS = ("django", "ninja", "allauth", "huey", "django_htmx", "whitenoise")
# Calls that fetch code by a string, out of sight of the plan.
BY_STRING = {"import_module", "import_string", "run_module", "run_path", "get_model"}
BUILT_IN = {"__import__", "exec", "eval"}


def contract(name: str, option: str) -> list[str]:
    config = ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    return config[f"importlinter:contract:{name}"][option].split()


def matches(expression: str, module: str) -> bool:
    """Whether a module expression of the linter names the module: `*` is one part of a name, `**` one or more."""
    parts = [re.escape(part).replace(r"\*\*", r".+").replace(r"\*", r"[^.]+") for part in expression.split(".")]
    return re.fullmatch(r"\.".join(parts), module) is not None


def pure_modules() -> list[str]:
    """The modules under the contract `pure` and, beside them, the edges of pure packages, which load Django late."""
    expressions = contract("pure", "source_modules")
    but = [name for name in contract("pure", "but") if not name.endswith(".cli")]
    modules = [module_name(path) for path in source_files()]
    named = [module for module in modules if any(matches(expression, module) for expression in expressions)]
    return sorted(module for module in named if not any(matches(expression, module) for expression in but))


def loaded_frameworks(modules: list[str]) -> str:
    lines = [f"import {module}" for module in modules]
    lines += ["import sys", f"print(*[name for name in {FRAMEWORKS!r} if name in sys.modules])"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_pure_modules_load_no_framework() -> None:
    modules = pure_modules()
    assert len(modules) > 20
    assert loaded_frameworks(modules) == ""


def test_a_framework_would_be_seen() -> None:
    assert loaded_frameworks(["heed.core.apps"]) == "django"


def test_no_module_is_fetched_by_string() -> None:
    fetched = []
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                method, function = getattr(node.func, "attr", ""), getattr(node.func, "id", "")
                if method in BY_STRING or function in BY_STRING | BUILT_IN:
                    fetched.append(f"{path.relative_to(ROOT)}:{node.lineno} {method or function}")
    assert not fetched


HEAVY = ("ibis", "sqlglot", "duckdb", "deltalake", "pyarrow", "numpy", "scipy", "sklearn", "altair", "lingua")


def test_what_every_command_loads_first_is_light() -> None:
    """Each command and each process sets Django up; engines and arrays come with the verb that needs them."""
    lines = ["import os, sys, django", "os.environ['DJANGO_SETTINGS_MODULE'] = 'heed.site.settings'", "django.setup()"]
    lines.append(f"print(*[name for name in {HEAVY!r} if name in sys.modules])")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == ""

"""Commands speak the language of the terminal; what they print for machines has none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEED = Path(sys.executable).with_name("heed")


@pytest.fixture
def heed(tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(*words: str, language: str = "de_DE.UTF-8") -> subprocess.CompletedProcess[str]:
        told = {name: value for name, value in os.environ.items() if name not in ("LANGUAGE", "LC_MESSAGES", "LANG")}
        told |= {"HEED_HOME": str(tmp_path), "HEED_DATABASE_URL": "", "LC_ALL": language, "COLUMNS": "200"}
        told["DJANGO_SETTINGS_MODULE"] = "heed.site.settings"
        return subprocess.run([str(HEED), *words], capture_output=True, text=True, timeout=120, env=told)

    return run


def test_help_is_in_the_language_of_the_terminal(heed) -> None:  # type: ignore[no-untyped-def]
    told = heed("kpi", "show", "--help").stdout
    assert "Eine Kennzahl mit n und Intervall zeigen" in told
    assert "Vertrauensniveau der Intervalle." in told
    assert "Beispiel: heed kpi show" in told
    assert "Show a KPI with n and interval" in heed("kpi", "show", "--help", language="C.UTF-8").stdout
    assert "Show a KPI with n and interval" in heed("kpi", "show", "--help", language="xx_XX.UTF-8").stdout


def test_refusals_and_lines_are_in_it_and_what_machines_read_is_not(heed) -> None:  # type: ignore[no-untyped-def]
    assert "Einen Befehl 'nothing' gibt es nicht." in heed("nothing").stderr
    refused = heed("kpi", "show", "nothing")
    assert (refused.returncode, refused.stderr.split(":")[0]) == (1, "unknown_kpi")
    assert "No KPI" not in refused.stderr
    as_json = heed("kpi", "show", "nothing", "--json")
    assert json.loads(as_json.stdout)["error"]["message"].startswith("No KPI nothing")
    assert "Die Kette hält:" in heed("journal", "verify").stderr

"""What takes long draws no bar on standard output, where a command's one object stands."""

import re

from heed.facts.silent import silent
from tests.house.plan import SOURCE

OPENED = re.compile(r"\bduckdb\.connect\(")


def test_a_connection_draws_nothing_and_none_is_opened_otherwise() -> None:
    import duckdb

    with silent(duckdb.connect()) as connection:
        for each in (connection, connection.cursor()):
            assert each.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)
    loud = []
    for file in SOURCE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if len(OPENED.findall(text)) > text.count("silent("):
            loud.append(file.name)
    assert not loud, loud

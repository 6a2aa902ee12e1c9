"""The `heed` command as a user runs it: a process of its own, on a data folder of its own."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests.nursery import Nursery, kept

HEED = [sys.executable, "-W", "ignore", "-c", "from heed.cli import main; main()"]
Run = Callable[..., dict[str, Any]]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment of a user who has set nothing but the data folder (and `settings`)."""
    return {**kept(os.environ), "HEED_HOME": str(home), **settings}


def heed(
    env: dict[str, str], *words: str, given: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `given` is its standard input.

    It is forked from a process that has loaded what each command loads (tests/nursery.py), so it takes a tenth of the time.
    """
    nursery = _nursery(env)
    if words and words[0] not in {"doctor", "restore", "upgrade"}:
        make_store(env)
    if nursery is None:
        done = subprocess.run([*HEED, *words], env=env, input=given, cwd=cwd, capture_output=True, check=False)
        code, said, errors = done.returncode, done.stdout, done.stderr
    else:
        code, said, errors = nursery.run(*words, given=given, cwd=cwd or Path.cwd())
    return subprocess.CompletedProcess(words, code, said.decode(), errors.decode())


def make_store(env: dict[str, str]) -> None:
    """Where there is no store yet, put one there as `heed upgrade` makes it, so that its tables are made once for all tests."""
    path = Path(env["HEED_HOME"]) / "heed.db"
    if not env.get("HEED_DATABASE_URL") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"heed.db.{os.getpid()}")
        shutil.copy(_new_store(), draft)
        draft.rename(path)


@cache
def _new_store() -> Path:
    home = Path(tempfile.mkdtemp(prefix="heed-new-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    with Nursery(environment(home)) as nursery:
        code, _said, errors = nursery.run("upgrade")
    assert code == 0, errors
    assert not (home / "heed.db-wal").exists()
    return home / "heed.db"


_nurseries: OrderedDict[str, tuple[Nursery, Any]] = OrderedDict()
_KEPT_NURSERIES = 3


def _nursery(env: dict[str, str]) -> Nursery | None:
    """One for this environment; none where it differs in what a fork cannot change."""
    if kept(env) != kept(os.environ) or threading.current_thread() is not threading.main_thread():
        return None
    name = json.dumps(env, sort_keys=True)
    found, key = _nurseries.pop(name, (None, None))
    if found is not None and key != _key(env):
        # The data folder is another one by now: it was restored, or removed.
        found.close()
        found = None
    if found is None:
        found = Nursery(env)
        key = _key(env)
    if not found.is_ready:
        found.close()
        return None
    _nurseries[name] = found, key
    while len(_nurseries) > _KEPT_NURSERIES:
        _nurseries.popitem(last=False)[1][0].close()
    return found


def _key(env: dict[str, str]) -> Any:
    """The key that Django signs with, which was read when it was set up."""
    path = Path(env.get("HEED_HOME", "")) / "secret_key"
    return path.read_bytes() if path.exists() else None


def runs(home: Path, **settings: str) -> Run:
    """Runs commands with --json on a store: gives the one object printed; `code` is what the command must exit with."""

    def run(*words: str, code: int = 0) -> dict[str, Any]:
        done = heed(environment(home, **settings), *words, "--json")
        assert done.returncode == code, done.stderr or done.stdout
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    return run

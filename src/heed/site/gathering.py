"""Gathers the static files, named by content and compressed, so that browsers may keep them for ever."""

import fcntl

from django.core.management import call_command

from heed.core.settings.rules import current


def collect_static() -> None:
    """Gather what is new. Processes that start together do it one after the other."""
    home = current().home_path
    home.mkdir(parents=True, exist_ok=True)
    with (home / "static.door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        call_command("collectstatic", interactive=False, verbosity=0)

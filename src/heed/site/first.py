"""The first start: the sample operation unless it is not wanted, somebody who may sign in, and a link that lets them in once."""

from heed.core.access.actions.entrance import entrance_link
from heed.core.console.rules import progress, say
from heed.core.people.queries import people
from heed.core.settings.rules import current


def entrance(*, empty: bool) -> str:
    """Make the store ready to be looked at. Returns a link to sign in with, or nothing when people have passwords."""
    nobody = not people().exclude(email=None).exists()
    if nobody and not empty:
        from heed.sample.actions import load_sample

        say("Loading the sample operation (heed up --empty starts without it).")
        with progress(100, "Loading the sample operation, %") as advance:
            load_sample(advance=lambda share: advance(100 * share))
    path = entrance_link(empty=empty)
    return f"{current().public_url}{path}" if path else ""

"""The store that the settings name: one root, or a home with a root for each region that has one.

Beside the facts of the home lies a list of the roots there are, so that one that the setting forgets is missed.
"""

import json
import os
from pathlib import Path

from heed.core.errors.rules import Unavailable, phrase
from heed.core.settings.rules import ROOTS_LIST, Settings
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store


def store_of(settings: Settings, *, gathered: bool = False) -> Store:
    """The store of facts. Raises Unavailable when a root is missing, cannot be written, or is not named any more."""
    home = Store(settings.facts_location)
    places = settings.roots_of_regions
    known = _known(home)
    forgotten = sorted(set(known) - set(places))
    if forgotten:
        raise Unavailable(
            phrase(
                "Facts of {region} lie under {place}, and HEED_REGION_ROOTS names no root for it.",
                region=forgotten[0],
                place=known[forgotten[0]],
            ),
            code="root_forgotten",
            hint=phrase("Name it again; to bring its facts back: heed facts settle --into-one."),
        )
    if not places:
        return home
    for region, place in places.items():
        check_root(region, place)
    roots = Roots(home, {region: Store(place) for region, place in places.items()}, gathered=gathered)
    if known != places and not gathered:
        remember(home, places)
    return roots


def check_root(region: str, place: str) -> None:
    """A folder is there and can be written; it is not made, since a disk that is not mounted would be taken for empty."""
    if "://" in place:
        return
    folder = Path(place).expanduser().resolve()
    if not folder.is_dir():
        raise Unavailable(
            phrase("The root of {region}, {folder}, is not there.", region=region, folder=folder),
            code="root_missing",
            hint=phrase("Make the folder, or mount its disk."),
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unavailable(
            phrase("The root of {region}, {folder}, cannot be written.", region=region, folder=folder),
            code="root_not_writable",
            hint=phrase("Let the user that runs heed write there."),
        )


def remember(home: Store, places: dict[str, str]) -> None:
    """Write down which roots there are; nothing where the home lies in object storage."""
    if home.folder is None:
        return
    home.folder.mkdir(parents=True, exist_ok=True)
    listed = home.folder / ROOTS_LIST
    if not places:
        listed.unlink(missing_ok=True)
        return
    draft = home.folder / f"{ROOTS_LIST}.{os.getpid()}"
    draft.write_text(json.dumps(places, indent=1), encoding="utf-8")
    draft.replace(listed)


def _known(home: Store) -> dict[str, str]:
    listed = home.folder / ROOTS_LIST if home.folder else None
    if listed is None or not listed.is_file():
        return {}
    try:
        return {str(region): str(place) for region, place in json.loads(listed.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError) as error:
        raise Unavailable(
            phrase("{file} cannot be read.", file=listed),
            code="roots_unreadable",
            hint=phrase("Write region and root into it as JSON, as HEED_REGION_ROOTS has them."),
        ) from error

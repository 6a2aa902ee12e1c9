"""What a person types to set a cascade: a target and a weight for each unit; an empty target leaves the unit out."""

from collections.abc import Iterable, Mapping

from heed.core.errors.rules import Invalid, phrase

NAME = 120


def typed_rows(
    given: Mapping[str, str], units: Iterable[tuple[str, str]], measured_in: str
) -> list[tuple[str, float, float]]:
    """(unit, target, volume) of every unit somebody gave a target. A share is typed in percent. Raises Invalid by unit.

    units: (key, name).
    """
    found = []
    for key, name in units:
        written = given.get(f"target_{key}", "").strip()
        if not written:
            continue
        target = _number(written.rstrip("%").strip(), name, "target")
        volume = _number(given.get(f"volume_{key}", "").strip(), name, "volume")
        found.append((key, target / 100.0 if measured_in == "share" else target, volume))
    if not found:
        raise Invalid("No unit has a target.", code="nothing_set", hint="Give at least one unit a target.")
    return found


def _number(text: str, name: str, what: str) -> float:
    """A number with a point or a comma; 1.234,5 and 1,234.5 are both read by their last mark."""
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if "," in plain and "." in plain:
        plain = plain.replace("." if plain.rfind(",") > plain.rfind(".") else ",", "")
    try:
        return float(plain.replace(",", "."))
    except ValueError as error:
        said = (
            phrase("The target of {unit} is no number.", unit=name)
            if what == "target"
            else phrase("The weight of {unit} is no number.", unit=name)
        )
        raise Invalid(said, code="invalid_number", hint="Such as 80 or 82.5.") from error

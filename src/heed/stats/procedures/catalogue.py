"""Which procedure computes what: by method and procedure, loaded when first asked for."""

from collections.abc import Callable, Mapping

from heed.core.errors.rules import NotFound, nearest, phrase
from heed.stats.procedures.given import Figures, Given

Procedure = Callable[[Given], Figures]
Procedures = Mapping[str, Procedure]


def _proportion() -> Procedures:
    from heed.stats.procedures import proportion

    return proportion.PROCEDURES


def _nps() -> Procedures:
    from heed.stats.procedures import nps

    return nps.PROCEDURES


def _ces() -> Procedures:
    from heed.stats.procedures import ces

    return ces.PROCEDURES


METHODS: dict[str, Callable[[], Procedures]] = {
    "proportion": _proportion,
    "nps": _nps,
    "ces": _ces,
}


def procedure_named(method: str, procedure: str) -> Procedure:
    """Raises NotFound naming the method or the procedure that there is not."""
    if method not in METHODS:
        raise NotFound(
            phrase("There is no method {method}.", method=method),
            code="unknown_method",
            hint=nearest(method, METHODS),
        )
    known = METHODS[method]()
    if procedure not in known:
        raise NotFound(
            phrase("The method {method} has no procedure {procedure}.", method=method, procedure=procedure),
            code="unknown_procedure",
            hint=nearest(procedure, known),
        )
    return known[procedure]

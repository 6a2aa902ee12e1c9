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


def _sample_size() -> Procedures:
    from heed.stats.procedures import sample_size

    return sample_size.PROCEDURES


def _erlang() -> Procedures:
    from heed.stats.procedures import erlang

    return erlang.PROCEDURES


def _sla_clock() -> Procedures:
    from heed.stats.procedures import sla_clock

    return sla_clock.PROCEDURES


def _spc() -> Procedures:
    from heed.stats.procedures import spc

    return spc.PROCEDURES


def _slo_burn() -> Procedures:
    from heed.stats.procedures import slo_burn

    return slo_burn.PROCEDURES


def _disclosure() -> Procedures:
    from heed.stats.procedures import disclosure

    return disclosure.PROCEDURES


def _agreement() -> Procedures:
    from heed.stats.procedures import agreement

    return agreement.PROCEDURES


def _reliability() -> Procedures:
    from heed.stats.procedures import reliability

    return reliability.PROCEDURES


def _careless() -> Procedures:
    from heed.stats.procedures import careless

    return careless.PROCEDURES


def _representativeness() -> Procedures:
    from heed.stats.procedures import representativeness

    return representativeness.PROCEDURES


def _timeseries() -> Procedures:
    from heed.stats.procedures import timeseries

    return timeseries.PROCEDURES


def _drivers() -> Procedures:
    from heed.stats.procedures import drivers

    return drivers.PROCEDURES


def _clv() -> Procedures:
    from heed.stats.procedures import clv

    return clv.PROCEDURES


def _changepoint() -> Procedures:
    from heed.stats.procedures import changepoint

    return changepoint.PROCEDURES


def _experiments() -> Procedures:
    from heed.stats.procedures import experiments

    return experiments.PROCEDURES


def _survey_design() -> Procedures:
    from heed.stats.procedures import survey_design

    return survey_design.PROCEDURES


METHODS: dict[str, Callable[[], Procedures]] = {
    "proportion": _proportion,
    "nps": _nps,
    "ces": _ces,
    "sample_size": _sample_size,
    "erlang": _erlang,
    "sla_clock": _sla_clock,
    "spc": _spc,
    "slo_burn": _slo_burn,
    "disclosure": _disclosure,
    "agreement": _agreement,
    "reliability": _reliability,
    "careless": _careless,
    "representativeness": _representativeness,
    "timeseries": _timeseries,
    "drivers": _drivers,
    "clv": _clv,
    "changepoint": _changepoint,
    "experiments": _experiments,
    "survey_design": _survey_design,
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

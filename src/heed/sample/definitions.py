"""The definitions in force that the sample operation works under: those that heed brings along for every organisation."""


def ensure_definitions() -> None:
    """Put in force what is not: the catalogue of KPIs, and the defaults of privacy and of cases."""

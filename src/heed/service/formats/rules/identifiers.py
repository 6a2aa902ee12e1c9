"""How records and people are called. Needs no arrays, so that the rules of customers can be read at once."""


def sort_of_person(column: str) -> str:
    return "e" if column == "agent_key" else "c"


def bare_identifier(text: str) -> str:
    """An id without the .0 that spreadsheets put behind whole numbers."""
    bare = text.removesuffix(".0")
    return bare if bare.isdigit() else text

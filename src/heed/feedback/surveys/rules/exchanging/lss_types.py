"""Question types of LimeSurvey by their letter, and attributes of a question that change what it asks. Pure.

Source: LimeSurvey manual, "Question object types" and "Question type - …".
"""

from heed.core.errors.rules import phrase

TYPES = {"L": "choice", "!": "choice", "O": "choice", "Y": "choice", "G": "choice", "M": "choices", "P": "choices"}
TYPES |= {"T": "text", "S": "text", "U": "text", "N": "number", "D": "date", "5": "rating", "R": "ranking"}
TYPES |= {"F": "matrix", "H": "matrix", "A": "matrix", "B": "matrix", "C": "matrix", "E": "matrix"}
SPLIT = {"Q": "text", "K": "number"}
UNUSUAL = {
    "X": phrase("a text to read"),
    "*": phrase("an equation"),
    "|": phrase("files to hand in"),
    "I": phrase("a switch of languages"),
    "1": phrase("a matrix of two scales"),
    ";": phrase("a matrix of texts"),
    ":": phrase("a matrix of numbers"),
}
_POINTS = {most: [(str(n), str(n), str(n), float(n)) for n in range(1, most + 1)] for most in (5, 10)}
# Of a type whose answers LimeSurvey knows itself: code, key, words, score; and what is told of its words.
FIXED: dict[str, tuple[list[tuple[str, str, str, float | None]], str]] = {
    "A": (list(_POINTS[5]), ""),
    "B": (list(_POINTS[10]), ""),
    "Y": ([("Y", "yes", "Yes", 1.0), ("N", "no", "No", 0.0)], phrase("the words yes and no in each language")),
    "G": ([("F", "f", "Female", None), ("M", "m", "Male", None)], phrase("the words female and male in each language")),
    "C": (
        [("Y", "yes", "Yes", None), ("U", "uncertain", "Uncertain", None), ("N", "no", "No", None)],
        phrase("the words yes, uncertain and no in each language"),
    ),
    "E": (
        [("I", "increase", "Increase", None), ("S", "same", "Same", None), ("D", "decrease", "Decrease", None)],
        phrase("the words increase, same and decrease in each language"),
    ),
}
_TOLD = {
    "hidden": phrase("that it is hidden"),
    "random_order": phrase("an order by chance"),
    "answer_order": phrase("an order of the answers"),
    "random_group": phrase("an order by chance"),
    "array_filter": phrase("a filter by an earlier question"),
    "array_filter_exclude": phrase("a filter by an earlier question"),
    "em_validation_q": phrase("a check of the answer"),
    "em_validation_sq": phrase("a check of the answer"),
    "exclude_all_others": phrase("an answer that excludes the others"),
    "equals_num_value": phrase("a sum to reach"),
    "time_limit": phrase("a time limit"),
    "slider_layout": phrase("a slider"),
    "maximum_chars": phrase("the length of a text"),
    "prefix": phrase("words before the field"),
    "suffix": phrase("words behind the field"),
    "num_value_int_only": phrase("that only whole numbers are taken"),
}


def tell_setting(name: str, value: str) -> str:
    """What an attribute of a question means that heed has no place for; empty where nothing is lost."""
    return _TOLD.get(name, "") if value not in ("", "0", "N", "normal") else ""

"""Question types of SurveyJS, the settings that change nothing or are read, and its figures and days. Pure."""

import re
from typing import Any

TYPES = {
    "comment": "text",
    "radiogroup": "choice",
    "dropdown": "choice",
    "buttongroup": "choice",
    "imagepicker": "choice",
}
TYPES |= {"checkbox": "choices", "tagbox": "choices", "ranking": "ranking", "matrix": "matrix", "boolean": "choice"}
TYPES |= {"text": "text", "rating": "rating", "slider": "number"}
# Settings that change nothing about what is asked, or are read below.
KNOWN = frozenset(
    [
        "type",
        "name",
        "title",
        "description",
        "choices",
        "isRequired",
        "visibleIf",
        "visible",
        "rows",
        "columns",
        "rateMin",
        "rateMax",
        "rateValues",
        "rateStep",
        "rateCount",
        "minRateDescription",
        "maxRateDescription",
        "inputType",
        "min",
        "max",
        "requiredErrorText",
        "labelTrue",
        "labelFalse",
        "placeholder",
        "placeHolder",
        "hideNumber",
        "startWithNewLine",
        "valueTrue",
        "valueFalse",
        "minSelectedChoices",
        "maxSelectedChoices",
        "colCount",
        "rateType",
        "autoGenerate",
        "showOtherItem",
        "hasOther",
        "otherText",
        "titleLocation",
        "minWidth",
        "maxWidth",
        "width",
        "rateDisplayMode",
        "displayMode",
        "maxLength",
        "step",
        "selectToRankEnabled",
        "autoGrow",
        "allowResize",
        "rowCount",
        "showClearButton",
        "itemSize",
    ]
)


def bound_of(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e15 else None


def day_of(value: Any) -> str:
    text = str(value or "")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    match = re.fullmatch(r"today\(\s*([+-]?\d{1,4})?\s*\)", text)
    return f"today{int(match[1]):+d}" if match and match[1] else "today" if match else ""

"""Why a row was rejected or repaired, as rows keep it: what to say it by in another language."""

from heed.core.errors.rules import kept

kept(
    "did not exist in {zone}: the clocks went forward",
    "{table} needs a value for {name}",
    "is outside {low} … {high}",
    "is none of {allowed}",
    "is part of the key and is empty",
    "lost its last digits in a spreadsheet and cannot tell rows apart",
    "an id in scientific notation: its last digits were lost in a spreadsheet",
    "is not in the crosswalk",
    "is not a number",
    "is not a whole number",
    "is not an amount of money",
    "is not a duration such as 0:02:30 or 150",
    "is not a time of the form {formats}",
    "is not text",
    "is neither {true} nor {false}",
    "holds what looks like another row: is a quotation mark missing?",
    "has {columns} columns, the header {expected}",
    "has {signs} signs; the last field starts at {needed}",
    "has values beyond the {width} columns of the header",
    "has values that belong to no column: repair the row first",
    "the key came on line {line} with other values",
    "a carriage return inside a row became a blank",
    "bytes outside {encoding} were read as {stray}",
    "NUL bytes were taken out",
    "is not JSON: {error}",
    "is not a JSON object",
)

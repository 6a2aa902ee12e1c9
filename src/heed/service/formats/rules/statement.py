"""The one statement that reads all values of a batch: every way of reading of every column, as SQL."""

from heed.service.formats.definition import Column
from heed.service.formats.rules.convert import Reading, identifier, is_scientific, quoted, reading
from heed.service.formats.rules.plan import Feed, Plan


class Statement:
    """SQL over `raw`, and under which names it gives what: `place` of a source column, `readings` of what was read.

    What need not be computed: `same` names results that are a column of `raw` as it is, `twins` those that are another
    result.
    """

    def __init__(self, plan: Plan, salt: str) -> None:
        self.plan = plan
        self._salt = salt
        self.place = {name: f"c{number}" for number, name in enumerate(plan.mapping.source_columns)}
        self.readings: dict[str, Reading] = {}
        self.twins: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self.same = {name: name for name in self.place.values()}
        self.sql = self._select()

    def _select(self) -> str:
        """One SELECT over `raw`: `c0 …` are the bare texts, `r0 …` the texts as the file has them."""
        parts: list[str] = []
        for name, sort in self.plan.mapping.source_columns.items():
            if sort != "text":
                read = reading(Column.model_validate({"from": name}), sort, self.place[name])
                parts += self._reading_parts(f"s_{self.place[name]}", read)
        for feed in self.plan.feeds:
            parts += self._feed_parts(feed)
        whole = [f"r{number}" for number in range(len(self.plan.mapping.columns))]
        if any(not feed.target.key for feed in self.plan.feeds):
            content = ", '\x1f', ".join(f"coalesce({column}, '\x1e')" for column in whole)
            parts.append(f"left(sha256(concat({quoted(self._salt)}, '\x1f', {content})), 32) AS digest")
        parts.append(f"hash({', '.join(whole)}) AS content_hash")
        return f"SELECT {', '.join(parts)} FROM raw"  # noqa: S608

    def _text(self, column: Column) -> str:
        """The text a column reads: its source columns, joined by a blank when there are several and none is missing."""
        places = [self.place[name] for name in column.from_]
        if column.nulls:
            nulls = ", ".join(quoted(word) for word in column.nulls)
            places = [f"CASE WHEN {place} NOT IN ({nulls}) THEN {place} END" for place in places]
        return places[0] if len(places) == 1 else "(" + " || ' ' || ".join(places) + ")"

    def _reading_parts(self, name: str, read: Reading) -> list[str]:
        self.readings[name] = read
        parts: list[str] = []
        for result, value in ((name, read.value), (f"{name}_i", read.instant)):
            if value in self._known:
                self.twins[result] = self._known[value]
            elif value:
                self._known[value] = result
                parts.append(f"{value} AS {result}")
        return parts

    def _feed_parts(self, feed: Feed) -> list[str]:
        parts: list[str] = []
        for number, step in enumerate(feed.steps):
            if not step.column.from_:
                continue
            name, text = f"t{feed.number}_{number}", self._text(step.column)
            if text in self.same:
                self.same[f"{name}_x"] = text
            else:
                parts.append(f"{text} AS {name}_x")
            if step.column.codes is None and step.convert not in ("text", "pseudonym", "id"):
                parts += self._reading_parts(
                    name, reading(step.column, step.convert, text if text in self.same else f"({text})")
                )
            elif step.convert == "id":
                parts.append(f"{quoted(step.system + ':')} || {identifier(f'({text})')} AS {name}")
                parts.append(f"{is_scientific(f'({text})')} AS {name}_e")
        if feed.target.key:
            for number, column in enumerate(feed.target.key):
                parts.append(f"{identifier(self.place[column])} AS k{feed.number}_{number}")
            damaged = " OR ".join(is_scientific(self.place[column]) for column in feed.target.key)
            parts.append(f"({damaged}) AS k{feed.number}_e")
        return parts

"""Qualtrics QSF, read. Pure.

Sources: "Import & Export Surveys" and "Question Types Overview" of Qualtrics' support pages; the create-question examples of the
Qualtrics API; the public files of QualtricsTools (github.com/ctesta01/QualtricsTools, data/Sample Surveys); "Introduction to the
QSF" (gist.github.com/fototo). A file is JSON: SurveyEntry, and SurveyElements of which BL are blocks, FL the flow, SQ questions.
"""

import json
import re
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.rules.exchanging.fitting import Asked, fitted
from heed.feedback.surveys.rules.exchanging.logic import Logic, NotCarried, both, either, opposite, written
from heed.feedback.surveys.rules.exchanging.qsf_logic import listed, read_logic, read_test
from heed.feedback.surveys.rules.exchanging.qsf_questions import Asking, tell_options
from heed.feedback.surveys.rules.exchanging.report import Carried, Losses
from heed.feedback.surveys.rules.exchanging.settling import settled
from heed.feedback.surveys.rules.exchanging.words import language_of, plain

MOST_DEEP = 20
FLOWS = {
    "EmbeddedData": phrase("embedded data"),
    "WebService": phrase("a web service"),
    "Authenticator": phrase("an authenticator"),
    "QuotaCheck": phrase("a quota"),
    "EndSurvey": phrase("an end of the survey"),
    "ReferenceSurvey": phrase("a reference survey"),
    "TableOfContents": phrase("a table of contents"),
    "SupplementalData": phrase("supplemental data"),
    "Conjoint": phrase("a conjoint"),
}
Row = dict[str, Any]


def read_qsf(text: str) -> Carried:
    """The survey. Raises Invalid where the text is no QSF."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            phrase("The file is no JSON: {error}", error=error), code="unreadable_file", hint="Export it again."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("SurveyElements"), list):
        raise Invalid(
            "The file is no QSF: it has no SurveyElements.",
            code="unreadable_file",
            hint="Take it from Qualtrics: Survey, Tools, Import/Export, Export Survey.",
        )
    elements = [each for each in found["SurveyElements"] if isinstance(each, dict)]
    entry = found.get("SurveyEntry")
    return _Reader(entry if isinstance(entry, dict) else {}, elements).run()


class _Reader:
    """Follows the flow through its blocks; each question is read where it is met."""

    def __init__(self, entry: Row, elements: list[Row]) -> None:
        self.entry, self.losses = entry, Losses()
        self.first = language_of(entry.get("SurveyLanguage")) or "en"
        self.elements = elements
        self.payloads = {
            str(each.get("PrimaryAttribute")): each["Payload"]
            for each in elements
            if each.get("Element") == "SQ" and isinstance(each.get("Payload"), dict)
        }
        self.options: Row = next(
            (
                each["Payload"]
                for each in elements
                if each.get("Element") == "SO" and isinstance(each.get("Payload"), dict)
            ),
            {},
        )
        more = [language_of(tag) for tag in listed_keys(self.options.get("AvailableLanguages"))]
        self.languages = list(dict.fromkeys([self.first, *(tag for tag in more if tag)]))
        self.asked: dict[str, Asked] = {}
        self.keys: dict[str, str] = {}
        self.questions: list[Row] = []
        self.introduction: dict[str, str] = {}
        self.skips: list[tuple[Logic, str]] = []
        self.seen: set[str] = set()
        self.asking = Asking(self.first, self.asked, self.keys, self.losses)

    def run(self) -> Carried:
        blocks = {str(block.get("ID")): block for block in self._blocks()}
        flow = next(
            (
                each["Payload"]
                for each in self.elements
                if each.get("Element") == "FL" and isinstance(each.get("Payload"), dict)
            ),
            None,
        )
        if flow is None:
            flow = {
                "Flow": [
                    {"Type": "Block", "ID": name} for name, block in blocks.items() if block.get("Type") != "Trash"
                ]
            }
        self._flow(flow.get("Flow"), blocks, [], 0)
        unused = [qid for qid in self.payloads if qid not in self.seen]
        for qid in unused:
            self.losses.add(self._name(qid), phrase("a question that is not asked"))
        tell_options(self.options, self.elements, self.losses)
        end = plain(self.options.get("EOSMessage"), "", self.losses)
        body: Row = {
            "name": str(self.entry.get("SurveyName") or ""),
            "languages": self.languages,
            "title": {self.first: plain(self.entry.get("SurveyName"), "", self.losses)},
            "introduction": self.introduction,
            "thanks": {self.first: end} if end and not end.startswith("MS_") else {},
            "questions": self.questions,
        }
        body["progress"] = str(self.options.get("ProgressBarDisplay") or "None") != "None"
        body["can_return"] = str(self.options.get("SaveAndContinue") or "true") == "true"
        if str(self.options.get("AnonymizeResponse")) == "Yes":
            body["anonymous"] = True
        return Carried("qsf", settled(body, self.losses), tuple(self.losses.found))

    def _blocks(self) -> list[Row]:
        found: Any = next((each.get("Payload") for each in self.elements if each.get("Element") == "BL"), [])
        return [block for block in listed(found).values() if isinstance(block, dict)]

    def _name(self, qid: str) -> str:
        return str(self.payloads.get(qid, {}).get("DataExportTag") or qid)

    # The flow

    def _flow(self, flow: Any, blocks: dict[str, Row], above: list[Logic], depth: int) -> None:
        if depth > MOST_DEEP:
            self.losses.add("", phrase("a flow deeper than {most}", most=MOST_DEEP))
            return
        for item in flow if isinstance(flow, list) else []:
            sort = str(item.get("Type", "")) if isinstance(item, dict) else ""
            if sort in ("Block", "Standard", "Default") and str(item.get("ID")) in blocks:
                self._block(str(item["ID"]), blocks, above)
            elif sort == "Branch":
                self._branch(item, blocks, above, depth)
            elif sort in ("Group", "Root", "BlockRandomizer", "Randomizer"):
                if sort.endswith("Randomizer"):
                    self.losses.add(
                        str(item.get("FlowID", "")),
                        phrase("an order by chance"),
                        phrase("asked in the order of the file"),
                    )
                self._flow(item.get("Flow"), blocks, above, depth + 1)
            elif sort:
                self.losses.add(str(item.get("FlowID", "")), FLOWS.get(sort, phrase("{sort} in the flow", sort=sort)))

    def _branch(self, item: Row, blocks: dict[str, Row], above: list[Logic], depth: int) -> None:
        flow = item.get("Flow")
        inner: list[Any] = flow if isinstance(flow, list) else []
        logic = self._logic(
            item.get("BranchLogic"), str(item.get("FlowID", "")), phrase("what it leads to is always shown")
        )
        ends = [str(each.get("Type")) for each in inner if isinstance(each, dict)]
        if ends == ["EndSurvey"] and logic is not None and self.questions:
            self._ends(self.questions[-1], both([*above, logic]))
            return
        self._flow(inner, blocks, [*above, logic] if logic is not None else above, depth + 1)

    def _ends(self, question: Row, logic: Logic | None) -> None:
        if logic is not None:
            before = question.get("end_when", "")
            question["end_when"] = f"({before}) || ({written(logic)})" if before else written(logic)

    def _logic(self, source: Any, at: str, fate: str) -> Logic | None:
        try:
            logic = read_logic(source, self.keys, self.asked)
            return fitted(logic, self.asked) if logic is not None else None
        except NotCarried as what:
            self.losses.add(at, phrase("a condition ({what})", what=what), fate)
            return None

    def _block(self, name: str, blocks: dict[str, Row], above: list[Logic]) -> None:
        block = blocks[name]
        if name in self.seen:
            self.losses.add(str(block.get("Description", name)), phrase("a block that comes again"))
            return
        self.seen.add(name)
        options = block.get("Options")
        if isinstance(options, dict) and str(options.get("RandomizeQuestions", "false")) not in ("false", "", "None"):
            self.losses.add(
                str(block.get("Description", name)),
                phrase("an order by chance"),
                phrase("asked in the order of the file"),
            )
        if isinstance(options, dict) and options.get("Looping") not in (None, "None", ""):
            self.losses.add(str(block.get("Description", name)), phrase("a loop"), phrase("asked once"))
        new_page = bool(self.questions)
        for item in listed(block.get("BlockElements")).values():
            if not isinstance(item, dict):
                continue
            if item.get("Type") == "Page Break":
                new_page = bool(self.questions)
            elif str(item.get("QuestionID")) in self.payloads:
                before = len(self.questions)
                self._question(str(item["QuestionID"]), item, above)
                if len(self.questions) > before:
                    self.questions[before]["new_page"] = new_page
                    new_page = False
        self.skips = [skip for skip in self.skips if skip[1] != "ENDOFBLOCK"]

    # Questions

    def _question(self, qid: str, item: Row, above: list[Logic]) -> None:
        payload, at = self.payloads[qid], self._name(qid)
        if qid in self.seen:
            self.losses.add(at, phrase("a question that comes again"))
            return
        self.seen.add(qid)
        self.skips = [skip for skip in self.skips if skip[1] != qid]
        if payload.get("QuestionType") == "DB":
            self._text_block(payload, at)
            return
        shown = (
            self._logic(payload.get("DisplayLogic"), at, phrase("always shown"))
            if payload.get("DisplayLogic")
            else None
        )
        logic = both([*above, *([shown] if shown else []), *(opposite(skip[0]) for skip in self.skips)])
        made = self.asking.read(qid, payload, at)
        for question in made:
            own = question.get("show_when", "")
            if logic is not None:
                question["show_when"] = f"({written(logic)}) && {own}" if own else written(logic)
        self.questions += made
        if made:
            self._skips(made[0], item.get("SkipLogic"), at)

    def _text_block(self, payload: Row, at: str) -> None:
        if not self.questions and not self.introduction:
            self.introduction = self.asking.words(payload, "QuestionText", at)
        else:
            self.losses.add(at, phrase("a text to read"))

    def _skips(self, made: Row, source: Any, at: str) -> None:
        """Skip logic: to the end of the survey it ends it; else what lies between is shown where it does not hold."""
        by_place: dict[str, list[Logic]] = {}
        for item in listed(source).values():
            if not isinstance(item, dict):
                continue
            try:
                logic = fitted(read_test(item, self.keys, self.asked), self.asked)
            except NotCarried as what:
                self.losses.add(at, phrase("a skip ({what})", what=what), phrase("nothing is skipped"))
                continue
            by_place.setdefault(str(item.get("SkipToDestination", "")), []).append(logic)
        for place, logics in by_place.items():
            found = either(logics)
            if place == "ENDOFSURVEY":
                self._ends(made, found)
            elif found is not None:
                self.skips.append((found, place))


def listed_keys(value: Any) -> list[str]:
    """The languages of a file: the keys of a map, or a list."""
    if isinstance(value, dict):
        return [str(key) for key in value]
    return [str(item) for item in value] if isinstance(value, list) else []


def is_qsf(text: str) -> bool:
    """Whether JSON looks like a QSF."""
    return re.search(r'"SurveyElements"\s*:', text[:200_000]) is not None

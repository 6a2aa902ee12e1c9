"""Questions of a QSF, by QuestionType, Selector and SubSelector. Pure."""

import re
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.rules.exchanging.fitting import Asked
from heed.feedback.surveys.rules.exchanging.qsf_logic import listed
from heed.feedback.surveys.rules.exchanging.report import Losses
from heed.feedback.surveys.rules.exchanging.words import language_of, option_key, plain, question_key, repiped

PIPE = re.compile(r"\$\{([^{}]+)\}")
ANSWER = re.compile(
    r"q://(QID\w+)/(ChoiceGroup/SelectedChoices|ChoiceTextEntryValue|ChoiceNumericEntryValue|SelectedChoicesRecode)"
)
SEVERAL = ("MAVR", "MAHR", "MACOL", "MSB")
FIGURE = re.compile(r"-?\d+(\.\d+)?")
Row = dict[str, Any]


def tell_options(options: Row, elements: list[Row], losses: Losses) -> None:
    """Settings of a survey that heed has no place for."""
    told = {
        phrase("a header or a footer"): options.get("Header") or options.get("Footer"),
        phrase("a password"): options.get("PasswordProtection") == "Yes",
        phrase("a page to go to at the end"): str(options.get("EOSRedirectURL") or "http://")
        not in ("http://", "https://"),
        phrase("a message from the library"): str(options.get("EOSMessage") or "").startswith("MS_"),
        phrase("scoring"): any(
            each.get("Element") == "SCO" and (each.get("Payload") or {}).get("ScoringCategories") for each in elements
        ),
        phrase("quotas"): any(each.get("Element") == "QO" for each in elements),
        phrase("the look"): options.get("CustomStyles") or options.get("SkinQuestionWidth"),
    }
    for what, is_so in told.items():
        if is_so:
            losses.add("", what)


class Asking:
    """Reads payloads; each becomes no question, one, or several."""

    def __init__(self, first: str, asked: dict[str, Asked], keys: dict[str, str], losses: Losses) -> None:
        self.first, self.asked, self.keys, self.losses = first, asked, keys, losses

    def words(self, payload: Row, field: str, at: str, part: str = "", number: str = "") -> dict[str, str]:
        """Words by language: of the question, or of one of its choices or answers."""
        found = {}
        translations = payload.get("Language")
        sources = {self.first: payload} | (
            {language_of(tag): each for tag, each in translations.items() if isinstance(each, dict)}
            if isinstance(translations, dict)
            else {}
        )
        for tag, source in sources.items():
            item = listed(source.get(part)).get(number) if part else source
            words = item.get(field) if isinstance(item, dict) else item if part else None
            if tag and words:
                text = repiped(plain(words, at, self.losses), PIPE, self._piped, at, self.losses)
                if text:
                    found[tag] = text
        return found

    def _piped(self, source: str) -> str:
        match = ANSWER.match(source)
        return self.keys.get(match[1], "") if match else ""

    def read(self, qid: str, payload: Row, at: str) -> list[Row]:
        """The questions it becomes."""
        sort, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
        self._tell(payload, at)
        if sort == "MC" and selector in ("NPS", *SEVERAL, "SAVR", "SAHR", "SACOL", "DL", "SB"):
            return self._choice(qid, payload, at, selector)
        if sort == "TE" and selector == "FORM":
            return self._several(payload, at, "text", phrase("several fields in one question"))
        if sort == "TE" and selector in ("SL", "ML", "ESTB", "PW"):
            return [self._text(qid, payload, at)]
        if sort == "Slider":
            return self._slider(qid, payload, at, selector)
        if sort == "RO":
            return [self._ranking(qid, payload, at)]
        if (
            sort == "Matrix"
            and selector in ("Likert", "MaxDiff")
            and payload.get("SubSelector") in ("SingleAnswer", "DL", None)
        ):
            return [self._matrix(qid, payload, at)]
        if sort == "Matrix" and selector == "TE":
            return self._several(payload, at, "text", phrase("several fields in one question"))
        self.losses.add(
            at,
            phrase(
                "a question of type {type}",
                type="/".join(filter(None, (sort, selector, str(payload.get("SubSelector") or "")))),
            ),
        )
        return []

    def _begun(self, payload: Row, at: str, sort: str) -> Row:
        settings = _settings(payload)
        return {
            "key": question_key(at, self.asked),
            "type": sort,
            "text": self.words(payload, "QuestionText", at),
            "required": str(settings.get("ForceResponse")) == "ON",
        }

    def _keep(self, qid: str, made: Row, asked: Asked) -> Row:
        self.asked[made["key"]], self.keys[qid] = asked, made["key"]
        return made

    def _tell(self, payload: Row, at: str) -> None:
        settings = _settings(payload)
        told = {
            phrase("a script"): payload.get("QuestionJS"),
            phrase("an order by chance"): payload.get("Randomization")
            and (payload["Randomization"] or {}).get("Type") not in (None, "None"),
            phrase("an answer given before"): payload.get("DefaultChoices"),
            phrase("choices carried forward"): payload.get("DynamicChoices"),
            phrase("a check of its own"): settings.get("Type") == "CustomValidation",
            phrase("a condition inside the page"): isinstance(payload.get("InPageDisplayLogic"), dict)
            and payload["InPageDisplayLogic"],
        }
        for what, is_so in told.items():
            if is_so:
                self.losses.add(at, what)
        if str(settings.get("ForceResponse")) == "RequestResponse":
            self.losses.add(at, phrase("that an answer is asked for, not demanded"), phrase("it may be left out"))

    # By type

    def _options(self, payload: Row, at: str, part: str, order: str, taken: dict[str, str]) -> list[Row]:
        """Choices in their order; `taken` learns what the file calls each."""
        choices = listed(payload.get(part))
        placed = [str(number) for number in listed(payload.get(order)).values()]
        recodes, names = listed(payload.get("RecodeValues")), listed(payload.get("VariableNaming"))
        made = []
        for number in [
            *(each for each in placed if each in choices),
            *(each for each in choices if each not in placed),
        ]:
            recode = str(recodes.get(number, ""))
            wanted = str(names.get(number) or recode or number)
            key = option_key(wanted, taken.values())
            taken[number] = key
            option: Row = {"key": key, "text": self.words(payload, "Display", at, part, number)}
            if FIGURE.fullmatch(recode):
                option["score"] = float(recode)
            made.append(option)
            choice = choices[number] if isinstance(choices[number], dict) else {}
            if choice.get("DisplayLogic"):
                self.losses.add(at, phrase("a condition on the answer {answer}", answer=number), phrase("always shown"))
            if choice.get("ExclusiveAnswer"):
                self.losses.add(at, phrase("an answer that excludes the others"))
            if choice.get("Image"):
                self.losses.add(at, phrase("pictures to choose from"), phrase("their words stay"))
        return made

    def _choice(self, qid: str, payload: Row, at: str, selector: str) -> list[Row]:
        made = self._begun(payload, at, "choices" if selector in SEVERAL else "choice")
        asked = Asked(made["key"], made["type"])
        made["options"] = self._options(payload, at, "Choices", "ChoiceOrder", asked.values)
        if selector == "NPS" or made["type"] == "choice":
            self._as_scale(made, asked, payload, is_nps=selector == "NPS")
        settings = _settings(payload)
        for name, setting in (("least", "MinChoices"), ("most", "MaxChoices")):
            if made["type"] == "choices" and FIGURE.fullmatch(str(settings.get(setting) or "")):
                made[name] = float(settings[setting])
        self._keep(qid, made, asked)
        return [made, *self._others(payload, made, asked, at)]

    def _as_scale(self, made: Row, asked: Asked, payload: Row, *, is_nps: bool) -> None:
        """Choices whose words are figures in a row are a scale."""
        words = [option["text"].get(self.first, "") for option in made["options"]]
        if not is_nps and (len(words) < 2 or not all(re.fullmatch(r"\d{1,2}", word) for word in words)):
            return
        figures = list(range(11)) if is_nps else [int(word) for word in words]
        if figures != list(range(figures[0], figures[0] + len(figures))) or len(figures) > 11:
            return
        made["type"] = asked.type = "nps" if (figures[0], figures[-1]) == (0, 10) else "rating"
        if made["type"] == "rating":
            made["least"], made["most"] = float(figures[0]), float(figures[-1])
        del made["options"]
        # The number of a choice is not its figure: the first of a scale from 1 may be choice 4.
        self.figures(asked, list(asked.values), figures)
        for place, end in ((0, "low"), (-1, "high")):
            labels = list(listed(payload.get("ColumnLabels")).values())
            if labels and isinstance(labels[place], dict) and labels[place].get("Display"):
                made[end] = {self.first: plain(labels[place]["Display"], made["key"], self.losses)}

    def figures(self, asked: Asked, numbers: list[str], figures: list[int]) -> None:
        """What the numbers of choices stand for."""
        asked.values = {number: str(figure) for number, figure in zip(numbers, figures, strict=False)}

    def _others(self, payload: Row, made: Row, asked: Asked, at: str) -> list[Row]:
        """Choices with a field to type in: a question of its own for each."""
        found = []
        for number, choice in listed(payload.get("Choices")).items():
            if (
                isinstance(choice, dict)
                and str(choice.get("TextEntry")).lower() == "true"
                and number in asked.values
                and made.get("options")
            ):
                key = asked.values[number]
                extra = question_key(f"{made['key']}_{key}_text", self.asked)
                self.asked[extra] = Asked(extra, "text")
                sign = f'"{key}" in {made["key"]}' if made["type"] == "choices" else f'{made["key"]} == "{key}"'
                text = next(option["text"] for option in made["options"] if option["key"] == key)
                found.append({"key": extra, "type": "text", "text": dict(text), "show_when": sign})
                self.losses.add(
                    at, phrase("an answer with a field to type in"), phrase("a question of its own: {key}", key=extra)
                )
        return found

    def _text(self, qid: str, payload: Row, at: str) -> Row:
        settings = _settings(payload)
        kind = str(settings.get("ContentType") or "")
        sort = {"ValidNumber": "number", "ValidDate": "date"}.get(kind, "text")
        made = self._begun(payload, at, sort)
        bounds = settings.get("ValidNumber")
        if sort == "number" and isinstance(bounds, dict):
            for name, setting in (("least", "Min"), ("most", "Max")):
                if FIGURE.fullmatch(str(bounds.get(setting) or "")):
                    made[name] = float(bounds[setting])
        elif kind and sort == "text":
            self.losses.add(at, phrase("a text of the sort {sort}", sort=kind), phrase("any text is taken"))
        return self._keep(qid, made, Asked(made["key"], sort))

    def _several(self, payload: Row, at: str, sort: str, what: str) -> list[Row]:
        self.losses.add(at, what, phrase("a question each"))
        heading = self.words(payload, "QuestionText", at)
        found = []
        for number in listed(payload.get("Choices")):
            made = self._begun(payload, f"{at}_{number}", sort)
            words = self.words(payload, "Display", at, "Choices", number)
            made["text"] = {
                tag: f"{heading.get(tag, '')} – {words.get(tag, '')}".strip(" –") for tag in {**heading, **words}
            }
            self.asked[made["key"]] = Asked(made["key"], sort)
            found.append(made)
        return found

    def _slider(self, qid: str, payload: Row, at: str, selector: str) -> list[Row]:
        given = payload.get("Configuration")
        configuration: Row = given if isinstance(given, dict) else {}
        stars = selector == "STAR"
        made = self._several(
            payload, at, "rating" if stars else "number", phrase("a scale of stars") if stars else phrase("a slider")
        )
        least = configuration.get("CSSliderMin", 0)
        most = configuration.get("StarCount", 5) if stars else configuration.get("CSSliderMax", 100)
        for question in made:
            for name, value in (("least", 1 if stars else least), ("most", most)):
                if FIGURE.fullmatch(str(value)):
                    question[name] = float(value)
        if len(made) == 1:
            self.keys[qid] = made[0]["key"]
        return made

    def _ranking(self, qid: str, payload: Row, at: str) -> Row:
        made = self._begun(payload, at, "ranking")
        asked = Asked(made["key"], "ranking")
        made["options"] = self._options(payload, at, "Choices", "ChoiceOrder", asked.rows)
        for option in made["options"]:
            option.pop("score", None)
        return self._keep(qid, made, asked)

    def _matrix(self, qid: str, payload: Row, at: str) -> Row:
        made = self._begun(payload, at, "matrix")
        asked = Asked(made["key"], "matrix")
        made["options"] = self._options(payload, at, "Answers", "AnswerOrder", asked.values)
        rows = self._options(
            {**payload, "RecodeValues": {}, "VariableNaming": payload.get("ChoiceDataExportTags")},
            at,
            "Choices",
            "ChoiceOrder",
            asked.rows,
        )
        made["rows"] = [{"key": row["key"], "text": row["text"]} for row in rows]
        return self._keep(qid, made, asked)


def _settings(payload: Row) -> Row:
    validation = payload.get("Validation")
    found = validation.get("Settings") if isinstance(validation, dict) else None
    return found if isinstance(found, dict) else {}

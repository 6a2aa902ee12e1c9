"""Surveys for tests, and how they come in force."""

from typing import Any

from heed.core.definitions.actions import ensure

RELATION: dict[str, Any] = {
    "name": "After a call",
    "languages": ["en", "de", "ar"],
    "introduction": {"en": "Two questions.", "de": "Zwei Fragen.", "ar": "سؤالان."},
    "questions": [
        {
            "key": "likely",
            "type": "nps",
            "required": True,
            "text": {
                "en": "How likely are you to recommend us?",
                "de": "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?",
                "ar": "ما مدى احتمال أن توصي بنا؟",
            },
        },
        {
            "key": "reasons",
            "type": "choices",
            "show_when": "likely <= 6.0",
            "text": {"en": "What went wrong?", "de": "Was lief schief?", "ar": "ما الخطأ؟"},
            "options": [
                {"key": "wait", "text": {"en": "The wait", "de": "Die Wartezeit", "ar": "الانتظار"}},
                {"key": "price", "text": {"en": "The price", "de": "Der Preis", "ar": "السعر"}},
            ],
        },
        {"key": "more", "type": "text", "text": {"en": "Anything else?", "de": "Noch etwas?", "ar": "شيء آخر؟"}},
    ],
}


def in_force(key: str = "after_call", **changes: Any) -> str:
    """A survey in force."""
    ensure("survey", key, {**RELATION, **changes})
    return key


def _options(**words: str) -> list[dict[str, Any]]:
    return [{"key": key, "text": {"en": text}} for key, text in words.items()]


# Every kind of question that RELATION does not ask, with words that say answers again, an end, and a colour.
INSTRUMENT: dict[str, Any] = {
    "name": "The shop",
    "languages": ["en", "ar"],
    "title": {"en": "How was {{ about_topic | your visit }}?", "ar": "كيف كانت زيارتك؟"},
    "introduction": {"en": "A minute or two.", "ar": "دقيقة أو دقيقتان."},
    "brand": {
        "colour": "#e8a33d",
        "footer": {"en": "Harbour Goods, 1 Quay Street"},
        "privacy": "https://harbour.example/privacy",
    },
    "questions": [
        {
            "key": "clean",
            "type": "rating",
            "most": 7,
            "required": True,
            "text": {"en": "How clean was the shop?", "ar": "ما مدى نظافة المتجر؟"},
            "low": {"en": "Filthy", "ar": "متسخ"},
            "high": {"en": "Spotless", "ar": "نظيف تمامًا"},
        },
        {
            "key": "day",
            "type": "date",
            "earliest": "2020-01-01",
            "latest": "today",
            "text": {"en": "When were you there?", "ar": "متى كنت هناك؟"},
        },
        {
            "key": "parts",
            "type": "matrix",
            "required": True,
            "text": {"en": "How were these?", "ar": "كيف كانت هذه؟"},
            "rows": [
                {"key": "speed", "text": {"en": "How fast it went", "ar": "السرعة"}},
                {"key": "manner", "text": {"en": "How friendly we were", "ar": "اللطف"}},
            ],
            "options": [
                {"key": "bad", "score": 1, "text": {"en": "Bad", "ar": "سيئ"}},
                {"key": "fair", "score": 2, "text": {"en": "Fair", "ar": "مقبول"}},
                {"key": "good", "score": 3, "text": {"en": "Good", "ar": "جيد"}},
            ],
        },
        {
            "key": "order",
            "type": "ranking",
            "most": 2,
            "text": {"en": "What matters most to you?", "ar": "ما الأهم لك؟"},
            "options": _options(price="A low price", speed="Speed", care="Somebody who cares"),
        },
        {
            "key": "liked",
            "type": "choices",
            "most": 2,
            "text": {"en": "What did you like?", "ar": "ماذا أعجبك؟"},
            "options": _options(light="The light", staff="The staff", goods="The goods"),
        },
        {
            "key": "why",
            "type": "text",
            "show_when": "clean < 7.0",
            "text": {
                "en": "You gave {{ clean }} for {{ day | that day }} and liked {{ liked | nothing }}. Why?",
                "ar": "أعطيت {{ clean }}. لماذا؟",
            },
        },
        {
            "key": "again",
            "type": "choice",
            "text": {"en": "Would you come again?", "ar": "هل ستأتي مرة أخرى؟"},
            "options": _options(yes="Yes", no="No"),
            "end_when": 'again == "no"',
        },
        {"key": "what_for", "type": "text", "text": {"en": "What for?", "ar": "لأي سبب؟"}},
    ],
}

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

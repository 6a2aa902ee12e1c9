"""What a column of somebody's own file may mean, by what a row is; and the headings that say so, in English and German."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What a column may mean: the kind of its values, and the headings that say so, in English and German."""

    key: str
    kind: str
    headings: str


def _of(*rows: tuple[str, str, str]) -> tuple[Meaning, ...]:
    return tuple(Meaning(*row) for row in rows)


WHO = _of(
    (
        "customer_key",
        "person",
        "customer customerid customerno customernumber clientid kunde kundennummer kundennr kundenid kdnr",
    ),
    (
        "agent_key",
        "person",
        "agent agentid advisor employee operator server bearbeiter mitarbeiter agentname sachbearbeiter",
    ),
)
PLACE = _of(
    ("region", "text", "region area territory gebiet bezirk standort"),
    ("team", "text", "team queue group department abteilung gruppe teamname workgroup"),
    ("channel", "text", "channel kanal kontaktkanal medium"),
    ("touchpoint", "text", "touchpoint kontaktpunkt"),
    ("stage", "text", "stage phase journeystage surveysubtype"),
    ("topic", "text", "topic category reason subject type thema kategorie anliegen grund betreff calltype"),
    ("product", "text", "product service produkt tarif"),
    ("segment", "text", "segment customersegment kundensegment kundengruppe"),
    ("language", "text", "language lang sprache"),
)
MEANINGS: dict[str, tuple[Meaning, ...]] = {
    "answers": (
        *_of(
            ("id", "id", "id responseid answerid surveyid submissionid antwortid nummer"),
            (
                "at",
                "time",
                "answeredat date time timestamp datetime submitted submittedat completed responsedate customerresponsedate "
                "datum zeit zeitpunkt beantwortetam eingang erstelltam createdat",
            ),
            (
                "score",
                "number",
                "score nps npsscore rating csat ces satisfaction stars grade bewertung note punkte zufriedenheit empfehlung "
                "weiterempfehlung",
            ),
            (
                "words",
                "text",
                "comment comments text verbatim feedback answer kommentar bemerkung freitext anmerkung antwort",
            ),
        ),
        *WHO,
        *PLACE,
    ),
    "contacts": (
        *_of(
            ("id", "id", "id interactionid contactid callid conversationid anrufid kontaktid vorgang"),
            (
                "at",
                "time",
                "startedat start starttime date time timestamp datetime calltime createdat beginn start datum zeit zeitpunkt "
                "anrufzeit",
            ),
            (
                "wait_seconds",
                "seconds",
                "waitseconds wait waits waitsec waittime queuetime qtime asa wartezeit wartedauer",
            ),
            (
                "handle_seconds",
                "seconds",
                "handleseconds handletime aht duration servicetime sertime talktime dauer bearbeitungszeit gespraechsdauer",
            ),
            ("first_response_seconds", "seconds", "firstresponseseconds firstresponsetime frt erstreaktionszeit"),
            ("answered", "flag", "answered connected angenommen beantwortet"),
            ("abandoned", "flag", "abandoned missed aufgelegt abgebrochen verloren"),
            ("resolved", "flag", "resolved solved fcr geloest erledigt"),
            ("transferred", "flag", "transferred weitergeleitet verbunden"),
        ),
        *WHO,
        *PLACE,
    ),
    "cases": (
        *_of(
            (
                "id",
                "id",
                "id caseid ticketid ticket number case ticketnumber fallnummer vorgangsnummer ticketnummer nummer",
            ),
            (
                "opened_at",
                "time",
                "openedat opened created createdat creationdate open eroeffnet erstellt erstelltam angelegt",
            ),
            (
                "first_responded_at",
                "time",
                "firstrespondedat firstresponse firstreply firstresponseat ersteantwort erstreaktion",
            ),
            ("resolved_at", "time", "resolvedat resolved solved solvedat resolutiondate geloest geloestam erledigtam"),
            ("closed_at", "time", "closedat closed closedate geschlossen geschlossenam"),
            ("priority", "text", "priority severity prioritaet dringlichkeit"),
            ("cause", "text", "cause rootcause resolutioncode ursache"),
        ),
        *WHO,
        *PLACE,
    ),
}
NEEDED = {"answers": ("at",), "contacts": ("at",), "cases": ("id", "opened_at")}
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
WANTED = {
    "at": "when it was",
    "id": "which case it is",
    "opened_at": "when the case was opened",
    "score": "what was answered",
}

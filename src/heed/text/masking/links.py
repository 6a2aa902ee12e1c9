"""What leads to somebody over the net: addresses with a secret in them, mail, addresses of machines."""

import ipaddress
import re

from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words

URL = re.compile(
    r"(?<![\w@])(?:[a-zA-Z][a-zA-Z0-9+.-]{1,15}://|www\.)[^\s<>\"'“”«»„]{3,2000}"
    r"|(?<![\w@.-])(?:[a-zA-Z0-9-]{1,63}\.){1,4}[a-zA-Z]{2,12}(?::\d{2,5})?/[^\s<>\"'“”«»„]{5,2000}"
)
STRONG = words(
    "token access accesstoken idtoken refreshtoken sig signature secret clientsecret session sessionid "
    "sid phpsessid jsessionid auth authtoken "
    "kod klucz nip senha chave heslo jelszo parola sifre salasana losenord lösenord hemlig adgangskode passord hash signerkey "
    "passcode passwd password pwd pw pass otp jwt apikey apitoken resettoken reset magic email mail phone tel mobile ssn "
    "iban authcode logintoken nonce "
    "bearer csrf invitetoken verifytoken passwort kennwort contraseña wachtwoord motdepasse tkn tok sess key "
    "clave contrasena pin mdp jeton cle clé sleutel eenmalig "
    "einmal einmalig firma kennung schluessel schlüssel zugang geheim tan credential credentials codigo "
    "chiave codice gettone segreto accesso firma_digitale toegang acceso acces wachtwoordcode inlog otpcode signature"
)
LOCKS = words(
    "password passwd pwd pw pass passwort kennwort contraseña contrasena wachtwoord motdepasse mdp clave secret geheim jwt otp"
)
WEAK = words(
    "key code hash ticket user username userid uid customer customerid cust kunde kundennr kdnr account "
    "accountid acct konto client clientid "
    "member memberid id t k s c h u auth_key invite invitation confirm confirmation verify ref contract policy login state "
    "share link guest cid kid vid rid lid usr person patient dob name signed v2 cliente klant klantnr compte cuenta"
)
DOORS = re.compile(
    r"/(?:nieuw|new|neu|nouveau|nuevo|nueva|unlock|open|join|r|c|g|v|l|i|e|go|get|view|file|files|f|d|doc|sign|zugang|freigabe|partage|"
    r"compartir|deel|"
    r"wachtwoord|contrasena|mot-de-passe|recuperar|restablecer|reinitialiser|activar|activer|activeren|bevestig|confirmer|confirmar|"
    r"acceso|acces|toegang|einladung|"
    r"uitnodiging|invitacion|pago|paiement|betaal|betalen|zahlung|payment|payments|checkout|tracking-secure|reset|verify|verification|"
    r"confirm|confirmation|invite|invitation|magic|login|signin|auth|unsubscribe|token|session|activate|"
    r"activation|password|passwort|account|konto|kunde|customer|user|users|share|s|t|download|access|sso|oauth|recover|pay|rechnung|"
    r"bestaetigen|optin|optout|u|p|k|link|onboarding|welcome|portal|compte|cuenta|cliente|client|secure|private|shared)/([^/?#\s]{6,})",
    re.IGNORECASE,
)
PARAMETER = re.compile(r"[?&#;]([\w.\[\]%-]{1,40})=([^&#\s]*)")
USER_PART = re.compile(r"//[^/\s@?#]+@")
# A letter, a digit and a letter again, or the other way round, in one part of four and more.
CHANGES = re.compile(
    r"(?=[A-Za-z\d_]{4})(?:[A-Za-z]+_?\d+_?[A-Za-z]+_?\d|\d+_?[A-Za-z]+_?\d+_?[A-Za-z]|[A-Za-z]+\d+[A-Za-z]+$|\d+[A-Za-z]+\d+$)"
)
LETTERED = re.compile(r"[a-z]", re.IGNORECASE)
MIXED_CASE = re.compile(r"[a-z][A-Z].{0,200}[a-z][A-Z]")
ORDINARY = words(
    "v q search query page p lang locale sku article artikel item product produkt produit producto variant "
    "color colour size model modell asin ean pid cat category gclid fbclid "
    "ref source medium campaign theme w width height format version ver exp expires from to date year month tab section anchor view"
)
MAIL_IN = re.compile(r"[A-Za-z][\w.+-]*(?:@|%40)[A-Za-z]")
SWITCHES = re.compile(r"\d[A-Za-z]+\d|[a-z]\d[A-Z]|[A-Z]\d[a-z]|[a-z][A-Z].*[a-z][A-Z]")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
CLOSED = str.maketrans("", "", "_.[]%-")


def urls(line: Line) -> Found:
    """Addresses with a token, a password, a session or a person in them; plain ones stay."""
    text = line.text
    if "/" not in text and "?" not in text:
        return
    for found in URL.finditer(text):
        end = found.end()
        while end > found.start() and (text[end - 1] in ".,;:!?…" or _unpaired(text, found.start(), end)):
            end -= 1
        if has_secret(text[found.start() : end]):
            yield found.start(), end, "URL_TOKEN"


def _unpaired(text: str, start: int, end: int) -> bool:
    pairs = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}
    last = text[end - 1]
    return last in pairs and text.count(last, start, end) > text.count(pairs[last], start, end)


def has_secret(url: str) -> bool:
    """Whether an address opens something, or names somebody, for who has it."""
    if USER_PART.search(url):
        return True
    for name, value in PARAMETER.findall(url):
        plain = name.lower().translate(CLOSED)
        if plain in STRONG or plain.endswith(("token", "secret", "password", "key", "session", "sessionid", "sig")):
            if len(value) > 2 and (
                plain in LOCKS or DIGITS.search(value) or not value.isalpha() or MIXED_CASE.search(value)
            ):
                return True
        elif plain in ORDINARY or plain.startswith(("utm", "filter", "sort")):
            if is_random(value, 24):
                return True
        elif (
            is_random(value, 6)
            or (plain in WEAK and LETTERED.search(value) and DIGITS.search(value) and len(value) > 5)
            or (plain in WEAK and value.isdigit() and len(value) > 5)
            or _is_mail(value)
        ):
            return True
    if any(is_random(found[1], 6) or (found[1].isdigit() and len(found[1]) > 6) for found in DOORS.finditer(url)):
        return True
    path = url.split("?")[0].split("://")[-1].partition("/")[2]
    parts = path.split("/")
    return any(is_random(part, 12) and not part.isupper() for part in parts) or (len(parts) > 1 and _is_key(parts[-1]))


def _is_key(part: str) -> bool:
    # A short one in both cases with digits between: `Kz81mT0qLw`, `7719-QmRt-028z-LxPa`.
    plain = part.split("#")[0].replace("-", "")
    return (
        8 <= len(plain) <= 40
        and plain.isalnum()
        and any(map(str.isdecimal, plain))
        and any(map(str.islower, plain))
        and any(map(str.isupper, plain))
        and SWITCHES.search(plain) is not None
    )


def _is_mail(value: str) -> bool:
    return MAIL_IN.search(value) is not None


def is_random(value: str, least: int) -> bool:
    """Whether letters and digits are mixed as nobody would write a word: `8f3a9c01`, not `how-to-404` or `SUMMER20`."""
    if len(value) < least:
        return False
    if UUID.search(value) or _is_mail(value):
        return True
    # A text of one long run of letters in both cases is a token too.
    if (
        len(value) >= 20
        and MIXED_CASE.search(value)
        and re.fullmatch(r"[\w=+.-]+", value)
        and "-" not in value.strip("-")
    ):
        return True
    return any(
        CHANGES.search(part) or (len(part) > 7 and MIXED_CASE.search(part)) for part in re.split(r"[-.~+%]", value)
    )


# What the rules of mail allow as well, = / ? & and the like, stands in texts before an address.
LOCAL = r"[\w!$%+~-](?:[\w.!$%'+~-]{0,62}[\w!$%+~-])?"
DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,5}[^\W\d_]{2,24}"
EMAIL = re.compile(rf"(?<![\w.!$%+~-]){LOCAL}@{DOMAIN}(?!\w)")
GLUED = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]@\w")
APART = re.compile(r" @ ?|@ ")
NAME_BEFORE = re.compile(r"(?<![\w.+-])[\w.+-]{2,64}$")
PLACE_BEHIND = re.compile(rf"{DOMAIN}(?!\w)")
OPENING = re.compile(r"[\[({<]")
AT = r"(?:at|ät|aet|arroba|arobase|arobas|apenstaartje|chiocciola|klammeraffe|małpa|a commercial)"
DOT = r"(?:dot|punkt|point|punto|punt|kropka)"
JOIN = (
    r"(?:dot|punkt|point|punto|punt|underscore|unterstrich|bindestrich|minus|dash|hyphen|tiret|guion|guión|barra baja|barra|"
    r"bajo|guión medio|guion medio|underscore|tiret bas|laag streepje|"
    r"streepje|underline|guion bajo|guión bajo)"
)
BRACKETED = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:[ ]?[\[({{<][ ]?{DOT}[ ]?[\])}}>][ ]?[\w+-]{{1,64}}){{0,3}}"
    rf"[ ]?[\[({{<][ ]?(?:{AT}|@)[ ]?[\])}}>][ ]?[\w-]{{1,63}}(?:(?:[ ]?[\[({{<][ ]?{DOT}[ ]?[\])}}>][ ]?|[ "
    rf"]{DOT}[ ]|\.)[\w-]{{2,63}}){{1,4}}(?!\w)",
    re.IGNORECASE,
)
SPOKEN = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:[ ]{JOIN}[ ][\w+-]{{1,64}}){{0,4}}[ ]{AT}[ ](?:[\w-]{{1,63}}[ ](?:bindestrich|"
    rf"minus|dash|hyphen|tiret|guion)[ ])?"
    rf"[\w-]{{1,63}}(?:(?:[ ]{DOT}[ ]|\.)[\w-]{{2,24}}){{1,3}}(?!\w)",
    re.IGNORECASE,
)
SAID = words(
    "dot punkt point punto punt kropka gmail googlemail gmx web yahoo hotmail outlook icloud aol live "
    "msn online freenet posteo mailbox proton orange free wanadoo laposte "
    "sfr ziggo kpnmail btinternet sky comcast verizon"
)
SPOKEN_DOT = re.compile(rf"[ ]{DOT}[ ]", re.IGNORECASE)
CURLED = words("at ät aet arroba arobase arobas apenstaartje chiocciola klammeraffe małpa commercial")
MAIL_WORDS = words("mail email e-mail e correo courriel mel mailadresse adresse address mailen contact reach write")
# Who stands before "at example dot com" when no mailbox is meant.
NOBODY = words(
    "look me us you it is are was be look buy shop order found available online here that this book pay "
    "only site website page one visit see "
    "starting products deals started all them sign up in out and or an the a not back again working off store bought ordered"
)
PROVIDERS = re.compile(
    r"(?:gmail|googlemail|gmx|web|yahoo|hotmail|outlook|icloud|aol|live|msn|t-online|freenet|posteo|mailbox|"
    r"protonmail|proton|orange|free|"
    r"wanadoo|laposte|sfr|telefonica|ziggo|kpnmail|kpn|xs4all|btinternet|sky|comcast|verizon|me|mac|hetnet|"
    r"planet|home|ymail|libero|wp|o2)\.",
    re.IGNORECASE,
)


def emails(line: Line) -> Found:
    """Addresses of mail: as they are written, with (at) and (dot), and as they are spoken."""
    text = line.text
    if "@" in text:
        if GLUED.search(text):
            yield from ((*found.span(), "EMAIL") for found in EMAIL.finditer(text))
        yield from _spaced(text)
    elif CURLED.isdisjoint(line.words):
        return
    if OPENING.search(text):
        yield from ((*found.span(), "EMAIL") for found in BRACKETED.finditer(text))
    if not SAID.isdisjoint(line.words):
        yield from _spoken(line)


def _spaced(text: str) -> Found:
    for sign in APART.finditer(text):
        name = NAME_BEFORE.search(text, max(0, sign.start() - 64), sign.start())
        place = PLACE_BEHIND.match(text, sign.end())
        if name and place and name[0].lower() not in NOBODY:
            yield name.start(), place.end(), "EMAIL"


def _spoken(line: Line) -> Found:
    text, at = line.text, 0
    while found := SPOKEN.search(text, at):
        name, at = _first(found[0]), found.end()
        dotted = SPOKEN_DOT.search(found[0]) is not None
        provider = PROVIDERS.search(re.sub(rf"[ ]{DOT}[ ]", ".", found[0], flags=re.IGNORECASE)) is not None
        known = dotted or re.search(r"[\d._]", found[0].split()[0]) or not MAIL_WORDS.isdisjoint(line.words)
        if (dotted or provider) and known and name not in NOBODY and (provider or _is_place(found[0])):
            yield (*found.span(), "EMAIL")
        else:
            at = found.start() + len(found[0].split()[0])


def _is_place(found: str) -> bool:
    """Whether the end of a spoken address is a domain: "shop dot com", not "this point in"."""
    words = found.split()
    return words[-1].rsplit(".", 1)[-1] in TOPS and len(words) > 2 and words[-3].lower() not in POINTED


TOPS = words(
    "com net org de co uk fr es nl eu info io example at ch be biz edu gov us cat gal bzh paris berlin test "
    "pl se dk pt ie cz ro local lan online shop app dev"
)
POINTED = words("this that what which some the one any every no a no starting high low turning")


def _first(found: str) -> str:
    return found.split()[0].lower().split("@")[0]


V4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
V6 = re.compile(r"(?<![\w:.])[0-9a-fA-F:]{2,39}(?:(?:\.\d{1,3}){3})?(?:%\w+)?(?![\w:])")
DIGITS = re.compile(r"\d")
VERSION = re.compile(
    r"\b(?:version|firmware|fw|build|release|update|software|app|driver|treiber|release|versión|versie|ver|v|kapitel|chapter|section|§|"
    r"abschnitt|punkt|patch|ios|android|windows|macos)\b\W{0,3}(?:is|ist|on|auf|nr|no|to|von|from)?\W{0,2}$",
    re.IGNORECASE,
)
# What many use names nobody: name servers open to all, masks of networks, the machine itself.
OPEN = frozenset(("8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9"))


def machines(line: Line) -> Found:
    """Addresses of machines, versions 4 and 6; versions of software are none."""
    text = line.text
    if text.count(".") > 2:
        likely = not SOFTWARE.isdisjoint(line.words) and HOSTS.isdisjoint(line.words)
        sure = VERSIONED.search(text) is not None
        for found in V4.finditer(text):
            told = VERSION.search(text, max(0, found.start() - 24), found.start())
            # Of two in a line the second is a version too where the first is.
            sure = sure or told is not None
            if is_machine(found[0]) and not sure and not (likely and not ipaddress.ip_address(found[0]).is_private):
                yield (*found.span(), "IP")
    if text.count(":") > 1:
        for found in V6.finditer(text):
            if DIGITS.search(found[0]) and is_machine(found[0].split("%")[0]):
                yield (*found.span(), "IP")


SOFTWARE = words(
    "java jdk python node php kernel version versions versión versie versione firmware app build release update updates "
    "upgrade upgraded downgrade rollback "
    "patch driver treiber chrome firefox edge safari maj bios ota "
    "actualizado actualizada aggiornato aggiornata geüpdatet mise "
    "rolled jour màj aktualisierung actualización bijgewerkt aggiornamento plugin"
)
VERSIONED = re.compile(r"\b[vV]\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
HOSTS = words(
    "ip ips host server login logins router from von vom aus depuis desde van gateway ping address adresse src dst client vpn "
    "dns subnet netz zugriff"
)


def is_machine(text: str) -> bool:
    """Whether this is the address of one machine, which may be somebody's."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if text in OPEN or address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    return not text.startswith(("255.", "0."))

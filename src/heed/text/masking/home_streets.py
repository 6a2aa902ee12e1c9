"""Streets, boxes and codes of six countries: the patterns, and the words that tell where to look for them."""

import re

from heed.text.masking.lists import words
from heed.text.masking.streets import FORMS

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_CAP = rf"[{_UP}][\w'’.-]{{0,30}}"
_NO = r"\d{1,5}(?:[ ]1/[234])?(?:[ ]?[a-zA-Z](?![\w'’]))?(?:[ ]?[-/–][ ]?\d{1,4}[a-z]?){0,3}(?:[ -](?:bis|ter|quater|hs|[IVX]{1,4})(?!\w))?"
# House number and what stands behind it at home: not a time, a price, a measure.
_NO_END = r"(?![\w€$£%]|[.,:]\d| ?(?:€|%|[uU]hr|[eE]uro|minut|min\b|km|stunden|days|mal\b|times))"
_GERMAN = (
    "stra(?:ß|ss)e|str\\.|str(?=[ ]\\d)|weg|allee|platz|gasse|ring|damm|ufer|chaussee|pfad|steig|stieg|berg|"
    "markt|graben|wall|promenade|hof|feld|tor|"
    "brücke|twiete|kamp|bogen|wiese|winkel|zeile|kai|stiege|linden|stra(?:ß|ss)en|gässchen|bach|busch|höhe|siedlung|park"
)
_GERMAN_APART = (
    "Stra(?:ß|ss)e|Str\\.|Str(?=[ ]\\d)|Weg|Allee|Platz|Gasse|Ring|Damm|Ufer|Chaussee|Pfad|Steig|Stieg|Markt|"
    "Graben|Wall|Promenade|Landstra(?:ß|ss)e|"
    "Hauptstra(?:ß|ss)e|Landstr\\.|Kirchweg|Berg|Tor|Brücke|Kamp|Twiete|stra(?:ß|ss)e|str\\."
)
_GERMAN_FIRST = (
    r"(?:Am|An der|An den|An dem|Im|In der|In den|Zum|Zur|Auf der|Auf dem|Auf den|Unter den|Unter der|Hinter "
    r"der|Hinterm|Vor dem|Vor der|Bei der|Beim)"
)
GERMAN = re.compile(
    rf"(?<![\w-])(?:(?:(?:Alte[rn]?|Neue[rn]?|Große[rn]?|Kleine[rn]?|Obere[rn]?|Untere[rn]?|Lange|Breite|Hohe|Kurze|"
    rf"St\.|Am|Im|{_GERMAN_FIRST} (?:alten|neuen|großen|kleinen)) )?"
    rf"[{_UP}][\w.-]{{1,40}}(?:{_GERMAN}|-(?:{_GERMAN_APART}))|(?:{_CAP} (?:von |vom |der )?){{1,2}}(?:{_GERMAN_APART})"
    rf"|(?:Lange|Kurze|Breite|Hohe|Große|Kleine|Alte|Neue) (?:Reihe|Zeile|Gasse|Stiege|Twiete|Gang)|"
    rf"{_GERMAN_FIRST} (?:(?:alten|neuen|großen|kleinen|hohen|langen|oberen|unteren|roten|weißen|grünen|schwarzen|kurzen|"
    rf"breiten|krummen|heiligen) )?{_CAP}(?: {_CAP})?|Stra(?:ß|ss)e (?:des|der) (?:\d{{1,2}}\. )?{_CAP}(?: {_CAP})?"
    rf")(?:,? {{1,3}}|(?<=str\.)|(?<=tr\.))(?:Nr\.? ?)?{_NO}{_NO_END}",
)
_NUMBER_FIRST = (
    "Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Way|Place|Pl|Terrace|Ter|"
    "Crescent|Cres|Square|Sq|Gardens|Gdns|"
    "Grove|Hill|Row|Mews|Walk|Park|Parkway|Pkwy|Circle|Cir|Trail|Trl|Highway|Hwy|Rise|View|Green|Gate|Wharf|"
    "Quay|Broadway|Embankment|Parade|Loop|Run|"
    "Yard|Yd|Fold|Garth|Wynd|Brae|Mead|Rigg|Gait|Alley|Plaza|Turnpike|Pike|Point|Ridge|Vale|Meadow|Meadows|Common|Bridge|Yard|End|Croft|"
    "Drove|Path|Mount|Heights|Expressway|Crossing"
)
_ONE = r"(?:[NSEW]\.? |[NS][EW] |(?:North|South|East|West) )?"
ENGLISH = re.compile(
    rf"(?<![\w.,€$£/-])\d{{1,5}}(?: 1/[234])?(?:[ ]?[a-zA-Z](?=[ ,]))?(?:[-–/]\d{{1,5}})?,? {_ONE}(?:The (?:{_CAP}(?: {_CAP})?)|"
    rf"(?:County Road|County Rd|State Road|State Route|Highway|Hwy|Route|CR|SR|FM)\.? \d{{1,4}}(?!\w)|(?:(?:{_CAP}|"
    rf"\d{{1,3}}(?:st|nd|rd|th)|of|the|de|la) ){{1,4}}"
    rf"(?:(?:County Road|County Rd|State Road|State Route|Highway|Hwy|Route|CR|SR|FM)\.? \d{{1,4}}\b|(?:{_NUMBER_FIRST})\b\.?)(?: "
    rf"(?:North|South|East|West|Lower|Upper|[NSEW]{{1,2}}\b\.?))?|Broadway\b)",
)
ENGLISH_LOW = re.compile(
    r"(?<![\w.,€$£/-])\d{1,5}[a-z]? (?!(?:hrs?|hours?|mins?|minutes?|kms?|miles?|to|more|of|long|way|ways|different|other|new|days?|weeks?|"
    r"lanes?|star|people|year|years|month|months|or|and|in|on|at|times?|feet|ft) )(?:(?:n|s|e|w|ne|nw|se|sw) )?"
    r"(?:(?:[a-z'’]+|\d{1,3}(?:st|nd|rd|th)) ){1,3}(?:street|st|dr|ln|ct|blvd|hwy|road|avenue|lane|drive|boulevard|crescent|terrace|"
    r"close|gardens|ave|rd|blvd)\b(?! (?:map|trip|test))(?: (?:apt|unit|flat|suite|ste|#) ?#?\d{1,4}[a-z]?(?!\w))?"
)
_FRENCH = (
    "sq\\.|rue|avenue|av\\.?|boulevard|bd\\.?|boul\\.?|allée|allee|allées|place|pl\\.|chemin|ch\\.|impasse|imp\\.|"
    "quai|cours|route|rte|square|passage|sentier|"
    "faubourg|fbg|résidence|lotissement|hameau|villa|rond-point|esplanade|promenade|ruelle|venelle|montée|lieu-dit|cité"
)
FRENCH = re.compile(
    rf"(?<![\w.,€$£/-])\d{{1,4}}(?:[ ]?(?:bis|ter|quater|[a-dA-D]))?(?:[-/]\d{{1,4}})?,? (?i:{_FRENCH}) (?:(?:de "
    rf"la|de l['’]|de|du|des|d['’]|la|le|les|l['’]|aux|à|sur|sous|en|et)[ ]?)*"
    rf"(?:[{_UP}][\w'’.-]*|[a-zà-ÿ]['’][{_UP}][\w'’.-]*|\d{{1,2}} (?i:mai|novembre|septembre|juillet|août|juin|"
    rf"février|mars))(?:[ -](?:(?:de la|de l['’]|de|du|des|d['’]|la|le|les|et|aux|à)[ ]?)*[{_UP}][\w'’.-]*){{0,4}}",
)
_SPANISH = (
    r"calle|c/|cl\.|avenida|avda\.?|av\.|avd\.|plaza|pza\.?|plza\.?|pl\.|paseo|pº|p\.º|camino|cno\.|carretera|"
    r"ctra\.?|ronda|rda\.|travesía|trav\.|"
    r"privada|priv\.|calzada|calz\.|cerrada|cda\.|prolongación|prol\.|blvd\.?|andador|circuito|eje|"
    r"glorieta|callejón|urbanización|urb\.|vía|via|gran vía|rambla|cuesta|carrer|avinguda|plaça|passeig|pasaje|"
    r"alameda|polígono|costanilla"
)
SPANISH = re.compile(
    rf"(?<![\w/])(?:(?i:gran vía|la rambla|rambla|diagonal|paralelo)(?=,? \d)|(?i:{_SPANISH}) ?(?:(?:de la|de los|"
    rf"de las|de|del|la|las|los|el|l['’]|d['’]|den|y|i) ?)*[{_UP}\d][\w'’.ªº-]*"
    rf"(?: (?:(?:de la|de los|de las|de|del|la|las|los|el|y|i) )*[{_UP}][\w'’.-]*){{0,4}})(?:,? (?i:n\.?[ºo°]\.? "
    rf"?|núm(?:ero|\.)? ?|num\.? ?|número )?|, ?)(?:\d{{1,5}}(?:[ -]?(?:bis|[A-Z](?!\w)))?|s/n){_NO_END}"
)
_DUTCH = (
    "straat|laan|weg|gracht|plein|kade|dijk|singel|steeg|hof|pad|baan|markt|dreef|wal|park|plantsoen|burgwal|"
    "dam|oord|veld|kamp|akker|hove|lei|str\\.|haven|"
    "horst|donk|meent|brink|burg|poort|brug|rade|werf|zijde|kwartier|weide|schans|erf"
)
DUTCH = re.compile(
    rf"(?<![\w-])(?:(?:['’]s-)?(?:{_CAP} (?:(?:van|de|der|den|het|ter|ten|te|'t|’t) ){{0,2}}){{0,2}}[{_UP}][\w'’.-]{{0,40}}(?:{_DUTCH})"
    rf"|(?:{_CAP} (?:(?:van|de|der|den|het|ter|ten|'t) ){{0,2}}){{1,3}}(?:Straat|Laan|Weg|Gracht|Plein|Kade|Dijk|Singel|Hof|Markt)"
    rf"|(?:Straat|Laan|Weg|Gracht|Plein|Kade|Dijk|Singel|Hof|Markt|Burgemeester) (?:(?:van|de|der|den|het|ter|"
    rf"ten|'t) ){{0,3}}{_CAP}(?: {_CAP})?"
    rf") \d{{1,4}}(?:[ -]?(?:[a-zA-Z]{{1,2}}|bis|hs|huis|[IVX]{{1,4}}|\d{{1,3}})(?![\w'’]))?{_NO_END}"
)
BOX = re.compile(
    r"(?<!\w)(?:P\.? ?O\.? ?Box|PO Box|Post Office Box|Postfach|Postbus|Apartado(?: de correos| postal)?|Apdo\.?(?: "
    r"de correos)?|Boîte postale|BP|B\.P\.|CS|Casella postale|Antwoordnummer)"
    r" (?:nº ?|n° ?|Nr\.? ?)?\d{1,6}(?:[ ]\d{2,3}){0,2}(?![\w]|/\d)",
    re.IGNORECASE,
)
UK_CODE = r"(?:[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[ABD-HJLNP-UW-Z]{2}|GIR ?0AA)"
UK_POSTCODE = re.compile(rf"(?<![\w/-]){UK_CODE}(?![\w-])")
UK_AREAS = words(
    "AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E "
    "EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX "
    "IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO "
    "PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS "
    "ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
NL_POSTCODE = re.compile(r"(?<![\w.,/-])[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}(?![\w])")
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|"
    "OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|"
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    "Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|"
    "Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|"
    "New Jersey|New Mexico|New York|North Carolina|North Dakota|"
    "Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|"
    "Virginia|Washington|West Virginia|Wisconsin|Wyoming"
)
# What stands between street and place: a flat, a floor, a door.
_UNIT = (
    r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Aa]ppt|[Aa]ppartement|[Uu]nit|[Ss]uite|[Ss]te|[Rr]oom|[Ff]loor|[Ff]l|"
    r"[Bb]ldg|[Bb]uilding|[Bb]ât(?:iment)?|[Ee]sc(?:alier|alera)?|"
    r"[Éé]tage|[Pp]orte|[Pp]uerta|[Pp]iso|[Pp]ortal|[Bb]loque|[Ww]ohnung|[Ww]hg|[Ww]ohneinheit|[Hh]aus|[Aa]ufgang|"
    r"[Tt]reppe|[Tt]op|[Ss]tiege|[Bb]us|[Uu]nidad|[Cc]asa|[Ll]ot|[Ll]ote|"
    r"[Tt]railer|[Tt]rlr|[Ss]pc|[Ss]pace|[Bb]smt|[Pp]enthouse|[Ll]evel|[Ll]vl|[Dd]ept|[Rr]m|[Pp]arcela|[Nn]ave|[Cc]halet|[Vv]ivienda|"
    r"[Ll]ocal|[Ee]dificio|[Tt]orre|[Tt]ür|"
    r"[Ee]ntrance|[Hh]interhaus|[Vv]orderhaus|[Ss]eitenflügel|[Ee]ntrée|[Rr]ésidence|[Cc]/o)\.?(?: "
    r"(?:Nr\.? ?)?#?(?:\d{1,4}[ºª°]?[ -]?[A-Za-z]?|[A-Z]\d{0,3}|[Ii]zq\w*\.?|[Dd]cha\.?))?(?![\w])"
    r"|(?:Postfach|Case postale|Casella postale|CP|PO Box)(?: \d{1,5})?(?!\w)|Edif(?:icio|\.) [A-Z][\w]{2,20}|[Pp]ta\.? "
    r"?\d{1,3}[A-Z]?(?!\w)|(?:rood|zwart|boven|beneden|achter|voor)(?!\w)"
    r"|#[ ]?(?:\d{1,5}[A-Za-z]?|[A-Z]\d{0,3})(?!\w)|App\.? ?\d{1,3}(?:\.\d{1,2})?(?!\w)|\d{1,2}(?:st|nd|rd|th)? (?:[Ff]loor|[Ff]l\b\.?)|"
    r"(?:(?:ground|first|second|third|top) floor)(?: flat)?"
    r"|/ ?(?:Top|Tür|Stiege|Stg\.?|Haus) ?\d{1,3}(?:/(?:Top|Tür)? ?\d{1,3})?(?!\w)|HH(?!\w)|VH(?!\w)|\d{1,2}[.ºª°oOer]{0,3} ?(?:OG|UG|"
    r"Stock|Etage|étage|ét\.|planta|piso|verdieping|izq(?:uierda|da)?\.?|izda\.?|dch\.?|"
    r"dcha\.?|der(?:echa)?\.?|puerta|ctro\.?|[A-H](?!\w))(?: (?:links|rechts|mitte|Mitte|izq\.?|dcha\.?|izquierda|"
    r"derecha|[A-H](?!\w)))?"
    r"|EG(?: (?:links|rechts))?|DG|\d{1,2}[ºª](?:[ -]?(?:[A-H]|\d{1,2}[ªº]?|izq\.?|dcha\.?)(?!\w))?|bajo(?: "
    r"[A-Z](?!\w))?|ático|entresuelo|\d{1,2}-\d{1,2}|\d{1,2} ?hoog|[Hh]interhaus)"
)
_JOIN = r"(?:,? {1,4}|(?=/(?:Top|Tür|St))| ?// ?|\|| ?, ?|,? ?[-–|/·] | in (?=\d{4,5} ?)| à (?=\d{5})| en (?=\d{5})| te (?=\d{4}))"
_LITTLE = (
    r"(?:am|an der|im|in der|bei|ob der|vor der|upon|on|le|la|les|lès|de la|de|del|du|des|sur|sous|aan den|"
    r"aan de|aan|den|en|St\.|the|by|under|in)"
)
_PLACE = rf"[{_UP}](?:[\w'’-]|\.(?= ?[{_UP}]))*[\w](?:[ -]{_LITTLE}[ -][{_UP}][\w'’-]+)?(?: ?\([A-Z][\w. /-]{{1,14}}\)|/[{_UP}][\w'’-]+)?"
_LEADING = (
    r"(?:Bad|Sankt|St\.?|Saint|Sainte|San|Santa|Santo|Los|Las|Las|La|Le|Les|El|L['’]|New|North|South|East|West|"
    r"Great|Little|Fort|Port|Mount|Lake|Palm|Long|Salt Lake|São|Belo|Rio de|Porto|Vila Nova de|Las|Punta|Alta|"
    r"Den|Den|'s|Neu|Alt|Groß|Klein|Ober|Unter|Milton|Newcastle|Kings|King's|Royal|Tunbridge|Market|Stoke|Burton|"
    r"High|Old|Castrop|Grand|Baton|Des|Saint-|Clermont|"
    r"Aix|Palma|Jerez|Vitoria|Lloret|Alcalá|Bergen|Capelle|Alphen|Hoek|Santiago|Villanueva|Colorado|Oklahoma|"
    r"Kansas|Jersey|Virginia|Winston|Sioux|Ann|Cedar|Little|Santa)"
)
_CITY = (
    rf"(?:{_LEADING}[ -])?{_PLACE}(?: (?:City|Beach|Springs|Rapids|Park|Hills|Falls|Keynes|Wells|Regis|Spa|Bay|"
    rf"Heights|Cedex(?: \d{{1,2}})?|CEDEX(?: \d{{1,2}})?))?"
)
_CAPS = rf"{_CAP}(?:[ -](?:{_LITTLE}[ -])?{_CAP}){{0,3}}"
_COUNTRY = (
    r"(?:Germany|Deutschland|UK|U\.K\.|United Kingdom|England|Scotland|Wales|Great Britain|Northern Ireland|"
    r"France|Spain|España|Netherlands|The Netherlands|Nederland|USA|U\.S\.A\.|US|"
    r"United States|Österreich|Austria|Schweiz|Switzerland|Belgium|België|Belgique|Allemagne|Espagne|Italy|Italia)"
)
TAIL = re.compile(
    rf"(?:{_JOIN}{_UNIT}){{0,3}}"
    rf"(?:{_JOIN}(?:(?:D|A|CH|F|E|NL|B)-)?(?:"
    rf"(?:{_CAPS}, ){{0,2}}{_CAPS},? {UK_CODE}(?!\w)|{UK_CODE}(?!\w)(?:,? {_CITY})?"
    rf"|(?:{_CAPS}, ){{0,1}}{_CAPS},? (?:{STATES})\b\.?(?:,? \d{{5}}(?:-\d{{4}})?(?!\d))?"
    rf"|{_CAPS},? \d{{5}}(?!\d)"
    rf"|\d{{4}} ?[A-Z]{{2}}(?!\w)(?:,? {_CITY})?"
    rf"|\d{{4,5}}(?!\d),? {_CITY}(?: ?\((?:{_CAPS})\))?"
    rf"|\d{{5}}(?![\w]|[.,]\d)"
    rf"))?(?:, {_COUNTRY}(?!\w))?"
)
CITY_ALONE = re.compile(rf"(?:, | in | à | en | te )({_CITY})(?![\w'’-])")
HEAD = re.compile(
    rf"(?:(?:(?:Boerderij|Huize|Villa|Residentie|Flatgebouw|Haus|Hof|Gut|Gasthof|Résidence|Immeuble|Château|Domaine|Le clos|Les Jardins|"
    rf"Edificio|Edif\.|"
    rf"Residencial|Urb\.|Urbanización|Torre|Chalet|Palazzo|Residenza|Condominio|Cascina|Conjunto|Barrio|Bº|Polígono(?: Industrial)?|"
    rf"Pol\. ?Ind\.|Centro Comercial|C\.C\.|ZI|ZA|ZAC|Zone Industrielle|Gewerbepark|Gewerbegebiet|Industriegebiet|Bedrijventerrein)"
    rf" (?:(?:de la|de los|de las|de|du|des|del|la|le|les|los|las|el|De|Le|La|Les|Los|Las|El) )*{_CAP}(?: (?:(?:de|la|du|des|del) "
    rf")?{_CAP}){{0,3}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th) [Ff]loor|Unit \d{{1,4}}[A-Z]?, {_CAP}(?: {_CAP}){{0,3}}|[Ff]lat \d{{1,3}}/\d{{1,2}}|"
    rf"(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Aa]ppt|[Aa]ppartement|[Ss]uite|[Rr]oom|[Bb]ât(?:iment)?|"
    rf"[Rr]ésidence)\.? (?:#?\d{{1,4}}[A-Za-z]?|[A-Z]\d{{0,3}}|{_CAP}(?: {_CAP})?)|"
    rf"(?:Ground|First|Second|Third|Top) [Ff]loor(?: [Ff]lat)?|{_CAP}(?: {_CAP}){{0,2}} (?:House|Cottage|Farm|"
    rf"Lodge|Barn|Court|Villa|Hall|Manor|Mill|Building|Tower|Heights|Mansions)),? (?:\d{{1,4}}[a-z]? {_CAP} "
    rf"(?:House|Court|Mansions|Tower),? )?){{1,4}}$"
)
# No street form is known, but a house, a number or a capital leads up to a whole post code.
HOUSE = re.compile(
    rf"(?<![\w])(?:The {_CAP}(?: {_CAP}){{0,2}}|{_CAP}(?: {_CAP}){{0,2}} (?:House|Cottage|Farm|Lodge|Barn|Villa|"
    rf"Hall|Manor|Mill|Rectory|Vicarage|Forge|Bungalow|Chapel|Grange|Croft|Court|Stables)|\d{{1,4}}[a-zA-Z]? "
    rf"{_CAP}(?: (?:{_CAP}|y|yr|of|the|on)){{0,4}}),"
    rf"(?: (?:\d{{1,4}} )?{_CAP}(?: {_CAP}){{0,3}},){{0,3}}(?: {_CAP}(?:[ -](?:{_LITTLE}[ -])?{_CAP}){{0,3}})?,? {UK_CODE}(?!\w)"
)
BY_CODE = re.compile(
    rf"(?<![\w'’.-])(?:(?:{_CAP}|'t|van|von|de|der|den|des|het|ter|la|del|op|am|im|an|dem|zum|zur) ){{0,4}}(?:{_CAP}|"
    rf"\d{{1,2}}\. {_CAP}) {_NO},? (?=(?:[A-Z]{{1,2}}-)?(?:\d{{4}} ?[A-Z]{{2}}|\d{{5}}) [{_UP}]|(?:(?:A|CH)-)?(?!19|20)[1-9]\d{{3}} "
    rf"[{_UP}][a-zà-ÿ]{{2}})"
)
LOW = re.compile(
    r"(?<![\w/.-])(?:(?:(?:am|im|an der|an den|in der|auf der|auf dem|zum|zur|unter den|hinter der|op de|"
    r"aan de) )?[^\W\d_A-Z-]{3,30}"
    r" \d{1,4} ?(?:[a-z](?![\w]))?(?: (?:hh|vh|sf|eg|dg))?, (?:\d{5}|\d{4} ?(?!to|at|in|on|is|or|an|am|pm|by)[a-z]{2}) [^\W\d_]{3,30}|"
    r"(?:calle|c/|avenida|avda\.?|av\.?|plaza|paseo|camino|ronda|"
    r"carrer) (?:[^\W\d_]+ ){1,5}(?:n[ºo°]? "
    r"?)?\d{1,4}(?: ?[a-z](?!\w))?,? \d{5} [^\W\d_]+"
    r"|\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|av|boulevard|bd|place|allée|chemin|impasse|quai|route) (?:[\w'’-]+ "
    r"){1,6}\d{5} [^\W\d_]+(?:-[^\W\d_]{2,})*"
    r"|(?:(?:van|de|der|den|het|ter|ten|'t) ){0,3}[^\W\d_]{2,30}(?:straat|laan|weg|gracht|plein|kade|dijk|singel|"
    r"hof|dreef|hage) \d{1,4} ?[a-z]?,? \d{4} ?[a-zA-Z]{2}(?: [^\W\d_]+)?"
    r"|(?:calle|c/|avenida|avda\.?|plaza|paseo|carrer) (?:(?:de la|de los|de las|del|de|la|el|los|las) )?[^\W\d_]{3,}(?: "
    r"[^\W\d_]{3,}){0,2},? (?:n[ºo°]? ?)?\d{1,4}(?: (?:bajo|bis|ático|\d{1,2}[ºª°o]? ?[a-z]?)(?!\w))?"
    r"|\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|allée|chemin|impasse|quai) (?:(?:de la|de l['’]|des|du|de|d['’]|la|le|les) "
    r"?)?[^\W\d_]{3,}(?:-[^\W\d_]+)*"
    r"|(?:via|viale|piazza|corso|largo|vicolo) (?:[^\W\d_]+ ){1,4}\d{1,4}(?: ?[a-z](?!\w))?,? \d{5} [^\W\d_]+"
    r"|[^\W\d_]{3,30}(?:straße|strasse|str\.|str|weg|allee|platz|gasse) \d{1,4} ?[a-z]?,? (?:in )?\d{5} [^\W\d_]+|"
    r"[^\W\d_]{3,30}(?:straße|strasse) \d{1,4}(?: ?[a-e](?!\w))?)(?![\w])",
)
LOW_CITY = re.compile(
    r",? (?P<city>[a-z]{3,20}(?: (?!(?:is|was|and|to|at|in|for|the|please|pls|from|till|until|on)\b)[a-z]{3,20})?)(?:,? "
    r"(?P<code>[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}|(?:[a-z]{2} )?\d{5}))?(?![\w-])"
)
US_STREETLESS = re.compile(rf"(?<!\w){_CAPS}, (?:{STATES}),? \d{{5}}(?:-\d{{4}})?(?!\d)")
# What ends like a street, or stands before a number, and is none.
NO_STREETS = re.compile(
    r"(?:Am (?:Gate|Gleis|Schalter|Terminal|Stand|Bahnsteig|Ausgang|Tisch|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|"
    r"Sonntag|Telefon|Apparat|Ende|Anfang|Tag|"
    r"Morgen|Abend)|Im (?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    r"Jahre?|Schnitt|Durchschnitt|Paket|Zug|Bus|Shop|Tarif|Vertrag|Internet|Umkreis|Alter|Abstand|Wert|Bereich|"
    r"Zimmer|Abteil|Wagen|Gleis|Oktober|Vorjahr|Monat|Kapitel)|Zum (?:Preis|Beispiel|Stand|Zeitpunkt|Teil|\d)|"
    r"Zur (?:Zeit|Info)|In der (?:Filiale|Zeit|Rechnung|Regel|Woche|App|Zeile|Liste|Reihe)|In den (?:Filialen|"
    r"Jahren|letzten)|Auf der (?:Rechnung|Seite|Karte|Website|Autobahn|Liste)|Auf dem (?:Konto|Display|Bon)|"
    r"Bei der (?:Bestellung|Rechnung|Version)|Vor der (?:Version|Lieferung)|Unter der (?:Nummer|Rufnummer|Kundennummer|"
    r"Telefonnummer|Hotline)|Beim (?:Level|Artikel|Modell|Update|Preis)|"
    r"(?:\w*[Ss]uper|\w*[Bb]au|\w*[Mm]edia ?)[Mm]arkt|\w*[Bb]ahnhof|\w*[Ff]lughafen|\w*[Vv]ektor|Monitor|Motor|"
    r"Router|Faktor|Sektor|Reaktor|Editor|Monitoring|Training|Ring|Weg|Platz|Tor|Hof|Park|Markt|\w*[Pp]arkplatz|"
    r"\w*[Ss]itzplatz|\w*[Ss]tellplatz|\w*[Aa]rbeitsplatz|\w*[Ss]tehplatz|Platz|Block|Gate|Level|\w*[Bb]uch|"
    r"\w*[Ee]rfolg|Direktor|Doktor|Autor|Traktor|Rekord|Feld|\w*[Dd]atenfeld|Erfahrung),? (?:Nr\.? ?)?\d",
)
STREET_WORDS = words(
    "straße strasse str weg allee platz gasse ring damm ufer chaussee street road avenue lane drive boulevard "
    "rue calle plaza paseo straat laan gracht postfach postbus box apartado"
)
# What is written all in capitals is read as if it were not.
LOUD = re.compile(rf"(?<![\w-])[{_UP}]{{3,30}}(?![\w])")
LOUD_TWO = re.compile(
    rf"(?<![\w-])[{_UP}]{{4,30}}[ ,.-]{{1,3}}(?:[{_UP}]{{2,30}}|\d)|\d [{_UP}]{{2,30}} [{_UP}]{{3,30}}"
)
# Endings that plain words have as well: alone they make no street, unless a word says that an address follows.
UNCLEAR = re.compile(
    r"(?:[^\W_]ring|wall|hof|feld|tor|park|berg|bach|busch|kamp|bogen|zeile|kai|wiese|winkel|pad|baan|oord|veld|lei|brink|burg|brug|rade|"
    r"erf|hove|wal|"
    r"markt|haven|horst|poort|weide|linden|steig|stieg|höhe|steeg|akker|donk|meent|schans|zijde|graben|promenade|siedlung),? (?:Nr\.? ?)?\d"
)
LIVING = words(
    "wohne wohnt wohnen wohnhaft adresse anschrift lieferadresse rechnungsadresse liefern lieferung zustellen "
    "umzug umgezogen hausnummer straße strasse nachbarn plz lieferort "
    "woon woont wonen adres bezorgadres bezorgd bezorgen leveren huisnummer verhuisd postcode straat live "
    "address deliver delivered moved living delivery absender"
)
LITTLE_GERMAN = words("der das ich und ist nicht wir bei im mit het een ik niet mijn zijn auf den")
CODE_WORDS = words("eircode postcode postal zip")
GLUED_LOW = re.compile(r"(?:stra(?:ß|ss|a)[te]?e?|str\.?|laan|weg|gracht|plein|kade|allee|platz|gasse|dijk|singel) \d")
CODED_LOW = re.compile(r"\d ?[a-z]?, (?:\d{5}|\d{4} ?[a-z]{2}) [a-zà-ÿ]{3}")
CODED = re.compile(
    r"\d[A-Z]\d(?!\w)|[A-Z]\d[\dW] ?[A-Z\d]{4}(?!\w)|\d[A-Z]{2}(?!\w)|\d{4} [A-Z]{2}(?!\w)|\d{5} [A-ZÀ-Þ]|\d[a-z]?, ?(?:A-|"
    r"CH-)?[1-9]\d{3} [A-ZÀ-Þ][a-z]"
)
LOW_WORDS = words(
    "via viale piazza corso largo vicolo calle c avenida avda av plaza paseo camino ronda carrer rue avenue boulevard bd place "
    "allée chemin impasse quai route"
)
FORM_WORDS = (
    (GERMAN, words("am im an zum zur auf unter hinter vor bei beim in str straße strasse")),
    (ENGLISH, frozenset(_NUMBER_FIRST.lower().split("|")) | words("the county highway hwy route")),
    (FRENCH, frozenset(re.findall(r"[^\W\d_]+", _FRENCH))),
    (SPANISH, frozenset(re.findall(r"[^\W\d_]+", _SPANISH)) | {"c"}),
    (DUTCH, words("straat laan weg gracht plein kade dijk singel hof markt burgemeester")),
    *FORMS,
    (BOX, words("box postfach postbus apartado apdo boîte bp b cs casella antwoordnummer o")),
)
FORM_ENDS = (
    (
        GERMAN,
        words(
            "traße rasse str weg allee platz gasse ring damm ufer ussee pfad steig stieg berg markt raben wall "
            "enade hof feld tor rücke wiete kamp bogen wiese inkel zeile kai tiege inden bach busch höhe dlung "
            "park aßen sschen"
        ),
    ),
    (
        DUTCH,
        words(
            "traat laan weg racht plein kade dijk ingel steeg hof pad baan markt dreef wal park tsoen urgwal "
            "oord veld kamp akker hove lei str haven horst donk meent brink burg poort brug rade werf zijde rtier "
            "weide chans erf"
        ),
    ),
)
STREET_LOW = words("st dr ln ct hwy street road avenue lane drive boulevard crescent terrace close gardens ave rd blvd")
HOUSE_NUMBER = re.compile(
    r"(?:,? (?:huisnummer |nr\.? |nummer |house number |no\.? )?\d{1,4} ?[a-zA-Z]?(?![\w.,]\d|\w))"
)
DUTCH_CITY = re.compile(rf",? ({_CITY})")
LEADS = words(
    "adresse anschrift lieferadresse rechnungsadresse address adres dirección adresse: wohnort wohnhaft "
    "meine unsere ich wir ik wij mijn bezorgadres leveradres "
    "liefern versand zustellung lieferung abholung umzug montag dienstag mittwoch donnerstag freitag samstag "
    "sonntag hallo guten tag bitte danke herr frau familie filiale"
    " onze woonadres factuuradres firma standort paket"
)
SMALL_LEADS = words("an op in bei nach zu aan te naar at on en à")
BARE_HEAD = re.compile(r"(?<!\w)(?:Unit|Flat|Apartment|Apt\.?|Suite|Lot(?: \d{1,4},)?) $")
# What may follow a street and its comma, and is no town.
NO_TOWNS = words(
    "klingel hinterhaus vorderhaus seiteneingang eingang hof garten keller etage stock stockwerk dachgeschoss erdgeschoss "
    "briefkasten klingelschild "
    "thanks regards cheers please sorry order tel phone mobile email account customer block house flat gate code buzzer door "
    "blue red green "
    "timbre código merci gracias piso puerta portal ascenseur sonnette interphone digicode bâtiment bel deur code"
)
LITTLE_GERMAN_WORDS = words("der die das und ist ich nicht wir bei dem den auf für bitte klingel wohnhaft")

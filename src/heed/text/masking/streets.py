"""Streets of more countries: Italy, Portugal and Brazil, Poland, French-speaking Switzerland and Belgium; and places without a street."""

import re

from heed.text.masking.lists import words

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_WORD = rf"[{_UP}][\w'’.-]*"
_NUMBER = r"\d{1,4}(?:[ ]?[-/][ ]?(?:\d{1,4}|[A-Za-z](?!\w)))?(?:[ ]?[a-zA-Z](?![\w'’]))?(?:[ ]?(?:bis|ter)(?!\w))?"
_END = r"(?![\w€$£%]|[.,:]\d|[ ]?(?:€|%|euro|km|min\b))"
_ITALIAN = (
    r"via|viale|v\.le|piazza|p\.zza|p\.za|piazzale|p\.le|piazzetta|corso|c\.so|largo|vicolo|vico|strada|str\.|lungotevere|lungarno|"
    r"lungomare|contrada|c\.da|borgo|salita|galleria|traversa|rione|calata|campo|fondamenta|calle|località|loc\.|frazione|fraz\.|riviera"
)
_OF_ITALIAN = (
    r"(?:(?:della|delle|dello|degli|dei|del|dell['’]|de['’]|di|da|d['’]|san|santa|e|al|alla|ai|la|le|lo|i) ?)*"
)
ITALIAN = re.compile(
    rf"(?<![\w/])(?i:{_ITALIAN}) {_OF_ITALIAN}(?:[{_UP}][a-zà-ÿ.'’][\w'’.-]*|[{_UP}]\.|[IVX]{{1,6}}|\d{{1,2}} [A-Za-z]+)"
    rf"(?: {_OF_ITALIAN}{_WORD}){{0,4}},?"
    rf" ?(?:(?i:n\.?[°º]?|nr\.?|num\.|civico) ?)?(?:{_NUMBER}|s\.?n\.?c\.?){_END}"
    r"(?:,? (?:(?i:int|interno|scala|sc|piano|palazzina|pal|edificio)\.? ?[\dA-Z]{1,4}(?!\w)))*"
)
_PORTUGUESE = (
    r"rua|rúa|praza|avenida|av\.|travessa|tv\.|largo|praça|praceta|estrada|alameda|calçada|beco|quinta|urbanização"
)
_OF_PORTUGUESE = r"(?:(?:da|das|do|dos|de|d['’]|e|a|o) ?)*"
PORTUGUESE = re.compile(
    rf"(?<![\w/])(?i:{_PORTUGUESE}) {_OF_PORTUGUESE}{_WORD}(?: {_OF_PORTUGUESE}{_WORD}){{0,4}},? ?(?:(?i:n\.?[°º]?|nº) ?)?{_NUMBER}{_END}"
    r"(?:,? (?:\d{1,2}\.?[ºo°](?: (?:(?i:esq|dto|dt|frente|fte)|[A-Z](?!\w))\.?)?|r/c))?"
)
POLISH = re.compile(
    rf"(?<![\w/])(?i:ul\.|ulica|al\.|aleja|aleje|os\.|osiedle|plac|"
    rf"pl\.) ?(?:(?:\d{{1,2}} )?[{_UP}\d][\w.'’-]*)(?: [{_UP}][\w.'’-]*){{0,3}} "
    rf"\d{{1,4}}[a-zA-Z]?(?:[ ]?/[ ]?\d{{1,4}})?(?: ?(?:m|lok|lokal)\.? ?\d{{1,4}})?{_END}(?:,? \d{{2}}-\d{{3}} {_WORD}(?:[ -]{_WORD})?)?"
)
_FRENCH = (
    r"rue|avenue|av\.|boulevard|bd\.?|boul\.|chemin|ch\.|route|rte\.?|place|pl\.|quai|impasse|allée|ruelle|chaussée|ch[ée]e|sentier|"
    r"square|cours|clos|drève|"
    r"promenade|esplanade|passage|galerie|grand[ -]rue|grand['’]rue"
)
_OF_FRENCH = r"(?:(?:de la|de l['’]|de|du|des|d['’]|la|le|les|l['’]|aux|à|en|et|sur|sous) ?)*"
# The number behind the name, as in Geneva and Brussels.
FRENCH_LAST = re.compile(
    rf"(?<![\w/])(?i:{_FRENCH}) {_OF_FRENCH}{_WORD}(?:[ -]{_OF_FRENCH}{_WORD}){{0,4}},? (?:n[°º] ?)?{_NUMBER}{_END}"
    rf"(?=(?:,? ?(?:bte|boîte|bus) ?\w{{1,4}})?,? ?(?:[-–] ?)?(?:CH-|B-|L-)?\d{{4}}(?!\d) [{_UP}]|,|\.|\)|$)(?:,? (?:bte|boîte|"
    rf"bus) ?\w{{1,4}})?"
)
# No street at all: a hamlet, a farm, with its post code.
HAMLET = re.compile(
    rf"(?<![\w/])(?i:lieu[ -]dit|hameau|le bourg|ferme|mas|domaine|château|résidence|finca|cortijo|masía|caserío|loc\.|località|cascina)"
    rf"(?: (?:(?:de la|de l['’]|de|du|des|la|le|les|l['’]|el|los|las|del|della) ?)*{_WORD}){{1,4}},? \d{{5}} {_WORD}(?:[ -]{_WORD}){{0,3}}"
)
_IRISH_CODE = r"(?:[AC-FHKNPRTV-Y]\d{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}"
EIRCODE = re.compile(rf"(?<![\w/-])(?=[A-Z\d]{{3}} ?(?=[A-Z]*\d)[A-Z\d]*[A-Z]){_IRISH_CODE}(?![\w-])")
CANADIAN = re.compile(r"(?<![\w/-])[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d(?![\w-])")
# Behind a street of any form: what these countries put between it and the city.
_CITY = rf"{_WORD}(?:[ -](?:(?:de|da|do|di|sur|lez|in|am|na|nad|[a-z]{{2,3}}) )?{_WORD}){{0,3}}"
TAIL_ABROAD = re.compile(
    rf"(?:,? (?:(?:ap|apto|apt|bloco|bl|casa|sala|andar|lote|fundos)\.? ?[\dA-Z]{{1,4}}(?!\w)))*(?: ?[-–,] ?{_CITY}){{1,3}} ?[-–/,] "
    rf"?(?:AC|AL|AM|AP|BA|CE|DF|ES|GO|MA|MG|MS|MT|PA|PB|PE|PI|PR|RJ|RN|RO|RR|RS|SC|SE|SP|TO)(?!\w)(?:,? ?[-–]? ?(?:CEP:? "
    rf"?)?\d{{5}}-?\d{{3}}(?!\d))?|"
    rf"(?:, |,? )\d{{4}} {_WORD}(?: {_WORD})? (?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)(?!\w)"
    rf"|(?:,? ?[-–|/]? ?(?:(?:PL|PT|P|I|CH|B|L|IT)-)?(?:\d{{4}}-\d{{3}} {_CITY}|\d{{2}}-\d{{3}} {_CITY}|"
    rf"\d{{5}} {_CITY} (?:\([A-Z]{{2}}\)|[A-Z]{{2}}(?!\w)))"
    rf"|(?:, {_CITY}){{0,3}},? (?:(?:Co\.?|County) {_WORD},? )?{_IRISH_CODE}(?!\w)|"
    rf"(?:, {_CITY}){{0,2}},? Dublin \d{{1,2}}W?(?!\w)(?:,? {_IRISH_CODE}(?!\w))?"
    rf"|(?:, {_CITY}){{1,2}}, (?:Co\.?|County) {_WORD}(?:,? {_IRISH_CODE}(?!\w))?"
    rf"|(?:, (?:app|apt|bureau|suite|unit|unité)\.? ?#?\d{{1,5}})?(?:, {_CITY}){{1,2}},? \(?(?:ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|Ontario|"
    rf"Quebec|Québec|Alberta|"
    rf"Manitoba)\)?,? [ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d(?!\w))"
)
# A house with a name in a lane with a name: no number at all.
NAMED_HOUSE = re.compile(
    rf"(?<![\w'’-])(?:The )?(?:{_WORD} ){{1,3}}(?:House|Cottages?|Farm|Forge|Barn|Lodge|Mill|Rectory|Vicarage|Grange|Hall|Villa|"
    rf"Manor|Bungalow|Croft|Stables|Chapel|Court),"
    rf" (?:{_WORD} ){{1,4}}(?:Lane|Ln|Road|Rd|Street|St|Hill|Green|Way|Row|Common|Close|Avenue|Drive)(?:, (?:Nr |nr |"
    rf"near )?{_WORD}(?:[ -](?:on|in|the|upon|le|under)? ?{_WORD}){{0,2}}){{0,3}}"
)
# An English town after the street, with no code behind it.
ESTATE = re.compile(
    rf"(?<![\w'’-])(?:(?:Units?|Suite|Block|Plot|Bay|Warehouse|Nave|Halle|Lot|Kavel) (?:\d{{1,4}}[A-Z]?|[A-Z]\d{{0,3}})(?:[-/&] "
    rf"?\d{{1,4}}[A-Z]?)?,? "
    rf"(?:{_WORD} ){{1,4}}(?:Ind(?:ustrial|\.)? (?:Est(?:ate|\.)?|Park)|Trading (?:Est(?:ate)?|Park)|Business (?:Park|Centre|Center)|"
    rf"Retail Park|Enterprise Park|"
    rf"Science Park|Technology Park|Office Park|Commerce Park|Marina|Caravan Park|Holiday Park|Mobile Home Park|Trailer Park)|"
    rf"(?i:polígono(?: industrial)?|pol\. ?ind\.|p\.i\.) {_WORD}(?: (?:(?:de|la|el|los|las|del) )*{_WORD}){{0,3}},? (?i:nave|parcela|"
    rf"calle|c/) ?[\w ]{{1,20}}\d{{0,4}}|"
    rf"(?i:urb(?:anización|\.)?) (?:(?:la|el|los|las|de|del) )?{_WORD}(?: (?:(?:de|la|del|los) )*{_WORD}){{0,3}},? (?i:parcela|casa|"
    rf"chalet|bloque|villa|n[ºo°]|fase|portal) ?[\dA-Z]{{1,4}}|"
    rf"(?i:ctra|carretera)\.? (?:{_WORD}-{_WORD}|[A-Z]{{1,3}}-?\d{{1,4}}|(?:de )?{_WORD}),? (?i:km\.?|p\.?k\.?) "
    rf"?\d{{1,4}}(?:[.,]\d{{1,3}})?(?=,? \d{{5}} )|"
    rf"[A-U] ?\d{{1,2}}, ?\d{{1,2}}[a-z]?(?=,? 68\d{{3}} ))"
)
# A residence without a street, and an Irish townland: what they have is a code or a county.
RESIDENCE = re.compile(
    rf"(?<![\w/])(?i:résidence|rés\.|immeuble|lotissement|domaine|villa|chalet|cité|copropriété|residenza|condominio|residencial|"
    rf"edificio|edif\.|conjunto)"
    rf" (?:(?:de la|de l['’]|de|du|des|la|le|les|l['’]|el|los|las|del) ?)*{_WORD}(?: (?:(?:de|du|des|la|del) )?{_WORD}){{0,3}}"
    rf"(?:,? ?(?i:bât(?:iment)?|appt?|appartement|esc(?:alier|alera)?|étage|porte|entrée|lot|bloc|bloque|portal|piso|puerta|pta|scala|"
    rf"int|interno|piano)\.? "
    rf"?[\dA-Z]{{1,4}}(?!\w)){{0,4}},? \d{{5}} [{_UP}][\w'’-]+(?:[- ](?:(?:sur|les|lès|de|la|du|en)[- ])?[{_UP}][\w'’-]+){{0,3}}"
)
PORTUGUESE_ESTATE = re.compile(
    rf"(?<![\w/])(?i:quinta|urbanização|urb\.|bairro|sítio|lugar|monte|herdade|casal) {_OF_PORTUGUESE}{_WORD}(?: "
    rf"{_OF_PORTUGUESE}{_WORD}){{0,3}}"
    rf"(?:,? (?i:lote|lt\.?|casa|n\.?º|bloco|vivenda|fração) ?[\dA-Z]{{1,4}}(?!\w)){{1,2}}(?:, \d{{4}}-\d{{3}} {_WORD}(?: (?:(?:de|do|"
    rf"da) )?{_WORD}){{0,2}})?"
    rf"|(?<![\w/])(?:Rod\.|Rodovia|Estr\.|Estrada) {_OF_PORTUGUESE}{_WORD}(?: {_WORD}){{0,3}}, km \d{{1,4}}(?:,\d)?(?:, (?i:galpão|lote|"
    rf"casa|sala|box|bloco) [\dA-Z]{{1,4}})"
    rf"{{1,2}}(?:, {_WORD}(?: (?:(?:de|do|da|dos|das) )?{_WORD}){{0,3}} ?[/-] ?[A-Z]{{2}}(?!\w))?"
)
TOWNLAND = re.compile(
    rf"(?<![\w'’-]){_WORD}(?: {_WORD}){{0,2}}, (?:{_WORD}(?: {_WORD}){{0,2}}, ){{0,2}}(?:Co\.?|County) {_WORD},? {_IRISH_CODE}(?!\w)"
)
RURAL = re.compile(
    rf"(?<!\w)(?:RR|R\.R\.|Rural Route|HC|PSC|Star Route) \d{{1,4}},? (?:Box|"
    rf"PO Box|Site|Comp) \d{{1,5}}[A-Z]?(?:,? (?:Site|Comp|Box) \d{{1,5}}){{0,2}}(?:,? {_WORD}(?: {_WORD}){{0,2}},? [A-Z]{{2}},? "
    rf"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d(?!\w))?(?:,? {_WORD}(?: {_WORD}){{0,2}},? [A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?)?"
)
# Cities of several words, where nouns are written small.
_UNIT = (
    r"(?:Col(?:onia|\.) [A-ZÀ-Þ][\w]+(?: [A-ZÀ-Þ][\w]+){0,2}|(?:app|apt|bureau|suite)\.? ?\d{1,5}|(?i:planta|piso|pta|puerta|esc|"
    r"escalera|bloque|portal|casa|local|bajo|étage|étg|porte|apt|appt|bât|int|interno|scala|"
    r"piano|bloco|lote|andar)\.? ?"
    r"(?:[\dA-Z]{1,4}[ºª°]?(?![\w])|[Ii]zq\.?|[Dd]cha\.?|esq\.?|dto\.?)|\d{1,2}\.?(?:r|n|t|è|er|ème|e|º|ª|"
    r"°)[ -]?(?:\d{1,2}[aªº]?|[A-Z](?!\w)|"
    r"[Ii]zq\.?|[Ii]zda\.?|[Dd]cha\.?|[Dd]ch\.?|esq\.?|étage)?(?!\w))"
)
TAIL_ROMANCE = re.compile(
    rf"(?:,? ?{_UNIT}){{0,3}},? ?[-–]? ?\d{{5}},? (?!Tel|Tél|Merci|Gracias|Grazie)"
    rf"{_WORD}(?:[ -](?:(?:de la|de los|de las|del|de|d['’]|la|las|los|le|les|lès|sur|sous|en|et|y|i|di|nel|al) ?)*"
    rf"(?!(?:Tel|Tél|Merci|Gracias|Grazie|Cordialement|Saludos|Mme|Sr|Sra|Móvil|Portable|DNI|"
    rf"IBAN)\b){_WORD}){{0,3}}(?: ?\([{_UP}][\w .-]{{1,20}}\))?"
)
ROMANCE = (ITALIAN, PORTUGUESE, FRENCH_LAST)
FORMS = (
    (ITALIAN, frozenset(re.findall(r"[^\W\d_]{3,}", _ITALIAN)) | words("p c v loc zza")),
    (PORTUGUESE, frozenset(re.findall(r"[^\W\d_]{3,}", _PORTUGUESE)) | words("av tv")),
    (POLISH, words("ul ulica al aleja aleje os osiedle plac pl")),
    (FRENCH_LAST, frozenset(re.findall(r"[^\W\d_]{3,}", _FRENCH)) | words("av bd ch pl rte")),
    (
        NAMED_HOUSE,
        words("house cottage cottages farm forge barn lodge mill rectory vicarage grange hall villa manor bungalow croft stables "
        "chapel court"),
    ),
    (
        ESTATE,
        words(
            "ind industrial trading business retail enterprise science technology office marina caravan holiday polígono poligono pol urb "
            "urbanización ctra carretera mannheim home trailer"
        ),
    ),
    (
        RESIDENCE,
        words(
            "résidence rés immeuble lotissement domaine villa chalet cité copropriété residenza condominio residencial edificio edif "
            "conjunto"
        ),
    ),
    (TOWNLAND, words("co county")),
    (PORTUGUESE_ESTATE, words("quinta urbanização urb bairro sítio lugar monte herdade casal rod rodovia estr estrada")),
    (RURAL, words("rr rural hc psc")),
    (HAMLET, words("lieu hameau bourg ferme mas domaine château résidence finca cortijo masía caserío loc località cascina")),
)  # fmt: skip

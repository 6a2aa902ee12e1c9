"""How names are introduced, greeted, signed and written: the patterns, for seven languages."""

import re

from heed.text.masking.lists import words

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
# One part of a name, with hyphens and apostrophes inside; an initial with its full stop.
PART = (
    rf"(?:(?:Fdez|Glez|Mtnez|Mtz|Rguez|Hdez|Gmez|Schez|Fco)\.|"
    rf"[{_UP}](?:['’][{_UP}])?[^\W\d_]{{1,30}}(?:[-'’][{_UP}]?[^\W\d_]{{1,30}}){{0,3}}|(?!D)[{_UP}]\.?ª|(?!D\.ª)(?:[{_UP}]|Th|Ch|"
    rf"Ph)\.(?:[- ]?[{_UP}]\.)?|"
    rf"[{_UP}](?=[ ](?:[{_UP}][ ])?[{_UP}][^\W\d_]{{2}}))"
)
OF = (
    r"(?:v\.|degli|dello|dei|delle|dalla|dal|lo|st|van der|van den|van de|van 't|van ’t|von der|von und zu|de la|de las|de los|de l['’]|"
    r"van|von|vom|zu|der|den|"
    r"del|della|dos|das|da|de|di|du|des|la|le|el|al|bin|ben|ter|ten|d['’]|y|e|i|O['’])"
)
NAME = (
    rf"(?:(?:{OF}|St|Mac Giolla|Mac|Van der|Van den|Van de|Van 't|Van|De|Von|Du|Le|La|El|Ter|Ten|Di|Della|Del|Da)[ ]|"
    rf"[dD]['’](?=[{_UP}]))?{PART}(?:[ \u00a0](?:d['’](?=[{_UP}])|{OF}[ "
    rf"]){{0,2}}{PART}){{0,3}}"
)
TITLES = words(
    "mr mrs ms miss mx dr prof professor sir lady lord herr herrn hrn frau hr fr mme mlle monsieur madame "
    "mademoiselle m mm maître me sr sra srta señor señora señorita don doña "
    "dhr mevr mvr mevrouw meneer heer mw mej sra srta dott dottor dottoressa dottssa signorina avv avvocato geom rag gentmo "
    "sigra signa pani pan szanowny szanowna "
    "tenente senhor senhora seu sres comte rev reverend capt captain sgt officer pastor rabbi imam schwester pfarrer père soeur "
    "familie family família familia famille fam signor signora sig "
    "pan pani docteur doctor doctora drs ing dipl lcdo lcda lic arq abg cllr councillor nurse coach judge hon frl fräulein ra rain pfr "
    "vve veuve weduwe ir jhr arch dña dn dª kollege kollegin kapitän inspector sergeant"
)
TITLE = re.compile(
    rf"(?<![\w.'’-])(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Herr|Herrn|Hrn|Frau|Hr|Fr|Mme|Mlle|Monsieur|Madame|"
    rf"Mademoiselle|M(?! [A-Z] )|Me|Maître|Sr|Sra|Srta|Señor|Señora|Señorita|Sres|D(?=\.)|Dª|Mag|MMag|DI|Dkfm|Hofrat|D\.ª|Dña|Dn|Lcdo|"
    rf"Lcda|Lic|Arq|Abg|Cllr|Councillor|Nurse|Pastor|Coach|Judge|Captain|Sergeant|Inspector|Hon|Frl|Fräulein|"
    rf"RA|RAin|Pfr|Pfarrer|Schwester|Me|Pr|Vve|Veuve|[Ww]eduwe|[Ii]r|[Jj]hr|Arch|Onorevole|Kapitän|Kollege|Kollegin|"
    rf"Don|Doña|Dhr|Mevr|mvr|Mvr|Mevrouw|Meneer|Mw|Mej|(?:[Dd]e )?[Hh]eer|Familie|Fam|Famille|Familia|Signor|Signora|"
    rf"Sig\.(?:ra|na|ri)|Sig(?:ra|na)|Sig|Signorina|Dott\.(?:ssa)?|Dottor|Dottoressa|Avv|Geom|Rag|Rev|Capt|Sgt|Officer|"
    rf"Szanowny Panie|Szanowna Pani|Panie|Senhor|Senhora|Seu|Sra\.ª|Sr\.ª|Docteur|Doctor|Doctora|Dra|Drs|Ing|dhr|mevr|mevrouw|meneer|mw|"
    rf"señor|señora|sr|sra|"
    rf"monsieur|madame|mme|mr|mrs|herr|frau|don|doña|signora|signor|sig\.ra|sig|dott\.ssa|dott|avv|prof|ms|miss|dr|pan|pani|Pan|"
    rf"Pani)\b\.?(?:[ ]?(?:med|jur|rer|nat|phil|Ing|"
    rf"h\.c|dent|Dr|Prof)\b\.?){{0,4}}[ \u00a0]){{1,3}}(?P<name>{NAME})"
)
LOW_TITLE = re.compile(
    r"(?<![\w.'’-])(?:mr|mrs|ms|miss|dr|hr|fr|seu|herr|herrn|frau|mme|monsieur|madame|señor|señora|sr|sra|dhr|mevr|mevrouw|meneer|"
    r"signora|signor|"
    r"sig\.ra|"
    r"sig|dott)\.? "
    r"(?P<name>(?:[a-z]\. ?){0,2}(?:(?:van der|van den|van de|van|von|de|du|di) )?[^\W\d_]{3,20})(?![\w-]|['’](?!s\b))"
)
COUPLE = re.compile(
    rf"(?<!\w)(?:Mr|Herr|Herrn|Monsieur|M|Dhr|Sr|Frau|Mrs)\b\.? (?:and|&|und|et|en|y) (?:Mrs|Frau|Madame|Mme|"
    rf"Mevr|Sra|Mr|Ms|Herr|Herrn|Mw)\b\.? (?P<name>{NAME})"
)
_GREETING = (
    r"(?:hi(?: there)?|hello|hey(?: there)?|dear|good (?:morning|afternoon|evening|day)|morning|hallo|hallöchen|"
    r"liebe[rs]?|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|moin(?: moin)?|servus|"
    r"g['’]day|oi|grüezi|grüß gott|tach|huhu|bonjour|bonsoir|salut|coucou|cher|chère|hola|buenos días|buenas tardes|buenas "
    r"noches|buenas|estimad[oa]|querid[oa]|muy buenas|beste|geachte|goedemorgen|"
    r"goedemiddag|goedenavond|goedendag|dag|hoi|lieve|ciao|buongiorno|gentile|caro|cara|dzień dobry|hej|hei|cześć|olá|bom dia|boa tarde|"
    r"prezad[oa]|dobrý den|ahoj|kedves|tisztelt|bună ziua|bună|dragă|stimate|merhaba|"
    r"sayın|poštovani|kära|kjære|kære)"
)
GREETING = re.compile(
    rf"(?i:(?:^|[\n.!?\"“«]\s*|[-–] ){_GREETING})"
    rf"(?:,? (?:liebe[rs]?|dear|querid[oa]|again|zusammen)\b)?[ ,]{{1,2}}(?P<name>{NAME})(?=\s*(?:[,!.\n:;–)-]|"
    rf"$))"
)
GREETING_KNOWN = re.compile(rf"(?i:(?:^|[\n.!?]\s*){_GREETING}),? (?P<name>[^\W\d_]{{2,20}})(?![\w'’-])")
_CLOSING = (
    r"(?:(?:with )?(?:kind|best|warm|many|warmest|kindest)(?:est)? (?:regards|wishes|thanks)|regards|rgds|sincerely|"
    r"respectfully|thank you(?: very much| so much)?|thanks(?: again| a lot| so much| in advance)?|many thanks|"
    r"thx|cheers|best|kindly|kind thanks|thanks a (?:million|bunch|ton)|ta|warmly|bye|ttyl|speak soon|"
    r"yours(?: (?:truly|sincerely|faithfully))?|sincerely yours|all the best|take care|love|xx|signed|"
    r"(?:mit )?(?:freundliche[nr]?|beste[nr]?|liebe[nr]?|herzliche[nr]?|viele[nr]?|schöne[nr]?|sonnige|allerbeste)(?: "
    r"und \w+)? (?:grüße[n]?|grüsse[n]?|gruessen?|dank|gruß|gruss|grüsse)|hochachtungsvoll|"
    r"gruß|gruss|grüße|grüsse|mfg|m\.f\.g\.|lg|vg|bg|danke(?: schön| im voraus| und gruß)?|es grüßt|gez\.?|i\. ?a\.|"
    r"cordialement|bien cordialement|bien à vous|salutations(?: distinguées)?|merci(?: d'avance| beaucoup| "
    r"par avance)?|cdlt|cdt|amicalement|sincèrement|(?:mes|nos) (?:sincères |meilleures )?salutations(?: distinguées)?|"
    r"(?:un )?(?:cordial )?saludo[s]?(?: cordiales)?|atentamente|atte\.?|gracias(?: de antemano)?|muchas gracias|"
    r"un abrazo|fdo\.?:?|firmado|"
    r"(?:met )?(?:vriendelijke|hartelijke) (?:groet|groeten)|groet(?:en|jes)?|mvg|m\.v\.g\.|gr\.?|bedankt(?: "
    r"alvast)?|alvast bedankt|hoogachtend|dank u(?: wel)?|liefs|cordiali saluti|distinti saluti|un saluto|cordialmente|grazie|"
    r"pozdrawiam(?: serdecznie)?|z poważaniem|"
    r"(?:med )?v[äe]nn?lig(?:a)? (?:hälsningar|hilsen)|med venlig hilsen|venlig hilsen|hälsningar|hilsen|mvh|kram|ystävällisin terveisin|"
    r"terveisin|terv\.?|"
    r"com os melhores cumprimentos|(?:melhores )?cumprimentos|atenciosamente|obrigad[oa]|abraços?|s pozdravem|tisztelettel|üdvözlettel|"
    r"cu (?:stimă|respect|drag)|"
    r"mulțumesc|saygılarımla|saygılar|teşekkürler|(?:lijep|srdačan) pozdrav|lp)"
)
CLOSING = re.compile(
    rf"(?i:(?:^|[\n.!?,;)]\s*|\s|[-–] ){_CLOSING})(?: (?:aus|from|de|uit|vanuit|desde|da) (?:dem |der |den "
    rf")?[{_UP}][^\W\d_]{{2,20}})?(?P<gap>[ ]*[,.!:\n–-][,.!\s–:-]*|[ ](?:from |von |de |van "
    rf"|aus )?)(?P<name>{NAME})(?=\s*(?:$|[\n,.(|/!:;–-]|\[|\d|aus\b|from\b|de\b|uit\b|[\w.+-]{{1,60}}@))"
)
CLOSING_LOW = re.compile(
    rf"(?i:(?:^|[\n.!?,;]\s*|\s){_CLOSING})[ ,.!–-]{{1,3}}(?P<name>[^\W\d_]{{2,15}}(?: [^\W\d_]{{2,20}})?)\s*[.!]?$"
)
# "is" and "name" say it for sure: the words behind are a name, in whatever case.
_STRONG = (
    r"(?:my (?:full |legal |maiden |first |last )?name is|my name's|my names|the name is|the name's|(?<!what )(?<!which )(?<!whose )name "
    r"is|"
    r"i am called|i'm called|mein (?:voller )?name ist|mein name lautet|mein name:|ich heiße|ich heisse|ich "
    r"heiss|auf den namen|"
    r"auf den name|unter dem namen|lautend auf|lautend|je m['’]appelle|mon nom est|je me nomme|je me prénomme|mon nom "
    r"c['’]est|au nom de|me llamo|mi nombre es|mi nombre completo es|a nombre de|mijn naam is|ik heet|de naam "
    r"is|op naam van|"
    r"under the name(?: of)?|in the name of|mi chiamo|il mio nome è|a nome di|nazywam się|chamo-me|me chamo|(?:o )?meu nome é|em nome de|"
    r"jag heter|mitt namn är|jeg hedder|jeg heter|mit navn er|mitt navn er|nimeni on|jmenuji se|moje jméno je|"
    r"volám se|a nevem|nevem|mă numesc|numele meu este|(?:benim )?adım|ismim|zovem se|moje ime je|ime mi je|intestat[oa] a|"
    r"the caller is|mein name is|registered to|addressed to|account "
    r"holder is|cardholder is)"
)
STRONG = re.compile(
    rf"(?i:(?<!\w){_STRONG})[ :]{{1,2}}(?:(?:not|nicht|pas|no|niet|non) )?(?:(?:(?:Mr|Mrs|Ms|Dr|Mag|Herrn?|Frau|Mme|M|Sr|Sra|dhr|"
    rf"mevr)\.? )?)(?P<name>{PART}, {PART}(?=[ .;)]|$)|{NAME}|"
    rf"[^\W\d_]{{2,20}}(?:[ -][^\W\d_'’]{{2,20}}){{0,2}})"
)
FIELD = re.compile(
    rf"(?i:(?<![^\W_])(?:(?:full |first |last |customer |account |contact |patient |given |family |display )?name|firstname|lastname|"
    rf"surname|"
    rf"fullname|vorname|nachname|kunde|"
    rf"kundin|kontoinhaber(?:in)?|inhaber(?:in)?|empfänger(?:in)?|ansprechpartner(?:in)?|account holder|cardholder|agent|agente|"
    rf"advisor|adviser|operator|driver|rep|mitarbeiter(?:in)?|bearbeiter(?:in)?|sachbearbeiter(?:in)?|techniker(?:in)?|"
    rf"monteur|besteller(?:in)?|antragsteller(?:in)?|gast|conseillère?|technicien|livreur|abonnée?|assurée?|monsieur/madame|cliente?|"
    rf"pasajero|paciente|técnico|"
    rf"intestatario|nome|cognome|nome e cognome|medewerker|bezorger|chauffeur|verzekerde|besteller|aanvrager|guest|employee|"
    rf"caller|member|subscriber|insured|"
    rf"card holder|customer|client|contact|recipient|passenger|"
    rf"policyholder|tenant|nom|prénom|nom et prénom|titulaire|destinataire|nombre|nombre y apellidos|apellidos|"
    rf"titular|destinatario|naam|voornaam|achternaam|klant|rekeninghouder|contactpersoon|signed|signature|attn|"
    rf"z\. ?hd\.?|c/o|fao|t\.a\.v\.|tav|passagier|fahrer|"
    rf"versicherungsnehmer(?:in)?|mieter(?:in)?|patient(?:in)?|von|from))[\"']?[ ]?[:=>][ ]?[\"'„“]?(?:(?:Mr|Mrs|Ms|Dr|Herr|"
    rf"Frau|Mme|M|Sr|Sra|Dhr|Mevr)\.? )?(?P<name>{PART}(?:, {PART}(?! ?:)|(?: (?:{OF} ){{0,2}}{PART}){{0,3}}))"
)
# These say it only of a name that is known, or of two words in capitals.
_WEAK = (
    r"(?:moi c['’]est|le habla|i am|i'm|i’m|im|this is|it's|it’s|its|it is|here is|ich bin|bin|hier ist|hier spricht|hier schreibt|"
    r"hier is|hier|das ist|je suis|c['’]est|ici|moi c['’]est|soy|aquí|soy yo|ik ben|je spreekt met|u spreekt met|met|"
    r"dit is|spreekt met|am|es grüßt|sono|qui|parla|sou|aquí|le habla|aqui|mówi|tu)"
)
WEAK = re.compile(
    rf"(?i:(?<![\w'’])(?P<intro>{_WEAK}))(?:,)? (?:(?:die|der|the|el|la) )?(?P<name>{NAME}|[^\W\d_]{{2,20}}(?: [^\W\d_]{{2,20}})?)"
)
_KIN = (
    r"(?:(?:my|our|his|her|their) (?:\w+ )?(?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad|brother|"
    r"sister|friend|neighbour|neighbor|colleague|boss|flatmate|roommate|girlfriend|boyfriend|fiancée?|nan|grandmother|"
    r"grandfather|aunt|uncle|niece|nephew|cousin|ex|ex-wife|ex-husband|stepson|stepdaughter|stepmum|stepdad|grandson|granddaughter|twin|"
    r"twins|"
    r"baby|kid|toddler|child|carer|dog walker|cleaner|accountant|solicitor|tutor|coach|housemate|mate|bestie|fella|missus|hubby|mom-in-law|"
    r"(?:mother|father|son|daughter|brother|sister)-in-law|lawyer|doctor|landlord|manager|assistant|tenant)|"
    r"(?:mein|meine|meiner|meinem|meinen|unser|unsere|unserem|ihr|ihre|ihrem|ihrer|eure|euer|deine|sein|seine) "
    r"(?:\w+ )?(?:frau|mann|sohn|tochter|mutter|vater|bruder|schwester|freund|freundin|nachbar|nachbarin|kollege|"
    r"kollegen|kollegin|partner|partnerin|chef|chefin|oma|opa|mitarbeiter|mitarbeiterin|techniker|berater|beraterin|"
    r"vermieter|enkel|enkelin|tante|onkel|ehemann|ehefrau|neffe|nichte|cousin|cousine|schwager|schwägerin|schwiegermutter|schwiegervater|"
    r"schwiegersohn|schwiegertochter|mitbewohner|mitbewohnerin|kumpel|ex|exfrau|exmann|kleiner|kleine|baby|zwillinge|papa|mama|anwalt|"
    r"anwältin)|"
    r"(?:mon|ma|mes|notre|votre|son|sa) (?:\w+ )?(?:femme|mari|épouse|époux|fils|fille|mère|père|frère|sœur|"
    r"soeur|ami|amie|voisin|voisine|collègue|conjoint|conjointe|compagnon|compagne|conseiller|conseillère|patron|"
    r"grand-mère|grand-père|technicien|propriétaire|belle-mère|beau-père|beau-frère|belle-sœur|belle-soeur|gendre|neveu|nièce|cousin|"
    r"cousine|"
    r"petit-fils|petite-fille|bébé|copain|copine|tante|oncle|mamie|papi|ex)|"
    r"(?:mi|mis|su|nuestro|nuestra|tu) (?:mujer|marido|esposa|esposo|hijo|hija|madre|padre|hermano|hermana|"
    r"sobrino|sobrina|primo|prima|cuñado|cuñada|suegro|nieto|nieta|yerno|nuera|tía|tío|bebé|niño|niña|ex|casero|casera|"
    r"amigo|amiga|vecino|vecina|compañero|compañera|pareja|jefe|jefa|abuela|abuelo|suegra|novio|novia|técnico|"
    r"comercial|agente)|"
    r"(?:mijn|onze|uw|jullie|zijn|haar) (?:vrouw|man|zoon|dochter|moeder|vader|broer|zus|vriend|vriendin|buurman|"
    r"neef|nicht|tante|oom|zwager|schoonzus|schoonzoon|schoondochter|schoonvader|kleinzoon|kleindochter|kind|baby|huisgenoot|ex|huisbaas|"
    r"buurvrouw|collega|partner|baas|oma|opa|medewerker|medewerkster|monteur|adviseur|schoonmoeder)|"
    r"(?:min|mitt|mina|mine) (?:sambo|man|fru|son|dotter|mamma|pappa|bror|syster|vän|granne|kollega|kone|sønn|søn|datter|mor|far|nabo)|"
    r"(?:mój|moja|mojego|mojej|moją|mojemu) (?:mąż|męża|żona|żony|syn|syna|córka|córki|mama|mamy|tata|brat|siostra|sąsiad|sąsiadka|"
    r"kolega|koleżanka|teściowa|partner|partnerka)|"
    r"(?:meu|minha|nosso|nossa) (?:marido|esposa|esposo|mulher|filho|filha|mãe|pai|irmão|irmã|amigo|amiga|vizinho|vizinha|chefe|avó|avô|"
    r"colega|sogra|sogro|neto|neta|tia|tio|primo|prima)|"
    r"(?:mio|mia|nostro|nostra|suo|sua|il|la) (?:nipote|zio|zia|cugino|cugina|suocera|suocero|cognato|cognata|vicino|vicina|compagno|"
    r"compagna|"
    r"papà|mamma|bimbo|bimba|genero|nuora|marito|moglie|figlio|figlia|madre|padre|fratello|sorella|amico|amica|nonna|nonno|"
    r"collega|tecnico|corriere|consulente)|"
    r"(?:agent|technician|engineer|driver|rep|operatore|operatrice|addetta|addetto|commessa|commesso|representative|adviser|advisor|"
    r"supervisor|nurse|colleague|employee|"
    r"waiter|waitress|clerk|assistant|courier|steward|host|mitarbeiter|mitarbeiterin|techniker|monteur|fahrer|"
    r"berater|beraterin|kollege|kollegin|kellner|kellnerin|verkäufer|verkäuferin|"
    r"conseillère?|technicien|livreur|vendeur|vendeuse|employée?|agente|técnico|repartidor|comercial|dependient[ea]|"
    r"medewerker|medewerkster|monteur|bezorger|verkoper|verkoopster|collega)(?: (?:called|named|namens|nommée?|"
    r"llamad[oa]|genaamd))?)"
)
KIN = re.compile(rf"(?i:(?<!\w){_KIN})\b(?: is|'s name is|,| \()? ?(?P<name>{NAME})")
CALLED = re.compile(
    rf"(?i:(?<!\w)(?:called|named|namens|genannt|nommée?|llamad[oa]|genaamd|met de naam|mit dem namen|mit namen|"
    rf"por nombre)) (?P<name>{NAME})"
)
SIGNED = re.compile(rf"(?:[-–—~]|//)[ ]?(?P<name>{PART}(?:[ ](?:{OF}[ ])?{PART}){{0,2}})[ ]?[.!]?$")
SIGNED_TWO = re.compile(
    rf"(?:^|[.!?\n]\s*)(?P<name>{PART}[ ](?:{OF}[ ])?{PART})(?:,\s*(?=[\w.+-]{{1,64}}@|\+?\(?\d)|\s*$)"
)
PAIR = re.compile(
    rf"(?<![\w'’@#-])(?P<first>{PART})[ \u00a0](?:[dD]['’](?=[{_UP}])|(?:{OF}|Mac Giolla|Mac|Lo|Degli|De'|Van der|Van den|Van de|Van|De "
    rf"la|De|Le|La|Du|Des|Di|Del|Della|Da|Mac|El|"
    rf"Al|Ben|St\.?|Ter|Ten)[ ]){{0,2}}(?P<last>{PART})(?:[ "
    rf"](?:(?:{OF})[ ])?(?P<more>{PART}(?:[ ](?:{OF}[ ])?{PART})?))?"
)
ALONE = re.compile(rf"(?<![\w'’@#.-])[{_UP}][^\W\d_]{{1,20}}(?:-[{_UP}][^\W\d_]+)?(?![\w@])")
LAST_FIRST = re.compile(rf"(?<![\w'’-])(?P<last>{PART}), (?P<first>{PART}(?: [{_UP}](?![\w])\.?)?)(?![\w'’-])")
INITIAL = re.compile(
    rf"(?<![\w'’.-])"
    rf"(?:[{_UP}]\.[ -]?){{1,3}}(?:{OF} ){{0,2}}(?P<last>[{_UP}][^\W\d_]{{2,20}}(?:[-'’][{_UP}][^\W\d_]+)?)"
    rf"(?![\w'’])"
)
COMPANY = re.compile(
    r"[ ,]*(?:&|\+|und Söhne|and Sons|GmbH|AG\b|KG\b|e\.K|e\.V|SE\b|OHG|UG\b|Ltd|Limited|LLC|Inc\b|Corp|PLC|"
    r"plc|S\.?A\.?(?![\w])|S\.?L\.?(?![\w])|SARL|SAS\b|B\.?V\.?(?![\w])|N\.?V\.?(?![\w])|Group|Gruppe|Bank|"
    r"Diner|Café|Cafe|Grill|Theatre|Theater|Market|Pass|Valley|Falls|Beach|Island|Islands|Castle|Cathedral|Designs|"
    r"Orthodontics|Dental|Realty|Plumbing|Partners|Associates|Consulting|Logistics|Motors|Auditorium|Magazine|Award|Awards|Stores?|Shop|"
    r"Hotel|Airport|Stadium|Street|Station|Road|Avenue|University|School|Park|Center|Centre|Arena|"
    r"Straße|Allee|Platz|Hospital|Klinik|Museum|Stiftung|Foundation|Bros)"
)
BEFORE_PLACE = re.compile(
    r"(?:\b(?:rue|avenue|boulevard|place|calle|plaza|paseo|avenida|via|st\.|saint|san|santa|firma|company|fa\.|"
    r"autohaus|bäckerei|hotel|restaurant|café|cafe|praxis|kanzlei|apotheke|metzgerei|team|brand|marke|store|"
    r"shop|museum|airport|flughafen|aéroport|aeropuerto|stadion|"
    r"boutique|hôtel|hospital|virgen del|virgen de|clínica|universidad|university|uni|schule|school|lycée|collège|"
    r"instituto|city of|lake|mount|fort|port|la place|villa|gare|station|estación|movie|film|song|book|buch|"
    r"livre|libro|band|album|game|spiel))[ ]?$",
    re.IGNORECASE,
)

_ROLE = (
    r"(?:customer|client|caller|member|patient|pt|driver|passenger|guest|tenant|policyholder|account holder|"
    r"cardholder|card holder|holder|witness|insured|claimant|subscriber|contact person|owner|resident|"
    r"[Kk]d\.?|[Kk]unde|[Kk]undin|[Aa]nrufer(?:in)?|[Ff]ahrer(?:in)?|[Hh]alter(?:in)?|[Pp]atient(?:in)?|[Mm]ieter(?:in)?|"
    r"[Mm]itglied|[Gg]ast|[Vv]ersicherte[r]?|[Kk]ontoinhaber(?:in)?|[Kk]arteninhaber(?:in)?|[Zz]eug(?:e|in)|"
    r"[Aa]bsender|[Ee]mpfänger|"
    r"conducteur|conductrice|assurée?|titulaire|adhérente?|locataire|passager|passagère|cliente?|patiente|sociétaire|"
    r"abonnée?|bénéficiaire|c/o|consegnare a|recapitare a|livrer à|livrer chez|abgeben bei|abzugeben bei|afleveren bij|entregar a|"
    r"deliver to|leave with|"
    r"conductora?|titular|aseguradao?|asegurad[oa]|pasajer[oa]|paciente|inquilin[oa]|soci[oa]|abonad[oa]|beneficiari[oa]|"
    r"berijder|klant|bestuurder|patiënt|huurder|verzekerde|rekeninghouder|lid|passagier|reiziger|bewoner|colega|collega|collègue|"
    r"ask(?:ed|ing)? for|speak (?:to|with)|spoke (?:to|with)|talk(?:ed)? to|name on (?:it|account|acct|a/c|card|policy|the "
    r"account|the card|file)|buzzer says|attn\.?|attention|care of|"
    r"verlangt|Klingel(?:schild)?|klingeln bei|bei|an|z\. ?Hd\.|zu Händen|"
    r"à l['’]attention de|demander|demandez|sonnette|au nom de|de la part de|chez|"
    r"pregunt(?:en|ar|e|ad) por|a la atención de|timbre|a nombre de|de parte de|"
    r"made out to|payable to|send to|sent to|ship to|deliver to|forward to|reply to|soussignée?|j['’]ai eu|made by|prepared by|"
    r"signed by|served by|"
    r"unterzeichnet|[Rr]ückfrage an|atiende|atendió|atendida por|le atiende|geholpen door|gesproken met|bedient von|betreut von|"
    r"vragen naar|vraag naar|t\.n\.v\.|ter attentie van|t\.a\.v\.|bel(?:len)? bij|op naam van)"
)
# These words stand before plain nouns as well: one word alone must be a name that is known.
FAINT = words("c/o bei an chez member guest lid holder attention titular owner resident")
ROLE = re.compile(
    rf"(?<![\w'’-])(?P<role>{_ROLE})(?: is|:| mit Namen|,)? [\"“„«(]?(?:(?:Mr|Mrs|Ms|Miss|Dr|Herrn?|Hrn?|Frau|Fr|Mme|"
    rf"Mlle|M(?! ?[A-Z]\.? )|Sr|Sra|D|Dña|dhr|mevr|mw)\b\.? )?(?P<name>{NAME})"
)
# What stands by itself between commas, bars or brackets.
APART = re.compile(
    rf"(?:^|[,;|/(:–-] ?|[.!?] )(?P<name>{PART}(?: (?:{OF} ){{0,2}}{PART}){{1,2}})(?= ?(?:[,;|/()<–]|$|\. |\.$|"
    rf" - | born\b| geb\b| née?\b| nacid[oa]\b| geboren\b))"
)
UPPER_FIRST = re.compile(
    rf"(?<![\w'’-])(?P<last>(?:(?:LE|LA|DE|DU|DEL|VAN|VON|DI|DA|EL|BEN|MAC|"
    rf"MC) )?[{_UP}]{{3,20}}(?:-[{_UP}]{{2,20}})?) (?P<first>[{_UP}][^\W\d_]{{2,20}}(?:-[{_UP}][^\W\d_]+)?)(?![\w'’-])"
)
NICK = re.compile(rf"(?<![\w'’-])(?P<name>{PART} [\"“„(]{PART}[\"”“)] {PART})")
MAILBOX = re.compile(r"[\w.+-]{3,64}(?=@\w)")
CAPITALS = re.compile(
    rf"(?<![\w'’@.-])(?:{PART}[ ](?:{OF} )?)?[{_UP}][^\W\d_]{{3,20}}(?:-[{_UP}][^\W\d_]+)?(?![\w@.]*@|[\w'’])"
)

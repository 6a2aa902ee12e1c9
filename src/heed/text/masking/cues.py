"""Words that say what the number beside them is, in English, German, French, Spanish, Dutch and a little Italian and Polish."""

from functools import lru_cache

# The number belongs to a thing: an order, a version, a price.
NONE = "NONE"

_WRITTEN = {
    "PHONE": """
phone|telephone|tel|mobile|cell|cellphone|landline|fax|whatsapp|call me|call us|ring me|text me|reach me|call back|callback|
give me a call|give me a ring|my number|phone number|my cell|sms|signal
telefon|handy|mobil|rufnummer|festnetz|rückruf|rueckruf|erreichbar|erreichen sie mich|anrufen|ruft mich|rufen sie mich|rufen|durchwahl|
erreichen|meine nummer|mobilfunk|handynr|tel nr|telefonisch
téléphone|portable|port|mon numéro|joignable|joindre|appeler|appelez|rappeler|rappelez|fixe|gsm|mon tel
teléfono|telefono|móvil|movil|celular|llamar|llámame|llamadme|llámenme|mi número|fijo|tfno|tlf|tlfno|contacto
telefoonnummer|telefoon|mobiel|mobieltje|bellen|bel me|bereikbaar|bereiken|mijn nummer|nummer is|vaste lijn
cellulare|telefon kontaktowy
""",
    "CARD": """
card|credit card|debit card|card number|visa|mastercard|master card|amex|american express|maestro|
karte|kreditkarte|bankkarte|girokarte|kartennummer|kreditkartennummer|ec karte
carte|carte bancaire|carte bleue|cb|carte de crédit|numéro de carte
tarjeta|tarjeta de crédito|tarjeta de débito
kaart|creditcard|pinpas|bankpas|betaalpas|kaartnummer|carta di credito
""",
    "IBAN": "iban|cuenta iban|iban nummer|iban nr",
    "NATIONAL_ID": """
ssn|social security|social security number|social|itin|nino|ni number|national insurance|national insurance number|nhs|nhs number|
passport|passport number|driving licence|driver s license|drivers license|driver license|driver s licence|drivers licence|dl|
driving license|license number|licence number|national id|id card|identity card|id number|tax id|tin|utr|
medicare|medicare number|mbi|green card|ppsn|pps
steuer id|steueridentifikationsnummer|steuer identifikationsnummer|steuerliche identifikationsnummer|idnr|steuernummer|steuer nr|steuernr|
steuerid|tax identification number|
sozialversicherungsnummer|sozialversicherungs nr|sv nummer|sv nr|sozialversicherung|rentenversicherungsnummer|rv nummer|rvnr|svnr|
personalausweis|personalausweisnummer|ausweisnummer|ausweis|ausweis nr|perso|reisepass|reisepassnummer|pass nr|passnummer|reisepass nr|
führerschein|führerscheinnummer|krankenversichertennummer|kvnr|krankenversicherungsnummer|ahv|ahv nummer|ahv nr
sécurité sociale|sécu|numéro de sécu|securite sociale|secu|nir|numéro insee|insee|carte d identité|
carte nationale d identité|cni|passeport|
permis de conduire|permis|numéro fiscal|n fiscal|spi|carte vitale|titre de séjour
dni|nie|nif|cif|pasaporte|número de la seguridad social|seguridad social|nss|naf|carnet de identidad|documento de identidad|
carné de conducir|
permiso de conducir|tarjeta sanitaria
bsn|burgerservicenummer|burger service nummer|sofinummer|sofi nummer|paspoort|paspoortnummer|rijbewijs|rijbewijsnummer|identiteitskaart|
id kaart|identiteitsbewijs|legitimatiebewijs|rijksregisternummer|rijksregister|insz
codice fiscale|cf|carta d identità|passaporto|pesel|dowód osobisty|nip|personnummer|cpr|cpr nummer|cpr nr|fødselsnummer|
henkilötunnus|nif nie
""",
    "DATE_OF_BIRTH": """
born|born on|date of birth|dob|d o b|birth date|birthdate|birthday is|birthday|birth
geboren|geboren am|geboren bin ich|ik ben van|geb|geburtsdatum|geburtstag|jahrgang|geb datum|gebdat|geburtsjahr
né|née|né le|née le|naissance|date de naissance|née en|né en|nés|anniversaire
nacido|nacida|nací|naci|nacido el|nacida el|fecha de nacimiento|nacimiento|f nac|fecha nac|nacio|nació|cumpleaños
geboortedatum|geboren op|geb datum|verjaardag|geboortedag
nato il|nata il|data di nascita|urodzony|urodzona|data urodzenia|född|født
""",
    "ACCOUNT": """
account|account number|acct|acc|acc no|a c|account no|customer number|customer no|customer id|customer|client number|client id|client no|
customer ref|customer reference|contract|contract number|policy|policy number|policy no|membership|membership number|member number|
member no|member id|member|loyalty|loyalty number|frequent flyer|meter|meter number|mpan|mprn|
user id|userid|user name|username|login|subscriber|subscriber id|subscription|patient number|patient id|insurance number|insurance id|
group number|rewards|rewards number|clubcard|nectar|student id|student number|employee id|employee number|tenant|bank details|savings
konto|kto|konto nr|kontonummer|kontonr|kundennummer|kunden nr|kundennr|kunden nummer|kd|kdnr|kdnummer|kunde|kunden id|
kundenkonto|vertrag|vertragsnummer|vertrags nr|vertragsnr|vertragskonto|vertragskontonummer|versicherungsnummer|versicherungsschein|
versicherungsscheinnummer|police|policennummer|policen nr|mitgliedsnummer|mitglieds nr|mitgliedsnr|mitglied|zählernummer|zähler|zähler nr|
benutzername|benutzer id|nutzer id|teilnehmernummer|anschlussnummer|depot|depotnummer|girokonto|versichertennummer|patientennummer|
matrikelnummer|personalnummer|vorteilsnummer|bahncard|payback|payback nummer|versicherten nr|mandatsreferenz|buchungskonto|kassenzeichen
compte|numéro de compte|n de compte|numéro client|n client|client|numéro de client|référence client|contrat|
numéro de contrat|n de contrat|
police d assurance|adhérent|numéro d adhérent|n d adhérent|abonné|numéro d abonné|identifiant|identifiant client|rib|pdl|prm|
compteur|mutuelle|numéro d allocataire|allocataire|sociétaire|fidélité|carte de fidélité|contrat n|code client
cuenta|número de cuenta|numero de cuenta|n de cuenta|cliente|número de cliente|numero de cliente|n de cliente|nº de cliente|contrato|
número de contrato|numero de contrato|nº de contrato|póliza|poliza|número de póliza|socio|socia|número de socio|
número de socia|nº de socio|abonada|afiliado|afiliada|número de abonado|número de afiliado|cups|abonado|usuario|ccc|
rekening|girorekening|girorekeningnummer|lidnr|lid nr|rekeningnummer|klantnummer|klant nr|klantnr|klant|contractnummer|
contract nr|polisnummer|polis|polis nr|lidnummer|lidmaatschap|
lidmaatschapsnummer|relatienummer|debiteurennummer|meternummer|gebruikersnaam|klantcode|debiteur|bankrekening|spaarrekening|
conto|numero cliente|codice cliente|contratto
""",
    "PLATE": """
plate|plates|number plate|license plate|licence plate|registration|registration number|reg|reg number|car reg|vehicle reg|reg no|vrn|rego|
vehicle registration|tag|tag number|plate number|registered|car|vehicle|truck|scooter|motorcycle|rental|hire car|veh|trailer|
camper|caravan|parking|parking permit|permit|toll|tow|towed|
kennzeichen|nummernschild|autokennzeichen|kfz kennzeichen|kfz|amtliches kennzeichen|amtl kennzeichen|autonummer|nummernschilder|
plaque|immatriculation|immatriculé|immatriculée|plaque d immatriculation|immat|voiture
matrícula|matricula|matriculado|placa|coche
kenteken|kentekenplaat|nummerplaat|kentekennummer|targa|tablica|rejestracja|auto|wagen|pkw|van|motorbike|motorrad|moto|lkw|
roller|anhänger|wohnmobil|e auto|mietwagen|knöllchen|strafzettel|
pv|leasebak|leaseauto|huurauto|bestelbus|bestelwagen|aanhanger|parkeren|boete|bekeuring|camion|camionnette|utilitaire|amende|
péage|véhicule|furgoneta|camión|multa|peaje|vehículo|furgón|remolque|contrario
""",
    NONE: """
order|order number|order no|order id|invoice|invoice number|invoice no|bill number|receipt|ticket|ticket number|case|case number|case id|
case ref|reference|reference number|ref|ref no|tracking|tracking number|tracking id|parcel|package|shipment|consignment|item|item number|
article|product|product code|product number|product id|part|part number|model|model number|sku|ean|upc|isbn|asin|gtin|serial|
serial number|
version|firmware|build|release|error|error code|code|voucher|coupon|promo|promo code|discount|flight|train|room|gate|seat|row|page|step|
booking|booking reference|booking ref|reservation|confirmation|confirmation number|pnr|claim|transaction|transaction id|batch|lot|
iso|din|channel|windows|android|ios|chapter|section|paragraph|article no|batch number|lot number|purchase order|po number|
km|miles|population|
incident|incident number|error message|update|driver version|app version|software|vat number|vat|company number|imei
bestellung|bestellnummer|bestell nr|bestellnr|auftrag|auftragsnummer|auftrags nr|rechnung|rechnungsnummer|rechnungs nr|rechnungsnr|
vorgang|vorgangsnummer|vorgangs nr|fall|fallnummer|aktenzeichen|referenz|referenznummer|sendung|sendungsnummer|sendungsverfolgung|paket|
paketnummer|artikel|artikelnummer|artikel nr|art nr|produkt|produktnummer|modell|modellnummer|seriennummer|serien nr|teilenummer|fehler|
fehlercode|fehlermeldung|gutschein|gutscheincode|flug|flugnummer|zug|zimmer|buchung|buchungsnummer|buchungscode|beleg|belegnummer|
lieferschein|lieferscheinnummer|chargennummer|stück|störungsnummer|ticketnummer|schadennummer|transaktion|
ust idnr|ustid|umsatzsteuer|handelsregister|hrb|typ|baujahr|postfach|hausnummer|kilometer|tracking nummer|ersatzteil|ersatzteilnummer
commande|numéro de commande|n de commande|facture|numéro de facture|n de facture|colis|suivi|numéro de suivi|référence|réf|
article|produit|
modèle|erreur|code erreur|vol|réservation|dossier|numéro de dossier|n de dossier|série|numéro de série|billet|siret|siren|tva|
bon d achat|code promo|
pedido|número de pedido|nº de pedido|numero de pedido|factura|número de factura|envío|seguimiento|número de seguimiento|
referencia|artículo|
producto|modelo|versión|código de error|código|vuelo|reserva|expediente|serie|número de serie|incidencia|paquete|localizador|
código promocional|cupón|
bestelling|bestelnummer|bestel nr|factuur|factuurnummer|pakket|pakketje|zending|track trace|track and trace|trackingcode|artikelnr|
referentie|referentienummer|kenmerk|foutcode|foutmelding|fout|vlucht|vluchtnummer|reservering|reserveringsnummer|serienummer|
dossiernummer|
zaaknummer|kvk|kvk nummer|btw|btw nummer|modelnummer|productnummer|versie|boekingsnummer|boeking|kortingscode|ordernummer|
ordine|fattura|spedizione|zamówienie|faktura
""",
}
CUES = {
    " ".join(cue.split()): kind
    for kind, written in _WRITTEN.items()
    for cue in written.replace("\n", "|").split("|")
    if cue
}
BEGINNINGS = frozenset(cue.split()[0] for cue in CUES)
LONGEST = max(len(cue.split()) for cue in CUES)
# Words of German and Dutch that end so are numbers of something; of what, their beginning tells.
_ENDINGS = ("nummer", "nummern", "nr", "nummers", "kennung")
_HEADS = (
    (("telefon", "handy", "mobil", "ruf", "fax", "rückruf", "telefoon", "mobiele"), "PHONE"),
    (("karten", "kreditkarten", "kaart", "creditcard"), "CARD"),
    (("steuer", "sozial", "renten", "ausweis", "personalausweis", "pass", "reisepass", "führer", "identit", "burger"), "NATIONAL_ID"),
    (("auto", "kfz", "kenteken"), "PLATE"),
    (
        (
            "bestell", "auftrag", "rechnung", "artikel", "produkt", "product", "modell", "serien", "serie", "sendung", "paket", "track",
            "ticket", "vorgang", "fall", "fehler", "flug", "zug", "beleg", "liefer", "referen", "buchung", "gutschein", "haus", "zimmer",
            "teile", "chargen", "order", "factuur", "bestel", "pakket", "vlucht", "zaak", "dossier", "version", "schaden", "seiten",
            "transaktion", "stör", "tisch", "los", "kanal", "postleit", "typ", "ust", "umsatz", "registrier", "notruf", "haupt",
        ),
        NONE,
    ),
)  # fmt: skip


@lru_cache(maxsize=8192)
def compound(word: str) -> str:
    """What a number is by a compound such as Strommietvertragsnummer; "" where the word says nothing of numbers."""
    if len(word) < 5 or not word.endswith(_ENDINGS):
        return ""
    return next((kind for heads, kind in _HEADS if word.startswith(heads)), "ACCOUNT")

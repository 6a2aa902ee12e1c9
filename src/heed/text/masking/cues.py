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
telefoonnummer|telefoonnr|telefoon|mobiel|mobieltje|bellen|bel me|bereikbaar|bereiken|mijn nummer|nummer is|vaste lijn
cellulare|cell|telefono|tel cell|chiamatemi|chiamate|chiamare|chiamami|richiamatemi|contattarmi|recapito|numero di telefono|mio numero|
telefon kontaktowy|komórka|komórkowy|dzwonić|zadzwonić|numer telefonu|mój numer|nr tel|pod numer|pod numerem|
telemóvel|telemovel|ligar|liguem|ligue|meu número|meu numero|contactar|contactarme|contactarnos|mi numero|mi teléfono|mi tel|
cel|celu|puhelin|puh|telefonszám|číslo|telefonní číslo|mobilné|mobilnummer|mobiltelefon|lada|lada sin costo|márquele|marcale|marque|
marcar al|wasap|whats|zap|fixo|liga|ligue para|ringa|ring mig|zadzwoń|txt|cb|ph|customer service|customer services|
customer care|cust svc|atención al cliente|servicio al cliente|service client|
servizio clienti|assistenza clienti|kundendienst|kundenservice hotline|klantenservice|rapelé moi|rappelé moi|call|text|phone me|texted|
called from|calling from|phone no|mob|handset|caller id|cell no|mobile no|contact no|contact number|
contact tel|callback no|call back on|tel no|dial|
natel|klingeln|durchklingeln|handynummer|telefonnummer|mein tel|anruf|anrufe|zurückrufen|ruft|
num|numéro de tel|numéro de téléphone|mon num|contactez moi|contacter|app even|appen|terugbellen|mijn tel|telnr|tel nummer
""",
    "CARD": """
card|credit card|debit card|card number|visa|mastercard|master card|amex|american express|maestro|
karte|kreditkarte|bankkarte|girokarte|kartennummer|kreditkartennummer|ec karte
carte|carte bancaire|carte bleue|cb|carte de crédit|numéro de carte
bezahlt mit|paid with|payé avec|payée avec|pagado con|betaald met|pagato con|kartenzahlung|paid by|
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
dni|nie|nif|pasaporte|número de la seguridad social|seguridad social|nss|naf|carnet de identidad|documento de identidad|
carné de conducir|
permiso de conducir|tarjeta sanitaria
bsn|burgerservicenummer|burger service nummer|sofinummer|sofi nummer|paspoort|paspoortnummer|rijbewijs|rijbewijsnummer|identiteitskaart|
id kaart|identiteitsbewijs|legitimatiebewijs|rijksregisternummer|rijksregister|insz
codice fiscale|cf|carta d identità|passaporto|pesel|dowód osobisty|personnummer|cpr|cpr nummer|cpr nr|fødselsnummer|
henkilötunnus|nif nie
sin|sin number|social insurance|social insurance number|itin number|ssn number|soc sec|social sec|n i|n i number|ni no|nino number|nhs no|
contribuinte|número de contribuinte|nif número|cartão de cidadão|bilhete de identidade|niss|rrn|numéro national|registre national|
n de sécurité sociale|numéro de sécurité sociale|n sécu|n de sécu|tessera sanitaria|c f|partita iva personale|dowodu|paszport|nr pesel|
numer pesel|
nas|nas est|sin no|pesel nr|cnp|tc kimlik|tc kimlik no|kimlik no|t c no|pan|pan card|pan no|tfn|ird|ird number|ird no|rut|rut es|curp|rfc|
cédula|cedula|
cédula de ciudadanía|cuil|
cpf|rg|emšo|oib|jmbg|egn|rodné číslo|rodne cislo|rč|taj|taj szám|személyi|amka|nric|hkid|mykad|voter id|kennitala|isikukood|asmens kodas|
personas kods|fnr|fødselsnr|personnr|personnummeret|cpr|henkilötunnus|hetu|medicare no|health card|health card no|ohip|sa id|
south african id|
número de identidad|cc nº|bi|cartão de cidadão nº|rv nr|rv nummer|sv|sv nr|pps|pps no|ppsn|vsnr|n ss|ss|ss n|oasi|avs|n avs|numéro avs|
sozialversicherungsnr|sv nr|svnr|e card|ecard|
personal id|id no|id nr|aadhaar|
id card number|identity number
""",
    "DATE_OF_BIRTH": """
born|born on|birthday s|b day s|date of birth|dob|d o b|birth date|birthdate|birthday is|birthday|birth
geb dat|geb tag|geboren|geboren am|geboren bin ich|ik ben van|ben van|b d|geb|geburtsdatum|geburtstag|jahrgang|geb datum|gebdat|geburtsjahr
né|née|né le|née le|naissance|date de naissance|née en|né en|nés|anniversaire
nacido|nacida|nací|naci|nacido el|nacida el|fecha de nacimiento|nacimiento|f nac|fecha nac|nacio|nació|cumpleaños
geboortedatum|geboren op|geb datum|verjaardag|geboortedag
nato il|nata il|nato a|nata a|nato|nata|data di nascita|nascita|data nascita|date de naiss|ddn|fdn|f nacimiento|b day|bday|gbdt|naiss|
nac|f nac|fnac|né e|came into the world|came into this world|f n|zur welt|au monde|al mundo|ter wereld|geboortedat|gebdatum|
birthdate is|nato nel|d o n|gebdat|
geb dat|
nasc|data de nasc|ur|dt nasc|data nasc|nascido a|nascida a|nascido em|nascida em|född den|født den|syntynyt|narozen|narozena|narodený|
datum narození|született|születési|născut|
născută|
data nașterii|doğum tarihi|fødselsdato|fødselsdag|födelsedatum|född|syntymäaika|nascido|nascida|data de nascimento|urodzony|urodzona|
data urodzenia|född|født
""",
    "ACCOUNT": """
account|account number|acct|acc|acc no|a c|account no|customer number|customer no|customer id|customer|client number|client id|client no|
customer ref|customer reference|contract|contract number|policy|policy number|policy no|membership|membership number|member number|
member no|member id|member|loyalty|loyalty number|frequent flyer|mpan|mprn|
user id|userid|user name|username|login|subscriber|subscriber id|subscription|patient number|patient id|insurance number|insurance id|
rewards|rewards number|clubcard|nectar|student id|student number|employee id|employee number|tenant|bank details|savings
konto|kto|konto nr|kontonummer|kontonr|kundennummer|kunden nr|kundennr|kunden nummer|kd|kdnr|kdnummer|kunde|kunden id|
kundenkonto|vertrag|vertragsnummer|vertrags nr|vertragsnr|vertragskonto|vertragskontonummer|versicherungsnummer|versicherungsschein|
versicherungsscheinnummer|police|policennummer|policen nr|mitgliedsnummer|mitglieds nr|mitgliedsnr|mitglied|
benutzername|benutzer id|nutzer id|teilnehmernummer|anschlussnummer|depot|depotnummer|girokonto|versichertennummer|patientennummer|
matrikelnummer|personalnummer|vorteilsnummer|bahncard|payback|payback nummer|versicherten nr|mandatsreferenz|buchungskonto|kassenzeichen
compte|numéro de compte|n de compte|numéro client|n client|client|numéro de client|référence client|contrat|
numéro de contrat|n de contrat|
police d assurance|adhérent|numéro d adhérent|n d adhérent|abonné|numéro d abonné|identifiant|identifiant client|rib|pdl|prm|
mutuelle|numéro d allocataire|allocataire|sociétaire|fidélité|carte de fidélité|contrat n|code client
cuenta|número de cuenta|numero de cuenta|n de cuenta|cliente|número de cliente|numero de cliente|n de cliente|nº de cliente|contrato|
número de contrato|numero de contrato|nº de contrato|póliza|poliza|número de póliza|socio|socia|número de socio|
número de socia|nº de socio|abonada|afiliado|afiliada|número de abonado|número de afiliado|cups|abonado|usuario|ccc|
rekening|girorekening|girorekeningnummer|lidnr|lid nr|rekeningnummer|klantnummer|klant nr|klantnr|klant|contractnummer|
contract nr|polisnummer|polis|polis nr|lidnummer|lidmaatschap|
lidmaatschapsnummer|relatienummer|debiteurennummer|gebruikersnaam|klantcode|debiteur|bankrekening|spaarrekening|
conto|numero cliente|codice cliente|contratto
codice contratto|numero contratto|numero di contratto|numero di conto|conto corrente|n cliente|cod cliente|codice utente|utenza|
polizza|numero polizza|polizza rc auto|polizza auto|polizza casa|rc auto|
tessera|numero tessera|numer klienta|nr klienta|konto nr|numer konta|umowa|numer umowy|nr umowy|polisa|
kundennummer lautet|kunden nummer|vertragskto|vertr nr|vertr|vertragsnr|kunden nr|kd nr|kdn|kunr|versicherungsnr|versnr|police nr|pol nr|
depotnr|zählpunkt der firma|vk|abo nr|abonummer|abonnement|buchungsnr konto|mitgl nr|mgl nr|mitgl|mgl|tenant ref|
account ref|client ref|member ref|policy ref|loan ref|tenancy|tenancy ref|vers nr|versnr|vs nr|
kundenreferenz|teilnehmernr|dauerkarte|servicekarte|bonuskarte|kundenkarte|treuekarte|miles and more|miles more|abonnementnummer|
klantenkaart|bonuskaart|
pasnummer|abonneenummer|cliëntnummer|verzekerdennummer|machtigingskenmerk|ean code|incassokenmerk|relatie|relatienr|
numéro d assuré|n d assuré|numéro de police|n de police|n adhérent|n abonné|matricule|numéro de sociétaire|n de sociétaire|
n de compte client|
ref client|réf client|compte client|code adhérent|num client|num de client|num contrat|n de fidélité|ligne client|réf contrat|
numero de socio|n de socio|nº socio|n socio|num cliente|número cliente|código de cliente|codigo de cliente|nº contrato|n contrato|
n de contrato|num contrato|nº póliza|n póliza|
n de póliza|nº de póliza|tarjeta de fidelización|nº cuenta|cuenta corriente|libreta|referencia de cliente|
roll number|acct no|acct nr|account nr|a c no|acct number|acct num|account num|cust no|cust id|cust ref|customer num|customer nr|cust|
loan|loan number|loan no|mortgage|mortgage account|policy num|pol no|policy nr|membership no|membership id|subscriber no|checking|
loyalty card|mileage plus|skymiles|iberia plus|avios|clubcard number|
rewards card|gym membership|library card|savings account|checking account|current account|acc num|acc number|postbank|giro|mbr|mbr no|
pol|pol nr|
membre|n membre|conta|conta corrente|c c|cc|clabe|sócio|sócia|sócio nº|nº de sócio|adhérente|n assuré|assuré|assurée|n d assurée|
kundnummer|kundnr|
medlemsnummer|medlemsnr|kundenummer|medlemsnummer|nr klienta|nr umowy|asiakasnumero|číslo smlouvy|contrato nº|nº contrato|cliente nº|
apólice|ins|insurance|ins id|ins no|policyholder id|mileageplus|skymiles|aadvantage|flying blue|executive club|cumulus|supercard|
swisspass|klimaticket|klimaticket nr|vorteilscard|halbtax|ga nr|deutschlandcard|nectar card|boots advantage|advantage card|airmiles|
air miles|carta fedeltà|
cartafreccia|fidaty|carte grand voyageur|mobib|ov chipkaart|season ticket|season ticket no|railcard|oyster|leap card|polizze|polizzen nr|
polizzennr|alloc|
n alloc|caf|pasnr|kundennr lautet|mitgliedskarte|frequent traveller|loyalty id|rewards id|hilton honors|marriott bonvoy|world of hyatt|
tess|tess n|tess nr|n tessera|nr tessera|matr nr|schülerticket|jobticket|deutschlandticket|semesterticket|monatskarte|jahreskarte|
abbonamento|n abbonamento|numero abbonamento|abono|nº abono|tarjeta de socio|carnet|carte d abonné|carte d adhérent|n client|
carta socio|tessera socio|codice socio|numero socio|codice assistito|codice abbonato|abb|rentenkonto|leistungsnummer|bonusprogramm|
cta|cta cte|insured id|tenant no|tenant number|
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
patente|placas|chapa|rej|nr rej|regskylt|regnr|reg nr|registreringsnummer|nummerplade|nummerskilt|spz|rendszám|plaka|rekisterinumero|
veh no|vehicle no|
matric|matrícula vieja|reg plate|kz|kennz|nr pl|nrpl|parking ticket|parking fine|speeding ticket|penalty charge notice|pcn|
parking charge notice|targato|targata|veicolo|autovettura|macchina|nr rejestracyjny|numer rejestracyjny|samochód|
vehículos|turismo|véhicules|halter|halterin|fahrzeug|kfz kennz|kennz|stellplatz|kfz kz|kennzeichens|fahrzeuge|audi|bmw|golf|polo|
passat|opel|skoda|seat ibiza|mercedes|
ford|toyota|peugeot|renault|citroën|citroen|fiat|vauxhall|honda|nissan|mazda|volvo|kia|hyundai|tesla|dacia|clio|
""",
    NONE: """
ocr|bankgiro|plusgiro|abn|acn|bsb|transit no|transit number|institution number|nip|regon|krs|cnpj|btw nr|kbo|rpr|boleto|peppol|peppol id|
communication|
mededeling|gestructureerde mededeling|communication structurée|sku|decoder id|cep|código postal|codigo postal|kod pocztowy|zip|zip code|cap|
número do pedido|encomenda nº|zamówienie nr|beställning|ordrenr|ordrenummer|fakturanr|
rg|terminal|terminal nr|terminal id|terminal no|auth|auth code|check no|check number|cheque|cheque no|schaden|schadensnummer|schadensnr|
sinistro|denuncia|bag tag|baggage tag|vin|fahrgestellnummer|telaio|p iva|partita iva|sdi|pod|pdr|ziffern|crime|crime ref|crime number|
penalty|csi|firma nr|verwendungszweck|mmsi|hrb|zvr|uid nr|fn|codice univoco|
born on date|date de fabrication|order|order number|order no|order id|invoice|invoice number|invoice no|bill number|receipt|ticket|
ticket number|case|case number|case id|
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
sort code|blz|bankleitzahl|bic|swift|routing|routing number|aba|aba number|order ref|case no|job number|job no|wo|inv|inv no|rma|
ein|duns|cif|kvk nr|vestigingsnr|vestigingsnummer|mercantil|registro mercantil|meeting|meeting id|meetingnummer|webinar|
meter|meter number|meter no|meter reading|reading|meter serial|zähler|zählernummer|zähler nr|zählerstand|stand|compteur|relevé|
meternummer|meterstand|contador|lectura|
gift card|giftcard|carte cadeau|geschenkkarte|tarjeta regalo|cadeaukaart|cadeaubon|grp|group|group no|access code|gate code|
bauteil|pumpe|recambio|repuesto|pieza|onderdeel|ref pieza|pièce|pièce détachée|part nr|teil|
awb|waybill|barcode|bar code|cable|firmware version|kernel|device|device id|mac|imei number|serial no|s n|sn|p n|pn|cat no|
sendungsnr|sendungs nr|paket nr|trackingnummer|tracking nr|vorgangs id|auftragsnr|bestellnummer lautet|kto auszug|rg nr|re nr|
angebotsnummer|
angebot nr|ean|ean nr|pzn|losnummer|identcode|leitcode|ticket nr|ticket id|az|geschäftszeichen|steuernummer der firma|ust id|ust id nr|
uid|uid nummer|handelsregisternummer|firmenbuch|gleis|
n de suivi|n colis|n de colis|n de dossier|réf commande|ref commande|référence commande|référence dossier|réf dossier|n siret|n tva|
n de série|lot n|quai|vols|
n de réservation|code barres|code barre|réf produit|devis|bon de commande|numéro de colis|numéro de ticket|sinistre|numéro de sinistre|
n de sinistre|
nº de pedido|n de pedido|nº pedido|ref pedido|n de factura|nº factura|nº de factura|albarán|albaran|n de seguimiento|nº de seguimiento|
n de serie|nº de serie|
siniestro|código de barras|código de reserva|localizador de reserva|presupuesto|ticket de compra|vuelos|
ordernr|order nr|factuurnr|factuur nr|pakketnr|zendingsnummer|zaaknr|dossiernr|dossier nr|ticketnr|barcode nr|offerte|offertenummer|
spoor|meldingsnummer|claimnummer|
schadenummer|storing|storingsnummer|
numero ordine|ordine n|fattura n|numero fattura|pratica|numero pratica|codice errore|errore|volo|treno|prenotazione|
codice prenotazione|tracciamento|numero di spedizione|
articolo|codice articolo|modello|seriale|numero seriale|versione|matricola|scontrino|biglietto|segnalazione|
numer zamówienia|nr zamówienia|przesyłka|numer przesyłki|nr przesyłki|faktury|nr faktury|paczka|zgłoszenie|lot nr|
encomenda|fatura|matr|intervention|numéro d intervention|n d intervention|bon d intervention|intervento|numero intervento|
einsatz|parte de trabajo|aviso|orden de trabajo|ordine di lavoro|work order|mise à jour|reclamo|protocollo|prot|ddt|bolla|lotto|
numero lotto|ricevuta|bon de livraison|réclamation|n de réclamation|reclamación|beschwerde|meldung|einschreiben|
recommandé|raccomandata|certificado|charge|bordereau|lettre de voiture|bulto|colli|
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
_LOYAL = ("rewards", "miles", "bonus")
_ENDINGS = ("nummer", "nummern", "nr", "nummers", "kennung")
_HEADS = (
    (("telefon", "handy", "mobil", "ruf", "fax", "rückruf", "telefoon", "mobiele", "büro", "festnetz", "kontakt", "whatsapp"), "PHONE"),
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
    if word.endswith(_LOYAL) and len(word) > 6:
        return "ACCOUNT"
    if len(word) < 5 or not word.endswith(_ENDINGS):
        return ""
    return next((kind for heads, kind in _HEADS if word.startswith(heads)), "ACCOUNT")

//! What identifiers look like in English and in any language, as regular expressions; a group, where there is one, is the
//! identifier.

use super::identifiers::{IdentifierKind as Kind, Why};

/// What stands for a longer part of a pattern.
#[rustfmt::skip]
pub(super) const PARTS: &[(&str, &str)] = &[
    // "May" and "march" are also words.
    ("<month>", r"(?:(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|May\b|MAY\b)"),
    ("<ordinal>", r"(?i:(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"),
    ("<day>", r"[0-3]?\d(?:st|nd|rd|th|ST|ND|RD|TH)?"),
    ("<year>", r"(?:(?:19|20)\d{2}|['’]\d{2})"),
    ("<weekday>", r"(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"),
    // A part of a name in any script with capitals, with its apostrophes and hyphens; an initial; a particle.
    ("<part>", r"(?:(?:el|al|l|d|ter|ibn|Ter)[-'’])?\p{Lu}[\p{L}\p{M}'’`-]*\p{L}"),
    ("<initial>", r"\p{Lu}\.?"),
    ("<particle>", r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten|zu|af|av|Van|Von|Der|De|La|Le|Al|El)"),
    ("<name>", r"(?:(?:<part>|<initial>|<particle>)[ \t]+){0,4}<part>"),
    ("<state>", r"(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC)"),
    ("<state_name>", r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"),
    ("<city>", r"(?:St\.[ ])?\p{Lu}[\p{L}'’-]+(?:[ \t]\p{Lu}[\p{L}'’-]+){0,2}"),
    ("<street>", r"(?i:streets?|str?|avenue|ave?|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|highway|hwy|parkway|pkwy|terrace|terr|circle|cir|square|sq|crescent|close|trail|trl|loop|row|walk|alley|quay|mews|path|pike|turnpike)"),
    ("<number>", r"(?:[ \t]*(?:(?i:numbers?|nos?|num|id|ids|code)\b\.?|#|№))?[ \t]*(?:(?i:is|was)\b|[:：=#.|-])?[ \t|]*#?"),
];

/// Own list. Letter case counts unless a pattern says otherwise, for names begin with capitals.
#[rustfmt::skip]
pub(super) const PATTERNS: &[(Kind, Why, &str)] = &[
    // Ways to reach a person.
    (Kind::Email, Why::Form, r"[\w.+-]+[ ]?(?:@|\[at\]|\(at\))[ ]?[\w-]+(?:(?:\.|\[dot\])[\w-]+)+"),
    (Kind::Url, Why::Form, r#"(?i:https?://|ftp://|www\.)[^\s，。；、（）<>"'\)\]]+"#),
    (Kind::Url, Why::Form, r"\b(?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|edu|gov|info|health|example|cn|uk|io)(?:/[^\s，。；、<>\)\]]*)?\b"),
    (Kind::Url, Why::Form, r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    (Kind::Url, Why::Form, r"\b(?:[0-9a-fA-F]{1,4}:){3,7}(?::?[0-9a-fA-F]{1,4}){1,4}\b"),
    (Kind::Url, Why::Form, r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b"),
    (Kind::Phone, Why::Form, r"(?:\+?\d{1,3}[ .-]?)?(?:\([ ]?\d{2,4}[ ]?\)[ .-]?|\b\d{3}[ ]?[.–—-][ ]?|\b\d{3} )\d{3,4}[ ]?[ .–—-][ ]?\d{4}\b(?:,?[ \t]*(?i:x|ext\.?|extension)[ \t]*\d{1,6})?"),
    (Kind::Phone, Why::Form, r"\b\d{3}[–-]\d{4}\b(?:,?[ \t]*(?i:x|ext\.?|extension)[ \t]*\d{1,6})?"),
    (Kind::Phone, Why::Form, r"\+\d{1,3}[ .-]?\(?\d[\d() .-]{6,15}\d\b"),
    (Kind::Phone, Why::Form, r"\b0\d{1,4}[ -]\d{2,8}(?:[ -]\d{2,4}){0,4}\b"),
    (Kind::Phone, Why::Label, r"(\+?[\d(][\d() .-]{5,18}\d)[ ]?[-–(]?[ ]?(?i:office|fax|mobile|cell|home|work|desk|direct)\b"),
    (Kind::Phone, Why::Label, r"(?i:\b(?:phone|telephone|tel|ph|fax|facsimile|pager|beeper|cell|mobile|call(?:ed)? (?:him|her|them|back)? ?at|reached? at|callback|answering at|call(?: me| us)?(?: on| at)?|desk|office|direct line|whatsapp))<number>\n?[ \t]*(\+?[\d(][\d() .–-]{2,18}\d(?:[ \t]*(?i:x|ext\.?)[ \t]*\d{1,6})?)"),
    (Kind::Phone, Why::Label, r"(?i:\b(?:pager|beeper|ext|extension|x-?tension))<number>[ \t]*(\d{3,7})\b"),
    // Numbers of records, accounts, persons and devices.
    (Kind::Number, Why::Form, r"\b\d{3}-\d{2}-\d{4}\b"),
    (Kind::Number, Why::Label, r"(?i:\b(?:mrn|mr[ ]?#|med(?:ical)?[ .]?rec(?:ord)?|record|chart|file|account|acct|case|accession|acc|patient id|pt id|pid|person id|employee|badge|id|ssn|soc(?:ial)? sec(?:urity)?|policy|insurance|member|subscriber|beneficiary|medicare|medicaid|health plan|plan|group|claim|authorization|auth|license|licence|driver'?s license|dl|passport|dea|npi|upin|job|dictation|document|order|requisition|confirmation|visit|encounter|fin|csn|specimen|study|exam|nhs|hospital|unit|reference|ref|receipt|invoice|account no|iban))<number>[ \t]*([A-Za-z]{0,6}[-_/]?\d[\dA-Za-z]*(?:[-_/. ]?[\dA-Za-z]*\d[\dA-Za-z]*){0,5})\b"),
    (Kind::Number, Why::Label, r"(?i:\b(?:serial|s/n|sn|device id|udi|imei|imsi|mac address|model/serial|asset tag|asset|implant id))<number>[ \t]*([A-Za-z0-9][A-Za-z0-9/_-]*\d[A-Za-z0-9/_-]*)\b"),
    (Kind::Number, Why::Label, r"(?i:\b(?:licen[sc]e plates?|plates?|vehicle registration|vehicle reg|tag|vin))<number>[ \t]*([A-Z0-9]{1,4}[ ·•-]?[A-Z0-9]{1,5}(?:[ -]?[A-Z0-9]{1,11})?)\b"),
    (Kind::Number, Why::Form, r"\b[A-HJ-NPR-Z0-9]{3}[A-HJ-NPR-Z0-9]{5}[0-9X][A-HJ-NPR-Z0-9]{2}\d{6}\b"),
    (Kind::Number, Why::Form, r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?\b"),
    (Kind::Number, Why::Form, r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b"),
    (Kind::Number, Why::Form, r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
    (Kind::Number, Why::Form, r"\b[A-Z]{1,4}-?\d{1,4}-\d{3,8}\b"),
    (Kind::Number, Why::Form, r"\b[A-Z]{1,4}-?\d{5,12}[A-Z]?\b"),
    (Kind::Number, Why::Form, r"\b\d{1,3}(?:\.\d+){5,}\b"),
    (Kind::Number, Why::Form, r"#[ ]?([A-Z]{0,3}\d{4,}(?:-\d+)*)\b"),
    (Kind::Number, Why::Form, r"\b\d{7,}\b"),
    (Kind::Number, Why::Form, r"\b\d{2,3}-\d{2,3}-\d{2,3}\b"),
    // Dates.
    (Kind::Date, Why::Form, r"\b(?:<weekday>,?[ \t]+)?(?:\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}))(?:(?:T|[ ]+(?:at )?)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b"),
    (Kind::Date, Why::Form, r"\b\d{1,2}[ ][/-][ ]\d{1,2}[ ][/-][ ](?:19|20)?\d{2}\b"),
    // As a scanner reads zeros and ones.
    (Kind::Date, Why::Form, r"\b[0-3OolI]?[\dOolI][/-][0-3OolI]?[\dOolI][/-](?:[12l][90Oo])?[\dOolI]{2}\b"),
    (Kind::Date, Why::Form, r"\b(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b"),
    (Kind::Date, Why::Label, r"\b(?i:on|since|from|dated?|until|till|by|of|through|thru|to|seen|dos|doa|dod|after|before|starting|started|last|next|due|visit|admitted|discharged|labs|ct|mri|xr|cxr|echo)[ \t]*[:(]?[ \t]*((?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))\b"),
    (Kind::Date, Why::Form, r"\b(?:0?[1-9]|1[0-2])/(?:19|20)\d{2}\b"),
    (Kind::Date, Why::Form, r"\b(?:<weekday>,?[ \t]+)?<month>\.?,?[ \t]*(?:(?i:the)[ \t]+)?(?:<day>|<ordinal>)\b(?:[ ]?[–-][ ]?\d{1,2}\b)?(?:(?:,|[ \t]+of|\.)?[ \t]*<year>\b)?"),
    (Kind::Date, Why::Form, r"\b(?:<weekday>,?[ \t]+(?:(?i:the)[ \t]+)?)?(?:<day>|<ordinal>)(?:[ \t]+(?i:day[ \t]+)?(?i:of))?[ \t]*<month>\.?(?:(?:,|[ \t]+of)?[ \t]*<year>\b)?"),
    (Kind::Date, Why::Form, r"\b[0-3]?\d[-/. ]?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ]?(?:\d{4}|\d{2})\b"),
    (Kind::Date, Why::Form, r"\b(?:19|20)\d{2}[-/. ](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/. ][0-3]?\d\b"),
    (Kind::Date, Why::Form, r"\bmay[ \t]+(?:<day>,?[ \t]+(?:19|20)\d{2}|\d{1,2}(?:st|nd|rd|th))\b"),
    (Kind::Date, Why::Form, r"\b(?:<month>|may)\.?,?[ \t]+(?:of[ \t]+)?(?:(?:19|20)\d{2}\b|['’]\d{2}\b)"),
    (Kind::Date, Why::Form, r"\b(?i:spring|summer|fall|autumn|winter|early|late|mid|christmas|thanksgiving|easter)[ -](?i:of )?(?:19|20)\d{2}\b"),
    (Kind::Date, Why::Form, r"\b(?i:christmas (?:day|eve)|new year['’]?s (?:day|eve)|thanksgiving(?: day)?|halloween|labor day|memorial day|fourth of july|4th of july|valentine['’]?s day)\b"),
    (Kind::Date, Why::Label, r"\b(?i:in|since|year|years|from|until|till|circa|around|about|during|of|by|through|before|after|and|to|back in|as of|class of)[ \t]+(<year>)\b"),
    (Kind::Date, Why::Form, r"[(,][ ]?((?:19|20)\d{2})\)"),
    (Kind::Date, Why::Label, r"\b(?i:dob|d\.o\.b\.?|d/o/b|date of birth|birth ?date|born(?: on| in)?)[ \t]*[:：=-]?[ \t]*([\d/. -]{4,12}\d)"),
    // Ages over 89 (45 CFR 164.514(b)(2)(i)(C)).
    (Kind::Age, Why::Form, r"\b(9\d|1[0-2]\d)(?:[ \t-]{0,2}(?i:years?|yrs?|y/?o|y\.[ ]?o\.?|yo[mf]?|y\.)\b|[ ]?[MF]\b|[- ](?i:y/o))"),
    (Kind::Age, Why::Label, r"\b(?i:age|aged|ages)[ \t]*[:：=|]?[ \t]*(9\d|1[0-2]\d)\b"),
    (Kind::Age, Why::Label, r"\b(?i:turned|turning|died at|lived to(?: be)?|(?:he|she) is|his age is|her age is)[ \t]+(9\d|1[0-2]\d)\b"),
    (Kind::Age, Why::Form, r"\b(?i:(ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?: and)?(?:[ -](?:one|two|three|four|five|six|seven|eight|nine|ten))?)[ -]+(?:years?|yrs?|y/?o))"),
    (Kind::Age, Why::Form, r"\b(?i:nonagenarian|centenarian|(?:in|into) (?:his|her|their) (?:(?:early|mid|late)[ -])?(?:90s|nineties))\b"),
    // Addresses and places below the state.
    (Kind::Address, Why::Form, r"\b\d{1,6}[A-Za-z]?(?:-\d{1,4})?[ \t]+(?:(?:[NSEW]\.?[EW]?\.?|North|South|East|West)[ \t]+)?(?:(?:[A-Z][\p{L}'’-]*|(?:St|Mt|Ft|[A-Z])\.|\d{1,3}(?:st|nd|rd|th)|of|de|la|del|the)[ \t]+){1,4}<street>\b\.?(?:,?[ \t]*(?:[NSEW][EW]?\b\.?))?(?:,?[ \t]*(?i:apt|apartment|suite|ste|unit|floor|fl|room|rm|bldg|flat|#)\.?[ \t]*#?[ ]?[\w-]+)?"),
    (Kind::Address, Why::Form, r"\b\d{1,6}[ \t]+(?:[a-z]{3,}[ \t]+){1,2}(?:street|avenue|ave|road|boulevard|blvd|lane)\b(?:,?[ \t]*(?i:apt|apartment|suite|unit|#)\.?[ \t]*#?[\w-]+)?"),
    // Where the street's word comes first, or is a part of its name.
    (Kind::Address, Why::Form, r"(?:\b\d{1,6},?[ ])?\b(?:[Rr]ue|Via|Calle|Avda\.?|Avenida|Rua|[Uu]l\.|Plaza|Piazza|Chemin|Corso|Ulica)[ ](?:[\p{L}.'’-]+[ ]){0,4}\p{Lu}[\p{L}'’-]+(?:,?[ ]\d{1,5}[A-Za-z]?)?\b"),
    (Kind::Address, Why::Form, r"\b(?:\p{Lu}[\p{L}.'’-]+[ ]){0,2}\p{Lu}[\p{L}'’-]*(?:straat|strasse|straße|str\.|weg|laan|gatan|vägen|veien|vegen|gata|vej|utca|gasse|allee|platz|plein|pad|katu|tie|kuja|braut|gade|singel|kade|dreef)[ ]\d{1,5}[A-Za-z]?\b"),
    (Kind::Address, Why::Form, r"\b(?:Suite|Ste\.?|Unit)[ ]#?\d{1,5}[A-Za-z]?\b"),
    (Kind::Address, Why::Form, r"\b(?i:apt|apartment)\.?[ \t]+#?(?:\d+[A-Za-z]?|[A-Z]\d*)\b"),
    (Kind::Address, Why::Form, r"\b(?i:p\.?[ ]?o\.?[ ]?box)[ \t]+\d+"),
    (Kind::Address, Why::Form, r"\b(?i:rr|rural route|hc)[ \t]+\d+,?[ \t]+(?i:box)[ \t]+\d+\b"),
    (Kind::Address, Why::Form, r"\b(<city>),?[ \t]+<state>,?[ \t]+\d{5}(?:-\d{4})?\b"),
    (Kind::Address, Why::Form, r"\b<city>,[ \t]*(?:<state>|<state_name>)\b(?:,?[ \t]+\d{5}(?:-\d{4})?)?"),
    (Kind::Address, Why::Form, r"\b(?:<state>|<state_name>),?[ \t]+(\d{5}(?:-\d{4})?)\b"),
    (Kind::Address, Why::Form, r"\b\d{5}-\d{4}\b"),
    (Kind::Address, Why::Label, r"(?i:\b(?:zip(?: ?code)?|post(?:al)? ?code|postcode))[ \t]*[:：]?[ \t]*([A-Z0-9]{2,5}[ -]?[A-Z0-9]{2,4}|\d{5})\b"),
    (Kind::Address, Why::Form, r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HJ-Y]?\d[A-Z\d]?[ ]\d[ABD-HJLNP-UW-Z]{2})\b"),
    (Kind::Address, Why::Form, r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z][ ]?\d[A-Z]\d\b"),
    (Kind::Address, Why::Label, r"(?im:\b(?:(?:home|mailing|street|current|permanent|billing)[ ]address|address|addr))[ \t]*[:：][ \t]*([^\n|;]{5,90}?)(?:[ \t]{2,}|\t|[|;\n]|$)"),
    (Kind::Address, Why::Label, r"\b(?i:lives? in|living in|lived in|resid(?:es|ing|ed) in|resident of|native of|born in|moved (?:here )?(?:from|to)|relocated (?:from|to)|grew up in|raised in|travel(?:l?ed|s)? (?:to|from)|trip to|visiting|originally from|hails from|comes from|(?:is|was) from|city of|town of|village of|home in|farm near|near|outside of|drove (?:in )?from|flew (?:in )?from|returned from|works in|worked in|hometown(?: is)?)[ \t]+((?:\p{Lu}[\p{L}'’.-]+|St\.|-)(?:[ ](?:\p{Lu}[\p{L}'’-]+|upon|on|le|sur|de|del|la|al))*)"),
    (Kind::Address, Why::Form, r"\b\p{Lu}[\p{L}'’-]+(?:[ ]\p{Lu}[\p{L}'’-]+)?[ ](?:County|Township|Parish|Borough|Village|Heights|Beach|Springs|Falls)\b"),
    (Kind::Address, Why::Label, r"(?i:\b(?:city|town|county|place of birth|birthplace))[ \t]*[:：][ \t]*(\p{Lu}[\p{L}'’. -]{2,40}\p{L})"),
    // Institutions.
    (Kind::Institution, Why::Form, r"(?:\b(?:\p{Lu}[\w'’&-]*\p{L}|(?:St|Mt|Ft|\p{Lu})\.)[ \t]+(?:(?:of|the|and|for|at|de|&)[ \t]+){0,2}){1,6}(?i:hospitals?|hosp|medical center|medical centre|med ctr|medical ctr|clinics?|polyclinic|infirmary|health center|health centre|health system|health services|nursing home|nursing facility|nursing center|rehabilitation center|rehabilitation|rehab|hospice|healthcare|health care|medical group|medical associates|university|college|surgery center|surgical center|cancer center|cancer institute|heart institute|institute|laboratories|labs|pharmacy|imaging center|imaging|radiology associates|associates|care home|assisted living|manor|retirement community|high school|elementary school|middle school|school|academy|elementary|prison|correctional facility|church)\b"),
    (Kind::Institution, Why::Form, r"\b(?:University|Hospital|Clinic|Institute|Infirmary|College|School)[ \t]+(?:of|at|for)[ \t]+(?:the[ \t]+)?\p{Lu}[\p{L}'’-]+(?:[ \t]+\p{Lu}[\p{L}'’-]+){0,2}"),
    (Kind::Institution, Why::Form, r"\b(?:St\.?|Saint|Our Lady|Mount|Mt\.)[ \t]+(?:of[ \t]+)?\p{Lu}[\p{L}-]+(?:['’]s)?(?:[ \t]+(?:and|&)[ \t]+\p{Lu}[\p{L}-]+(?:['’]s)?)?(?:[ \t]+(?i:hospital|medical center|clinic|infirmary|hospice))?\b"),
    (Kind::Institution, Why::Form, r"\b\p{Lu}[\p{L}'’-]+[ ](?:General|Memorial|Regional|Presbyterian|Methodist|Baptist|Mercy|Community|Veterans|Children['’]s)\b"),
    (Kind::Institution, Why::Label, r"(?i:\b(?:facility|hospital|clinic|institution|location|employer|school|practice|pharmacy|performing lab|site|ward at))(?:[ ](?i:name))?[ \t]*[:：][ \t]*(\p{Lu}[\p{L}\d'’&., -]{2,60}?)(?:[ \t]{2,}|\t|[|;\n(]|$)"),
    (Kind::Institution, Why::Label, r"\b(?i:transferred|transfer|admitted|referred|seen|discharged|evaluated|sent|treated|delivered)[ \t]+(?i:from|to|at)[ \t]+(?:the[ \t]+)?([A-Z]{3,6})\b"),
    (Kind::Institution, Why::Label, r"\b(?i:works (?:at|for)|worked (?:at|for)|employed (?:at|by)|attends|student at|teaches at|retired from)[ \t]+(?:the[ \t]+)?(\p{Lu}[\p{L}'’&-]+(?:[ ](?:\p{Lu}[\p{L}'’&-]+|&|and|of))*[ ]?(?:Inc\.?|LLC|Ltd\.?|Corp\.?|Co\.)?)"),
    (Kind::Institution, Why::Form, r"\b\p{Lu}[\p{L}'’&-]+(?:[ ]\p{Lu}[\p{L}'’&-]+){0,3},?[ ](?:Inc|LLC|Ltd|Corp|GmbH|PLLC)\b\.?"),
    // Names by title, label, degree, relation, greeting and signature.
    (Kind::Name, Why::Title, r"\b(?i:drs?|mr|mrs|ms|miss|mx|prof|professor|doctor|nurse|sister|rev|reverend|father|fr|rabbi|imam|judge|officer|sgt|sergeant|capt|captain|lt|col|detective|sir|dame|lady|señora?|sra?|mme|madame|monsieur|herr|frau)\b\.?[ \t]*\n?[ \t]*((?:<particle>[ \t]+|<part>[ \t]+|<initial>[ \t]+){0,3}(?:<part>))(?:(?:,[ \t]+|[ \t]+and[ \t]+|/)(<part>))?"),
    (Kind::Name, Why::Title, r"\b(?:dr|mr|mrs|ms|prof)\b\.?[ \t]+((?:[a-z]\.?[ ])?[a-z][\p{L}'’-]+)"),
    (Kind::Name, Why::Title, r"\b(?:DR|MR|MRS|MS|MISS|PROF)\b\.?[ \t]+((?:[A-Z]\.?[ \t]+)?[A-Z][A-Z'’-]+(?:[ \t]+[A-Z][A-Z'’-]{2,})?)"),
    (Kind::Name, Why::Label, r"(?im:(?:^|\b)(?:patient(?:['’]s)?[ ]name|pt\.?[ ]name|full name|legal name|preferred name|(?:last|first|middle|given|family|maiden|birth|mother(?:['’]s)?(?: maiden)?)[ ]name|name of patient|surname|forename|a\.?k\.?a\.?|alias|name))[ \t]*(?:\((?i:[a-z, /]{2,24})\))?[ \t]*[:：=|][ \t|]*((?:\p{L}[\p{L}\p{M}'’`.-]*,?[ ]){0,4}\p{L}[\p{L}\p{M}'’`-]*\.?)"),
    (Kind::Name, Why::Label, r"(?i:\b(?:attending(?: (?:physician|surgeon|md))?|(?:\w+ )?physicians?|providers?|surgeons?|co-?surgeon|assistants?|an(?:a)?esthesi(?:ologist|st|a)|cardiologist|oncologist|neurologist|pathologist|pediatrician|obstetrician|psychiatrist|dictat(?:ed|ing)(?: by)?|dictator|(?:electronically )?(?:signed|reviewed|verified|authenticated|finali[sz]ed|approved|cosigned|co-signed|transcribed|entered|ordered|reported|read|interpreted|prepared|recorded|completed|performed|collected|witnessed|requested|typed|edited|created|documented|administered|referred|seen|examined|evaluated|accompanied|brought in|escorted|interviewed|translated)(?: by)?|/s/|referring(?: (?:physician|doctor|provider|md))?|ordering(?: (?:physician|doctor|provider|md))?|primary care(?: (?:physician|provider|doctor))?|pcp|gp|author|next[ -]of[ -]kin|nok|emergency contact|contact(?: person)?|guarantor|guardian|subscriber|insured|spouse|partner|informant|historian|witness(?:es)?|poa|hcp|health care proxy|proxy|radiologist|consultants?|consulting(?: physician)?|technologist|tech|sonographer|nurse|rn|lpn|cna|therapist|social worker|case manager|pharmacist|midwife|interpreter|dietitian|resident|fellow|intern|student|scribe|transcriptionist|coroner|employer contact|coach|teacher|lawyer|attorney|caregiver|carer|bot|user|cc|to|from|attn|attention|re|regarding|patient|pt|client|subject|mother|father|husband|wife|son|daughter|sister|brother|aunt|uncle|grandmother|grandfather))[ \t]*[:：|][ \t|]*(?:(?i:dr|mr|mrs|ms|prof)\b\.?[ ]*)?((?:(?:<part>|<initial>|<particle>),?[ \t]){0,4}<part>(?:,[ ]<part>(?:[ ]<initial>)?)?)"),
    (Kind::Name, Why::Label, r"(?i:\b(?:(?:dictated|signed|reviewed|verified|authenticated|approved|cosigned|transcribed|entered|ordered|reported|read|interpreted|prepared|recorded|performed|collected|requested|typed|documented|administered|referred|seen|examined|evaluated|accompanied|brought in|escorted|interviewed|driven|assisted|delivered|given|obtained|done)(?: in clinic| here| today| by| to| from)?[ ]by|/s/|discussed with|spoke(?:n)? (?:with|to)|d/w|conferred with|reviewed with|per|paged|notified|informed|texted|called|contacted|thank you|thanks|dear|hi|hello|cc|attn|named|names? (?:is|was)|known as|goes by|introduced (?:himself|herself) as|lives with|met with|care of|c/o|according to|appreciate|regarding|patient|pt|follow(?: |-)?up with|appointment with|under the care of|referral (?:from|to)|referring|(?:will|to) see|saw|i,))[ \t]+((?:(?:<part>|<initial>|<particle>)[ \t]+){0,4}<part>)"),
    (Kind::Name, Why::Relation, r"\b(?:pt|patient)[ ]+([a-z][a-z'’-]+[ ][a-z][a-z'’-]+)[ ]+(?:called|here|seen|presents|phoned|states|reports|came|was|is)\b"),
    (Kind::Name, Why::Degree, r"((?:(?:<part>|<initial>|<particle>)[ \t]+){0,4}<part>(?:,?[ \t]+(?:Jr|Sr|II|III|IV)\b\.?)?),?[ \t]+(?:M\.?D\.?|D\.O\.|R\.?N\.?|BSN|Ph\.?D\.?|P\.A\.?|PA-C|ARNP|APRN|CRNA|CNM|FNP(?:-C)?|N\.P\.|FACS|F\.A\.C\.S\.|FACC|MBBS|MBChB|MRCP|FRCS|FRCR|DPM|D\.P\.M\.|DDS|D\.D\.S\.|DMD|FRCP|LCSW|MSW|PharmD|RPh|DPT|OTR|CCC-SLP|RDMS|EMT-P|LPN|PsyD|Esq)(?:\W|$)"),
    (Kind::Name, Why::Degree, r"((?:(?:<part>|<initial>|<particle>)[ \t]+){1,4}<part>),[ \t]*(?:DO|PA|NP|RD|PT|OT|SLP|RT|EMT|CNA|CMA|DC|OD|MPH|MS|BS|RCIS|CCP)\b"),
    (Kind::Name, Why::Signature, r"(?im:^[ \t]*(?:yours? )?(?:sincerely|regards|best regards|kind regards|best wishes|respectfully(?: submitted)?|cordially|yours truly|thank you|thanks|many thanks)(?: yours)?[ \t]*[,.!]?[ \t]*\r?\n\s*)((?:(?:<part>|<initial>|<particle>)[ \t]+){0,4}<part>)"),
    (Kind::Name, Why::Relation, r"\b(?i:husband|wife|spouse|son|daughter|mother|father|mom|dad|brother|sister|partner|fianc[eé]e?|boyfriend|girlfriend|friend|neighbou?r|aunt|uncle|niece|nephew|cousin|grand(?:mother|father|son|daughter|ma|pa)|granddaughter|stepmother|stepfather|stepson|stepdaughter|caregiver|caretaker|roommate|landlord|coworker|co-worker|employer|boss|twin|baby|infant|child|nurse|therapist|interpreter|counselor|aide|niece)s?(?:,|[ \t]+is|[ \t]+\()?[ \t]*\(?((?:(?:<part>|<initial>|<particle>)[ \t]+){0,3}<part>)"),
    (Kind::Name, Why::Relation, r"((?:(?:<part>|<initial>)[ \t]+){0,2}<part>)[ \t]*(?:\(|,[ \t]+)(?:(?i:his|her|their|the|patient['’]s|pt['’]s)[ \t]+)?(?i:husband|wife|spouse|son|daughter|mother|father|brother|sister|partner|friend|neighbou?r|aunt|uncle|niece|nephew|cousin|grandmother|grandfather|grandson|granddaughter|caregiver)\b"),
    (Kind::Name, Why::Form, r"(?m)^[ \t]*(\p{Lu}{2,}[\p{Lu}'’-]*,[ \t]?\p{Lu}{2,}(?:[ ]\p{Lu}\.?)?)[ \t]*(?:$|\t|[|]|[ ]{2,})"),
    (Kind::Name, Why::Form, r"\b\p{Lu}[\p{L}'’-]*\^\p{L}[\p{L}'’-]*(?:\^[\p{L}'’.-]*)*"),
];

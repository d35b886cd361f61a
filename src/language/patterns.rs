//! What identifiers look like, as regular expressions; where a pattern has a group, the group is the identifier.

use super::identifiers::IdentifierKind as Kind;

/// Own list. Letter case counts, for names begin with capitals.
#[rustfmt::skip]
pub(super) const PATTERNS: &[(Kind, &str)] = &[
    (Kind::Email, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    (Kind::Url, r#"(?i:https?://|www\.)[^\s，。；<>\"]+"#),
    (Kind::Url, r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    (Kind::Name, r"\b(?i:dr|mr|mrs|ms|miss|prof|professor|doctor|nurse)\b\.?[ \t]+((?:\p{Lu}\.?[ \t]+){0,2}\p{Lu}[\p{L}'’-]*(?:[ \t]+\p{Lu}\.)?(?:[ \t]+\p{Lu}[\p{Ll}'’]+(?:-\p{Lu}?[\p{Ll}'’]+)*){0,2})"),
    (Kind::Name, r"(?i:\b(?:patient'?s? name|name|attending(?: physician)?|physician|provider|surgeon|assistant|anesthesiologist|dictated by|signed(?: by)?|reviewed by|transcribed by|referring (?:physician|doctor)|referred by|primary care physician|pcp|author|next of kin|emergency contact|guardian|radiologist|consultant))[ \t]*[:：-]?[ \t]+([A-Z][\p{L}'’-]+(?:[ ][A-Z]\.)?(?:,?[ ][A-Z][\p{L}'’-]+){0,3})"),
    (Kind::Name, r"(?i:\b(?:patient|pt|cc|re|dear))[ \t]*[:：]?[ \t]+([A-Z][\p{Ll}'’-]+,?[ \t]+(?:[A-Z]\.?[ \t]+)?[A-Z][\p{Ll}'’-]+)"),
    (Kind::Name, r"((?:[A-Z]\.?[ \t]+)?[A-Z][\p{L}'’-]+(?:,?[ \t]+(?:[A-Z]\.|[A-Z][\p{L}'’-]+)){1,3}),?[ \t]+(?:M\.?D\.?|D\.?O\.|R\.?N\.?|Ph\.?D\.?|PA-C|N\.?P\.|FACS|F\.A\.C\.S\.|MBBS|DPM|D\.P\.M\.|D\.D\.S\.|FRCP)(?:\W|$)"),
    (Kind::Name, r"(?m)^[ \t]*(?i:sincerely|regards|best regards|yours sincerely|yours truly)\s*,?\s*\n+[ \t]*([A-Z][\p{L}'’-]+(?:[ ][A-Z]\.)?(?:,?[ ][A-Z][\p{L}'’-]+){0,3})"),
    (Kind::Name, r"\b(?:James|John|Robert|Michael|William|David|Richard|Joseph|Thomas|Charles|Christopher|Daniel|Matthew|Anthony|Donald|Steven|Paul|Andrew|Joshua|Kenneth|Kevin|Brian|George|Edward|Ronald|Timothy|Jason|Jeffrey|Ryan|Jacob|Gary|Nicholas|Eric|Jonathan|Stephen|Larry|Justin|Scott|Brandon|Benjamin|Samuel|Gregory|Patrick|Raymond|Jack|Dennis|Jerry|Tyler|Aaron|Jose|Henry|Adam|Douglas|Nathan|Peter|Zachary|Kyle|Walter|Harold|Carl|Arthur|Roger|Keith|Albert|Ralph|Eugene|Bobby|Philip|Johnny|Mary|Patricia|Jennifer|Linda|Elizabeth|Barbara|Susan|Jessica|Sarah|Karen|Lisa|Nancy|Betty|Margaret|Sandra|Ashley|Kimberly|Emily|Donna|Michelle|Carol|Amanda|Dorothy|Melissa|Deborah|Stephanie|Rebecca|Sharon|Laura|Cynthia|Kathleen|Amy|Angela|Shirley|Anna|Brenda|Pamela|Emma|Nicole|Helen|Samantha|Katherine|Christine|Debra|Rachel|Carolyn|Janet|Catherine|Maria|Heather|Diane|Ruth|Julie|Olivia|Joyce|Virginia|Victoria|Kelly|Lauren|Christina|Joan|Evelyn|Judith|Megan|Andrea|Cheryl|Hannah|Jacqueline|Martha|Gloria|Teresa|Ann|Sara|Jane|Julia|Alice|Marie|Theresa|Jean|Frances|Doris|Sophia|Tom|Jim|Bob|Bill|Mike|Dave|Joe)\b(?:[ \t]+[A-Z]\.)?(?:[ \t]+[A-Z][\p{Ll}'’-]+)?"),
    (Kind::Name, r"\b(?:husband|wife|son|daughter|mother|father|brother|sister|partner|friend|named|name is),?[ \t]+([A-Z][a-z]+(?:[ \t]+[A-Z][a-z]+)?)"),
    (Kind::Name, r"(?:患者姓名|病人姓名|姓\s*名|联系人|医师签名|医生签名|签名|签字|记录者|审核者|报告医师|报告医生|审核医师|检查医师|主治医师|主任医师|住院医师|经治医师|手术者|主刀|麻醉师|病史陈述者|陈述者)\s*[:：]\s*(\p{Han}{2,4}(?:·\p{Han}{1,6})?)"),
    (Kind::Name, r"(?:患者|病人)\s*[:：]?\s*([王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤]\p{Han}{1,2})[，,、\s男女]"),
    (Kind::Name, r"([王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤]\p{Han}{0,2}?)(?:医生|医师|主任|大夫|护士|教授|先生|女士|同志)"),
    (Kind::Date, r"\b(?:\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?\b"),
    (Kind::Date, r"\b(?i:on|since|from|dated?|until|by|of|through|seen)[ \t]*:?[ \t]+(\d{1,2}/(?:\d{1,2}|\d{4}))\b"),
    (Kind::Date, r"\b(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?[ \t]+\d{1,2}(?:st|nd|rd|th)?\b(?:,?[ \t]+(?:19|20)\d{2}\b)?"),
    (Kind::Date, r"\b\d{1,2}(?:st|nd|rd|th)?[ \t]+(?:of[ \t]+)?(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?(?:,?[ \t]+(?:19|20)\d{2}\b)?"),
    (Kind::Date, r"\b\d{1,2}-(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)-\d{2,4}\b"),
    (Kind::Date, r"\b(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,?[ \t]+(?:of[ \t]+)?(?:19|20)\d{2}\b"),
    (Kind::Date, r"\b(?i:in|since|year|from|until|circa|during)[ \t]+((?:19|20)\d{2})\b"),
    (Kind::Date, r"\b(?i:dob|d\.o\.b\.|date of birth|born(?: on)?)[ \t]*[:：]?[ \t]*([\d/.-]{4,10})"),
    (Kind::Date, r"(?:\d{4}|[〇零一二三四五六七八九○]{4})\s*年(?:\s*[\d一二三四五六七八九十]{1,2}\s*月(?:\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[日号])?)?"),
    (Kind::Date, r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]"),
    (Kind::Age, r"\b(9\d|1[0-2]\d)(?:[ -]?(?i:years?|yrs?|y/?o|y\.o\.)|[ ]?岁)"),
    (Kind::Age, r"\b(?i:age|aged)[ \t]*[:：]?[ \t]*(9\d|1[0-2]\d)\b"),
    (Kind::Age, r"年龄\s*[:：]?\s*(9\d|1[0-2]\d)"),
    (Kind::Age, r"\b(?i:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?[ -]years?|nonagenarian|centenarian)"),
    (Kind::Number, r"\b\d{3}-\d{2}-\d{4}\b"),
    (Kind::Number, r"(?i:\b(?:mrn|mr#|medical record|record|chart|account|acct|case|accession|patient id|id|ssn|social security|policy|insurance|license|licence|dea|npi|job|serial|unit|visit|encounter|specimen|nhs|hospital)(?:[ \t]+(?:number|no|id))?)[ \t]*[.:#：]*[ \t]*([A-Za-z]{0,4}-?\d[\dA-Za-z-]{2,})\b"),
    (Kind::Number, r"\b\d{17}[\dXx]\b"),
    (Kind::Number, r"(?:身份证号码?|身份证|住院号|门诊号|病历号|病案号|病案号码|检查号|影像号|床号|卡号|登记号|医保号|社保号|ID号?)\s*[:：]?\s*([A-Za-z0-9-]{1,20})"),
    (Kind::Number, r"\b\d{8,}\b"),
    (Kind::Phone, r"(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ ]?|\b\d{3}[ .-])\d{3,4}[ .-]\d{4}\b"),
    (Kind::Phone, r"\b\d{3}-\d{4}\b"),
    (Kind::Phone, r"\+\d{1,3}[ .-]?\d[\d .-]{6,14}\d\b"),
    (Kind::Phone, r"(?i:\b(?:phone|telephone|tel|fax|pager|beeper|cell|mobile)|电话|手机号?码?|联系方式|联系电话)[ \t]*[.:：#]*[ \t]*(\+?[\d(][\d() .-]{5,18}\d)"),
    (Kind::Phone, r"\b1[3-9]\d{9}\b"),
    (Kind::Phone, r"\b0\d{2,3}-\d{7,8}\b"),
    (Kind::Address, r"\b\d{1,6}[ \t]+(?:[A-Z][\w.'’-]*[ \t]+){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Court|Ct|Place|Way|Highway|Hwy|Parkway|Terrace|Circle|Square)\b\.?(?:,?[ \t]*(?:Apt|Suite|Unit|Apartment|#)\.?[ \t]*\w+)?"),
    (Kind::Address, r"\b(?i:p\.?[ ]?o\.?[ ]?box)[ \t]+\d+"),
    (Kind::Address, r"\b[A-Z][a-z]+(?:[ \t][A-Z][a-z]+)?,[ \t]*(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC)\b(?:[ \t]+\d{5}(?:-\d{4})?)?"),
    (Kind::Address, r"\b(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC)[ \t]+\d{5}(?:-\d{4})?\b"),
    (Kind::Address, r"\b[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b"),
    (Kind::Address, r"(?i:\b(?:home )?address)[ \t]*[:：][ \t]*([^\n]{5,80})"),
    (Kind::Address, r"(?:家庭住址|家庭地址|现住址|住址|地址|工作单位|籍贯|户口所在地|出生地)\s*[:：]\s*([^\n，。；;\s]{2,40})"),
    (Kind::Address, r"\p{Han}{2,8}(?:省|自治区|市)\p{Han}{1,10}(?:区|县|市)[\p{Han}\d]{1,20}?(?:号|室|村|镇|路|街|弄|小区)[\p{Han}\d]{0,8}?(?:号|室|楼)?"),
    (Kind::Address, r"(?:邮编|邮政编码)\s*[:：]?\s*(\d{6})"),
    (Kind::Institution, r"(?:\b[A-Z][\w.'’&-]*[ \t]+(?:of[ \t]+|the[ \t]+)?){1,5}(?:Hospital|Medical Center|Medical Centre|Clinic|Infirmary|Health Center|Nursing Home|Rehabilitation Center|Health System|Hospice|Healthcare|University|Surgery Center)\b"),
    (Kind::Institution, r"\b(?:University|Hospital|Mayo Clinic)[ \t]+of[ \t]+[A-Z]\w+(?:[ \t]+[A-Z]\w+)?"),
    (Kind::Institution, r"\p{Han}{2,16}(?:医院|卫生院|医学院|医科大学|诊所|卫生服务中心|疗养院|敬老院)"),
];

/// People whose names stand for diseases, signs and devices.
#[rustfmt::skip]
pub(super) const EPONYMS: &[&str] = &[
    "parkinson", "crohn", "alzheimer", "hodgkin", "graves", "bell", "hashimoto", "raynaud", "addison", "cushing",
    "barrett", "babinski", "murphy", "romberg", "down", "turner", "marfan", "wilson", "huntington", "tourette",
    "kaposi", "behcet", "sjogren", "sjögren", "meniere", "lyme", "paget", "charcot", "wernicke", "korsakoff",
    "glasgow", "foley", "homans", "mcburney", "rovsing", "kernig", "brudzinski", "phalen", "tinel", "lachman",
    "mcmurray", "apgar", "doppler", "holter", "swan", "swan-ganz", "colles", "achilles", "baker", "burkitt", "ewing",
    "wilms", "guillain", "barre", "kawasaki", "klinefelter", "duchenne", "becker", "ehlers", "epstein", "coombs",
    "gram", "papanicolaou", "whipple", "roux", "billroth", "nissen", "bartholin", "eustachian", "peyronie",
    "dupuytren", "morton", "osgood", "schatzki", "zenker", "meckel", "hirschsprung", "gilbert", "takayasu", "wegener",
    "goodpasture", "buerger", "still", "felty", "reiter", "trendelenburg", "valsalva", "weber", "rinne", "snellen",
    "mallampati", "kocher", "jackson-pratt", "hickman", "lisfranc", "weil", "heimlich",
];

/// Words that begin with a capital where a name might.
#[rustfmt::skip]
pub(super) const NOT_A_NAME: &[&str] = &[
    "the", "a", "an", "is", "was", "are", "has", "had", "have", "and", "or", "not", "no", "none", "unknown", "normal",
    "see", "this", "that", "he", "she", "his", "her", "our", "at", "in", "on", "of", "to", "for", "with", "who",
    "will", "states", "stated", "denies", "denied", "reports", "presents", "there", "they", "patient", "general",
    "emergency", "local", "outside", "community", "regional", "university", "hospital", "clinic", "as", "by", "from",
    "i", "it", "we", "you", "my", "very", "well", "today", "please", "also", "when", "well-developed", "pain",
    "chest", "name", "number", "date", "history", "notified", "agrees", "aware", "office", "called", "phone", "exam",
    "examination", "negative", "positive", "n/a", "na", "same", "self", "family", "primary",
];

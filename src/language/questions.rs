//! How questions about a note are put, and what their answers look like.

use super::answer::QuestionKind as Kind;

/// Phrases of each kind of question; of several in one question the first in this order decides.
#[rustfmt::skip]
pub(super) const QUESTIONS: &[(Kind, &[&str])] = &[
    (Kind::Allergies, &["allergic", "allergy", "allergies", "过敏"]),
    (Kind::Age, &["how old", "what age", "patient's age", "age of the patient", "his age", "her age", "多大", "几岁", "年龄"]),
    (Kind::Reason, &["why", "reason for", "what for", "the reason", "indication for", "为什么", "原因", "为何"]),
    (Kind::Time, &["when", "how long", "since when", "what date", "what year", "onset", "what time", "什么时候", "多久", "何时", "多长时间"]),
    (Kind::Diagnosis, &["diagnosis", "diagnoses", "what was diagnosed", "diagnosed with what", "what is wrong", "the impression", "诊断", "什么病"]),
    (Kind::Medications, &[
        "medication", "medications", "medicines", "medicine", "drugs", "meds", "taking", "take", "prescribed", "on what", "treated with",
        "用药", "服药", "药物", "什么药", "吃药",
    ]),
    (Kind::Procedures, &["what surgery", "what surgeries", "what operation", "what procedure", "what procedures", "surgical history", "which operation", "surgeries", "procedures", "什么手术", "手术"]),
    (Kind::Value, &["what is the", "what was the", "what were the", "how high", "how much", "value of", "level of", "result of", "results of", "多少", "多高", "结果"]),
    (Kind::Presence, &[
        "does", "do", "is", "are", "was", "were", "has", "have", "had", "did", "any", "evidence of", "history of",
        "有没有", "是否", "有无", "吗",
    ]),
];

/// Words of asking, which say nothing of what is asked.
#[rustfmt::skip]
pub(super) const NOT_ASKED: &[&str] = &[
    "?", "？", "a", "an", "the", "of", "in", "on", "at", "to", "for", "with", "by", "from", "and", "or", "is", "are", "was", "were", "be", "been", "do", "does", "did",
    "has", "have", "had", "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "patient", "he", "she", "it", "his", "her", "they", "their", "this",
    "that", "there", "any", "can", "could", "will", "would", "should", "may", "please", "tell", "me", "about", "you", "i", "note", "show", "give", "list", "say", "said",
    "told", "many", "much", "long", "if", "not", "患者", "病人", "什么", "吗", "的", "是", "有", "了", "有没有", "是否", "怎么", "多少",
];

/// Words that lead to a reason.
#[rustfmt::skip]
pub(super) const WHY: &[&str] = &[
    "because", "because of", "due to", "secondary to", "for", "as a result of", "in order to", "indicated for", "to treat", "to rule out", "since",
    "caused by", "related to", "on account of", "因", "因为", "由于",
];

/// A date or a length of time.
pub(super) const TIME: &str = r"(?ix)(
    (?:for|since|in|over|during|about|approximately)?\s*(?:the\s+)?(?:past|last|previous)?\s*
    (?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|few|a\s+few|a\s+couple\s+of)
    (?:\s*(?:to|-|or)\s*\d+)?[\s-]*(?:minute|hour|day|week|month|year|yr)s?\b(?:\s+(?:ago|earlier|prior|before|now))?
  | (?:since|on|in|until|from)?\s*\d{1,4}[/-]\d{1,2}(?:[/-]\d{1,4})?
  | (?:since|on|in|until|from)?\s*(?:january|february|march|april|may|june|july|august|september|october|november|december)\b(?:\s+\d{1,2}(?:st|nd|rd|th)?)?(?:,?\s+(?:of\s+)?\d{4})?
  | (?:since|in|from|until)\s+(?:19|20)\d{2}
  | (?:since\s+)?(?:yesterday|today|this\s+morning|last\s+night|tonight|childhood|birth|last\s+(?:week|month|year))
  | \d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?
  | [\d一二三四五六七八九十两半]+余?(?:小时|天|日|周|个?月|年)(?:前|余)?
)";

/// A number with its unit, close behind the name of what was measured.
pub(super) const VALUE: &str = r"(?ix)^[^.;,\d]{0,30}?
    (\d+(?:\.\d+)?(?:\s*[/-]\s*\d+(?:\.\d+)?)?
    (?:\s*(?:%|mm\s?hg|mg/dl|g/dl|mmol/l|bpm|/min|degrees|kg|lbs?|pounds|℃|°\s?[cf]|k/ul|ng/ml|meq/l|u/l|次/分))?)";

/// An age of a person; the first group that takes part holds it.
pub(super) const AGE: &str = r"(?i)\b(\d{1,3}[\s-]*(?:years?|yrs?|months?|weeks?|days?|y/?o|y\.o\.)(?:[\s-]*(?:old|of age))?)\b|\bage[d:\s]+(\d{1,3})\b|(\d{1,3}\s*岁)";

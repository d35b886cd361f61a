//! Which words of a question or an answer tell what it is about, who speaks, and how people say yes and no.

use std::ops::Range;

use super::{
    SectionKind as Kind, Status,
    dialogue::Speaker,
    words::{Phrases, words},
};

/// Topics by their words; of several that a question touches the first in this order is meant.
#[derive(Debug)]
pub(super) struct Topics {
    phrases: Phrases<usize>,
    fillers: Phrases<()>,
    /// What is said of the concepts of a question; nothing where it is confirmed.
    replies: Phrases<Option<Status>>,
}

impl Topics {
    pub(super) fn built_in() -> Self {
        let mut phrases = Phrases::new();
        for (topic_idx, (_, list)) in TOPICS.iter().enumerate() {
            for phrase in *list {
                phrases.add(phrase, topic_idx);
            }
        }
        Self {
            phrases,
            fillers: Phrases::of(&[((), FILLERS)]),
            replies: Phrases::of(&[
                (Some(Status::Negated), DENIES),
                (None, CONFIRMS),
                (Some(Status::Uncertain), DOUBTS),
            ]),
        }
    }

    /// Yes, no or perhaps at the beginning of what is said, and the words that say so.
    pub(super) fn reply(
        &self,
        text: &str,
        part: Range<usize>,
    ) -> Option<(Option<Status>, Range<usize>)> {
        let found = words(text, part);
        let mut at = 0;
        while let Some(filler) = self.fillers.at(text, &found, at) {
            at = filler.words.end;
        }
        let hit = self.replies.at(text, &found, at)?;
        Some((hit.value, hit.span))
    }

    /// The topic of a part of a text, if its words tell one.
    pub(super) fn of(&self, text: &str, part: Range<usize>) -> Option<Kind> {
        let found = words(text, part);
        let topic_idx = self
            .phrases
            .find(text, &found)
            .into_iter()
            .map(|it| it.value)
            .min()?;
        TOPICS.get(topic_idx).map(|it| it.0)
    }
}

#[rustfmt::skip]
const TOPICS: &[(Kind, &[&str])] = &[
    (Kind::FamilyHistory, &[
        "family history", "in your family", "run in the family", "runs in the family", "your parents", "your mother", "your father",
        "your mom", "your dad", "your siblings", "your brothers", "your sisters", "my mother", "my father", "my mom", "my dad",
        "my brother", "my sister", "my grandmother", "my grandfather", "my grandma", "my grandpa", "my parents", "my siblings",
        "my aunt", "my uncle", "family members", "relatives", "genetic", "family medical history", "hereditary",
        "my family", "your brother", "your sister", "家族", "家里人", "家人有", "父母", "父亲", "母亲", "爸爸", "妈妈", "遗传",
    ]),
    (Kind::Allergies, &["allergic", "allergy", "allergies", "allergic reaction", "过敏"]),
    (Kind::Immunizations, &["immunization", "vaccine", "vaccination", "vaccinated", "shots", "flu shot", "immunized", "up to date on your shots", "疫苗", "接种"]),
    (Kind::SurgicalHistory, &[
        "surgery", "surgical", "operation", "operated", "procedures", "appendix removed", "gallbladder removed", "tonsils removed", "surgical history",
        "手术", "开过刀",
    ]),
    (Kind::ObstetricHistory, &[
        "period", "pregnant", "pregnancy", "menstrual", "menopause", "pap smear", "deliveries", "miscarriage", "gravida", "last menstrual period", "cycles",
        "月经", "怀孕", "生育", "流产",
    ]),
    (Kind::SocialHistory, &[
        "smoke", "smoking", "smoked", "smoker", "drink", "drinking", "alcohol", "tobacco", "cigarette", "drugs recreationally", "recreational drugs",
        "illicit drugs", "street drugs", "drug use", "marijuana", "live with", "who do you live", "do you live", "lives with", "married", "occupation",
        "do you work", "for work", "for a living", "your job", "children", "kids", "retired", "exercise", "sexually active", "do drugs", "any drugs",
        "use drugs", "grade", "school", "single", "divorced", "吸烟", "抽烟", "喝酒", "饮酒", "结婚", "职业", "工作", "住在",
    ]),
    (Kind::Medications, &[
        "medication", "medicine", "meds", "prescription", "taking any", "pills", "supplements", "vitamins", "over the counter", "what do you take",
        "are you taking", "dose", "dosage", "milligrams", "吃药", "用药", "服药", "药物", "吃什么药",
    ]),
    (Kind::ChiefComplaint, &[
        "brings you", "brought you", "how can i help", "what can i do for you", "can i help you", "how may i help", "what seems to be the problem",
        "what seems to be the trouble", "reason for your visit", "reason for the visit", "why are you here", "what happened", "what's going on", "what is going on",
        "what are you here for", "what's wrong", "chief complaint", "哪里不舒服", "怎么了", "哪儿不舒服", "怎么不好",
    ]),
    (Kind::PastHistory, &[
        "medical history", "medical conditions", "medical condition", "medical problems", "health problems", "health conditions", "past history", "diagnosed with",
        "other conditions", "any conditions", "health issues", "medical issues", "hospitalized", "major illnesses", "chronic conditions", "childhood illnesses",
        "other problems", "history of", "ever had", "既往", "以前得过", "什么病", "慢性病", "住过院",
    ]),
    (Kind::PresentIllness, &[
        "when did", "how long", "how did", "where is", "where does", "describe", "worse", "better", "scale of", "start", "started", "begin", "how often",
        "how bad", "tell me more", "how severe", "radiate", "trigger", "什么时候", "多久", "几天", "怎么样的",
    ]),
    (Kind::ReviewOfSystems, &["any other symptoms", "other symptoms", "anything else", "any other", "any changes", "any trouble", "any problems with", "还有别的", "其他症状", "还有什么不舒服"]),
];

/// The labels of turns, in lower case with `_` for a blank.
#[rustfmt::skip]
pub(super) const SPEAKERS: &[(Speaker, &[&str])] = &[
    (Speaker::Doctor, &["doctor", "dr", "physician", "docotr", "d", "provider", "医生", "医师", "大夫"]),
    (Speaker::Patient, &["patient", "pt", "p", "病人", "患者"]),
    (Speaker::Family, &["guest_family", "gest_family", "family", "mother", "father", "mom", "dad", "parent", "caregiver", "guardian", "wife", "husband",
        "son", "daughter", "家属", "家长", "母亲", "父亲"]),
    (Speaker::Clinician, &["guest_clinician", "guest_clinican", "clinician", "nurse", "assistant", "护士"]),
];

/// What is said before a yes or a no.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "um", "uh", "uhm", "oh", "well", "so", "hm", "hmm", "ah", "okay", "ok", "actually", "honestly", "sir", "doctor", "you know", "let me think", "like", "嗯", "哦", "啊",
];

#[rustfmt::skip]
const DENIES: &[&str] = &[
    "no", "nope", "nah", "none", "never", "nothing", "not really", "not at all", "not that i know of", "not that i can think of", "not that i am aware of",
    "i don't", "i do not", "i haven't", "i have not", "i did not", "i didn't", "i am not", "i'm not", "he doesn't", "she doesn't", "he does not",
    "she does not", "he hasn't", "she hasn't", "negative", "nobody", "not currently", "not anymore", "not recently", "not yet", "neither", "absolutely not", "definitely not", "i don't think so", "i do not think so",
    "没有", "没", "无", "不", "否", "不是", "从来没有", "都没有",
];

#[rustfmt::skip]
const CONFIRMS: &[&str] = &[
    "yes", "yeah", "yep", "yup", "yea", "sure", "correct", "that's right", "that is right", "i do", "i have", "i did", "i am", "uh huh", "mm hm", "right", "absolutely", "definitely",
    "of course", "he does", "she does", "he has", "she has", "exactly", "有", "是", "是的", "对", "对的", "有的", "会",
];

#[rustfmt::skip]
const DOUBTS: &[&str] = &[
    "i don't know", "i do not know", "not sure", "i'm not sure", "i am not sure", "maybe", "i think so", "possibly", "perhaps", "i guess", "no idea", "probably", "i don't remember",
    "i can't remember", "hard to say", "不清楚", "不知道", "可能", "好像", "不记得", "说不好",
];

//! Which words are words, which are names of people, and which begin with a capital and are neither.

/// The lists; `assets/names/make.py` tells where they come from.
const WORDS: &str = include_str!("../../assets/names/words.txt");
const GIVEN: &str = include_str!("../../assets/names/given.txt");
const SURNAMES: &str = include_str!("../../assets/names/surnames.txt");
const THINGS: &str = include_str!("../../assets/names/things.txt");

/// Ends of words of medicine that no list has in full. A word of seven letters or more with one is no name.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "mycin", "micin", "cillin", "azole", "statin", "sartan", "pril", "olol", "dipine", "zepam", "zolam", "azepine", "oxacin", "prazole",
    "tidine", "umab", "ximab", "zumab", "tinib", "ciclib", "ovir", "avir", "caine", "phylline", "barbital", "dronate", "gliptin",
    "gliflozin", "glutide", "glitazone", "parin", "xaban", "thiazide", "semide", "profen", "oxicam", "triptan", "setron", "sone",
    "solone", "onide", "terol", "tropium", "lukast", "oxetine", "pramine", "triptyline", "peridol", "azine", "cycline", "floxacin",
    "platin", "rubicin", "taxel", "bicin", "poetin", "grastim", "itis", "osis", "emia", "aemia", "uria", "ectomy", "otomy", "ostomy", "plasty",
    "scopy", "scopic", "graphy", "graphic", "pathy", "pathic", "algia", "plegia", "paresis", "rrhea", "rrhoea", "penia", "cyte", "cytes", "cytic",
    "trophy", "genic", "lysis", "lytic", "sclerosis", "stenosis", "megaly", "pexy", "desis", "centesis", "metry", "metric", "oscope", "ological",
    "ology", "ologist", "ologists", "oidal", "aceous", "otic", "emic", "itic", "ectasis", "ectasia", "lateral", "articular", "vascular", "thoracic", "abdominal",
    "costal", "spinal", "cranial", "muscular", "cutaneous", "venous", "arterial", "dermal", "nasal", "orbital", "ocular", "oral", "gastric", "hepatic",
    "renal", "uterine", "vaginal", "rectal", "pelvic", "tibial", "fibular", "femoral", "radial", "ulnar", "humeral", "clavicular", "scapular",
];

/// What a word is, as far as the lists know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Word,
    /// Begins with a capital and is no name: a drug, a maker, a state; also a person who stands for a disease.
    Thing,
    /// A given name that is no word.
    Given,
    /// A given name that is also a word.
    GivenWord,
    Surname,
    Unknown,
}

/// The lists in memory.
#[derive(Debug)]
pub(super) struct Vocabulary {
    words: Vec<&'static str>,
    given: Vec<&'static str>,
    surnames: Vec<&'static str>,
    things: Vec<&'static str>,
}

impl Vocabulary {
    /// The built-in lists. Takes a millisecond.
    pub(super) fn built_in() -> Self {
        let things = THINGS.lines().filter(|it| !it.starts_with('#'));
        let mut things: Vec<_> = things.flat_map(str::split_whitespace).collect();
        things.sort_unstable();
        Self {
            words: WORDS.lines().collect(),
            given: GIVEN.lines().collect(),
            surnames: SURNAMES.lines().collect(),
            things,
        }
    }

    /// What a word is, whatever its case. One with a hyphen is what its parts are.
    pub(super) fn sort(&self, word: &str) -> Sort {
        let lower = word.to_lowercase().replace('’', "'");
        let bare = lower.strip_suffix("'s").unwrap_or(&lower);
        if has(&self.things, bare) && !has(&self.given, bare) {
            return Sort::Thing;
        }
        if !bare.contains('-') {
            return self.sort_of_part(bare);
        }
        let parts = bare.split('-').filter(|it| !it.is_empty());
        let sorts: Vec<_> = parts.map(|it| self.sort_of_part(it)).collect();
        let any = |wanted: &[Sort]| sorts.iter().copied().find(|it| wanted.contains(it));
        any(&[Sort::Unknown, Sort::Surname, Sort::Given])
            .or_else(|| any(&[Sort::Thing]))
            .unwrap_or(Sort::Word)
    }

    /// Whether a word, alone, tells nothing of a person.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.sort(word), Sort::Word | Sort::Thing | Sort::GivenWord)
    }

    /// Whether an institution has a proper name: "Outpatient Clinic" has none.
    pub(super) fn is_institution(&self, found: &str) -> bool {
        // A maker of pacemakers.
        if found == "St. Jude" || found == "St Jude" {
            return false;
        }
        if !found.is_ascii() && found.chars().any(super::words::is_han) {
            const GENERAL: &[&str] = &[
                "我院",
                "本院",
                "外院",
                "该院",
                "当地",
                "上级",
                "综合",
                "专科",
                "社区",
                "多家",
                "某",
                "各",
                "本",
                "外",
                "三甲",
                "基层",
                "下级",
                "原就诊",
            ];
            return !GENERAL
                .iter()
                .any(|it| found.starts_with(it) && found.chars().count() < it.chars().count() + 6);
        }
        const ACRONYMS: &[&str] = &[
            "ICU", "PACU", "SNF", "NICU", "PICU", "MICU", "SICU", "CCU", "CVICU", "OSH", "EMS",
            "LTAC", "LTACH", "MRI", "PCP", "ENT", "OBGYN", "PSYCH", "IPR", "AMA", "CTICU", "DNR",
            "THE",
        ];
        let n_words = found.split_whitespace().count();
        if n_words == 1 {
            return !ACRONYMS.contains(&found) && !self.is_general(found);
        }
        !found.split_whitespace().all(|it| self.is_general(it))
    }

    /// Whether a word may stand in any institution's name: it says what it does, not which it is.
    fn is_general(&self, word: &str) -> bool {
        #[rustfmt::skip]
        const PROPER: &[&str] = &[
            "saint", "st", "mount", "lady", "mercy", "valley", "river", "lake", "hill", "hills", "memorial", "methodist", "baptist", "presbyterian",
            "trinity", "sacred", "grace", "hope", "north", "south", "east", "west", "northern", "southern", "eastern", "western", "park", "oak", "cedar", "pine", "maple", "harbor", "bay", "ridge", "creek",
            "spring", "springs", "meadow", "garden", "gardens", "sunrise", "sunset", "golden", "silver", "green", "blue", "red", "white", "black", "stone", "bridge",
            "county", "state", "city", "town", "coast", "island", "prairie", "desert", "forest", "woods", "veterans", "kings", "queens", "summit", "heights", "vista", "falls",
        ];
        let bare: String = word.chars().filter(|it| it.is_alphanumeric()).collect();
        let lower = bare.to_lowercase();
        self.sort(word.trim_matches(|it: char| !it.is_alphanumeric())) == Sort::Word
            && !PROPER.contains(&lower.as_str())
            || bare.len() < 3
    }

    /// Whether what stands behind "lives in" or "from" is a place below the state and no state, country or thing.
    pub(super) fn is_place(&self, found: &str) -> bool {
        if found.contains(super::words::is_han) || found.contains(|it: char| it.is_numeric()) {
            return true;
        }
        const NOT_A_PLACE: &[&str] = &[
            "united", "kingdom", "states", "new", "york", "north", "south", "the", "west", "east",
            "nursing", "home", "er", "ed", "icu", "or", "us", "uk", "st",
        ];
        let words = found
            .split(|it: char| !(it.is_alphanumeric() || it == '\'' || it == '-'))
            .filter(|it| !it.is_empty());
        let n_words = words.clone().count();
        let is_thing = |it: &str| {
            self.sort(it) == Sort::Thing || NOT_A_PLACE.contains(&it.to_lowercase().as_str())
        };
        let is_short = |it: &str| it.len() < 4 && it.to_uppercase() == it;
        let is_acronym = n_words == 1 && words.clone().all(is_short);
        !is_acronym && !words.clone().all(is_thing)
    }

    fn sort_of_part(&self, part: &str) -> Sort {
        let joined = part.replace('\'', "");
        if has(&self.given, part) {
            match has(&self.words, part) || has(&self.things, part) {
                true => Sort::GivenWord,
                false => Sort::Given,
            }
        } else if has(&self.things, part) {
            Sort::Thing
        } else if has(&self.words, part) || joined.chars().count() < 2 {
            Sort::Word
        } else if has(&self.surnames, &joined) {
            Sort::Surname
        } else if self.is_form_of_a_word(part) || contraction(part) || self.is_slip(part) {
            Sort::Word
        } else {
            Sort::Unknown
        }
    }

    /// A word with two letters swapped.
    fn is_slip(&self, part: &str) -> bool {
        let mut letters: Vec<char> = part.chars().collect();
        (5..25).contains(&letters.len())
            && (1..letters.len()).any(|at| {
                letters.swap(at - 1, at);
                let word: String = letters.iter().collect();
                letters.swap(at - 1, at);
                has(&self.words, &word) || has(&self.things, &word)
            })
    }

    /// A plural, or a word of medicine by its end.
    fn is_form_of_a_word(&self, part: &str) -> bool {
        let by_end = part.len() >= 7 && {
            let single = part.strip_suffix('s').unwrap_or(part);
            ENDS.iter()
                .any(|it| single.ends_with(it) || part.ends_with(it))
        };
        let stem = ["s", "es", "ed", "ing", "ly"];
        let stem = stem.iter().filter_map(|it| part.strip_suffix(it));
        let prefix = [
            "non", "post", "pre", "anti", "hyper", "hypo", "micro", "neuro", "cardio", "electro",
            "immuno", "intra", "extra", "peri", "poly", "pseudo", "sub", "supra", "inter", "endo",
            "trans", "multi", "bi", "re", "un", "mid", "para", "auto", "osteo", "thrombo",
            "gastro", "hemi", "infra", "retro",
        ];
        let rest = prefix.iter().filter_map(|it| part.strip_prefix(it));
        by_end
            || stem
                .filter(|it| it.len() > 3)
                .any(|it| has(&self.words, it))
            || rest
                .filter(|it| it.len() > 4)
                .any(|it| has(&self.words, it))
    }
}

fn contraction(part: &str) -> bool {
    ["n't", "'ve", "'ll", "'re", "'d", "'m"]
        .iter()
        .any(|it| part.ends_with(it))
}

fn has(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Sort, Vocabulary};

    #[test]
    fn lists_are_in_order() {
        let lists = Vocabulary::built_in();
        for list in [&lists.words, &lists.given, &lists.surnames, &lists.things] {
            assert!(1000 < list.len() && list.is_sorted());
        }
    }

    #[test]
    fn a_word_has_its_sort() {
        let lists = Vocabulary::built_in();
        for (word, wanted) in [
            ("Patient", Sort::Word),
            ("Vicryl", Sort::Thing),
            ("Parkinson's", Sort::Thing),
            ("Stevens-Johnson", Sort::Thing),
            ("Well-developed", Sort::Word),
            ("Hickman-type", Sort::Thing),
            ("Jennifer", Sort::Given),
            ("Mark", Sort::GivenWord),
            ("HERNANDEZ", Sort::Surname),
            ("O'Neill", Sort::Surname),
            ("Okwuosa", Sort::Unknown),
            ("Okwuosa-Brown", Sort::Unknown),
            ("Pembrolizumab", Sort::Word),
            ("Couldn’t", Sort::Word),
        ] {
            assert_eq!(lists.sort(word), wanted, "{word}");
        }
    }
}

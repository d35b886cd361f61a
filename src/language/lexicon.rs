//! The clinical concepts that are known by name: problems, symptoms, findings, drugs, procedures and tests.

use super::words::{Hit, Phrases, Word};

/// The lists; the head of each tells its columns.
const LISTS: [&str; 2] = [
    include_str!("../../assets/lexicon/en.tsv"),
    include_str!("../../assets/lexicon/zh.tsv"),
];

/// What sort of thing a concept is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConceptKind {
    Problem,
    Symptom,
    Finding,
    Drug,
    Procedure,
    Test,
}

impl ConceptKind {
    /// Its word in the lists and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Symptom => "symptom",
            Self::Finding => "finding",
            Self::Drug => "drug",
            Self::Procedure => "procedure",
            Self::Test => "test",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [
            Self::Problem,
            Self::Symptom,
            Self::Finding,
            Self::Drug,
            Self::Procedure,
            Self::Test,
        ]
        .into_iter()
        .find(|it| it.name() == name)
    }
}

/// A thing that notes speak of, under its preferred name.
#[derive(Debug, PartialEq, Eq)]
pub struct Concept {
    pub term: &'static str,
    pub kind: ConceptKind,
    /// Category of ICD-10 (WHO, 2016), where it is sure.
    pub icd10: Option<&'static str>,
}

/// All concepts and the forms in which text has them.
#[derive(Debug)]
pub struct Lexicon {
    concepts: Vec<Concept>,
    forms: Phrases<usize>,
    n_forms: usize,
}

impl Lexicon {
    /// The built-in lists, English and Chinese in one.
    pub(super) fn built_in() -> Self {
        let mut lexicon = Self {
            concepts: Vec::new(),
            forms: Phrases::new(),
            n_forms: 0,
        };
        for line in LISTS.iter().flat_map(|it| it.lines()) {
            lexicon.add(line);
        }
        lexicon
    }

    /// Reads a line: preferred term, kind, code, further forms parted by `|`. One that is not so is passed over; a test
    /// sees to it that none is.
    fn add(&mut self, line: &'static str) {
        let mut columns = line.split('\t');
        let (Some(term), Some(kind), Some(icd10), Some(more)) = (
            columns.next(),
            columns.next().and_then(ConceptKind::parse),
            columns.next(),
            columns.next(),
        ) else {
            return;
        };
        let concept_idx = self.concepts.len();
        self.concepts.push(Concept {
            term,
            kind,
            icd10: (!icd10.is_empty()).then_some(icd10),
        });
        for form in [term]
            .into_iter()
            .chain(more.split('|'))
            .filter(|it| !it.is_empty())
        {
            self.forms.add(form, concept_idx);
            self.n_forms += 1;
        }
    }

    /// The concept of a mention.
    pub fn concept(&self, concept_idx: usize) -> Option<&Concept> {
        self.concepts.get(concept_idx)
    }

    pub fn n_concepts(&self) -> usize {
        self.concepts.len()
    }

    /// Names and their further forms, as the lists spell them.
    pub fn n_forms(&self) -> usize {
        self.n_forms
    }

    pub(super) fn find(&self, text: &str, words: &[Word]) -> Vec<Hit<usize>> {
        self.forms.find(text, words)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::words::words, LISTS, Lexicon};

    #[test]
    fn every_line_of_the_lists_is_a_concept() {
        let n_lines = LISTS
            .iter()
            .flat_map(|it| it.lines())
            .filter(|it| !it.starts_with('#'))
            .count();
        let lexicon = Lexicon::built_in();
        assert_eq!(lexicon.n_concepts(), n_lines);
        assert!(1100 < n_lines && 3000 < lexicon.n_forms());
    }

    #[test]
    fn a_form_leads_to_its_own_concept() {
        let lexicon = Lexicon::built_in();
        for (text, term) in [
            ("Heart attacks", "myocardial infarction"),
            ("high blood pressure", "hypertension"),
            ("blood pressure", "blood pressure"),
            ("Crohn's disease", "crohn disease"),
            ("oedema", "edema"),
            ("PE", "pulmonary embolism"),
            ("no stents; kidney stone", "kidney stone"),
            ("慢阻肺", "慢性阻塞性肺疾病"),
        ] {
            let hits = lexicon.find(text, &words(text, 0..text.len()));
            let found = lexicon.concept(hits[0].value).unwrap().term;
            assert_eq!(found, term, "{text}");
        }
    }
}

//! Whether two files are of one patient, as far as their own words tell. Pure, and it never says whose they are.

use crate::{case::Subject, privacy::Phi, words::Words};

/// What two files may agree or differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    Number,
    Name,
    BirthDate,
    Sex,
    Age,
}

/// What a comparison says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The patient number agrees and nothing differs.
    Same,
    /// At least one trait differs.
    Different(Vec<Trait>),
    /// Nothing differs, but what agrees, if anything, is no proof: names, ages and sexes are shared.
    Unknown(Vec<Trait>),
}

/// Ages further apart than this differ; files may be years apart, which a person can confirm.
const AGE_YEARS: f32 = 2.0;

impl Trait {
    /// Its name in a sentence.
    pub fn name(self, words: &Words) -> String {
        match self {
            Self::Number => words.say("trait-number"),
            Self::Name => words.say("trait-name"),
            Self::BirthDate => words.say("trait-birth-date"),
            Self::Sex => words.say("trait-sex"),
            Self::Age => words.say("trait-age"),
        }
    }
}

impl Identity {
    /// Compares what two files say of their patients.
    pub fn of(a: &Subject, b: &Subject) -> Self {
        let compared = [
            (Trait::Number, numbers_agree(a, b)),
            (Trait::Name, names_agree(&names(a), &names(b))),
            (Trait::BirthDate, agree(&born(a), &born(b))),
            (Trait::Sex, agree(&sex(a), &sex(b))),
            (Trait::Age, ages_agree(a.age_years, b.age_years)),
        ];
        let all = |wanted: bool| {
            let found = compared.iter().filter(|it| it.1 == Some(wanted));
            found.map(|it| it.0).collect::<Vec<_>>()
        };
        let (differ, agree) = (all(false), all(true));
        if !differ.is_empty() {
            Self::Different(differ)
        } else if agree.contains(&Trait::Number) {
            Self::Same
        } else {
            Self::Unknown(agree)
        }
    }

    /// The more careful of two: different, then unknown, then the same.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Different(mut a), Self::Different(b)) => {
                a.extend(b);
                a.sort_unstable();
                a.dedup();
                Self::Different(a)
            }
            (it @ Self::Different(_), _) | (_, it @ Self::Different(_)) => it,
            // One number that agrees binds the whole page.
            (Self::Same, _) | (_, Self::Same) => Self::Same,
            (Self::Unknown(mut a), Self::Unknown(b)) => {
                a.retain(|it| b.contains(it));
                Self::Unknown(a)
            }
        }
    }

    /// What is told before two files stand on one page. Names of traits only, never their values.
    pub fn sentence(&self, words: &Words) -> String {
        let (Self::Different(traits) | Self::Unknown(traits)) = self else {
            return words.say("identity-same");
        };
        let named = list(words, traits);
        let parts = [("n", traits.len().into()), ("traits", (&named).into())];
        match self {
            Self::Different(_) => words.say_with("identity-different", &parts),
            _ if traits.is_empty() => words.say("identity-nothing"),
            _ => words.say_with("identity-unknown", &parts),
        }
    }
}

/// `name`, `name and sex`, `patient number, name and sex`.
fn list(words: &Words, traits: &[Trait]) -> String {
    let names: Vec<String> = traits.iter().map(|it| it.name(words)).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => {
            let rest = rest.join(&words.say("list-comma"));
            words.say_with(
                "list-and",
                &[("rest", (&rest).into()), ("last", last.into())],
            )
        }
        None => String::new(),
    }
}

/// `None` where one of the two says nothing.
fn agree(a: &str, b: &str) -> Option<bool> {
    (!a.is_empty() && !b.is_empty()).then_some(a == b)
}

/// Numbers of two issuers are not compared: each hospital has its own 4711.
fn numbers_agree(a: &Subject, b: &Subject) -> Option<bool> {
    let is_one_issuer = agree(&plain(&a.issuer), &plain(&b.issuer)) != Some(false);
    agree(&plain(&a.patient_id), &plain(&b.patient_id)).filter(|_agrees| is_one_issuer)
}

/// The digits of a date of birth, however they are set apart.
fn born(subject: &Subject) -> String {
    let mut digits = plain(&subject.birth_date);
    digits.retain(|it| it.is_ascii_digit());
    digits
}

fn sex(subject: &Subject) -> String {
    let told = subject.sex.as_deref().filter(|it| ["F", "M"].contains(it));
    told.unwrap_or_default().to_owned()
}

fn plain(text: &Phi<String>) -> String {
    // Compared and dropped.
    text.reveal().trim().to_uppercase()
}

/// The parts of a name in any order: `DOE^JANE` is `Jane Doe`.
fn names(subject: &Subject) -> Vec<String> {
    let name = plain(&subject.name);
    let mut parts: Vec<String> = name
        .split(|it: char| !it.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    parts.sort();
    parts
}

/// A middle name that only one of the two has is no difference, and no agreement.
fn names_agree(a: &[String], b: &[String]) -> Option<bool> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(true);
    }
    let within = |a: &[String], b: &[String]| a.iter().all(|it| b.contains(it));
    (!within(a, b) && !within(b, a)).then_some(false)
}

fn ages_agree(a: Option<f32>, b: Option<f32>) -> Option<bool> {
    Some((a? - b?).abs() <= AGE_YEARS)
}

#[cfg(test)]
mod tests {
    use super::{Identity, Trait};
    use crate::{
        case::Subject,
        privacy::Phi,
        words::{Language, Words},
    };

    fn subject(number: &str, name: &str, age: f32) -> Subject {
        Subject {
            patient_id: Phi::new(number.to_owned()),
            name: Phi::new(name.to_owned()),
            age_years: Some(age),
            sex: Some("F".to_owned()),
            ..Subject::default()
        }
    }

    #[test]
    fn only_a_number_that_agrees_makes_one_patient() {
        let jane = subject("17", "DOE^JANE", 61.0);
        assert_eq!(
            Identity::of(&jane, &subject(" 17", "", 62.0)),
            Identity::Same
        );
        let same_name = Identity::of(&jane, &subject("", "Jane Doe", 61.0));
        assert_eq!(
            same_name,
            Identity::Unknown(vec![Trait::Name, Trait::Sex, Trait::Age])
        );
        assert!(
            same_name
                .sentence(&Words::new(Language::English))
                .contains("no proof")
        );
        let nothing = Identity::of(&jane, &Subject::default());
        assert_eq!(nothing, Identity::Unknown(Vec::new()));
    }

    #[test]
    fn whatever_differs_is_named_even_where_the_number_agrees() {
        let jane = subject("17", "DOE^JANE", 61.0);
        let other = Identity::of(&jane, &subject("17", "ROE^RICHARD", 4.0));
        assert_eq!(other, Identity::Different(vec![Trait::Name, Trait::Age]));
        let words = other.sentence(&Words::new(Language::English));
        assert!(words.contains("name and age differ"), "{words}");
        assert!(!words.contains("ROE") && !words.contains("17"), "{words}");
        let middle = subject("", "Doe^Jane^A", 61.0);
        assert_eq!(
            Identity::of(&jane, &middle),
            Identity::Unknown(vec![Trait::Sex, Trait::Age])
        );
    }

    #[test]
    fn birth_dates_tell_namesakes_apart_and_numbers_of_two_issuers_prove_nothing() {
        let born = |date: &str, issuer: &str| Subject {
            birth_date: Phi::new(date.to_owned()),
            issuer: Phi::new(issuer.to_owned()),
            ..subject("17", "DOE^JANE", 61.0)
        };
        assert_eq!(
            Identity::of(&born("19640101", "H1"), &born("1964.01.01", "")),
            Identity::Same
        );
        assert_eq!(
            Identity::of(&born("19640101", "H1"), &born("19640102", "H1")),
            Identity::Different(vec![Trait::BirthDate])
        );
        let issuers = Identity::of(&born("19640101", "H1"), &born("19640101", "H2"));
        assert!(matches!(issuers, Identity::Unknown(_)));
    }

    #[test]
    fn a_page_is_as_doubtful_as_its_most_doubtful_pair() {
        let (same, unknown) = (Identity::Same, Identity::Unknown(Vec::new()));
        let different = Identity::Different(vec![Trait::Sex]);
        assert_eq!(same.clone().and(different.clone()), different);
        assert_eq!(unknown.clone().and(different.clone()), different);
        assert_eq!(unknown.clone().and(same.clone()), same);
    }
}

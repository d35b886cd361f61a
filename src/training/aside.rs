//! Further texts that teach classes and are never measured on: other columns of the same tables, sections of notes.

use std::collections::BTreeSet;

use super::{
    Job, Result,
    data::{self, Case, Content},
    recipe::Aside,
    text::text_of,
};
use crate::{
    disk::Sha256,
    language::{Section, sections},
    privacy::Phi,
};

/// Words of a section that teaches, at least and at most: less is a leaf without its tree, more is a note of its own.
const WORDS: std::ops::RangeInclusive<usize> = 5..=300;

/// A text, and how much it counts.
pub(super) struct Lesson {
    pub(super) case: Case,
    pub(super) class: usize,
    pub(super) weight: f64,
    /// Its tokens, once there is a tokenizer.
    pub(super) tokens: Vec<i64>,
}

/// Reads the texts of all sources of a recipe; those of their test parts are left out.
pub(super) fn read(asides: &[Aside], job: &Job<'_>) -> Result<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for aside in asides {
        let mut cases = data::read(&aside.source, job)?;
        cases.retain(|it| !it.is_test);
        if aside.sections {
            cases = cases.iter().flat_map(|it| sections_of(it, aside)).collect();
        }
        let known = cases
            .into_iter()
            .filter_map(|case| Some((case.class?, case)));
        let lessons_of_it = known.map(|(class, case)| Lesson {
            case,
            class,
            weight: aside.weight,
            tokens: Vec::new(),
        });
        lessons.extend(few_of_each(lessons_of_it.collect(), aside.most));
    }
    Ok(lessons)
}

/// Those that share no group with a case that is not trained on.
pub(super) fn apart<'a>(lessons: &'a [Lesson], cases: &[Case], train: &[usize]) -> Vec<&'a Lesson> {
    let train: BTreeSet<usize> = train.iter().copied().collect();
    let measured = cases
        .iter()
        .enumerate()
        .filter(|(idx, _)| !train.contains(idx));
    let groups: BTreeSet<&str> = measured.map(|(_, it)| it.group.as_str()).collect();
    lessons
        .iter()
        .filter(|it| !groups.contains(it.case.group.as_str()))
        .collect()
}

/// The sections of a note whose kind is a class.
fn sections_of(note: &Case, aside: &Aside) -> Vec<Case> {
    let text = text_of(note).unwrap_or_default();
    let of_section = |section: Section| {
        let class = *aside.source.classes.get(section.kind.name())?;
        let body = text.get(section.body)?.trim();
        WORDS
            .contains(&body.split_whitespace().count())
            .then(|| Case {
                content: Content::Text(Phi::new(body.to_owned())),
                class: Some(class),
                ..note.clone()
            })
    };
    sections(text).into_iter().filter_map(of_section).collect()
}

/// At most `most` of each class, drawn by a hash of the text.
fn few_of_each(mut lessons: Vec<Lesson>, most: Option<usize>) -> Vec<Lesson> {
    let Some(most) = most else {
        return lessons;
    };
    lessons.sort_by_cached_key(|it| {
        let text = text_of(&it.case).unwrap_or_default();
        (it.class, Sha256::of(text.as_bytes()).number())
    });
    let mut of_class = (usize::MAX, 0);
    lessons.retain(|it| {
        of_class = if of_class.0 == it.class {
            (it.class, of_class.1 + 1)
        } else {
            (it.class, 1)
        };
        of_class.1 <= most
    });
    lessons
}

#[cfg(test)]
mod tests {
    use super::{Aside, Case, Content, Lesson, apart, few_of_each, sections_of, text_of};
    use crate::privacy::Phi;

    fn note(text: &str, class: Option<usize>, group: &str) -> Case {
        Case {
            content: Content::Text(Phi::new(text.to_owned())),
            class,
            degree: None,
            group: group.to_owned(),
            is_test: false,
            fold: String::new(),
            place: String::new(),
        }
    }

    fn lesson(text: &str, class: usize, group: &str) -> Lesson {
        Lesson {
            case: note(text, Some(class), group),
            class,
            weight: 0.5,
            tokens: Vec::new(),
        }
    }

    #[test]
    fn a_note_teaches_by_those_of_its_sections_that_are_classes() {
        let aside: Aside = toml::from_str(
            "weight = 0.5\nsections = true\n[source]\nkind = \"notes\"\nclasses = { allergies = 0, \"social history\" = 1 }",
        )
        .unwrap();
        let text = "ALLERGIES: Penicillin, which gave her hives.\nPLAN: Come back in a week or two.\n\
                    SOCIAL HISTORY: She does not smoke or drink.\nALLERGIES: None.\n";
        let found = sections_of(&note(text, None, "a"), &aside);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.class, text_of(it).unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (Some(0), "Penicillin, which gave her hives."),
                (Some(1), "She does not smoke or drink."),
            ]
        );
    }

    #[test]
    fn what_belongs_to_a_measured_case_does_not_teach() {
        let cases = [note("x", Some(0), "a"), note("y", Some(1), "b")];
        let lessons = [
            lesson("of a", 0, "a"),
            lesson("of b", 1, "b"),
            lesson("of none", 1, "c"),
        ];
        let groups = |train: &[usize]| -> Vec<String> {
            apart(&lessons, &cases, train)
                .iter()
                .map(|it| it.case.group.clone())
                .collect()
        };
        assert_eq!(groups(&[0]), ["a", "c"]);
        assert_eq!(groups(&[0, 1]), ["a", "b", "c"]);
    }

    #[test]
    fn of_each_class_at_most_so_many_are_kept() {
        let many = || {
            (0..9)
                .map(|it| lesson(&it.to_string(), it % 2, "c"))
                .collect::<Vec<_>>()
        };
        let kept = few_of_each(many(), Some(2));
        assert_eq!(
            kept.iter().map(|it| it.class).collect::<Vec<_>>(),
            [0, 0, 1, 1]
        );
        assert_eq!(few_of_each(many(), None).len(), 9);
    }
}

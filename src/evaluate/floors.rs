//! What can be had without a network where labels exclude each other: the most frequent label, and words counted.

use super::{
    Job,
    cases::{Case, Gathered, Lesson, estimate, pick},
    many_labels,
    report::Floor,
    truth::Question,
};
use crate::stats;

/// Texts to learn from, the position of each one's label, how many labels there are, and texts to answer.
pub struct Texts<'a> {
    pub learned: Vec<&'a str>,
    pub classes: Vec<usize>,
    pub n_classes: usize,
    pub asked: Vec<&'a str>,
}

/// A model of terms and its name: learns, and gives for each asked text one score for each label.
pub type TermFloor<'a> = (&'a str, &'a dyn Fn(&Texts<'_>) -> Vec<Vec<f64>>);

/// Empty where labels do not exclude each other, or there is nothing to learn from.
pub(super) fn measure(
    question: &Question,
    job: &Job<'_>,
    names: &[String],
    gathered: &Gathered,
) -> Vec<Floor> {
    if !matches!(question, Question::Exclusive) || gathered.lessons.is_empty() {
        return Vec::new();
    }
    let (cases, lessons) = (&gathered.cases, &gathered.lessons);
    let classes: Vec<usize> = lessons.iter().map(|it| class(&it.truth)).collect();
    let count = |label: usize| classes.iter().filter(|it| **it == label).count();
    // The first of several that are equally frequent.
    let most = (0..names.len())
        .rev()
        .max_by_key(|it| count(*it))
        .unwrap_or(0);
    let name = names.get(most).map_or("", String::as_str);
    let mut floors = vec![floor(
        format!("always the most frequent label, {name}"),
        lessons.len(),
        (cases, &vec![most; cases.len()]),
        names.len(),
    )];
    if let Some((name, learn)) = job.term_floor
        && let Some(texts) = texts(lessons, cases, classes, names.len())
    {
        let scores = learn(&texts);
        let chosen: Vec<usize> = scores.iter().map(|it| stats::greatest(it)).collect();
        if chosen.len() == cases.len() {
            let n_train = lessons.len();
            floors.push(floor(
                (*name).to_owned(),
                n_train,
                (cases, &chosen),
                names.len(),
            ));
        }
    }
    floors
}

/// `None` where a case has no text in the table.
fn texts<'a>(
    lessons: &'a [Lesson],
    cases: &'a [Case],
    classes: Vec<usize>,
    n_classes: usize,
) -> Option<Texts<'a>> {
    let learned = lessons.iter().map(|it| it.source.text());
    let asked = cases.iter().map(|it| it.row.source.text());
    Some(Texts {
        learned: learned.collect::<Option<_>>()?,
        classes,
        n_classes,
        asked: asked.collect::<Option<_>>()?,
    })
}

fn class(truth: &[bool]) -> usize {
    truth.iter().position(|it| *it).unwrap_or(0)
}

fn floor(
    name: String,
    n_train: usize,
    (cases, chosen): (&[Case], &[usize]),
    n_labels: usize,
) -> Floor {
    let (own, truth) = (many_labels::chosen(cases), many_labels::truth(cases));
    let accuracy =
        |chosen: &[usize], at: &[usize]| stats::accuracy(&pick(chosen, at), &pick(&truth, at));
    Floor {
        name,
        n_train,
        accuracy: estimate(cases, |at| Some(accuracy(chosen, at))),
        macro_f1: estimate(cases, |at| {
            Some(stats::macro_f1(
                &pick(chosen, at),
                &pick(&truth, at),
                n_labels,
            ))
        }),
        difference: estimate(cases, |at| Some(accuracy(&own, at) - accuracy(chosen, at))),
    }
}

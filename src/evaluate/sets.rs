//! What the label sets of a model came to on the evaluated images.

use super::{
    cases::Case,
    report::{SetFigures, Share},
    truth::Question,
};

/// `None` for a model without label sets, and for several labels that stand alone.
pub(super) fn measure(question: &Question, names: &[String], cases: &[Case]) -> Option<SetFigures> {
    let kinds: Vec<String> = match question {
        Question::OneLabel(asked) => vec![asked.name.clone(), format!("not {}", asked.name)],
        Question::Exclusive => names.to_vec(),
        Question::Several => return None,
    };
    let first = cases.first()?.sets.first()?;
    let (coverage, worst_coverage, n_fitted) = (first.coverage, first.worst_coverage, first.n);
    let mut covered = vec![(0, 0); kinds.len()];
    let (mut n_undecided, mut n_members, mut n_empty) = (0, 0, 0);
    for case in cases {
        let set = case.sets.first()?;
        // Of one label there is one truth, whose absence is the second kind.
        let kind = case.truth.iter().position(|it| *it).unwrap_or(1);
        if let (Some((k, n)), Some(name)) = (covered.get_mut(kind), kinds.get(kind)) {
            *k += usize::from(set.members.contains(name));
            *n += 1;
        }
        n_undecided += usize::from(set.is_undecided);
        n_members += set.members.len();
        n_empty += usize::from(set.members.is_empty());
    }
    let covered = kinds.into_iter().zip(covered);
    Some(SetFigures {
        promised: coverage,
        worst: worst_coverage,
        n_fitted,
        covered: covered
            .map(|(name, (k, n))| (name, Share::of(k, n)))
            .collect(),
        undecided: Share::of(n_undecided, cases.len()),
        empty: Share::of(n_empty, cases.len()),
        mean_size: n_members as f64 / cases.len() as f64,
    })
}

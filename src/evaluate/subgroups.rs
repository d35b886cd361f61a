//! The headline figure within each subgroup that the table names.

use std::collections::BTreeMap;

use super::{
    cases::{Case, estimate, pick},
    many_labels,
    report::{Against, Share, Subgroup},
    truth::{Asked, Question},
};
use crate::stats::{self, Counts};

/// Fewer cases than this tell nothing.
const FEWEST: usize = 10;

/// Every value of every group, in the order of the columns.
pub(super) fn measure(question: &Question, cases: &[Case]) -> Vec<Subgroup> {
    let mut members: BTreeMap<(&str, &str), Vec<&Case>> = BTreeMap::new();
    for case in cases {
        for (group, value) in &case.row.groups {
            members.entry((group, value)).or_default().push(case);
        }
    }
    members
        .into_iter()
        .map(|((group, value), members)| {
            let found = match question {
                Question::OneLabel(asked) => one_label(asked, &members, cases),
                Question::Exclusive | Question::Several => accuracy(&members),
            };
            Subgroup {
                group: group.to_owned(),
                value: value.to_owned(),
                ..found
            }
        })
        .collect()
}

/// A subgroup that is of one kind throughout (a subtype of a disease) is ranked against all cases of the other kind.
fn one_label(asked: &Asked, members: &[&Case], all: &[Case]) -> Subgroup {
    let n_positive = members.iter().filter(|it| it.is_positive()).count();
    let (against, others) = match n_positive {
        0 => (Against::AllPositive, Some(true)),
        it if it == members.len() => (Against::AllNegative, Some(false)),
        _ => (Against::Itself, None),
    };
    let others = all
        .iter()
        .filter(|it| others.is_some_and(|kind| it.is_positive() == kind));
    let ranked: Vec<Case> = members.iter().copied().chain(others).cloned().collect();
    let (p, is_true): (Vec<f64>, Vec<bool>) = ranked
        .iter()
        .map(|it| (it.probability(), it.is_positive()))
        .unzip();
    let auroc = |at: &[usize]| stats::auroc(&pick(&p, at), &pick(&is_true, at)).map(|it| it.value);
    let counts = asked.threshold.map(|threshold| {
        let (p, is_true): (Vec<f64>, Vec<bool>) = members
            .iter()
            .map(|it| (it.probability(), it.is_positive()))
            .unzip();
        Counts::at(threshold, &p, &is_true)
    });
    let share = |k: usize, n: usize| (0 < n).then(|| Share::of(k, n));
    Subgroup {
        group: String::new(),
        value: String::new(),
        n: members.len(),
        n_positive,
        against,
        figure: (FEWEST <= members.len())
            .then(|| estimate(&ranked, auroc))
            .flatten(),
        sensitivity: counts.and_then(|it| share(it.true_above, it.n_positive())),
        specificity: counts.and_then(|it| share(it.true_below, it.n_negative())),
    }
}

fn accuracy(members: &[&Case]) -> Subgroup {
    let members: Vec<Case> = members.iter().copied().cloned().collect();
    let (chosen, truth) = (many_labels::chosen(&members), many_labels::truth(&members));
    let figure = |at: &[usize]| Some(stats::accuracy(&pick(&chosen, at), &pick(&truth, at)));
    Subgroup {
        group: String::new(),
        value: String::new(),
        n: members.len(),
        n_positive: members.iter().filter(|it| it.is_positive()).count(),
        against: Against::Itself,
        figure: (FEWEST <= members.len())
            .then(|| estimate(&members, figure))
            .flatten(),
        sensitivity: None,
        specificity: None,
    }
}

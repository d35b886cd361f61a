//! What makes a recurrent network and its steps valid.

use std::collections::BTreeSet;

use super::{Check, wanted, within};
use crate::{
    model::network::{Cell, Readout, Recurrent},
    prep::{SeriesSpec, Spec, sequence::BASES},
};

pub(super) fn network_and_prep(network: &Recurrent, prep: &Spec) -> Check {
    within(network.hidden, 1..=2048, "a number of hidden units")?;
    let is_grud = network.cell == Cell::GruD;
    wanted(!(is_grud && network.both_ways), "one way for GRU-D", "both")?;
    let (n_steps, channels, facts) = match prep {
        Spec::Series(spec) => {
            series(spec)?;
            (spec.n_steps(), spec.variables.len(), spec.facts.len())
        }
        Spec::Sequence(spec) => (spec.length, BASES.len(), 0),
        Spec::Image(_) | Spec::Text(_) | Spec::Question(_) => {
            return wanted(
                false,
                "series or sequences for a recurrent network",
                "others",
            );
        }
    };
    within(n_steps, 1..=4096, "a number of steps")?;
    if let Readout::Each(wanted_steps) = network.readout {
        // A course is also read while it still goes on.
        let is_whole = matches!(prep, Spec::Sequence(_)) && wanted_steps == n_steps;
        wanted(
            is_whole,
            format!("sequences of {wanted_steps} for a head that weighs each step"),
            n_steps,
        )?;
    }
    if let Some(trees) = network.trees {
        wanted(network.summary, "a summary for trees", "none")?;
        within(trees.number, 1..=10_000, "a number of trees")?;
        within(trees.depth, 1..=8, "a depth of trees")?;
        // Numbers of columns are kept as half floats, which are whole up to 2048: nine for each channel, two for a fact.
        let n_columns = 9 * channels + 2 * facts;
        within(n_columns, 1..=2048, "a number of columns for trees")?;
    }
    wanted(
        network.channels == channels,
        format!("{channels} channels"),
        network.channels,
    )?;
    wanted(
        network.facts == facts,
        format!("{facts} facts"),
        network.facts,
    )
}

fn series(spec: &SeriesSpec) -> Check {
    within(spec.step_hours, 1..=24 * 31, "a length of a step in hours")?;
    within(spec.hours, 1..=24 * 366, "a length of the window in hours")?;
    let step = spec.step_hours;
    let is_whole = spec.hours.is_multiple_of(step);
    wanted(
        is_whole,
        format!("a window of whole steps of {step} h"),
        spec.hours,
    )?;
    within(spec.variables.len(), 1..=256, "a number of variables")?;
    let different: BTreeSet<_> = spec.variables.iter().collect();
    wanted(
        different.len() == spec.variables.len(),
        "each variable once",
        "one twice",
    )?;
    let is_known = spec.logarithms.iter().all(|it| different.contains(it));
    wanted(is_known, "logarithms of variables that are read", "another")
}

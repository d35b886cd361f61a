//! Whether the model notices pictures that it should not answer.

use std::{fs, path::Path};

use super::{
    Job, Kind, Result, SEED, Steps,
    cases::{Case, answer, distance},
    damage::{Change, changed},
    item::Item,
    one_label::thinned,
    report::{Share, Strangers},
};
use crate::{
    disk,
    prediction::Estimate,
    privacy::Phi,
    score::{Gate, Loaded},
    stats,
};

/// Evaluated images that are made into something else, at most.
const N_CHANGED: usize = 200;
/// Pictures of a folder, at most.
const N_OF_FOLDER: usize = 500;

/// Distances and refusals of one kind of picture.
#[derive(Default)]
struct Found {
    distances: Vec<f64>,
    n_refused: usize,
    n: usize,
}

/// The evaluated images themselves first, then what they are made into, then the folders of the job. Empty for a model
/// that refuses nothing.
pub(super) fn measure(
    job: &Job<'_>,
    cases: &[Case],
    loaded: &mut Loaded,
    steps: &mut Steps<'_>,
) -> Result<Vec<Strangers>> {
    if loaded.model.manifest().scope.is_none() {
        return Ok(Vec::new());
    }
    steps.start("strangers");
    let own: Vec<f64> = cases.iter().filter_map(|it| distance(&it.ood)).collect();
    let n_refused = cases
        .iter()
        .filter(|it| !it.beyond_scope.is_empty())
        .count();
    let mut all = vec![Strangers {
        name: "the evaluated images".to_owned(),
        auroc: None,
        refused: Share::of(n_refused, cases.len()),
        roc: Vec::new(),
    }];
    let step = cases.len().div_ceil(N_CHANGED).max(1);
    let chosen: Vec<&Case> = cases.iter().step_by(step).collect();
    let mut found: Vec<Found> = Change::ALL.iter().map(|_| Found::default()).collect();
    for (idx, case) in chosen.iter().enumerate() {
        steps.advance(idx, chosen.len())?;
        let Ok(Item::Scan(scan)) = case.row.source.open(Kind::Images, job.open) else {
            continue;
        };
        for (change, found) in Change::ALL.into_iter().zip(&mut found) {
            if let Some(scan) = changed(&scan, change, SEED + idx as u64) {
                found.add(Some(&Item::Scan(Box::new(scan))), loaded);
            }
        }
    }
    let named = Change::ALL.into_iter().zip(&found);
    all.extend(named.map(|(change, found)| found.against(change.name(), &own)));
    for folder in &job.strangers {
        let mut found = Found::default();
        let files = files(folder)?;
        for (idx, file) in files.iter().enumerate() {
            steps.advance(idx, files.len())?;
            let item = (job.open)(file).and_then(|it| Item::of(it, Kind::Images));
            found.add(item.ok().as_ref(), loaded);
        }
        all.push(found.against(&name(folder), &own));
    }
    Ok(all)
}

impl Found {
    /// A file that cannot be opened is refused too.
    fn add(&mut self, item: Option<&Item>, loaded: &mut Loaded) {
        self.n += 1;
        match item.and_then(|it| answer(it, loaded, Gate::Open).ok()) {
            Some(prediction) => {
                self.n_refused += usize::from(!prediction.beyond_scope.is_empty());
                self.distances.extend(distance(&prediction.ood));
            }
            None => self.n_refused += 1,
        }
    }

    fn against(&self, name: &str, own: &[f64]) -> Strangers {
        let scores = [own, &self.distances].concat();
        let is_stranger: Vec<bool> = (0..scores.len()).map(|it| own.len() <= it).collect();
        let auroc = stats::auroc(&scores, &is_stranger).map(|it| Estimate {
            value: it.value,
            low: it.interval().low,
            high: it.interval().high,
            n: scores.len(),
        });
        Strangers {
            name: name.to_owned(),
            auroc,
            refused: Share::of(self.n_refused, self.n),
            roc: thinned(&stats::roc_curve(&scores, &is_stranger)),
        }
    }
}

/// Files of a folder by name, spread evenly if there are too many.
fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let io = |source| disk::Error::Io {
        action: "list",
        path: Phi::new(folder.to_owned()),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let step = files.len().div_ceil(N_OF_FOLDER).max(1);
    Ok(files.into_iter().step_by(step).collect())
}

/// The last names of the folder, for the report.
fn name(folder: &Path) -> String {
    let names: Vec<_> = folder.iter().rev().take(2).collect();
    let names = names
        .into_iter()
        .rev()
        .map(|it| it.to_string_lossy().into_owned());
    names.collect::<Vec<_>>().join("/")
}

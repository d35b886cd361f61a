//! Whose calibration and threshold an answer is read by, and at which prevalence. The network is never asked again.

use std::sync::Arc;

use serde_json::json;

use super::{Content, Deed, Effect, Loading, Reading, State};
use crate::{
    engine::rescored,
    model::{Manifest, Site, prevalence},
    prediction::Prediction,
    store::Action,
};

impl State {
    /// The names of all sites that have a fit, each once.
    pub fn site_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.sites.iter().map(|it| it.site.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What the chosen site has fitted for a model; `None` where none is chosen, or it has nothing for these weights.
    pub fn site_for(&self, manifest: &Manifest) -> Option<&Arc<Site>> {
        let chosen = self.settings.site.as_deref()?;
        let mut sites = self.sites.iter();
        sites.find(|it| it.site == chosen && it.is_of(manifest))
    }

    pub(super) fn choose_site(&mut self, site: Option<String>) -> Vec<Effect> {
        let detail = json!({ "site": site });
        self.settings.site = site;
        self.read_anew();
        let mut effects = self.save_settings();
        effects.extend(self.tell_records(Deed::noted(Action::ThresholdChanged, detail)));
        effects
    }

    /// A prevalence outside 0 to 1, ends excluded, takes away the one before.
    pub(super) fn set_prevalence(&mut self, prevalence: Option<f64>) -> Vec<Effect> {
        let prevalence = prevalence.filter(|it| 0.0 < *it && *it < 1.0);
        if self.prevalence == prevalence {
            return Vec::new();
        }
        self.prevalence = prevalence;
        self.read_anew();
        let detail = json!({ "prevalence": prevalence });
        let deed = Deed::noted(Action::ThresholdChanged, detail);
        self.tell_records(deed).into_iter().collect()
    }

    /// An answer as a model gave it, as the chosen site and the entered prevalence have it.
    pub(super) fn as_set(&self, answered: &Prediction, manifest: &Arc<Manifest>) -> Prediction {
        let site = self.site_for(manifest);
        let sited = site.and_then(|it| it.over(manifest).ok()); // `is_of` has compared the hashes
        let mut found = match &sited {
            Some(sited) => rescored(answered, sited),
            None => answered.clone(),
        };
        let manifest = sited.as_ref().unwrap_or(manifest);
        found.trust.adjusted = self
            .prevalence
            .and_then(|it| prevalence::adjusted(manifest, &found.scores, it));
        found
    }

    /// Reads all answers again by what is chosen now.
    fn read_anew(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        let readings = items.iter_mut().flat_map(|it| match &mut it.content {
            Content::Scan(scan) => {
                let readings = scan.readings.values_mut();
                readings.chain(scan.beside.values_mut()).collect()
            }
            Content::Note(note) => vec![&mut note.reading],
            Content::Series(series) => vec![&mut series.reading],
            Content::Sequence(sequence) => vec![&mut sequence.reading],
        });
        for Reading {
            model,
            prediction,
            answered,
            ..
        } in readings
        {
            if let (Some(manifest), Some(answered), Loading::Ready(shown)) =
                (model, answered, prediction)
            {
                *shown = self.as_set(answered, manifest);
            }
        }
        self.items = items;
    }
}

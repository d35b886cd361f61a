//! Where the files of sites are, and which of them counts for a model.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{
    failure::Failure,
    model::{self, Manifest, Site, site},
    prediction::Prediction,
    prep::Spec,
    score,
};

/// The folder of the files of sites, in the user's configuration.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "wardlight");
    let folder = folders.map(|it| it.config_dir().join("sites"));
    folder.context("wanted a home folder for the files of sites, found none; name a file")
}

/// By whose fit and at which prevalence answers are read.
pub(super) struct Reader {
    site: Option<Chosen>,
    prevalence: Option<f64>,
}

impl Reader {
    /// `site` is a name or a file.
    pub(super) fn new(site: Option<&str>, prevalence: Option<f64>) -> anyhow::Result<Self> {
        let site = site.map(Chosen::read).transpose()?;
        Ok(Self { site, prevalence })
    }

    /// The answer of a model so read.
    ///
    /// # Errors
    /// The site has nothing for these weights: both hashes are told.
    pub(super) fn read(
        &self,
        prediction: Prediction,
        manifest: &Manifest,
    ) -> Result<Prediction, Failure> {
        let sited = self.site.as_ref().map(|it| it.over(manifest)).transpose()?;
        let sited = sited.flatten();
        let prediction = match &sited {
            Some(sited) => score::rescored(&prediction, sited),
            None => prediction,
        };
        let manifest = sited.as_ref().unwrap_or(manifest);
        Ok(match self.prevalence {
            Some(local) => score::at_prevalence(&prediction, manifest, local),
            None => prediction,
        })
    }
}

/// Whose threshold and calibration, what cannot be excluded, and the answer at the prevalence that was entered.
pub(super) fn lines(prediction: &Prediction) -> Vec<String> {
    let owner = match &prediction.trust.site {
        Some(site) => site.to_string(),
        None => "the bundle".to_owned(),
    };
    let calibration = &prediction.calibration;
    let mut lines = vec![format!(
        "  Calibration and thresholds of {owner}: {calibration}"
    )];
    for set in &prediction.trust.sets {
        lines.push(format!("  Cannot be excluded {set}"));
    }
    let promise = prediction.trust.sets.first();
    lines.extend(promise.map(|it| format!("    {}", it.guarantee())));
    let adjusted = prediction.trust.adjusted.as_ref();
    lines.extend(adjusted.map(|it| format!("  {} {it}", it.label)));
    lines
}

/// The fits that `--site` named: those of one file, or all of one site.
struct Chosen(Vec<Site>);

impl Chosen {
    /// Reads them. Files of other sites do not matter, whatever is in them.
    fn read(name_or_file: &str) -> anyhow::Result<Self> {
        let file = Path::new(name_or_file);
        if file.is_file() {
            let site = Site::open(file).map_err(|error| anyhow::anyhow!(told(&error)))?;
            return Ok(Self(vec![site]));
        }
        anyhow::ensure!(
            site::is_name(name_or_file),
            "wanted the name of a site or a file of one, found neither; `wardlight calibrate --list` lists the names"
        );
        let mut sites = Vec::new();
        let mut names = Vec::new();
        let own = format!("{name_or_file}.");
        for site::Listed { path, site: found } in site::list(&folder()?)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&own) {
                sites.push(found.map_err(|error| anyhow::anyhow!(told(&error)))?);
            }
            names.extend(name.split('.').next().map(str::to_owned));
        }
        names.dedup();
        anyhow::ensure!(
            !sites.is_empty(),
            "wanted a site that has a fit, found {name_or_file}; there are: {}",
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        );
        Ok(Self(sites))
    }

    /// The manifest as the site has it. A model of notes, which no site fits, stays as it is.
    ///
    /// # Errors
    /// The site has nothing for these weights: both hashes are told.
    fn over(&self, manifest: &Manifest) -> Result<Option<Manifest>, Failure> {
        if !matches!(manifest.prep, Spec::Image(_)) {
            return Ok(None);
        }
        let own = self.0.iter().find(|it| it.is_of(manifest));
        let same_name = self.0.iter().find(|it| it.model == manifest.name);
        let Some(site) = own.or(same_name).or(self.0.first()) else {
            return Ok(None);
        };
        let sited = site.over(manifest).map_err(|error| Failure::from(&error))?;
        Ok(Some(sited))
    }
}

/// Headline, remedy and cause in one line.
pub(super) fn told(error: &model::Error) -> String {
    let Failure {
        headline,
        remedy,
        cause,
    } = Failure::from(error);
    format!("{headline}. {remedy} Cause: {cause}")
}

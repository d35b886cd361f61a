//! A site's file: calibration, threshold and label sets that were fitted on a site's own labelled cases.
//!
//! They belong to one set of weights and one place. The file names no patient, no image and no table.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Error, Manifest, check, conformal::Conformal, manifest::Metric};
use crate::{
    disk::{self, Sha256},
    prediction::{Calibration, OperatingPoint, SiteRef},
    privacy::Phi,
};

const LIMIT_BYTES: u64 = 1 << 20;
const ENDING: &str = "toml";

/// `SITE.WEIGHTS.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Version of this file format; 1.
    pub format: u32,
    /// Lower-case letters, digits, hyphens.
    pub site: String,
    /// The model that answered.
    pub model: String,
    pub version: String,
    pub weights_sha256: Sha256,
    pub prep_sha256: Sha256,
    /// The only label of the model.
    pub label: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    pub app_version: String,
    /// Cases that were fitted on, and those of them that have the label.
    pub n: usize,
    pub n_positive: usize,
    /// `None` where the table did not tell patients apart.
    pub n_patients: Option<usize>,
    /// Prevalence behind the probabilities, where it is known.
    pub prevalence: Option<f64>,
    /// What to keep in mind.
    #[serde(default)]
    pub warnings: Vec<String>,
    pub calibration: Calibration,
    pub operating_point: OperatingPoint,
    pub conformal: Conformal,
    /// Measured by cross-validation: never on the cases that fitted them.
    #[serde(default)]
    pub figures: Vec<Metric>,
}

impl Site {
    /// Reads and checks the text of a file.
    ///
    /// # Errors
    /// Text that is no such file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let site: Self = toml::from_str(text).map_err(|it| odd(it.message().to_owned()))?;
        check::site(&site).map_err(odd)?;
        Ok(site)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read or is none of a site.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes = disk::read(path, LIMIT_BYTES)?;
        let text = std::str::from_utf8(&bytes).map_err(|it| {
            let place = it.valid_up_to();
            odd(format!("wanted UTF-8 text, found other bytes at {place}"))
        })?;
        Self::parse(text)
    }

    /// The text of the file. Fails where [`Site::parse`] would refuse it.
    ///
    /// # Errors
    /// Values that are not valid.
    pub fn to_toml(&self) -> Result<String, Error> {
        check::site(self).map_err(odd)?;
        toml::to_string(self).map_err(|it| odd(it.to_string()))
    }

    /// The name of its file among those of other sites and models.
    pub fn file_name(&self) -> String {
        format!("{}.{}.{ENDING}", self.site, self.weights_sha256.short())
    }

    /// Who fitted, for results.
    pub fn site_ref(&self) -> SiteRef {
        SiteRef {
            site: self.site.clone(),
            date: self.date.clone(),
            n: self.n,
        }
    }

    /// Whether it was fitted on the answers of this model.
    pub fn is_of(&self, manifest: &Manifest) -> bool {
        let found = manifest.model_ref();
        (self.weights_sha256, self.prep_sha256) == (found.weights_sha256, found.prep_sha256)
    }

    /// The manifest as this site would have it.
    ///
    /// # Errors
    /// A model with other weights or another preparation; both hashes are told.
    pub fn over(&self, manifest: &Manifest) -> Result<Manifest, Error> {
        let found = manifest.model_ref();
        let pairs = [
            ("weights", self.weights_sha256, found.weights_sha256),
            ("a preparation", self.prep_sha256, found.prep_sha256),
        ];
        for (what, want, found) in pairs {
            if want != found {
                return Err(Error::OtherModel {
                    site: self.site.clone(),
                    what,
                    want,
                    found,
                });
            }
        }
        let mut sited = manifest.clone();
        for label in sited.labels.iter_mut().filter(|it| it.name == self.label) {
            label.operating_point = Some(self.operating_point.clone());
        }
        sited.calibration = self.calibration.clone();
        sited.conformal = Some(self.conformal.clone());
        sited.prevalence = self.prevalence;
        sited.site = Some(self.site_ref());
        check::manifest(&sited).map_err(odd)?;
        Ok(sited)
    }
}

/// Whether this can name a site.
pub fn is_name(name: &str) -> bool {
    let is_safe = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    (1..=64).contains(&name.len()) && name.chars().all(is_safe)
}

/// A file of a site, and what it holds or what is wrong with it.
pub struct Listed {
    pub path: PathBuf,
    pub site: Result<Site, Error>,
}

/// The files of sites in a folder by name; none without the folder.
///
/// # Errors
/// A folder that is there and cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Listed>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let io = |source| disk::Error::Io {
        action: "list",
        path: Phi::new(folder.to_owned()),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|it| it == ENDING) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths
        .into_iter()
        .map(|path| Listed {
            site: Site::open(&path),
            path,
        })
        .collect())
}

fn odd(cause: String) -> Error {
    Error::Site { cause }
}

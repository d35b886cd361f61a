//! A bundle: a folder with `manifest.toml`, weights, tokenizer and card, read and checked in memory.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Error, Manifest, manifest::FileRef};
use crate::{
    disk::{self, Sha256},
    prep::Tokenizer,
    privacy::Phi,
};

pub(super) const MANIFEST: &str = "manifest.toml";
pub(super) const CARD: &str = "card.md";
const TEXT_LIMIT_BYTES: u64 = 1 << 20;
const TOKENIZER_LIMIT_BYTES: u64 = 64 << 20;
const LAYOUT_LIMIT_BYTES: u64 = 16 << 20;
/// Largest weights file.
pub const WEIGHTS_LIMIT_BYTES: u64 = 2 << 30;

/// A bundle whose files have the hashes that its manifest names.
pub struct Bundle {
    pub manifest: Manifest,
    /// The safetensors file, or the TorchScript module.
    pub weights: Vec<u8>,
    /// Those of the further networks of an ensemble.
    pub members: Vec<Vec<u8>>,
    /// `tokenizer.json`, for text models.
    pub tokenizer: Option<Vec<u8>>,
    /// For text models that count terms: their list, and the weights file.
    pub terms: Option<[Vec<u8>; 2]>,
    /// What unusual pictures are told by ([`super::scope::read_layout`]), if the scope has such a test.
    pub layout: Option<Vec<u8>>,
    /// `card.md`.
    pub card: String,
}

/// A folder that looks like a bundle, and its manifest or what is wrong with it.
pub struct Listed {
    pub folder: PathBuf,
    pub manifest: Result<Manifest, Error>,
}

impl Bundle {
    /// Reads a bundle. The hashes are checked on the very bytes that are returned.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let manifest = read_manifest(folder)?;
        let read_weights = |it| read_checked(folder, it, "weights", WEIGHTS_LIMIT_BYTES);
        let weights = read_weights(&manifest.weights)?;
        let members = manifest.members.iter().map(read_weights);
        let members = members.collect::<Result<_, _>>()?;
        let tokenizer = manifest.tokenizer.as_ref();
        let tokenizer = tokenizer
            .map(|it| read_checked(folder, it, "a tokenizer", TOKENIZER_LIMIT_BYTES))
            .transpose()?;
        let terms = manifest.terms.as_ref().map(|it| {
            let list = read_checked(folder, &it.list, "a list of terms", TOKENIZER_LIMIT_BYTES)?;
            let weights =
                read_checked(folder, &it.weights, "weights of terms", WEIGHTS_LIMIT_BYTES)?;
            Ok::<_, Error>([list, weights])
        });
        let terms = terms.transpose()?;
        let layout = manifest.scope.as_ref().and_then(|it| it.layout.as_ref());
        let layout = layout
            .map(|it| read_checked(folder, &it.fit, "a layout file", LAYOUT_LIMIT_BYTES))
            .transpose()?;
        let card = read_text(&folder.join(CARD))?;
        Ok(Self {
            manifest,
            weights,
            members,
            tokenizer,
            terms,
            layout,
            card,
        })
    }

    /// What makes the input of a text model; `None` for the others.
    ///
    /// # Errors
    /// A tokenizer or a list of terms that cannot be read, or a list of another length.
    pub fn tokenizer(&self) -> Result<Option<Tokenizer>, Error> {
        let Some(bytes) = &self.tokenizer else {
            return Ok(None);
        };
        let terms = match (&self.manifest.terms, &self.terms) {
            (Some(part), Some([list, _])) => Some(part.parse(list)?),
            _ => None,
        };
        Ok(Some(Tokenizer::parse(bytes)?.with_terms(terms)))
    }
}

/// The bundles in a folder of models, by folder name.
pub fn list(models: &Path) -> Result<Vec<Listed>, Error> {
    let io = |source| disk::Error::Io {
        action: "list",
        path: Phi::new(models.to_owned()),
        source,
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(models).map_err(io)? {
        let folder = entry.map_err(io)?.path();
        if folder.join(MANIFEST).is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders
        .into_iter()
        .map(|folder| Listed {
            manifest: read_manifest(&folder),
            folder,
        })
        .collect())
}

fn read_manifest(folder: &Path) -> Result<Manifest, Error> {
    Manifest::parse(&read_text(&folder.join(MANIFEST))?)
}

fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = disk::read(path, TEXT_LIMIT_BYTES)?;
    String::from_utf8(bytes).map_err(|it| Error::Manifest {
        cause: format!(
            "wanted UTF-8 text, found other bytes at {}",
            it.utf8_error().valid_up_to()
        ),
    })
}

fn read_checked(
    folder: &Path,
    file: &FileRef,
    what: &'static str,
    limit_bytes: u64,
) -> Result<Vec<u8>, Error> {
    let bytes = disk::read(&folder.join(&file.file), limit_bytes)?;
    let found = Sha256::of(&bytes);
    if found == file.sha256 {
        Ok(bytes)
    } else {
        Err(Error::Hash {
            what,
            want: file.sha256,
            found,
        })
    }
}

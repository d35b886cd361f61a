//! The two containers of `torch.save`, and the way from a view to its numbers.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write},
};

use zip::ZipArchive;

use super::{
    BYTES_LIMIT, Container, ModelHeader, TensorHead, json, pickle, say_head,
    storage::{Storages, check, gather},
    tree::{self, Found, printable},
    value::Value,
};
use crate::import::{Refusal, wire::Reply};

/// The first pickle of the older container: the number 0x1950a86a20f9469cfc6c, after a byte that tells the protocol.
const MAGIC: [u8; 13] = [
    0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.',
];
/// A pickle without its storages is small.
const PICKLE_LIMIT_BYTES: u64 = 64 << 20;
/// A deflated model shrinks by a tenth.
const RATIO_LIMIT: u64 = 4;
const FREE_BYTES: u64 = 16 << 20;
/// Tensors that no file needs to justify: views may share the numbers of a storage.
const FREE_TENSOR_BYTES: u64 = 128 << 20;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Whether this is the older container.
pub(super) fn is_stream(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x80) && bytes.get(2..).is_some_and(|it| it.starts_with(&MAGIC))
}

/// A pickle that torch did not write: what it names is told, if it is that which speaks against it.
pub(super) fn refuse_bare(bytes: &[u8]) -> Refusal {
    match pickle::run(bytes) {
        Err(refusal @ Refusal::Unsupported { .. }) => refusal,
        _ => Refusal::unsupported(
            "a torch file (.pt, .pth), a safetensors file or a zipped MONAI bundle",
            "a pickle that torch did not write",
        ),
    }
}

/// A ZIP archive: a file of torch, or a bundle with one in it.
pub(super) fn read_zip<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    let mut archive = open(bytes)?;
    let names = part_names(&archive)?;
    if let Some(pickle) = names.iter().find(|it| it.ends_with("/data.pkl")) {
        let prefix = pickle.trim_end_matches("data.pkl").to_owned();
        let has_code = names
            .iter()
            .any(|it| it.starts_with(&format!("{prefix}code/")) || it.ends_with("/constants.pkl"));
        if has_code {
            return Err(Refusal::unsupported(
                "weights (a state dictionary or a pickled module)",
                "a TorchScript program",
            ));
        }
        let found = read_archive(&mut archive, &prefix, bytes.len())?;
        let storages = Storages::Archive {
            archive: Box::new(archive),
            prefix,
            n_bytes: bytes.len(),
        };
        let header = head(Container::TorchZip, &found, BTreeMap::new());
        return say(found, storages, header, bytes.len(), reply);
    }
    let metadata = names
        .iter()
        .find(|it| it.ends_with("configs/metadata.json"));
    let Some(metadata) = metadata else {
        return Err(Refusal::unsupported(
            "a ZIP archive of torch or a MONAI bundle",
            "another archive",
        ));
    };
    let root = metadata
        .trim_end_matches("configs/metadata.json")
        .to_owned();
    read_bundle(&mut archive, &names, &root, bytes.len(), reply)
}

/// `configs/*.json` and `models/model.pt`.
fn read_bundle<W: Write>(
    archive: &mut Archive<'_>,
    names: &[String],
    root: &str,
    n_bytes: usize,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    let mut configs = BTreeMap::new();
    let folder = format!("{root}configs/");
    for name in names.iter().filter(|it| it.ends_with(".json")) {
        let Some(short) = name.strip_prefix(&folder) else {
            continue;
        };
        let text = entry(archive, name, json::LIMIT_BYTES as u64, n_bytes)?;
        tree::check_name(short)?;
        configs.insert(short.to_owned(), json::parse(&text)?);
    }
    let model = format!("{root}models/model.pt");
    if !names.contains(&model) {
        return Err(Refusal::unsupported(
            "a MONAI bundle with models/model.pt",
            "one without",
        ));
    }
    let model = entry(archive, &model, BYTES_LIMIT, n_bytes)?;
    if is_stream(&model) {
        let (found, storages) = open_stream(&model)?;
        let header = head(Container::Bundle, &found, configs);
        return say(found, storages, header, model.len(), reply);
    }
    let mut inner = open(&model)?;
    let names = part_names(&inner)?;
    let pickle = names.iter().find(|it| it.ends_with("/data.pkl"));
    let prefix = pickle.map(|it| it.trim_end_matches("data.pkl").to_owned());
    let prefix = prefix.ok_or_else(|| {
        Refusal::unsupported("models/model.pt as torch writes it", "another file")
    })?;
    let found = read_archive(&mut inner, &prefix, model.len())?;
    let storages = Storages::Archive {
        archive: Box::new(inner),
        prefix,
        n_bytes: model.len(),
    };
    let header = head(Container::Bundle, &found, configs);
    say(found, storages, header, model.len(), reply)
}

/// The older container.
pub(super) fn read_stream<W: Write>(bytes: &[u8], reply: &mut Reply<W>) -> Result<(), Refusal> {
    let (found, storages) = open_stream(bytes)?;
    let header = head(Container::TorchStream, &found, BTreeMap::new());
    say(found, storages, header, bytes.len(), reply)
}

fn open(bytes: &[u8]) -> Result<Archive<'_>, Refusal> {
    ZipArchive::new(Cursor::new(bytes))
        .map_err(|_dropped| Refusal::codec("ZIP", "is broken or cut short"))
}

/// The names of all parts.
fn part_names(archive: &Archive<'_>) -> Result<Vec<String>, Refusal> {
    let names = archive.file_names();
    names
        .map(|it| it.map(|it| it.into_owned()))
        .collect::<Result<_, _>>()
        .map_err(|_dropped| Refusal::malformed("an archive with names in UTF-8", "others"))
}

/// The bytes of an entry, under count.
pub(super) fn entry(
    archive: &mut Archive<'_>,
    name: &str,
    limit_bytes: u64,
    n_archive: usize,
) -> Result<Vec<u8>, Refusal> {
    let broken = || Refusal::codec("ZIP", "is broken or cut short");
    let entry = archive.by_name(name).map_err(|_dropped| {
        Refusal::malformed(
            "an archive with all its parts",
            format!("no {}", printable(name)),
        )
    })?;
    let limit = limit_bytes.min(FREE_BYTES + RATIO_LIMIT * n_archive as u64);
    if limit < entry.size() {
        let what = "a part of an archive in bytes, for an archive of its size,";
        return Err(Refusal::too_large(what, limit, entry.size()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(0));
    entry
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|_dropped| broken())?;
    if limit < bytes.len() as u64 {
        return Err(broken());
    }
    Ok(bytes)
}

fn read_archive(archive: &mut Archive<'_>, prefix: &str, n_bytes: usize) -> Result<Found, Refusal> {
    let order = format!("{prefix}byteorder");
    if archive.index_for_name(&order).is_some() {
        let order = entry(archive, &order, 64, n_bytes)?;
        if order != b"little" {
            return Err(Refusal::unsupported(
                "little-endian numbers",
                "big-endian ones",
            ));
        }
    }
    let bytes = entry(
        archive,
        &format!("{prefix}data.pkl"),
        PICKLE_LIMIT_BYTES,
        n_bytes,
    )?;
    tree::find(&pickle::run(&bytes)?)
}

/// Magic number, version, system, the object, the keys of the storages; then for each its length and its numbers.
fn open_stream(bytes: &[u8]) -> Result<(Found, Storages<'_>), Refusal> {
    let mut at = 2 + MAGIC.len();
    let mut next = || {
        let rest = bytes.get(at..).unwrap_or_default();
        let limit = rest.len().min(PICKLE_LIMIT_BYTES as usize);
        let pickled = pickle::run(rest.get(..limit).unwrap_or_default())?;
        at += pickled.n_bytes;
        Ok::<_, Refusal>(pickled)
    };
    let version = next()?;
    if !matches!(version.get(version.root), Value::Int(1001)) {
        return Err(Refusal::unsupported(
            "a torch file of version 1001",
            "another version",
        ));
    }
    let system = next()?;
    if let Value::Dict(entries) = system.get(system.root) {
        let is_big = entries.iter().any(|(key, value)| {
            matches!(system.get(*key), Value::Text(key) if key == "little_endian")
                && matches!(system.get(*value), Value::Bool(false))
        });
        if is_big {
            return Err(Refusal::unsupported(
                "little-endian numbers",
                "big-endian ones",
            ));
        }
    }
    let object = next()?;
    let storages = object.storages();
    let keys = next()?;
    let Value::List(items) = keys.get(keys.root) else {
        return Err(Refusal::malformed(
            "the keys of its storages",
            "another value",
        ));
    };
    let mut ranges = BTreeMap::new();
    for item in items {
        let key = match keys.get(*item) {
            Value::Text(key) => key.clone(),
            Value::Int(key) => key.to_string(),
            _ => return Err(Refusal::malformed("keys that are texts", "another value")),
        };
        let storage = storages.get(&key);
        let storage = storage
            .ok_or_else(|| Refusal::malformed("storages that tensors use", "one that none uses"))?;
        let length = bytes.get(at..at + 8).and_then(|it| it.try_into().ok());
        let n_numbers = u64::from_le_bytes(length.unwrap_or_default());
        let n_bytes = n_numbers.saturating_mul(storage.dtype.n_bytes() as u64);
        let left = bytes.len().saturating_sub(at + 8);
        if length.is_none() || n_numbers != storage.n_numbers as u64 || (left as u64) < n_bytes {
            return Err(beyond("a storage", n_bytes, left));
        }
        let start = at + 8;
        at = start + n_bytes as usize;
        ranges.insert(key, start..at);
    }
    Ok((tree::find(&object)?, Storages::Stream { bytes, ranges }))
}

pub(super) fn beyond(what: &str, wanted: u64, left: usize) -> Refusal {
    Refusal::LengthBeyondEnd {
        tag: what.to_owned(),
        wanted_bytes: wanted,
        left_bytes: left as u64,
    }
}

fn head(
    container: Container,
    found: &Found,
    configs: BTreeMap<String, serde_json::Value>,
) -> ModelHeader {
    ModelHeader {
        container,
        class: found.class.clone(),
        attributes: found.attributes.clone(),
        configs,
    }
}

/// Says the head and each tensor.
fn say<W: Write>(
    found: Found,
    mut storages: Storages<'_>,
    header: ModelHeader,
    n_file: usize,
    reply: &mut Reply<W>,
) -> Result<(), Refusal> {
    let mut heads = Vec::with_capacity(found.tensors.len());
    let mut n_all = 0_u64;
    for (name, view) in &found.tensors {
        check(name, view)?;
        let head = TensorHead {
            name: name.clone(),
            dtype: view.storage.dtype,
            shape: view.shape.clone(),
        };
        n_all = n_all.saturating_add(head.n_bytes()? as u64);
        heads.push(head);
    }
    let limit = BYTES_LIMIT.min(FREE_TENSOR_BYTES + RATIO_LIMIT * n_file as u64);
    if limit < n_all {
        let what = "tensors in bytes, for a file of its size,";
        return Err(Refusal::too_large(what, limit, n_all));
    }
    say_head(header, heads, reply)?;
    for (name, view) in &found.tensors {
        let bytes = storages.read(&view.storage)?;
        let tensor = gather(view, &bytes);
        let tensor = tensor.ok_or_else(|| beyond(&printable(name), n_all, bytes.len()))?;
        reply.tensor(&tensor)?;
    }
    Ok(())
}

//! What a module says of itself: MONAI writes `extra/metadata.json` into the archive of a `model.ts`. Read in the worker,
//! because an archive is untrusted bytes; what leaves it is a few checked values.

use std::io::{Cursor, Read as _};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zip::ZipArchive;

/// In the archive, below its one folder.
const METADATA: &str = "/extra/metadata.json";
const LIMIT_BYTES: u64 = 1 << 20;
const LABELS_LIMIT: usize = 1000;
const LABEL_CHARS: usize = 100;

/// The parts of a MONAI `metadata.json` that describe the pixels and the answer, as far as they are there and plain.
/// `network_data_format` in MONAI's bundle specification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// What the model is for, in its own words.
    pub task: Option<String>,
    pub version: Option<String>,
    pub channels: Option<usize>,
    /// Width and height; sizes that are left open (`*`, `16*n`) are not told.
    pub size: Option<[usize; 2]>,
    pub value_range: Option<[f32; 2]>,
    /// In the order of the outputs; empty if they are not named.
    pub labels: Vec<String>,
}

/// Reads the metadata of a module's archive; nothing where there is none in the agreed form.
pub(super) fn read(bytes: &[u8]) -> Option<Said> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let name = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|it| it.ends_with(METADATA))?
        .into_owned();
    let mut text = Vec::new();
    let entry = archive.by_name(&name).ok()?;
    entry.take(LIMIT_BYTES).read_to_end(&mut text).ok()?;
    let metadata: Map<String, Value> = serde_json::from_slice(&text).ok()?;
    let part = |name: &str| {
        let parts = metadata.get("network_data_format")?.get(name)?;
        parts.as_object()?.values().next()
    };
    let input = |key: &str| part("inputs").and_then(|it| it.get(key));
    let text = |key: &str| metadata.get(key).and_then(Value::as_str).and_then(plain);
    Some(Said {
        task: text("task"),
        version: text("version"),
        channels: input("num_channels").and_then(whole),
        size: input("spatial_shape").and_then(|it| pair(it, whole)),
        value_range: input("value_range")
            .and_then(|it| pair(it, |it| it.as_f64().map(|it| it as f32)))
            .filter(|[low, high]| low < high),
        labels: part("outputs").and_then(labels).unwrap_or_default(),
    })
}

/// `channel_def`: names by number, from 0.
fn labels(output: &Value) -> Option<Vec<String>> {
    let names = output.get("channel_def")?.as_object()?;
    let n_labels = names.len().min(LABELS_LIMIT);
    (0..n_labels)
        .map(|it| plain(names.get(&it.to_string())?.as_str()?))
        .collect()
}

fn whole(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|it| usize::try_from(it).ok())
}

fn pair<T>(value: &Value, each: impl Fn(&Value) -> Option<T>) -> Option<[T; 2]> {
    match value.as_array()?.as_slice() {
        [first, second] => Some([each(first)?, each(second)?]),
        _ => None,
    }
}

/// One line without what could steer a terminal.
fn plain(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|it| !it.is_control())
        .take(LABEL_CHARS)
        .collect();
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

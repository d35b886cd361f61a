//! A run's state on disk: where it is, its random numbers and every tensor, behind a checksum.
//!
//! The file is a line that names the format, the SHA-256 of all that follows, the length of the state as a
//! little-endian `u32`, the state as JSON, and the tensors as safetensors. A file that is safetensors alone is a whole
//! epoch of an earlier version.

use std::{path::Path, time::Duration};

use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor, no_grad};

use super::{
    super::{Result, params::to_safetensors, shim},
    Random,
    optimizer::Optimizer,
};
use crate::{
    disk::{self, Sha256},
    model::Error,
};

/// The first line of a checkpoint.
const MAGIC: &[u8] = b"wardlight checkpoint 2\n";
/// Digits of a SHA-256 in hexadecimal.
const HASH_BYTES: usize = 64;
/// The largest checkpoint that is read.
const CHECKPOINT_LIMIT: u64 = 2 << 30;
/// The name under which an earlier version counts.
const COUNTS: &str = "epochs and steps";

/// Where a run is kept, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// The file of the checkpoint; a run goes on from it where it exists.
    pub checkpoint: &'a Path,
    /// Written after each epoch, and within one when this much time has gone by.
    pub every: Duration,
    /// Ends after this epoch, whatever the knobs say; the learning rate goes on as if it did not.
    pub last_epoch: Option<usize>,
}

/// Where a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// Whole epochs behind it.
    pub(super) epoch: usize,
    /// Steps behind it in this epoch.
    pub(super) batch: usize,
    /// Steps of the whole run.
    pub(super) n_steps: u64,
    /// The bits of the sum of the losses in this epoch.
    pub(super) loss_sum: u64,
    /// How far our own random numbers are in this epoch.
    pub(super) random_words: u64,
    /// libtorch's random numbers; empty between epochs.
    pub(super) torch_random: Vec<u8>,
    /// The best epoch so far, from 1, and the bits of its figure.
    pub(super) best: Option<(usize, u64)>,
    /// Whether the run has ended before its last epoch.
    pub(super) has_ended: bool,
}

impl State {
    /// Remembers how far the random numbers are.
    pub(super) fn keep_random(&mut self, random: &Random) -> Result<()> {
        self.random_words = u64::try_from(random.get_word_pos()).unwrap_or(u64::MAX);
        let state = shim::random_state()?;
        let mut bytes = vec![0_u8; state.numel()];
        state.f_copy_data(&mut bytes, state.numel())?;
        self.torch_random = bytes;
        Ok(())
    }

    /// Puts the random numbers where they were in the middle of this epoch.
    pub(super) fn restore_random(&self, random: &mut Random) -> Result<()> {
        if self.torch_random.is_empty() {
            return Ok(());
        }
        random.set_word_pos(u128::from(self.random_words));
        shim::set_random_state(&Tensor::f_from_slice(&self.torch_random)?)
    }
}

/// Writes everything that is needed to go on.
pub(super) fn save(path: &Path, state: &State, optimizer: &Optimizer) -> Result<()> {
    let named: Vec<(String, Tensor)> = optimizer
        .tensors()
        .map(|(name, it)| (name, it.shallow_clone()))
        .collect();
    // Plain fields always have a JSON form.
    let json = serde_json::to_vec(state).unwrap_or_default();
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes();
    let tensors = to_safetensors(&named)?;
    let hash = Sha256::of_parts([&length[..], &json, &tensors]).to_string();
    let bytes = [MAGIC, hash.as_bytes(), &length, &json, &tensors].concat();
    disk::write_atomic(path, &bytes).map_err(|it| Error::Checkpoint {
        trouble: format!("could not be saved: {}", reason(&it)),
        file: file_name(path),
        remedy: "make room on the disk and run the same command: it goes on from the checkpoint before",
    })
}

/// Takes up what was saved; the state of a fresh run where there is no file.
pub(super) fn load(path: &Path, optimizer: &mut Optimizer) -> Result<State> {
    if !path.exists() {
        return Ok(State::default());
    }
    let bytes = disk::read(path, CHECKPOINT_LIMIT)?;
    let corrupt = |trouble: String| Error::Checkpoint {
        trouble: format!("is damaged: {trouble}"),
        file: file_name(path),
        remedy: "delete it and run the same command: this run starts anew, finished ones are kept",
    };
    let (state, tensors) = match bytes.strip_prefix(MAGIC) {
        Some(rest) => {
            let (state, tensors) = checked(rest).map_err(corrupt)?;
            (Some(state), tensors)
        }
        None => (None, bytes.as_slice()),
    };
    let file = SafeTensors::deserialize(tensors).map_err(|it| corrupt(it.to_string()))?;
    if state.as_ref().is_some_and(|it| it.best.is_some()) {
        optimizer.keep_best()?; // makes the place that the file fills
    }
    let read = |name: &str, shape: &[i64]| -> Result<Tensor> {
        let view = file.tensor(name).map_err(|it| corrupt(it.to_string()))?;
        let n_bytes = shape.iter().product::<i64>().unsigned_abs() as usize * size_of::<f32>();
        if view.data().len() != n_bytes {
            return Err(corrupt(format!("{name} has another size")));
        }
        Ok(Tensor::f_from_data_size(view.data(), shape, Kind::Float)?)
    };
    for (name, tensor) in optimizer.tensors() {
        let saved = read(&name, &tensor.size())?;
        no_grad(|| tensor.shallow_clone().f_copy_(&saved))?;
    }
    let state = match state {
        Some(state) => state,
        None => {
            let counts = read(COUNTS, &[2])?;
            State {
                epoch: counts.f_double_value(&[0])? as usize,
                n_steps: counts.f_double_value(&[1])? as u64,
                ..State::default()
            }
        }
    };
    optimizer.n_steps = state.n_steps;
    Ok(state)
}

/// The state and the bytes of the tensors, if the checksum holds.
fn checked(rest: &[u8]) -> std::result::Result<(State, &[u8]), String> {
    let cut = || "it ends too early".to_owned();
    let (hash, body) = rest.split_at_checked(HASH_BYTES).ok_or_else(cut)?;
    let want = std::str::from_utf8(hash).ok().and_then(Sha256::parse);
    if want != Some(Sha256::of(body)) {
        return Err("its checksum does not fit its content".to_owned());
    }
    let (length, body) = body.split_at_checked(4).ok_or_else(cut)?;
    let length = length.try_into().map_or(0, u32::from_le_bytes);
    let (json, tensors) = body.split_at_checked(length as usize).ok_or_else(cut)?;
    let state = serde_json::from_slice(json).map_err(|it| it.to_string())?;
    Ok((state, tensors))
}

/// The name alone: the folder is the user's own, and the name tells which run.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn reason(error: &disk::Error) -> String {
    match error {
        disk::Error::Io { source, .. } => source.kind().to_string(),
        other => other.to_string(),
    }
}

//! What the two processes say to each other.
//!
//! A message is the length of its head as `u32`, the head as JSON, the length of its body as `u64`, the body. All
//! integers are little-endian. The body is the file of a module, or arrays of `f32` whose shapes the head tells.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::said::Said;
use crate::{model::manifest::Output, sandbox::Sandbox};

const HEAD_LIMIT_BYTES: u32 = 1 << 16;

/// What the worker is asked. It answers each with one [`Say`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// The body is the module.
    Load {
        threads: usize,
        /// Processor seconds for loading and for each run.
        cpu_secs: u64,
    },
    /// The body is a batch of this shape.
    Run {
        work: Work,
        /// The rows are probabilities of this kind, and logits are wanted.
        undo: Option<Output>,
        shape: Vec<i64>,
    },
}

/// What to do with a batch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// `forward`
    Forward,
    /// `head(features(x))`
    ByParts,
    /// What [`Self::Forward`] gives, and the gradient of each row's logit with respect to its input.
    Gradient { label: usize },
    /// The feature maps of the first input, and the gradient of its logit with respect to them.
    Maps { label: usize },
}

/// What the worker answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Say {
    /// Said once, before anything is asked.
    Hello(Sandbox),
    /// The module stands ready, and says this of itself.
    Loaded(Option<Said>),
    /// The body is arrays of these shapes.
    Arrays(Vec<Vec<i64>>),
    Failed {
        /// The first line of the engine's message.
        cause: String,
        /// Its last line, which the module may have written itself: not to be shown where a patient's picture went in.
        detail: String,
    },
}

/// An array with its shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) shape: Vec<i64>,
    pub(super) values: Vec<f32>,
}

/// Sends one message.
pub(super) fn send<H: Serialize>(out: &mut impl Write, head: &H, body: &[&[u8]]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    let n_head = u32::try_from(head.len()).map_err(|_dropped| odd("a short head"))?;
    let n_body: u64 = body.iter().map(|it| it.len() as u64).sum();
    out.write_all(&n_head.to_le_bytes())?;
    out.write_all(&head)?;
    out.write_all(&n_body.to_le_bytes())?;
    body.iter().try_for_each(|it| out.write_all(it))?;
    out.flush()
}

/// Receives one message whose body has at most `limit_bytes`.
pub(super) fn receive<H: DeserializeOwned>(
    input: &mut impl Read,
    limit_bytes: u64,
) -> io::Result<(H, Vec<u8>)> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let n_head = u32::from_le_bytes(length);
    if HEAD_LIMIT_BYTES < n_head {
        return Err(odd("a short head"));
    }
    let head = exactly(input, u64::from(n_head))?;
    let head = serde_json::from_slice(&head).map_err(|_dropped| odd("a head in agreed form"))?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let n_body = u64::from_le_bytes(length);
    if limit_bytes < n_body {
        return Err(odd("a body within its limit"));
    }
    Ok((head, exactly(input, n_body)?))
}

/// Cuts a body into the arrays that its head tells of.
pub(super) fn arrays(shapes: &[Vec<i64>], body: &[u8]) -> io::Result<Vec<Array>> {
    let (numbers, rest) = body.as_chunks::<4>();
    let mut numbers = numbers.iter().map(|it| f32::from_le_bytes(*it));
    let mut arrays = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let mut sizes = shape.iter().map(|it| usize::try_from(*it).ok());
        let n_values = sizes.try_fold(1_usize, |so_far, it| so_far.checked_mul(it?));
        let values: Vec<f32> = numbers.by_ref().take(n_values.unwrap_or(0)).collect();
        if n_values != Some(values.len()) {
            return Err(odd("as many numbers as the shapes tell"));
        }
        let shape = shape.clone();
        arrays.push(Array { shape, values });
    }
    if rest.is_empty() && numbers.next().is_none() {
        Ok(arrays)
    } else {
        Err(odd("no more numbers than the shapes tell"))
    }
}

/// The bytes of numbers.
pub(super) fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// What was promised is not allocated before it comes.
fn exactly(input: &mut impl Read, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(n_bytes).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == n_bytes {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn odd(wanted: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("wanted {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::{Array, Say, arrays, bytes, receive, send};

    #[test]
    fn what_was_sent_is_received_and_nothing_else_is_believed() {
        let mut pipe = Vec::new();
        let shapes = vec![vec![2, 1], vec![0], vec![]];
        send(
            &mut pipe,
            &Say::Arrays(shapes),
            &[&bytes(&[1.0, 2.0]), &bytes(&[3.0])],
        )
        .unwrap();
        let (Say::Arrays(shapes), body) = receive::<Say>(&mut pipe.as_slice(), 12).unwrap() else {
            panic!("another message");
        };
        let found = arrays(&shapes, &body).unwrap();
        let array = |shape: &[i64], values: &[f32]| Array {
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        assert_eq!(
            found,
            [
                array(&[2, 1], &[1.0, 2.0]),
                array(&[0], &[]),
                array(&[], &[3.0])
            ]
        );
        assert!(receive::<Say>(&mut pipe.as_slice(), 11).is_err());
        for n_bytes in 0..pipe.len() {
            assert!(receive::<Say>(&mut pipe.get(..n_bytes).unwrap(), 12).is_err());
        }
        for shapes in [
            vec![vec![4]],
            vec![vec![2]],
            vec![vec![-1]],
            vec![vec![i64::MAX; 3]],
        ] {
            assert!(arrays(&shapes, &body).is_err(), "{shapes:?}");
        }
    }
}

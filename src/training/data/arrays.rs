//! MedMNIST archives (Yang et al. 2023): images and labels of three parts as arrays.

use std::sync::Arc;

use super::{Case, Content, class, known_labels};
use crate::training::{Error, Job, Result, recipe::Source};

/// The images of the archive; its validation part is the fold `val`, its training part the fold `train`.
pub(super) fn read(source: &Source, job: &Job<'_>) -> Result<Vec<Case>> {
    let parts = (job.open_arrays)(&job.data.join(&source.table))
        .map_err(|cause| Error::Archive { cause })?;
    let (mut cases, mut unknown) = (Vec::new(), Vec::new());
    for part in parts {
        let scan = Arc::new(part.scan);
        for (frame_idx, label) in part.labels.iter().enumerate() {
            let place = format!("image {} of {}", frame_idx + 1, part.name);
            match class(source, &label.to_string()) {
                Err(()) => unknown.push(place),
                Ok(None) => {}
                Ok(class) => cases.push(Case {
                    content: Content::Frame {
                        scan: Arc::clone(&scan),
                        frame_idx,
                    },
                    class,
                    degree: None,
                    // The archive does not tell patients apart.
                    group: place.clone(),
                    is_test: part.name == "test",
                    fold: part.name.clone(),
                    place,
                }),
            }
        }
    }
    known_labels(source, &unknown)?;
    Ok(cases)
}

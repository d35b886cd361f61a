//! Words for what the worker threads may fail at.

use crate::{engine, failure::Failure, render, sample};

impl From<&engine::Error> for Failure {
    fn from(error: &engine::Error) -> Self {
        let (headline, remedy) = match error {
            engine::Error::Score(error) => return error.into(),
            engine::Error::Disk(error) => return error.into(),
            engine::Error::Sample(sample::Error::Disk(error)) => return error.into(),
            engine::Error::Sample(sample::Error::Encode { .. }) => (
                "The sample case could not be made",
                "Open a file of your own; report this with the cause.",
            ),
            engine::Error::Render(render::Error::OtherSubject) => (
                "The explanation belongs to another picture",
                "Score this picture, then save again.",
            ),
            engine::Error::Render(
                render::Error::NoSuchFrame { .. }
                | render::Error::Png { .. }
                | render::Error::Tiff { .. },
            ) => (
                "The picture could not be made",
                "Try again; if it fails again, report it with the cause.",
            ),
            engine::Error::NoSuchModel { .. } => (
                "The model is not loaded",
                "Choose another model, or start Wardlight again.",
            ),
            engine::Error::Panicked { .. } => (
                "Something went wrong inside Wardlight",
                "What is open is safe. Try again; report it with the cause.",
            ),
            engine::Error::Thread { .. } => (
                "A worker could not be started",
                "Close other programs and start Wardlight again.",
            ),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&engine::Busy> for Failure {
    fn from(error: &engine::Busy) -> Self {
        Self::new(
            "Too much is waiting already",
            "Let what runs finish, or cancel it with Esc.",
            error,
        )
    }
}

//! Words for what the worker threads may fail at.

use crate::{engine, failure::Failure, render, sample, share};

impl From<&engine::Error> for Failure {
    fn from(error: &engine::Error) -> Self {
        let (headline, remedy) = match error {
            engine::Error::Score(error) => return error.into(),
            engine::Error::Disk(error) => return error.into(),
            engine::Error::Share(error) => return error.into(),
            engine::Error::Tool(failure) => return failure.clone(),
            engine::Error::Report { .. } => (
                "The report cannot be shown here",
                "It was written by another version, or changed. Open report.html, or evaluate again.",
            ),
            engine::Error::ToolStart { .. } => (
                "The work could not be started",
                "Close other programs and start it again.",
            ),
            engine::Error::ToolLine { .. } => (
                "The work said something that makes no sense",
                "Reinstall Wardlight; if it happens again, report it with the cause.",
            ),
            engine::Error::ToolEnded { .. } => (
                "The work ended before it was done",
                "Most often memory was short: close other programs and start again. A training goes on where it was.",
            ),
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

impl From<&share::Error> for Failure {
    fn from(error: &share::Error) -> Self {
        let (headline, remedy) = match error {
            share::Error::Disk(error) => return error.into(),
            share::Error::Import(error) => return error.into(),
            share::Error::Pixels(_) => (
                "Text could not be looked for in the picture",
                "Reinstall Wardlight; without that search the copy is not made here.",
            ),
            share::Error::FileChanged => (
                "The file is not what was opened",
                "Open it again, then make the copy.",
            ),
            share::Error::NameTaken { .. } => (
                "The folder holds another copy of it already",
                "Choose another folder: the one that is there was made in another way.",
            ),
            share::Error::Folder { .. } => (
                "The folder cannot be read",
                "Choose another folder, or ask who looks after this one.",
            ),
            share::Error::NotAUid | share::Error::NoFreeName | share::Error::Json => (
                "The copy could not be written",
                "Choose another folder; report this with the cause.",
            ),
            share::Error::Cancelled => ("Cancelled", "Start it again when you want it."),
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

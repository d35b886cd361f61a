//! Words for what the worker threads may fail at.

use crate::{engine, failure::Failure, render, sample, share, words::Words};

impl From<&engine::Error> for Failure {
    fn from(error: &engine::Error) -> Self {
        let (headline, remedy) = match error {
            engine::Error::Score(error) => return error.into(),
            engine::Error::Disk(error) => return error.into(),
            // Told by `of_copy` where somebody waits for it.
            engine::Error::Share(_) => (
                "The copy could not be made",
                "Try again; report this with the cause.",
            ),
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

/// Why there is no de-identified copy, in the language of the window.
pub(super) fn of_copy(words: &Words, error: &share::Error) -> Failure {
    let (headline, remedy) = match error {
        share::Error::Disk(error) => return error.into(),
        share::Error::Import(error) => return error.into(),
        share::Error::Pixels(_) => (
            words.say("copy-no-search"),
            words.say("copy-no-search-remedy"),
        ),
        share::Error::FileChanged => (words.say("copy-changed"), words.say("copy-changed-remedy")),
        share::Error::NameTaken { .. } => (words.say("copy-taken"), words.say("copy-taken-remedy")),
        share::Error::Folder { .. } => (words.say("copy-folder"), words.say("copy-folder-remedy")),
        share::Error::NotAUid | share::Error::NoFreeName | share::Error::Json => {
            (words.say("copy-failed"), words.say("copy-failed-remedy"))
        }
        share::Error::Cancelled => (
            words.say("copy-cancelled"),
            words.say("copy-cancelled-remedy"),
        ),
    };
    Failure::new(headline, remedy, error)
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

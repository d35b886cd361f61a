//! Words for what the worker threads may fail at.

use crate::{
    batch, engine,
    failure::{Failure, InWords},
    render, sample, share,
    words::Words,
};

impl InWords for engine::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Score(error) => return error.in_words(words),
            Self::Disk(error) => return error.in_words(words),
            Self::Share(error) => return error.in_words(words),
            Self::Tool(relayed) => return relayed.in_words(words),
            Self::Batch(error) => return error.in_words(words),
            Self::Report { .. } => (
                words.say("fail-engine-report"),
                words.say("fail-engine-report-remedy"),
            ),
            Self::ToolStart { .. } => (
                words.say("fail-engine-tool-start"),
                words.say("fail-engine-tool-start-remedy"),
            ),
            Self::ToolLine { .. } => (
                words.say("fail-engine-tool-line"),
                words.say("fail-engine-tool-line-remedy"),
            ),
            Self::ToolEnded { .. } => (
                words.say("fail-engine-tool-ended"),
                words.say("fail-engine-tool-ended-remedy"),
            ),
            Self::Sample(sample::Error::Disk(error)) => return error.in_words(words),
            Self::Sample(sample::Error::Encode { .. }) => (
                words.say("fail-engine-sample"),
                words.say("fail-engine-sample-remedy"),
            ),
            Self::Render(render::Error::OtherSubject) => (
                words.say("fail-engine-other-subject"),
                words.say("fail-engine-other-subject-remedy"),
            ),
            Self::Render(
                render::Error::NoSuchFrame { .. }
                | render::Error::Png { .. }
                | render::Error::Tiff { .. }
                | render::Error::Pdf { .. },
            ) => (
                words.say("fail-engine-picture"),
                words.say("fail-engine-picture-remedy"),
            ),
            Self::Volume(error) => {
                return Failure::new(
                    words.say("planes-none"),
                    words.say("planes-none-remedy"),
                    error,
                );
            }
            Self::Folder { .. } => (
                words.say("fail-engine-folder"),
                words.say("fail-engine-folder-remedy"),
            ),
            Self::NoSuchModel { .. } => (
                words.say("fail-engine-no-such-model"),
                words.say("fail-engine-no-such-model-remedy"),
            ),
            Self::Panicked { .. } => (
                words.say("fail-engine-panicked"),
                words.say("fail-engine-panicked-remedy"),
            ),
            Self::Thread { .. } => (
                words.say("fail-engine-thread"),
                words.say("fail-engine-thread-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

/// Why a batch did not go on.
impl InWords for batch::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Model(error) => return error.in_words(words),
            Self::Disk(error) => return error.in_words(words),
            Self::Report(error) => return error.in_words(words),
            Self::NoSuchModel { .. } => (
                words.say("fail-engine-no-such-model"),
                words.say("fail-engine-no-such-model-remedy"),
            ),
            Self::Layout { .. } => (
                words.say("fail-batch-layout"),
                words.say("fail-batch-layout-remedy"),
            ),
            Self::Thread { .. } => (
                words.say("fail-engine-thread"),
                words.say("fail-engine-thread-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

/// Why there is no de-identified copy.
impl InWords for share::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Disk(error) => return error.in_words(words),
            Self::Import(error) => return error.in_words(words),
            Self::Pixels(_) => (
                words.say("copy-no-search"),
                words.say("copy-no-search-remedy"),
            ),
            Self::FileChanged => (words.say("copy-changed"), words.say("copy-changed-remedy")),
            Self::NameTaken { .. } => (words.say("copy-taken"), words.say("copy-taken-remedy")),
            Self::Folder { .. } => (words.say("copy-folder"), words.say("copy-folder-remedy")),
            Self::NotAUid | Self::NoFreeName | Self::Json => {
                (words.say("copy-failed"), words.say("copy-failed-remedy"))
            }
            Self::Cancelled => (
                words.say("copy-cancelled"),
                words.say("copy-cancelled-remedy"),
            ),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for engine::Busy {
    fn in_words(&self, words: &Words) -> Failure {
        Failure::new(words.say("fail-busy"), words.say("fail-busy-remedy"), self)
    }
}

//! Words for what the long commands may fail at: the window shows them as a card.

use crate::{disk, evaluate, failure::Failure, import, model, training};

impl From<&anyhow::Error> for Failure {
    fn from(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if let Some(it) = cause.downcast_ref::<evaluate::Error>() {
                return it.into();
            }
            if let Some(it) = cause.downcast_ref::<training::Error>() {
                return it.into();
            }
            if let Some(it) = cause.downcast_ref::<model::Error>() {
                return it.into();
            }
            if let Some(it) = cause.downcast_ref::<disk::Error>() {
                return it.into();
            }
            if let Some(it) = cause.downcast_ref::<import::Error>() {
                return it.into();
            }
        }
        Self {
            headline: "This could not be done".to_owned(),
            remedy: "The cause says what was wanted; change that and start again.".to_owned(),
            cause: format!("{error:#}"),
        }
    }
}

impl From<&evaluate::Error> for Failure {
    fn from(error: &evaluate::Error) -> Self {
        use evaluate::Error;
        let (headline, remedy) = match error {
            Error::Table { .. } => (
                "The table cannot be read",
                "Save it as comma-separated values with one header line.",
            ),
            Error::Column { .. } => (
                "The table lacks a column",
                "Name the columns of cases and labels under More.",
            ),
            Error::NoRows { .. } => (
                "No row of the table belongs to this part",
                "Name a value of its column split, or leave the part empty.",
            ),
            Error::Labels { .. } => (
                "The labels of the table are not understood",
                "Say under More which word means that the finding is there.",
            ),
            Error::NoSuchLabel { .. } => (
                "The model has no such label",
                "Choose a label that the model lists.",
            ),
            Error::OneKind { .. } => (
                "All rows are of one kind",
                "Add cases of the other kind: there is nothing to tell apart.",
            ),
            Error::Missing { .. } => (
                "Files of the table are missing",
                "Name the folder of the files under More, or correct the paths.",
            ),
            Error::Leak { .. } => (
                "The same patient is in both parts",
                "Part the table by patient: an answer learned by heart proves nothing.",
            ),
            Error::Copies { .. } => (
                "The same case is in both parts",
                "Leave it out of one: an answer learned by heart proves nothing.",
            ),
            Error::AnswersQuestions => (
                "This model answers questions",
                "Choose a model that gives labels.",
            ),
            Error::Incomparable { .. } => (
                "The two models cannot be compared",
                "Choose a second model that answers the same question.",
            ),
            Error::NoAnswers { .. } => (
                "The model refused too much to be measured",
                "Choose a model made for such cases, or score beyond its scope under More.",
            ),
            Error::NotOneLabel { .. } => (
                "A site is fitted for one label only",
                "Choose a model with one label that stands alone.",
            ),
            Error::SiteName { .. } => (
                "The site needs another name",
                "Use lower-case letters, digits and hyphens.",
            ),
            Error::TooFew { .. } => (
                "There are too few cases to fit anything on",
                "Add labelled cases of the rarer kind.",
            ),
            Error::Aim { .. } => (
                "No threshold does what was asked",
                "Ask for less, or add labelled cases.",
            ),
            Error::Alpha { .. } => (
                "Label sets cannot miss this part",
                "Name a part between 0 and 1, such as 0.1.",
            ),
            Error::Model(model::Error::Cancelled) => {
                ("Stopped", "Start it again when you want the report.")
            }
            Error::Model(error) => return error.into(),
            Error::Disk(error) => return error.into(),
        };
        Self::new(headline, remedy, error)
    }
}

impl From<&training::Error> for Failure {
    fn from(error: &training::Error) -> Self {
        use training::Error;
        let (headline, remedy) = match error {
            Error::Recipe { .. } => (
                "The recipe cannot be read",
                "Correct it at the place that the cause names.",
            ),
            Error::Table { .. } => (
                "The table of cases cannot be read",
                "Correct it, or what the recipe says about its columns.",
            ),
            Error::NoCases { .. } => (
                "A part of the table is empty",
                "Check in the recipe how the parts and folds are called.",
            ),
            Error::Missing { .. } => (
                "Files of the table are missing",
                "Put them where the recipe says, or leave out their rows.",
            ),
            Error::Labels { .. } => (
                "The data have labels that the recipe does not know",
                "Name them in the recipe, under `classes` or `ignored`.",
            ),
            Error::Unread { .. } => (
                "Some cases cannot be read",
                "Mend them or leave out their rows of the table.",
            ),
            Error::Leak { .. } => (
                "A patient stands in several parts",
                "Keep all cases of a patient in one part: a test on known patients flatters.",
            ),
            Error::OneClass { .. } => (
                "A part has cases of one class only",
                "Add cases of another class, or deal the parts anew.",
            ),
            Error::Folder { .. } => (
                "The folder of images cannot be used",
                "Make one sub-folder for each class, with the names that the recipe gives.",
            ),
            Error::Archive { .. } => (
                "The archive of images cannot be read",
                "Take an NPZ archive as MedMNIST has them.",
            ),
            Error::Prep(error) => return error.into(),
            Error::Model(model::Error::NotFinite { .. }) => (
                "The loss has no value any more",
                "The last good checkpoint is kept. Lower the learning rate in the recipe and start again.",
            ),
            Error::Model(model::Error::Cancelled) => {
                ("Stopped", "Start it again: it goes on where it was.")
            }
            Error::Model(error) => return error.into(),
            Error::Disk(error) => return error.into(),
        };
        Self::new(headline, remedy, error)
    }
}

//! Words for what the long commands may fail at: the window shows them as a card.

use crate::{
    disk, evaluate,
    failure::{Failure, InWords},
    import, model, training,
    words::Words,
};

impl InWords for anyhow::Error {
    fn in_words(&self, words: &Words) -> Failure {
        for cause in self.chain() {
            if let Some(it) = cause.downcast_ref::<evaluate::Error>() {
                return it.in_words(words);
            }
            if let Some(it) = cause.downcast_ref::<training::Error>() {
                return it.in_words(words);
            }
            if let Some(it) = cause.downcast_ref::<model::Error>() {
                return it.in_words(words);
            }
            if let Some(it) = cause.downcast_ref::<disk::Error>() {
                return it.in_words(words);
            }
            if let Some(it) = cause.downcast_ref::<import::Error>() {
                return it.in_words(words);
            }
        }
        Failure {
            headline: words.say("fail-other"),
            remedy: words.say("fail-other-remedy"),
            cause: format!("{self:#}"),
        }
    }
}

impl InWords for evaluate::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Table { .. } => (
                words.say("fail-evaluate-table"),
                words.say("fail-evaluate-table-remedy"),
            ),
            Self::Column { .. } => (
                words.say("fail-evaluate-column"),
                words.say("fail-evaluate-column-remedy"),
            ),
            Self::NoRows { .. } => (
                words.say("fail-evaluate-no-rows"),
                words.say("fail-evaluate-no-rows-remedy"),
            ),
            Self::Labels { .. } => (
                words.say("fail-evaluate-labels"),
                words.say("fail-evaluate-labels-remedy"),
            ),
            Self::NoSuchLabel { .. } => (
                words.say("fail-evaluate-no-such-label"),
                words.say("fail-evaluate-no-such-label-remedy"),
            ),
            Self::OneKind { .. } => (
                words.say("fail-evaluate-one-kind"),
                words.say("fail-evaluate-one-kind-remedy"),
            ),
            Self::Missing { .. } => (
                words.say("fail-evaluate-missing"),
                words.say("fail-evaluate-missing-remedy"),
            ),
            Self::Leak { .. } => (
                words.say("fail-evaluate-leak"),
                words.say("fail-evaluate-leak-remedy"),
            ),
            Self::Copies { .. } => (
                words.say("fail-evaluate-copies"),
                words.say("fail-evaluate-copies-remedy"),
            ),
            Self::AnswersQuestions => (
                words.say("fail-evaluate-answers-questions"),
                words.say("fail-evaluate-answers-questions-remedy"),
            ),
            Self::Incomparable { .. } => (
                words.say("fail-evaluate-incomparable"),
                words.say("fail-evaluate-incomparable-remedy"),
            ),
            Self::NoAnswers { .. } => (
                words.say("fail-evaluate-no-answers"),
                words.say("fail-evaluate-no-answers-remedy"),
            ),
            Self::NotOneLabel { .. } => (
                words.say("fail-evaluate-not-one-label"),
                words.say("fail-evaluate-not-one-label-remedy"),
            ),
            Self::SiteName { .. } => (
                words.say("fail-evaluate-site-name"),
                words.say("fail-evaluate-site-name-remedy"),
            ),
            Self::TooFew { .. } => (
                words.say("fail-evaluate-too-few"),
                words.say("fail-evaluate-too-few-remedy"),
            ),
            Self::Aim { .. } => (
                words.say("fail-evaluate-aim"),
                words.say("fail-evaluate-aim-remedy"),
            ),
            Self::Alpha { .. } => (
                words.say("fail-evaluate-alpha"),
                words.say("fail-evaluate-alpha-remedy"),
            ),
            Self::Model(model::Error::Cancelled) => (
                words.say("fail-evaluate-cancelled"),
                words.say("fail-evaluate-cancelled-remedy"),
            ),
            Self::Model(error) => return error.in_words(words),
            Self::Disk(error) => return error.in_words(words),
        };
        Failure::new(headline, remedy, self)
    }
}

impl InWords for training::Error {
    fn in_words(&self, words: &Words) -> Failure {
        let (headline, remedy) = match self {
            Self::Recipe { .. } => (
                words.say("fail-training-recipe"),
                words.say("fail-training-recipe-remedy"),
            ),
            Self::Table { .. } => (
                words.say("fail-training-table"),
                words.say("fail-training-table-remedy"),
            ),
            Self::NoCases { .. } => (
                words.say("fail-training-no-cases"),
                words.say("fail-training-no-cases-remedy"),
            ),
            Self::Missing { .. } => (
                words.say("fail-training-missing"),
                words.say("fail-training-missing-remedy"),
            ),
            Self::Labels { .. } => (
                words.say("fail-training-labels"),
                words.say("fail-training-labels-remedy"),
            ),
            Self::Unread { .. } => (
                words.say("fail-training-unread"),
                words.say("fail-training-unread-remedy"),
            ),
            Self::Leak { .. } => (
                words.say("fail-training-leak"),
                words.say("fail-training-leak-remedy"),
            ),
            Self::OneClass { .. } => (
                words.say("fail-training-one-class"),
                words.say("fail-training-one-class-remedy"),
            ),
            Self::Folder { .. } => (
                words.say("fail-training-folder"),
                words.say("fail-training-folder-remedy"),
            ),
            Self::Archive { .. } => (
                words.say("fail-training-archive"),
                words.say("fail-training-archive-remedy"),
            ),
            Self::Prep(error) => return error.in_words(words),
            Self::Model(model::Error::NotFinite { .. }) => (
                words.say("fail-training-not-finite"),
                words.say("fail-training-not-finite-remedy"),
            ),
            Self::Model(model::Error::Cancelled) => (
                words.say("fail-training-cancelled"),
                words.say("fail-training-cancelled-remedy"),
            ),
            Self::Model(error) => return error.in_words(words),
            Self::Disk(error) => return error.in_words(words),
        };
        Failure::new(headline, remedy, self)
    }
}

//! Who may do what in the window: the one place where a command is held against the person's rights.

use serde_json::json;

use super::{
    Action, BatchCommand, Command, Deed, Effect, PageCommand, Source, State, TakeOutCommand, Tone,
    WorklistCommand,
};
use crate::{
    failure::Failure,
    store::{self, Outcome, Right},
    words::Part,
};

impl Command {
    /// The right that it needs; `None` for what everybody may do who is inside.
    pub(super) const fn right(&self) -> Option<Right> {
        match self {
            Self::Open(_) | Self::Drop(_) => Some(Right::OpenCase),
            Self::Act(action) => action.right(),
            Self::Answer(..) | Self::TypeReason(..) | Self::KeepReason(..) => Some(Right::Read),
            Self::EditMarks(..) => Some(Right::Annotate),
            Self::SaveTo(_)
            | Self::OnTakeOut(TakeOutCommand::To(_))
            | Self::OnWorklist(WorklistCommand::Export) => Some(Right::Export),
            Self::OnWorklist(WorklistCommand::Batch(BatchCommand::Start | BatchCommand::Retry)) => {
                Some(Right::Score)
            }
            Self::OnWorklist(WorklistCommand::Choose(Source::Kept)) => Some(Right::Search),
            Self::OnDeidentify(_) => Some(Right::Deidentify),
            Self::ChooseSite(_) => Some(Right::ChangeThreshold),
            Self::OnPage(PageCommand::UseModel) => Some(Right::ChangeModel),
            _ => None,
        }
    }
}

impl Action {
    const fn right(self) -> Option<Right> {
        match self {
            Self::OpenSample | Self::OpenAgain => Some(Right::OpenCase),
            Self::Score | Self::CompareModels => Some(Right::Score),
            Self::ScoreBeyondScope => Some(Right::OverrideScope),
            Self::Agree | Self::Disagree | Self::Unsure => Some(Right::Read),
            Self::RemoveMark | Self::Undo | Self::Redo => Some(Right::Annotate),
            Self::SaveOverlay | Self::CopyView | Self::SaveView | Self::PrintView => {
                Some(Right::Export)
            }
            Self::Deidentify => Some(Right::Deidentify),
            Self::Log => Some(Right::ViewAudit),
            Self::Worklist | Self::NextUnread => Some(Right::OpenCase),
            Self::BreakGlass => Some(Right::BreakGlass),
            _ => None,
        }
    }
}

impl State {
    /// Whether the person inside may. Where no records are kept there are no people, and everything is allowed.
    pub fn may(&self, right: Right) -> bool {
        self.door.user.as_ref().is_none_or(|it| it.may(right))
    }

    /// Refuses a command, in words and in the log.
    pub(super) fn refuse_for(&mut self, right: Right) -> Vec<Effect> {
        let remedy = if self.may(Right::BreakGlass) {
            let key = self.press_words(Action::Palette);
            let parts = [("key", Part::from(&key))];
            self.words.say_with("notice-role-glass", &parts)
        } else {
            self.words.say("notice-role-remedy")
        };
        let failure = Failure::new(
            self.words.say("notice-role"),
            remedy,
            &store::Error::NotAllowed { right },
        );
        if self.notices.iter().all(|it| it.failure != failure) {
            self.tell(Tone::Failure, failure, None, None);
        }
        let deed = Deed::Noted {
            action: store::Action::AccessRefused,
            outcome: Outcome::MinorFailure,
            item: None,
            detail: json!({ "right": right }),
        };
        self.tell_records(deed).into_iter().collect()
    }
}

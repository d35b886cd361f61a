//! What was done, in words.

use crate::{store::Action, words::Words};

/// The name of a deed in the language of the window.
pub(super) fn deed(words: &Words, action: Action) -> String {
    match action {
        Action::Started => words.say("deed-started"),
        Action::Stopped => words.say("deed-stopped"),
        Action::StoreCreated => words.say("deed-store-created"),
        Action::Upgraded => words.say("deed-upgraded"),
        Action::LogViewed => words.say("deed-log-viewed"),
        Action::LogExported => words.say("deed-log-exported"),
        Action::CaseOpened => words.say("deed-case-opened"),
        Action::Scored => words.say("deed-scored"),
        Action::ScopeOverridden => words.say("deed-scope-overridden"),
        Action::ReadingRecorded => words.say("deed-reading-recorded"),
        Action::Annotated => words.say("deed-annotated"),
        Action::Searched => words.say("deed-searched"),
        Action::WorklistChanged => words.say("deed-worklist-changed"),
        Action::PatientErased => words.say("deed-patient-erased"),
        Action::Exported => words.say("deed-exported"),
        Action::PatientExported => words.say("deed-patient-exported"),
        Action::Deidentified => words.say("deed-deidentified"),
        Action::BackedUp => words.say("deed-backed-up"),
        Action::Restored => words.say("deed-restored"),
        Action::CaseReceived => words.say("deed-case-received"),
        Action::GlassBroken => words.say("deed-glass-broken"),
        Action::TamperingFound => words.say("deed-tampering-found"),
        Action::CopyAccepted => words.say("deed-copy-accepted"),
        Action::ClockWentBack => words.say("deed-clock-went-back"),
        Action::PersonAdded => words.say("deed-person-added"),
        Action::PersonRemoved => words.say("deed-person-removed"),
        Action::RolesChanged => words.say("deed-roles-changed"),
        Action::PassphraseChanged => words.say("deed-passphrase-changed"),
        Action::RecoveryKeyChanged => words.say("deed-recovery-key-changed"),
        Action::KeysRenewed => words.say("deed-keys-renewed"),
        Action::ThresholdChanged => words.say("deed-threshold-changed"),
        Action::ModelChanged => words.say("deed-model-changed"),
        Action::StoreChecked => words.say("deed-store-checked"),
        Action::AccessRefused => words.say("deed-access-refused"),
        Action::SignedIn => words.say("deed-signed-in"),
        Action::SignInFailed => words.say("deed-sign-in-failed"),
        Action::SignedOut => words.say("deed-signed-out"),
        Action::Locked => words.say("deed-locked"),
        Action::Recovered => words.say("deed-recovered"),
    }
}

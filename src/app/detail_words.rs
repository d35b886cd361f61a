//! What the log keeps of a deed beside its name, in words. What has none here is shown as it stands: names of models,
//! references, and what persons typed.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    lock::Reason,
    store::{Action, Right, Verdict, audit::Record},
    words::{Part, Words},
};

/// The detail of a record in the language of the window; empty where there is none.
pub(super) fn detail(words: &Words, record: &Record) -> String {
    let Value::Object(fields) = &record.detail else {
        return match &record.detail {
            Value::Null => String::new(),
            other => said(words, record.action, ("", other)),
        };
    };
    let fields = fields.iter().map(|(name, value)| {
        let value = said(words, record.action, (name, value));
        let name = field(words, name).unwrap_or_else(|| name.clone());
        let parts = [("name", Part::Text(&name)), ("value", Part::Text(&value))];
        words.say_with("log-field", &parts)
    });
    fields.collect::<Vec<_>>().join("; ")
}

/// The name of a field that the program writes.
fn field(words: &Words, name: &str) -> Option<String> {
    Some(match name {
        "added" => words.say("field-added"),
        "after" => words.say("field-after"),
        "allowed" => words.say("field-allowed"),
        "by_ms" => words.say("field-by-ms"),
        "chosen" => words.say("field-chosen"),
        "covered" => words.say("field-covered"),
        "face" => words.say("field-face"),
        "file_sha256" => words.say("field-file-sha256"),
        "found" => words.say("field-found"),
        "from" => words.say("field-from"),
        "generation" => words.say("field-generation"),
        "has_more" => words.say("field-has-more"),
        "has_reason" => words.say("field-has-reason"),
        "item" => words.say("field-item"),
        "kind" => words.say("field-kind"),
        "label" => words.say("field-label"),
        "model" => words.say("field-model"),
        "n_bytes" => words.say("field-n-bytes"),
        "n_files" => words.say("field-n-files"),
        "n_found" => words.say("field-n-found"),
        "n_records" => words.say("field-n-records"),
        "n_rows" => words.say("field-n-rows"),
        "no_longer_allowed" => words.say("field-no-longer-allowed"),
        "person" => words.say("field-person"),
        "prevalence" => words.say("field-prevalence"),
        "reads_data" => words.say("field-reads-data"),
        "reason" => words.say("field-reason"),
        "refused" => words.say("field-refused"),
        "removed_site" => words.say("field-removed-site"),
        "replaced" => words.say("field-replaced"),
        "right" => words.say("field-right"),
        "site" => words.say("field-site"),
        "to" => words.say("field-to"),
        "verdict" => words.say("field-verdict"),
        "version" => words.say("field-version"),
        "weights_sha256" => words.say("field-weights-sha256"),
        "what" => words.say("field-what"),
        "withdrawn" => words.say("field-withdrawn"),
        _ => return None,
    })
}

/// A value of a field: a code in words, all else as it stands.
fn said(words: &Words, action: Action, (name, value): (&str, &Value)) -> String {
    match value {
        Value::Null => words.say("code-none"),
        Value::Bool(true) => words.say("code-yes"),
        Value::Bool(false) => words.say("code-no"),
        Value::String(text) => code(words, action, (name, text)).unwrap_or_else(|| text.clone()),
        Value::Array(values) => {
            let values = values.iter().map(|it| said(words, action, (name, it)));
            values.collect::<Vec<_>>().join(", ")
        }
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// A code that the program writes into a field. A reason is a code only where the window locked; elsewhere a person typed it.
fn code(words: &Words, action: Action, (name, code): (&str, &str)) -> Option<String> {
    Some(match (name, code) {
        ("right", _) => right(words, parse(code)?),
        ("verdict", _) => verdict(words, parse(code)?),
        ("reason", _) if action == Action::Locked => {
            let reason = Reason::ALL.into_iter().find(|it| it.code() == code)?;
            locked(words, reason)
        }
        ("kind", "note") => words.say("code-note"),
        ("kind", "presentation") => words.say("code-presentation"),
        ("kind", "scan") => words.say("code-scan"),
        ("what", "report of a batch") => words.say("code-batch-report"),
        ("what", "evaluation report") => words.say("code-evaluation-report"),
        ("what", "view as a picture") => words.say("code-view-picture"),
        ("what", "view on a page") => words.say("code-view-page"),
        ("what", "view to the clipboard") => words.say("code-view-clipboard"),
        ("what", "worklist") => words.say("code-worklist"),
        ("what", "overlay and result") => words.say("code-overlay-and-result"),
        ("after", "restore") => words.say("code-restore"),
        ("found", "a letter of the inbox that cannot be opened") => words.say("code-letter"),
        ("found", "audit log") => words.say("code-audit-log"),
        ("found", "key file") => words.say("code-key-file"),
        ("found", "store") => words.say("code-store"),
        _ => return None,
    })
}

/// A value of a closed list by its code.
fn parse<T: DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(Value::from(code)).ok() // a code of another version has no words
}

fn verdict(words: &Words, verdict: Verdict) -> String {
    match verdict {
        Verdict::Agree => words.say("verdict-agree"),
        Verdict::Disagree => words.say("verdict-disagree"),
        Verdict::Unsure => words.say("verdict-unsure"),
        Verdict::Withdrawn => words.say("verdict-withdrawn"),
    }
}

fn locked(words: &Words, reason: Reason) -> String {
    match reason {
        Reason::Idle => words.say("reason-idle"),
        Reason::Suspended => words.say("reason-suspended"),
        Reason::SessionLocked => words.say("reason-session"),
        Reason::UserSwitched => words.say("reason-user"),
        Reason::Asked => words.say("reason-asked"),
    }
}

fn right(words: &Words, right: Right) -> String {
    match right {
        Right::OpenCase => words.say("right-open-case"),
        Right::Search => words.say("right-search"),
        Right::Score => words.say("right-score"),
        Right::OverrideScope => words.say("right-override-scope"),
        Right::Read => words.say("right-read"),
        Right::Annotate => words.say("right-annotate"),
        Right::Export => words.say("right-export"),
        Right::Deidentify => words.say("right-deidentify"),
        Right::BreakGlass => words.say("right-break-glass"),
        Right::ManagePeople => words.say("right-manage-people"),
        Right::ChangeModel => words.say("right-change-model"),
        Right::ChangeThreshold => words.say("right-change-threshold"),
        Right::Backup => words.say("right-backup"),
        Right::Check => words.say("right-check"),
        Right::Rekey => words.say("right-rekey"),
        Right::ExportPatient => words.say("right-export-patient"),
        Right::ErasePatient => words.say("right-erase-patient"),
        Right::ViewAudit => words.say("right-view-audit"),
        Right::ExportAudit => words.say("right-export-audit"),
    }
}

//! Notes among the inputs: cleaned by rules, and always held, because rules miss what they do not foresee.

use crate::{
    case::Note,
    deid::{
        Dates, Patient, Policy, Secret,
        text::{Cleaner, Known, consistent},
    },
    privacy::Phi,
};

/// A note without what tells who the patient is.
pub(super) struct CleanedNote {
    /// A new UID, after which it is named.
    pub(super) uid: String,
    pub(super) text: String,
    /// How many places were replaced.
    pub(super) n_replaced: usize,
}

/// Cleans a note. What the file itself says of its patient is looked for in every form. Dates move by the days of the patient
/// where the file names one and the policy moves dates; else they go.
pub(super) fn cleaned(
    cleaner: &Cleaner,
    note: &Note,
    policy: &Policy,
    secret: &Secret,
) -> CleanedNote {
    let subject = &note.subject;
    let parts = [
        &subject.issuer,
        &subject.patient_id,
        &subject.name,
        &subject.birth_date,
    ];
    // What identifies goes into what looks for it, and nowhere else.
    let [issuer, number, name, born] = parts.map(|it| it.reveal().trim());
    let known = Known {
        names: listed(name),
        numbers: listed(number),
        dates: listed(born),
    };
    let text = note.text.reveal();
    let mut found = cleaner.preview(text, &known);
    let is_named = !number.is_empty() || !name.is_empty();
    if is_named && policy.dates == Dates::Shift {
        let patient = Patient::new([issuer, number], [name, born], "");
        consistent(text, &mut found, Some(secret.shift_days(&patient)));
    }
    CleanedNote {
        uid: secret.uid(&note.file_sha256.to_string()),
        n_replaced: found.len(),
        text: cleaner.apply(text, &found).text,
    }
}

fn listed(value: &str) -> Vec<Phi<String>> {
    let is_there = !value.is_empty();
    let values = is_there.then(|| Phi::new(value.to_owned()));
    values.into_iter().collect()
}

//! Notes without what tells who the patient is: by rules, and by what the file itself says of its patient.

use crate::{
    case::Note,
    deid::{
        Dates, Patient, Policy, Secret,
        text::{Cleaner, Found, Known, consistent},
    },
    privacy::Phi,
};

/// A note without what tells who the patient is.
pub struct CleanedNote {
    /// A new UID, after which it is named.
    pub uid: String,
    pub text: Phi<String>,
    /// How many places were replaced.
    pub n_replaced: usize,
}

/// Whether the file of a note names its patient, so that dates can move by the days of that patient.
pub fn names_patient(note: &Note) -> bool {
    let subject = &note.subject;
    // Looked at, not kept.
    let is_there = |it: &Phi<String>| !it.reveal().trim().is_empty();
    is_there(&subject.patient_id) || is_there(&subject.name)
}

/// What would be replaced in a note. What the file itself says of its patient is looked for in every form. Dates move by the
/// days of the patient where the file names one and the policy moves dates; else they go.
pub fn findings(cleaner: &Cleaner, note: &Note, policy: &Policy, secret: &Secret) -> Vec<Found> {
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
    if names_patient(note) && policy.dates == Dates::Shift {
        let patient = Patient::new([issuer, number], [name, born], "");
        consistent(text, &mut found, Some(secret.shift_days(&patient)));
    }
    found
}

/// A note with these places replaced.
pub fn cleaned(cleaner: &Cleaner, note: &Note, found: &[Found], secret: &Secret) -> CleanedNote {
    CleanedNote {
        uid: secret.uid(&note.file_sha256.to_string()),
        n_replaced: found.len(),
        // It goes to a file that may still name somebody.
        text: Phi::new(cleaner.apply(note.text.reveal(), found).text),
    }
}

fn listed(value: &str) -> Vec<Phi<String>> {
    let is_there = !value.is_empty();
    let values = is_there.then(|| Phi::new(value.to_owned()));
    values.into_iter().collect()
}

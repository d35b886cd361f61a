//! Whose a file is, by everything that the file says of it. Rows of the store are found by the whole identity, so that
//! patients who look alike are never merged.

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::{disk::Sha256, privacy::Phi};

/// The patient as a file tells it (DICOM PS3.3, C.7.1.1). Two files are of one patient here only if all five agree and there
/// is a number: the same number with another name may be a number used twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// (0010,0020); empty where the file has none.
    pub number: Phi<String>,
    /// (0010,0021), who gave the number.
    pub issuer: Phi<String>,
    /// (0010,0010).
    pub name: Phi<String>,
    /// (0010,0030), as it stands.
    pub birth_date: Phi<String>,
    /// (0010,0040).
    pub sex: Phi<String>,
}

/// What a file is and whose: every answer, annotation and export carries it, and is refused where it differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub patient: Patient,
    /// Study, series and SOP instance UID; empty for files that have none.
    pub study_uid: Phi<String>,
    pub series_uid: Phi<String>,
    pub instance_uid: Phi<String>,
    /// Of the file's bytes.
    pub file_sha256: Sha256,
    /// Of the pixels, or of the file where it has none.
    pub content_sha256: Sha256,
}

impl Patient {
    /// Whether the file says whose it is: without a number it says nothing that binds.
    pub fn is_known(&self) -> bool {
        !self.number.reveal().trim().is_empty() // looked at, not kept
    }
}

impl Identity {
    /// What the look-up hash is made from. A file without a patient number is its own patient by study, or by its bytes.
    pub(super) fn of_patient(&self) -> String {
        // for a keyed hash, which does not give them back
        let patient = &self.patient;
        let parts = [
            &patient.number,
            &patient.issuer,
            &patient.name,
            &patient.birth_date,
            &patient.sex,
        ];
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            let part = part.reveal().trim(); // padding has no meaning (PS3.5, 6.2)
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let bound = if patient.is_known() {
            String::new()
        } else if self.study_uid.reveal().is_empty() {
            self.file_sha256.to_string()
        } else {
            self.study_uid.reveal().clone()
        };
        hasher.update(bound);
        Sha256::of_digest(hasher.finalize().into()).to_string()
    }

    /// Whether two are of one file of one patient, padding aside.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.file_sha256 == other.file_sha256
            && self.content_sha256 == other.content_sha256
            && self.instance_uid == other.instance_uid
            && self.series_uid == other.series_uid
            && self.study_uid == other.study_uid
            && self.of_patient() == other.of_patient()
    }

    /// Words by which a person finds it.
    pub(super) fn words(&self) -> Vec<&str> {
        // for the encrypted index
        let patient = &self.patient;
        vec![
            patient.name.reveal(),
            patient.number.reveal(),
            patient.birth_date.reveal(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::{Identity, Patient};
    use crate::{disk::Sha256, privacy::Phi};

    fn identity(parts: [&str; 5], study: &str, file: &[u8]) -> Identity {
        let [number, issuer, name, birth_date, sex] = parts.map(|it| Phi::new(it.to_owned()));
        Identity {
            patient: Patient {
                number,
                issuer,
                name,
                birth_date,
                sex,
            },
            study_uid: Phi::new(study.to_owned()),
            series_uid: Phi::default(),
            instance_uid: Phi::default(),
            file_sha256: Sha256::of(file),
            content_sha256: Sha256::of(file),
        }
    }

    #[test]
    fn patients_who_look_alike_are_two() {
        let one = ["4711", "", "Li^Wei", "19700101", "M"];
        let same = identity(one, "1.2", b"a").of_patient();
        assert_eq!(same, identity(one, "1.3", b"b").of_patient());
        assert_eq!(
            same,
            identity(["4711 ", "", "Li^Wei", "19700101", "M"], "1.2", b"a").of_patient()
        );
        let others = [
            ["4712", "", "Li^Wei", "19700101", "M"],
            ["4711", "H2", "Li^Wei", "19700101", "M"],
            ["4711", "", "Li^Min", "19700101", "M"],
            ["4711", "", "Li^Wei", "19700102", "M"],
            ["4711", "", "Li^Wei", "19700101", "F"],
            ["471", "1", "Li^Wei", "19700101", "M"],
        ];
        for other in others {
            assert_ne!(same, identity(other, "1.2", b"a").of_patient());
        }
    }

    #[test]
    fn a_file_that_names_nobody_is_bound_to_its_study_or_to_itself() {
        let none = ["", "", "", "", ""];
        let of = |study, file: &[u8]| identity(none, study, file).of_patient();
        assert_eq!(of("1.2", b"a"), of("1.2", b"b"));
        assert_ne!(of("1.2", b"a"), of("1.3", b"a"));
        assert_ne!(of("", b"a"), of("", b"b"));
    }
}

//! `Secret`: the key under which the same identifier always becomes the same pseudonym, and nobody else can tell which.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::disk::{self, Sha256};

/// Largest shift of dates, in days; the smallest is one.
const SHIFT_LIMIT_DAYS: u64 = 3_650;
/// Digits and letters that are not taken for each other.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// 32 random bytes. Whoever has them can tell whether a pseudonym belongs to an identifier that he knows.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

/// Who a file is of: all that is hashed to tell patients apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// The issuer of the number, then the number; or, where a file has none, what else tells the patient.
    key: String,
}

impl Patient {
    /// A patient by the issuer of the number and the number. Without a number, by name and birth date; without these, by the
    /// study.
    pub fn new([issuer, id]: [&str; 2], [name, born]: [&str; 2], study_uid: &str) -> Self {
        let parts = if !id.is_empty() {
            ["id", issuer, id]
        } else if !name.is_empty() {
            ["name", name, born]
        } else {
            ["study", study_uid, ""]
        };
        Self {
            key: parts.join("\u{1f}"),
        }
    }
}

impl Secret {
    /// A secret of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A secret that nobody has seen.
    ///
    /// # Errors
    /// If the system has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The secret as 64 hexadecimal digits, for the file that keeps it.
    pub fn to_hex(&self) -> String {
        Sha256::of_digest(self.0).to_string()
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        Sha256::parse(text).map(|it| Self(*it.bytes()))
    }

    /// A keyed hash for one purpose.
    fn hash(&self, purpose: &str, text: &str) -> [u8; 32] {
        disk::keyed_hash(&self.0, [purpose.as_bytes(), b"\0", text.as_bytes()])
    }

    /// The UID that stands for another: `2.25.` and a UUID of version 8 (PS3.5 B.2, RFC 9562 5.8).
    pub fn uid(&self, uid: &str) -> String {
        let mac = self.hash("uid", uid);
        let half = mac.iter().take(16);
        let random = half.fold(0_u128, |so_far, it| so_far << 8 | u128::from(*it));
        let version = (random & !(0xf << 76)) | (0x8 << 76);
        let uuid = (version & !(0x3 << 62)) | (0x2 << 62);
        format!("2.25.{uuid}")
    }

    /// By how many days the dates of a patient are moved: into the past, by one day to ten years.
    pub fn shift_days(&self, patient: &Patient) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash("days", &patient.key);
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        // 3,650 divides 2^64 with a remainder that no one can see.
        -((number % SHIFT_LIMIT_DAYS) as i64 + 1)
    }

    /// The number of a patient in place of the real one: twelve letters and digits, 60 bits.
    pub fn patient_id(&self, patient: &Patient) -> String {
        let letters = self.hash("patient", &patient.key).into_iter().take(12);
        let letters = letters.filter_map(|it| LETTERS.get(usize::from(it % 32)));
        letters.map(|it| char::from(*it)).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(•••)")
    }
}

/// For the pipe to the decode worker only.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| de::Error::custom("wanted 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Patient, Secret};

    #[test]
    fn a_pseudonym_is_the_hmac_of_the_identifier() {
        // HMAC-SHA256 of "uid\0" + "1.2.3" under 32 zero bytes, by Python's hmac, as a UUID of version 8.
        let uid = Secret::new([0; 32]).uid("1.2.3");
        assert_eq!(uid, GOLDEN_UID);
        assert!(uid.len() <= 64);
        assert_ne!(Secret::new([1; 32]).uid("1.2.3"), uid);
        assert_ne!(Secret::new([0; 32]).uid("1.2.4"), uid);
    }

    const GOLDEN_UID: &str = "2.25.234032717547690699644168155734605930849";

    #[test]
    fn a_patient_is_the_number_under_its_issuer() {
        let secret = Secret::new([7; 32]);
        let of = |issuer, id, name| Patient::new([issuer, id], [name, "19500101"], "1.2");
        let one = of("A", "17", "Doe^Jane");
        assert_eq!(
            secret.patient_id(&one),
            secret.patient_id(&of("A", "17", "Doe^J"))
        );
        assert_ne!(
            secret.patient_id(&one),
            secret.patient_id(&of("B", "17", "Doe^Jane"))
        );
        assert_ne!(
            secret.patient_id(&of("", "", "Doe^Jane")),
            secret.patient_id(&of("", "", ""))
        );
        let days = secret.shift_days(&one);
        assert!((-3650..=-1).contains(&days), "{days}");
    }

    #[test]
    fn a_secret_does_not_print_and_survives_its_file() {
        let secret = Secret::new([0xa5; 32]);
        assert_eq!(format!("{secret:?}"), "Secret(•••)");
        assert_eq!(Secret::from_hex(&secret.to_hex()), Some(secret));
        assert_eq!(Secret::from_hex("a5"), None);
        assert_eq!(Secret::from_hex(&"g".repeat(64)), None);
    }
}

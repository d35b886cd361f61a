//! `Phi`: a value that identifies a patient and does not print; and the privacy of a whole process.
//!
//! What a `Phi` held on the heap is wiped when it is dropped, as everything on the heap is: the programs of this package
//! give memory back through an allocator that wipes it (`zeroizing_alloc`).

pub mod process;

use std::fmt;

use serde::{Deserialize, Serialize};

/// Protected health information. `Debug` and `Display` print `•••`; [`Phi::reveal`] is the only way in.
///
/// It is serialised in full, because encryption and the pipe to the decode worker need the value;
/// nothing that is logged may be serialised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for a clinician's eyes, for the file system or for encryption. Each call says which.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl<T> fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::Phi;

    #[test]
    fn a_name_does_not_print() {
        let name = Phi::new("Erika Mustermann");
        assert_eq!(format!("{name} {name:?}"), "••• •••");
        assert_eq!(*name.reveal(), "Erika Mustermann");
    }
}

//! `keys.json`: the data key wrapped for each person and for the recovery key, and the name of the database that it opens.
//!
//! It is the one file that decides which database is the store's: it is replaced atomically, so a change of keys happens
//! wholly or not at all. The database remembers its hash, so an older or altered key file is noticed.

use std::path::Path;

use age::x25519;
use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::disk::{self, Sha256};

use super::{
    Error,
    passphrase::Passphrase,
    people::folded,
    rights::PersonId,
    seal::{self, Cost, DataKey},
};

/// The form of this file that we write; a newer one is refused.
const FORMAT: u32 = 1;
const LIMIT_BYTES: u64 = 1 << 22;
pub(super) const NAME: &str = "keys.json";

/// The file as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    pub(super) format: u32,
    /// The store's own reference: names the head of its log outside.
    pub(super) store: String,
    /// File name of the database.
    pub(super) database: String,
    /// To whom the inbox is sealed.
    pub(super) inbox: String,
    pub(super) slots: Vec<Slot>,
    pub(super) recovery: Recovery,
}

/// One person's way to the data key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) person: PersonId,
    /// SHA-256 of store and name: a name is found by who knows it, and not read by who does not.
    name: Sha256,
    salt: Bytes,
    pub(super) cost: Cost,
    /// To whom the data key is wrapped.
    pub(super) recipient: String,
    /// The person's identity, wrapped under the stretched passphrase.
    identity: Bytes,
    data_key: Bytes,
}

/// The way of who holds the printed recovery key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recovery {
    pub(super) recipient: String,
    data_key: Bytes,
}

/// Bytes, in base64 in the file.
#[derive(Clone, Debug)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

impl KeyFile {
    /// A key file without slots for a new store, and the secret of its inbox.
    pub(super) fn new(
        recovery: &str,
        data_key: &DataKey,
    ) -> Result<(Self, seal::RecoveryKey), Error> {
        let (inbox_identity, inbox) = seal::new_identity();
        let key_file = Self {
            format: FORMAT,
            store: seal::reference()?,
            database: database_name(1),
            inbox,
            slots: Vec::new(),
            recovery: Recovery::new(recovery, data_key)?,
        };
        Ok((key_file, inbox_identity))
    }

    /// Reads the file of a folder, with its hash.
    pub(super) fn load(folder: &Path) -> Result<(Self, Sha256), Error> {
        let path = folder.join(NAME);
        if !path.exists() {
            return Err(Error::NotThere);
        }
        Self::parse(&disk::read(&path, LIMIT_BYTES)?)
    }

    /// Reads the bytes of a key file, with their hash.
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, Sha256), Error> {
        let damaged = |_other| Error::Damaged { what: "key file" };
        let form: Form = serde_json::from_slice(bytes).map_err(damaged)?;
        if FORMAT < form.format {
            return Err(Error::Newer {
                known: FORMAT,
                found: form.format,
            });
        }
        let key_file: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        if !is_database_name(&key_file.database) {
            return Err(Error::Damaged { what: "key file" });
        }
        Ok((key_file, Sha256::of(bytes)))
    }

    /// The bytes to write.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Strings and numbers always have a JSON form.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The slot of who is named so.
    pub(super) fn slot_of(&self, name: &str) -> Option<&Slot> {
        let wanted = name_hash(&self.store, name);
        self.slots.iter().find(|it| it.name == wanted)
    }

    /// Wraps the data key for another recovery key.
    pub(super) fn set_recovery(
        &mut self,
        recipient: &str,
        data_key: &DataKey,
    ) -> Result<(), Error> {
        self.recovery = Recovery::new(recipient, data_key)?;
        Ok(())
    }

    /// Wraps another data key for everybody who had the old one.
    pub(super) fn rewrap(&mut self, data_key: &DataKey) -> Result<(), Error> {
        for slot in &mut self.slots {
            slot.data_key = Bytes(seal::seal_to(&slot.recipient, data_key.bytes())?);
        }
        let recipient = self.recovery.recipient.clone();
        self.set_recovery(&recipient, data_key)
    }

    /// Everybody to whom a backup is sealed.
    pub(super) fn recipients(&self) -> Vec<String> {
        let people = self.slots.iter().map(|it| it.recipient.clone());
        people
            .chain(std::iter::once(self.recovery.recipient.clone()))
            .collect()
    }
}

/// What every version of the file has.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

impl Slot {
    /// A slot for a person, with an identity that only the passphrase opens.
    pub(super) fn new(
        store: &str,
        person: &PersonId,
        name: &str,
        passphrase: &Passphrase,
        cost: Cost,
        data_key: &DataKey,
    ) -> Result<Self, Error> {
        let salt = seal::random::<16>()?;
        let key = seal::stretch(passphrase, &salt, cost)?;
        let (identity, recipient) = seal::new_identity();
        let about = about(store, person, &recipient);
        Ok(Self {
            person: person.clone(),
            name: name_hash(store, name),
            salt: Bytes(salt.to_vec()),
            cost,
            identity: Bytes(seal::wrap(&key, identity.reveal().as_bytes(), &about)?),
            data_key: Bytes(seal::seal_to(&recipient, data_key.bytes())?),
            recipient,
        })
    }

    /// The person's identity, if the passphrase fits. Takes the slot's cost.
    pub(super) fn open(&self, store: &str, passphrase: &Passphrase) -> Option<x25519::Identity> {
        let key = seal::stretch(passphrase, &self.salt.0, self.cost).ok()?;
        let about = about(store, &self.person, &self.recipient);
        let secret = seal::unwrap(&key, &self.identity.0, &about)?;
        std::str::from_utf8(&secret).ok()?.parse().ok()
    }

    /// The data key, for who has the identity.
    pub(super) fn data_key(&self, identity: &x25519::Identity) -> Result<DataKey, Error> {
        open_data_key(identity, &self.data_key)
    }
}

impl Recovery {
    fn new(recipient: &str, data_key: &DataKey) -> Result<Self, Error> {
        Ok(Self {
            recipient: recipient.to_owned(),
            data_key: Bytes(seal::seal_to(recipient, data_key.bytes())?),
        })
    }

    /// The data key, for who has the printed key.
    pub(super) fn data_key(&self, identity: &x25519::Identity) -> Result<DataKey, Error> {
        open_data_key(identity, &self.data_key)
    }
}

fn open_data_key(identity: &x25519::Identity, sealed: &Bytes) -> Result<DataKey, Error> {
    let plain = seal::open_with(identity, &sealed.0).ok_or(Error::WrongNameOrPassphrase)?;
    DataKey::of_bytes(&plain).ok_or(Error::Damaged { what: "key file" })
}

/// What a wrapped identity is bound to, so that two slots cannot be swapped.
fn about(store: &str, person: &PersonId, recipient: &str) -> Vec<u8> {
    format!("wardlight 1 slot\n{store}\n{}\n{recipient}", person.0).into_bytes()
}

fn name_hash(store: &str, name: &str) -> Sha256 {
    Sha256::of(format!("{store}\n{}", folded(name)).as_bytes())
}

/// The database of a generation of keys.
pub(super) fn database_name(generation: u32) -> String {
    format!("records-{generation}.db")
}

/// The generation that a database's name tells.
pub(super) fn generation(name: &str) -> Option<u32> {
    name.strip_prefix("records-")?
        .strip_suffix(".db")?
        .parse()
        .ok()
}

/// A file name from the key file is never taken for more than it must be.
fn is_database_name(name: &str) -> bool {
    generation(name).is_some_and(|it| database_name(it) == name)
}

#[cfg(test)]
mod tests {
    use super::{database_name, generation, is_database_name};

    #[test]
    fn a_database_name_names_a_file_of_this_folder() {
        assert_eq!(generation(&database_name(7)), Some(7));
        for name in [
            "../records-1.db",
            "records-1.db/x",
            "records-+1.db",
            "records-.db",
            "x",
        ] {
            assert!(!is_database_name(name), "{name}");
        }
    }
}

//! People of a store: who they are, what they may, and their slots in the key file.

use rusqlite::{OptionalExtension as _, params};
use unicode_normalization::UnicodeNormalization as _;

use crate::privacy::Phi;

use super::{
    Error,
    audit::{Action, Outcome},
    key_file::Slot,
    passphrase::Passphrase,
    records::Records,
    rights::{Person, PersonId, Right, Role, Roles},
    seal::{self, RecoveryKey},
    time,
};

/// A name as it is compared: NFKC, lower case, single spaces.
pub(super) fn folded(name: &str) -> String {
    let lower = name.nfkc().collect::<String>().to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Longest name that is kept.
const NAME_CHARS: usize = 64;

/// Whether a name may be taken: some letters, none of them control characters.
pub(super) fn judge_name(name: &str) -> Result<(), Error> {
    let refused = |found| Error::Refused {
        wanted: "a name of 1 to 64 characters",
        found,
    };
    let n_chars = folded(name).chars().count();
    if n_chars == 0 {
        Err(refused("none"))
    } else if NAME_CHARS < n_chars {
        Err(refused("a longer one"))
    } else if name.chars().any(char::is_control) {
        Err(refused("control characters"))
    } else {
        Ok(())
    }
}

/// Reads one person; `None` for an id that the store does not have, or no longer.
pub(super) fn find(
    database: &rusqlite::Connection,
    id: &PersonId,
) -> Result<Option<Person>, Error> {
    let row = database
        .prepare_cached("SELECT name, roles FROM person WHERE id = ?1 AND removed_at IS NULL")
        .and_then(|mut it| {
            it.query_row([&id.0], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()
        })
        .map_err(Error::sql("read a person"))?;
    row.map(|(name, roles)| person(id.clone(), name, &roles))
        .transpose()
}

/// The name of somebody who is or was in the store.
pub(super) fn name_of(
    database: &rusqlite::Connection,
    id: &str,
) -> Result<Option<Phi<String>>, Error> {
    database
        .query_row("SELECT name FROM person WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .optional()
        .map(|it| it.map(Phi::new))
        .map_err(Error::sql("read a person"))
}

fn person(id: PersonId, name: String, roles: &str) -> Result<Person, Error> {
    let roles: Roles =
        serde_json::from_str(roles).map_err(|_other| Error::Damaged { what: "person" })?;
    Ok(Person {
        id,
        name: Phi::new(name),
        roles,
        is_emergency: false,
    })
}

/// Adds the row of a new person.
pub(super) fn insert(
    database: &rusqlite::Connection,
    id: &PersonId,
    name: &str,
    roles: &Roles,
) -> Result<(), Error> {
    let roles = roles_json(roles);
    database
        .execute(
            "INSERT INTO person (id, name, roles, added_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, name, roles, time::Moment::now().unix_ms],
        )
        .map_err(Error::sql("add a person"))?;
    Ok(())
}

fn roles_json(roles: &Roles) -> String {
    // A set of plain names always has a JSON form.
    serde_json::to_string(roles).unwrap_or_default()
}

impl Records {
    /// Everybody who may sign in, by name.
    ///
    /// # Errors
    /// The person may not manage people, or the database cannot be read.
    pub fn people(&self) -> Result<Vec<Person>, Error> {
        self.must(Right::ManagePeople)?;
        let rows = self
            .database
            .prepare(
                "SELECT id, name, roles FROM person WHERE removed_at IS NULL ORDER BY name, id",
            )
            .and_then(|mut it| {
                it.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                    .collect::<Result<Vec<(String, String, String)>, _>>()
            })
            .map_err(Error::sql("read the people"))?;
        rows.into_iter()
            .map(|(id, name, roles)| person(PersonId(id), name, &roles))
            .collect()
    }

    /// Adds a person with a first passphrase.
    ///
    /// # Errors
    /// No right, a name that is taken or empty, no role, a weak passphrase, or the disk.
    pub fn add_person(
        &mut self,
        name: &Phi<String>,
        roles: &Roles,
        passphrase: &Passphrase,
    ) -> Result<PersonId, Error> {
        self.must(Right::ManagePeople)?;
        let name = name.reveal(); // for the encrypted database and a keyed look-up
        judge_name(name)?;
        must_have_role(roles)?;
        passphrase
            .judge(name)
            .map_err(|weakness| Error::Weak { weakness })?;
        if self.key_file.slot_of(name).is_some() {
            return Err(Error::Refused {
                wanted: "a name that is free",
                found: "one that is taken",
            });
        }
        let id = PersonId(seal::reference()?);
        let slot = Slot::new(
            &self.key_file.store,
            &id,
            name,
            passphrase,
            self.cost,
            &self.data_key,
        )?;
        let mut key_file = self.key_file.clone();
        key_file.slots.push(slot);
        self.change_keys(key_file, |database| insert(database, &id, name, roles))?;
        self.note(Action::PersonAdded, Outcome::Success, about(&id))?;
        Ok(id)
    }

    /// Gives a person other roles. The last administrator cannot give the role away.
    ///
    /// # Errors
    /// No right, nobody of that id, no role, or the database.
    pub fn set_roles(&mut self, id: &PersonId, roles: &Roles) -> Result<(), Error> {
        self.must(Right::ManagePeople)?;
        must_have_role(roles)?;
        if !roles.contains(&Role::Administrator) {
            self.must_leave_administrator(id)?;
        }
        let n_changed = self
            .database
            .execute(
                "UPDATE person SET roles = ?2 WHERE id = ?1 AND removed_at IS NULL",
                params![id.0, roles_json(roles)],
            )
            .map_err(Error::sql("change a person's roles"))?;
        if n_changed == 0 {
            return Err(Error::Unknown { what: "person" });
        }
        if self.person.id == *id {
            self.person.roles.clone_from(roles);
        }
        self.note(Action::RolesChanged, Outcome::Success, about(id))
    }

    /// Takes a person's way in. Who kept a copy of the store and of the key file can still open that copy: renew the
    /// keys afterwards ([`Records::renew_keys`]).
    ///
    /// # Errors
    /// No right, nobody of that id, the last administrator, or the disk.
    pub fn remove_person(&mut self, id: &PersonId) -> Result<(), Error> {
        self.must(Right::ManagePeople)?;
        self.must_leave_administrator(id)?;
        let mut key_file = self.key_file.clone();
        key_file.slots.retain(|it| it.person != *id);
        if key_file.slots.len() == self.key_file.slots.len() {
            return Err(Error::Unknown { what: "person" });
        }
        let at = time::Moment::now().unix_ms;
        self.change_keys(key_file, |database| {
            database
                .execute(
                    "UPDATE person SET removed_at = ?2 WHERE id = ?1",
                    params![id.0, at],
                )
                .map_err(Error::sql("remove a person"))?;
            Ok(())
        })?;
        self.note(Action::PersonRemoved, Outcome::Success, about(id))
    }

    /// Changes the signed-in person's own passphrase.
    ///
    /// # Errors
    /// The old one does not fit, the new one is weak, or the disk.
    pub fn change_passphrase(&mut self, old: &Passphrase, new: &Passphrase) -> Result<(), Error> {
        let id = self.person.id.clone();
        let name = self.person.name.reveal().clone(); // for a keyed look-up
        let slot = self.key_file.slot_of(&name);
        let slot = slot.ok_or(Error::WrongNameOrPassphrase)?;
        slot.open(&self.key_file.store, old)
            .ok_or(Error::WrongNameOrPassphrase)?;
        self.give_passphrase(&id, &name, new)
    }

    /// Gives a person who forgot a new passphrase.
    ///
    /// # Errors
    /// No right, nobody of that id, a weak passphrase, or the disk.
    pub fn reset_passphrase(&mut self, id: &PersonId, new: &Passphrase) -> Result<(), Error> {
        self.must(Right::ManagePeople)?;
        let person = find(&self.database, id)?.ok_or(Error::Unknown { what: "person" })?;
        self.give_passphrase(id, person.name.reveal(), new) // for a keyed look-up
    }

    fn give_passphrase(
        &mut self,
        id: &PersonId,
        name: &str,
        new: &Passphrase,
    ) -> Result<(), Error> {
        new.judge(name)
            .map_err(|weakness| Error::Weak { weakness })?;
        let slot = Slot::new(
            &self.key_file.store,
            id,
            name,
            new,
            self.cost,
            &self.data_key,
        )?;
        let mut key_file = self.key_file.clone();
        key_file.slots.retain(|it| it.person != *id);
        key_file.slots.push(slot);
        self.change_keys(key_file, |_database| Ok(()))?;
        self.note(Action::PassphraseChanged, Outcome::Success, about(id))
    }

    /// A new recovery key; the old one opens nothing any more, but for older backups.
    ///
    /// # Errors
    /// No right, or the disk.
    pub fn new_recovery_key(&mut self) -> Result<RecoveryKey, Error> {
        self.must(Right::ManagePeople)?;
        let (key, recipient) = seal::new_identity();
        let mut key_file = self.key_file.clone();
        key_file.set_recovery(&recipient, &self.data_key)?;
        self.change_keys(key_file, |_database| Ok(()))?;
        self.note(
            Action::RecoveryKeyChanged,
            Outcome::Success,
            serde_json::Value::Null,
        )?;
        Ok(key)
    }

    /// Reader until the next sign-out, for an emergency (HIPAA 164.312(a)(2)(ii)); a loud entry in the log.
    ///
    /// # Errors
    /// The person may not, gives no reason, or the log cannot be written: then nothing is opened.
    pub fn break_glass(&mut self, reason: &str) -> Result<(), Error> {
        self.must(Right::BreakGlass)?;
        let reason = reason.trim();
        if reason.chars().count() < 5 {
            return Err(Error::Refused {
                wanted: "a reason in words",
                found: "none",
            });
        }
        self.note(
            Action::GlassBroken,
            Outcome::Success,
            serde_json::json!({ "reason": reason }),
        )?;
        self.person.is_emergency = true;
        Ok(())
    }

    fn must_leave_administrator(&self, id: &PersonId) -> Result<(), Error> {
        let people = self.people()?;
        let is_administrator = |it: &&Person| it.roles.contains(&Role::Administrator);
        let others = people.iter().filter(is_administrator);
        if others.clone().any(|it| it.id != *id) || others.count() == 0 {
            Ok(())
        } else {
            Err(Error::Refused {
                wanted: "another administrator before this one goes",
                found: "none",
            })
        }
    }
}

fn must_have_role(roles: &Roles) -> Result<(), Error> {
    if roles.is_empty() {
        return Err(Error::Refused {
            wanted: "at least one role",
            found: "none",
        });
    }
    Ok(())
}

fn about(id: &PersonId) -> serde_json::Value {
    serde_json::json!({ "person": id })
}

#[cfg(test)]
mod tests {
    use super::{folded, judge_name};

    #[test]
    fn names_are_compared_as_people_read_them() {
        assert_eq!(folded("  Dr  OSEI "), folded("dr osei"));
        assert_eq!(folded("Ａda"), folded("ada"));
        assert_ne!(folded("李雷"), folded("李蕾"));
        assert!(judge_name(" ").is_err() && judge_name("a\u{7}b").is_err());
        assert!(judge_name(&"x".repeat(65)).is_err() && judge_name("李雷").is_ok());
    }
}

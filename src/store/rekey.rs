//! A new data key: the database is written anew under it, and the key file that names the new database replaces the old one
//! in a single step.

use serde_json::json;

use crate::disk::{self, Sha256};

use super::{
    Error,
    audit::{Action, Outcome},
    database, key_file,
    place::{put_secret, remove_database},
    records::Records,
    rights::Right,
    seal::DataKey,
};

impl Records {
    /// Renews the data key, for everybody who may still sign in. Whoever was removed, and kept a copy of the key file, can
    /// open nothing that is written from now on.
    ///
    /// # Errors
    /// No right, a damaged page, or the disk: then the old key and the old database stay. [`Error::Unflushed`]: the new
    /// ones hold, and the old database stays too until the next sign-in.
    pub fn renew_keys(&mut self) -> Result<(), Error> {
        self.must(Right::Rekey)?;
        let old_name = self.key_file.database.clone();
        let generation = key_file::generation(&old_name).unwrap_or(0) + 1;
        let data_key = DataKey::random()?;
        let mut keys = self.key_file.clone();
        keys.database = key_file::database_name(generation);
        keys.rewrap(&data_key)?;
        let renewed = self.write_renewed(&keys, &data_key);
        let database = renewed.inspect_err(|_why| remove_database(&self.folder, &keys.database))?;
        // The step: from here on the new key file names the new database.
        let stepped = disk::write_atomic(&self.folder.join(key_file::NAME), &keys.bytes());
        let is_flushed = match stepped {
            Ok(()) => true,
            // It is there, and the old one may be back after a loss of power: both databases stay.
            Err(disk::Error::Unflushed { .. }) => false,
            Err(why) => {
                drop(database);
                remove_database(&self.folder, &keys.database);
                return Err(why.into());
            }
        };
        drop(std::mem::replace(&mut self.database, database));
        self.data_key = data_key;
        self.key_file = keys;
        if !is_flushed {
            return Err(Error::Unflushed);
        }
        remove_database(&self.folder, &old_name);
        self.note(
            Action::KeysRenewed,
            Outcome::Success,
            json!({ "generation": generation }),
        )
    }

    fn write_renewed(
        &self,
        keys: &key_file::KeyFile,
        data_key: &DataKey,
    ) -> Result<rusqlite::Connection, Error> {
        let path = self.folder.join(&keys.database);
        remove_database(&self.folder, &keys.database);
        database::copy_to(&self.database, &path, data_key)?;
        let database = database::open(&path, data_key)?;
        put_secret(
            &database,
            "key_file",
            &Sha256::of(&keys.bytes()).to_string(),
        )?;
        database::check(&database)?;
        // Everything into the one file, and that onto the disk, before the old one may go.
        database
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(Error::sql("renew the keys"))?;
        let failed = Error::io("renew the keys");
        std::fs::File::open(&path)
            .and_then(|it| it.sync_all())
            .map_err(&failed)?;
        disk::flush_folder(&self.folder).map_err(&failed)?;
        Ok(database)
    }

    /// The reference of the whole store, for messages and for the name of its head.
    pub fn store_reference(&self) -> &str {
        &self.key_file.store
    }
}

//! The inert values that a pickle comes to, in an arena: they refer to each other by place.

use std::collections::BTreeMap;

use super::{Dtype, globals::Global};

/// The place of a value in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) usize);

/// A value. It refers to others by place.
#[derive(Clone, Debug)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Bytes and sets: nothing here needs what is in them.
    Opaque,
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(Box<Storage>),
    Tensor(Box<View>),
    /// An object of a known class, with its attributes.
    Record {
        class: String,
        state: Option<Id>,
    },
}

/// A run of numbers that lies elsewhere in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) dtype: Dtype,
    pub(super) key: String,
    pub(super) n_numbers: usize,
}

/// A tensor: a view of a storage. Sizes are not checked yet.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) storage: Storage,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) stride: Vec<usize>,
}

/// What a pickle came to.
#[derive(Debug)]
pub(super) struct Pickled {
    pub(super) values: Vec<Value>,
    pub(super) root: Id,
    /// Bytes that it took.
    pub(super) n_bytes: usize,
}

impl Pickled {
    pub(super) fn get(&self, id: Id) -> &Value {
        self.values.get(id.0).unwrap_or(&Value::None)
    }

    /// Every storage that a tensor may use, by its key.
    pub(super) fn storages(&self) -> BTreeMap<String, Storage> {
        let storages = self.values.iter().filter_map(|it| match it {
            Value::Storage(storage) => Some((storage.key.clone(), (**storage).clone())),
            _ => None,
        });
        storages.collect()
    }
}

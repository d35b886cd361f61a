//! Values of a pickle as what they must be in their place.

use super::{Machine, malformed};
use crate::import::{
    Refusal,
    weights::value::{Id, Value},
};

impl Machine<'_> {
    pub(super) fn as_text(&self, id: Id) -> Result<String, Refusal> {
        match self.values.get(id.0) {
            Some(Value::Text(text)) => Ok(text.clone()),
            // Keys of storages are numbers in some files.
            Some(Value::Int(number)) => Ok(number.to_string()),
            _ => Err(malformed("a text in its place", "another value")),
        }
    }

    pub(super) fn as_tuple(&self, id: Id) -> Result<Vec<Id>, Refusal> {
        match self.values.get(id.0) {
            Some(Value::Tuple(items)) => Ok(items.clone()),
            _ => Err(malformed("a tuple in its place", "another value")),
        }
    }

    pub(super) fn as_size(&self, id: Id) -> Result<usize, Refusal> {
        let size = match self.values.get(id.0) {
            Some(Value::Int(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
        size.ok_or_else(|| malformed("sizes that are not negative", "another value"))
    }

    pub(super) fn as_sizes(&self, id: Id) -> Result<Vec<usize>, Refusal> {
        let items = self.as_tuple(id)?;
        if 16 < items.len() {
            let found = format!("{} dimensions", items.len());
            return Err(malformed("tensors of at most 16 dimensions", &found));
        }
        items.iter().map(|it| self.as_size(*it)).collect()
    }
}

//! From the values of a pickle to named tensors and plain attributes: state dictionaries, and whole modules.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    TENSORS_LIMIT, too_many,
    value::{Id, Pickled, Value, View},
};
use crate::import::Refusal;

/// Modules inside modules, or dictionaries inside dictionaries.
const DEPTH_LIMIT: usize = 64;
/// Entries that are looked at in all; a whole pickled DenseNet-121 has 20,000.
const VISITS_LIMIT: usize = 4 << 20;
/// Items of one attribute that are kept.
const ITEMS_LIMIT: usize = 10_000;
const NAME_LIMIT: usize = 300;
/// Where training programs put the weights inside a checkpoint.
const WEIGHTS_KEYS: [&str; 5] = ["state_dict", "model_state_dict", "model", "net", "network"];

/// What a pickle holds.
pub(super) struct Found {
    pub(super) class: Option<String>,
    pub(super) attributes: BTreeMap<String, Json>,
    pub(super) tensors: Vec<(String, View)>,
}

/// Finds the tensors of a state dictionary, a checkpoint around one, or a module.
pub(super) fn find(pickled: &Pickled) -> Result<Found, Refusal> {
    let mut walk = Walk {
        pickled,
        tensors: BTreeMap::new(),
        order: Vec::new(),
        path: Vec::new(),
        n_visits: 0,
    };
    let mut attributes = BTreeMap::new();
    let mut root = pickled.root;
    if let Value::Dict(entries) = pickled.get(root) {
        attributes = walk.plain(entries)?;
        let inner = entries.iter().find(|(key, value)| {
            WEIGHTS_KEYS
                .iter()
                .any(|it| walk.key(*key).as_deref() == Some(*it))
                && matches!(pickled.get(*value), Value::Dict(_) | Value::Record { .. })
        });
        root = inner.map_or(root, |(_, value)| *value);
    }
    let mut class = None;
    match pickled.get(root) {
        Value::Record { class: name, state } => {
            class = Some(name.clone());
            if let Some(Value::Dict(entries)) = state.map(|it| pickled.get(it)) {
                attributes.extend(walk.plain(entries)?);
            }
            walk.module(root, "")?;
        }
        Value::Dict(_) => walk.dict(root, "")?,
        _ => {
            return Err(Refusal::unsupported(
                "a state dictionary or a module",
                "a pickle of something else",
            ));
        }
    }
    if walk.order.is_empty() {
        return Err(Refusal::unsupported("a file with tensors", "none in it"));
    }
    let Walk {
        mut tensors, order, ..
    } = walk;
    let take = |name: String| tensors.remove(&name).map(|view| (name, view));
    Ok(Found {
        class,
        attributes,
        tensors: order.into_iter().filter_map(take).collect(),
    })
}

struct Walk<'a> {
    pickled: &'a Pickled,
    tensors: BTreeMap<String, View>,
    order: Vec<String>,
    /// The modules and dictionaries that the walk is inside of.
    path: Vec<Id>,
    n_visits: usize,
}

impl Walk<'_> {
    /// `_parameters`, `_buffers`, then `_modules`, as `state_dict` has them.
    fn module(&mut self, id: Id, prefix: &str) -> Result<(), Refusal> {
        self.enter(id, prefix)?;
        let Value::Record {
            state: Some(state), ..
        } = self.pickled.get(id)
        else {
            return Err(Refusal::malformed(
                "modules with their parts",
                "a module without",
            ));
        };
        for group in ["_parameters", "_buffers", "_modules"] {
            let Some(group) = self.entry(*state, group)? else {
                continue;
            };
            let Value::Dict(entries) = self.pickled.get(group) else {
                return Err(Refusal::malformed(
                    "the parts of a module by name",
                    "another value",
                ));
            };
            for (key, value) in entries {
                self.visit()?;
                let name = format!("{prefix}{}", self.key(*key).unwrap_or_default());
                match self.pickled.get(*value) {
                    Value::Tensor(view) => self.keep(name, view)?,
                    Value::Record { .. } => self.module(*value, &format!("{name}."))?,
                    Value::None => {}
                    _ => {
                        let found = format!("another value at {}", printable(&name));
                        return Err(Refusal::malformed("tensors and modules in a module", found));
                    }
                }
            }
        }
        self.path.pop();
        Ok(())
    }

    fn dict(&mut self, id: Id, prefix: &str) -> Result<(), Refusal> {
        self.enter(id, prefix)?;
        if let Value::Dict(entries) = self.pickled.get(id) {
            for (key, value) in entries {
                self.visit()?;
                let name = format!("{prefix}{}", self.key(*key).unwrap_or_default());
                match self.pickled.get(*value) {
                    Value::Tensor(view) => self.keep(name, view)?,
                    Value::Dict(_) => self.dict(*value, &format!("{name}."))?,
                    Value::Record { .. } => self.module(*value, &format!("{name}."))?,
                    _ => {}
                }
            }
        }
        self.path.pop();
        Ok(())
    }

    fn enter(&mut self, id: Id, prefix: &str) -> Result<(), Refusal> {
        if self.path.contains(&id) {
            let found = format!("a circle at {:?}", printable(prefix));
            return Err(Refusal::malformed(
                "modules that do not hold themselves",
                found,
            ));
        }
        if DEPTH_LIMIT <= self.path.len() {
            return Err(Refusal::NestedTooDeep { limit: DEPTH_LIMIT });
        }
        self.path.push(id);
        Ok(())
    }

    fn visit(&mut self) -> Result<(), Refusal> {
        self.n_visits += 1;
        if self.n_visits <= VISITS_LIMIT {
            return Ok(());
        }
        let (limit, found) = (VISITS_LIMIT as u64, self.n_visits as u64);
        Err(Refusal::too_large("a module in parts", limit, found))
    }

    fn keep(&mut self, name: String, view: &View) -> Result<(), Refusal> {
        check_name(&name)?;
        if TENSORS_LIMIT <= self.order.len() {
            return Err(too_many(self.order.len() + 1));
        }
        if self.tensors.insert(name.clone(), view.clone()).is_some() {
            let found = format!("{} twice", printable(&name));
            return Err(Refusal::malformed("tensors with names of their own", found));
        }
        self.order.push(name);
        Ok(())
    }

    /// The value of a text key.
    fn entry(&mut self, dict: Id, wanted: &str) -> Result<Option<Id>, Refusal> {
        let Value::Dict(entries) = self.pickled.get(dict) else {
            return Err(Refusal::malformed(
                "a module with attributes",
                "another value",
            ));
        };
        for (key, value) in entries {
            self.visit()?;
            if matches!(self.pickled.get(*key), Value::Text(key) if key == wanted) {
                return Ok(Some(*value));
            }
        }
        Ok(None)
    }

    fn key(&self, id: Id) -> Option<String> {
        match self.pickled.get(id) {
            Value::Text(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Entries that are plain: texts, numbers, lists and dictionaries of them. Names with an underscore are torch's own.
    fn plain(&mut self, entries: &[(Id, Id)]) -> Result<BTreeMap<String, Json>, Refusal> {
        let mut plain = BTreeMap::new();
        for (key, value) in entries {
            self.visit()?;
            let Some(name) = self.key(*key).filter(|it| !it.starts_with('_')) else {
                continue;
            };
            let mut n_left = ITEMS_LIMIT;
            if let Some(value) = self.json(*value, 3, &mut n_left)
                && check_name(&name).is_ok()
            {
                plain.insert(name, value);
            }
        }
        Ok(plain)
    }

    /// A plain value; a number that is not finite becomes `null`.
    fn json(&self, id: Id, depth: usize, n_left: &mut usize) -> Option<Json> {
        *n_left = n_left.checked_sub(1)?;
        Some(match self.pickled.get(id) {
            Value::Bool(it) => Json::from(*it),
            Value::Int(it) => Json::from(*it),
            Value::Float(it) => Json::from(*it),
            Value::Text(it) if it.len() <= NAME_LIMIT => Json::from(it.clone()),
            Value::List(items) | Value::Tuple(items) if 0 < depth => {
                let items = items.iter().map(|it| self.json(*it, depth - 1, n_left));
                Json::Array(items.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

/// Refuses names that cannot be names of tensors, and would not print well.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let is_plain = |it: char| it.is_ascii_graphic() || it == ' ';
    if (1..=NAME_LIMIT).contains(&name.len()) && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(Refusal::malformed(
        format!("names of 1 to {NAME_LIMIT} plain letters"),
        format!("{:?}", printable(name)),
    ))
}

/// A text from a file as an error may quote it: short, and plain letters only.
pub(super) fn printable(text: &str) -> String {
    let plain = |it: char| if it.is_ascii_graphic() { it } else { '?' };
    text.chars().take(80).map(plain).collect()
}

//! The opcodes of a pickle, run into an arena of inert values.
//!
//! Python's own unpickler imports and calls what a file names. Here a name is looked up in a short list, calls build a
//! view of a storage or nothing, and values point at each other by number, so a cycle or a bomb of references costs
//! no more than its bytes. Opcodes that torch never writes are refused.

mod typed;

use std::collections::BTreeMap;

use super::{
    bytes::Bytes,
    globals::{self, Global},
    value::{Id, Pickled, Storage, Value, View},
};
use crate::import::Refusal;

/// Most values; a whole pickled DenseNet-121 has 60,000.
const VALUES_LIMIT: usize = 1 << 21;
/// Most values that wait on the stack.
const STACK_LIMIT: usize = 100_000;
/// Most open marks.
const MARKS_LIMIT: usize = 1_000;
/// Most remembered values.
const MEMO_LIMIT: usize = 1 << 20;

/// Runs one pickle from the start of `bytes` to its end mark.
pub(super) fn run(bytes: &[u8]) -> Result<Pickled, Refusal> {
    let mut machine = Machine {
        bytes: Bytes::new(bytes),
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: BTreeMap::new(),
    };
    while !machine.step()? {}
    match machine.stack.as_slice() {
        [root] => Ok(Pickled {
            root: *root,
            n_bytes: machine.bytes.at,
            values: machine.values,
        }),
        other => Err(malformed("one value at its end", &other.len().to_string())),
    }
}

struct Machine<'a> {
    bytes: Bytes<'a>,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: BTreeMap<u64, Id>,
}

fn malformed(wanted: &str, found: &str) -> Refusal {
    Refusal::malformed(format!("a pickle with {wanted}"), found)
}

impl Machine<'_> {
    /// Runs one opcode; whether it was the last.
    fn step(&mut self) -> Result<bool, Refusal> {
        let opcode = self.bytes.byte()?;
        match opcode {
            b'.' => return Ok(true),
            0x80 => {
                let protocol = self.bytes.byte()?;
                if 5 < protocol {
                    return Err(malformed("protocol 2 to 5", &protocol.to_string()));
                }
            }
            // A frame is only a hint for reading ahead.
            0x95 => {
                self.bytes.take(8)?;
            }
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            b'J' | b'K' | b'M' | 0x8a | b'G' => self.number(opcode)?,
            b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e => self.text(opcode)?,
            b']' => self.push(Value::List(Vec::new()))?,
            b')' => self.push(Value::Tuple(Vec::new()))?,
            b'}' => self.push(Value::Dict(Vec::new()))?,
            0x8f => self.push(Value::Opaque)?,
            b'(' => {
                if MARKS_LIMIT <= self.marks.len() {
                    return Err(Refusal::NestedTooDeep { limit: MARKS_LIMIT });
                }
                self.marks.push(self.stack.len());
            }
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))?;
            }
            0x85..=0x87 => {
                let n_items = usize::from(opcode - 0x84);
                let items = self.pop_many(n_items)?;
                self.push(Value::Tuple(items))?;
            }
            b'a' | b'e' | b's' | b'u' | 0x90 => self.fill(opcode)?,
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.remember(opcode)?,
            b'0' => {
                self.pop()?;
            }
            b'c' | 0x93 | b'i' => self.global(opcode)?,
            b'Q' => self.persistent()?,
            b'R' => self.reduce()?,
            0x81 => self.new_object()?,
            b'b' => self.build()?,
            other => {
                return Err(malformed(
                    "opcodes that torch writes",
                    &format!("opcode {other:#04x}"),
                ));
            }
        }
        Ok(false)
    }

    fn number(&mut self, opcode: u8) -> Result<(), Refusal> {
        let value = match opcode {
            b'J' => {
                let [a, b, c, d] = self.bytes.array::<4>()?;
                Value::Int(i64::from(i32::from_le_bytes([a, b, c, d])))
            }
            b'K' => Value::Int(i64::from(self.bytes.byte()?)),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(self.bytes.array::<2>()?))),
            b'G' => Value::Float(f64::from_be_bytes(self.bytes.array::<8>()?)),
            _ => {
                let n_bytes = usize::from(self.bytes.byte()?);
                let digits = self.bytes.take(n_bytes)?;
                if 8 < n_bytes {
                    return Err(malformed(
                        "whole numbers of 8 bytes",
                        &format!("{n_bytes} bytes"),
                    ));
                }
                let is_negative = digits.last().is_some_and(|it| 0x80 <= *it);
                let mut all = [if is_negative { 0xff } else { 0 }; 8];
                all.iter_mut().zip(digits).for_each(|(to, it)| *to = *it);
                Value::Int(i64::from_le_bytes(all))
            }
        };
        self.push(value)
    }

    /// Texts, and bytes, which are passed over.
    fn text(&mut self, opcode: u8) -> Result<(), Refusal> {
        let n_bytes = match opcode {
            0x8c | b'C' => u64::from(self.bytes.byte()?),
            b'X' | b'B' => u64::from(u32::from_le_bytes(self.bytes.array::<4>()?)),
            _ => u64::from_le_bytes(self.bytes.array::<8>()?),
        };
        let bytes = self
            .bytes
            .take(usize::try_from(n_bytes).unwrap_or(usize::MAX))?;
        let value = match opcode {
            b'X' | 0x8c | 0x8d => match std::str::from_utf8(bytes) {
                Ok(text) => Value::Text(text.to_owned()),
                Err(_) => return Err(malformed("text in UTF-8", "other bytes")),
            },
            _ => Value::Opaque,
        };
        self.push(value)
    }

    /// Appends to a list, adds to a dictionary or a set.
    fn fill(&mut self, opcode: u8) -> Result<(), Refusal> {
        let items = match opcode {
            b'a' => self.pop_many(1)?,
            b's' => self.pop_many(2)?,
            _ => self.pop_to_mark()?,
        };
        let target = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match (self.values.get_mut(target.0), opcode) {
            (Some(Value::List(list)), b'a' | b'e') => list.extend_from_slice(&items),
            (Some(Value::Dict(dict)), b's' | b'u') if rest.is_empty() => {
                dict.extend(pairs.iter().map(|[key, value]| (*key, *value)));
            }
            (Some(Value::Opaque), 0x90) => {}
            _ => return Err(malformed("items for their own container", "another value")),
        }
        Ok(())
    }

    fn remember(&mut self, opcode: u8) -> Result<(), Refusal> {
        let key = match opcode {
            b'q' | b'h' => u64::from(self.bytes.byte()?),
            b'r' | b'j' => u64::from(u32::from_le_bytes(self.bytes.array::<4>()?)),
            _ => self.memo.len() as u64,
        };
        if matches!(opcode, b'h' | b'j') {
            let found = self.memo.get(&key).copied();
            let id =
                found.ok_or_else(|| malformed("references to values before them", "another"))?;
            return self.push_id(id);
        }
        if MEMO_LIMIT <= self.memo.len() {
            let (limit, found) = (MEMO_LIMIT as u64, self.memo.len() as u64 + 1);
            return Err(Refusal::too_large("a pickle's memory", limit, found));
        }
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn global(&mut self, opcode: u8) -> Result<(), Refusal> {
        let (module, name) = if opcode == 0x93 {
            match self.pop_many(2)?.as_slice() {
                [module, name] => (self.as_text(*module)?, self.as_text(*name)?),
                _ => return Err(malformed("a name", "nothing")),
            }
        } else {
            (self.bytes.line()?, self.bytes.line()?)
        };
        let global = globals::lookup(&module, &name)?;
        if opcode == b'i' {
            return Err(malformed("opcodes that torch writes", "INST"));
        }
        self.push(Value::Global(global))
    }

    /// `("storage", type, key, place, number of numbers, …)`, or in old files `("module", class, …source…)`.
    fn persistent(&mut self) -> Result<(), Refusal> {
        let tuple = self.pop()?;
        let items = self.as_tuple(tuple)?;
        let odd = || malformed("persistent ids of storages and modules", "another");
        let kind = self.as_text(*items.first().ok_or_else(odd)?)?;
        let value = match (kind.as_str(), items.as_slice()) {
            ("storage", [_, class, key, _, n_numbers, rest @ ..]) => {
                // A view of a view: before 0.4 only.
                let is_plain = rest
                    .iter()
                    .all(|it| matches!(self.values.get(it.0), Some(Value::None)));
                let Some(Value::Global(Global::Storage(dtype))) = self.values.get(class.0) else {
                    return Err(odd());
                };
                if !is_plain {
                    return Err(odd());
                }
                Value::Storage(Box::new(Storage {
                    dtype: *dtype,
                    key: self.as_text(*key)?,
                    n_numbers: self.as_size(*n_numbers)?,
                }))
            }
            ("module", [_, class, ..]) => match self.values.get(class.0) {
                Some(Value::Global(Global::Inert(name))) => {
                    Value::Global(Global::Inert(name.clone()))
                }
                _ => return Err(odd()),
            },
            _ => return Err(odd()),
        };
        self.push(value)
    }

    /// A call. Four of them mean something, and none runs anything.
    fn reduce(&mut self) -> Result<(), Refusal> {
        let (arguments, callee) = (self.pop()?, self.pop()?);
        let arguments = self.as_tuple(arguments)?;
        let Some(Value::Global(global)) = self.values.get(callee.0).cloned() else {
            return Err(malformed("calls of names only", "a call of a value"));
        };
        let value = match (global, arguments.as_slice()) {
            (Global::OrderedDict, []) => Value::Dict(Vec::new()),
            (Global::Set, [_] | []) => Value::Opaque,
            (Global::Size, [sizes]) => Value::Tuple(self.as_tuple(*sizes)?),
            (Global::RebuildParameter, [data, ..]) => return self.push_id(*data),
            (Global::RebuildTensor, [storage, offset, shape, stride, ..]) => {
                let Some(Value::Storage(storage)) = self.values.get(storage.0).cloned() else {
                    return Err(malformed(
                        "tensors that are views of storages",
                        "another value",
                    ));
                };
                Value::Tensor(Box::new(View {
                    storage: *storage,
                    offset: self.as_size(*offset)?,
                    shape: self.as_sizes(*shape)?,
                    stride: self.as_sizes(*stride)?,
                }))
            }
            (Global::OrderedDict, [items]) => self.dict_of_pairs(*items)?,
            (Global::Inert(name), _) => {
                return Err(Refusal::unsupported(
                    "weights of torch only, which need no code,",
                    format!("a call of {name}"),
                ));
            }
            (other, _) => {
                let found = format!("{other:?} with {} arguments", arguments.len());
                return Err(malformed("calls as torch writes them", &found));
            }
        };
        self.push(value)
    }

    /// `OrderedDict([[key, value], …])`, as old files have it.
    fn dict_of_pairs(&self, items: Id) -> Result<Value, Refusal> {
        let odd = || malformed("pairs in a dictionary", "another value");
        let Some(Value::List(items)) = self.values.get(items.0) else {
            return Err(odd());
        };
        let pair = |it: &Id| match self.values.get(it.0) {
            Some(Value::List(pair) | Value::Tuple(pair)) => match pair.as_slice() {
                [key, value] => Ok((*key, *value)),
                _ => Err(odd()),
            },
            _ => Err(odd()),
        };
        Ok(Value::Dict(
            items.iter().map(pair).collect::<Result<_, _>>()?,
        ))
    }

    fn new_object(&mut self) -> Result<(), Refusal> {
        let (_arguments, class) = (self.pop()?, self.pop()?);
        match self.values.get(class.0) {
            Some(Value::Global(Global::Inert(name))) => {
                let class = name.clone();
                self.push(Value::Record { class, state: None })
            }
            Some(Value::Global(Global::OrderedDict)) => self.push(Value::Dict(Vec::new())),
            _ => Err(malformed("objects of known classes", "another")),
        }
    }

    /// Attributes for an object. A dictionary's and a tensor's own are passed over.
    fn build(&mut self) -> Result<(), Refusal> {
        let (attributes, target) = (self.pop()?, self.top()?);
        match self.values.get_mut(target.0) {
            Some(Value::Record { state, .. }) => {
                *state = Some(attributes);
                Ok(())
            }
            Some(Value::Dict(_) | Value::Tensor(_)) => Ok(()),
            _ => Err(malformed(
                "attributes for objects",
                "attributes for another value",
            )),
        }
    }

    fn push(&mut self, value: Value) -> Result<(), Refusal> {
        if VALUES_LIMIT <= self.values.len() {
            let (limit, found) = (VALUES_LIMIT as u64, self.values.len() as u64 + 1);
            return Err(Refusal::too_large("a pickle in values", limit, found));
        }
        self.values.push(value);
        self.push_id(Id(self.values.len() - 1))
    }

    fn push_id(&mut self, id: Id) -> Result<(), Refusal> {
        if STACK_LIMIT <= self.stack.len() {
            let (limit, found) = (STACK_LIMIT as u64, self.stack.len() as u64 + 1);
            return Err(Refusal::too_large("a pickle's stack", limit, found));
        }
        self.stack.push(id);
        Ok(())
    }

    /// The lowest height that may be taken from.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Id, Refusal> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    fn top(&self) -> Result<Id, Refusal> {
        let above = self.stack.get(self.floor()..).unwrap_or_default();
        let last = above.last().copied();
        last.ok_or_else(|| malformed("enough values for its opcodes", "an empty stack"))
    }

    fn pop_many(&mut self, n_items: usize) -> Result<Vec<Id>, Refusal> {
        if self.stack.len() < self.floor() + n_items {
            return Err(malformed("enough values for its opcodes", "an empty stack"));
        }
        Ok(self.stack.split_off(self.stack.len() - n_items))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, Refusal> {
        let mark = self.marks.pop();
        let mark = mark.ok_or_else(|| malformed("a mark for each end", "an end without one"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }
}

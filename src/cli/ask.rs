//! Questions of a command: a flag answers, else a person at the terminal, else the default.

use std::{
    fmt::{self, Display},
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    str::FromStr,
};

use anyhow::{Context as _, ensure};
use clap::ValueEnum;

use super::print;

/// The flag's value, else what is answered at the terminal, else the default.
pub(super) fn answer<T: FromStr + Display>(
    flag: Option<T>,
    (name, question): (&str, &str),
    default: Option<T>,
) -> anyhow::Result<T> {
    if let Some(value) = flag {
        return Ok(value);
    }
    if !io::stdin().is_terminal() {
        return default.with_context(|| format!("wanted {name}, found none"));
    }
    let hint = default.as_ref().map(|it| format!(" [{it}]"));
    print(&format!("{question}{}: ", hint.as_deref().unwrap_or("")))?;
    io::stdout().flush()?;
    let mut line = String::new();
    let n_bytes = io::stdin().lock().read_line(&mut line)?;
    ensure!(
        n_bytes != 0,
        "wanted an answer for {name}, found the end of the input"
    );
    match (line.trim(), default) {
        ("", Some(default)) => Ok(default),
        (text, kept) => match text.parse() {
            Ok(value) if !text.is_empty() => Ok(value),
            _ => {
                eprintln!("wanted another answer, found {text:?}");
                answer(None, (name, question), kept)
            }
        },
    }
}

/// The same for one of several words.
pub(super) fn chosen<T: ValueEnum>(
    flag: Option<T>,
    (name, question): (&str, &str),
    default: T,
) -> anyhow::Result<T> {
    if let Some(value) = flag {
        return Ok(value);
    }
    let words: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
        .collect();
    let usual = default.to_possible_value();
    let usual = usual.map(|it| it.get_name().to_owned());
    let question = format!("{question} ({})", words.join(", "));
    let word = answer(None, (name, &question), usual)?;
    T::from_str(&word, true).map_err(|_dropped| {
        anyhow::anyhow!(
            "wanted one of {} for {name}, found {word:?}",
            words.join(", ")
        )
    })
}

/// Two numbers with a sign between them.
#[derive(Clone, Copy)]
pub(super) struct Pair<const BETWEEN: char>(pub(super) f32, pub(super) f32);

impl<const BETWEEN: char> FromStr for Pair<BETWEEN> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |it: &str| it.trim().parse::<f32>().ok().filter(|it| it.is_finite());
        let numbers = text.split_once(BETWEEN);
        let numbers = numbers.and_then(|(first, second)| Some((number(first)?, number(second)?)));
        let (first, second) =
            numbers.ok_or_else(|| format!("wanted two numbers with {BETWEEN} between them"))?;
        Ok(Self(first, second))
    }
}

impl<const BETWEEN: char> Display for Pair<BETWEEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{BETWEEN}{}", self.0, self.1)
    }
}

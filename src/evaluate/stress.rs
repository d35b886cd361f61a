//! Cases damaged on purpose, by degrees, in ways that occur in practice: what is left out, mistyped or comes late.
//!
//! What is random goes by a seed, so that it is the same each time.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{Kind, damage, item::Item};
use crate::{
    case::{Note, Sequence, Series, Variable, sequence::Letters},
    model::Manifest,
    prep::{
        Spec,
        words::{names_label, without, words},
    },
};

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stress {
    Image(damage::Kind),
    NamesHidden,
    WordsMissing,
    WordsMistyped,
    UpperCase,
    ValuesMissing,
    WithoutGroup(Group),
    EndMissing,
    BasesUnknown,
    BasesWrong,
}

/// Variables that are measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    VitalSigns,
    Gases,
    Chemistry,
    Blood,
}

impl Group {
    const ALL: [Self; 4] = [Self::VitalSigns, Self::Gases, Self::Chemistry, Self::Blood];

    const fn name(self) -> &'static str {
        match self {
            Self::VitalSigns => "no vital signs",
            Self::Gases => "no breathing and blood gases",
            Self::Chemistry => "no chemistry",
            Self::Blood => "no inflammation, clotting and blood count",
        }
    }

    /// By the first variable of each group: variables are in the order of their table.
    fn of(variable: Variable) -> Self {
        let starts = [
            ("crp", Self::Blood),
            ("sodium", Self::Chemistry),
            ("mechanical_ventilation", Self::Gases),
        ];
        let of_start = |(key, group): (&str, Self)| {
            let start = Variable::of_key(key)?;
            (start <= variable).then_some(group)
        };
        starts
            .into_iter()
            .find_map(of_start)
            .unwrap_or(Self::VitalSigns)
    }
}

/// The damage that a model's cases are put to.
pub(super) fn all(kind: Kind, manifest: &Manifest) -> Vec<Stress> {
    match kind {
        Kind::Images => damage::Kind::ALL.map(Stress::Image).to_vec(),
        Kind::Notes => {
            let named = (!manifest.naming.is_empty()).then_some(Stress::NamesHidden);
            let rest = [
                Stress::WordsMissing,
                Stress::WordsMistyped,
                Stress::UpperCase,
            ];
            named.into_iter().chain(rest).collect()
        }
        Kind::Courses => {
            let variables = match &manifest.prep {
                Spec::Series(spec) => spec.variables.as_slice(),
                _ => &[],
            };
            let groups = Group::ALL.into_iter().filter(|group| {
                let n = variables
                    .iter()
                    .filter(|it| Group::of(**it) == *group)
                    .count();
                0 < n && n < variables.len()
            });
            let groups = groups.map(Stress::WithoutGroup);
            [Stress::ValuesMissing]
                .into_iter()
                .chain(groups)
                .chain([Stress::EndMissing])
                .collect()
        }
        Kind::Sequences => vec![Stress::BasesUnknown, Stress::BasesWrong],
    }
}

impl Stress {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Image(kind) => kind.name(),
            Self::NamesHidden => "words that name a label hidden",
            Self::WordsMissing => "words missing",
            Self::WordsMistyped => "words mistyped",
            Self::UpperCase => "upper case",
            Self::ValuesMissing => "values missing",
            Self::WithoutGroup(group) => group.name(),
            Self::EndMissing => "end missing",
            Self::BasesUnknown => "bases unknown",
            Self::BasesWrong => "bases wrong",
        }
    }

    /// What the numbers of [`Self::levels`] are.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Self::Image(kind) => kind.parameter(),
            Self::NamesHidden | Self::WordsMissing | Self::WordsMistyped => "part of the words",
            Self::UpperCase => "part of the letters",
            Self::ValuesMissing => "part of the values",
            Self::WithoutGroup(_) => "part of them",
            Self::EndMissing => "last hours of the window",
            Self::BasesUnknown | Self::BasesWrong => "part of the bases",
        }
    }

    /// From slight to heavy; one where there are no degrees.
    pub(super) fn levels(self) -> Vec<f32> {
        match self {
            Self::Image(kind) => kind.levels().to_vec(),
            Self::NamesHidden | Self::UpperCase | Self::WithoutGroup(_) => vec![1.0],
            Self::WordsMissing => vec![0.1, 0.25, 0.5],
            Self::WordsMistyped | Self::BasesUnknown | Self::BasesWrong => vec![0.05, 0.1, 0.2],
            Self::ValuesMissing => vec![0.25, 0.5, 0.75],
            Self::EndMissing => vec![6.0, 12.0, 24.0],
        }
    }

    /// The case, damaged; `None` where that cannot be done to it.
    pub(super) fn apply(
        self,
        item: &Item,
        level: f32,
        seed: u64,
        manifest: &Manifest,
    ) -> Option<Item> {
        let part = f64::from(level);
        match (self, item) {
            (Self::Image(kind), Item::Scan(scan)) => {
                let scan = damage::damaged(scan, kind, level, seed)?;
                Some(Item::Scan(Box::new(scan)))
            }
            (_, Item::Note(note)) => {
                // To be scored once more, changed.
                let text = self.on_text(note.text.reveal(), part, seed, &manifest.naming)?;
                Some(Item::Note(Box::new(Note::plain(text))))
            }
            (_, Item::Series(series)) => {
                let window = match &manifest.prep {
                    Spec::Series(spec) => spec.hours as f64,
                    _ => return None,
                };
                self.on_series(series, part, seed, window)
                    .map(Arc::new)
                    .map(Item::Series)
            }
            (_, Item::Sequence(sequence)) => {
                let letters = self.on_letters(sequence.letters.as_str(), part, seed)?;
                Some(Item::Sequence(Sequence {
                    letters: Letters::parse(&letters).ok()?,
                    ..sequence.clone()
                }))
            }
            (_, Item::Scan(_)) => None,
        }
    }

    fn on_text(self, text: &str, part: f64, seed: u64, naming: &[String]) -> Option<String> {
        let words = words(text);
        match self {
            Self::NamesHidden => {
                let is_name = |it: &&Range<usize>| {
                    text.get((*it).clone())
                        .is_some_and(|it| names_label(it, naming))
                };
                Some(without(text, words.iter().filter(is_name)))
            }
            Self::WordsMissing => {
                let chosen = chosen(words.len(), part, seed);
                let left_out = words
                    .iter()
                    .enumerate()
                    .filter(|(idx, _)| chosen.contains(idx));
                Some(without(text, left_out.map(|(_, it)| it)))
            }
            Self::WordsMistyped => {
                let chosen = chosen(words.len(), part, seed);
                Some(mistyped(text, &words, &chosen, seed))
            }
            Self::UpperCase => Some(text.to_uppercase()),
            _ => None,
        }
    }

    fn on_series(self, series: &Series, part: f64, seed: u64, window: f64) -> Option<Series> {
        let mut series = series.clone();
        match self {
            Self::ValuesMissing => {
                let chosen = chosen(series.n_points(), part, seed);
                let mut idx = 0;
                for channel in &mut series.channels {
                    channel.points.retain(|_| {
                        idx += 1;
                        !chosen.contains(&(idx - 1))
                    });
                }
            }
            Self::WithoutGroup(group) => {
                series.channels.retain(|it| Group::of(it.variable) != group);
            }
            Self::EndMissing => {
                for channel in &mut series.channels {
                    channel.points.retain(|it| it.hours < window - part);
                }
            }
            _ => return None,
        }
        series.channels.retain(|it| !it.points.is_empty());
        Some(series)
    }

    fn on_letters(self, letters: &str, part: f64, seed: u64) -> Option<String> {
        let chosen = chosen(letters.len(), part, seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut other = |letter: char| {
            let others: Vec<char> = "ACGT".chars().filter(|it| *it != letter).collect();
            let at = random.random_range(0..others.len());
            others.get(at).copied().unwrap_or(letter)
        };
        let mut changed = String::with_capacity(letters.len());
        for (idx, letter) in letters.chars().enumerate() {
            changed.push(match self {
                Self::BasesUnknown if chosen.contains(&idx) => 'N',
                Self::BasesWrong if chosen.contains(&idx) => other(letter),
                Self::BasesUnknown | Self::BasesWrong => letter,
                _ => return None,
            });
        }
        Some(changed)
    }
}

/// This part of the first `n` numbers, rounded down, drawn without repeats.
fn chosen(n: usize, part: f64, seed: u64) -> BTreeSet<usize> {
    let mut random = StdRng::seed_from_u64(seed);
    let wanted = (n as f64 * part).floor() as usize;
    rand::seq::index::sample(&mut random, n, wanted.min(n))
        .into_iter()
        .collect()
}

/// The text with one slip in each chosen word: two neighbours swapped, a letter left out, or one struck twice.
fn mistyped(text: &str, words: &[Range<usize>], chosen: &BTreeSet<usize>, seed: u64) -> String {
    let mut random = StdRng::seed_from_u64(seed);
    let mut typed = String::with_capacity(text.len());
    let mut from = 0;
    for span in chosen.iter().filter_map(|it| words.get(*it)) {
        typed.push_str(text.get(from..span.start).unwrap_or_default());
        let mut letters: Vec<char> = text.get(span.clone()).unwrap_or_default().chars().collect();
        from = span.end;
        if 1 < letters.len() {
            let at = random.random_range(0..letters.len() - 1);
            match random.random_range(0..3) {
                0 => letters.swap(at, at + 1),
                1 => {
                    letters.remove(at);
                }
                _ => {
                    let twice = letters.get(at).copied();
                    letters.splice(at..at, twice);
                }
            }
        }
        typed.extend(letters);
    }
    typed.push_str(text.get(from..).unwrap_or_default());
    typed
}

#[cfg(test)]
mod tests {
    use super::{Group, Stress, chosen};
    use crate::{
        case::{
            Series, Variable,
            series::{Collector, SeriesFormat},
        },
        disk::Sha256,
        prep::words::words,
    };

    const TEXT: &str = "Seen by cardiology for chest pain, on and off for two days.";

    #[test]
    fn words_are_hidden_left_out_or_mistyped_to_the_degree_that_was_asked() {
        let naming = ["cardiolog*".to_owned()];
        let changed = |stress: Stress, part| stress.on_text(TEXT, part, 1, &naming).unwrap();
        assert_eq!(
            changed(Stress::NamesHidden, 1.0),
            "Seen by  for chest pain, on and off for two days."
        );
        assert_eq!(words(&changed(Stress::WordsMissing, 0.5)).len(), 6);
        let typed = changed(Stress::WordsMistyped, 0.25);
        assert_eq!(words(&typed).len(), 12);
        let same = words(&typed)
            .into_iter()
            .zip(words(TEXT))
            .filter(|(a, b)| typed[a.clone()] == TEXT[b.clone()]);
        // A swap of two equal letters changes nothing; there are none here.
        assert_eq!(same.count(), 9);
        assert_eq!(
            typed,
            changed(Stress::WordsMistyped, 0.25),
            "not the same twice"
        );
        assert_eq!(changed(Stress::UpperCase, 1.0), TEXT.to_uppercase());
        assert_eq!(Stress::WordsMissing.on_text("", 0.5, 1, &[]).unwrap(), "");
    }

    #[test]
    fn values_go_missing_at_random_by_group_or_at_the_end() {
        let mut collector = Collector::default();
        for hour in 0..48 {
            for (key, value) in [
                ("heart_rate", 80.0),
                ("sodium", 140.0),
                ("platelets", 200.0),
            ] {
                let variable = Variable::of_key(key).unwrap();
                collector.add(variable, f64::from(hour), value, variable.unit());
            }
        }
        let series = Series::new(Sha256::of(b""), SeriesFormat::CsvLong, collector.finish());
        let n = |stress: Stress, part| stress.on_series(&series, part, 1, 48.0).unwrap().n_points();
        assert_eq!(n(Stress::ValuesMissing, 0.25), 108);
        assert_eq!(n(Stress::EndMissing, 12.0), 108);
        for group in [Group::VitalSigns, Group::Chemistry, Group::Blood] {
            assert_eq!(n(Stress::WithoutGroup(group), 1.0), 96);
        }
        assert_eq!(n(Stress::WithoutGroup(Group::Gases), 1.0), 144);
    }

    #[test]
    fn bases_become_unknown_or_others() {
        let letters = "ACGTACGTACGTACGTACGT";
        let unknown = Stress::BasesUnknown.on_letters(letters, 0.2, 1).unwrap();
        assert_eq!(unknown.matches('N').count(), 4);
        let wrong = Stress::BasesWrong.on_letters(letters, 0.2, 1).unwrap();
        let differ = wrong.chars().zip(letters.chars()).filter(|(a, b)| a != b);
        assert_eq!(differ.count(), 4);
        assert_eq!(chosen(10, 0.55, 3).len(), 5);
    }
}

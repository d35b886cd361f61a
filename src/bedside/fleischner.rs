//! The card of the Fleischner Society for nodules found by chance.

use super::{
    Card,
    answer::{Item, Reading, Worked},
    inputs::{AGE, COUNT, Inputs, LONG_AXIS, NoduleKind, NoduleRisk, SHORT_AXIS},
    part::{noted, said},
};

pub(super) const FLEISCHNER: Card = Card {
    name: "fleischner",
    title: "Fleischner Society 2017, incidental lung nodules",
    source: "MacMahon H et al. Guidelines for Management of Incidental Pulmonary Nodules Detected on CT Images. \
        Radiology 2017;284:228-243",
    audience: "Nodules found by chance on CT at 35 years and older; not for screening, known cancer or immunosuppression. \
        Size is the mean of long and short axis, rounded to whole millimetres. With several nodules the most suspicious \
        one guides; part-solid nodules with a solid part of 6 mm or more are highly suspicious",
    from_years: None,
    work,
};

const NOT_FOR: &str =
    "the guideline does not apply: below 35 years, known cancer, immunosuppression or screening";

/// Sizes that the guideline tells apart, in whole mm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Below6,
    From6To8,
    Above8,
}

impl Size {
    const ALL: [Self; 3] = [Self::Below6, Self::From6To8, Self::Above8];

    fn of(mean_mm: f64) -> Self {
        match mean_mm.round() {
            it if it < 6.0 => Self::Below6,
            it if it <= 8.0 => Self::From6To8,
            _ => Self::Above8,
        }
    }
}

/// One nodule of those that the inputs do not exclude.
#[derive(Clone, Copy)]
struct Nodule {
    kind: NoduleKind,
    size: Size,
    is_multiple: bool,
    risk: NoduleRisk,
}

fn work(inputs: &Inputs) -> Worked {
    let (age_reading, age) = AGE.read(inputs);
    let exclusions = [
        ("age", age_reading, age.map(|it| it < 35.0)),
        excluding("cancer", "known_cancer", inputs.known_cancer),
        excluding(
            "immunosuppression",
            "immunosuppressed",
            inputs.immunosuppressed,
        ),
        excluding(
            "screening",
            "lung_cancer_screening",
            inputs.lung_cancer_screening,
        ),
    ];
    let is_excluded = exclusions.iter().any(|it| it.2 == Some(true));
    let may_be_excluded = exclusions.iter().any(|it| it.2 != Some(false));
    let mut says = if is_excluded {
        Vec::new()
    } else {
        every_advice(inputs)
    };
    if may_be_excluded {
        says.push(NOT_FOR);
    }
    let is_undecided = 1 < says.len();
    let mut items: Vec<Item> = exclusions
        .into_iter()
        .map(|(name, reading, _)| item(name, vec![reading], is_undecided))
        .collect();
    let (long, short) = (LONG_AXIS.read(inputs), SHORT_AXIS.read(inputs));
    let kind = said("nodule_kind", inputs.nodule_kind.map(NoduleKind::word));
    let risk = said("nodule_risk", inputs.nodule_risk.map(NoduleRisk::word));
    // Risk parts the advice on solid nodules only.
    let needs_risk = is_undecided && inputs.nodule_kind.is_none_or(|it| it == NoduleKind::Solid);
    items.extend([
        item("kind of nodule", vec![kind], is_undecided),
        item("size", vec![long.0, short.0], is_undecided),
        item(
            "number of nodules",
            vec![COUNT.read(inputs).0],
            is_undecided,
        ),
        item("risk", vec![risk], needs_risk),
    ]);
    let mut warnings = Vec::new();
    if let (Some(long), Some(short)) = (long.1, short.1)
        && long < short
    {
        let warning = "nodule_short_axis_mm lies above nodule_long_axis_mm: one of them is wrong";
        warnings.push(warning.to_owned());
    }
    Worked {
        items,
        total: None,
        says,
        warnings,
    }
}

fn excluding(
    item: &'static str,
    name: &'static str,
    value: Option<bool>,
) -> (&'static str, Reading, Option<bool>) {
    (item, noted(name, value, 0.0).reading, value)
}

fn item(name: &'static str, inputs: Vec<Reading>, is_undecided: bool) -> Item {
    let is_open = is_undecided && inputs.iter().any(|it| !it.is_usable());
    Item {
        name,
        inputs,
        points: None,
        is_open,
    }
}

/// The advice for each nodule that the inputs do not exclude, each once.
fn every_advice(inputs: &Inputs) -> Vec<&'static str> {
    let kinds = either(inputs.nodule_kind, NoduleKind::ALL);
    let sizes = sizes(inputs);
    let (_, count) = COUNT.read(inputs);
    let numbers = either(count.map(|it| 1.0 < it), [false, true]);
    let risks = either(inputs.nodule_risk, [NoduleRisk::Low, NoduleRisk::High]);
    let mut nodules = Vec::new();
    for kind in kinds {
        for size in &sizes {
            for is_multiple in &numbers {
                nodules.extend(risks.iter().map(|risk| Nodule {
                    kind,
                    size: *size,
                    is_multiple: *is_multiple,
                    risk: *risk,
                }));
            }
        }
    }
    let mut every = Vec::new();
    for text in nodules.into_iter().map(advice) {
        if !every.contains(&text) {
            every.push(text);
        }
    }
    every
}

fn either<T: Copy, const N: usize>(known: Option<T>, all: [T; N]) -> Vec<T> {
    known.map_or_else(|| all.to_vec(), |it| vec![it])
}

/// The sizes between the least and the greatest mean diameter that is possible.
fn sizes(inputs: &Inputs) -> Vec<Size> {
    let long = LONG_AXIS.ends(LONG_AXIS.read(inputs).1);
    let short = SHORT_AXIS.ends(SHORT_AXIS.read(inputs).1);
    let least = Size::of((long.0 + short.0) / 2.0);
    let greatest = Size::of((long.1 + short.1) / 2.0);
    let possible = Size::ALL.into_iter();
    possible
        .filter(|it| (least..=greatest).contains(it))
        .collect()
}

/// The table of the guideline.
fn advice(nodule: Nodule) -> &'static str {
    use NoduleKind::{NonSolid, PartSolid, Solid};
    use NoduleRisk::{High, Low};
    use Size::{Above8, Below6, From6To8};
    let Nodule {
        kind,
        size,
        is_multiple,
        risk,
    } = nodule;
    match (kind, is_multiple, size, risk) {
        (Solid, _, Below6, Low) => "no routine follow-up",
        (Solid, _, Below6, High) => "optional CT at 12 months",
        (Solid, false, From6To8, Low) => {
            "CT at 6 to 12 months, then consider CT at 18 to 24 months"
        }
        (Solid, false, From6To8, High) => "CT at 6 to 12 months, then CT at 18 to 24 months",
        (Solid, false, Above8, _) => "consider CT at 3 months, PET/CT or tissue sampling",
        (Solid, true, _, Low) => "CT at 3 to 6 months, then consider CT at 18 to 24 months",
        (Solid, true, _, High) => "CT at 3 to 6 months, then CT at 18 to 24 months",
        (NonSolid | PartSolid, false, Below6, _) => "no routine follow-up",
        (NonSolid, false, _, _) => {
            "CT at 6 to 12 months to confirm persistence, then CT every 2 years until 5 years"
        }
        (PartSolid, false, _, _) => {
            "CT at 3 to 6 months to confirm persistence; if unchanged and the solid part stays below 6 mm, CT every year \
             for 5 years"
        }
        (NonSolid | PartSolid, true, Below6, _) => {
            "CT at 3 to 6 months; if stable, consider CT at 2 and 4 years"
        }
        (NonSolid | PartSolid, true, _, _) => {
            "CT at 3 to 6 months, then by the most suspicious nodule"
        }
    }
}

//! NEWS2, the National Early Warning Score of the Royal College of Physicians.

use super::{
    Card,
    answer::{Item, Range, Worked},
    inputs::{
        Consciousness, Inputs, PULSE, RESPIRATORY_RATE, SPO2, SYSTOLIC, Spo2Scale, TEMPERATURE,
    },
    part::{Part, Step, charted, noted, said, unknown, up_to},
};

pub(super) const NEWS2: Card = Card {
    name: "news2",
    title: "NEWS2, National Early Warning Score",
    source: "Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017",
    audience: "Patients of 16 years and older; not in pregnancy. SpO2 scale 2 only in confirmed hypercapnic respiratory \
        failure, by decision of a competent clinician, else scale 1. It aids clinical assessment and does not replace it",
    from_years: Some(16.0),
    work,
};

const LOW: &str = "0 to 4, no item of 3: low clinical risk; ward-based response";
const LOW_MEDIUM: &str =
    "0 to 4 with an item of 3: low-medium clinical risk; urgent ward-based response";
const MEDIUM: &str = "5 to 6: medium clinical risk; key threshold for urgent response";
const HIGH: &str = "7 or more: high clinical risk; urgent or emergency response";

fn work(inputs: &Inputs) -> Worked {
    let items = vec![
        Item::one(
            "respiration rate",
            charted(
                (&RESPIRATORY_RATE, Step::Whole),
                inputs,
                &[(8.0, 3), (11.0, 1), (20.0, 0), (24.0, 2)],
                3,
            ),
        ),
        saturation(inputs),
        Item::one("supplemental oxygen", noted("oxygen", inputs.oxygen, 2.0)),
        Item::one(
            "systolic blood pressure",
            charted(
                (&SYSTOLIC, Step::Whole),
                inputs,
                &[(90.0, 3), (100.0, 2), (110.0, 1), (219.0, 0)],
                3,
            ),
        ),
        Item::one(
            "pulse",
            charted(
                (&PULSE, Step::Whole),
                inputs,
                &[(40.0, 3), (50.0, 1), (90.0, 0), (110.0, 1), (130.0, 2)],
                3,
            ),
        ),
        Item::one("consciousness", consciousness(inputs)),
        Item::one(
            "temperature",
            charted(
                (&TEMPERATURE, Step::Tenth),
                inputs,
                &[(35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1)],
                2,
            ),
        ),
    ];
    let says = says(&items);
    Worked {
        says,
        ..Worked::points(items, &[])
    }
}

fn saturation(inputs: &Inputs) -> Item {
    let scale = inputs.spo2_scale.unwrap_or(Spo2Scale::One);
    let on_air: &[(f64, u8)] = match scale {
        Spo2Scale::One => &[(91.0, 3), (93.0, 2), (95.0, 1)],
        Spo2Scale::Two => &[(83.0, 3), (85.0, 2), (87.0, 1)],
    };
    let mut part = charted((&SPO2, Step::Whole), inputs, on_air, 0);
    if let Some(given) = &mut part.reading.given {
        given.push_str(&format!(" on scale {}", u8::from(scale)));
    }
    let mut readings = vec![part.reading];
    let (_, value) = SPO2.read(inputs);
    if let (Spo2Scale::Two, Some(value)) = (scale, value) {
        let oxygen = noted("oxygen", inputs.oxygen, 0.0);
        let on_oxygen = f64::from(up_to(
            Step::Whole.round(value),
            &[
                (83.0, 3),
                (85.0, 2),
                (87.0, 1),
                (92.0, 0),
                (94.0, 1),
                (96.0, 2),
            ],
            3,
        ));
        match inputs.oxygen {
            Some(false) => {}
            Some(true) => part.range = Range::exact(on_oxygen),
            // Too much oxygen gives points only where oxygen is given.
            None => part.range.greatest = on_oxygen,
        }
        readings.push(oxygen.reading);
    }
    Item::of("oxygen saturation", readings, part.range)
}

fn consciousness(inputs: &Inputs) -> Part {
    let range = match inputs.consciousness {
        None => unknown(3),
        Some(Consciousness::Alert) => Range::exact(0.0),
        Some(_) => Range::exact(3.0),
    };
    Part {
        reading: said(
            "consciousness",
            inputs.consciousness.map(Consciousness::word),
        ),
        range,
    }
}

/// The clinical risks that are not excluded: by the total, and up to 4 by whether a single item has 3.
fn says(items: &[Item]) -> Vec<&'static str> {
    let total = Range::sum(items);
    let ranges = || items.iter().filter_map(|it| it.points);
    let has_three = ranges().any(|it| 3.0 <= it.least);
    let may_have_three =
        ranges().any(|it| 3.0 <= it.greatest && total.least - it.least + it.greatest <= 4.0);
    let possible = [
        (total.least <= 4.0 && !has_three, LOW),
        (total.least <= 4.0 && may_have_three, LOW_MEDIUM),
        (total.least <= 6.0 && 5.0 <= total.greatest, MEDIUM),
        (7.0 <= total.greatest, HIGH),
    ];
    let possible = possible.into_iter().filter(|it| it.0);
    possible.map(|it| it.1).collect()
}

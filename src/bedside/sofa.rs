//! SOFA of 1996. SOFA-2 of 2025 has other rules and is not here.

use super::{
    Card,
    answer::{Item, Range, Worked},
    inputs::{
        BILIRUBIN, CREATININE, DOBUTAMINE, DOPAMINE, EPINEPHRINE, FIO2, GLASGOW, Inputs,
        MEAN_ARTERIAL_PRESSURE, NOREPINEPHRINE, PAO2, PLATELETS, URINE,
    },
    part::{measured, noted, unknown, up_to},
};

pub(super) const SOFA: Card = Card {
    name: "sofa",
    title: "SOFA (1996), Sequential Organ Failure Assessment",
    source: "Vincent JL et al. The SOFA score to describe organ dysfunction/failure. Intensive Care Med 1996;22:707-710; \
        edges of bands as in the public code of MIMIC",
    audience: "Adults in intensive care; the worst value of each item in 24 hours. Made to describe organ dysfunction, not \
        to predict outcome. SOFA-2 (JAMA 2025) has other rules",
    from_years: Some(18.0),
    work,
};

fn work(inputs: &Inputs) -> Worked {
    let items = vec![
        respiration(inputs),
        Item::one(
            "coagulation",
            measured(&PLATELETS, inputs, 4, |it| {
                below(it, [20.0, 50.0, 100.0, 150.0])
            }),
        ),
        Item::one(
            "liver",
            measured(&BILIRUBIN, inputs, 4, |it| {
                reaching(it, [1.2, 2.0, 6.0, 12.0])
            }),
        ),
        cardiovascular(inputs),
        Item::one(
            "central nervous system",
            measured(&GLASGOW, inputs, 4, |it| {
                up_to(it, &[(5.0, 4), (9.0, 3), (12.0, 2), (14.0, 1)], 0)
            }),
        ),
        Item::worst(
            "renal",
            vec![
                measured(&CREATININE, inputs, 4, |it| {
                    reaching(it, [1.2, 2.0, 3.5, 5.0])
                }),
                measured(&URINE, inputs, 4, |it| match it {
                    it if it < 200.0 => 4,
                    it if it < 500.0 => 3,
                    _ => 0,
                }),
            ],
        ),
    ];
    Worked::points(items, &[])
}

/// The ratio of PaO2 to FiO2 in mmHg; 3 and 4 points only with ventilatory support.
fn respiration(inputs: &Inputs) -> Item {
    let (oxygen, pao2) = PAO2.read(inputs);
    let (fraction, fio2) = FIO2.read(inputs);
    let support = noted("ventilatory_support", inputs.ventilatory_support, 0.0);
    let mut range = match (pao2, fio2) {
        (Some(pao2), Some(fio2)) => {
            // 56 / 0.28 is 200, not the 199.99999999999997 that the machine divides.
            let ratio = (pao2 / fio2 * 1e6).round() / 1e6;
            let points = f64::from(below(ratio, [100.0, 200.0, 300.0, 400.0]));
            Range::exact(points)
        }
        _ => unknown(4),
    };
    if inputs.ventilatory_support != Some(true) {
        range.least = range.least.min(2.0);
    }
    if inputs.ventilatory_support == Some(false) {
        range.greatest = range.greatest.min(2.0);
    }
    Item::of(
        "respiration",
        vec![oxygen, fraction, support.reading],
        range,
    )
}

/// Pressure, and the doses of what raises it.
fn cardiovascular(inputs: &Inputs) -> Item {
    let strong = |dose: f64| up_to(dose, &[(0.0, 0), (0.1, 3)], 4);
    Item::worst(
        "cardiovascular",
        vec![
            measured(&MEAN_ARTERIAL_PRESSURE, inputs, 1, |it| u8::from(it < 70.0)),
            measured(&DOPAMINE, inputs, 4, |it| {
                up_to(it, &[(0.0, 0), (5.0, 2), (15.0, 3)], 4)
            }),
            measured(&DOBUTAMINE, inputs, 2, |it| up_to(it, &[(0.0, 0)], 2)),
            measured(&EPINEPHRINE, inputs, 4, strong),
            measured(&NOREPINEPHRINE, inputs, 4, strong),
        ],
    )
}

/// One point for each limit that the value falls short of.
fn below(value: f64, limits: [f64; 4]) -> u8 {
    limits.into_iter().map(|it| u8::from(value < it)).sum()
}

/// One point for each limit that the value reaches.
fn reaching(value: f64, limits: [f64; 4]) -> u8 {
    limits.into_iter().map(|it| u8::from(it <= value)).sum()
}

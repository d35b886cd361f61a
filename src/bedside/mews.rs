//! MEWS, the Modified Early Warning Score of Subbe 2001; hospitals use many variants of it.

use super::{
    Card,
    answer::{Item, Range, Worked},
    inputs::{Consciousness, Inputs, PULSE, RESPIRATORY_RATE, SYSTOLIC, TEMPERATURE},
    part::{Part, Step, charted, said, unknown},
};

pub(super) const MEWS: Card = Card {
    name: "mews",
    title: "MEWS (Subbe 2001), Modified Early Warning Score",
    source: "Subbe CP et al. Validation of a modified Early Warning Score in medical admissions. QJM 2001;94:521-526; \
        where reprints differ at the edges, systolic pressure up to 70 and pulse up to 40 are the lowest bands",
    audience: "Adults admitted as medical emergencies. Many hospitals use variants with other bands",
    from_years: Some(18.0),
    work,
};

fn work(inputs: &Inputs) -> Worked {
    let pressure = charted(
        (&SYSTOLIC, Step::Whole),
        inputs,
        &[(70.0, 3), (80.0, 2), (100.0, 1), (199.0, 0)],
        2,
    );
    let pulse = charted(
        (&PULSE, Step::Whole),
        inputs,
        &[(40.0, 2), (50.0, 1), (100.0, 0), (110.0, 1), (129.0, 2)],
        3,
    );
    let rate = charted(
        (&RESPIRATORY_RATE, Step::Whole),
        inputs,
        &[(8.0, 2), (14.0, 0), (20.0, 1), (29.0, 2)],
        3,
    );
    let temperature = charted(
        (&TEMPERATURE, Step::Tenth),
        inputs,
        &[(34.9, 2), (38.4, 0)],
        2,
    );
    let items = vec![
        Item::one("systolic blood pressure", pressure),
        Item::one("heart rate", pulse),
        Item::one("respiratory rate", rate),
        Item::one("temperature", temperature),
        Item::one("consciousness (AVPU)", consciousness(inputs)),
    ];
    Worked::points(
        items,
        &[
            (0.0, 4.0, "0 to 4: below the critical score"),
            (
                5.0,
                14.0,
                "5 or more: critical score; death and admission to intensive care are more likely",
            ),
        ],
    )
}

fn consciousness(inputs: &Inputs) -> Part {
    let level = inputs.consciousness;
    let mut reading = said("consciousness", level.map(Consciousness::word));
    let range = match level {
        Some(Consciousness::Alert) => Range::exact(0.0),
        Some(Consciousness::Voice) => Range::exact(1.0),
        Some(Consciousness::Pain) => Range::exact(2.0),
        Some(Consciousness::Unresponsive) => Range::exact(3.0),
        Some(Consciousness::Confusion) => {
            reading.refused = Some(
                "wanted a level of AVPU, found confusion, which MEWS does not score".to_owned(),
            );
            unknown(3)
        }
        None => unknown(3),
    };
    Part { reading, range }
}

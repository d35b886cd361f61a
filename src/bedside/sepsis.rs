//! qSOFA and the SIRS criteria.

use super::{
    Card,
    answer::{Item, Worked},
    inputs::{
        BAND_FORMS, GLASGOW, Inputs, PACO2, PULSE, RESPIRATORY_RATE, SYSTOLIC, TEMPERATURE,
        WHITE_CELLS,
    },
    part::measured,
};

pub(super) const QSOFA: Card = Card {
    name: "qsofa",
    title: "qSOFA, quick SOFA",
    source: "Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock (Sepsis-3). \
        JAMA 2016;315:801-810",
    audience: "Adults with suspected infection outside intensive care. The Surviving Sepsis Campaign 2021 recommends \
        against it as the only screening tool",
    from_years: Some(18.0),
    work: qsofa,
};

pub(super) const SIRS: Card = Card {
    name: "sirs",
    title: "SIRS criteria",
    source: "Bone RC et al. Definitions for sepsis and organ failure (ACCP/SCCM). Chest 1992;101:1644-1655",
    audience: "Adults. The response may be to infection or to other insults; Sepsis-3 no longer defines sepsis by it",
    from_years: Some(18.0),
    work: sirs,
};

fn qsofa(inputs: &Inputs) -> Worked {
    let rate = measured(&RESPIRATORY_RATE, inputs, 1, |it| u8::from(22.0 <= it));
    let pressure = measured(&SYSTOLIC, inputs, 1, |it| u8::from(it <= 100.0));
    let mentation = measured(&GLASGOW, inputs, 1, |it| u8::from(it < 15.0));
    let items = vec![
        Item::one("respiratory rate 22 or more", rate),
        Item::one("systolic blood pressure 100 or less", pressure),
        Item::one("Glasgow coma scale below 15", mentation),
    ];
    Worked::points(
        items,
        &[
            (0.0, 1.0, "0 to 1: negative"),
            (2.0, 3.0, "2 to 3: positive; poor outcome is more likely"),
        ],
    )
}

fn sirs(inputs: &Inputs) -> Worked {
    let temperature = measured(&TEMPERATURE, inputs, 1, |it| {
        u8::from(!(36.0..=38.0).contains(&it))
    });
    let pulse = measured(&PULSE, inputs, 1, |it| u8::from(90.0 < it));
    let rate = measured(&RESPIRATORY_RATE, inputs, 1, |it| u8::from(20.0 < it));
    let carbon_dioxide = measured(&PACO2, inputs, 1, |it| u8::from(it < 32.0));
    let white_cells = measured(&WHITE_CELLS, inputs, 1, |it| {
        u8::from(!(4.0..=12.0).contains(&it))
    });
    let band_forms = measured(&BAND_FORMS, inputs, 1, |it| u8::from(10.0 < it));
    let items = vec![
        Item::one("temperature below 36 or above 38 °C", temperature),
        Item::one("heart rate above 90", pulse),
        Item::worst(
            "respiratory rate above 20 or PaCO2 below 32 mmHg",
            vec![rate, carbon_dioxide],
        ),
        Item::worst(
            "white cells below 4 or above 12, or over 10 % band forms",
            vec![white_cells, band_forms],
        ),
    ];
    Worked::points(
        items,
        &[
            (
                0.0,
                1.0,
                "0 to 1: no systemic inflammatory response syndrome",
            ),
            (2.0, 4.0, "2 to 4: systemic inflammatory response syndrome"),
        ],
    )
}

//! CURB-65 with the disposition that its source gives.

use super::{
    Card,
    answer::{Item, Worked},
    inputs::{AGE, DIASTOLIC, Inputs, RESPIRATORY_RATE, SYSTOLIC, UREA},
    part::{measured, noted},
};

pub(super) const CURB65: Card = Card {
    name: "curb65",
    title: "CURB-65 with disposition",
    source: "Lim WS et al. Defining community acquired pneumonia severity on presentation to hospital. \
        Thorax 2003;58:377-382; mortality is that of its derivation cohort",
    audience: "Adults with community-acquired pneumonia who present to hospital. It supports clinical judgement and \
        does not replace it: social circumstances and other signs of severity weigh as well",
    from_years: Some(18.0),
    work,
};

fn work(inputs: &Inputs) -> Worked {
    let urea = measured(&UREA, inputs, 1, |it| u8::from(7.0 < it));
    let rate = measured(&RESPIRATORY_RATE, inputs, 1, |it| u8::from(30.0 <= it));
    let systolic = measured(&SYSTOLIC, inputs, 1, |it| u8::from(it < 90.0));
    let diastolic = measured(&DIASTOLIC, inputs, 1, |it| u8::from(it <= 60.0));
    let age = measured(&AGE, inputs, 1, |it| u8::from(65.0 <= it));
    let items = vec![
        Item::one("confusion", noted("confusion", inputs.confusion, 1.0)),
        Item::one("urea above 7 mmol/L", urea),
        Item::one("respiratory rate 30 or more", rate),
        Item::worst(
            "systolic blood pressure below 90 or diastolic 60 or less",
            vec![systolic, diastolic],
        ),
        Item::one("age 65 or more", age),
    ];
    let mut worked = Worked::points(
        items,
        &[
            (0.0, 0.0, "0: 30-day mortality 0.7 %"),
            (1.0, 1.0, "1: 30-day mortality 3.2 %"),
            (2.0, 2.0, "2: 30-day mortality 13 %"),
            (3.0, 3.0, "3: 30-day mortality 17 %"),
            (4.0, 4.0, "4: 30-day mortality 41.5 %"),
            (5.0, 5.0, "5: 30-day mortality 57 %"),
            (0.0, 1.0, "0 to 1: likely suitable for home treatment"),
            (
                2.0,
                2.0,
                "2: consider hospital-supervised treatment: short stay, or as an outpatient",
            ),
            (3.0, 5.0, "3 to 5: manage in hospital as severe pneumonia"),
            (4.0, 5.0, "4 to 5: assess for intensive care in particular"),
        ],
    );
    let pressures = (SYSTOLIC.read(inputs).1, DIASTOLIC.read(inputs).1);
    if let (Some(systolic), Some(diastolic)) = pressures
        && systolic < diastolic
    {
        let warning = "diastolic_mmhg lies above systolic_mmhg: one of them is wrong";
        worked.warnings.push(warning.to_owned());
    }
    worked
}

//! Two published models of the probability that a lung nodule is cancer. Each stands alone; they are not averaged.

use super::{
    Card,
    answer::{Item, Range, Worked},
    inputs::{AGE, COUNT, Inputs, LONG_AXIS, NoduleKind, Sex, YEARS_SINCE_QUITTING},
    part::{Part, noted, said, term},
};

pub(super) const BROCK: Card = Card {
    name: "brock",
    title: "Brock (PanCan) model 2b, with spiculation",
    source: "McWilliams A et al. Probability of cancer in pulmonary nodules detected on first screening CT. \
        N Engl J Med 2013;369:910-919",
    audience: "Nodules on a first low-dose screening CT of current and former smokers; PanCan enrolled ages 50 to 75",
    from_years: Some(18.0),
    work: brock,
};

pub(super) const VA: Card = Card {
    name: "va",
    title: "VA model",
    source: "Gould MK et al. A clinical model to estimate the pretest probability of lung cancer in patients with solitary \
        pulmonary nodules. Chest 2007;131:383-388",
    audience: "Veterans with a solitary pulmonary nodule of 7 to 30 mm. For someone who never smoked, years since quitting \
        count 0, as in the published worked example",
    from_years: Some(18.0),
    work: va,
};

/// (4 mm / 10)^-0.5: the size at which the term is 0.
const BROCK_SIZE_CENTRE: f64 = 1.581_138_83;

fn brock(inputs: &Inputs) -> Worked {
    let age = term(&AGE, inputs, |it| 0.0287 * (it - 62.0));
    let sex = inputs.sex.map(|it| it == Sex::Female);
    let sex = Part {
        reading: said("sex", inputs.sex.map(Sex::word)),
        ..noted("sex", sex, 0.6011)
    };
    let family = noted(
        "family_history_of_lung_cancer",
        inputs.family_history_of_lung_cancer,
        0.2961,
    );
    let emphysema = noted("emphysema", inputs.emphysema, 0.2953);
    let size = term(&LONG_AXIS, inputs, |it| {
        -5.3854 * ((it / 10.0).powf(-0.5) - BROCK_SIZE_CENTRE)
    });
    let upper_lobe = noted("nodule_in_upper_lobe", inputs.nodule_in_upper_lobe, 0.6581);
    let count = term(&COUNT, inputs, |it| -0.0824 * (it - 4.0));
    let spiculation = noted("nodule_spiculated", inputs.nodule_spiculated, 0.7729);
    Worked::logistic(vec![
        Item::of("constant", Vec::new(), Range::exact(-6.7892)),
        Item::one("age", age),
        Item::one("female sex", sex),
        Item::one("family history of lung cancer", family),
        Item::one("emphysema", emphysema),
        Item::one("longest diameter", size),
        Item::one("kind of nodule", kind(inputs.nodule_kind)),
        Item::one("upper lobe", upper_lobe),
        Item::one("number of nodules", count),
        Item::one("spiculation", spiculation),
    ])
}

fn kind(kind: Option<NoduleKind>) -> Part {
    let range = match kind {
        Some(NoduleKind::Solid) => Range::exact(0.0),
        Some(NoduleKind::PartSolid) => Range::exact(0.3770),
        Some(NoduleKind::NonSolid) => Range::exact(-0.1276),
        None => Range {
            least: -0.1276,
            greatest: 0.3770,
        },
    };
    Part {
        reading: said("nodule_kind", kind.map(NoduleKind::word)),
        range,
    }
}

fn va(inputs: &Inputs) -> Worked {
    let items = vec![
        Item::of("constant", Vec::new(), Range::exact(-8.404)),
        Item::one("age", term(&AGE, inputs, |it| 0.0779 * it)),
        smoking(inputs),
        Item::one("diameter", term(&LONG_AXIS, inputs, |it| 0.112 * it)),
    ];
    let mut worked = Worked::logistic(items);
    if let (_, Some(diameter)) = LONG_AXIS.read(inputs)
        && diameter < 7.0
    {
        worked.warnings.push(format!(
            "nodule_long_axis_mm: the nodules of the source had 7 to 30 mm, found {}",
            LONG_AXIS.text(diameter)
        ));
    }
    let quit = YEARS_SINCE_QUITTING.read(inputs).1;
    if inputs.ever_smoker == Some(false) && quit.is_some_and(|it| 0.0 < it) {
        let warning = "years_since_quitting is not used for someone who never smoked";
        worked.warnings.push(warning.to_owned());
    }
    worked
}

/// Smoking raises the logit, the years since quitting lower it again.
fn smoking(inputs: &Inputs) -> Item {
    let quitting = term(&YEARS_SINCE_QUITTING, inputs, |it| 2.061 - 0.0567 * it);
    let smoked = quitting.range;
    let range = match inputs.ever_smoker {
        Some(true) => smoked,
        Some(false) => Range::exact(0.0),
        None => Range {
            least: smoked.least.min(0.0),
            greatest: smoked.greatest.max(0.0),
        },
    };
    let ever = noted("ever_smoker", inputs.ever_smoker, 0.0);
    Item::of("smoking", vec![ever.reading, quitting.reading], range)
}

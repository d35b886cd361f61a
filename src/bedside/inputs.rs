//! What may be known at the bedside, with units, and what of it can be true.

use serde::{Deserialize, Serialize};

use super::answer::Reading;

/// All inputs of all scores; each may be missing. Numbers are decimal, in the unit that the name says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    /// Breaths per minute.
    pub respiratory_rate_per_minute: Option<f64>,
    /// Oxygen saturation by pulse oximetry, in percent.
    pub spo2_percent: Option<f64>,
    /// The scale of NEWS2 for oxygen saturation. Its source has scale 1 for everyone for whom scale 2 was not chosen.
    pub spo2_scale: Option<Spo2Scale>,
    /// Whether supplemental oxygen is given.
    pub oxygen: Option<bool>,
    /// Body temperature in degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Systolic blood pressure in mmHg.
    pub systolic_mmhg: Option<f64>,
    /// Diastolic blood pressure in mmHg.
    pub diastolic_mmhg: Option<f64>,
    /// Mean arterial pressure in mmHg; not worked out from the other two.
    pub mean_arterial_pressure_mmhg: Option<f64>,
    /// Heart beats per minute.
    pub pulse_per_minute: Option<f64>,
    /// Level of consciousness by ACVPU.
    pub consciousness: Option<Consciousness>,
    /// Glasgow coma scale, 3 to 15.
    pub glasgow_coma_scale: Option<f64>,
    /// Confusion by CURB-65: abbreviated mental test score of 8 or less, or new disorientation in person, place or time.
    pub confusion: Option<bool>,
    /// Age in years.
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
    /// Urea in mmol/L; that is blood urea nitrogen in mg/dL times 0.357.
    pub urea_mmol_per_l: Option<f64>,
    /// Partial pressure of carbon dioxide in arterial blood, in mmHg.
    pub paco2_mmhg: Option<f64>,
    /// White blood cells in 10^9 per litre, which is thousands per cubic millimetre.
    pub white_cells_10e9_per_l: Option<f64>,
    /// Immature (band) forms in percent of the white cells.
    pub band_forms_percent: Option<f64>,
    /// Partial pressure of oxygen in arterial blood, in mmHg.
    pub pao2_mmhg: Option<f64>,
    /// Inspired oxygen as a fraction, 0.21 to 1.
    pub fio2_fraction: Option<f64>,
    /// Whether breathing is supported by a ventilator or continuous positive pressure.
    pub ventilatory_support: Option<bool>,
    /// Platelets in 10^9 per litre.
    pub platelets_10e9_per_l: Option<f64>,
    /// Bilirubin in mg/dL; that is µmol/L divided by 17.1.
    pub bilirubin_mg_per_dl: Option<f64>,
    /// Creatinine in mg/dL; that is µmol/L divided by 88.42.
    pub creatinine_mg_per_dl: Option<f64>,
    /// Urine in mL of 24 hours.
    pub urine_ml_per_day: Option<f64>,
    /// Dopamine in µg/kg/min, 0 where none is given; as the next three.
    pub dopamine_ug_per_kg_per_min: Option<f64>,
    pub dobutamine_ug_per_kg_per_min: Option<f64>,
    pub epinephrine_ug_per_kg_per_min: Option<f64>,
    pub norepinephrine_ug_per_kg_per_min: Option<f64>,
    pub family_history_of_lung_cancer: Option<bool>,
    pub emphysema: Option<bool>,
    /// Current or former smoker.
    pub ever_smoker: Option<bool>,
    /// 0 for a current smoker.
    pub years_since_quitting: Option<f64>,
    /// The longest diameter of the nodule in mm.
    pub nodule_long_axis_mm: Option<f64>,
    /// The diameter across it in the same plane, in mm.
    pub nodule_short_axis_mm: Option<f64>,
    pub nodule_kind: Option<NoduleKind>,
    /// How many nodules there are.
    pub nodule_count: Option<f64>,
    pub nodule_in_upper_lobe: Option<bool>,
    pub nodule_spiculated: Option<bool>,
    /// Risk of cancer as the Fleischner guideline means it.
    pub nodule_risk: Option<NoduleRisk>,
    /// Whether the patient is known to have a cancer.
    pub known_cancer: Option<bool>,
    pub immunosuppressed: Option<bool>,
    /// Whether the scan was made to screen for lung cancer.
    pub lung_cancer_screening: Option<bool>,
}

/// The scales of NEWS2 for oxygen saturation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Spo2Scale {
    One,
    /// For a target of 88 to 92 % in confirmed hypercapnic respiratory failure, chosen by a competent clinician.
    Two,
}

impl TryFrom<u8> for Spo2Scale {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err(format!("wanted scale 1 or 2, found {number}")),
        }
    }
}

impl From<Spo2Scale> for u8 {
    fn from(scale: Spo2Scale) -> Self {
        match scale {
            Spo2Scale::One => 1,
            Spo2Scale::Two => 2,
        }
    }
}

/// ACVPU; without new confusion it is AVPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consciousness {
    Alert,
    /// New confusion, with the eyes open.
    Confusion,
    Voice,
    Pain,
    Unresponsive,
}

impl Consciousness {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Confusion => "confusion",
            Self::Voice => "voice",
            Self::Pain => "pain",
            Self::Unresponsive => "unresponsive",
        }
    }
}

/// As the sources of the models have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    Female,
    Male,
}

impl Sex {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// How dense a nodule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoduleKind {
    Solid,
    PartSolid,
    /// Ground glass only.
    NonSolid,
}

impl NoduleKind {
    pub(super) const ALL: [Self; 3] = [Self::Solid, Self::PartSolid, Self::NonSolid];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::PartSolid => "part-solid",
            Self::NonSolid => "non-solid",
        }
    }
}

/// Low or high, by the risk factors that the Fleischner guideline lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoduleRisk {
    Low,
    High,
}

impl NoduleRisk {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
        }
    }
}

/// A number among the inputs: its unit, and from where to where it can be true. The limits catch slips of the keyboard and
/// of the unit; they are wider than any band of a score.
pub(super) struct Measure {
    name: &'static str,
    unit: &'static str,
    low: f64,
    high: f64,
    is_whole: bool,
    get: fn(&Inputs) -> Option<f64>,
}

impl Measure {
    const fn new(
        (name, unit): (&'static str, &'static str),
        (low, high): (f64, f64),
        get: fn(&Inputs) -> Option<f64>,
    ) -> Self {
        Self {
            name,
            unit,
            low,
            high,
            is_whole: false,
            get,
        }
    }

    const fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self
        }
    }

    /// What was given, and the value if it can be true.
    pub(super) fn read(&self, inputs: &Inputs) -> (Reading, Option<f64>) {
        let given = (self.get)(inputs);
        let usable = given.filter(|it| {
            // NaN lies in no range.
            (self.low..=self.high).contains(it) && (!self.is_whole || it.fract() == 0.0)
        });
        let refused = given.filter(|_| usable.is_none()).map(|it| {
            let whole = if self.is_whole {
                "a whole number from "
            } else {
                ""
            };
            let (low, high, found) = (self.low, self.text(self.high), self.text(it));
            format!("wanted {whole}{low} to {high}, found {found}")
        });
        let reading = Reading {
            name: self.name,
            given: given.map(|it| self.text(it)),
            refused,
        };
        (reading, usable)
    }

    /// From where to where the value lies: one point if it is known, all that can be true if not.
    pub(super) fn ends(&self, value: Option<f64>) -> (f64, f64) {
        value.map_or((self.low, self.high), |it| (it, it))
    }

    /// A value with its unit.
    pub(super) fn text(&self, value: f64) -> String {
        match self.unit {
            "" => value.to_string(),
            unit => format!("{value} {unit}"),
        }
    }
}

pub(super) const RESPIRATORY_RATE: Measure = Measure::new(
    ("respiratory_rate_per_minute", "/min"),
    (0.0, 100.0),
    |it| it.respiratory_rate_per_minute,
);
pub(super) const SPO2: Measure =
    Measure::new(("spo2_percent", "%"), (20.0, 100.0), |it| it.spo2_percent);
pub(super) const TEMPERATURE: Measure =
    Measure::new(("temperature_celsius", "°C"), (10.0, 46.0), |it| {
        it.temperature_celsius
    });
pub(super) const SYSTOLIC: Measure = Measure::new(("systolic_mmhg", "mmHg"), (20.0, 320.0), |it| {
    it.systolic_mmhg
});
pub(super) const DIASTOLIC: Measure =
    Measure::new(("diastolic_mmhg", "mmHg"), (10.0, 220.0), |it| {
        it.diastolic_mmhg
    });
pub(super) const MEAN_ARTERIAL_PRESSURE: Measure = Measure::new(
    ("mean_arterial_pressure_mmhg", "mmHg"),
    (10.0, 260.0),
    |it| it.mean_arterial_pressure_mmhg,
);
pub(super) const PULSE: Measure = Measure::new(("pulse_per_minute", "/min"), (0.0, 350.0), |it| {
    it.pulse_per_minute
});
pub(super) const GLASGOW: Measure = Measure::new(("glasgow_coma_scale", ""), (3.0, 15.0), |it| {
    it.glasgow_coma_scale
})
.whole();
pub(super) const AGE: Measure =
    Measure::new(("age_years", "years"), (0.0, 125.0), |it| it.age_years);
pub(super) const UREA: Measure = Measure::new(("urea_mmol_per_l", "mmol/L"), (0.1, 120.0), |it| {
    it.urea_mmol_per_l
});
pub(super) const PACO2: Measure =
    Measure::new(("paco2_mmhg", "mmHg"), (5.0, 250.0), |it| it.paco2_mmhg);
pub(super) const WHITE_CELLS: Measure =
    Measure::new(("white_cells_10e9_per_l", "10^9/L"), (0.0, 1000.0), |it| {
        it.white_cells_10e9_per_l
    });
pub(super) const BAND_FORMS: Measure =
    Measure::new(("band_forms_percent", "%"), (0.0, 100.0), |it| {
        it.band_forms_percent
    });
pub(super) const PAO2: Measure =
    Measure::new(("pao2_mmhg", "mmHg"), (10.0, 760.0), |it| it.pao2_mmhg);
pub(super) const FIO2: Measure =
    Measure::new(("fio2_fraction", ""), (0.21, 1.0), |it| it.fio2_fraction);
pub(super) const PLATELETS: Measure =
    Measure::new(("platelets_10e9_per_l", "10^9/L"), (0.0, 5000.0), |it| {
        it.platelets_10e9_per_l
    });
pub(super) const BILIRUBIN: Measure =
    Measure::new(("bilirubin_mg_per_dl", "mg/dL"), (0.0, 80.0), |it| {
        it.bilirubin_mg_per_dl
    });
pub(super) const CREATININE: Measure =
    Measure::new(("creatinine_mg_per_dl", "mg/dL"), (0.05, 40.0), |it| {
        it.creatinine_mg_per_dl
    });
pub(super) const URINE: Measure =
    Measure::new(("urine_ml_per_day", "mL/day"), (0.0, 30000.0), |it| {
        it.urine_ml_per_day
    });
pub(super) const DOPAMINE: Measure = Measure::new(
    ("dopamine_ug_per_kg_per_min", "µg/kg/min"),
    (0.0, 100.0),
    |it| it.dopamine_ug_per_kg_per_min,
);
pub(super) const DOBUTAMINE: Measure = Measure::new(
    ("dobutamine_ug_per_kg_per_min", "µg/kg/min"),
    (0.0, 100.0),
    |it| it.dobutamine_ug_per_kg_per_min,
);
pub(super) const EPINEPHRINE: Measure = Measure::new(
    ("epinephrine_ug_per_kg_per_min", "µg/kg/min"),
    (0.0, 20.0),
    |it| it.epinephrine_ug_per_kg_per_min,
);
pub(super) const NOREPINEPHRINE: Measure = Measure::new(
    ("norepinephrine_ug_per_kg_per_min", "µg/kg/min"),
    (0.0, 20.0),
    |it| it.norepinephrine_ug_per_kg_per_min,
);
pub(super) const YEARS_SINCE_QUITTING: Measure =
    Measure::new(("years_since_quitting", "years"), (0.0, 110.0), |it| {
        it.years_since_quitting
    });
/// What is longer than 30 mm is called a mass.
pub(super) const LONG_AXIS: Measure =
    Measure::new(("nodule_long_axis_mm", "mm"), (1.0, 30.0), |it| {
        it.nodule_long_axis_mm
    });
pub(super) const SHORT_AXIS: Measure =
    Measure::new(("nodule_short_axis_mm", "mm"), (1.0, 30.0), |it| {
        it.nodule_short_axis_mm
    });
pub(super) const COUNT: Measure =
    Measure::new(("nodule_count", ""), (1.0, 100.0), |it| it.nodule_count).whole();

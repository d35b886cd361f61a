//! The table of variables. Limits are what a living patient can have and an instrument can show, wide on purpose;
//! those that `bedside` has too are the same or narrower.
//!
//! Sources of reference intervals: NEWS2 is the band that scores 0 in the Royal College of Physicians' score of 2017;
//! ABIM is the American Board of Internal Medicine's list for adults of 2024. Molar masses are in g/mol.

use super::{Interval, Reference, Row, Unit};

const NEWS2: &str = "NEWS2 (2017), band of score 0";
const ABIM: &str = "ABIM (2024), adults";

const SAME: &str = "the same quantity";
const SI: &str = "SI prefixes";
const MERCURY: &str = "1 kPa = 7.50062 mmHg";

const fn row(
    [key, name, short]: [&'static str; 3],
    unit: &'static str,
    (low, high): (f64, f64),
) -> Row {
    Row {
        key,
        name,
        short,
        unit,
        others: &[],
        plausible: Interval { low, high },
        reference: None,
        loinc: &[],
        aliases: &[],
        physionet2012: None,
        becomes: None,
        is_volume: false,
    }
}

const fn times(code: &'static str, factor: f64, source: &'static str) -> Unit {
    Unit {
        code,
        factor,
        offset: 0.0,
        source,
    }
}

impl Row {
    const fn others(self, others: &'static [Unit]) -> Self {
        Self { others, ..self }
    }

    const fn healthy(self, low: f64, high: f64, source: &'static str) -> Self {
        let interval = Interval { low, high };
        let reference = Some(Reference { interval, source });
        Self { reference, ..self }
    }

    const fn loinc(self, loinc: &'static [&'static str]) -> Self {
        Self { loinc, ..self }
    }

    const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    const fn physionet(self, parameter: &'static str) -> Self {
        let physionet2012 = Some(parameter);
        Self {
            physionet2012,
            ..self
        }
    }

    const fn becomes(self, key: &'static str, factor: f64) -> Self {
        let becomes = Some((key, factor));
        Self { becomes, ..self }
    }

    const fn volume(self) -> Self {
        let is_volume = true;
        Self { is_volume, ..self }
    }
}

const PRESSURES: &[Unit] = &[times("kPa", 7.500_62, MERCURY)];
/// One charge: an equivalent is a mole.
const EQUIVALENTS: &[Unit] = &[times("meq/L", 1.0, "monovalent: 1 meq = 1 mmol")];
const SCORES: &[Unit] = &[times("1", 1.0, SAME)];
const ENZYMES: &[Unit] = &[times("ukat/L", 60.0, "1 ukat = 60 U (1 U = 1 umol/min)")];
const COUNTS: &[Unit] = &[
    times("10*3/uL", 1.0, SAME),
    times("G/L", 1.0, "giga per litre"),
    times("/uL", 0.001, SI),
];
const PERCENTS: &[Unit] = &[times("1", 100.0, "fraction")];
const MASSES: &[Unit] = &[times("g/L", 0.1, SI)];
const NANOGRAMS: &[Unit] = &[
    times("ug/L", 1.0, SI),
    times("ng/L", 0.001, SI),
    times("pg/mL", 0.001, SI),
];

pub(super) static TABLE: &[Row] = &[
    // Vital signs.
    row(["heart_rate", "heart rate", "HR"], "/min", (10.0, 350.0))
        .healthy(51.0, 90.0, NEWS2)
        .loinc(&["8867-4"])
        .also(&["pulse", "pulse rate", "heartrate", "puls", "herzfrequenz"])
        .physionet("HR"),
    row(
        ["respiratory_rate", "respiratory rate", "RR"],
        "/min",
        (1.0, 100.0),
    )
    .healthy(12.0, 20.0, NEWS2)
    .loinc(&["9279-1"])
    .also(&[
        "resp",
        "respiration rate",
        "breathing rate",
        "respirations",
        "atemfrequenz",
    ])
    .physionet("RespRate"),
    row(
        ["temperature", "body temperature", "Temp"],
        "Cel",
        (10.0, 46.0),
    )
    .others(&[
        Unit {
            code: "[degF]",
            factor: 5.0 / 9.0,
            offset: -160.0 / 9.0,
            source: "C = (F - 32) * 5 / 9",
        },
        Unit {
            code: "K",
            factor: 1.0,
            offset: -273.15,
            source: "0 Cel = 273.15 K",
        },
    ])
    .healthy(36.1, 38.0, NEWS2)
    .loinc(&["8310-5", "8331-1", "8332-9"])
    .also(&["temp c", "core temperature", "temperatur"])
    .physionet("Temp"),
    row(
        ["systolic_pressure", "systolic blood pressure", "SBP"],
        "mm[Hg]",
        (20.0, 320.0),
    )
    .others(PRESSURES)
    .healthy(111.0, 219.0, NEWS2)
    .loinc(&["8480-6", "76534-7"])
    .also(&[
        "systolic",
        "sys bp",
        "nibp systolic",
        "noninvasive systolic blood pressure",
    ])
    .physionet("NISysABP"),
    row(
        ["diastolic_pressure", "diastolic blood pressure", "DBP"],
        "mm[Hg]",
        (5.0, 260.0),
    )
    .others(PRESSURES)
    .loinc(&["8462-4", "76535-4"])
    .also(&[
        "diastolic",
        "dias bp",
        "nibp diastolic",
        "noninvasive diastolic blood pressure",
    ])
    .physionet("NIDiasABP"),
    row(
        ["mean_pressure", "mean blood pressure", "NIMAP"],
        "mm[Hg]",
        (10.0, 300.0),
    )
    .others(PRESSURES)
    .loinc(&["8478-0", "76536-2"])
    .also(&["mbp", "nibp mean", "noninvasive mean blood pressure"])
    .physionet("NIMAP"),
    row(
        [
            "systolic_pressure_arterial",
            "systolic pressure by arterial line",
            "aSBP",
        ],
        "mm[Hg]",
        (20.0, 320.0),
    )
    .others(PRESSURES)
    .healthy(111.0, 219.0, NEWS2)
    .loinc(&["76215-3"])
    .also(&[
        "ibp systolic",
        "invasive systolic blood pressure",
        "abp systolic",
        "art sys",
    ])
    .physionet("SysABP"),
    row(
        [
            "diastolic_pressure_arterial",
            "diastolic pressure by arterial line",
            "aDBP",
        ],
        "mm[Hg]",
        (5.0, 260.0),
    )
    .others(PRESSURES)
    .loinc(&["76213-8"])
    .also(&[
        "ibp diastolic",
        "invasive diastolic blood pressure",
        "abp diastolic",
        "art dia",
    ])
    .physionet("DiasABP"),
    row(
        [
            "mean_pressure_arterial",
            "mean pressure by arterial line",
            "MAP",
        ],
        "mm[Hg]",
        (10.0, 300.0),
    )
    .others(PRESSURES)
    .loinc(&["76214-6"])
    .also(&[
        "ibp mean",
        "invasive mean blood pressure",
        "abp mean",
        "mean arterial pressure",
    ])
    .physionet("MAP"),
    row(
        ["central_venous_pressure", "central venous pressure", "CVP"],
        "mm[Hg]",
        (-15.0, 60.0),
    )
    .others(PRESSURES)
    .loinc(&["60985-9"]),
    row(
        ["spo2", "oxygen saturation by pulse oximetry", "SpO2"],
        "%",
        (20.0, 100.0),
    )
    .others(PERCENTS)
    .healthy(96.0, 100.0, NEWS2)
    .loinc(&["59408-5", "2708-6"])
    .also(&[
        "o2sat",
        "pulse oximetry",
        "pulse ox",
        "oxygen saturation",
        "o2 sat",
        "sat",
    ]),
    row(["gcs", "Glasgow coma scale", "GCS"], "{score}", (3.0, 15.0))
        .others(SCORES)
        .healthy(14.0, 15.0, "Teasdale and Jennett (1974): 15 is full")
        .loinc(&["9269-2"])
        .also(&["glasgow coma score", "gcs total"])
        .physionet("GCS"),
    row(
        ["gcs_eye", "Glasgow coma scale, eyes", "GCS E"],
        "{score}",
        (1.0, 4.0),
    )
    .others(SCORES)
    .loinc(&["9267-6"])
    .also(&["gcs eyes"]),
    row(
        ["gcs_verbal", "Glasgow coma scale, speech", "GCS V"],
        "{score}",
        (1.0, 5.0),
    )
    .others(SCORES)
    .loinc(&["9270-0"]),
    row(
        ["gcs_motor", "Glasgow coma scale, movement", "GCS M"],
        "{score}",
        (1.0, 6.0),
    )
    .others(SCORES)
    .loinc(&["9268-4"]),
    row(["urine", "urine output", "Urine"], "mL", (0.0, 12000.0))
        .others(&[times("L", 1000.0, SI)])
        .loinc(&["9187-6"])
        .also(&["urine volume", "uop"])
        .physionet("Urine")
        .volume(),
    row(["weight", "body weight", "Weight"], "kg", (0.3, 500.0))
        .others(&[
            times("[lb_av]", 0.453_592_37, "international pound"),
            times("g", 0.001, SI),
        ])
        .loinc(&["29463-7", "3141-9"])
        .also(&["wt", "gewicht"])
        .physionet("Weight"),
    row(["height", "body height", "Height"], "cm", (30.0, 250.0))
        .others(&[
            times("[in_i]", 2.54, "international inch"),
            times("m", 100.0, SI),
        ])
        .loinc(&["8302-2"])
        .also(&["body length", "groesse", "größe"])
        .physionet("Height"),
    // Breathing and blood gases.
    row(
        [
            "mechanical_ventilation",
            "mechanical ventilation (1 is yes)",
            "Vent",
        ],
        "1",
        (0.0, 1.0),
    )
    .also(&["ventilated", "mech vent"])
    .physionet("MechVent"),
    row(
        ["fio2", "inspired fraction of oxygen", "FiO2"],
        "1",
        (0.21, 1.0),
    )
    .others(&[times("%", 0.01, "per cent")])
    .loinc(&["3150-6", "19994-3"])
    .also(&["inspired oxygen", "inhaled oxygen concentration"])
    .physionet("FiO2"),
    row(
        ["oxygen_flow", "oxygen flow", "O2 flow"],
        "L/min",
        (0.0, 100.0),
    )
    .loinc(&["3151-8"])
    .also(&["oxygen flow rate", "o2 flow rate"]),
    row(
        ["etco2", "end-tidal carbon dioxide", "EtCO2"],
        "mm[Hg]",
        (1.0, 150.0),
    )
    .others(PRESSURES)
    .loinc(&["19889-5"]),
    row(
        ["sao2", "oxygen saturation of arterial blood", "SaO2"],
        "%",
        (10.0, 100.0),
    )
    .others(PERCENTS)
    .also(&["arterial oxygen saturation"])
    .physionet("SaO2"),
    row(["ph", "pH of arterial blood", "pH"], "[pH]", (6.5, 8.0))
        .others(&[times("1", 1.0, SAME)])
        .healthy(7.38, 7.44, ABIM)
        .loinc(&["2744-1", "11558-4"])
        .also(&["ph value", "arterial ph", "blood ph"])
        .physionet("pH"),
    row(
        ["pao2", "partial pressure of oxygen, arterial", "PaO2"],
        "mm[Hg]",
        (10.0, 760.0),
    )
    .others(PRESSURES)
    .healthy(75.0, 100.0, ABIM)
    .loinc(&["2703-7"])
    .also(&["po2 arterial", "arterial po2"])
    .physionet("PaO2"),
    row(
        [
            "paco2",
            "partial pressure of carbon dioxide, arterial",
            "PaCO2",
        ],
        "mm[Hg]",
        (5.0, 250.0),
    )
    .others(PRESSURES)
    .healthy(38.0, 42.0, ABIM)
    .loinc(&["2019-8"])
    .also(&["pco2 arterial", "arterial pco2"])
    .physionet("PaCO2"),
    row(
        ["bicarbonate", "bicarbonate", "HCO3"],
        "mmol/L",
        (1.0, 70.0),
    )
    .others(EQUIVALENTS)
    .healthy(23.0, 28.0, ABIM)
    .loinc(&["1963-8", "1959-6", "1960-4"])
    .also(&["hco3-", "serum bicarbonate"])
    .physionet("HCO3"),
    row(
        ["base_excess", "base excess", "BE"],
        "mmol/L",
        (-50.0, 50.0),
    )
    .others(EQUIVALENTS)
    .loinc(&["1925-7"]),
    row(["lactate", "lactate", "Lac"], "mmol/L", (0.1, 40.0))
        .others(&[times("mg/dL", 1.0 / 9.008, "molar mass 90.08")])
        .loinc(&["2524-7", "32693-4", "2518-9"])
        .also(&["lactic acid", "laktat"])
        .physionet("Lactate"),
    // Chemistry.
    row(["sodium", "sodium", "Na"], "mmol/L", (80.0, 210.0))
        .others(EQUIVALENTS)
        .healthy(136.0, 145.0, ABIM)
        .loinc(&["2951-2", "2947-0"])
        .also(&["serum sodium", "na+", "natrium"])
        .physionet("Na"),
    row(["potassium", "potassium", "K"], "mmol/L", (1.0, 15.0))
        .others(EQUIVALENTS)
        .healthy(3.5, 5.0, ABIM)
        .loinc(&["2823-3", "6298-4"])
        .also(&["serum potassium", "k+", "kalium"])
        .physionet("K"),
    row(["chloride", "chloride", "Cl"], "mmol/L", (50.0, 170.0))
        .others(EQUIVALENTS)
        .healthy(98.0, 106.0, ABIM)
        .loinc(&["2075-0", "2069-3"])
        .also(&["serum chloride", "cl-"]),
    row(["calcium", "calcium", "Ca"], "mg/dL", (2.0, 25.0))
        .others(&[
            times("mmol/L", 4.0078, "molar mass 40.078"),
            times("meq/L", 2.0039, "molar mass 40.078, two charges"),
        ])
        .healthy(8.6, 10.2, ABIM)
        .loinc(&["17861-6", "2000-8"])
        .also(&["total calcium", "serum calcium"]),
    row(["magnesium", "magnesium", "Mg"], "mg/dL", (0.2, 20.0))
        .others(&[
            times("mmol/L", 2.4305, "molar mass 24.305"),
            times("meq/L", 1.215_25, "molar mass 24.305, two charges"),
        ])
        .healthy(1.6, 2.6, ABIM)
        .loinc(&["19123-9", "2601-3"])
        .also(&["serum magnesium"])
        .physionet("Mg"),
    row(["phosphate", "phosphate", "Phos"], "mg/dL", (0.2, 30.0))
        .others(&[times("mmol/L", 3.0974, "phosphorus, 30.974")])
        .healthy(3.0, 4.5, ABIM)
        .loinc(&["2777-1", "14879-1"])
        .also(&["phosphorus", "inorganic phosphate"]),
    row(["glucose", "glucose", "Glu"], "mg/dL", (5.0, 2500.0))
        .others(&[times("mmol/L", 18.0156, "molar mass 180.156")])
        .healthy(70.0, 99.0, "ABIM (2024), adults, fasting")
        .loinc(&["2345-7", "2339-0", "14749-6", "15074-8", "41653-7"])
        .also(&["blood glucose", "serum glucose", "glukose"])
        .physionet("Glucose"),
    row(
        ["urea_nitrogen", "urea nitrogen", "BUN"],
        "mg/dL",
        (0.5, 340.0),
    )
    .others(&[times(
        "mmol/L",
        2.8014,
        "moles of urea, two nitrogens of 14.007",
    )])
    .healthy(8.0, 20.0, ABIM)
    .loinc(&["3094-0", "6299-2"])
    .also(&["blood urea nitrogen"])
    .physionet("BUN"),
    row(["urea", "urea", "Urea"], "mmol/L", (0.2, 120.0))
        .others(&[times("mg/dL", 1.0 / 6.006, "molar mass 60.06")])
        .loinc(&["22664-7", "3091-6"])
        .also(&["serum urea", "harnstoff"])
        .becomes("urea_nitrogen", 2.8014),
    row(["creatinine", "creatinine", "Crea"], "mg/dL", (0.1, 40.0))
        .others(&[times(
            "umol/L",
            1.0 / 88.42,
            "molar mass 113.12: 1 mg/dL = 88.42 umol/L",
        )])
        .healthy(0.5, 1.3, ABIM)
        .loinc(&["2160-0", "38483-4", "14682-9"])
        .also(&["serum creatinine", "kreatinin"])
        .physionet("Creatinine"),
    row(["urate", "uric acid", "UA"], "mg/dL", (0.2, 50.0))
        .others(&[times("umol/L", 1.0 / 59.48, "molar mass 168.11")])
        .loinc(&["3084-1"]),
    row(
        ["bilirubin", "total bilirubin", "Bili"],
        "mg/dL",
        (0.05, 80.0),
    )
    .others(&[times(
        "umol/L",
        1.0 / 17.1,
        "molar mass 584.7: 1 mg/dL = 17.1 umol/L",
    )])
    .healthy(0.3, 1.0, ABIM)
    .loinc(&["1975-2", "14631-6"])
    .also(&["bilirubin total"])
    .physionet("Bilirubin"),
    row(
        ["bilirubin_direct", "direct bilirubin", "dBili"],
        "mg/dL",
        (0.0, 80.0),
    )
    .others(&[times(
        "umol/L",
        1.0 / 17.1,
        "molar mass 584.7: 1 mg/dL = 17.1 umol/L",
    )])
    .healthy(0.1, 0.3, ABIM)
    .loinc(&["1968-7"]),
    row(
        ["alt", "alanine aminotransferase", "ALT"],
        "U/L",
        (1.0, 30000.0),
    )
    .others(ENZYMES)
    .healthy(10.0, 40.0, ABIM)
    .loinc(&["1742-6"])
    .also(&["gpt", "sgpt", "glutamic-pyruvic transaminase"])
    .physionet("ALT"),
    row(
        ["ast", "aspartate aminotransferase", "AST"],
        "U/L",
        (1.0, 40000.0),
    )
    .others(ENZYMES)
    .healthy(10.0, 40.0, ABIM)
    .loinc(&["1920-8"])
    .also(&["got", "sgot"])
    .physionet("AST"),
    row(
        ["alp", "alkaline phosphatase", "ALP"],
        "U/L",
        (1.0, 10000.0),
    )
    .others(ENZYMES)
    .healthy(30.0, 120.0, ABIM)
    .loinc(&["6768-6"])
    .also(&["alkaline phos", "alkalinephos"])
    .physionet("ALP"),
    row(
        ["ggt", "gamma-glutamyl transferase", "GGT"],
        "U/L",
        (1.0, 10000.0),
    )
    .others(ENZYMES)
    .loinc(&["2324-2"])
    .also(&["gamma-gt", "γ-glutamyl transpeptidase"]),
    row(
        ["ldh", "lactate dehydrogenase", "LDH"],
        "U/L",
        (10.0, 50000.0),
    )
    .others(ENZYMES)
    .healthy(80.0, 225.0, ABIM)
    .loinc(&["2532-0", "14804-9"]),
    row(
        ["creatine_kinase", "creatine kinase", "CK"],
        "U/L",
        (1.0, 500_000.0),
    )
    .others(ENZYMES)
    .loinc(&["2157-6"])
    .also(&["cpk"]),
    row(["albumin", "albumin", "Alb"], "g/dL", (0.3, 8.0))
        .others(MASSES)
        .healthy(3.5, 5.5, ABIM)
        .loinc(&["1751-7"])
        .also(&["serum albumin"])
        .physionet("Albumin"),
    row(
        ["total_protein", "total protein", "TP"],
        "g/dL",
        (1.0, 20.0),
    )
    .others(MASSES)
    .loinc(&["2885-2"]),
    row(
        ["cholesterol", "total cholesterol", "Chol"],
        "mg/dL",
        (10.0, 2000.0),
    )
    .others(&[times("mmol/L", 38.665, "molar mass 386.65")])
    .loinc(&["2093-3", "14647-2"])
    .physionet("Cholesterol"),
    row(["troponin_i", "troponin I", "TnI"], "ng/mL", (0.0, 1000.0))
        .others(NANOGRAMS)
        .loinc(&["10839-9", "89579-7"])
        .also(&[
            "hypersensitive cardiac troponin i",
            "hs-troponin i",
            "cardiac troponin i",
        ])
        .physionet("TroponinI"),
    row(["troponin_t", "troponin T", "TnT"], "ng/mL", (0.0, 200.0))
        .others(NANOGRAMS)
        .loinc(&["6598-7", "67151-1"])
        .also(&["hs-troponin t", "cardiac troponin t"])
        .physionet("TroponinT"),
    row(
        ["nt_probnp", "NT-proBNP", "proBNP"],
        "pg/mL",
        (1.0, 500_000.0),
    )
    .others(&[times("ng/L", 1.0, SI)])
    .loinc(&["33762-6"])
    .also(&["amino-terminal brain natriuretic peptide precursor(NT-proBNP)"]),
    // Inflammation and clotting.
    row(["crp", "C-reactive protein", "CRP"], "mg/L", (0.0, 1000.0))
        .others(&[times("mg/dL", 10.0, SI)])
        .healthy(0.0, 8.0, ABIM)
        .loinc(&["1988-5", "30522-7"])
        .also(&["hs-crp", "hscrp", "high sensitivity c-reactive protein"]),
    row(
        ["procalcitonin", "procalcitonin", "PCT"],
        "ng/mL",
        (0.0, 2000.0),
    )
    .others(&[times("ug/L", 1.0, SI)])
    .healthy(0.0, 0.1, ABIM)
    .loinc(&["33959-8"]),
    row(
        ["esr", "erythrocyte sedimentation rate", "ESR"],
        "mm/h",
        (0.0, 200.0),
    )
    .loinc(&["4537-7", "30341-2"]),
    row(["ferritin", "ferritin", "Ferr"], "ng/mL", (0.5, 200_000.0))
        .others(&[times("ug/L", 1.0, SI)])
        .loinc(&["2276-4"]),
    row(
        ["d_dimer", "D-dimer (FEU)", "D-dimer"],
        "ug{FEU}/mL",
        (0.0, 1000.0),
    )
    .others(&[
        times("mg{FEU}/L", 1.0, SI),
        times("ng{FEU}/mL", 0.001, SI),
        times("ug{FEU}/L", 0.001, SI),
        times("ng{DDU}/mL", 0.002, "1 DDU is about 2 FEU"),
        times("ug{DDU}/L", 0.002, "1 DDU is about 2 FEU"),
    ])
    .healthy(0.0, 0.5, ABIM)
    .loinc(&["48065-7", "48066-5"])
    .also(&["d-d dimer", "ddimer"]),
    row(["fibrinogen", "fibrinogen", "Fib"], "mg/dL", (10.0, 2000.0))
        .others(&[times("g/L", 100.0, SI)])
        .healthy(200.0, 400.0, ABIM)
        .loinc(&["3255-7"]),
    row(
        ["inr", "international normalised ratio", "INR"],
        "1",
        (0.5, 30.0),
    )
    .others(&[times("{INR}", 1.0, SAME)])
    .loinc(&["6301-6", "34714-6"])
    .also(&[
        "international normalized ratio",
        "international standard ratio",
        "pt inr",
    ]),
    row(
        ["prothrombin_time", "prothrombin time", "PT"],
        "s",
        (5.0, 300.0),
    )
    .healthy(11.0, 13.0, ABIM)
    .loinc(&["5902-2"]),
    row(
        ["aptt", "activated partial thromboplastin time", "aPTT"],
        "s",
        (10.0, 400.0),
    )
    .healthy(25.0, 35.0, ABIM)
    .loinc(&["14979-9", "3173-2"])
    .also(&["ptt", "activation of partial thromboplastin time"]),
    // Blood count.
    row(["haemoglobin", "haemoglobin", "Hb"], "g/dL", (1.0, 27.0))
        .others(&[
            times("g/L", 0.1, SI),
            times("mmol/L", 1.6114, "monomer, molar mass 16114"),
        ])
        .healthy(12.0, 18.0, ABIM)
        .loinc(&["718-7", "30313-1", "59260-0"])
        .also(&["hgb", "hemoglobin", "hämoglobin"]),
    row(["haematocrit", "haematocrit", "Hct"], "%", (4.0, 80.0))
        .others(&[
            times("L/L", 100.0, "fraction"),
            times("1", 100.0, "fraction"),
        ])
        .healthy(37.0, 50.0, ABIM)
        .loinc(&["4544-3", "20570-8"])
        .also(&["hematocrit", "hämatokrit"])
        .physionet("HCT"),
    row(
        ["red_cells", "red blood cells", "RBC"],
        "10*12/L",
        (0.3, 12.0),
    )
    .others(&[times("10*6/uL", 1.0, SAME)])
    .loinc(&["789-8"])
    .also(&["red blood cell count", "erythrocytes"]),
    row(
        ["white_cells", "white blood cells", "WBC"],
        "10*9/L",
        (0.0, 1000.0),
    )
    .others(COUNTS)
    .healthy(4.0, 11.0, ABIM)
    .loinc(&["6690-2", "26464-8"])
    .also(&[
        "white blood cell count",
        "leukocytes",
        "leucocytes",
        "leukozyten",
    ])
    .physionet("WBC"),
    row(
        ["neutrophils", "neutrophils", "Neut"],
        "10*9/L",
        (0.0, 500.0),
    )
    .others(COUNTS)
    .loinc(&["751-8", "26499-4"])
    .also(&["neutrophils count", "neutrophil count", "anc"]),
    row(
        [
            "neutrophils_percent",
            "neutrophils of white cells",
            "Neut %",
        ],
        "%",
        (0.0, 100.0),
    )
    .others(PERCENTS)
    .loinc(&["770-8"])
    .also(&["neutrophils(%)", "neutrophils percent"]),
    row(
        ["lymphocytes", "lymphocytes", "Lym"],
        "10*9/L",
        (0.0, 900.0),
    )
    .others(COUNTS)
    .loinc(&["731-0", "26474-7"])
    .also(&["lymphocyte count", "lymphocytes count", "alc"]),
    row(
        ["lymphocytes_percent", "lymphocytes of white cells", "Lym %"],
        "%",
        (0.0, 100.0),
    )
    .others(PERCENTS)
    .loinc(&["736-9"])
    .also(&[
        "(%)lymphocyte",
        "lymphocytes(%)",
        "lymphocyte percent",
        "lymphocyte %",
    ]),
    row(["monocytes", "monocytes", "Mono"], "10*9/L", (0.0, 300.0))
        .others(COUNTS)
        .loinc(&["742-7"])
        .also(&["monocytes count", "monocyte count"]),
    row(
        ["eosinophils", "eosinophils", "Eos"],
        "10*9/L",
        (0.0, 300.0),
    )
    .others(COUNTS)
    .loinc(&["711-2"])
    .also(&["eosinophil count", "eosinophils count"]),
    row(["platelets", "platelets", "Plt"], "10*9/L", (0.0, 5000.0))
        .others(COUNTS)
        .healthy(150.0, 450.0, ABIM)
        .loinc(&["777-3", "26515-7"])
        .also(&["platelet count", "thrombocytes", "thrombozyten"])
        .physionet("Platelets"),
];

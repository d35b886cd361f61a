//! Bedside scores against published vectors, every edge of every band, and a second implementation in another form.

use serde_json::{Map, Value, json};
use wardlight::bedside::{Answer, CARDS, Inputs};

use crate::command::{run, scratch, wardlight, write};

const NOTICE: &str = "Research use only - not for diagnosis";

fn answer(card: &str, inputs: Value) -> Answer {
    let inputs: Inputs = serde_json::from_value(inputs).unwrap();
    let card = CARDS.iter().find(|it| it.name == card).unwrap();
    card.answer(&inputs)
}

fn range(answer: &Answer) -> (f64, f64) {
    let range = answer.total.unwrap().range;
    (range.least, range.greatest)
}

#[track_caller]
fn check_total(card: &str, inputs: Value, wanted: f64) {
    let answer = answer(card, inputs.clone());
    assert_eq!(range(&answer), (wanted, wanted), "{card} of {inputs}");
    assert!(answer.missing.is_empty(), "{:?}", answer.missing);
}

/// `one` put over `all`.
fn with(all: &Value, one: Value) -> Value {
    let mut all = all.as_object().unwrap().clone();
    all.extend(one.as_object().unwrap().clone());
    Value::Object(all)
}

fn news2(
    (rate, spo2, scale, oxygen): (u32, u32, u8, bool),
    (systolic, pulse, level, temperature): (u32, u32, &str, f64),
) -> Value {
    json!({
        "respiratory_rate_per_minute": rate, "spo2_percent": spo2, "spo2_scale": scale, "oxygen": oxygen,
        "systolic_mmhg": systolic, "pulse_per_minute": pulse, "consciousness": level, "temperature_celsius": temperature,
    })
}

#[test]
fn news2_equals_its_vectors() {
    let vectors = [
        (
            news2((18, 95, 1, false), (120, 80, "alert", 36.8)),
            1.0,
            "0 to 4, no item of 3: low",
        ),
        (
            news2((22, 95, 1, true), (105, 115, "alert", 38.5)),
            9.0,
            "7 or more: high",
        ),
        (
            news2((8, 91, 1, true), (90, 40, "unresponsive", 35.0)),
            20.0,
            "7 or more: high",
        ),
        (
            news2((16, 97, 2, true), (130, 80, "alert", 37.0)),
            5.0,
            "5 to 6: medium",
        ),
        (
            news2((16, 97, 2, false), (130, 80, "alert", 37.0)),
            0.0,
            "0 to 4, no item of 3: low",
        ),
        (
            news2((25, 96, 1, false), (111, 90, "alert", 38.0)),
            3.0,
            "0 to 4 with an item of 3: low-medium",
        ),
        (
            news2((22, 89, 2, true), (98, 112, "alert", 37.0)),
            8.0,
            "7 or more: high",
        ),
        (
            news2((22, 89, 1, true), (98, 112, "alert", 37.0)),
            11.0,
            "7 or more: high",
        ),
        (
            news2((21, 94, 1, false), (220, 131, "confusion", 39.1)),
            14.0,
            "7 or more: high",
        ),
    ];
    for (inputs, total, says) in vectors {
        check_total("news2", inputs.clone(), total);
        let found = answer("news2", inputs).says;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(says), "{found:?}, wanted {says}");
    }
}

#[test]
fn mews_equals_its_vectors() {
    let mews = |systolic: u32, pulse: u32, rate: u32, temperature: f64, level: &str| {
        json!({
            "systolic_mmhg": systolic, "pulse_per_minute": pulse, "respiratory_rate_per_minute": rate,
            "temperature_celsius": temperature, "consciousness": level,
        })
    };
    check_total("mews", mews(120, 80, 14, 37.0, "alert"), 0.0);
    check_total("mews", mews(95, 112, 22, 38.6, "voice"), 8.0);
    check_total("mews", mews(70, 130, 30, 34.9, "unresponsive"), 14.0);
}

#[test]
fn curb65_tells_the_mortality_and_the_disposition_of_its_source() {
    let mut inputs = json!({
        "confusion": false, "urea_mmol_per_l": 7.0, "respiratory_rate_per_minute": 29, "systolic_mmhg": 90,
        "diastolic_mmhg": 61, "age_years": 64,
    });
    let steps = [
        (json!({}), "0.7 %", "home"),
        (json!({"confusion": true}), "3.2 %", "home"),
        (
            json!({"urea_mmol_per_l": 7.1}),
            "13 %",
            "hospital-supervised",
        ),
        (json!({"respiratory_rate_per_minute": 30}), "17 %", "severe"),
        (json!({"diastolic_mmhg": 60}), "41.5 %", "intensive care"),
        (json!({"age_years": 65}), "57 %", "intensive care"),
    ];
    for (points, (step, mortality, disposition)) in (0..).zip(steps) {
        inputs = with(&inputs, step);
        check_total("curb65", inputs.clone(), f64::from(points));
        let says = answer("curb65", inputs.clone()).says;
        assert!(
            says[0].contains(&format!("mortality {mortality}")),
            "{says:?}"
        );
        assert!(says.last().unwrap().contains(disposition), "{says:?}");
    }
}

#[test]
fn brock_and_va_equal_their_vectors() {
    let brock = |age: u32,
                 (female, family, emphysema): (u8, u8, u8),
                 mm: u32,
                 kind: &str,
                 (upper, count, spiculated): (u8, u32, u8)| {
        json!({
            "age_years": age, "sex": if female == 1 { "female" } else { "male" },
            "family_history_of_lung_cancer": family == 1, "emphysema": emphysema == 1, "nodule_long_axis_mm": mm,
            "nodule_kind": kind, "nodule_in_upper_lobe": upper == 1, "nodule_count": count,
            "nodule_spiculated": spiculated == 1,
        })
    };
    let vectors = [
        (
            brock(62, (0, 0, 0), 4, "solid", (0, 4, 0)),
            -6.789200,
            0.001125,
        ),
        (
            brock(55, (0, 0, 1), 7, "solid", (0, 1, 0)),
            -4.369319,
            0.012502,
        ),
        (
            brock(45, (1, 0, 0), 8, "solid", (0, 1, 0)),
            -3.934795,
            0.019175,
        ),
        (
            brock(65, (1, 0, 1), 8, "solid", (1, 1, 1)),
            -1.634495,
            0.163215,
        ),
        (
            brock(65, (0, 0, 1), 12, "part-solid", (1, 1, 0)),
            -1.526610,
            0.178490,
        ),
        (
            brock(72, (0, 1, 1), 18, "solid", (1, 1, 1)),
            0.268425,
            0.566706,
        ),
        (
            brock(70, (1, 1, 1), 25, "non-solid", (1, 3, 0)),
            0.354839,
            0.587791,
        ),
    ];
    for (inputs, logit, probability) in vectors {
        check_model("brock", inputs, logit, probability);
    }
    let va = json!({"age_years": 62, "ever_smoker": false, "nodule_long_axis_mm": 10});
    check_model("va", va, -2.4542, 0.079132);
    // -8.404 + 0.0779 * 68 + 2.061 - 0.0567 * 5 + 0.112 * 15
    let smoker = json!({
        "age_years": 68, "ever_smoker": true, "years_since_quitting": 5, "nodule_long_axis_mm": 15,
    });
    check_model("va", smoker, 0.3507, 0.586787);
}

#[track_caller]
fn check_model(card: &str, inputs: Value, logit: f64, probability: f64) {
    let answer = answer(card, inputs);
    let (least, greatest) = range(&answer);
    assert_eq!(least.to_bits(), greatest.to_bits());
    assert!(
        (least - probability).abs() < 1e-6,
        "{least}, wanted {probability}"
    );
    let found: f64 = answer.items.iter().map(|it| it.points.unwrap().least).sum();
    assert!((found - logit).abs() < 1e-5, "{found}, wanted {logit}");
    assert!(answer.missing.is_empty(), "{:?}", answer.missing);
}

/// Each side of every edge: rows of `item; input; value: points, ...`, over what else is known.
#[track_caller]
fn check_edges(card: &str, rest: &Value, rows: &[&str]) {
    for row in rows {
        let [item, field, edges] = row.split("; ").collect::<Vec<_>>().try_into().unwrap();
        for edge in edges.split(", ") {
            let (value, points) = edge.split_once(": ").unwrap();
            let [value, points]: [f64; 2] = [value, points].map(|it| it.parse().unwrap());
            let answer = answer(card, with(rest, json!({field: value})));
            let found = answer.items.iter().find(|it| it.name == item).unwrap();
            let range = found.points.unwrap();
            let found = (range.least, range.greatest);
            assert_eq!(found, (points, points), "{card}, {field} {value}");
        }
    }
}

#[test]
fn every_edge_of_news2_is_where_its_table_has_it() {
    check_edges(
        "news2",
        &json!({}),
        &[
            "respiration rate; respiratory_rate_per_minute; 8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3",
            "oxygen saturation; spo2_percent; 91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0",
            "systolic blood pressure; systolic_mmhg; 90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3",
            "pulse; pulse_per_minute; 40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3",
            "temperature; temperature_celsius; 35: 3, 35.1: 1, 36: 1, 36.1: 0, 38: 0, 38.1: 1, 39: 1, 39.1: 2",
        ],
    );
    check_edges(
        "news2",
        &json!({"spo2_scale": 2, "oxygen": false}),
        &[
            "oxygen saturation; spo2_percent; 83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 0, 97: 0, 100: 0",
        ],
    );
    check_edges(
        "news2",
        &json!({"spo2_scale": 2, "oxygen": true}),
        &[
            "oxygen saturation; spo2_percent; 83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0",
            "oxygen saturation; spo2_percent; 93: 1, 94: 1, 95: 2, 96: 2, 97: 3, 100: 3",
        ],
    );
    for level in ["confusion", "voice", "pain", "unresponsive"] {
        let inputs = news2((16, 97, 1, false), (130, 80, level, 37.0));
        check_total("news2", inputs, 3.0);
    }
}

#[test]
fn every_edge_of_mews_is_where_its_table_has_it() {
    check_edges(
        "mews",
        &json!({}),
        &[
            "systolic blood pressure; systolic_mmhg; 70: 3, 71: 2, 80: 2, 81: 1, 100: 1, 101: 0, 199: 0, 200: 2",
            "heart rate; pulse_per_minute; 40: 2, 41: 1, 50: 1, 51: 0, 100: 0, 101: 1, 110: 1, 111: 2, 129: 2, 130: 3",
            "respiratory rate; respiratory_rate_per_minute; 8: 2, 9: 0, 14: 0, 15: 1, 20: 1, 21: 2, 29: 2, 30: 3",
            "temperature; temperature_celsius; 34.9: 2, 35: 0, 38.4: 0, 38.5: 2",
        ],
    );
    let says = |temperature: f64| {
        let inputs = json!({
            "systolic_mmhg": 100, "pulse_per_minute": 101, "respiratory_rate_per_minute": 15,
            "temperature_celsius": temperature, "consciousness": "voice",
        });
        answer("mews", inputs).says
    };
    assert!(says(37.0)[0].starts_with("0 to 4"));
    assert!(says(38.5)[0].starts_with("5 or more: critical"));
}

#[test]
fn every_edge_of_qsofa_and_sirs_is_where_its_source_has_it() {
    check_edges(
        "qsofa",
        &json!({}),
        &[
            "respiratory rate 22 or more; respiratory_rate_per_minute; 21.9: 0, 22: 1",
            "systolic blood pressure 100 or less; systolic_mmhg; 100: 1, 100.1: 0",
            "Glasgow coma scale below 15; glasgow_coma_scale; 14: 1, 15: 0",
        ],
    );
    check_edges(
        "sirs",
        &json!({
            "paco2_mmhg": 32, "respiratory_rate_per_minute": 20, "white_cells_10e9_per_l": 8, "band_forms_percent": 10,
        }),
        &[
            "temperature below 36 or above 38 °C; temperature_celsius; 35.9: 1, 36: 0, 38: 0, 38.1: 1",
            "heart rate above 90; pulse_per_minute; 90: 0, 91: 1",
            "respiratory rate above 20 or PaCO2 below 32 mmHg; respiratory_rate_per_minute; 20: 0, 21: 1",
            "respiratory rate above 20 or PaCO2 below 32 mmHg; paco2_mmhg; 31.9: 1, 32: 0",
            "white cells below 4 or above 12, or over 10 % band forms; white_cells_10e9_per_l; 3.9: 1, 4: 0, 12: 0, 12.1: 1",
            "white cells below 4 or above 12, or over 10 % band forms; band_forms_percent; 10: 0, 10.1: 1",
        ],
    );
    let says = |card: &str, rate: u32| {
        let inputs = json!({
            "respiratory_rate_per_minute": rate, "systolic_mmhg": 100, "glasgow_coma_scale": 15,
            "temperature_celsius": 39, "pulse_per_minute": 80, "paco2_mmhg": 40, "white_cells_10e9_per_l": 8,
            "band_forms_percent": 0,
        });
        answer(card, inputs).says
    };
    assert_eq!(says("qsofa", 21), ["0 to 1: negative"]);
    assert!(says("qsofa", 22)[0].starts_with("2 to 3: positive"));
    assert!(says("sirs", 20)[0].starts_with("0 to 1: no systemic"));
    assert!(says("sirs", 21)[0].starts_with("2 to 4: systemic"));
}

#[test]
fn every_edge_of_sofa_is_where_its_source_has_it() {
    check_edges(
        "sofa",
        &json!({"fio2_fraction": 0.5, "ventilatory_support": true}),
        &["respiration; pao2_mmhg; 200: 0, 199: 1, 150: 1, 149: 2, 100: 2, 99: 3, 50: 3, 49: 4"],
    );
    check_edges(
        "sofa",
        &json!({"fio2_fraction": 0.5, "ventilatory_support": false}),
        &["respiration; pao2_mmhg; 200: 0, 199: 1, 150: 1, 149: 2, 99: 2, 49: 2"],
    );
    check_edges(
        "sofa",
        &json!({
            "mean_arterial_pressure_mmhg": 70, "dopamine_ug_per_kg_per_min": 0, "dobutamine_ug_per_kg_per_min": 0,
            "epinephrine_ug_per_kg_per_min": 0, "norepinephrine_ug_per_kg_per_min": 0,
            "urine_ml_per_day": 1500, "creatinine_mg_per_dl": 1.0,
        }),
        &[
            "coagulation; platelets_10e9_per_l; 150: 0, 149: 1, 100: 1, 99: 2, 50: 2, 49: 3, 20: 3, 19: 4",
            "liver; bilirubin_mg_per_dl; 1.1: 0, 1.2: 1, 1.9: 1, 2: 2, 5.9: 2, 6: 3, 11.9: 3, 12: 4",
            "central nervous system; glasgow_coma_scale; 15: 0, 14: 1, 13: 1, 12: 2, 10: 2, 9: 3, 6: 3, 5: 4, 3: 4",
            "renal; creatinine_mg_per_dl; 1.1: 0, 1.2: 1, 1.9: 1, 2: 2, 3.4: 2, 3.5: 3, 4.9: 3, 5: 4",
            "renal; urine_ml_per_day; 500: 0, 499: 3, 200: 3, 199: 4",
            "cardiovascular; mean_arterial_pressure_mmhg; 70: 0, 69: 1",
            "cardiovascular; dopamine_ug_per_kg_per_min; 0: 0, 0.1: 2, 5: 2, 5.1: 3, 15: 3, 15.1: 4",
            "cardiovascular; dobutamine_ug_per_kg_per_min; 0: 0, 0.1: 2, 50: 2",
            "cardiovascular; epinephrine_ug_per_kg_per_min; 0: 0, 0.01: 3, 0.1: 3, 0.11: 4",
            "cardiovascular; norepinephrine_ug_per_kg_per_min; 0: 0, 0.01: 3, 0.1: 3, 0.11: 4",
        ],
    );
}

#[test]
fn every_edge_of_curb65_is_where_its_source_has_it() {
    check_edges(
        "curb65",
        &json!({"systolic_mmhg": 120, "diastolic_mmhg": 80}),
        &[
            "urea above 7 mmol/L; urea_mmol_per_l; 7: 0, 7.1: 1",
            "respiratory rate 30 or more; respiratory_rate_per_minute; 29: 0, 30: 1",
            "systolic blood pressure below 90 or diastolic 60 or less; systolic_mmhg; 89: 1, 90: 0",
            "systolic blood pressure below 90 or diastolic 60 or less; diastolic_mmhg; 60: 1, 61: 0",
            "age 65 or more; age_years; 64: 0, 65: 1",
        ],
    );
}

/// The table of the guideline: kind, whether several, risk, then the advice below 6 mm, from 6 to 8 mm and above.
type Row = (&'static str, bool, &'static str, [&'static str; 3]);

const NONE: &str = "no routine follow-up";
const OPTIONAL: &str = "optional CT at 12 months";
const TISSUE: &str = "consider CT at 3 months, PET/CT or tissue sampling";
const LATER: &str = "CT at 3 to 6 months, then consider CT at 18 to 24 months";
const LATER_HIGH: &str = "CT at 3 to 6 months, then CT at 18 to 24 months";
const GLASS: &str =
    "CT at 6 to 12 months to confirm persistence, then CT every 2 years until 5 years";
const PART: &str = "CT at 3 to 6 months to confirm persistence; if unchanged and the solid part stays below 6 mm, CT every year \
                    for 5 years";
const SMALL: &str = "CT at 3 to 6 months; if stable, consider CT at 2 and 4 years";
const MOST: &str = "CT at 3 to 6 months, then by the most suspicious nodule";
const FLEISCHNER: [Row; 12] = [
    (
        "solid",
        false,
        "low",
        [
            NONE,
            "CT at 6 to 12 months, then consider CT at 18 to 24 months",
            TISSUE,
        ],
    ),
    (
        "solid",
        false,
        "high",
        [
            OPTIONAL,
            "CT at 6 to 12 months, then CT at 18 to 24 months",
            TISSUE,
        ],
    ),
    ("solid", true, "low", [NONE, LATER, LATER]),
    ("solid", true, "high", [OPTIONAL, LATER_HIGH, LATER_HIGH]),
    ("non-solid", false, "low", [NONE, GLASS, GLASS]),
    ("non-solid", false, "high", [NONE, GLASS, GLASS]),
    ("part-solid", false, "low", [NONE, PART, PART]),
    ("part-solid", false, "high", [NONE, PART, PART]),
    ("non-solid", true, "low", [SMALL, MOST, MOST]),
    ("non-solid", true, "high", [SMALL, MOST, MOST]),
    ("part-solid", true, "low", [SMALL, MOST, MOST]),
    ("part-solid", true, "high", [SMALL, MOST, MOST]),
];

fn in_scope() -> Value {
    json!({
        "age_years": 35, "known_cancer": false, "immunosuppressed": false, "lung_cancer_screening": false,
    })
}

#[test]
fn the_fleischner_card_equals_the_table_at_every_edge() {
    // Long axis, short axis, and the column of their mean in whole millimetres.
    let sizes = [
        (5.9, 4.9, 0),
        (6.0, 4.9, 0),
        (6.0, 5.0, 1),
        (8.0, 8.0, 1),
        (9.0, 7.9, 1),
        (9.0, 8.0, 2),
        (30.0, 20.0, 2),
    ];
    for (kind, is_multiple, risk, advice) in FLEISCHNER {
        for (long, short, column) in sizes {
            let nodule = json!({
                "nodule_kind": kind, "nodule_count": if is_multiple { 2 } else { 1 }, "nodule_risk": risk,
                "nodule_long_axis_mm": long, "nodule_short_axis_mm": short,
            });
            let found = answer("fleischner", with(&in_scope(), nodule.clone()));
            assert_eq!(found.says, [advice[column]], "{nodule}");
            assert!(found.missing.is_empty() && found.total.is_none());
        }
    }
}

#[test]
fn the_fleischner_card_applies_only_to_whom_it_is_for() {
    let nodule = json!({
        "nodule_kind": "solid", "nodule_count": 1, "nodule_risk": "low", "nodule_long_axis_mm": 7,
        "nodule_short_axis_mm": 7,
    });
    let known = with(&in_scope(), nodule.clone());
    for excluded in [
        json!({"age_years": 34.9}),
        json!({"known_cancer": true}),
        json!({"immunosuppressed": true}),
        json!({"lung_cancer_screening": true}),
    ] {
        let says = answer("fleischner", with(&known, excluded)).says;
        assert_eq!(says.len(), 1);
        assert!(
            says[0].starts_with("the guideline does not apply"),
            "{says:?}"
        );
    }
    // Nothing said about the exclusions: the advice stands beside that it may not apply.
    let open = answer("fleischner", nodule);
    assert_eq!(open.says.len(), 2);
    assert_eq!(
        open.missing,
        [
            "age_years",
            "known_cancer",
            "immunosuppressed",
            "lung_cancer_screening"
        ]
    );
    // Risk does not matter for ground glass.
    let glass = with(
        &known,
        json!({"nodule_kind": "non-solid", "nodule_risk": null}),
    );
    assert_eq!(answer("fleischner", glass).says, [GLASS]);
}

/// A generator of its own, so that the cases never change (SplitMix64).
struct Dice(u64);

impl Dice {
    fn upto(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn number(&mut self, low: i64, high: i64) -> i64 {
        low + self.upto((high - low + 1) as u64) as i64
    }

    fn tenths(&mut self, low: i64, high: i64) -> Value {
        json!(self.number(low, high) as f64 / 10.0)
    }

    fn word(&mut self, words: &[&str]) -> Value {
        json!(words[self.upto(words.len() as u64) as usize])
    }

    fn yes(&mut self) -> Value {
        json!(self.upto(2) == 1)
    }
}

/// Every input, plausible, most of them near the bands.
fn patient(dice: &mut Dice) -> Map<String, Value> {
    let signs = json!({
        "respiratory_rate_per_minute": dice.number(4, 40),
        "spo2_percent": dice.number(78, 100),
        "spo2_scale": dice.number(1, 2),
        "oxygen": dice.yes(),
        "temperature_celsius": dice.tenths(335, 405),
        "systolic_mmhg": dice.number(55, 235),
        "diastolic_mmhg": dice.number(40, 110),
        "mean_arterial_pressure_mmhg": dice.number(50, 110),
        "pulse_per_minute": dice.number(30, 150),
        "consciousness": dice.word(&["alert", "alert", "confusion", "voice", "pain", "unresponsive"]),
        "glasgow_coma_scale": dice.number(3, 15),
        "confusion": dice.yes(),
        "age_years": dice.number(18, 95),
        "sex": dice.word(&["female", "male"]),
        "urea_mmol_per_l": dice.tenths(20, 150),
    });
    let laboratory = json!({
        "paco2_mmhg": dice.number(20, 60),
        "white_cells_10e9_per_l": dice.tenths(10, 250),
        "band_forms_percent": dice.number(0, 25),
        "pao2_mmhg": dice.number(40, 400),
        "fio2_fraction": dice.number(21, 100) as f64 / 100.0,
        "ventilatory_support": dice.yes(),
        "platelets_10e9_per_l": dice.number(5, 250),
        "bilirubin_mg_per_dl": dice.tenths(2, 150),
        "creatinine_mg_per_dl": dice.tenths(4, 70),
        "urine_ml_per_day": dice.number(0, 2000),
        "dopamine_ug_per_kg_per_min": dice.number(0, 20).max(10) - 10,
        "dobutamine_ug_per_kg_per_min": dice.number(0, 10).max(5) - 5,
        "epinephrine_ug_per_kg_per_min": (dice.number(0, 40).max(25) - 25) as f64 / 100.0,
        "norepinephrine_ug_per_kg_per_min": (dice.number(0, 40).max(25) - 25) as f64 / 100.0,
    });
    let nodule = json!({
        "family_history_of_lung_cancer": dice.yes(),
        "emphysema": dice.yes(),
        "ever_smoker": dice.yes(),
        "years_since_quitting": dice.number(0, 50),
        "nodule_long_axis_mm": dice.tenths(30, 300),
        "nodule_short_axis_mm": dice.tenths(30, 300),
        "nodule_kind": dice.word(&["solid", "part-solid", "non-solid"]),
        "nodule_count": dice.number(1, 3),
        "nodule_in_upper_lobe": dice.yes(),
        "nodule_spiculated": dice.yes(),
        "nodule_risk": dice.word(&["low", "high"]),
        "known_cancer": dice.upto(8) == 0,
        "immunosuppressed": dice.upto(8) == 0,
        "lung_cancer_screening": dice.upto(8) == 0,
    });
    let patient = with(&with(&signs, laboratory), nodule);
    patient.as_object().unwrap().clone()
}

/// The second implementation: the published tables once more, as matches on whole tenths.
struct Oracle<'a>(&'a Map<String, Value>);

impl Oracle<'_> {
    fn tenths(&self, field: &str) -> i64 {
        (self.0[field].as_f64().unwrap() * 10.0).round() as i64
    }

    fn hundredths(&self, field: &str) -> i64 {
        (self.0[field].as_f64().unwrap() * 100.0).round() as i64
    }

    fn whole(&self, field: &str) -> i64 {
        self.tenths(field) / 10
    }

    fn is(&self, field: &str) -> bool {
        self.0[field].as_bool().unwrap()
    }

    fn word(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap()
    }

    /// The parts of NEWS2.
    fn news2(&self) -> [i64; 7] {
        let oxygen = self.is("oxygen");
        let saturation = self.whole("spo2_percent");
        [
            match self.whole("respiratory_rate_per_minute") {
                ..=8 | 25.. => 3,
                9..=11 => 1,
                12..=20 => 0,
                21..=24 => 2,
            },
            match (self.whole("spo2_scale"), saturation, oxygen) {
                (1, ..=91, _) | (2, ..=83, _) | (2, 97.., true) => 3,
                (1, 92..=93, _) | (2, 84..=85, _) | (2, 95..=96, true) => 2,
                (1, 94..=95, _) | (2, 86..=87, _) | (2, 93..=94, true) => 1,
                _ => 0,
            },
            if oxygen { 2 } else { 0 },
            match self.whole("systolic_mmhg") {
                ..=90 | 220.. => 3,
                91..=100 => 2,
                101..=110 => 1,
                111..=219 => 0,
            },
            match self.whole("pulse_per_minute") {
                ..=40 | 131.. => 3,
                41..=50 | 91..=110 => 1,
                51..=90 => 0,
                111..=130 => 2,
            },
            if self.word("consciousness") == "alert" {
                0
            } else {
                3
            },
            match self.tenths("temperature_celsius") {
                ..=350 => 3,
                351..=360 | 381..=390 => 1,
                361..=380 => 0,
                391.. => 2,
            },
        ]
    }

    fn mews(&self) -> Option<i64> {
        let level = match self.word("consciousness") {
            "alert" => 0,
            "voice" => 1,
            "pain" => 2,
            "unresponsive" => 3,
            _ => return None,
        };
        let pressure = match self.whole("systolic_mmhg") {
            ..=70 => 3,
            71..=80 | 200.. => 2,
            81..=100 => 1,
            101..=199 => 0,
        };
        let pulse = match self.whole("pulse_per_minute") {
            ..=40 | 111..=129 => 2,
            41..=50 | 101..=110 => 1,
            51..=100 => 0,
            130.. => 3,
        };
        let rate = match self.whole("respiratory_rate_per_minute") {
            ..=8 | 21..=29 => 2,
            9..=14 => 0,
            15..=20 => 1,
            30.. => 3,
        };
        let temperature = match self.tenths("temperature_celsius") {
            350..=384 => 0,
            _ => 2,
        };
        Some(level + pressure + pulse + rate + temperature)
    }

    fn qsofa(&self) -> i64 {
        let rate = self.whole("respiratory_rate_per_minute") > 21;
        let pressure = self.whole("systolic_mmhg") < 101;
        let mentation = self.whole("glasgow_coma_scale") != 15;
        count(&[rate, pressure, mentation])
    }

    fn sirs(&self) -> i64 {
        count(&[
            !matches!(self.tenths("temperature_celsius"), 360..=380),
            self.whole("pulse_per_minute") > 90,
            self.whole("respiratory_rate_per_minute") > 20 || self.whole("paco2_mmhg") < 32,
            !matches!(self.tenths("white_cells_10e9_per_l"), 40..=120)
                || self.whole("band_forms_percent") > 10,
        ])
    }

    fn curb65(&self) -> i64 {
        count(&[
            self.is("confusion"),
            self.tenths("urea_mmol_per_l") > 70,
            self.whole("respiratory_rate_per_minute") > 29,
            self.whole("systolic_mmhg") < 90 || self.whole("diastolic_mmhg") < 61,
            self.whole("age_years") > 64,
        ])
    }

    fn sofa(&self) -> i64 {
        // PaO2 / (percent / 100) < limit is the same as 100 PaO2 < limit * percent, in whole numbers.
        let percent = self.hundredths("fio2_fraction");
        let oxygen = 100 * self.whole("pao2_mmhg");
        let respiration = match (self.is("ventilatory_support"), oxygen) {
            (true, it) if it < 100 * percent => 4,
            (true, it) if it < 200 * percent => 3,
            (_, it) if it < 300 * percent => 2,
            (_, it) if it < 400 * percent => 1,
            _ => 0,
        };
        let coagulation = match self.whole("platelets_10e9_per_l") {
            ..20 => 4,
            20..50 => 3,
            50..100 => 2,
            100..150 => 1,
            150.. => 0,
        };
        let liver = match self.tenths("bilirubin_mg_per_dl") {
            ..12 => 0,
            12..20 => 1,
            20..60 => 2,
            60..120 => 3,
            120.. => 4,
        };
        let nerves = match self.whole("glasgow_coma_scale") {
            15.. => 0,
            13..=14 => 1,
            10..=12 => 2,
            6..=9 => 3,
            ..=5 => 4,
        };
        let creatinine = match self.tenths("creatinine_mg_per_dl") {
            ..12 => 0,
            12..20 => 1,
            20..35 => 2,
            35..50 => 3,
            50.. => 4,
        };
        let urine = match self.whole("urine_ml_per_day") {
            ..200 => 4,
            200..500 => 3,
            500.. => 0,
        };
        respiration + coagulation + liver + self.circulation() + nerves + creatinine.max(urine)
    }

    fn circulation(&self) -> i64 {
        let dose = |drug: &str| self.hundredths(&format!("{drug}_ug_per_kg_per_min"));
        let strong = dose("epinephrine").max(dose("norepinephrine"));
        match (dose("dopamine"), strong, dose("dobutamine")) {
            (1501.., ..) | (_, 11.., _) => 4,
            (501.., ..) | (_, 1.., _) => 3,
            (1.., ..) | (.., 1..) => 2,
            _ if self.whole("mean_arterial_pressure_mmhg") < 70 => 1,
            _ => 0,
        }
    }
}

/// The models once more: Brock without centring, the VA model by decades.
impl Oracle<'_> {
    fn brock(&self) -> f64 {
        let flag = |it: bool| f64::from(u8::from(it));
        let millimetres = self.tenths("nodule_long_axis_mm") as f64 / 10.0;
        let kind = match self.word("nodule_kind") {
            "part-solid" => 0.377,
            "non-solid" => -0.1276,
            _ => 0.0,
        };
        // The printed intercept without centring has four decimals.
        let logit = 0.2761 + 0.0287 * self.whole("age_years") as f64 + kind
            - 5.3854 * (10.0 / millimetres).sqrt()
            - 0.0824 * self.whole("nodule_count") as f64
            + 0.6011 * flag(self.word("sex") == "female")
            + 0.2961 * flag(self.is("family_history_of_lung_cancer"))
            + 0.2953 * flag(self.is("emphysema"))
            + 0.6581 * flag(self.is("nodule_in_upper_lobe"))
            + 0.7729 * flag(self.is("nodule_spiculated"));
        logit.exp() / (1.0 + logit.exp())
    }

    fn va(&self) -> f64 {
        let smoking = if self.is("ever_smoker") {
            2.061 - 0.567 * self.whole("years_since_quitting") as f64 / 10.0
        } else {
            0.0
        };
        let age = 0.779 * self.whole("age_years") as f64 / 10.0;
        let diameter = 0.112 * self.tenths("nodule_long_axis_mm") as f64 / 10.0;
        let logit = -8.404 + age + smoking + diameter;
        logit.exp() / (1.0 + logit.exp())
    }

    /// The row of the guideline's table; nothing for whom it is not for.
    fn fleischner(&self) -> Option<&'static str> {
        let exclusions = ["known_cancer", "immunosuppressed", "lung_cancer_screening"];
        if exclusions.iter().any(|it| self.is(it)) || self.whole("age_years") < 35 {
            return None;
        }
        let nodule = (
            self.word("nodule_kind"),
            self.whole("nodule_count") > 1,
            self.word("nodule_risk"),
        );
        let row = FLEISCHNER.iter().find(|it| (it.0, it.1, it.2) == nodule);
        // The mean of both axes in twentieths, rounded to whole millimetres.
        let sum = self.tenths("nodule_long_axis_mm") + self.tenths("nodule_short_axis_mm");
        let column = match (sum + 10) / 20 {
            ..=5 => 0,
            6..=8 => 1,
            9.. => 2,
        };
        Some(row.unwrap().3[column])
    }
}

fn count(criteria: &[bool]) -> i64 {
    criteria.iter().filter(|it| **it).count() as i64
}

#[test]
fn ten_thousand_patients_score_as_a_second_implementation_scores_them() {
    let mut dice = Dice(2017);
    for _ in 0..10_000 {
        let patient = patient(&mut dice);
        let oracle = Oracle(&patient);
        let inputs = Value::Object(patient.clone());
        let news2 = oracle.news2();
        check_total("news2", inputs.clone(), news2.iter().sum::<i64>() as f64);
        let band = match (news2.iter().sum::<i64>(), news2.contains(&3)) {
            (7.., _) => "high",
            (5..=6, _) => "medium",
            (_, true) => "low-medium",
            _ => "low",
        };
        let says = answer("news2", inputs.clone()).says;
        assert!(
            says.len() == 1 && says[0].contains(&format!(": {band} clinical risk")),
            "{says:?}"
        );
        match oracle.mews() {
            Some(it) => check_total("mews", inputs.clone(), it as f64),
            None => assert_eq!(answer("mews", inputs.clone()).missing, ["consciousness"]),
        }
        check_total("qsofa", inputs.clone(), oracle.qsofa() as f64);
        check_total("sirs", inputs.clone(), oracle.sirs() as f64);
        check_total("curb65", inputs.clone(), oracle.curb65() as f64);
        check_total("sofa", inputs.clone(), oracle.sofa() as f64);
        let models = [("brock", oracle.brock()), ("va", oracle.va())];
        for (card, wanted) in models {
            let (least, greatest) = range(&answer(card, inputs.clone()));
            assert_eq!(least.to_bits(), greatest.to_bits(), "{card} of {inputs}");
            assert!(
                (least - wanted).abs() < 1e-5,
                "{card}: {least}, wanted {wanted}"
            );
        }
        let says = answer("fleischner", inputs).says;
        match oracle.fleischner() {
            Some(it) => assert_eq!(says, [it]),
            None => assert!(
                says.len() == 1 && says[0].contains("does not apply"),
                "{says:?}"
            ),
        }
    }
}

#[test]
fn an_oxygen_ratio_that_lies_on_an_edge_is_not_moved_by_the_division() {
    for percent in 21..=100 {
        // 56 / 0.28 is 200, of which a processor makes a little less.
        for (hundreds, points) in [(1, 2.0), (2, 2.0), (3, 1.0), (4, 0.0)] {
            let inputs = json!({
                "pao2_mmhg": percent * hundreds, "fio2_fraction": f64::from(percent) / 100.0,
                "ventilatory_support": false,
            });
            let found = answer("sofa", inputs.clone()).items[0].points.unwrap();
            assert_eq!((found.least, found.greatest), (points, points), "{inputs}");
        }
    }
}

#[test]
fn to_remove_an_input_never_narrows_what_is_possible() {
    let mut dice = Dice(1996);
    for _ in 0..400 {
        let mut left = patient(&mut dice);
        while !left.is_empty() {
            let before: Inputs = serde_json::from_value(Value::Object(left.clone())).unwrap();
            let names: Vec<String> = left.keys().cloned().collect();
            let gone = &names[dice.upto(names.len() as u64) as usize];
            // Not a measurement but a choice between two tables; without it, scale 1 is meant.
            if gone == "spo2_scale" && left.len() > 1 {
                continue;
            }
            left.remove(gone);
            let after: Inputs = serde_json::from_value(Value::Object(left.clone())).unwrap();
            for card in CARDS {
                let (before, after) = (card.answer(&before), card.answer(&after));
                check_wider(&before, &after, gone);
            }
        }
    }
}

#[track_caller]
fn check_wider(before: &Answer, after: &Answer, gone: &str) {
    let name = after.name;
    for text in &before.says {
        assert!(after.says.contains(text), "{name} without {gone}: {text}");
    }
    let is_open = match (before.total, after.total) {
        (Some(before), Some(after)) => {
            let (before, after) = (before.range, after.range);
            assert!(
                after.least <= before.least && before.greatest <= after.greatest,
                "{name} without {gone}: {before:?}, then {after:?}"
            );
            after.least < after.greatest
        }
        _ => 1 < after.says.len(),
    };
    assert_eq!(
        is_open,
        !after.missing.is_empty(),
        "{name} without {gone}: {:?}",
        after.missing
    );
}

#[test]
fn without_any_input_each_score_may_be_anything_from_its_least_to_its_greatest() {
    let greatest = [
        ("news2", 20.0),
        ("qsofa", 3.0),
        ("sirs", 4.0),
        ("sofa", 24.0),
        ("curb65", 5.0),
        ("mews", 14.0),
    ];
    for (card, greatest) in greatest {
        let empty = answer(card, json!({}));
        assert_eq!(range(&empty), (0.0, greatest), "{card}");
        assert!(!empty.has_input() && !empty.is_computed());
        assert!(!empty.missing.is_empty());
    }
}

#[test]
fn the_range_of_a_missing_part_is_what_its_values_would_give() {
    let mut dice = Dice(65);
    let numbers: [(&str, i64, i64); 5] = [
        ("respiratory_rate_per_minute", 0, 100),
        ("spo2_percent", 20, 100),
        ("systolic_mmhg", 20, 320),
        ("pulse_per_minute", 0, 350),
        ("temperature_celsius", 10, 46),
    ];
    for _ in 0..20 {
        let patient = Value::Object(patient(&mut dice));
        for (field, low, high) in numbers {
            let totals = (low..=high)
                .map(|it| range(&answer("news2", with(&patient, json!({field: it})))).0);
            let totals: Vec<f64> = totals.collect();
            let wanted = (
                totals.iter().copied().fold(f64::INFINITY, f64::min),
                totals.iter().copied().fold(0.0, f64::max),
            );
            let without = answer("news2", with(&patient, json!({field: null})));
            assert_eq!(range(&without), wanted, "without {field}");
            assert_eq!(without.missing, [field]);
        }
    }
}

#[test]
fn a_part_that_cannot_matter_is_not_called_missing() {
    // Creatinine alone gives the most that the kidneys can give.
    let answer = answer(
        "sofa",
        json!({"creatinine_mg_per_dl": 6, "glasgow_coma_scale": 15}),
    );
    assert_eq!(range(&answer), (4.0, 20.0));
    assert!(!answer.missing.contains(&"urine_ml_per_day"));
    assert!(answer.missing.contains(&"norepinephrine_ug_per_kg_per_min"));
    // On scale 2 a high saturation gives points only on oxygen, which is asked for twice and named once.
    let known = news2((18, 97, 2, false), (120, 80, "alert", 36.8));
    let answer = self::answer("news2", with(&known, json!({"oxygen": null})));
    assert_eq!(range(&answer), (0.0, 5.0));
    assert_eq!(answer.missing, ["oxygen"]);
}

#[test]
fn an_input_that_cannot_be_true_is_refused_with_what_was_wanted() {
    let known = news2((18, 96, 1, false), (120, 80, "alert", 36.8));
    check_total("news2", known.clone(), 0.0);
    let answer = answer(
        "news2",
        with(
            &known,
            json!({"temperature_celsius": 735, "spo2_percent": 120}),
        ),
    );
    assert_eq!(range(&answer), (0.0, 6.0));
    assert_eq!(answer.missing, ["spo2_percent", "temperature_celsius"]);
    assert_eq!(
        answer.warnings,
        [
            "spo2_percent: wanted 20 to 100 %, found 120 %",
            "temperature_celsius: wanted 10 to 46 °C, found 735 °C"
        ]
    );
    assert!(answer.is_computed());
}

/// Each number just outside of what can be true, below and above, and a card that reads it.
const IMPLAUSIBLE: [(&str, &str, f64, f64); 30] = [
    ("news2", "respiratory_rate_per_minute", -1.0, 101.0),
    ("news2", "spo2_percent", 0.97, 101.0),
    ("news2", "temperature_celsius", 9.0, 98.6),
    ("news2", "systolic_mmhg", 16.0, 321.0),
    ("news2", "pulse_per_minute", -1.0, 351.0),
    ("curb65", "diastolic_mmhg", 9.0, 221.0),
    ("curb65", "urea_mmol_per_l", 0.0, 121.0),
    ("curb65", "age_years", -1.0, 126.0),
    ("qsofa", "glasgow_coma_scale", 2.0, 16.0),
    ("qsofa", "glasgow_coma_scale", 14.5, 3.5),
    ("sirs", "paco2_mmhg", 4.0, 251.0),
    ("sirs", "white_cells_10e9_per_l", -1.0, 8000.0),
    ("sirs", "band_forms_percent", -1.0, 101.0),
    ("sofa", "mean_arterial_pressure_mmhg", 9.0, 261.0),
    ("sofa", "pao2_mmhg", 9.0, 761.0),
    ("sofa", "fio2_fraction", 0.2, 40.0),
    ("sofa", "platelets_10e9_per_l", -1.0, 150_000.0),
    ("sofa", "bilirubin_mg_per_dl", -1.0, 81.0),
    ("sofa", "creatinine_mg_per_dl", 0.0, 88.0),
    ("sofa", "urine_ml_per_day", -1.0, 30_001.0),
    ("sofa", "dopamine_ug_per_kg_per_min", -1.0, 101.0),
    ("sofa", "dobutamine_ug_per_kg_per_min", -1.0, 101.0),
    ("sofa", "epinephrine_ug_per_kg_per_min", -1.0, 21.0),
    ("sofa", "norepinephrine_ug_per_kg_per_min", -1.0, 21.0),
    ("va", "years_since_quitting", -1.0, 111.0),
    ("va", "nodule_long_axis_mm", 0.9, 31.0),
    ("fleischner", "nodule_short_axis_mm", 0.9, 31.0),
    ("brock", "nodule_count", 0.0, 101.0),
    ("brock", "nodule_count", 1.5, 2.5),
    ("brock", "age_years", -1.0, 126.0),
];

#[test]
fn each_number_has_limits_and_nothing_is_worked_out_from_beyond_them() {
    for (card, field, low, high) in IMPLAUSIBLE {
        for value in [low, high] {
            let found = answer(card, json!({field: value}));
            let wanted = format!("{field}: wanted ");
            assert!(
                found.warnings.iter().any(|it| it.starts_with(&wanted)),
                "{field} {value}: {:?}",
                found.warnings
            );
            assert!(found.has_input() && !found.is_computed(), "{field} {value}");
            assert_eq!(
                found.total,
                answer(card, json!({})).total,
                "{field} {value}"
            );
        }
    }
    let nan = Inputs {
        temperature_celsius: Some(f64::NAN),
        ..Inputs::default()
    };
    assert!(!CARDS[0].answer(&nan).is_computed());
}

#[test]
fn a_finer_value_than_the_chart_has_is_rounded_and_says_so() {
    let answer = answer(
        "news2",
        json!({"temperature_celsius": 38.06, "respiratory_rate_per_minute": 20.5}),
    );
    let given: Vec<_> = answer
        .items
        .iter()
        .flat_map(|it| &it.inputs)
        .filter_map(|it| it.given.as_deref())
        .collect();
    assert_eq!(
        given,
        [
            "20.5 /min, rounded to 21 /min",
            "38.06 °C, rounded to 38.1 °C"
        ]
    );
}

#[test]
fn who_a_score_is_not_for_is_told() {
    let warnings = |card: &str, inputs: Value| answer(card, inputs).warnings;
    let young = json!({"age_years": 15, "respiratory_rate_per_minute": 20});
    let wanted = ["age_years: the source is for 16 years and older, found 15 years"];
    assert_eq!(warnings("news2", young), wanted);
    assert!(
        warnings(
            "news2",
            json!({"age_years": 16, "respiratory_rate_per_minute": 20})
        )
        .is_empty()
    );
    assert!(warnings("va", json!({"nodule_long_axis_mm": 6}))[0].contains("7 to 30 mm"));
    assert!(
        warnings(
            "va",
            json!({"ever_smoker": false, "years_since_quitting": 3})
        )[0]
        .contains("not used")
    );
    assert!(
        warnings("curb65", json!({"systolic_mmhg": 60, "diastolic_mmhg": 80}))[0]
            .contains("one of them is wrong")
    );
    let swapped = json!({"nodule_long_axis_mm": 6, "nodule_short_axis_mm": 8});
    assert!(warnings("fleischner", swapped)[0].contains("one of them is wrong"));
    assert!(
        warnings("mews", json!({"consciousness": "confusion"}))[0]
            .contains("wanted a level of AVPU")
    );
    for card in CARDS {
        assert!(
            !card.source.is_empty() && !card.audience.is_empty(),
            "{}",
            card.name
        );
    }
}

/// Runs one card of the shipped program as text and as JSON: a line of the table, and the total.
#[track_caller]
fn check_command(card: &str, options: &str, line: &str, total: (f64, f64)) {
    let (code, text, err) = run(wardlight()
        .args(["bedside", "--only", card])
        .args(options.split(' ')));
    assert_eq!(code, 0, "{err}");
    let squeezed: Vec<String> = text
        .lines()
        .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert!(
        squeezed.iter().any(|it| it == line),
        "`{line}` is missing in:\n{text}"
    );
    assert!(text.ends_with(&format!("{NOTICE}\n")), "{text}");
    let report = command_json(
        &[
            &["--only", card],
            &options.split(' ').collect::<Vec<_>>()[..],
        ]
        .concat(),
    );
    assert_eq!(report["notice"], NOTICE);
    let answers = report["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["name"], card);
    for field in ["source", "audience"] {
        assert!(text.contains(answers[0][field].as_str().unwrap()), "{text}");
    }
    let found = &answers[0]["total"];
    let close = |name: &str, wanted: f64| (found[name].as_f64().unwrap() - wanted).abs() < 1e-6;
    assert!(
        close("least", total.0) && close("greatest", total.1),
        "{found}"
    );
}

fn command_json(options: &[&str]) -> Value {
    let (code, out, err) = run(wardlight().args(["bedside", "--json"]).args(options));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_command_scores_news2() {
    let options = "--respiratory-rate 22 --spo2 89 --spo2-scale 2 --oxygen --systolic 98 --pulse 112 --consciousness alert \
                   --temperature 37";
    check_command("news2", options, "total points 8", (8.0, 8.0));
    // As in the README: parts are missing and named.
    let options = "--respiratory-rate 24 --spo2 91 --oxygen --temperature 38.4";
    check_command("news2", options, "pulse missing 0 to 3", (8.0, 17.0));
    check_command(
        "news2",
        options,
        "missing systolic_mmhg, pulse_per_minute, consciousness",
        (8.0, 17.0),
    );
}

#[test]
fn the_command_scores_qsofa() {
    let options = "--respiratory-rate 22 --systolic 100 --glasgow 15";
    check_command("qsofa", options, "total points 2", (2.0, 2.0));
}

#[test]
fn the_command_scores_sirs() {
    let options = "--respiratory-rate 21 --temperature 38.1 --pulse 90";
    check_command("sirs", options, "total points 2 to 3", (2.0, 3.0));
}

#[test]
fn the_command_scores_sofa() {
    let options = "--pao2 90 --fio2 0.5 --ventilatory-support --platelets 99 --bilirubin 1.2 --mean-arterial-pressure 69 \
                   --no-vasopressors --glasgow 14 --creatinine 2 --urine 600";
    check_command("sofa", options, "total points 10", (10.0, 10.0));
}

#[test]
fn the_command_scores_curb65_with_its_disposition() {
    let options =
        "--confusion false --urea 7.1 --respiratory-rate 30 --systolic 120 --diastolic 80 --age 64";
    let line = "says 2: consider hospital-supervised treatment: short stay, or as an outpatient";
    check_command("curb65", options, line, (2.0, 2.0));
}

#[test]
fn the_command_scores_mews() {
    let options =
        "--systolic 95 --pulse 112 --respiratory-rate 22 --temperature 38.6 --consciousness voice";
    check_command("mews", options, "total points 8", (8.0, 8.0));
}

#[test]
fn the_command_works_out_the_brock_model() {
    let options = "--age 65 --sex female --family-history false --emphysema --nodule-long-axis 8 --nodule-kind solid \
                   --upper-lobe --nodule-count 1 --spiculated";
    check_command(
        "brock",
        options,
        "probability of cancer 0.1632",
        (0.163215, 0.163215),
    );
}

#[test]
fn the_command_works_out_the_va_model() {
    let options = "--age 62 --ever-smoker false --nodule-long-axis 10";
    check_command(
        "va",
        options,
        "probability of cancer 0.0791",
        (0.079132, 0.079132),
    );
}

#[test]
fn the_command_shows_the_fleischner_card() {
    let options = "--age 60 --known-cancer false --immunosuppressed false --screening false --nodule-kind solid \
                   --nodule-count 1 --nodule-risk low --nodule-long-axis 8 --nodule-short-axis 6";
    let options: Vec<&str> = options.split_whitespace().collect();
    let (code, text, err) = run(wardlight()
        .args(["bedside", "--only", "fleischner"])
        .args(&options));
    assert_eq!(code, 0, "{err}");
    let advice = "CT at 6 to 12 months, then consider CT at 18 to 24 months";
    assert!(text.contains(advice) && text.contains(NOTICE), "{text}");
    let report = command_json(&[&["--only", "fleischner"], &options[..]].concat());
    assert_eq!(report["answers"][0]["says"], json!([advice]));
    assert_eq!(report["answers"][0]["total"], Value::Null);
}

#[test]
fn the_command_reads_a_file_and_shows_every_card_that_has_an_input() {
    let file = scratch("bedside_file").join("inputs.json");
    write(
        &file,
        r#"{"respiratory_rate_per_minute": 24, "temperature_celsius": 38.4, "age_years": 70}"#,
    );
    let file = file.to_str().unwrap();
    let names = |report: &Value| {
        let answers = report["answers"].as_array().unwrap();
        answers
            .iter()
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let report = command_json(&["--input", file]);
    // Neither SOFA nor the cards of nodules: age alone starts none.
    assert_eq!(names(&report), ["news2", "qsofa", "sirs", "curb65", "mews"]);
    let first = &report["answers"][0]["items"][0];
    assert_eq!(first["inputs"][0]["given"], "24 /min");
    assert_eq!(first["points"], json!({"least": 2, "greatest": 2}));
    // An option overrules the file.
    let report = command_json(&[
        "--input",
        file,
        "--respiratory-rate",
        "25",
        "--only",
        "news2,curb65",
    ]);
    assert_eq!(names(&report), ["news2", "curb65"]);
    assert_eq!(report["answers"][0]["items"][0]["points"]["least"], 3);
    let report = command_json(&["--age", "70", "--only", "curb65"]);
    assert_eq!(
        report["answers"][0]["total"],
        json!({"unit": "points", "least": 1, "greatest": 5})
    );
}

#[test]
fn the_command_tells_apart_nothing_to_compute_and_bad_arguments() {
    for options in [
        &[][..],
        &["--age", "70"],
        &["--temperature", "735"],
        &["--only", "sofa", "--spo2", "91"],
    ] {
        let (code, _, err) = run(wardlight().arg("bedside").args(options));
        assert_eq!(code, 1, "{options:?}: {err}");
        assert!(
            err.contains("wanted an input that a score can use, found none"),
            "{err}"
        );
    }
    let (_, out, _) = run(wardlight().args(["bedside", "--temperature", "735"]));
    assert!(out.contains("wanted 10 to 46 °C, found 735 °C"), "{out}");
    let file = scratch("bedside_bad").join("inputs.json");
    write(&file, r#"{"temperature": 38.4}"#);
    let file = file.to_str().unwrap();
    for (options, wanted) in [
        (
            &["--temperature", "warm"][..],
            "wanted a decimal number, found warm",
        ),
        (
            &["--temperature", "nan"],
            "wanted a decimal number, found nan",
        ),
        (&["--spo2-scale", "3"], "--spo2-scale"),
        (&["--only", "apache"], "apache"),
        (
            &["--no-vasopressors", "--dopamine", "5"],
            "cannot be used with",
        ),
        (&["--input", file], "unknown field `temperature`"),
        (
            &["--input", "/nowhere/inputs.json"],
            "could not read the inputs",
        ),
    ] {
        let (code, out, err) = run(wardlight().arg("bedside").args(options));
        assert_eq!((code, out.as_str()), (2, ""), "{options:?}: {err}");
        assert!(err.contains(wanted), "`{wanted}` is missing in:\n{err}");
    }
}

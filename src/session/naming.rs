//! What statuses, sections, variables and the parts of NEWS2 are called in the language of the window. Files and programs
//! call them by their own names, in English.

use crate::{
    case::{Variable, variable::Group},
    language::{SectionKind, Status, Verdict},
    words::{Part, Words},
};

/// What is said of a concept.
pub fn status_name(words: &Words, status: Status) -> String {
    match status {
        Status::Affirmed => words.say("status-affirmed"),
        Status::Negated => words.say("status-negated"),
        Status::Uncertain => words.say("status-uncertain"),
        Status::Historical => words.say("status-historical"),
        Status::Hypothetical => words.say("status-hypothetical"),
        Status::OtherPerson => words.say("status-other-person"),
    }
}

/// What a note answers.
pub fn verdict_name(words: &Words, verdict: Verdict) -> String {
    match verdict {
        Verdict::Yes => words.say("answer-yes"),
        Verdict::No => words.say("answer-no"),
        Verdict::Uncertain => words.say("answer-uncertain"),
    }
}

/// A section of a note.
#[rustfmt::skip]
pub fn section_name(words: &Words, kind: SectionKind) -> String {
    match kind {
        SectionKind::Opening => words.say("section-opening"),
        SectionKind::ChiefComplaint => words.say("section-chief-complaint"),
        SectionKind::PresentIllness => words.say("section-present-illness"),
        SectionKind::PastHistory => words.say("section-past-history"),
        SectionKind::SurgicalHistory => words.say("section-surgical-history"),
        SectionKind::ObstetricHistory => words.say("section-obstetric-history"),
        SectionKind::Immunizations => words.say("section-immunizations"),
        SectionKind::Medications => words.say("section-medications"),
        SectionKind::Allergies => words.say("section-allergies"),
        SectionKind::FamilyHistory => words.say("section-family-history"),
        SectionKind::SocialHistory => words.say("section-social-history"),
        SectionKind::ReviewOfSystems => words.say("section-review-of-systems"),
        SectionKind::Vitals => words.say("section-vitals"),
        SectionKind::Examination => words.say("section-examination"),
        SectionKind::Results => words.say("section-results"),
        SectionKind::Imaging => words.say("section-imaging"),
        SectionKind::Indication => words.say("section-indication"),
        SectionKind::Technique => words.say("section-technique"),
        SectionKind::Comparison => words.say("section-comparison"),
        SectionKind::Impression => words.say("section-impression"),
        SectionKind::Assessment => words.say("section-assessment"),
        SectionKind::Plan => words.say("section-plan"),
        SectionKind::AssessmentAndPlan => words.say("section-assessment-and-plan"),
        SectionKind::Diagnosis => words.say("section-diagnosis"),
        SectionKind::PreoperativeDiagnosis => words.say("section-preoperative-diagnosis"),
        SectionKind::PostoperativeDiagnosis => words.say("section-postoperative-diagnosis"),
        SectionKind::Procedure => words.say("section-procedure"),
        SectionKind::HospitalCourse => words.say("section-hospital-course"),
        SectionKind::Disposition => words.say("section-disposition"),
        SectionKind::Instructions => words.say("section-instructions"),
        SectionKind::Subjective => words.say("section-subjective"),
        SectionKind::Objective => words.say("section-objective"),
        SectionKind::Other => words.say("section-other"),
    }
}

/// A group of variables.
pub fn group_name(words: &Words, group: Group) -> String {
    match group {
        Group::VitalSigns => words.say("vital-signs"),
        Group::Breathing => words.say("breathing"),
        Group::Chemistry => words.say("group-chemistry"),
        Group::Inflammation => words.say("inflammation"),
        Group::BloodCount => words.say("blood-count"),
    }
}

/// A variable; the letters beside its plot are the same everywhere.
pub fn variable_name(words: &Words, variable: Variable) -> String {
    bedside_name(words, variable.key())
        .or_else(|| laboratory_name(words, variable.key()))
        .unwrap_or_else(|| variable.name().to_owned())
}

#[rustfmt::skip]
fn bedside_name(words: &Words, key: &str) -> Option<String> {
    Some(match key {
        "heart_rate" => words.say("variable-heart-rate"),
        "respiratory_rate" => words.say("variable-respiratory-rate"),
        "temperature" => words.say("variable-temperature"),
        "systolic_pressure" => words.say("variable-systolic-pressure"),
        "diastolic_pressure" => words.say("variable-diastolic-pressure"),
        "mean_pressure" => words.say("variable-mean-pressure"),
        "systolic_pressure_arterial" => words.say("variable-systolic-pressure-arterial"),
        "diastolic_pressure_arterial" => words.say("variable-diastolic-pressure-arterial"),
        "mean_pressure_arterial" => words.say("variable-mean-pressure-arterial"),
        "central_venous_pressure" => words.say("variable-central-venous-pressure"),
        "spo2" => words.say("variable-spo2"),
        "gcs" => words.say("variable-gcs"),
        "gcs_eye" => words.say("variable-gcs-eye"),
        "gcs_verbal" => words.say("variable-gcs-verbal"),
        "gcs_motor" => words.say("variable-gcs-motor"),
        "urine" => words.say("variable-urine"),
        "weight" => words.say("variable-weight"),
        "height" => words.say("variable-height"),
        "mechanical_ventilation" => words.say("variable-mechanical-ventilation"),
        "fio2" => words.say("variable-fio2"),
        "oxygen_flow" => words.say("variable-oxygen-flow"),
        "etco2" => words.say("variable-etco2"),
        "sao2" => words.say("variable-sao2"),
        "ph" => words.say("variable-ph"),
        "pao2" => words.say("variable-pao2"),
        "paco2" => words.say("variable-paco2"),
        "bicarbonate" => words.say("variable-bicarbonate"),
        "base_excess" => words.say("variable-base-excess"),
        "lactate" => words.say("variable-lactate"),
        _ => return None,
    })
}

#[rustfmt::skip]
fn laboratory_name(words: &Words, key: &str) -> Option<String> {
    Some(match key {
        "sodium" => words.say("variable-sodium"),
        "potassium" => words.say("variable-potassium"),
        "chloride" => words.say("variable-chloride"),
        "calcium" => words.say("variable-calcium"),
        "magnesium" => words.say("variable-magnesium"),
        "phosphate" => words.say("variable-phosphate"),
        "glucose" => words.say("variable-glucose"),
        "urea_nitrogen" => words.say("variable-urea-nitrogen"),
        "urea" => words.say("variable-urea"),
        "creatinine" => words.say("variable-creatinine"),
        "urate" => words.say("variable-urate"),
        "bilirubin" => words.say("variable-bilirubin"),
        "bilirubin_direct" => words.say("variable-bilirubin-direct"),
        "alt" => words.say("variable-alt"),
        "ast" => words.say("variable-ast"),
        "alp" => words.say("variable-alp"),
        "ggt" => words.say("variable-ggt"),
        "ldh" => words.say("variable-ldh"),
        "creatine_kinase" => words.say("variable-creatine-kinase"),
        "albumin" => words.say("variable-albumin"),
        "total_protein" => words.say("variable-total-protein"),
        "cholesterol" => words.say("variable-cholesterol"),
        "troponin_i" => words.say("variable-troponin-i"),
        "troponin_t" => words.say("variable-troponin-t"),
        "nt_probnp" => words.say("variable-nt-probnp"),
        "crp" => words.say("variable-crp"),
        "procalcitonin" => words.say("variable-procalcitonin"),
        "esr" => words.say("variable-esr"),
        "ferritin" => words.say("variable-ferritin"),
        "d_dimer" => words.say("variable-d-dimer"),
        "fibrinogen" => words.say("variable-fibrinogen"),
        "inr" => words.say("variable-inr"),
        "prothrombin_time" => words.say("variable-prothrombin-time"),
        "aptt" => words.say("variable-aptt"),
        "haemoglobin" => words.say("variable-haemoglobin"),
        "haematocrit" => words.say("variable-haematocrit"),
        "red_cells" => words.say("variable-red-cells"),
        "white_cells" => words.say("variable-white-cells"),
        "neutrophils" => words.say("variable-neutrophils"),
        "neutrophils_percent" => words.say("variable-neutrophils-percent"),
        "lymphocytes" => words.say("variable-lymphocytes"),
        "lymphocytes_percent" => words.say("variable-lymphocytes-percent"),
        "monocytes" => words.say("variable-monocytes"),
        "eosinophils" => words.say("variable-eosinophils"),
        "platelets" => words.say("variable-platelets"),
        _ => return None,
    })
}

/// An item of NEWS2, by its name in `bedside`.
pub fn news2_item(words: &Words, name: &str) -> String {
    match name {
        "respiration rate" => words.say("news2-respiration"),
        "oxygen saturation" => words.say("news2-saturation"),
        "supplemental oxygen" => words.say("news2-oxygen"),
        "systolic blood pressure" => words.say("news2-systolic"),
        "pulse" => words.say("news2-pulse"),
        "consciousness" => words.say("news2-consciousness"),
        "temperature" => words.say("news2-temperature"),
        other => other.to_owned(),
    }
}

/// What was given for an item of NEWS2: its words are ours, its numbers the patient's.
pub fn news2_given(words: &Words, given: &str) -> String {
    if let Some((value, rounded)) = given.split_once(", rounded to ") {
        let parts = [("value", Part::from(value)), ("rounded", rounded.into())];
        return words.say_with("news2-rounded", &parts);
    }
    if let Some((value, scale)) = given.split_once(" on scale ") {
        let parts = [("value", Part::from(value)), ("scale", scale.into())];
        return words.say_with("news2-on-scale", &parts);
    }
    match given {
        "yes" => words.say("code-yes"),
        "no" => words.say("code-no"),
        "alert" => words.say("news2-alert"),
        "confusion" => words.say("news2-confusion"),
        other => other.to_owned(),
    }
}

/// A risk that NEWS2 does not exclude; the source is quoted in English and told in Chinese.
pub fn news2_risk(words: &Words, says: &str) -> String {
    match risk(says) {
        Risk::Low => words.say("news2-low"),
        Risk::LowMedium => words.say("news2-low-medium"),
        Risk::Medium => words.say("news2-medium"),
        Risk::High => words.say("news2-high"),
    }
}

/// A clinical risk of NEWS2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    Low,
    LowMedium,
    Medium,
    High,
}

/// The risk that a sentence of the source names.
pub fn risk(says: &str) -> Risk {
    match says {
        it if it.contains("low-medium clinical risk") => Risk::LowMedium,
        it if it.contains("low clinical risk") => Risk::Low,
        it if it.contains("medium clinical risk") => Risk::Medium,
        _ => Risk::High,
    }
}

#[cfg(test)]
mod tests {
    use super::{news2_item, news2_risk, section_name, variable_name};
    use crate::{
        bedside::{Consciousness, Inputs},
        case::Variable,
        language::SectionKind,
        session::news2,
        words::{Language, Words},
    };

    /// Each has a key, and in English the window calls it as files and the command line do.
    #[test]
    fn the_window_and_the_command_line_call_things_alike() {
        let (english, chinese) = (Words::new(Language::English), Words::new(Language::Chinese));
        let is_chinese = |it: String| it.chars().any(|it| '\u{4E00}' <= it);
        for it in Variable::all() {
            assert_eq!(variable_name(&english, it), it.name());
            assert!(is_chinese(variable_name(&chinese, it)), "{}", it.key());
        }
        for kind in [
            SectionKind::Opening,
            SectionKind::AssessmentAndPlan,
            SectionKind::Other,
        ] {
            assert_eq!(section_name(&english, kind), kind.name());
        }
        let at = |rate: f64, temperature: f64| Inputs {
            respiratory_rate_per_minute: Some(rate),
            spo2_percent: Some(97.0),
            oxygen: Some(false),
            systolic_mmhg: Some(120.0),
            pulse_per_minute: Some(80.0),
            consciousness: Some(Consciousness::Alert),
            temperature_celsius: Some(temperature),
            ..Inputs::default()
        };
        let mut n_risks = 0;
        for inputs in [
            at(15.0, 37.0),
            at(30.0, 37.0),
            at(30.0, 34.0),
            Inputs::default(),
        ] {
            let answer = news2().unwrap().answer(&inputs);
            for item in &answer.items {
                assert_eq!(news2_item(&english, item.name), item.name);
                assert!(is_chinese(news2_item(&chinese, item.name)), "{}", item.name);
            }
            for says in answer.says {
                n_risks += 1;
                assert_eq!(news2_risk(&english, says), says);
            }
        }
        assert!(3 < n_risks);
    }
}

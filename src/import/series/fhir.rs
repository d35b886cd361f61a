//! Observations of HL7 FHIR R4: a Bundle or one Observation, as JSON.
//!
//! Read are `valueQuantity` and `component`, `effectiveDateTime`, `effectiveInstant` and the start of
//! `effectivePeriod`, codes of LOINC and units of UCUM, and the Patient for identity, sex and date of birth.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;
use serde_json::Value;

use super::{
    Hints, Refusal, clock,
    clock::Time,
    finish,
    gather::{self, Entry},
    number::Cell,
    only_patient, told,
};
use crate::{
    case::{
        Series, Variable,
        series::{Place, SeriesFormat},
    },
    disk::Sha256,
    privacy::Phi,
    warnings::Warning,
};

/// A resource of a Bundle, with its place and the address by which others refer to it.
struct Resource<'a> {
    place: usize,
    full_url: &'a str,
    body: &'a Value,
}

/// Reads the observations of a file.
pub(super) fn read(sha256: Sha256, text: &str, hints: &Hints) -> Result<Series, Refusal> {
    // Nesting is bounded by the parser.
    let root: Value = serde_json::from_str(text)
        .map_err(|it| Refusal::malformed("JSON", format!("an error in line {}", it.line())))?;
    let resources = resources(&root)?;
    let of_kind = |kind: &'static str| {
        resources
            .iter()
            .filter(move |it| it.body["resourceType"] == kind)
    };
    let patients = identities(of_kind("Patient"));
    let mut counts = BTreeMap::new();
    let mut readable: Vec<(&Resource<'_>, String)> = Vec::new();
    for it in of_kind("Observation") {
        let status = it.body["status"].as_str().unwrap_or_default();
        if matches!(status, "entered-in-error" | "cancelled") {
            *counts
                .entry("observations are marked as entered in error or cancelled: left out")
                .or_insert(0) += 1;
            continue;
        }
        let subject = text_at(it.body, "/subject/reference").unwrap_or_default();
        readable.push((
            it,
            patients
                .get(subject)
                .copied()
                .unwrap_or_else(|| last_part(subject))
                .to_owned(),
        ));
    }
    let mut named: Vec<&str> = patients.values().copied().collect();
    named.extend(readable.iter().map(|it| it.1.as_str()));
    let patient = only_patient(named, hints)?;
    let is_theirs = |subject: &str| subject.is_empty() || patient.as_deref() == Some(subject);
    let person = of_kind("Patient")
        .map(|it| it.body)
        .find(|it| patient.as_deref() == it["id"].as_str());
    let birth =
        person.and_then(|it| NaiveDate::parse_from_str(it["birthDate"].as_str()?, "%Y-%m-%d").ok());
    let mut entries = Vec::new();
    let mut encounters = Vec::new();
    for (it, _) in readable.iter().filter(|it| is_theirs(&it.1)) {
        encounters.extend(text_at(it.body, "/encounter/reference").map(str::to_owned));
        observation(it, &mut entries, &mut counts);
    }
    let others = resources.len() - of_kind("Observation").count() - of_kind("Patient").count();
    if 0 < others {
        counts.insert("resources are neither Patient nor Observation", others);
    }
    let gathered = gather::gather(&entries, birth)?;
    let first_day = gathered
        .start
        .as_deref()
        .and_then(|it| clock::parse(it, None)?.day());
    let mut series = finish(sha256, SeriesFormat::Fhir, gathered);
    series
        .warnings
        .extend(counts.iter().map(|(what, n)| counted(*n, what)));
    encounters.sort_unstable();
    encounters.dedup();
    series.encounters = Phi::new(encounters);
    series.subject.patient_id = Phi::new(patient.unwrap_or_default());
    if let Some(person) = person {
        series.subject.name = Phi::new(name(person));
        series.subject.sex = sex(person);
    }
    let age = birth
        .zip(first_day)
        .and_then(|(birth, day)| day.years_since(birth));
    series.subject.age_years = age.map(|it| it as f32);
    Ok(series)
}

fn counted(n: usize, what: &str) -> Warning {
    told(format!("{n} {what}"))
}

fn resources(root: &Value) -> Result<Vec<Resource<'_>>, Refusal> {
    let only = Resource {
        place: 1,
        full_url: "",
        body: root,
    };
    match root["resourceType"].as_str() {
        Some("Bundle") => {
            let entries = root["entry"].as_array().map_or(&[][..], Vec::as_slice);
            Ok(entries
                .iter()
                .enumerate()
                .map(|(idx, entry)| Resource {
                    place: idx + 1,
                    full_url: entry["fullUrl"].as_str().unwrap_or_default(),
                    body: &entry["resource"],
                })
                .collect())
        }
        Some("Observation") => Ok(vec![only]),
        _ => Err(Refusal::series(
            "a FHIR Bundle or Observation",
            "another FHIR resource",
        )),
    }
}

/// The id of each patient, by all references that mean it.
fn identities<'a>(patients: impl Iterator<Item = &'a Resource<'a>>) -> BTreeMap<String, &'a str> {
    let mut all = BTreeMap::new();
    for it in patients {
        let id = it.body["id"]
            .as_str()
            .unwrap_or_else(|| last_part(it.full_url));
        all.insert(it.full_url.to_owned(), id);
        all.insert(format!("Patient/{id}"), id);
    }
    all
}

/// What stands after the last slash or colon of a reference.
fn last_part(reference: &str) -> &str {
    reference.rsplit(['/', ':']).next().unwrap_or(reference)
}

/// The values of one observation.
fn observation<'a>(
    resource: &Resource<'a>,
    entries: &mut Vec<Entry<'a>>,
    counts: &mut BTreeMap<&'static str, usize>,
) {
    let body = resource.body;
    let time = effective(body, counts);
    let components = body["component"].as_array().map_or(&[][..], Vec::as_slice);
    let mut n_values = 0;
    for part in [body].into_iter().chain(components) {
        let quantity = &part["valueQuantity"];
        if quantity.is_null() {
            continue;
        }
        n_values += 1;
        let Some(variable) = variable(&part["code"]) else {
            *counts
                .entry("values have no code that is known: not read")
                .or_insert(0) += 1;
            continue;
        };
        let cell = match (quantity["comparator"].as_str(), quantity["value"].as_f64()) {
            (Some(_), _) => Cell::Odd("it is a limit, not a value"),
            (None, Some(value)) => Cell::Number(value),
            (None, None) => Cell::Odd("it is not a number"),
        };
        let coded = quantity["code"]
            .as_str()
            .or_else(|| quantity["unit"].as_str());
        let unit = coded.filter(|it| !it.is_empty()).map(Cow::Borrowed);
        let place = Place::Entry(resource.place);
        entries.push(Entry {
            place,
            time,
            variable,
            cell,
            unit,
        });
    }
    if n_values == 0 {
        *counts.entry("observations have no quantity").or_insert(0) += 1;
    }
}

fn effective(body: &Value, counts: &mut BTreeMap<&'static str, usize>) -> Option<Time> {
    let at = |it: &Value| it.as_str().and_then(|it| clock::parse(it, None));
    let own = at(&body["effectiveDateTime"]).or_else(|| at(&body["effectiveInstant"]));
    own.or_else(|| {
        let start = clock::parse(text_at(body, "/effectivePeriod/start")?, None)?;
        *counts
            .entry("observations cover a period: taken at its start")
            .or_insert(0) += 1;
        Some(start)
    })
}

/// Text inside a field, by RFC 6901.
fn text_at<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}

/// The first code of LOINC that is known.
fn variable(code: &Value) -> Option<Variable> {
    let codings = code["coding"].as_array()?;
    codings
        .iter()
        .filter(|it| it["system"] == "http://loinc.org")
        .find_map(|it| Variable::of_loinc(it["code"].as_str()?))
}

/// Family name and given names.
fn name(person: &Value) -> String {
    let Some(first) = person["name"].as_array().and_then(|it| it.first()) else {
        return String::new();
    };
    let given = first["given"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let parts: Vec<&str> = given.chain(first["family"].as_str()).collect();
    if parts.is_empty() {
        first["text"].as_str().unwrap_or_default().to_owned()
    } else {
        parts.join(" ")
    }
}

fn sex(person: &Value) -> Option<String> {
    match person["gender"].as_str()? {
        "female" => Some("F".to_owned()),
        "male" => Some("M".to_owned()),
        "other" => Some("O".to_owned()),
        _ => None,
    }
}

//! Series and sequences from files, through a real worker: what is read, what is set aside, what is refused.

use std::io::Read as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use wardlight::{
    case::{
        Chart, Series, Variable,
        series::{Collector, IcuType, Place, SeriesFormat},
    },
    import::{Columns, Decoder, Error, Hints, Opened, Refusal},
    privacy::Phi,
};

use crate::{
    command::{run, scratch, wardlight, write},
    dicom::{decoder, shared_data},
};

fn chart(opened: Result<Opened, Error>) -> Chart {
    match opened {
        Ok(Opened::Chart(chart)) => chart,
        other => panic!("wanted a chart, found {other:?}"),
    }
}

#[track_caller]
fn series(text: &str) -> Series {
    let mut chart = chart(decoder().open_bytes(text.as_bytes()));
    assert!(chart.notes.is_empty() && chart.sequences.is_empty());
    assert_eq!(chart.series.len(), 1, "{}", chart.summary());
    chart.series.remove(0)
}

#[track_caller]
fn refusal(opened: Result<Opened, Error>) -> String {
    match opened {
        Err(Error::Refused(refusal)) => refusal.to_string(),
        other => panic!("wanted a refusal, found {other:?}"),
    }
}

#[track_caller]
fn points(series: &Series, key: &str) -> Vec<(f64, f64)> {
    let variable = Variable::of_key(key).unwrap();
    let points = series.points(variable).iter();
    points
        .map(|it| (it.hours, (it.value * 1e6).round() / 1e6))
        .collect()
}

#[track_caller]
fn has_warning(series: &Series, part: &str) {
    let found = series.warnings.iter().any(|it| it.text.contains(part));
    assert!(found, "no `{part}` in {:#?}", series.warnings);
}

/// The values that were set aside, with the reasons.
fn aside(series: &Series) -> Vec<(String, String)> {
    let all = series.set_aside.iter();
    all.map(|it| (it.found.clone(), it.reason.clone()))
        .collect()
}

#[test]
fn long_tables_take_codes_and_names_and_convert_units() {
    let found = series(
        "patient_id,encounter_id,time,code,value,unit\n\
         7,E1,2026-01-01T10:00:00Z,8867-4,80,/min\n\
         7,E1,2026-01-01T11:30:00Z,creatinine,106.1,µmol/L\n\
         7,E1,2026-01-01T11:30:00Z,Urea,7.1,mmol/L\n\
         7,E1,2026-01-01T11:30:00Z,temp,98.6,°F\n\
         7,E1,2026-01-01T11:30:00Z,favourite colour,3,1\n",
    );
    assert_eq!(found.format, SeriesFormat::CsvLong);
    assert_eq!(points(&found, "heart_rate"), [(0.0, 80.0)]);
    assert_eq!(points(&found, "creatinine"), [(1.5, 1.199955)]);
    assert_eq!(points(&found, "urea_nitrogen"), [(1.5, 19.88994)]);
    assert_eq!(points(&found, "temperature"), [(1.5, 37.0)]);
    assert_eq!(found.subject.patient_id, Phi::new("7".to_owned()));
    assert_eq!(found.encounters, Phi::new(vec!["E1".to_owned()]));
    let start = Some("2026-01-01T10:00:00+00:00".to_owned());
    assert_eq!(found.start, Phi::new(start));
    has_warning(&found, "favourite colour");
}

#[test]
fn wide_tables_take_units_from_the_header_or_a_second_row() {
    let header = series("hours,HR [/min],Temp (Cel),Shoe size\n0,80,36.5,42\n1.5,,37\n");
    assert_eq!(header.format, SeriesFormat::CsvWide);
    assert_eq!(points(&header, "temperature"), [(0.0, 36.5), (1.5, 37.0)]);
    assert_eq!(points(&header, "heart_rate"), [(0.0, 80.0)]);
    has_warning(&header, "Shoe size");
    let below = series("minutes\tGlucose\tFiO2\n\tmmol/L\t%\n0\t5\t21\n30\t10\t40\n");
    assert_eq!(points(&below, "glucose"), [(0.0, 90.078), (0.5, 180.156)]);
    assert_eq!(points(&below, "fio2"), [(0.0, 0.21), (0.5, 0.4)]);
    has_warning(&below, "tabs");
}

#[test]
fn a_missing_unit_is_assumed_only_where_no_other_fits() {
    let told = series("hours,temp,HR\n0,36.6,80\n1,38.2,90\n");
    assert_eq!(points(&told, "temperature").len(), 2);
    has_warning(&told, "body temperature has no unit: read as Cel");
    // 30 may be mg/dL or µmol/L of creatinine.
    let open = series("hours,creatinine,HR\n0,30,80\n");
    assert!(points(&open, "creatinine").is_empty());
    has_warning(
        &open,
        "it may be mg/dL or umol/L; say it in the header, such as `Crea [mg/dL]`",
    );
    assert!(aside(&open)[0].1.contains("no unit"), "{:?}", aside(&open));
    // Degrees Fahrenheit are not read as Celsius.
    let other = series("hours,temp,HR\n0,98.6,80\n");
    assert!(points(&other, "temperature").is_empty());
    has_warning(&other, "it may be [degF]");
}

#[test]
fn an_impossible_unit_is_set_aside_with_those_that_are_possible() {
    let found = series("hours,variable,value,unit\n0,heart_rate,80,/min\n0,sodium,140,mmHg\n");
    let [(value, reason)] = &aside(&found)[..] else {
        panic!("{:?}", found.set_aside)
    };
    assert_eq!(
        (value.as_str(), reason.as_str()),
        ("140 mmHg", "its unit is none of mmol/L, meq/L")
    );
    assert_eq!(found.set_aside[0].place, Place::Line(3));
}

#[test]
fn what_cannot_be_true_is_set_aside_and_never_repaired() {
    let found = series(
        "hours,variable,value,unit\n\
         0,temperature,735,Cel\n1,temperature,385,Cel\n2,temperature,-17.8,Cel\n\
         3,ph,74,[pH]\n4,ph,735,[pH]\n5,ph,7.4,[pH]\n\
         6,heart_rate,0,/min\n7,height,431.8,cm\n8,lactate,<0.5,mmol/L\n9,lactate,none seen,mmol/L\n",
    );
    assert_eq!(found.n_points(), 1);
    let reasons: Vec<String> = aside(&found)
        .into_iter()
        .map(|(found, why)| format!("{found}: {why}"))
        .collect();
    assert_eq!(
        reasons,
        [
            "735 Cel: plausible is 10 to 46 Cel",
            "385 Cel: plausible is 10 to 46 Cel; 38.5 with a decimal point?",
            "-17.8 Cel: plausible is 10 to 46 Cel",
            "74 [pH]: plausible is 6.5 to 8 [pH]; 7.4 with a decimal point?",
            "735 [pH]: plausible is 6.5 to 8 [pH]; 7.35 with a decimal point?",
            "0 /min: plausible is 10 to 350 /min",
            "431.8 cm: plausible is 30 to 250 cm",
            "text: it is a limit, not a value",
            "text: it is not a number",
        ]
    );
    has_warning(&found, "9 values set aside");
}

#[test]
fn decimal_commas_are_told_and_thousands_are_refused() {
    let found = series("Zeit;Temp [Cel];WBC [10*9/L]\n00:00;36,8;7,25\n01:30;38,1;11,5\n");
    assert_eq!(points(&found, "temperature"), [(0.0, 36.8), (1.5, 38.1)]);
    has_warning(&found, "decimal comma");
    has_warning(&found, "semicolons");
    let quoted = series("hours,Temp [Cel]\n0,\"36,8\"\n");
    assert_eq!(points(&quoted, "temperature"), [(0.0, 36.8)]);
    let cut = refusal(decoder().open_bytes(b"hours,Temp [Cel]\n0,36,8\n"));
    assert!(cut.contains("1 rows with more"), "{cut}");
    for cells in ["1,234", "1.234,5", "1,234.5", "1,234,567"] {
        let text = format!("hours;Platelets [10*9/L]\n0;{cells}\n");
        let told = refusal(decoder().open_bytes(text.as_bytes()));
        assert!(told.contains("no thousands separators"), "{told}");
    }
}

#[test]
fn duplicates_and_unsorted_rows_are_counted() {
    let found = series("hours,HR [/min]\n2,82\n0,80\n1,81\n1,81\n2,99\n");
    assert_eq!(
        points(&found, "heart_rate"),
        [(0.0, 80.0), (1.0, 81.0), (2.0, 99.0)]
    );
    has_warning(&found, "1 value out of order of time");
    has_warning(&found, "1 value repeated at one time");
    has_warning(&found, "1 value replaced by a later value");
    assert_eq!(found.set_aside[0].place, Place::Line(2));
    let volumes = series("hours,Urine [mL]\n1,100\n1,50\n");
    assert_eq!(points(&volumes, "urine"), [(1.0, 150.0)]);
    has_warning(&volumes, "added up");
}

#[test]
fn zones_are_compared_in_utc_and_what_cannot_be_compared_is_refused() {
    let zoned = series(
        "time,HR [/min]\n2026-03-29T01:30:00+01:00,80\n2026-03-29T03:30:00+02:00,90\n2026-03-29T02:30:00Z,100\n",
    );
    assert_eq!(
        points(&zoned, "heart_rate"),
        [(0.0, 80.0), (1.0, 90.0), (2.0, 100.0)]
    );
    has_warning(&zoned, "3 different offsets");
    let local = series("time,HR [/min]\n2026-03-29 01:30,80\n2026-03-29 03:30,90\n");
    assert_eq!(points(&local, "heart_rate"), [(0.0, 80.0), (2.0, 90.0)]);
    has_warning(&local, "no zone");
    for (text, wanted) in [
        (
            "time,HR [/min]\n2026-03-29 01:30,80\n2026-03-29T01:30Z,90\n",
            "1 local and 1 with a zone",
        ),
        (
            "time,HR [/min]\n0,80\n1,90\n",
            "numbers whose header says hours or minutes",
        ),
        ("time,HR [/min]\n29.03.2026 01:30,80\n", "ISO 8601"),
    ] {
        let told = refusal(decoder().open_bytes(text.as_bytes()));
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn an_empty_series_is_refused_with_the_reason() {
    for (text, wanted) in [
        ("hours,variable,value,unit\n", "found none"),
        ("Time,Parameter,Value\n", "found none"),
        ("hours,HR [/min]\n0,NA\n", "found none"),
        (
            "hours,HR [/min]\n0,0\n",
            "1 set aside, the first because plausible is 10 to 350 /min",
        ),
        ("hours,Shoe size,Hat size\n0,42,58\n", "found none"),
        (
            "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}",
            "found none",
        ),
        ("{\"resourceType\":\"Bundle\",", "JSON"),
        ("{\"resourceType\":\"Medication\"}", "another FHIR resource"),
    ] {
        let told = refusal(decoder().open_bytes(text.as_bytes()));
        assert!(told.contains(wanted), "{text}: {told}");
    }
}

#[test]
fn several_patients_are_refused_unless_one_is_chosen() {
    let text = "patient,hours,HR [/min]\nA7,0,80\nB9,0,90\nB9,1,91\n";
    let told = refusal(decoder().open_bytes(text.as_bytes()));
    assert!(
        told.contains("2 patients") && told.contains("--patient"),
        "{told}"
    );
    assert!(!told.contains("A7"), "{told}");
    let choose = |id: &str| Hints {
        patient: Phi::new(Some(id.to_owned())),
        ..Hints::default()
    };
    let chosen = chart(decoder().open_bytes_with(text.as_bytes(), &choose("B9")));
    assert_eq!(
        points(&chosen.series[0], "heart_rate"),
        [(0.0, 90.0), (1.0, 91.0)]
    );
    let told = refusal(decoder().open_bytes_with(text.as_bytes(), &choose("C1")));
    assert!(told.contains("the chosen patient"), "{told}");
}

#[test]
fn columns_mean_what_the_person_says() {
    let columns = Columns::parse(
        "time = \"wann\"\ntime_unit = \"minutes\"\ndecimal = \",\"\npatient = \"wer\"\n\
         [columns]\n\"P\" = { variable = \"heart_rate\" }\n\"T\" = { variable = \"temperature\", unit = \"degF\" }\n",
    )
    .unwrap();
    let hints = Hints {
        columns: Some(columns),
        ..Hints::default()
    };
    let text = "wer;wann;P;T\n1;0;80;98,6\n1;90;1,234;\n";
    let found = chart(decoder().open_bytes_with(text.as_bytes(), &hints))
        .series
        .remove(0);
    assert_eq!(points(&found, "temperature"), [(0.0, 37.0)]);
    assert_eq!(points(&found, "heart_rate"), [(0.0, 80.0)]);
    assert_eq!(found.set_aside[0].hours, Some(1.5));
    let told = refusal(decoder().open_bytes_with(b"when,P\n0,1\n", &hints));
    assert!(told.contains("the column `wann`"), "{told}");
}

#[test]
fn a_note_stays_a_note() {
    for text in [
        "Time, place and person: oriented.\nHR 80, RR 16, temp 36.6.\n",
        "Chest pain, 2 hours, no dyspnoea",
        "time,\nthe great healer, took its course, and so on\n",
        "> quoted from the letter\nPatient is well.",
        "{ this is no JSON }",
        "HR,80\nRR,16\n",
        "Time, temperature, pulse\nwere all fine.\n",
    ] {
        let chart = chart(decoder().open_bytes(text.as_bytes()));
        assert!(chart.only_note().is_some(), "{text}: {}", chart.summary());
    }
}

fn observation(code: &str, value: f64, unit: &str, at: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "subject": { "reference": "Patient/p1" },
        "encounter": { "reference": "Encounter/e1" },
        "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
        "effectiveDateTime": at,
        "valueQuantity": { "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit },
    })
}

fn bundle(resources: &[Value]) -> String {
    let entries: Vec<Value> = resources
        .iter()
        .map(|it| json!({ "resource": it }))
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string()
}

fn person(id: &str, birth: &str) -> Value {
    json!({
        "resourceType": "Patient", "id": id, "birthDate": birth, "gender": "female",
        "name": [{ "family": "Muster", "given": ["Erika"] }],
    })
}

#[test]
fn fhir_observations_become_a_series() {
    let mut wrong = observation("8867-4", 300.0, "/min", "2026-01-01T09:00:00Z");
    wrong["status"] = json!("entered-in-error");
    let pressure = json!({
        "resourceType": "Observation", "status": "final",
        "subject": { "reference": "Patient/p1" },
        "code": { "coding": [{ "system": "http://loinc.org", "code": "85354-9" }] },
        "effectivePeriod": { "start": "2026-01-01T11:00:00+01:00", "end": "2026-01-01T11:05:00+01:00" },
        "component": [
            { "code": { "coding": [{ "system": "http://loinc.org", "code": "8480-6" }] },
              "valueQuantity": { "value": 120, "unit": "mmHg", "code": "mm[Hg]" } },
            { "code": { "coding": [{ "system": "http://loinc.org", "code": "8462-4" }] },
              "valueQuantity": { "value": 10, "code": "kPa" } },
        ],
    });
    let found = series(&bundle(&[
        person("p1", "1960-07-01"),
        observation("8867-4", 80.0, "/min", "2026-01-01T09:00:00Z"),
        observation("2160-0", 88.42, "umol/L", "2026-01-01T12:00:00Z"),
        observation("99999-9", 1.0, "1", "2026-01-01T12:00:00Z"),
        observation("8867-4", 70.0, "/min", "1959-01-01"),
        wrong,
        pressure,
        json!({ "resourceType": "Encounter", "id": "e1" }),
    ]));
    assert_eq!(found.format, SeriesFormat::Fhir);
    assert_eq!(points(&found, "heart_rate"), [(0.0, 80.0)]);
    assert_eq!(points(&found, "creatinine"), [(3.0, 1.0)]);
    assert_eq!(points(&found, "systolic_pressure"), [(1.0, 120.0)]);
    assert_eq!(points(&found, "diastolic_pressure"), [(1.0, 75.0062)]);
    assert_eq!(found.subject.name, Phi::new("Erika Muster".to_owned()));
    assert_eq!(
        (found.subject.age_years, found.subject.sex.as_deref()),
        (Some(65.0), Some("F"))
    );
    assert_eq!(
        found.set_aside[0].reason,
        "it lies before the birth of the patient"
    );
    assert_eq!(found.set_aside[0].place, Place::Entry(5));
    for part in [
        "1 observations are marked as entered in error",
        "1 values have no code that is known",
        "1 observations cover a period",
        "1 resources are neither",
        "values before the birth of the patient: 1",
    ] {
        has_warning(&found, part);
    }
    assert!(!format!("{found:?}").contains("Muster"), "a name prints");
}

#[test]
fn fhir_of_several_patients_is_refused_with_their_number() {
    let mut other = observation("8867-4", 90.0, "/min", "2026-01-01T09:00:00Z");
    other["subject"]["reference"] = json!("Patient/p2");
    let mixed = bundle(&[
        observation("8867-4", 80.0, "/min", "2026-01-01T09:00:00Z"),
        other.clone(),
    ]);
    let told = refusal(decoder().open_bytes(mixed.as_bytes()));
    assert!(told.contains("2 patients"), "{told}");
    // A person who is not the one that the values are of.
    let strange = bundle(&[person("p1", "1960-07-01"), other]);
    let told = refusal(decoder().open_bytes(strange.as_bytes()));
    assert!(told.contains("2 patients"), "{told}");
}

#[test]
fn physionet_2019_is_read_by_the_hour_and_the_answer_is_not() {
    let found = series(
        "HR|O2Sat|Temp|MAP|FiO2|Lactate|Age|Gender|Unit1|Unit2|HospAdmTime|ICULOS|SepsisLabel\n\
         NaN|NaN|NaN|NaN|NaN|NaN|83.14|0|1|0|-0.03|1|0\n\
         97|95|36.1|75.3|0.5|2.1|83.14|0|1|0|-0.03|2|1\n",
    );
    assert_eq!(found.format, SeriesFormat::Physionet2019);
    assert_eq!(points(&found, "heart_rate"), [(1.0, 97.0)]);
    assert_eq!(points(&found, "mean_pressure"), [(1.0, 75.3)]);
    assert_eq!(points(&found, "lactate"), [(1.0, 2.1)]);
    assert_eq!(found.channels.len(), 6);
    assert_eq!(found.icu_type, Some(IcuType::Medical));
    assert_eq!(
        (found.subject.age_years, found.subject.sex.as_deref()),
        (Some(83.14), Some("F"))
    );
}

#[test]
fn fasta_is_read_and_unknown_letters_are_refused_by_place() {
    let text = "; made up\n>one of two\nacgu\nNNRY\n>two\nTTGACA\n";
    let found = chart(decoder().open_bytes(text.as_bytes()));
    assert_eq!(found.summary(), "2 nucleotide sequences");
    assert_eq!(found.sequences[0].name, "one");
    assert_eq!(found.sequences[0].letters.as_str(), "ACGTNNRY");
    assert_eq!(found.sequences[1].letters.as_str(), "TTGACA");
    assert_eq!(found.warnings[0].text, "4 letters mean more than one base");
    let told = refusal(decoder().open_bytes(b">one\nACGT\nACXT\n"));
    assert!(
        told.contains("line 1") && told.contains("position 7"),
        "{told}"
    );
    assert!(refusal(decoder().open_bytes(b">one\n>two\nACGT\n")).contains("at least one letter"));
}

#[test]
fn inspect_tells_of_a_series_and_takes_a_mapping() {
    let folder = scratch("series_inspect");
    let (table, columns) = (folder.join("table.csv"), folder.join("columns.toml"));
    write(&table, "hours,P,Temp [Cel]\n0,80,36.5\n1,90,385\n");
    write(
        &columns,
        "[columns]\nP = { variable = \"heart_rate\", unit = \"/min\" }\n",
    );
    let (code, out, _) = run(wardlight()
        .arg("inspect")
        .arg(&table)
        .arg("--columns")
        .arg(&columns));
    assert_eq!(code, 0, "{out}");
    for part in [
        "heart rate: 80 to 90 /min, 2 values in hours 0 to 1",
        "line 3",
        "38.5 with a decimal point?",
    ] {
        assert!(out.contains(part), "no `{part}` in {out}");
    }
    let (_, out, _) = run(wardlight().args(["inspect", "--json"]).arg(&table));
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&found["kind"], &found["values"]),
        (&json!("series"), &json!(1))
    );
    assert_eq!(found["set_aside"][0]["variable"], json!("temperature"));
    let (code, out, err) = run(wardlight()
        .arg("inspect")
        .arg(&table)
        .arg("--columns")
        .arg(&table));
    assert_ne!(code, 0);
    assert!(out.is_empty() && err.contains("columns"), "{out}{err}");
}

#[test]
fn originals_of_physionet_2012_equal_the_collected_table() {
    let Some(data) = shared_data() else { return };
    let data = data.join("icu_physionet2012");
    let mut tables = String::new();
    for name in ["set-a.csv.gz", "set-b.csv.gz"] {
        let file = std::fs::File::open(data.join(name)).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut tables)
            .unwrap();
    }
    let decoder = decoder();
    let mut n_files = 0;
    for entry in std::fs::read_dir(data.join("raw_examples")).unwrap() {
        let path = entry.unwrap().path();
        let record = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let found = chart(decoder.open(&path)).series.remove(0);
        let mut collector = Collector::default();
        for line in tables
            .lines()
            .filter(|it| it.split(',').next() == Some(&record))
        {
            let cells: Vec<&str> = line.split(',').collect();
            let hours = cells[1].parse::<f64>().unwrap() / 60.0;
            assert!(collector.add_physionet2012(cells[2], hours, cells[3].parse().unwrap()));
        }
        let wanted = collector.finish();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert_eq!(found.channels.len(), wanted.channels.len(), "{record}");
        for (a, b) in found.channels.iter().zip(&wanted.channels) {
            assert_eq!(
                (a.variable, a.points.len()),
                (b.variable, b.points.len()),
                "{record}"
            );
            let same = a.points.iter().zip(&b.points);
            assert!(
                same.into_iter()
                    .all(|(a, b)| close(a.hours, b.hours) && a.value == b.value),
                "{record} {:?}",
                a.variable
            );
        }
        assert_eq!(found.n_set_aside, wanted.n_set_aside);
        assert_eq!(found.subject.age_years, wanted.age_years);
        assert_eq!(found.subject.sex, wanted.sex);
        assert_eq!(found.icu_type, wanted.icu_type);
        assert_eq!(*found.subject.patient_id.reveal(), record);
        n_files += 1;
    }
    assert_eq!(n_files, 12);
}

/// Small files of every kind, for damage.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let fhir = bundle(&[
        person("p1", "1960-07-01"),
        observation("8867-4", 80.0, "/min", "2026-01-01T09:00:00Z"),
    ]);
    vec![
        ("long", b"time,code,value,unit\n2026-01-01T10:00:00Z,8867-4,80,/min\n2026-01-01T11:00:00Z,creatinine,1.2,mg/dL\n".to_vec()),
        ("wide", b"hours;HR [/min];Temp\n;/min;Cel\n0;80;36,5\n1;\"90\";37,2\n".to_vec()),
        ("2012", b"Time,Parameter,Value\n00:00,RecordID,1\n00:00,Age,54\n00:07,HR,73\n".to_vec()),
        ("2019", b"HR|O2Sat|Temp|ICULOS|SepsisLabel\n97|95|36.1|1|0\n".to_vec()),
        ("FASTA", b">one\nACGTNN\n>two\nTTGACA\n".to_vec()),
        ("FHIR", fhir.into_bytes()),
    ]
}

#[test]
fn cut_and_flipped_series_are_read_or_refused() {
    let decoder: Decoder = decoder();
    let mut wrong = Vec::new();
    let mut n = 0;
    let mut open = |what: String, bytes: &[u8]| {
        n += 1;
        match decoder.open_bytes(bytes) {
            Ok(_) => {}
            Err(Error::Refused(it))
                if !matches!(it, Refusal::Defect { .. } | Refusal::Abandoned) => {}
            Err(error) => wrong.push(format!("{what}: {error}")),
        }
    };
    for (name, whole) in seeds() {
        for at in (1..whole.len()).step_by(1 + whole.len() / 30) {
            open(format!("{name} cut to {at}"), &whole[..at]);
            for bit in [0, 3, 5, 7] {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                open(
                    format!("{name} with bit {bit} of byte {at} flipped"),
                    &flipped,
                );
            }
        }
    }
    // Depth, width and length that nobody means.
    open(
        "deep".to_owned(),
        format!(
            "{{\"resourceType\":\"Bundle\",\"entry\":{}",
            "[".repeat(1 << 20)
        )
        .as_bytes(),
    );
    open(
        "wide".to_owned(),
        format!("hours{}\n0\n", ",HR".repeat(1 << 20)).as_bytes(),
    );
    open(
        "long".to_owned(),
        format!("hours,HR\n{}", "0,80\n".repeat(1 << 20)).as_bytes(),
    );
    let objects = format!(
        "{{\"resourceType\":\"Bundle\",\"entry\":[{}1]}}",
        "{\"\":1},".repeat(1 << 20)
    );
    open("objects".to_owned(), objects.as_bytes());
    assert!(700 < n, "{n} files");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    #[test]
    fn conversions_invert(at in 0.0_f64..1.0) {
        for variable in Variable::all() {
            let limits = variable.plausible();
            let value = limits.low + at * (limits.high - limits.low);
            for unit in variable.units() {
                let back = unit.to_canonical(unit.of_canonical(value));
                prop_assert!((back - value).abs() <= 1e-9 * value.abs().max(1.0), "{variable:?} {}", unit.code);
            }
        }
    }

    #[test]
    fn order_does_not_matter(values in prop::collection::btree_map((0..Variable::all().count(), 0_u32..5000), 0.0_f64..200.0, 1..60), seed in any::<u64>()) {
        let all: Vec<Variable> = Variable::all().collect();
        let collect = |entries: &[((usize, u32), f64)]| {
            let mut collector = Collector::default();
            for ((variable, minutes), value) in entries {
                let variable = all[*variable];
                // Urea and urea nitrogen would meet in one channel.
                if variable.counted_as().0 == variable {
                    collector.add(variable, f64::from(*minutes) / 60.0, *value, variable.unit());
                }
            }
            let found = collector.finish();
            (found.channels, found.n_set_aside)
        };
        let mut entries: Vec<_> = values.into_iter().collect();
        let sorted = collect(&entries);
        // A shuffle of its own: the order by a hash of the place.
        entries.sort_by_key(|((variable, minutes), _)| {
            (seed ^ (*variable as u64 * 7919 + u64::from(*minutes))).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        prop_assert_eq!(sorted, collect(&entries));
    }
}

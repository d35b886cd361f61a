//! The log as FHIR R4 `AuditEvent` resources in a bundle of type `collection`.

use serde_json::{Value, json};

use super::{
    event::{EventId, Outcome},
    view::Exported,
};

/// The bundle, in JSON.
pub(super) fn bundle(exported: &[Exported]) -> Vec<u8> {
    let entries: Vec<Value> = exported
        .iter()
        .map(|it| json!({ "fullUrl": format!("urn:wardlight:audit:{}", it.entry.sequence), "resource": resource(it) }))
        .collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    // JSON always has a JSON form.
    serde_json::to_vec_pretty(&bundle).unwrap_or_default()
}

fn resource(exported: &Exported) -> Value {
    let record = &exported.entry.record;
    let EventId {
        code,
        meaning,
        deed,
    } = record.action.event();
    let name = record.action.name();
    let mut agent = json!({
        "who": { "identifier": { "value": if record.person.is_empty() { "nobody" } else { &record.person } } },
        "requestor": true,
    });
    // for who may export the log
    let who = exported.name.reveal();
    if !who.is_empty() {
        set(&mut agent, "name", json!(who));
    }
    let mut entities = Vec::new();
    if let Some(patient) = &record.patient {
        entities.push(json!({
            "what": { "identifier": { "system": "urn:wardlight:patient", "value": patient } },
            "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1", "display": "Person" },
            "role": { "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1", "display": "Patient" },
        }));
    }
    let mut about = json!({
        "type": { "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "2", "display": "System Object" },
        "detail": [
            { "type": "sequence", "valueString": exported.entry.sequence.to_string() },
            { "type": "sha256", "valueString": exported.entry.hash.to_string() },
        ],
    });
    if let Some(item) = &record.item {
        set(
            &mut about,
            "what",
            json!({ "identifier": { "system": "urn:wardlight:file", "value": item } }),
        );
    }
    if let (false, Some(details)) = (
        record.detail.is_null(),
        about.get_mut("detail").and_then(Value::as_array_mut),
    ) {
        details.push(json!({ "type": "detail", "valueString": record.detail.to_string() }));
    }
    entities.push(about);
    json!({
        "resourceType": "AuditEvent",
        "type": { "system": "http://dicom.nema.org/resources/ontology/DCM", "code": code, "display": meaning },
        "subtype": [{ "system": "urn:wardlight:action", "code": name, "display": name }],
        "action": deed,
        "recorded": record.at.utc(),
        "outcome": outcome(record.outcome),
        "agent": [agent],
        "source": { "observer": { "display": "Wardlight" } },
        "entity": entities,
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    outcome.indicator()
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

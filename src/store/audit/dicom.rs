//! Audit messages of DICOM PS3.15, A.5.1, in XML.

use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};

use crate::store::Error;

use super::view::Exported;

/// All messages, each an `AuditMessage` element, below one root.
pub(super) fn document(exported: &[Exported]) -> Result<Vec<u8>, Error> {
    let failed = Error::io("write the audit messages");
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| {
            writer
                .create_element("AuditMessages")
                .write_inner_content(|inner| {
                    exported.iter().try_for_each(|it| message(inner, it))
                })?;
            Ok(())
        })
        .map_err(failed)?;
    Ok(writer.into_inner())
}

fn message(writer: &mut Writer<Vec<u8>>, exported: &Exported) -> std::io::Result<()> {
    let record = &exported.entry.record;
    let event = record.action.event();
    writer
        .create_element("AuditMessage")
        .write_inner_content(|inner| {
            inner
                .create_element("EventIdentification")
                .with_attributes([
                    ("EventActionCode", event.deed),
                    ("EventDateTime", record.at.utc().as_str()),
                    ("EventOutcomeIndicator", record.outcome.indicator()),
                ])
                .write_inner_content(|inner| {
                    code(inner, "EventID", event.code, "DCM", event.meaning)?;
                    let name = record.action.name();
                    code(inner, "EventTypeCode", &name, "99WARDLIGHT", &name)
                })?;
            participant(inner, exported)?;
            inner
                .create_element("AuditSourceIdentification")
                .with_attribute(("AuditSourceID", "Wardlight"))
                .write_empty()?;
            if let Some(patient) = &record.patient {
                // A.5.2: person, patient, by a number of the node. It is the store's own reference, not the hospital's number.
                object(
                    inner,
                    patient,
                    ("1", "1"),
                    ("2", "RFC-3881", "Patient Number"),
                    None,
                )?;
            }
            let detail = (!record.detail.is_null()).then(|| record.detail.to_string());
            let item = record
                .item
                .as_deref()
                .unwrap_or(&exported.entry.record.person);
            if record.item.is_some() || detail.is_some() {
                // A system object, a report, by a reference of ours; details as the schema's name and value.
                object(
                    inner,
                    item,
                    ("2", "3"),
                    ("12", "RFC-3881", "URI"),
                    detail.as_deref(),
                )?;
            }
            Ok(())
        })?;
    Ok(())
}

fn participant(writer: &mut Writer<Vec<u8>>, exported: &Exported) -> std::io::Result<()> {
    let id = &exported.entry.record.person;
    let id = if id.is_empty() { "nobody" } else { id };
    // for who may export the log
    let name = exported.name.reveal();
    let mut element = writer
        .create_element("ActiveParticipant")
        .with_attribute(("UserID", id));
    if !name.is_empty() {
        element = element.with_attribute(("UserName", name.as_str()));
    }
    element
        .with_attribute(("UserIsRequestor", "true"))
        .write_empty()?;
    Ok(())
}

fn object(
    writer: &mut Writer<Vec<u8>>,
    id: &str,
    (type_code, role): (&str, &str),
    (id_type, system, meaning): (&str, &str, &str),
    detail: Option<&str>,
) -> std::io::Result<()> {
    writer
        .create_element("ParticipantObjectIdentification")
        .with_attributes([
            ("ParticipantObjectID", id),
            ("ParticipantObjectTypeCode", type_code),
            ("ParticipantObjectTypeCodeRole", role),
        ])
        .write_inner_content(|inner| {
            code(
                inner,
                "ParticipantObjectIDTypeCode",
                id_type,
                system,
                meaning,
            )?;
            let Some(detail) = detail else {
                return Ok(());
            };
            inner
                .create_element("ParticipantObjectDetail")
                .with_attributes([("type", "detail"), ("value", &*base64(detail))])
                .write_empty()?;
            Ok(())
        })?;
    Ok(())
}

/// The schema has details as `xsd:base64Binary`.
fn base64(text: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(text)
}

fn code(
    writer: &mut Writer<Vec<u8>>,
    element: &str,
    code: &str,
    system: &str,
    meaning: &str,
) -> std::io::Result<()> {
    writer
        .create_element(element)
        .with_attributes([
            ("csd-code", code),
            ("codeSystemName", system),
            ("originalText", meaning),
        ])
        .write_empty()?;
    Ok(())
}

//! The Data Package: the schema of the delivered table, for tools that read one.
//!
//! A file is a resource of its own, so that its bytes and digest are told; the rows of
//! all of them are one table.
//!
//! Source: Data Package, version 2.0 (datapackage.org, 2024), with Table Schema and Table
//! Dialect.

use serde_json::{Map, Value, json};

use crate::manifest::document::{Document, OutputSection};
use crate::model::column_type::ColumnType;
use crate::model::file_format::{FileContent, FileFormat};

const PROFILES: &str = "https://datapackage.org/profiles/2.0";
/// The Data Privacy Vocabulary's word (W3C DPVCG).
const PSEUDONYM: &str = "https://w3id.org/dpv#PseudonymisedData";

/// The Data Package of a delivery.
pub(super) fn of<C>(document: &Document<C>) -> Value {
    let release = &document.release;
    let resources: Vec<Value> = document.outputs.iter().map(|output| resource(document, output)).collect();
    let done = if document.pseudonymisation.is_empty() { "Minimised" } else { "Minimised and pseudonymised" };
    let mut package = json!({
        "$schema": format!("{PROFILES}/datapackage.json"),
        "name": plain(&document.policy.name),
        "id": release.id,
        "version": document.policy.version,
        "title": format!("{} for {}", release.purpose, release.recipient),
        "description": format!("{done}, and still personal data. manifest.json says what was removed."),
        "contributors": [{ "title": document.provenance.controller.name, "roles": ["controller"] }],
        "resources": resources,
    });
    if let (Some(source), Some(entries)) = (&document.provenance.source, package.as_object_mut()) {
        entries.insert("sources".to_owned(), json!([{ "title": source.title }]));
    }
    package
}

fn resource<C>(document: &Document<C>, output: &OutputSection) -> Value {
    let file = output.path.rsplit('/').next().unwrap_or_default();
    let (stem, _) = file.rsplit_once('.').unwrap_or((file, ""));
    let format = FileFormat::of_file_name(file);
    let mut resource = json!({
        "name": plain(stem),
        "type": "table",
        "path": output.path,
        "format": format,
        "hash": format!("sha256:{}", output.sha256),
        "schema": schema(document, format),
    });
    let entries = resource.as_object_mut();
    if let (Some(format), Some(entries)) = (format, entries) {
        entries.insert("mediatype".to_owned(), format.media_type().into());
        if format.content() != FileContent::Columns {
            // Of columnar files the tools read neither.
            entries.insert("bytes".to_owned(), output.bytes.into());
            entries.insert("encoding".to_owned(), "utf-8".into());
        }
        if format.content() == FileContent::Text {
            let dialect = json!({
                "$schema": format!("{PROFILES}/tabledialect.json"),
                "delimiter": ",",
                "lineTerminator": "\n",
            });
            entries.insert("dialect".to_owned(), dialect);
        }
    }
    resource
}

fn schema<C>(document: &Document<C>, format: Option<FileFormat>) -> Value {
    let columns = document.columns.iter().filter_map(|column| {
        Some((column.output.as_deref()?, column.column_type.unwrap_or(ColumnType::Text), column.lost.as_str()))
    });
    let derived = document.derived.iter();
    let columns =
        columns.chain(derived.map(|column| (column.output.as_str(), column.column_type, column.lost.as_str())));
    let fields: Vec<Value> = columns.map(|column| field(document, column, format)).collect();
    let mut schema = json!({
        "$schema": format!("{PROFILES}/tableschema.json"),
        "missingValues": [{ "value": "", "label": "missing" }],
        "fields": fields,
    });
    if let (Some(key), Some(schema)) = (&document.primary_key, schema.as_object_mut()) {
        schema.insert("primaryKey".to_owned(), json!([key]));
    }
    schema
}

fn field<C>(
    document: &Document<C>,
    (name, column_type, lost): (&str, ColumnType, &str),
    format: Option<FileFormat>,
) -> Value {
    let mut field = Map::new();
    field.insert("name".to_owned(), name.into());
    field.insert("type".to_owned(), field_type(column_type, format).into());
    field.insert("description".to_owned(), format!("lost: {lost}").into());
    if document.pseudonymisation.iter().any(|pseudonym| pseudonym.output == name) {
        field.insert("rdfType".to_owned(), PSEUDONYM.into());
    }
    if document.primary_key.as_deref() == Some(name) {
        field.insert("constraints".to_owned(), json!({ "required": true, "unique": true }));
    }
    Value::Object(field)
}

/// The type in the words of Table Schema.
fn field_type(column_type: ColumnType, format: Option<FileFormat>) -> &'static str {
    match column_type {
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Decimal | ColumnType::Double | ColumnType::Float | ColumnType::Half => "number",
        // Tools that read columnar files through frames take a whole number that may be
        // missing for a floating-point one.
        ColumnType::Integer | ColumnType::Year
            if format.is_some_and(|format| format.content() == FileContent::Columns) =>
        {
            "number"
        }
        ColumnType::Integer => "integer",
        ColumnType::Text => "string",
        ColumnType::Timestamp => "datetime",
        ColumnType::Year => "year",
    }
}

/// A name as a Data Package wants it: small letters, digits, `-`, `_` and `.`.
fn plain(name: &str) -> String {
    let plain = |letter: char| match letter.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9' | '-' | '_' | '.') => letter,
        _ => '-',
    };
    name.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert_eq!(plain("Rosette Planning/2"), "rosette-planning-2");
        assert_eq!(plain("d-00001"), "d-00001");
    }

    #[test]
    fn whole_numbers_of_columnar_files_are_numbers() {
        let types = [ColumnType::Integer, ColumnType::Year, ColumnType::Date];
        let words = |format| types.map(|own| field_type(own, format));
        assert_eq!(words(FileFormat::of_file_name("x.csv")), ["integer", "year", "date"]);
        assert_eq!(words(FileFormat::of_file_name("x.parquet")), ["number", "number", "date"]);
    }
}

//! How an extract is written, of a policy that need not be complete: for verbs that
//! look at an extract before there is a policy that could be carried out.

use super::compile::{POLICY_FORMAT, PolicyRefused};
use super::read::columns::number_format;
use super::read::consent::register::not_of_format;
use super::read::date_formats::DateFormats;
use super::read::extract::read_extract;
use crate::document::position::{DocumentText, PlacedFault};
use crate::document::toml::read_toml;
use crate::document::{Faults, TableReader};
use crate::identifier::canonical::Normalise;
use crate::identifier::form::Form;
use crate::identifier::sentinels::Sentinels;
use crate::model::dialect::Dialect;
use crate::model::name::ColumnName;
use crate::model::number::format::NumberFormat;
use crate::model::time::date::DateFormat;

/// How an extract is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtractDescription {
    /// Its records.
    pub(crate) dialect: Dialect,
    columns: Vec<(ColumnName, DateFormat, NumberFormat)>,
    subject_form: Option<Form>,
}

impl ExtractDescription {
    /// What `[extract]` of a policy says, and for these columns what their own tables
    /// say. Nothing else of the policy is judged.
    ///
    /// # Errors
    /// [`PolicyRefused`], with every fault of what is read.
    pub(crate) fn of(policy: DocumentText<'_>, columns: &[ColumnName]) -> Result<Self, PolicyRefused> {
        let refused = |faults| PolicyRefused { faults: PlacedFault::all(policy, faults) };
        if let Some(fault) = not_of_format(policy.text, POLICY_FORMAT) {
            return Err(refused(vec![fault]));
        }
        let (table, syntax) = read_toml(policy.text);
        if !syntax.is_empty() {
            return Err(refused(syntax));
        }
        let faults = Faults::default();
        let root = TableReader::new(&table, 0..0, "", &faults);
        let extract = read_extract(&root, None);
        let formats = DateFormats::of(&root);
        let tables = root.table("columns").map(|table| table.named_tables()).unwrap_or_default();
        let described = columns.iter().map(|column| {
            let own = tables.iter().find(|(name, _)| *name == column.as_str());
            let numbers = own.and_then(|(_, table)| number_format(table)).unwrap_or_default();
            (column.clone(), formats.of_column(column), numbers)
        });
        let columns = described.collect();
        match extract {
            Some(extract) if faults.is_empty() => {
                Ok(Self { dialect: extract.dialect, columns, subject_form: Some(extract.subject_form) })
            }
            _ => Err(refused(faults.into_sorted())),
        }
    }

    /// The form in which subjects are one person: as `[extract]` says, or that of an extract
    /// of which nothing is said.
    pub(crate) fn subject_form(&self) -> Form {
        let unsaid = || Form::new(Normalise::None).with_sentinels(&Sentinels::default());
        self.subject_form.clone().unwrap_or_else(unsaid)
    }

    /// How the dates of a column are written; as ISO 8601 says where nothing else does.
    pub(crate) fn dates_of(&self, column: &ColumnName) -> DateFormat {
        let known = self.columns.iter().find(|(name, ..)| name == column);
        known.map_or_else(DateFormat::iso, |(_, dates, _)| dates.clone())
    }

    /// How the numbers of a column are written.
    pub(crate) fn numbers_of(&self, column: &ColumnName) -> NumberFormat {
        let known = self.columns.iter().find(|(name, ..)| name == column);
        known.map(|(.., numbers)| *numbers).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> Result<ExtractDescription, Vec<String>> {
        let columns = ["dob", "income"].map(|name| ColumnName::parse(name).unwrap());
        let read = ExtractDescription::of(DocumentText { file: "p.toml", text }, &columns);
        read.map_err(|refused| refused.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_unfinished_policy_says_how_the_extract_is_written() {
        let text = "format = 'scant-policy/1'\nprivacy = 7\n[extract]\nsubject = 'id'\ndelimiter = '|'\n\
            date_format = '%d/%m/%Y'\n[columns.income]\nthousands = ' '\n[columns.dob]\nrole = 'nonsense'\n\
            map_hierarchy = { file = 'not-made-yet.csv' }\n";
        let found = described(text).unwrap();
        assert_eq!(found.dialect.delimiter.as_str(), "|");
        let column = |name: &str| ColumnName::parse(name).unwrap();
        assert_eq!(found.dates_of(&column("dob")).pattern(), "%d/%m/%Y");
        assert_eq!(found.numbers_of(&column("income")), NumberFormat::new('.', Some(' ')).unwrap());
        assert_eq!(found.numbers_of(&column("dob")), NumberFormat::default());
        let nothing = ExtractDescription::default();
        assert_eq!(nothing.dates_of(&column("dob")), DateFormat::iso());
    }

    #[test]
    fn what_is_wrong_with_it_is_told_with_its_place() {
        let bad = "format = 'scant-policy/1'\n[extract]\nsubject = 'id'\ndelimiter = 'ab'\nencodin = 'utf-8'\n";
        assert_eq!(described(bad).unwrap_err().len(), 2);
        assert_eq!(described("id,dob\n1,2\n").unwrap_err().len(), 1);
        assert_eq!(described("format = 'scant-policy/1'\n").unwrap_err(), ["p.toml:1 [extract] must be given"]);
    }
}

//! A policy as the naive implementation uses it, and the TOML that says the same to
//! scant. Has the evidence, rows and actions that are compared.

use std::fmt::Write as _;

use super::calendar::{Day, Format, Period};

#[derive(Debug, Clone)]
pub struct Policy {
    pub purpose: String,
    pub recipient: String,
    pub on_behalf_of: Vec<String>,
    pub max_age: Option<Period>,
    pub subject: String,
    pub subject_normalise: Normalise,
    /// What the subject's column is delivered as, with its domain and bits.
    pub pseudonym: Option<(String, String, usize)>,
    pub sentinels: Option<Vec<String>>,
    pub trim: bool,
    pub null_values: Vec<String>,
    pub evidence: Evidence,
    pub only: Vec<Selection>,
    pub drop: Vec<(Selection, String)>,
    pub minimum_age: Option<(String, i64)>,
    pub retention: Option<(String, Period)>,
    /// Formats of columns that do not use the extract's, which is ISO.
    pub formats: Vec<(String, Format)>,
    pub columns: Vec<(String, Action)>,
    /// Columns that are delivered under another name.
    pub renamed: Vec<(String, String)>,
    pub any_age_below: Option<(String, i64, Vec<String>)>,
    pub order_of_extract: bool,
    pub register: Register,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalise {
    Lower,
    None,
    Trim,
}

impl Normalise {
    pub fn word(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::None => "none",
            Self::Trim => "trim",
        }
    }

    pub fn canonical(self, cell: &str) -> String {
        match self {
            Self::Lower => cell.trim().to_lowercase(),
            Self::None | Self::Trim => cell.trim().to_owned(),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Evidence {
    pub said: Said,
    pub refused: Vec<Flag>,
    pub given_at: String,
    pub withdrawn_at: Option<String>,
    /// The column of notice ids; `None` for the notice in force that day.
    pub notice: Option<String>,
    pub recipients: Option<(String, Option<String>)>,
}

#[derive(Debug, Clone)]
pub enum Said {
    /// Columns, and whether `all` or `any` of them must say yes.
    Granted(Vec<Flag>, &'static str),
    /// Everybody in the file agreed.
    Member,
    Tokens {
        column: String,
        separator: Option<String>,
        names: Option<Vec<(String, String)>>,
    },
}

#[derive(Debug, Clone)]
pub struct Flag {
    pub column: String,
    pub yes: Vec<String>,
    pub no: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Selection {
    pub column: String,
    pub listed: Vec<String>,
    pub district: bool,
    /// `not_in`.
    pub others: Option<Vec<String>>,
    /// Of `rows.drop`: only this record, not the others of its subject.
    pub of_the_record: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    District,
    Keep,
    Year,
}

#[derive(Debug, Clone)]
pub struct Register {
    pub purposes: Vec<String>,
    pub parties: Vec<String>,
    pub notices: Vec<Notice>,
}

#[derive(Debug, Clone)]
pub struct Notice {
    pub id: String,
    pub from: Day,
    pub until: Option<Day>,
    /// Purposes with the parties named for each.
    pub discloses: Vec<(String, Vec<String>)>,
}

impl Register {
    pub fn to_toml(&self) -> String {
        let mut out = "format = \"scant-register/1\"\n".to_owned();
        for id in &self.purposes {
            let _ = writeln!(out, "[purposes.{id}]\ntitle = \"{id}\"");
        }
        for id in &self.parties {
            let _ = writeln!(out, "[parties.{id}]\nname = \"{id}\"\nrole = \"recipient\"");
        }
        for notice in &self.notices {
            let _ = writeln!(out, "[[notices]]\nid = \"{}\"\nfrom = {}", notice.id, notice.from);
            if let Some(until) = notice.until {
                let _ = writeln!(out, "until = {until}");
            }
            for (purpose, parties) in &notice.discloses {
                let _ = writeln!(
                    out,
                    "[[notices.discloses]]\npurpose = \"{purpose}\"\nrecipients = {parties:?}\ncategories = [\"retail\"]"
                );
            }
        }
        out
    }
}

impl Policy {
    pub fn format_of(&self, column: &str) -> Format {
        self.formats.iter().find(|(name, _)| name == column).map_or(Format::Iso, |(_, format)| *format)
    }

    /// The document; its register is `register.toml`. Texts are plain ASCII, so
    /// Rust's quotes are TOML's.
    pub fn to_toml(&self) -> String {
        let mut out = "format = \"scant-policy/1\"\nname = \"oracle\"\nversion = \"1\"\n".to_owned();
        let _ = writeln!(
            out,
            "[release]\ncontroller = \"acme-mother\"\nrecipient = \"{}\"\non_behalf_of = {:?}\npurpose = \"{}\"\n\
             legal_basis = \"consent\"\n[extract]\nformat = \"csv\"\nsubject = \"{}\"\ntrim = {}\nnull_values = {:?}",
            self.recipient, self.on_behalf_of, self.purpose, self.subject, self.trim, self.null_values
        );
        if let Some(sentinels) = &self.sentinels {
            let _ = writeln!(out, "sentinels = {sentinels:?}");
        }
        out.push_str("[consent]\nregister = \"register.toml\"\n");
        if let Some(age) = self.max_age {
            let _ = writeln!(out, "max_age = \"{}\"", age.as_text());
        }
        self.evidence.write(&mut out);
        let selection = |out: &mut String, table: &str, selection: &Selection| {
            let _ = writeln!(out, "[[rows.{table}]]\ncolumn = \"{}\"\nin = {:?}", selection.column, selection.listed);
            out.push_str(if selection.district { "coarsen = \"district\"\n" } else { "" });
            if let Some(others) = &selection.others {
                let _ = writeln!(out, "not_in = {others:?}");
            }
            out.push_str(if selection.of_the_record { "whole_subject = false\n" } else { "" });
        };
        self.only.iter().for_each(|only| selection(&mut out, "only", only));
        for (drop, reason) in &self.drop {
            selection(&mut out, "drop", drop);
            let _ = writeln!(out, "reason = \"{reason}\"");
        }
        if let Some((column, age)) = &self.retention {
            let _ = writeln!(out, "[rows.retention]\ncolumn = \"{column}\"\nmax_age = \"{}\"", age.as_text());
        }
        if let Some((column, years)) = &self.minimum_age {
            let _ = writeln!(out, "[rows.minimum_age]\ncolumn = \"{column}\"\nyears = {years}");
        }
        self.write_columns(&mut out);
        let order = if self.order_of_extract { "extract" } else { "pseudonym" };
        let _ =
            writeln!(out, "[output]\nformat = \"csv\"\nname = \"rows\"\norder = \"{order}\"\nformula_guard = false");
        // Tables so small and so spoilt would trip the guard of unreadable columns.
        out.push_str("[guards]\nmax_unreadable = 1\n");
        out
    }

    fn write_columns(&self, out: &mut String) {
        let format = |out: &mut String, column: &str| {
            if self.format_of(column) != Format::Iso {
                let _ = writeln!(out, "date_format = \"{}\"", self.format_of(column).pattern());
            }
        };
        if let Some((name, domain, bits)) = &self.pseudonym {
            let _ = writeln!(
                out,
                "[columns.{}]\nrole = \"direct_identifier\"\n\
                 pseudonymise = {{ domain = \"{domain}\", bits = {bits}, normalise = \"{}\" }}\nas = \"{name}\"",
                self.subject,
                self.subject_normalise.word()
            );
        }
        for (column, action) in &self.columns {
            let action = match action {
                Action::District => "coarsen_postcode = { to = \"district\" }",
                Action::Keep => "keep = { because = \"to compare\" }",
                Action::Year => "coarsen_date = { to = \"year\" }",
            };
            let _ = writeln!(out, "[columns.{column}]\nrole = \"quasi_identifier\"\n{action}");
            if let Some((_, name)) = self.renamed.iter().find(|(from, _)| from == column) {
                let _ = writeln!(out, "as = \"{name}\"");
            }
            format(out, column);
        }
        for (column, _) in &self.formats {
            if !self.columns.iter().any(|(name, _)| name == column) {
                let _ = writeln!(out, "[columns.{column}]\nrole = \"insensitive\"\ndrop = true");
                format(out, column);
            }
        }
        if let Some((name, years, columns)) = &self.any_age_below {
            let _ = writeln!(
                out,
                "[derived.{name}]\nrole = \"sensitive\"\nany_age_below = {{ years = {years}, columns = {columns:?} }}"
            );
        }
    }
}

impl Evidence {
    fn write(&self, out: &mut String) {
        let flag =
            |flag: &Flag| format!("{{ column = \"{}\", yes = {:?}, no = {:?} }}", flag.column, flag.yes, flag.no);
        // One stands alone or in a list, by its column.
        let flags = |all: &[Flag]| match all {
            [one] if one.column.len() % 2 == 0 => flag(one),
            all => format!("[{}]", all.iter().map(flag).collect::<Vec<_>>().join(", ")),
        };
        let separated = |column: &str, separator: &Option<String>| {
            let separator = separator.as_ref().map_or_else(String::new, |by| format!(", separator = {by:?}"));
            format!("column = \"{column}\"{separator}")
        };
        let _ = writeln!(out, "[consent.columns]\ngiven_at = \"{}\"", self.given_at);
        match &self.said {
            Said::Granted(granted, need) => {
                let need = if granted.len() > 1 { format!("need = \"{need}\"\n") } else { String::new() };
                let _ = writeln!(out, "{need}granted = {}", flags(granted));
            }
            Said::Member => {
                let _ = writeln!(out, "granted = {{ by_membership = \"only people who agreed are exported\" }}");
            }
            Said::Tokens { column, separator, names } => {
                let pair = |(token, purpose): &(String, String)| format!("{token:?} = \"{purpose}\"");
                let names = names.as_ref().map_or_else(String::new, |names| {
                    format!(", names = {{ {} }}", names.iter().map(pair).collect::<Vec<_>>().join(", "))
                });
                let _ = writeln!(out, "purposes = {{ {}{names} }}", separated(column, separator));
            }
        }
        if !self.refused.is_empty() {
            let _ = writeln!(out, "refused = {}", flags(&self.refused));
        }
        if let Some(column) = &self.withdrawn_at {
            let _ = writeln!(out, "withdrawn_at = \"{column}\"");
        }
        match &self.notice {
            Some(column) => writeln!(out, "notice = \"{column}\""),
            None => writeln!(out, "notice = {{ in_force_at = \"given_at\" }}"),
        }
        .unwrap();
        if let Some((column, separator)) = &self.recipients {
            let _ = writeln!(out, "recipients = {{ {} }}", separated(column, separator));
        }
    }
}

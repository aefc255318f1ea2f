//! Privacy models over whole runs: what is dropped, suppressed or refused, what the
//! documents say of it, and what a third party measures of the delivered data. That each
//! model withholds what its definition says is tested in `src/engine/tests/privacy.rs`.

mod classes;
mod pycanon;
mod refused;
mod told;
mod utility;

use std::fmt::Write as _;

/// Columns beside those of the small policy.
const COLUMNS: &str = r#"
[columns.town]
role = "quasi_identifier"
keep = { because = "a class" }

[columns.age]
role = "quasi_identifier"
band_number = { width = 10 }

[columns.illness]
role = "sensitive"
keep = { because = "what is studied" }
"#;

const HEADER: &str = "id,ok,given,notice,no,town,age,illness\n";

/// A policy's end: the columns, and `[privacy]` with these lines.
fn demanding(lines: &str) -> String {
    format!("{COLUMNS}\n[privacy]\n{lines}\n")
}

/// A table of records that all may be delivered: subject, town, age, illness.
fn table(records: &[(&str, &str, &str, &str)]) -> String {
    let mut text = HEADER.to_owned();
    for (number, (subject, town, age, illness)) in records.iter().enumerate() {
        writeln!(text, "{subject},Y,2018-01-01,n1,{},{town},{age},{illness}", number + 1).unwrap();
    }
    text
}

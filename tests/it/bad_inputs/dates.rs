//! H: dates, 89 to 97.

use super::case::{Case, Trial, case};
use super::project::{HEADER, row};

/// Records that differ in their birth dates.
fn born(trial: Trial, dates: &[&str]) -> Trial {
    let rows: String = (1..).zip(dates).map(|(number, date)| with(number, &birth(number), date)).collect();
    trial.csv(format!("{HEADER}{rows}"))
}

fn birth(number: u32) -> String {
    format!("1980-01-{:02}", number % 28 + 1)
}

fn with(number: u32, from: &str, to: &str) -> String {
    row(number).replace(from, to)
}

/// Records that differ in when the consent was given.
fn given(trial: Trial, times: &[&str]) -> Trial {
    let rows: String = (1..).zip(times).map(|(number, time)| with(number, "2018-03-01", time)).collect();
    trial.csv(format!("{HEADER}{rows}"))
}

/// What is delivered of the birth dates.
fn years(years: &[&str]) -> String {
    (1..).zip(years).map(|(number, year)| format!("{number:05},note {number},{year}\n")).collect()
}

fn format(pattern: &str) -> String {
    format!("[columns.born]\ndate_format = \"{pattern}\"")
}

pub fn cases() -> Vec<Case> {
    let age = ("coarsen_date = { to = \"year\" }", "age_band = { width = 5 }");
    let withdrawn = ("given_at = \"given_at\"", "given_at = \"given_at\"\nwithdrawn_at = \"email\"");
    let adult = "[rows.minimum_age]\ncolumn = \"born\"\nyears = 18";
    let history = |withdrawn: &[&str]| -> String {
        let rows = (1..).zip(withdrawn).map(|(number, date)| {
            let fields: Vec<String> = row(number).split(',').map(str::to_owned).collect();
            row(number).replace(&fields[2], date)
        });
        format!("{HEADER}{}", rows.collect::<String>())
    };
    vec![
        // Without a declared format dates are ISO 8601; nothing else is guessed.
        born(case(89, "day and month in any order, no format declared"), &["03/04/2016", "2016-04-03"])
            .unreadable("born", "date", 1)
            .delivers_text(&years(&["", "2016"])),
        // A month is enough for a year; a day without its month is no date.
        born(case(89, "a format that names no day"), &["03/2016", "2016"])
            .policy("[columns.born]", &format("%m/%Y"))
            .unreadable("born", "date", 1)
            .delivers_text(&years(&["2016", ""])),
        born(case(89, "a format that names no month"), &["03/2016"])
            .policy("[columns.born]", &format("%d/%Y"))
            .policy_fails("columns.born.date_format"),
        born(case(90, "13/01 read as month and day"), &["13/01/2014", "01/13/2014"])
            .policy("[columns.born]", &format("%m/%d/%Y"))
            .unreadable("born", "date", 1)
            .delivers_text(&years(&["", "2014"])),
        born(case(91, "29 February"), &["2023-02-29", "1900-02-29", "2016-02-29", "2000-02-29"])
            .unreadable("born", "date", 2)
            .delivers_text(&years(&["", "", "2016", "2000"])),
        born(case(92, "the year 0"), &["0000-01-01", "1980-01-01"])
            .unreadable("born", "date", 1)
            .delivers_text(&years(&["", "1980"])),
        born(
            case(92, "dates that stand for none, declared"),
            &["1900-01-01", "1970-01-01", "9999-12-31", "1980-01-01"],
        )
        .policy("[consent]", "null_values = [\"\", \"1900-01-01\", \"1970-01-01\", \"9999-12-31\"]\n\n[consent]")
        .delivers_text(&years(&["", "", "", "1980"])),
        born(
            case(92, "dates that stand for none, not declared"),
            &["1900-01-01", "1753-01-01", "0001-01-01", "9999-12-31 23:59:59", "2018-07-02", "1970-01-01"],
        )
        .unreadable("born", "implausible", 5)
        .delivers_text(&years(&["", "", "", "", "", "1970"])),
        born(case(92, "dates that may lie ahead"), &["1900-01-01", "2018-07-02", "9999-12-31"])
            .policy("to = \"year\"", "to = \"year\", future = true")
            .unreadable("born", "implausible", 2)
            .delivers_text(&years(&["", "2018", ""])),
        born(case(92, "dates that cannot be true of an age"), &["9999-12-31", "1800-01-01", "1980-01-01"])
            .policy(age.0, age.1)
            .unreadable("born", "implausible", 2)
            .delivers_text(&years(&["", "", "35-39"])),
        born(case(93, "years of two digits"), &["80-01-01", "01/01/80"])
            .unreadable("born", "date", 2)
            .delivers_text(&years(&["", ""])),
        born(case(93, "a format with years of two digits"), &["01/01/80"])
            .policy("[columns.born]", &format("%d/%m/%y"))
            .policy_fails("columns.born.date_format"),
        given(
            case(94, "24:00 and leap seconds in evidence"),
            &["2018-03-01T24:00:00Z", "2016-12-31T23:59:60Z", "2018-03-01T23:59:59Z"],
        )
        .drops("consent_unknown", 2)
        .delivers(&[3]),
        // The second is the last minute of the as-of day, the third the next day.
        given(
            case(95, "offsets around the as-of day"),
            &[
                "2018-07-01T23:59:00Z",
                "2018-07-02T00:59:00+01:00",
                "2018-07-01T23:30:00-05:00",
                "2018-07-01T19:30:00-05:00",
            ],
        )
        .drops("consent_not_yet_given", 2)
        .delivers(&[1, 2]),
        // The notice is in force from 2016-05-01, a grant is good for 24 months.
        given(
            case(95, "offsets around the first day of a notice"),
            &["2016-05-01T00:30:00+01:00", "2016-04-30T23:30:00-01:00", "2018-03-01"],
        )
        .policy("P24M", "P36M")
        .drops("notice_not_in_force", 1)
        .delivers(&[2, 3]),
        given(case(96, "given in the future"), &["2018-07-02", "2018-07-01"])
            .drops("consent_not_yet_given", 1)
            .delivers(&[2]),
        case(96, "withdrawn before, on the same day, after, and in the future")
            .policy(withdrawn.0, withdrawn.1)
            .csv(history(&["2018-02-28", "2018-03-01", "2018-03-02", "2019-01-01", ""]))
            .drops("consent_withdrawn", 3)
            .delivers(&[1, 5]),
        born(case(97, "older than anybody, and not yet born"), &["1900-01-01", "2018-07-02", "1850-01-01"])
            .policy(age.0, age.1)
            .unreadable("born", "implausible", 3)
            .delivers_text(&years(&["", "", ""])),
        born(
            case(97, "not yet born, and no date, where there is a minimum age"),
            &["2018-07-02", "soon", "", "1980-01-01"],
        )
        .and_policy(adult)
        .drops("age_unknown", 3)
        .delivers(&[4]),
    ]
}

//! Dates and times in every writing that a policy can name, in extracts, logs and
//! lists, in text and in typed columns; what fits no format is counted, never guessed.

use std::fs;

use crate::kit::{Ran, converted, keep_all, run_files, run_small, run_small_with, small_policy, small_policy_with};

/// A column of dates with an action.
fn column(name: &str, action: &str, format: &str) -> String {
    format!("\n[columns.{name}]\nrole = \"quasi_identifier\"\n{action}\n{format}\n")
}

const TO_MONTH: &str = "coarsen_date = { to = \"month\" }";

#[test]
fn a_cell_fits_one_of_several_formats() {
    let table = "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,1980-02-03\nb,Y,2024-01-01,n1,2,3 February 1980\n\
        c,Y,2024-01-01,n1,3,2/3/80\nd,Y,2024-01-01,n1,4,1980-02-03 23:30:00+00\ne,Y,2024-01-01,n1,5,31 February 1980\n";
    let formats = "date_format = [\"%Y-%m-%d\", \"%-d %B %Y\", \"%-m/%-d/%y\"]\ndate_pivot = 30";
    let ran = run_small("extract.csv", table, &column("dob", TO_MONTH, formats)).ended(0);
    assert_eq!(ran.cells("dob"), ["1980-02", "1980-02", "1980-02", "1980-02", ""]);
    assert_eq!(ran.unreadable("dob", "date"), 1);
    assert!(ran.said.contains("needs its `date_format`: one, or several"), "{}", ran.said);
}

#[test]
fn a_month_or_a_year_is_enough_for_what_asks_no_more() {
    let table = "id,ok,given,notice,no,dob,born,year\na,Y,2024-01-01,n1,1,02/1980,1980,1980\n\
        b,Y,2024-01-01,n1,2,06/1994,1994,1900\nc,Y,2024-01-01,n1,3,1980,80,2025\nd,Y,2024-01-01,n1,4,06/2024,2024,2024\n";
    let columns = [
        column("dob", TO_MONTH, "date_format = [\"%m/%Y\", \"%Y\"]"),
        column("born", "age_band = { bands = [18, 30, 60] }", "date_format = \"%Y\""),
        column("year", "coarsen_date = { to = \"year\" }", "date_format = \"%Y\""),
    ];
    let ran = run_small("extract.csv", table, &columns.concat()).ended(0);
    assert_eq!(ran.cells("dob"), ["1980-02", "1994-06", "", "2024-06"]);
    // Of 1994 some are 29 on the as-of day, and some are 30.
    assert_eq!(ran.cells("born"), ["30-59", "", "", "<18"]);
    // 1900 begins with the day that stands for none, and 2025 has not come.
    assert_eq!(ran.cells("year"), ["1980", "", "", "2024"]);
    let never = column("dob", TO_MONTH, "date_format = \"%Y\"");
    let refused = run_small("extract.csv", table, &never);
    assert_ne!(refused.exit, 0);
    assert!(refused.said.contains("needs dates that tell the month"), "{}", refused.said);
}

#[test]
fn a_year_of_birth_does_not_say_who_is_a_child() {
    let rule = "[rows.minimum_age]\ncolumn = \"dob\"\nyears = 18\ndate_format = \"%Y\"\n\n[output]";
    let table =
        "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,2005\nb,Y,2024-01-01,n1,2,2006\nc,Y,2024-01-01,n1,3,2007\n";
    let ran = run_small_with(&[("[output]", rule)], table).ended(0);
    assert_eq!(ran.delivered(), "1");
    assert_eq!((ran.dropped("age_unknown"), ran.dropped("child_subject")), (1, 1));
    let rule = "[rows.retention]\ncolumn = \"dob\"\nmax_age = \"P18Y\"\ndate_format = \"%Y\"\n\n[output]";
    let ran = run_small_with(&[("[output]", rule)], table).ended(0);
    assert_eq!((ran.delivered().as_str(), ran.dropped("retention_exceeded")), ("3", 2));
}

#[test]
fn consent_times_of_twelve_hours_and_since_1970() {
    let given = |format: &str| format!("given_at = {{ column = \"given\", date_format = {format} }}");
    let of_twelve = given("[\"%-m/%-d/%Y %-I:%M %p\", \"%-m/%-d/%Y\"]");
    let table = "id,ok,given,notice,no\na,Y,1/5/2024 3:04 PM,n1,1\nb,Y,1/5/2024 12:00 am,n1,2\nc,Y,1/5/2024,n1,3\n\
        d,Y,1/5/2024 13:04 PM,n1,4\ne,Y,1/5/2024 3:04,n1,5\nf,Y,6/1/2024 11:59 p.m.,n1,6\ng,Y,6/2/2024 12:00 AM,n1,7\n";
    let ran = run_small_with(&[("given_at = \"given\"", of_twelve.as_str())], table).ended(0);
    assert_eq!(ran.delivered(), "1 2 3 6");
    assert_eq!((ran.dropped("consent_unknown"), ran.dropped("consent_not_yet_given")), (2, 1));
    let part = &ran.account["records"]["details"]["consent_unknown"][0];
    assert_eq!(part["date_format"], "%-m/%-d/%Y %-I:%M %p or %-m/%-d/%Y");

    let since = given("[\"epoch_s\", \"%Y-%m-%d\"]");
    let table = "id,ok,given,notice,no\na,Y,1704103200,n1,1\nb,Y,1704103200.25,n1,2\nc,Y,2024-01-01,n1,3\n\
        d,Y,1704103200000,n1,4\ne,Y,1.7041E9,n1,5\nf,Y,seventeen,n1,6\n";
    let ran = run_small_with(&[("given_at = \"given\"", since.as_str())], table).ended(0);
    assert_eq!(ran.delivered(), "1 2 3");
    // As seconds, the milliseconds lie beyond every calendar.
    assert_eq!(ran.dropped("consent_unknown"), 3);
}

#[test]
fn consent_times_since_1970_are_read_in_every_format_of_an_extract() {
    let folder = tempfile::tempdir().unwrap();
    let dated = |column: &str| format!("{column} = {{ column = \"{column}\", date_format = \"epoch_ms\" }}");
    let changes = [("given_at = \"given\"", format!("{}\n{}", dated("given_at"), dated("withdrawn_at")))];
    let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
    // 2024-01-01, the millisecond before it, 1970-01-01, the day after the as-of day.
    let rows = [
        ["1704067200000", ""],
        ["1704067200000", "1704067199999"],
        ["1704067200000", "1704067200000"],
        ["1704067200000", "0"],
        ["1717286400000", ""],
        ["", ""],
    ];
    let header = ["id", "ok", "notice", "no", "given_at", "withdrawn_at"];
    let csv: String = (1..).zip(rows).map(|(no, [given, gone])| format!("p{no},Y,n1,{no},{given},{gone}\n")).collect();
    let csv = format!("{}\n{csv}", header.join(","));
    let number = |text: &str| if text.is_empty() { "null".to_owned() } else { text.to_owned() };
    let lines: String = (1..)
        .zip(rows)
        .map(|(no, [given, gone])| {
            let (given, gone) = (number(given), number(gone));
            format!("{{\"id\":\"p{no}\",\"ok\":\"Y\",\"notice\":\"n1\",\"no\":\"{no}\",\"given_at\":{given},\"withdrawn_at\":{gone}}}\n")
        })
        .collect();
    let written = |name: &str, bytes: &str| {
        fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name)
    };
    let of_numbers = ["given_at", "withdrawn_at"]
        .map(|name| format!("[columns.{name}]\nrole = \"insensitive\"\nround_number = {{ to = 1 }}\n"));
    let columns = format!("{}{}", of_numbers.concat(), keep_all(&header[..4]));
    let typed = |format: &str| converted(&folder.path().join(format), &csv, &columns, format);
    let extracts = [written("a.csv", &csv), written("a.ndjson", &lines), typed("parquet"), typed("ipc")];
    for extract in extracts {
        let ran =
            run_files(&small_policy_with(folder.path(), &changes, ""), std::slice::from_ref(&extract), &[]).ended(0);
        assert_eq!(ran.delivered(), "1 2", "{}", extract.display());
        let dropped = ["consent_withdrawn", "consent_not_yet_given", "consent_unknown"].map(|name| ran.dropped(name));
        assert_eq!(dropped, [1, 1, 2], "{}", extract.display());
        let whys: Vec<&str> = ran.account["records"]["details"]["consent_unknown"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part["why"].as_str().unwrap())
            .collect();
        assert_eq!(whys, ["missing", "implausible"], "{}", extract.display());
    }
}

#[test]
fn numbers_are_dates_in_ndjson_and_in_typed_columns() {
    let line = |no: u32, seen: &str| {
        format!(
            "{{\"id\":\"p{no}\",\"ok\":\"Y\",\"given\":\"2024-01-01\",\"notice\":\"n1\",\"no\":\"{no}\",\"seen\":{seen}}}\n"
        )
    };
    let table: String = [(1, "1704103200000"), (2, "1.7041032e12"), (3, "null"), (4, "\"soon\""), (5, "true")]
        .map(|(no, seen)| line(no, seen))
        .concat();
    let seen = column("seen", "bucket_time = { to = \"hour\" }", "date_format = \"epoch_ms\"");
    let ran = run_small("extract.ndjson", table, &seen).ended(0);
    assert_eq!(ran.cells("seen"), ["2024-01-01T10:00", "2024-01-01T10:00", "", "", ""]);
    assert_eq!(ran.unreadable("seen", "timestamp"), 2);

    for format in ["parquet", "ipc"] {
        let typed = |table: &str, action: &str| {
            let folder = tempfile::tempdir().unwrap();
            let columns = format!(
                "[columns.dob]\nrole = \"insensitive\"\n{action}\n[columns.no]\nrole = \"insensitive\"\nkeep = {{ because = \"number\" }}\n\
                 [columns.id]\nrole = \"insensitive\"\nkeep = {{ because = \"id\" }}\n[columns.ok]\nrole = \"insensitive\"\nkeep = {{ because = \"ok\" }}\n\
                 [columns.given]\nrole = \"insensitive\"\nkeep = {{ because = \"given\" }}\n[columns.notice]\nrole = \"insensitive\"\nkeep = {{ because = \"notice\" }}\n"
            );
            let made = converted(&folder.path().join("made"), table, &columns, format);
            let policy =
                |more: &str| -> Ran { run_files(&small_policy(folder.path(), more), std::slice::from_ref(&made), &[]) };
            [column("dob", "age_band = { width = 10 }", "date_format = \"excel_1900\""), String::new()]
                .map(|more| policy(&more))
        };
        let whole =
            "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,29254\nb,Y,2024-01-01,n1,2,60\nc,Y,2024-01-01,n1,3,\n";
        let [read, _] = typed(whole, "round_number = { to = 1 }");
        let read = read.ended(0);
        assert_eq!(read.cells("dob"), ["40-49", "", ""], "{format}");
        assert_eq!(read.unreadable("dob", "date"), 1);
        // A column of days says itself what it holds: numbers it has none.
        let days = "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,1980-02-03T10:00:00\nb,Y,2024-01-01,n1,2,1980-02-03T10:00:00\n";
        let action = "bucket_time = { to = \"day\" }\ndate_format = \"%Y-%m-%dT%H:%M:%S\"";
        let [refused, passes] = typed(days, action);
        assert_ne!(refused.exit, 0);
        assert!(refused.said.contains("numbers stand for its dates, and the column is date"), "{}", refused.said);
        assert_eq!(passes.ended(0).delivered(), "1 2");
    }
}

#[test]
fn a_list_of_birth_dates_and_a_log_in_several_formats() {
    let folder = tempfile::tempdir().unwrap();
    let list = "\n[[consent.lists]]\nname = \"gone\"\nkind = \"suppression\"\npath = \"gone.csv\"\nmatch = { dob = \"born\" }\n\
        normalise = { dob = \"date\" }\ndate_format = [\"%-d-%b-%Y\", \"excel_1904\"]\nas_of = 2024-05-01\n";
    let dob = "\n[columns.dob]\nrole = \"quasi_identifier\"\ndrop = true\ndate_format = [\"%m/%d/%Y\", \"%Y\"]\n";
    let extract = folder.path().join("extract.csv");
    fs::write(
        &extract,
        "id,ok,given,notice,no,dob\na,Y,2024-01-01,n1,1,02/03/1980\nb,Y,2024-01-01,n1,2,02/04/1980\n\
         c,Y,2024-01-01,n1,3,1980\nd,Y,2024-01-01,n1,4,02/05/1980\ne,Y,2024-01-01,n1,5,\n",
    )
    .unwrap();
    let policy = small_policy(folder.path(), &format!("{list}{dob}"));
    fs::write(folder.path().join("gone.csv"), "born\n3-Feb-1980\n27793\n").unwrap();
    let ran = run_files(&policy, std::slice::from_ref(&extract), &[]).ended(0);
    // A year alone may be anybody's birthday: it cannot be compared.
    assert_eq!(ran.delivered(), "4 5");
    assert_eq!((ran.dropped("suppressed:gone"), ran.dropped("not_comparable:gone")), (2, 1));
    fs::write(folder.path().join("gone.csv"), "born\n3-Feb-1980\n1980-02-04\n").unwrap();
    let refused = run_files(&policy, &[extract], &[]);
    assert_ne!(refused.exit, 0);
    assert!(refused.said.contains("`date_format` there says how its dates are written"), "{}", refused.said);
}

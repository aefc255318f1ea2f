//! What one record says of a person counts for their other records, whatever that
//! record itself is dropped for.

use crate::kit::run_small;

/// Rows of persons by letter; delivered are those of which nobody says otherwise.
const TABLE: &str = "\
id,ok,given,notice,no,kind,gone,seen,withdrawn
a,Y,2018-01-01,n1,1,post,N,2018-01-01,
a,Y,2018-01-01,n1,2,post,Y,2018-01-01,
b,Y,2018-01-01,n1,3,post,N,2018-01-01,
b,Y,2018-01-01,n1,4,email,N,2018-01-01,2018-02-01
c,Y,2018-01-01,n1,5,post,N,2018-01-01,
c,N,2018-01-01,n1,6,email,N,2018-01-01,
d,Y,2018-01-01,n1,7,post,N,2018-01-01,
d,Y,2016-01-01,n1,8,post,N,2001-01-01,2017-01-01
e,Y,2018-01-01,n1,9,post,N,2018-01-01,
e,Y,2018-01-01,n1,10,email,N,2018-01-01,soon
f,Y,2018-01-01,n1,11,post,N,2018-01-01,
f,Y,2018-01-01,n1,12,email,N,2018-01-01,2017-01-01
g,Y,2018-01-01,n1,13,post,N,2018-01-01,
g,,,,14,email,N,2018-01-01,
h,Y,2018-01-01,n1,15,post,N,2018-01-01,
h,Y,2018-01-01,n9,16,post,N,2001-01-01,
";

fn rows(whole_subject: &str) -> String {
    format!(
        "[[rows.only]]\ncolumn = \"kind\"\nin = [\"post\"]\n\
         [[rows.drop]]\ncolumn = \"gone\"\nin = [\"Y\"]\nnot_in = [\"N\"]\nreason = \"gone\"\n{whole_subject}\n\
         [rows.retention]\ncolumn = \"seen\"\nmax_age = \"P10Y\"\n"
    )
}

fn run_table(whole_subject: &str) -> crate::kit::Ran {
    let more = format!("[consent.columns.withdrawn_at]\ncolumn = \"withdrawn\"\n{}", rows(whole_subject));
    run_small("e.csv", TABLE, &more)
}

#[test]
fn what_a_dropped_record_says_of_its_person_holds_for_the_others() {
    let ran = run_table("");
    // f withdrew before the consent; g and h say nothing of the person elsewhere.
    assert_eq!(ran.delivered(), "11 13 15", "{}", ran.said);
    let expected = [
        ("gone", 2),
        ("consent_withdrawn", 2),
        ("consent_refused", 1),
        ("consent_unknown", 1),
        ("not_selected", 5),
        ("retention_exceeded", 2),
    ];
    for (reason, count) in expected {
        assert_eq!(ran.dropped(reason), count, "{reason}: {}", ran.said);
    }
}

#[test]
fn a_reason_of_the_record_alone_leaves_the_others() {
    let ran = run_table("whole_subject = false");
    assert_eq!(ran.delivered(), "1 11 13 15", "{}", ran.said);
}

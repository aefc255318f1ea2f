//! The profiles of `samples` keep what they promise: checked on what is delivered of
//! their extracts, by means of the rule's own and not of the policy's.

use std::collections::BTreeSet;
use std::fs;

use crate::kit::{Options, Project, data_of, root};

/// The 17 areas of three digits with at most 20,000 people by the census of 2000, as
/// the guidance on 45 CFR 164.514(b)(2) lists them.
const SMALL_AREAS: &str = "036 692 878 059 790 879 063 821 884 102 823 890 203 830 893 556 831";

/// Columns that the rule lets through as they are, or with other words.
const NOT_IDENTIFYING: [&str; 4] = ["state", "sex", "diagnosis", "research"];

fn delivered(sample: &str) -> (Vec<Vec<String>>, Vec<Vec<String>>, String) {
    let project = Project::new();
    let folder = root("samples").join(sample);
    let extract = folder.join("extract.csv");
    let delivery = project.deliver(&folder.join("policy.toml"), &extract, Options::default()).unwrap();
    let text = String::from_utf8(data_of(&delivery)).unwrap();
    let rows = |text: &str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    (rows(&fs::read_to_string(extract).unwrap()), rows(&text), text)
}

fn column<'r>(rows: &'r [Vec<String>], name: &str) -> Vec<&'r str> {
    let place = rows[0].iter().position(|own| own == name).unwrap_or_else(|| panic!("{name}"));
    rows[1..].iter().map(|row| row[place].as_str()).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn nothing_of_the_eighteen_identifiers_is_delivered() {
    let (extract, made, text) = delivered("hipaa-safe-harbor");
    assert!(made.len() > 5);
    let identifying = extract[0].iter().filter(|name| !NOT_IDENTIFYING.contains(&name.as_str()));
    let mut compared = 0;
    for name in identifying {
        for cell in column(&extract, name) {
            assert!(!text.contains(cell), "{name}: {cell}");
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
    // Not even a part of a date, a code or a number of more than four digits.
    for cell in made[1..].iter().flatten() {
        let longest = cell.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max();
        assert!(longest <= Some(4) && !cell.contains(['/', '@']), "{cell}");
    }
}

#[test]
fn areas_ages_and_years_are_those_of_the_rule() {
    let (extract, made, _) = delivered("hipaa-safe-harbor");
    let small: BTreeSet<&str> = SMALL_AREAS.split(' ').collect();
    assert_eq!(small.len(), 17);
    let areas = column(&made, "zip3");
    assert!(areas.contains(&"000") && areas.iter().all(|area| area.len() == 3 && !small.contains(area)), "{areas:?}");
    assert!(column(&extract, "zip").iter().any(|zip| small.contains(&zip[..3])));
    for age in column(&made, "age") {
        assert!(age == "90+" || age.parse::<u8>().is_ok_and(|age| age < 90), "{age}");
    }
    assert!(column(&made, "age").contains(&"90+") && column(&made, "age").contains(&"89"));
    for name in ["year_admitted", "year_discharged", "year_of_death"] {
        assert!(column(&made, name).iter().all(|year| year.len() == 4 && year.parse::<u16>().is_ok()), "{name}");
    }
    // No pseudonym: a code that is derived from an identifier is one itself.
    let policy = fs::read_to_string(root("samples/hipaa-safe-harbor/policy.toml")).unwrap();
    assert!(!policy.contains("pseudonymise"));
}

#[test]
fn of_the_nhs_are_delivered_outward_codes_and_months() {
    let (extract, made, text) = delivered("nhs");
    for name in ["nhs_number", "local_id", "surname", "forename", "birth_date", "gp_practice", "discharged"] {
        assert!(column(&extract, name).iter().all(|cell| !text.contains(cell)), "{name}");
    }
    for code in column(&made, "outward_code") {
        assert!((2..=4).contains(&code.len()) && !code.contains(' '), "{code}");
    }
    for name in ["month_of_birth", "month_admitted"] {
        assert!(column(&made, name).iter().all(|month| month.len() == 7), "{name}");
    }
    let patients = column(&made, "patient");
    assert_eq!(patients.iter().collect::<BTreeSet<_>>().len(), patients.len() - 1, "one patient has two episodes");
}

//! A hierarchy is what its file says, or every fault is told.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const AGES: &str = "20;20-29;<40;*\n21;20-29;<40;*\n35;30-39;<40;*\n62;60-69;>=40;*\n";

fn faults(text: &str) -> Vec<String> {
    Hierarchy::parse(text.as_bytes()).expect_err("has a fault").iter().map(ToString::to_string).collect()
}

#[test]
fn levels_have_dense_codes_and_count_their_leaves() {
    let ages = Hierarchy::parse(AGES.as_bytes()).unwrap();
    assert_eq!((ages.height(), ages.len()), (4, 4));
    assert_eq!([0, 1, 2, 3].map(|level| ages.codes_at(level)), [4, 3, 2, 1]);
    let row = ages.find("62").unwrap();
    assert_eq!([0, 1, 2, 3].map(|level| ages.value(row, level)), ["62", "60-69", ">=40", "*"]);
    assert_eq!([0, 1, 2, 3].map(|level| ages.code(row, level)), [3, 2, 1, 0]);
    assert_eq!([0, 1, 2].map(|code| ages.leaves_under(1, code)), [2, 1, 1]);
    assert_eq!(ages.leaves_under(3, 0), 4);
    assert_eq!((ages.find("63"), ages.find("<40"), ages.value(9, 0), ages.value(0, 9)), (None, None, "", ""));
    assert_eq!((ages.code(9, 0), ages.leaves_under(9, 0), ages.leaves_under(0, 9)), (u32::MAX, 0, 0));
    assert_eq!(ages.to_csv(), AGES);
    assert_eq!(format!("{ages:?}"), "Hierarchy(4 levels, 4 rows)");
}

#[test]
fn the_same_text_at_two_levels_is_two_values() {
    assert!(Hierarchy::parse(b"a;a;*\nb;a;*\nc;b;*\n").is_ok());
    assert!(Hierarchy::parse(b"a;b\nb;c\n").is_ok());
}

#[test]
fn every_fault_is_told_at_once_and_without_a_value() {
    let text = "20;20-29;<40;*\n\n21;20-29;>40;*\n22;20-29;*\n20;20-29;<40;*\n20;30-39;<40;*\n;20-29;<40;\n";
    let said = faults(text);
    assert_eq!(
        said,
        [
            "line 2: is empty",
            "line 3, level 1: the value becomes something else at the next level than in line 1",
            "line 4: has 3 fields, where most rows have 4",
            "line 5: is the row of line 1 again",
            "line 6, level 0: is a second row for the value of line 1",
            "line 7, level 0: the field is empty",
            "line 7, level 3: the field is empty",
        ]
    );
}

#[test]
fn what_is_no_hierarchy_says_so() {
    assert_eq!(faults(""), ["the file has no row"]);
    assert_eq!(faults("\u{feff}\r\n\n"), ["the file has no row"]);
    assert_eq!(faults("a,*\nb,*\n"), ["each row has one field, so no value is generalised"]);
    let fault = |bytes: &[u8]| Hierarchy::parse(bytes).unwrap_err()[0].to_string();
    assert_eq!(fault(b"a;*\nb\xff;*\n"), "line 2: is not UTF-8");
    assert_eq!(fault(&vec![b'a'; MAX_BYTES + 1]), "the file is too large");
}

#[test]
fn empty_lines_at_the_end_are_none() {
    assert!(Hierarchy::parse(b"a;*\nb;*\n\n\r\n").is_ok());
}

#[test]
fn of_many_faults_the_first_are_listed() {
    let said = faults(&"a;*\n".repeat(101));
    assert_eq!(said.len(), MOST_FAULTS + 1);
    assert_eq!(said.last().unwrap(), "50 more faults");
}

/// Whether some value at a level has two parents, or a value two rows, found the slow way.
fn is_lawful(rows: &[Vec<String>]) -> bool {
    let values: BTreeSet<&String> = rows.iter().map(|row| &row[0]).collect();
    let one_parent = |level: usize| {
        let mut parents = BTreeMap::<&String, BTreeSet<&String>>::new();
        for row in rows {
            parents.entry(&row[level]).or_default().insert(&row[level + 1]);
        }
        parents.values().all(|parents| parents.len() == 1)
    };
    values.len() == rows.len() && (0..rows[0].len() - 1).all(one_parent)
}

fn small_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = (0_u8..40, 0_u8..6, 0_u8..3);
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        rows.iter().map(|(value, parent, top)| [value, parent, top].map(ToString::to_string).to_vec()).collect()
    })
}

/// Values of every kind, each level cut from the last at random.
fn lawful_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let value = prop_oneof!["[a-c;\"\r\n \u{feff}é]{1,4}", "\\PC{1,6}"];
    (prop::collection::btree_set(value, 1..12), 1_usize..4).prop_map(|(values, cuts)| {
        let row = |(place, value): (usize, String)| {
            let coarser = (1..=cuts).map(|level| format!(";\"{}", place >> level));
            std::iter::once(value).chain(coarser).collect()
        };
        values.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(rows in lawful_rows()) {
        let hierarchy = Hierarchy::from_rows(&rows).unwrap();
        prop_assert_eq!(&Hierarchy::parse(hierarchy.to_csv().as_bytes()).unwrap(), &hierarchy);
        for (row, fields) in (0_u32..).zip(&rows) {
            prop_assert_eq!(hierarchy.find(&fields[0]), Some(row));
            for (level, field) in fields.iter().enumerate() {
                prop_assert_eq!(hierarchy.value(row, level), field);
            }
        }
        for level in 0..hierarchy.height() {
            let codes = hierarchy.codes_at(level) as u32;
            prop_assert!((0..rows.len() as u32).all(|row| hierarchy.code(row, level) < codes));
            let leaves: u32 = (0..codes).map(|code| hierarchy.leaves_under(level, code)).sum();
            prop_assert_eq!(leaves as usize, rows.len());
        }
    }

    #[test]
    fn it_is_read_where_no_value_has_two_parents(rows in small_rows()) {
        let text: String = rows.iter().map(|row| row.join(";") + "\n").collect();
        let read = Hierarchy::parse(text.as_bytes());
        prop_assert_eq!(read.is_ok(), is_lawful(&rows));
        prop_assert_eq!(Hierarchy::from_rows(&rows), read);
    }
}

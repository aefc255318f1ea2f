//! Columns with their levels, and who counts once.

use std::fs;

use jiff::civil::date;

use super::fault::WithoutLevels;
use super::*;
use crate::privacy::search::classes::facts::ClassLimit;
use crate::privacy::search::explorer::SearchObserver;
use crate::privacy::utility::metric::Metric;

struct Unhurried;

impl SearchObserver for Unhurried {
    fn may_go_on(&self) -> bool {
        true
    }

    fn looked_at(&self, _: u64) {}
}

fn name(text: &str) -> ColumnName {
    ColumnName::parse(text).unwrap()
}

/// Counts an extract of this text, with levels that are said, and whether people count.
fn count(
    text: &str,
    quasi: &[&str],
    levels: &[(&str, LevelSource)],
    subject: Option<&str>,
) -> Result<CountedExtract, NoSuggestion> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extract.csv");
    fs::write(&path, text).unwrap();
    let quasi: Vec<ColumnName> = quasi.iter().map(|text| name(text)).collect();
    let levels: Vec<_> = levels.iter().map(|(column, source)| (name(column), source.clone())).collect();
    let subject = subject.map(name);
    let counted = SuggestJob {
        extract: &[path],
        policy: None,
        quasi: &quasi,
        levels: &levels,
        subject: subject.as_ref(),
        as_of: date(2020, 1, 1),
        stop: &AtomicBool::new(false),
    }
    .count();
    counted.map_err(|error| match error {
        ReleaseError::NoSuggestion(why) => *why,
        other => panic!("{other}"),
    })
}

fn why(fault: NoSuggestion) -> Vec<WithoutLevels> {
    match fault {
        NoSuggestion::Levels(columns) => columns.into_iter().map(|column| column.why).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn the_kind_of_a_column_is_found_where_every_cell_says_it() {
    let text = "born,home,size\n1980-01-02,SW1A 1AA,1\n1981-03-04,,2\n";
    let whole = [("size", LevelSource::Whole)];
    let counted = count(text, &["born", "home", "size"], &whole, None).unwrap();
    let sources: Vec<_> = counted.columns.iter().map(|column| (&column.source, column.is_found)).collect();
    assert_eq!(sources, [(&LevelSource::Date, true), (&LevelSource::Postcode, true), (&LevelSource::Whole, false)]);
    assert_eq!(counted.columns[1].missing, 1);
    assert_eq!(counted.table.tops(), [5, 4, 1]);
    assert!(counted.columns.iter().all(|column| column.is_dropped_last));
    // One cell that is neither: nothing is guessed, and all such columns are told at once.
    let text = "born,home,size\n1980-01-02,SW1A 1AA,1\nabout 1981,Yoxley,2\n";
    let fault = count(text, &["born", "home", "size"], &[], None).unwrap_err();
    assert!(fault.hint().unwrap().contains("--levels born=date"));
    let shown = fault.to_string();
    assert!(shown.starts_with("3 columns have no levels") && !shown.contains("1981") && !shown.contains("Yoxley"));
    assert_eq!(why(fault), [WithoutLevels::NotPlain, WithoutLevels::NotPlain, WithoutLevels::NotPlain]);
}

#[test]
fn what_is_unreadable_is_counted_and_missing_above_level_0() {
    let text = "born,n\n1980-01-02,1\nsoon,2\nlater,3\n,4\n1980-05-06,5\n";
    let counted = count(text, &["born"], &[("born", LevelSource::Date)], None).unwrap();
    let column = &counted.columns[0];
    assert_eq!(column.unreadable.values().copied().collect::<Vec<_>>(), [2]);
    let classes = |level: u8| counted.table.sizes(&[level], 0).classes();
    // As they are; two months and whatever is missing; one year; everything.
    assert_eq!([0, 1, 3, 5].map(classes), [5, 3, 2, 1]);
}

#[test]
fn levels_of_a_file_have_a_row_for_every_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.csv");
    fs::write(&path, "Yoxley;East;*\nThornaby;North;*\n").unwrap();
    let source = [("town", LevelSource::File(path.clone()))];
    let counted = count("town\nYoxley\nThornaby\nYoxley\n", &["town"], &source, None).unwrap();
    assert_eq!((counted.table.tops(), counted.columns[0].is_found), (&[2][..], false));
    let fault = count("town\nYoxley\nEastcote\nEastcote\n", &["town"], &source, None).unwrap_err();
    assert!(!fault.to_string().contains("Eastcote"), "{fault}");
    assert_eq!(why(fault), [WithoutLevels::NoRow { path: path.clone(), values: 1, records: 2 }]);
    fs::write(&path, "Yoxley;East;*\nThornaby;North\n").unwrap();
    let fault = count("town\nYoxley\n", &["town"], &source, None).unwrap_err();
    assert!(!fault.to_string().contains("Thornaby"), "{fault}");
    assert!(matches!(&why(fault)[..], [WithoutLevels::Faults { .. }]));
    fs::remove_file(&path).unwrap();
    let fault = count("town\nYoxley\n", &["town"], &source, None).unwrap_err();
    assert!(matches!(&why(fault)[..], [WithoutLevels::NotRead { what: "is not there", .. }]));
}

#[test]
fn a_person_is_one_however_the_id_is_written_and_nobody_is_not_many() {
    let text = "id,town\nS1,Yoxley\n S1 ,Yoxley\nS2,Yoxley\n,Yoxley\nn/a,Yoxley\n,Thornaby\n";
    let whole = [("town", LevelSource::Whole)];
    let counted = count(text, &["town"], &whole, Some("id")).unwrap();
    assert_eq!((counted.records, counted.subjects, counted.without_subject), (6, Some(2), 3));
    let sizes = counted.table.sizes(&[0], 0);
    assert_eq!((sizes.smallest(), sizes.largest()), (Some(1), Some(3)));
    // At the top: S1, S2, and whoever the three records are about, as one.
    assert_eq!(counted.table.sizes(&[1], 0).largest(), Some(3));
    let limit = ClassLimit { k: 4, max_suppressed: 0 };
    assert_eq!(counted.table.search(Metric::Loss, limit, &Unhurried).best, None);
    let by_record = count(text, &["town"], &whole, None).unwrap();
    assert_eq!(by_record.table.search(Metric::Loss, limit, &Unhurried).best.unwrap().levels, [1]);
}

#[test]
fn what_does_not_fit_together_is_told() {
    let text = "id,town\nS1,Yoxley\n";
    let whole = ("town", LevelSource::Whole);
    let twice = count(text, &["town", "town"], &[], None).unwrap_err();
    assert_eq!(twice.to_string(), "a column is named more than once");
    let twice = count(text, &["town"], &[whole.clone(), ("town", LevelSource::Date)], None).unwrap_err();
    assert_eq!(twice.to_string(), "a column is given levels more than once");
    assert!(matches!(count(text, &["town"], &[("id", LevelSource::Date)], None), Err(NoSuggestion::NotQuasi)));
    assert!(matches!(count(text, &["town"], &[whole], Some("town")), Err(NoSuggestion::QuasiSubject)));
}

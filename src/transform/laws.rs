//! What holds for every action: the laws of [`ColumnTransform`], the examples, the
//! shape of the documentation. A new action in the list is tested without a change
//! here.

use proptest::prelude::*;
use proptest::sample::select;

use super::derived::DERIVATIONS;
use super::test_policy::{faults_of, spec, with_context};
use super::{ACTIONS, ColumnTransform, Example, Rewritten, examples};
use crate::model::cells::Cells;
use crate::model::column_type::ColumnType;
use crate::model::outcome::cell_state::{CellState, StateCounts};
use crate::model::outcome::tally::Unreadable;

fn build(example: &Example) -> Box<dyn ColumnTransform> {
    with_context(example.input, |context| spec(example.policy).action().build(context).unwrap())
}

/// All cells are of records of one subject.
fn apply(transform: &dyn ColumnTransform, cells: &[Option<&str>]) -> Rewritten {
    transform.apply_by_subject(cells, &vec!["A-1001"; cells.len()])
}

fn rendered(run: &Rewritten) -> Vec<Option<String>> {
    (0..run.cells.len()).map(|row| run.cells.rendered(row)).collect()
}

#[test]
fn every_example_gives_what_it_says() {
    for (word, example) in examples() {
        let policy = example.policy;
        assert_eq!(spec(policy).word(), word, "{policy}");
        assert!(example.before.len() >= 3, "{policy}");
        let run = apply(build(example).as_ref(), example.before);
        if example.after.is_empty() {
            assert!(spec(policy).action().needs_key(), "{word}: only what depends on a key may leave out its results");
            continue;
        }
        let after: Vec<_> = example.after.iter().map(|cell| cell.map(str::to_owned)).collect();
        assert_eq!(rendered(&run), after, "{policy}");
    }
}

#[test]
fn every_action_has_an_example_and_refuses_unknown_parameters() {
    for word in ACTIONS {
        let first = examples().find(|(of, _)| of == word).unwrap_or_else(|| panic!("{word} has no example")).1;
        let (head, _) = first.policy.rsplit_once('}').unwrap();
        let comma = if head.trim_end().ends_with('{') { "" } else { "," };
        let odd = format!("{head}{comma} no_such_key = 1 }}");
        let faults = faults_of(&odd);
        assert!(faults.iter().any(|fault| fault.path.ends_with("no_such_key")), "{odd}");
    }
}

#[test]
fn every_action_serialises_under_its_word() {
    for (word, example) in examples() {
        let json = serde_json::to_value(spec(example.policy)).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, [word], "{}", example.policy);
    }
}

#[test]
fn every_action_says_what_is_lost() {
    for (_, example) in examples() {
        let spec = spec(example.policy);
        assert!(!spec.action().loss().as_str().is_empty() && !spec.action().technique().is_empty());
    }
}

#[test]
fn every_file_has_the_fixed_documentation() {
    for word in ACTIONS.iter().chain(DERIVATIONS) {
        let groups = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/transform")).unwrap();
        let files = groups.map(|group| group.unwrap().path().join(format!("{word}.rs")));
        let file =
            files.into_iter().find(|file| file.is_file()).unwrap_or_else(|| panic!("{word} has a file of its name"));
        let source = std::fs::read_to_string(file).unwrap();
        let docs: Vec<&str> = source.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(docs[0].starts_with(&format!("//! `{word}`: ")), "{word}");
        let mut from = 0;
        for heading in ["Removes", "Keeps", "Parameters", "Types", "Missing cells", "Errors", "Limits"] {
            let start = format!("//! *{heading}*");
            let found = docs[from..].iter().position(|line| line.starts_with(&start));
            from += found.unwrap_or_else(|| panic!("{word}: *{heading}* is missing or out of order"));
        }
        assert!(docs.iter().any(|line| line.starts_with("//! | before")), "{word}: no table of examples");
    }
}

fn fits(cells: &Cells, output: ColumnType) -> bool {
    match output {
        ColumnType::Boolean => matches!(cells, Cells::Boolean(_)),
        ColumnType::Integer | ColumnType::Year => matches!(cells, Cells::Integer(_)),
        ColumnType::Date
        | ColumnType::Decimal
        | ColumnType::Double
        | ColumnType::Float
        | ColumnType::Half
        | ColumnType::Text
        | ColumnType::Timestamp => {
            matches!(cells, Cells::Text(_))
        }
    }
}

/// Cells that any action may meet: those of the examples, some of them changed a
/// little, and arbitrary text.
fn any_cells() -> impl Strategy<Value = Vec<Option<String>>> {
    let known: Vec<String> =
        examples().flat_map(|(_, of)| of.before).flatten().map(|cell| (*cell).to_owned()).collect();
    let changed = (select(known.clone()), "[ -9Ee.\u{301}]?", 0..12_usize).prop_map(|(mut cell, with, at)| {
        let at = cell.char_indices().nth(at).map_or(cell.len(), |(at, _)| at);
        cell.insert_str(at, &with);
        cell
    });
    let cell = prop_oneof![
        3 => select(known).prop_map(Some),
        2 => changed.prop_map(Some),
        1 => "-?[0-9]{1,19}(\\.[0-9]{1,6})?".prop_map(Some),
        1 => "[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]".prop_map(Some),
        1 => ".{0,16}".prop_map(Some),
        1 => Just(None),
    ];
    proptest::collection::vec(cell, 0..24)
}

fn abide(example: &Example, cells: &[Option<&str>], cut: usize) -> Result<(), TestCaseError> {
    let policy = example.policy;
    let transform = build(example);
    let transform = transform.as_ref();
    let whole = apply(transform, cells);
    let shown = rendered(&whole);

    prop_assert_eq!(whole.cells.len(), cells.len(), "length: {}", policy);
    prop_assert!(fits(&whole.cells, transform.output_type()), "type: {}", policy);
    prop_assert!(whole.tally.is_balanced(), "balance: {}", policy);
    prop_assert_eq!(whole.tally.cells, cells.len() as u64, "tally: {}", policy);
    let mut states = StateCounts::default();
    whole.states.iter().for_each(|state| states.add(*state));
    prop_assert_eq!(&states.tally(), &whole.tally, "states: {}", policy);
    for (at, state) in whole.states.iter().enumerate() {
        let is_unreadable = whole.unreadable.contains(&u32::try_from(at).unwrap());
        let is_one = Unreadable::ALL.iter().any(|reason| *state == CellState::unreadable(*reason));
        prop_assert_eq!(is_unreadable, is_one, "state of {}: {}", at, policy);
        prop_assert_eq!(cells[at].is_none(), *state == CellState::MISSING, "state of {}: {}", at, policy);
    }
    prop_assert_eq!(whole.tally.missing as usize, cells.iter().filter(|cell| cell.is_none()).count());
    prop_assert_eq!(whole.tally.unreadable_in_all(), whole.unreadable.len() as u64, "unreadable: {}", policy);
    let mut emptied = Vec::new();
    for (row, (before, after)) in cells.iter().zip(&shown).enumerate() {
        prop_assert!(before.is_some() || after.is_none(), "missing: {}", policy);
        if before.is_some() && after.is_none() {
            emptied.push(u32::try_from(row).unwrap());
        }
    }
    prop_assert_eq!(&whole.unreadable, &emptied, "positions: {}", policy);
    let unchanged =
        cells.iter().zip(&shown).filter(|(cell, after)| cell.is_some() && *cell == &after.as_deref()).count();
    prop_assert!(whole.tally.unchanged >= unchanged as u64, "unchanged: {}", policy);

    prop_assert_eq!(&apply(transform, cells), &whole, "deterministic: {}", policy);
    let (head, tail) = cells.split_at(cut.min(cells.len()));
    let (head, tail) = (apply(transform, head), apply(transform, tail));
    let joined: Vec<_> = rendered(&head).into_iter().chain(rendered(&tail)).collect();
    prop_assert_eq!(&joined, &shown, "blocks: {}", policy);
    let mut sum = head.tally.clone();
    sum.merge(&tail.tally);
    prop_assert_eq!(&sum, &whole.tally, "tallies of blocks: {}", policy);
    prop_assert_eq!([head.states, tail.states].concat(), whole.states, "states of blocks: {}", policy);

    for (one, after) in cells.iter().zip(&shown) {
        for (other, after_other) in cells.iter().zip(&shown) {
            prop_assert!(one != other || after == after_other, "equal cells: {}", policy);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_action_abides_by_the_laws(cells in any_cells(), cut in 0..24_usize) {
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        for (_, example) in examples() {
            abide(example, &cells, cut)?;
        }
    }
}

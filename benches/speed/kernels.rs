//! Each action and derivation over one block's worth of cells of its kind: cells
//! a second, and bytes of the cells that go in.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use scant::internals::{
    ACTIONS, BuildContext, ColumnDecision, ColumnTransform, ColumnType, DERIVATIONS, MasterKey, Plan, examples, load,
};

use crate::material::{AS_OF, cells, of_project};

/// About what a block of 512 KiB has of records.
const CELLS: usize = 2_048;

/// Every action with its parameters, each on a column of its own name.
fn plan() -> Plan {
    let policy = of_project("samples/actions/policy.toml");
    load(&policy, AS_OF).expect("the sample compiles").compiled.plan
}

/// A cell as the action called `word` is made for, the `n`th of many. One of 64
/// is missing and one of 61 cannot be read, as in a file of the better sort.
fn cell(word: &str, n: usize) -> String {
    let (day, month, year) = (n % 28 + 1, n % 12 + 1, 1930 + n * 7 % 88);
    match (n % 64, n % 61) {
        (9, _) => return String::new(),
        (_, 7) => return "not known".to_owned(),
        _ => {}
    }
    match word {
        word if ["age_band", "coarsen_date"].contains(&word) || DERIVATIONS.contains(&word) => {
            format!("{year}-{month:02}-{day:02}")
        }
        "band_number" | "round_number" => format!("{}.{:02}", n * 7919 % 100_000, n % 100),
        "bucket_time" => format!("2018-{month:02}-{day:02}T{:02}:{:02}:{:02}", n % 24, n % 60, n * 7 % 60),
        "clamp_number" => (n % 9).to_string(),
        "coarsen_ip" if n.is_multiple_of(4) => format!("2001:db8:{:x}:{:x}::{:x}", n % 999, n % 77, n % 13 + 1),
        "coarsen_ip" => format!("192.0.2.{}", n % 256),
        "coarsen_postcode" => format!("{} {}{}", ["AB10", "M1", "EH12", "W1A", "NE18"][n % 5], n % 10, "XG"),
        "map_values" => ["F", "M", "X"][n % 3].to_owned(),
        "mask_email" => format!("some.one{n}@example.com"),
        "mask_text" => format!("07700 900{:03}", n % 1000),
        "pseudonymise" => format!("S{n:09}"),
        "replace" => format!("{n} Sample Street"),
        "truncate_text" => format!("{:05}", n * 31 % 100_000),
        _ => of_examples(word, n),
    }
}

/// A cell of the examples of an action that it can read, the `n`th of many.
fn of_examples(word: &str, n: usize) -> String {
    let own = examples().filter(|(of, _)| *of == word);
    let cells = own.flat_map(|(_, example)| example.before.iter().zip(example.after));
    let read: Vec<&str> = cells.filter(|(_, after)| after.is_some()).filter_map(|(before, _)| *before).collect();
    read[n % read.len()].to_owned()
}

fn column(word: &str) -> Vec<String> {
    (0..CELLS).map(|n| cell(word, n)).collect()
}

fn transform(word: &str) -> Box<dyn ColumnTransform> {
    let plan = plan();
    let is_it = |decision: &ColumnDecision| matches!(decision, ColumnDecision::Transform(spec) if spec.word() == word);
    let rule = plan.columns.iter().find(|rule| is_it(&rule.decision)).expect("the sample has every action");
    let ColumnDecision::Transform(spec) = &rule.decision else { unreachable!("it was looked for") };
    let key = MasterKey::new(&mut [7; 32]);
    let context = BuildContext::new(AS_OF, &rule.date_format, ColumnType::Text, Some(&key), &plan.release.recipient);
    spec.action().build(&context).expect("the action reads text")
}

#[divan::bench(args = ACTIONS)]
fn action(bencher: Bencher<'_, '_>, word: &str) {
    let (column, transform) = (column(word), transform(word));
    let cells = cells(&column);
    // The cells are of the kind it reads, or the figure would say nothing.
    let read = transform.apply(&cells);
    assert!(read.unreadable.len() <= CELLS / 50, "{word}: {} cells unreadable", read.unreadable.len());
    let bytes: usize = column.iter().map(String::len).sum();
    let counted = bencher.counter(ItemsCount::new(cells.len())).counter(BytesCount::new(bytes));
    counted.bench(|| transform.apply(black_box(&cells)));
}

#[divan::bench(args = DERIVATIONS)]
fn derivation(bencher: Bencher<'_, '_>, word: &str) {
    let plan = plan();
    let rule = plan.derived.iter().find(|rule| rule.spec.word() == word).expect("the sample has every derivation");
    let mut formats = rule.date_formats.iter();
    let key = MasterKey::new(&mut [7; 32]);
    let derivation = rule.spec.build(AS_OF, |_| {
        let format = formats.next().expect("a format for each column");
        let context = BuildContext::new(AS_OF, format, ColumnType::Text, Some(&key), &plan.release.recipient);
        context.days(rule.spec.word())
    });
    let derivation = derivation.expect("it reads text");
    let column = column(word);
    let cells = cells(&column);
    let columns: Vec<&[Option<&str>]> = derivation.reads().iter().map(|_| cells.as_slice()).collect();
    let items = cells.len() * columns.len();
    bencher.counter(ItemsCount::new(items)).bench(|| derivation.apply(black_box(&columns)));
}

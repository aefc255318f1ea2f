//! The consent gate over the evidence columns of a synthetic extract, as the
//! engine runs it: a block's worth of records at a time. Records a second.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use scant::internals::{ColumnGate, Consent, Evidence, RowRule as _, View};

use crate::material::{AS_OF, cells, column, of_project};

#[divan::bench(args = [2_048, 204_800])]
fn gate(bencher: Bencher<'_, '_>, records: u64) {
    let policy = of_project("samples/story/policy-later.toml");
    let plan = scant::internals::load(&policy, AS_OF).expect("the sample compiles").compiled.plan;
    let Evidence::Columns(evidence) = &plan.consent.evidence else { panic!("the sample has its evidence in columns") };
    let rule = Consent::new(
        ColumnGate::new(plan.consent.demand.clone(), evidence.clone()),
        &plan.extract.dialect.null_values.words,
    );
    let columns: Vec<Vec<String>> = rule.reads().iter().map(|reads| column(reads.column.as_str(), records)).collect();
    let seen: Vec<Vec<Option<&str>>> = rule
        .reads()
        .iter()
        .zip(&columns)
        .map(|(reads, column)| match reads.view {
            View::Raw => column.iter().map(|cell| Some(cell.as_str())).collect(),
            View::Value => cells(column),
        })
        .collect();
    let cells: Vec<&[Option<&str>]> = seen.iter().map(Vec::as_slice).collect();
    let open = vec![None; columns[0].len()];
    let mut verdicts = open.clone();
    rule.judge(&cells, &mut verdicts);
    let dropped = verdicts.iter().flatten().count();
    assert!(dropped > 0 && dropped < verdicts.len(), "some pass and some do not, or the figure would say nothing");
    bencher.counter(ItemsCount::new(records)).bench_local(|| {
        verdicts.copy_from_slice(&open);
        rule.judge(black_box(&cells), &mut verdicts);
        verdicts.first().copied()
    });
}

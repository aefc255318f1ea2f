//! Reading dates, one format after another: cells a second.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use jiff::civil::date;
use scant::internals::DateFormat;

const CELLS: usize = 2_048;

const FORMATS: [&str; 6] =
    ["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.f%z"];

/// The days of 2,048 cells, written as a format says; one of 61 is of February 30.
fn cell(pattern: &str, n: usize) -> String {
    let day = date(1930, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(n * 17).unwrap_or_default()));
    let written = pattern.replace("%.f", ".250000").replace("%z", "+01:00");
    let written = written.replace("%H", "13").replace("%M", "07").replace("%S", "59");
    if n % 61 == 7 {
        return written.replace("%Y", "2018").replace("%m", "02").replace("%b", "Feb").replace("%d", "30");
    }
    day.strftime(&written).to_string()
}

#[divan::bench(args = FORMATS)]
fn day(bencher: Bencher<'_, '_>, pattern: &str) {
    let format = DateFormat::parse(pattern).expect("a format");
    let cells: Vec<String> = (0..CELLS).map(|n| cell(pattern, n)).collect();
    let bytes: usize = cells.iter().map(String::len).sum();
    let read = || black_box(&cells).iter().filter(|cell| format.day(cell).is_some()).count();
    assert_eq!(read(), CELLS - (0..CELLS).filter(|n| n % 61 == 7).count(), "all but February 30 is read");
    bencher.counter(ItemsCount::new(CELLS)).counter(BytesCount::new(bytes)).bench(read);
}

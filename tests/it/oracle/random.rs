//! Small random tables under random policies: few subjects, and cells from pools
//! of what goes wrong. Every kind of evidence, every format, every row rule.

use proptest::prelude::*;

use super::calendar::{Day, Format, Period};
use super::policy::{Action, Evidence, Flag, Normalise, Notice, Policy, Register, Said, Selection};
use super::tape::Tape;
use super::{agree, expect, read_extract};
use scant::internals::{InputFaultKind, ReleaseError};

use crate::kit::{Options, Project};

const HEADER: [&str; 17] = [
    "id",
    "said",
    "refused",
    "given",
    "withdrawn",
    "notice",
    "chosen",
    "dob",
    "kid1",
    "kid2",
    "postcode",
    "deceased",
    "active",
    "town",
    "said_too",
    "refused_too",
    "refused_three",
];
const PURPOSES: [&str; 3] = ["political-campaign", "direct-marketing", "research"];
const PARTIES: [&str; 4] = ["bigbroker", "rosette-party", "acme-mother", "third"];

struct Case {
    policy: Policy,
    as_of: Day,
    /// Whatever days matter: around them, dates are drawn.
    pivots: Vec<Day>,
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn draw_case(tape: &mut Tape<'_>) -> Case {
    let date = |y, m, d| Day::new(y, m, d).unwrap();
    let as_of = tape.pick(&[date(2018, 7, 1), date(2020, 2, 29), date(2019, 2, 28), date(2018, 3, 31)]);
    let max_age = tape.pick(&[
        Some(Period::months(24)),
        None,
        Some(Period::days(28)),
        Some(Period::months(1)),
        Some(Period { months: 1, days: 3 }),
    ]);
    let on_day = tape.chance(1, 4);
    let register = draw_register(tape, as_of, !on_day);
    let purpose = tape.word(&PURPOSES);
    let oldest = max_age.unwrap_or(Period::months(6));
    let mut pivots = vec![as_of, as_of.plus_months(-oldest.months).plus_days(-oldest.days)];
    pivots.extend(register.notices.iter().map(|notice| notice.from));
    pivots.extend(register.notices.iter().filter_map(|notice| notice.until));
    let given_format = tape.pick(&[Format::Iso, Format::Iso, Format::DayFirst, Format::Time, Format::TimeOffset]);
    let withdrawn_format = tape.pick(&[Format::Iso, given_format, Format::Time]);
    let formats = [("given", given_format), ("withdrawn", withdrawn_format)];
    let evidence = draw_evidence(tape, &purpose, on_day);
    let has_pseudonym = tape.chance(3, 4);
    let select = |column: &str, listed: &[&str], district| Selection {
        column: column.to_owned(),
        listed: strings(listed),
        district,
        others: None,
        of_the_record: false,
    };
    let mut only = Vec::new();
    if tape.chance(1, 4) {
        only.push(select("postcode", &["AB10", "W1A"], true));
    }
    if tape.chance(1, 6) {
        only.push(select("town", &["Wick", "a,b", " "], false));
    }
    let mut drop = Vec::new();
    if tape.chance(1, 2) {
        let others = tape.pick(&[None, Some(strings(&["N", "y"])), Some(strings(&["n", "Y", "1"]))]);
        let of_the_record = tape.chance(1, 3);
        let rule = Selection { others, of_the_record, ..select("deceased", &["dead"], false) };
        drop.push((rule, "deceased".to_owned()));
    }
    if tape.chance(1, 6) {
        drop.push((select("town", &["=1+1", "dead"], false), "elsewhere".to_owned()));
    }
    let policy = Policy {
        purpose,
        recipient: "bigbroker".to_owned(),
        on_behalf_of: tape.pick(&[strings(&["rosette-party"]), Vec::new(), strings(&["rosette-party", "third"])]),
        max_age,
        subject: "id".to_owned(),
        subject_normalise: if has_pseudonym {
            tape.pick(&[Normalise::Trim, Normalise::None, Normalise::Lower])
        } else {
            Normalise::None
        },
        pseudonym: has_pseudonym.then(|| ("person".to_owned(), "members".to_owned(), tape.pick(&[128, 96, 256]))),
        sentinels: tape.chance(1, 5).then(|| strings(&["b", " Zero "])),
        trim: tape.chance(1, 3),
        null_values: tape.pick(&[
            strings(&[""]),
            strings(&["", "NULL"]),
            strings(&["", "NULL", "Y"]),
            strings(&["NULL"]),
            strings(&["", "political", "bigbroker"]),
        ]),
        evidence,
        only,
        drop,
        minimum_age: tape.chance(1, 2).then(|| ("dob".to_owned(), 18)),
        retention: tape.chance(1, 3).then(|| ("active".to_owned(), Period::months(36))),
        formats: formats.iter().filter(|(_, f)| *f != Format::Iso).map(|(n, f)| ((*n).to_owned(), *f)).collect(),
        columns: [("town", Action::Keep), ("postcode", Action::District), ("dob", Action::Year)]
            .map(|(name, action)| (name.to_owned(), action))
            .to_vec(),
        renamed: tape.chance(1, 2).then(|| ("dob".to_owned(), "born".to_owned())).into_iter().collect(),
        any_age_below: Some(("small".to_owned(), 5, strings(&["kid1", "kid2"]))),
        order_of_extract: !has_pseudonym || tape.chance(1, 3),
        register,
    };
    Case { policy, as_of, pivots }
}

fn draw_register(tape: &mut Tape<'_>, as_of: Day, may_overlap: bool) -> Register {
    let amended = as_of.plus_months(-3);
    let mut discloses = |all: bool| {
        let mut said = Vec::new();
        for purpose in PURPOSES {
            if all || tape.chance(1, 2) {
                let parties = [&PARTIES[..], &PARTIES[..2], &PARTIES[..1]];
                said.push((purpose.to_owned(), strings(if all { parties[0] } else { tape.pick(&parties) })));
            }
        }
        said
    };
    let (full, partial) = (discloses(true), discloses(false));
    let first_until = tape.pick(&[Some(amended), Some(amended.plus_days(-20))]);
    let first_until = if may_overlap && tape.chance(1, 3) { None } else { first_until };
    let (first, second) = if tape.chance(1, 3) { (full, partial) } else { (partial, full) };
    let notice = |id: &str, from, until, discloses| Notice { id: id.to_owned(), from, until, discloses };
    Register {
        purposes: strings(&PURPOSES),
        parties: strings(&PARTIES),
        notices: vec![notice("n-1", as_of.plus_months(-30), first_until, first), notice("n-2", amended, None, second)],
    }
}

fn draw_evidence(tape: &mut Tape<'_>, purpose: &str, on_day: bool) -> Evidence {
    let separator = tape.pick(&[Some("|".to_owned()), None, Some("; ".to_owned())]);
    let name = |token: &str, purpose: &str| (token.to_owned(), purpose.to_owned());
    let said = match tape.below(7) {
        0 => Said::Tokens {
            column: "said".to_owned(),
            separator,
            names: Some(vec![name("political", purpose), name("Y", "research"), name("also", purpose)]),
        },
        1 => Said::Tokens { column: "said".to_owned(), separator, names: None },
        2 => Said::Member,
        _ => {
            let columns = tape.pick(&[&["said"][..], &["said", "said_too"], &["said_too"], &["said_too", "said"]]);
            let flag = |column: &&str| Flag {
                column: (*column).to_owned(),
                yes: tape.pick(&[strings(&["Y"]), strings(&["political", "Y"])]),
                no: tape.pick(&[strings(&["N", ""]), Vec::new(), strings(&["NULL", "direct-marketing"])]),
            };
            let flags = columns.iter().map(flag).collect();
            Said::Granted(flags, tape.pick(&["all", "any"]))
        }
    };
    let refusing = tape.pick(&[
        &[][..],
        &[],
        &["refused"],
        &["refused_too", "refused"],
        &["refused", "refused_too", "refused_three"],
        &["refused_three"],
    ]);
    Evidence {
        said,
        refused: refusing
            .iter()
            .map(|column| Flag {
                column: (*column).to_owned(),
                yes: strings(&["1", "Y"]),
                no: tape.pick(&[strings(&["0", ""]), strings(&["", "NULL"])]),
            })
            .collect(),
        given_at: "given".to_owned(),
        withdrawn_at: tape.chance(4, 5).then(|| "withdrawn".to_owned()),
        notice: (!on_day).then(|| "notice".to_owned()),
        recipients: tape.chance(1, 3).then(|| ("chosen".to_owned(), tape.pick(&[Some("|".to_owned()), None]))),
    }
}

const ODD_DATES: [&str; 12] = [
    "",
    " ",
    "n/k",
    "2018-02-30",
    "2018-1-5",
    "2018-06-01 ",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "NULL",
    "2018-06-01T00:00:00",
    "2019-02-29",
];

fn draw_date(tape: &mut Tape<'_>, pivots: &[Day], format: Format) -> String {
    if tape.chance(1, 6) {
        return tape.word(&ODD_DATES);
    }
    let day = tape.pick(pivots).plus_days([0, 1, -1, -29, -30, 31][tape.below(6)]);
    let second = [0, 86_399, 43_200, 1][tape.below(4)];
    format.write(day, second, [0, 60, -330, 840][tape.below(4)])
}

/// One record: mostly in order, with a spoilt cell here and there.
fn draw_record(tape: &mut Tape<'_>, case: &Case) -> Vec<String> {
    let Case { policy, as_of, pivots } = case;
    let good = as_of.plus_days(-10);
    let separator = match &policy.evidence.said {
        Said::Tokens { separator: Some(separator), .. } => separator.as_str(),
        _ => "|",
    };
    let said = [
        "political",
        "Y",
        &policy.purpose,
        "political+research",
        "direct-marketing+political-campaign",
        "",
        "N",
        "NULL",
        "political+ Y",
        " political",
        "Political",
        "+",
        "*",
        "also+unmapped",
        "unmapped",
        "political+political",
    ]
    .map(|cell| cell.replace('+', separator));
    let mut cells: Vec<String> = Vec::new();
    for column in HEADER {
        let spoil = tape.chance(1, 8);
        cells.push(match column {
            "id" if spoil => {
                tape.word(&["", " ", "0", "N/A", "unknown", "0000000", "00", "Zero", "NULL", "TEST ", "\u{a0}"])
            }
            "id" => tape.word(&["a1", "b", "c", "A1", " a1", "a1 ", "\u{a0}b", "d"]),
            "said" | "said_too" if spoil => tape.pick(&said),
            "said" | "said_too" => tape.pick(&said[..3]),
            "refused" | "refused_too" | "refused_three" if spoil => tape.word(&["1", "Y", "N", "NULL", " ", "0", " 1"]),
            "refused" | "refused_too" | "refused_three" => String::new(),
            "given" if spoil || tape.chance(1, 4) => draw_date(tape, pivots, policy.format_of(column)),
            "given" => policy.format_of(column).write(good, 43_200, 0),
            "withdrawn" if spoil && tape.chance(1, 6) => {
                let (year, month, day) = tape.pick(&[
                    (1900, 1, 1),
                    (1899, 12, 30),
                    (1970, 1, 1),
                    (9999, 12, 31),
                    (2999, 1, 1),
                    (1900, 1, 2),
                ]);
                policy.format_of(column).write(Day::new(year, month, day).unwrap(), [0, 43_200][tape.below(2)], 0)
            }
            "withdrawn" if spoil => match tape.below(3) {
                0 => cells[3].clone(),
                1 => policy.format_of(column).write(good, [43_200, 43_199, 43_201][tape.below(3)], 60),
                _ => draw_date(tape, pivots, policy.format_of(column)),
            },
            "withdrawn" => tape.word(&["", "", "NULL"]),
            "notice" if spoil => tape.word(&["n-1", "n-3", "", "n-2 ", "N-2", "NULL"]),
            "notice" => "n-2".to_owned(),
            "chosen" if spoil => {
                tape.word(&["", "bigbroker", "BigBroker|rosette-party", "bigbroker| rosette-party|third", "retail"])
            }
            "chosen" => tape.word(&["bigbroker|rosette-party|third", "third|rosette-party|bigbroker", "bigbroker"]),
            "dob" if spoil => match tape.below(3) {
                0 => draw_date(tape, &[as_of.plus_months(-18 * 12)], Format::Iso),
                1 => tape.word(&["2000-02-29", "2002-02-28", "2002-03-01", "2001-02-28", "9999-12-31"]),
                _ => tape.word(&ODD_DATES),
            },
            "dob" => tape.word(&["1984-02-29", "1990-12-31"]),
            "kid1" | "kid2" if spoil => draw_date(tape, &[as_of.plus_months(-60), *as_of], Format::Iso),
            "kid1" | "kid2" => tape.word(&["", "2016-02-29", "2009-01-01", "2014-02-28", "2015-03-01"]),
            "postcode" if spoil => tape.word(&["", "AB10", "w1a1aa", "QQ1 1CC", "ab10  1XG", " AB10 1XG", "GIR 0AA"]),
            "postcode" => tape.word(&["AB10 1XG", "W1A 1AA"]),
            "deceased" if spoil => {
                tape.word(&["dead", "DEAD", "dead ", "NULL", "De ad\u{200b}", "\u{ff44}ead", "died", "1.0"])
            }
            "deceased" => tape.word(&["N", "", "Y"]),
            "active" if spoil => draw_date(tape, &[as_of.plus_months(-36)], Format::Iso),
            "active" => as_of.plus_months(-35).to_string(),
            _ if spoil => tape.word(&["a,b", "say \"x\"", "=1+1", "é", " ", "NULL", " Wick ", "", "dead"]),
            _ => "Wick".to_owned(),
        });
    }
    cells
}

fn write_table(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

/// Runs one case both ways: how many records there were, and were delivered.
fn try_case(project: &Project, numbers: &[u16]) -> Result<(usize, usize), String> {
    let tape = &mut Tape::new(numbers);
    let case = draw_case(tape);
    let rows: Vec<Vec<String>> = (0..tape.below(13)).map(|_| draw_record(tape, &case)).collect();
    let table = write_table(&rows);
    let extract = project.write("table.csv", &table);
    project.write("register.toml", case.policy.register.to_toml());
    let document = project.write("policy.toml", case.policy.to_toml());
    let options = Options {
        as_of: case.as_of.date(),
        threads: 1 + tape.below(2),
        block_bytes: Some(64 << tape.below(5)),
        ..Options::default()
    };
    if rows.is_empty() {
        return match project.outcome(&document, &extract, options) {
            Err(ReleaseError::Input(fault)) if fault.kind == InputFaultKind::EmptyInput => Ok((0, 0)),
            other => Err(format!("an empty table gave {other:?}")),
        };
    }
    let shown = || {
        let verdicts = super::Judge::new(&case.policy, case.as_of).judge(&read_extract(&table, case.policy.trim));
        let table = String::from_utf8_lossy(&table).into_owned();
        format!(
            "as of {}\n{}\n{table}{verdicts:?}\n{}",
            case.as_of,
            case.policy.to_toml(),
            case.policy.register.to_toml()
        )
    };
    let agreed = agree(project, &case.policy, &document, &extract, case.as_of, options)
        .map_err(|differs| format!("{differs}\n{}", shown()))?;
    Ok((rows.len(), agreed.rows.len()))
}

/// 800, or as many more as somebody asks for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok()).unwrap_or(800).max(800)
}

#[test]
fn random_tables_come_to_the_same_under_random_policies() {
    let project = Project::new();
    let (records, delivered) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() };
    let result = proptest::test_runner::TestRunner::new(config).run(
        &proptest::collection::vec(any::<u16>(), 0..500),
        |numbers| {
            let (read, out) = try_case(&project, &numbers).map_err(TestCaseError::fail)?;
            records.set(records.get() + read);
            delivered.set(delivered.get() + out);
            Ok(())
        },
    );
    if let Err(error) = result {
        panic!("{error}");
    }
    // About one in fifteen is; a run in which by chance fewer were must not fail.
    assert!(
        delivered.get() * 50 > records.get(),
        "{} of {} delivered: too few to tell",
        delivered.get(),
        records.get()
    );
    assert!(delivered.get() * 2 < records.get(), "{} of {} delivered", delivered.get(), records.get());
}

#[test]
fn the_comparison_notices_a_missing_row() {
    let case = draw_case(&mut Tape::new(&[]));
    let row = draw_record(&mut Tape::new(&[]), &case);
    let records = read_extract(&write_table(&[row.clone(), row]), false);
    let whole = expect(&case.policy, case.as_of, &[7; 32], &records);
    let part = expect(&case.policy, case.as_of, &[7; 32], &records[..1]);
    assert_ne!(whole, part);
}

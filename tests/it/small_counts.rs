//! No recipient can work out a small count: not from the manifest of a night, the
//! data beside it, and those of another night. Tested by trying it, with a solver,
//! over thousands of possible deliveries; and the solver does find small counts in
//! manifests of an earlier form.

mod deliveries;
mod reading;
mod solver;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use scant::internals::{Account, DropReason, Plan, ReliedOn, load};
use serde_json::Value;

use self::deliveries::{account, admitted, data, manifest, next_night, old_manifest};
use self::reading::{Data, by_data, by_manifest};
use self::solver::{Bounds, Solver};
use crate::kit::{LATER, Options, Project, Random, data_of, json_at, read_csv, root, small_policy};

/// For each policy.
const DELIVERIES: usize = 600;

/// Policies of every kind of evidence, with lists, reasons of their own, and
/// without anything.
fn plans() -> Vec<(Plan, Vec<DropReason>)> {
    let mut plans = Vec::new();
    for path in [
        "samples/story/policy-later.toml",
        "samples/story/policy-later-log.toml",
        "tests/it/policies/valid/lists.toml",
        "tests/it/policies/valid/selections.toml",
        "tests/it/policies/valid/minimal.toml",
    ] {
        let plan = load(&root(path), LATER).unwrap().compiled.plan;
        plans.push((reasons(&plan), plan));
    }
    plans.into_iter().map(|(reasons, plan)| (plan, reasons)).collect()
}

/// The reasons for which the policy may drop somebody: those a manifest names.
fn reasons(plan: &Plan) -> Vec<DropReason> {
    let manifest = manifest(plan, &account(plan, &[], &mut Random::new(1)));
    let names: BTreeSet<String> =
        keys(&manifest["records"]["dropped"]).into_iter().chain(of_the_person(&manifest)).collect();
    let mut all: Vec<DropReason> = DropReason::named().map(|(_, reason)| reason).collect();
    let positions = 0..u8::try_from(plan.consent.lists.len().max(plan.reason_names.own.len())).unwrap();
    all.extend(
        positions.flat_map(|at| [DropReason::Suppressed(at), DropReason::NotComparable(at), DropReason::Own(at)]),
    );
    all.retain(|reason| names.contains(&reason.name(&plan.reason_names)));
    all
}

fn keys(object: &Value) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

fn of_the_person(manifest: &Value) -> Vec<String> {
    let names = manifest["records"]["withheld_by_the_person"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The true counts, by the names under which the manifest tells them.
fn true_counts(plan: &Plan, account: &Account, manifest: &Value) -> BTreeMap<String, i64> {
    let is_new = manifest["records"].get("withheld_by_the_person").is_some();
    let person = if is_new { of_the_person(manifest) } else { Vec::new() };
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let mut add = |name: String, count: u64| *counts.entry(name).or_default() += i64::try_from(count).unwrap();
    for name in keys(&manifest["records"]["dropped"]) {
        add(name, 0);
    }
    for (reason, count) in &account.dropped {
        let name = reason.name(&plan.reason_names);
        add(if person.contains(&name) { "withheld_by_the_person".to_owned() } else { name }, *count);
    }
    if is_new {
        add("malformed".to_owned(), account.quarantined_in_all());
    } else {
        account.quarantined.iter().for_each(|(fault, count)| add(fault.to_string(), *count));
    }
    let (notices, months) = admitted(plan);
    let of = |is_it: &dyn Fn(&ReliedOn) -> bool| -> u64 {
        account.relied_on.iter().filter(|(relied, _)| is_it(relied)).map(|(_, records)| records).sum()
    };
    for notice in notices {
        let id = &plan.consent.demand.register.notices[notice].id;
        add(format!("notice {id}"), of(&|relied| relied.notice == Some(notice)));
    }
    for month in months {
        add(format!("month {month}"), of(&|relied| relied.month == Some(month)));
    }
    let columns = data(plan, account).missing.into_keys().zip(0..);
    let names: Vec<String> = names_of_columns(plan);
    for (name, _) in columns {
        let tally = &account.columns[names.iter().position(|column| *column == name).unwrap()];
        add(format!("{name} missing"), tally.missing);
        add(format!("{name} unreadable"), tally.unreadable_in_all());
    }
    counts
}

fn names_of_columns(plan: &Plan) -> Vec<String> {
    let delivered = plan.columns.iter().filter_map(|rule| rule.output.as_ref());
    delivered.chain(plan.derived.iter().map(|rule| &rule.output)).map(ToString::to_string).collect()
}

/// Small counts of which more is known than that they are small, or than the data
/// shows; and of those, how many are known exactly.
fn narrowed(
    solved: &BTreeMap<String, Bounds>,
    data: &Data,
    counts: &BTreeMap<String, i64>,
    night: &str,
) -> (usize, usize) {
    let by_data = by_data(data, night).solved();
    let (mut narrowed, mut exact) = (0, 0);
    for (name, count) in counts {
        let key = format!("{night}{name}");
        let Some((low, high)) = solved.get(&key) else { continue };
        assert!((low..=high).contains(&count), "{name} is {count}, not {low} to {high}");
        if is_of_consents(name) && data.rows < 10 {
            continue; // they are no more than the rows, which anybody can count
        }
        let (least, most) = by_data.get(&key).copied().unwrap_or((0, 9));
        if *count < 10 && (*low > least || *high < most.min(9)) {
            narrowed += 1;
            exact += usize::from(low == high);
        }
    }
    (narrowed, exact)
}

#[test]
fn no_small_count_is_narrowed_by_one_manifest() {
    let mut random = Random::new(11);
    for (plan, reasons) in plans() {
        for _ in 0..DELIVERIES {
            let account = account(&plan, &reasons, &mut random);
            let (manifest, data) = (manifest(&plan, &account), data(&plan, &account));
            let solved = by_manifest(&manifest, &data, "").solved();
            let counts = true_counts(&plan, &account, &manifest);
            assert_eq!(narrowed(&solved, &data, &counts, ""), (0, 0), "{account:#?}\n{manifest:#}");
        }
    }
}

/// Two nights of the same people, of whom some are gone, which the recipient sees.
/// `same_people`: the recipient even knows that nobody joined.
fn two_nights(
    plan: &Plan,
    nights: [&Account; 2],
    same_people: bool,
    told: impl Fn(&Plan, &Account) -> Value,
) -> (BTreeMap<String, Bounds>, [Value; 2]) {
    let manifests = nights.map(|account| told(plan, account));
    let mut solver = Solver::default();
    for (number, (account, manifest)) in nights.iter().zip(&manifests).enumerate() {
        solver.join(by_manifest(manifest, &data(plan, account), &format!("{number} ")));
    }
    if same_people {
        solver.is_same("0 read", "1 read");
    }
    (solver.solved(), manifests)
}

/// Whether it is a part of the delivered rows, by their consent.
fn is_of_consents(name: &str) -> bool {
    name.starts_with("notice ") || name.starts_with("month ")
}

/// Differences of counts that are small on both nights, told closer than by being
/// small; and how many exactly.
fn differences(solved: &BTreeMap<String, Bounds>, counts: [&BTreeMap<String, i64>; 2]) -> (usize, usize) {
    let (mut closer, mut exact) = (0, 0);
    for (name, count) in counts[0] {
        let both = [solved.get(&format!("0 {name}")), solved.get(&format!("1 {name}"))];
        let ([Some(then), Some(now)], Some(later)) = (both, counts[1].get(name)) else { continue };
        let is_few = [0, 1].iter().any(|night| solved[&format!("{night} delivered")].1 < 10);
        if is_of_consents(name) && is_few
            || *count >= 10
            || *later >= 10
            || name.ends_with(" missing")
            || name.ends_with(" unreadable")
        {
            continue;
        }
        let (low, high) = (now.0 - then.1, now.1 - then.0);
        assert!((low..=high).contains(&(later - count)));
        closer += usize::from(low > -9 || high < 9);
        exact += usize::from(low == high);
    }
    (closer, exact)
}

#[test]
fn no_difference_of_small_counts_is_told_by_two_nights() {
    let mut random = Random::new(12);
    for (plan, reasons) in plans() {
        for _ in 0..DELIVERIES / 2 {
            let one = account(&plan, &reasons, &mut random);
            let two = next_night(&one, &reasons, &mut random);
            let (solved, manifests) = two_nights(&plan, [&one, &two], false, manifest);
            let counts = [true_counts(&plan, &one, &manifests[0]), true_counts(&plan, &two, &manifests[1])];
            for (night, account) in [("0 ", &one), ("1 ", &two)] {
                let counts = &counts[usize::from(night == "1 ")];
                assert_eq!(narrowed(&solved, &data(&plan, account), counts, night), (0, 0), "{manifests:#?}");
            }
            assert_eq!(differences(&solved, [&counts[0], &counts[1]]), (0, 0), "{manifests:#?}");
        }
    }
}

/// Somebody who knows besides that the extract holds the same people on both nights
/// still learns no small count.
#[test]
fn not_even_who_knows_that_nobody_joined_learns_a_small_count() {
    let mut random = Random::new(13);
    let (mut nights, mut closer) = (0, 0);
    for (plan, reasons) in plans() {
        for _ in 0..DELIVERIES / 2 {
            let one = account(&plan, &reasons, &mut random);
            let two = next_night(&one, &reasons, &mut random);
            let (solved, manifests) = two_nights(&plan, [&one, &two], true, manifest);
            let counts = [true_counts(&plan, &one, &manifests[0]), true_counts(&plan, &two, &manifests[1])];
            let (narrowed_now, exact) = narrowed(&solved, &data(&plan, &one), &counts[0], "0 ");
            let (closer_now, exact_difference) = differences(&solved, [&counts[0], &counts[1]]);
            assert_eq!((exact, exact_difference), (0, 0), "{manifests:#?}");
            nights += 1;
            closer += usize::from(narrowed_now + closer_now > 0);
        }
    }
    assert_eq!(closer, 0, "of {nights}");
}

/// The same solver on manifests as they once were. It must find what was found
/// then, or it sleeps.
#[test]
fn the_solver_finds_small_counts_in_manifests_as_they_were() {
    let mut random = Random::new(14);
    let (mut deliveries, mut solved_some, mut exactly, mut nights) = (0, 0, 0, 0);
    for (plan, reasons) in plans() {
        for _ in 0..DELIVERIES / 6 {
            let one = account(&plan, &reasons, &mut random);
            let manifest = old_manifest(&plan, &one);
            let data = data(&plan, &one);
            let solved = by_manifest(&manifest, &data, "").solved();
            let (narrowed, exact) = narrowed(&solved, &data, &true_counts(&plan, &one, &manifest), "");
            deliveries += 1;
            solved_some += usize::from(narrowed > 0);
            exactly += usize::from(exact > 0);
            let two = next_night(&one, &reasons, &mut random);
            let (solved, manifests) = two_nights(&plan, [&one, &two], false, old_manifest);
            let counts = [true_counts(&plan, &one, &manifests[0]), true_counts(&plan, &two, &manifests[1])];
            nights += usize::from(differences(&solved, [&counts[0], &counts[1]]).0 > 0);
        }
    }
    println!("of {deliveries}: {solved_some} narrowed, {exactly} to the exact number, {nights} over two nights");
    assert!(solved_some * 2 > deliveries, "{solved_some} of {deliveries}");
    assert!(exactly * 5 > deliveries, "{exactly} of {deliveries}");
    assert!(nights * 4 > deliveries, "{nights} of {deliveries}");
}

/// The story's records, in the shares that `keeps` picks by the number of their line.
fn extract(project: &Project, keeps: impl Fn(usize) -> bool) -> PathBuf {
    let text = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let lines = body.lines().enumerate().filter(|(number, _)| keeps(*number)).map(|(_, line)| line);
    project.write("extract.csv", std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n") + "\n")
}

/// What a manifest tells of classes is what its data shows: with pseudonyms persons can be
/// counted, without them only classes; nothing of a population, and nothing of the records
/// that were left out or of the values that were read.
#[test]
fn no_model_tells_what_the_data_does_not() {
    let pseudonym = "[columns.id]\nrole = \"direct_identifier\"\n";
    let own = "pseudonymise = { domain = \"subscriber\" }";
    for (by_pseudonym, violation) in [(true, "drop_record"), (true, "suppress_cells"), (false, "drop_record")] {
        for part in 1..9 {
            let project = Project::new();
            let columns = format!(
                "[columns.town]\nrole = \"quasi_identifier\"\nkeep = {{ because = \"a class of people\" }}\n\
                 [privacy]\nquasi_identifiers = [\"town\"]\nk_anonymity = 3\non_violation = \"{violation}\"\n\
                 max_suppressed = 1\n"
            );
            let policy = small_policy(project.folder(), &columns);
            let text = fs::read_to_string(&policy).unwrap();
            assert!(text.contains(pseudonym) && text.contains(own), "{text}");
            if !by_pseudonym {
                fs::write(&policy, text.replace(own, "drop = true").replace("as   = \"person\"\n", "")).unwrap();
            }
            let mut table = "id,ok,given,notice,no,town\n".to_owned();
            for record in 0..40 * part {
                let town = (record * record + part) % (7 * part);
                table += &format!("p{},Y,2018-01-01,n1,{record},t{town}\n", record % 37);
            }
            let extract = project.write("extract.csv", &table);
            let made = project.deliver(&policy, &extract, Options::default()).unwrap();
            let manifest = json_at(made.folder.join("manifest.json"));
            let (header, rows) = read_csv(&data_of(&made));
            let missing = |column: usize| rows.iter().filter(|row| row[column].is_empty()).count().try_into().unwrap();
            let data = Data {
                rows: rows.len().try_into().unwrap(),
                missing: header.iter().cloned().zip((0..header.len()).map(missing)).collect(),
            };
            // Any other number of it would be unknown, and fail.
            let _ = by_manifest(&manifest, &data, "");
            let privacy = &manifest["privacy"];
            assert_eq!(privacy["models"][0].get("reached").is_some(), by_pseudonym);
            let classes = privacy["delivered"].as_object().unwrap();
            assert_eq!(classes.len() > 1, by_pseudonym, "{classes:?}");
            let account = json_at(made.kept.join("account.json"));
            assert!(
                account["privacy"]["records"]["judged"].is_u64() && account["privacy"]["utility"]["loss"].is_number()
            );
        }
    }
}

/// Whole runs over more and less of the story: what a manifest names depends on the
/// policy alone, and nothing in it narrows a small count of the account.
#[test]
fn whole_runs_name_what_the_policy_names_and_tell_no_small_count() {
    let project = Project::of_the_story(&[]);
    let policy = project.path("policy.toml");
    let plan = load(&policy, LATER).unwrap().compiled.plan;
    let mut named: Option<[Vec<String>; 3]> = None;
    for part in 1..12 {
        let extract = extract(&project, |number| number % part == 0);
        let made = project.deliver(&policy, &extract, Options::default()).unwrap();
        let manifest = json_at(made.folder.join("manifest.json"));
        let account = json_at(made.kept.join("account.json"));
        let records = &manifest["records"];
        let names = [keys(&records["dropped"]), keys(&records["quarantined"]), of_the_person(&manifest)];
        let covered = [names[0].clone(), names[2].clone()].concat();
        for name in keys(&account["records"]["dropped"]) {
            assert!(covered.contains(&name), "{name} is named only when it occurs");
        }
        assert_eq!(*named.get_or_insert_with(|| names.clone()), names, "part {part}");
        let (header, rows) = read_csv(&data_of(&made));
        let missing = |column: usize| rows.iter().filter(|row| row[column].is_empty()).count().try_into().unwrap();
        let data = Data {
            rows: rows.len().try_into().unwrap(),
            missing: header.iter().cloned().zip((0..header.len()).map(missing)).collect(),
        };
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for (name, count) in account["records"]["dropped"].as_object().unwrap() {
            let told = if names[2].contains(name) { "withheld_by_the_person" } else { name };
            *counts.entry(told.to_owned()).or_default() += count.as_i64().unwrap();
        }
        assert!(counts.values().any(|count| *count < 10), "{account:#}");
        let solved = by_manifest(&manifest, &data, "").solved();
        assert_eq!(narrowed(&solved, &data, &counts, ""), (0, 0), "{manifest:#}");
    }
    assert!(names_of_columns(&plan).len() > 1);
    let [dropped, quarantined, of_the_person] = named.unwrap();
    assert_eq!(quarantined, ["malformed"]);
    for reason in ["consent_refused", "consent_withdrawn", "consent_revoked", "deceased", "purpose_not_covered"] {
        assert!(of_the_person.iter().any(|name| name == reason) && !dropped.iter().any(|name| name == reason));
    }
    for reason in ["no_subject", "child_subject", "retention_exceeded", "consent_expired", "recipient_not_named"] {
        assert!(dropped.iter().any(|name| name == reason), "{reason}");
    }
    for reason in ["erased", "not_selected", "unreadable_cell"] {
        assert!(!dropped.iter().any(|name| name == reason), "the policy cannot give {reason}");
    }
}

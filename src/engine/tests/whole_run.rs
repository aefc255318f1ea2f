//! A whole run over a table in memory, for tests of the checks.

use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use jiff::civil::date;

use crate::account::Account;
use crate::document::position::DocumentText;
use crate::engine::bind::fit::PlanFit;
use crate::engine::context::RunContext;
use crate::engine::memory_budget::MemoryBudget;
use crate::engine::port::Extent;
use crate::engine::run::ReadPhase;
use crate::engine::spill::partitions::tests::MemorySpace;
use crate::engine::withhold::WaitingRowCheck;
use crate::engine::withhold::classes::ClassCheck;
use crate::engine::withhold::classes::population::Population;
use crate::engine::withhold::list::CheckList;
use crate::format::csv::open;
use crate::format::csv::write::CsvEncoder;
use crate::identifier::key::MasterKey;
use crate::model::dialect::Dialect;
use crate::model::digest::SubjectHasher;
use crate::policy::compile::compile;
use crate::policy::plan::privacy::PrivacyRules;
use crate::policy::read::attachments::Attachments;

/// What the policy says of parties and notices.
const REGISTER: &str = r#"
format = "scant-register/1"
purposes.research.title = "Research"
parties.acme = { name = "Acme Ltd", role = "controller" }
parties.lab = { name = "Lab", role = "recipient" }
[[notices]]
id = "n1"
from = 2015-01-01
[[notices.discloses]]
purpose = "research"
recipients = ["lab"]
"#;
/// How a policy begins whose columns follow.
pub(super) const POLICY_HEAD: &str = r#"
format = "scant-policy/1"
name = "classes"
[release]
controller = "acme"
recipient = "lab"
purpose = "research"
legal_basis = "consent"
[extract]
subject = "id"
[consent]
register = "register.toml"
max_age = "P50Y"
[consent.columns]
granted = { column = "ok", yes = ["Y"], no = ["N"] }
given_at = "given"
notice = "notice"
"#;

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    pub(super) threads: usize,
    pub(super) block_bytes: usize,
}

#[derive(Clone, Default)]
struct SharedBytes(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
/// The checks of a test, after those of the policy.
type Checks<'c> = &'c dyn Fn(&SubjectHasher) -> Vec<Box<dyn WaitingRowCheck>>;

/// The account of a run over an extract, and the CSV that is delivered.
pub(super) fn run_over(policy: &str, extract: &str, machine: Machine, checks: Checks<'_>) -> (Account, String) {
    run_among(policy, extract, &[], machine, checks)
}

/// The same, with the population that privacy models compare with: cells of the
/// quasi-identifiers, and persons.
pub(super) fn run_among(
    policy: &str,
    extract: &str,
    people: &[(Vec<Option<String>>, u64)],
    machine: Machine,
    checks: Checks<'_>,
) -> (Account, String) {
    let mut attachments = Attachments::new();
    attachments.insert("register.toml", Ok(REGISTER.into()));
    let plan = compile(DocumentText { file: "p.toml", text: policy }, &attachments, date(2018, 7, 1)).unwrap().plan;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extract.csv");
    std::fs::write(&path, extract).unwrap();
    let file: Arc<str> = "extract.csv".into();
    let source = open(&path, Arc::clone(&file), &Dialect::default(), machine.block_bytes).unwrap();
    let fit = PlanFit::new(&plan, source.columns(), &file, Some(&MasterKey::new(&mut [7; 32])), &[]).unwrap();
    let binding = fit.into_binding(None).unwrap();
    let stop = AtomicBool::new(false);
    let space = MemorySpace::default();
    let context = RunContext::for_tests(machine.threads, &stop, &space, MemoryBudget::of(0)).unwrap();
    let population = |rules: &PrivacyRules| {
        let mut population = Population::new(binding.kinds_of(&rules.quasi_identifiers), &context.hasher);
        for (cells, persons) in people {
            let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
            assert!(population.add(&cells, *persons));
        }
        Some(Arc::new(population)).filter(|_| !people.is_empty())
    };
    let classes =
        plan.privacy.as_ref().map(|rules| ClassCheck::new(rules, binding.output(), &context.hasher, population(rules)));
    let checks = CheckList::new(classes, checks(&context.hasher));
    let mut quarantine = |_: &Arc<str>, _: u64, _: &_| Ok(());
    let columns = binding.output().len();
    let mut run = ReadPhase::with_checks(checks, &plan, &context, Extent::default(), columns, &mut quarantine);
    run.read(source, &binding).unwrap();
    let joined = run.join().unwrap();
    let written = SharedBytes::default();
    let encoder = CsvEncoder::new(binding.output().to_vec(), false);
    let (account, _) = joined.write(&binding, &encoder, &mut |_| Ok(Box::new(written.clone()))).unwrap();
    account.check_balance().unwrap();
    assert_eq!(account, joined.count(&binding).unwrap());
    let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    (account, written)
}

//! The guards of nightly runs: too little delivered, or counts that differ too much
//! from the night before. A run that is refused publishes nothing, and does not
//! change the state file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::kit::{Project, assert_valid, files_under, json_of, names_in, root, scant, stderr};

const STATE: &str = ".rosette-planning.last.json";
const UNGUARDED: &str = "min_delivered   = 1";

/// A folder of nightly deliveries.
struct Nights(Project);

impl Nights {
    /// With these lines in `[guards]`.
    fn new(guards: &str) -> Self {
        let project = Project::new();
        project.story("policy-later.toml", &[(UNGUARDED, guards)]);
        fs::create_dir(project.path("nights")).unwrap();
        Self(project)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn state(&self) -> PathBuf {
        self.path("nights").join(STATE)
    }

    fn state_bytes(&self) -> Vec<u8> {
        fs::read(self.state()).unwrap()
    }

    /// The story's records, ten times over, but for those that `leave_out` picks
    /// by the number of their line.
    fn extract(&self, leave_out: impl Fn(usize, &str) -> bool) -> PathBuf {
        let text = fs::read_to_string(root("samples/story/extract.csv")).unwrap();
        let (header, body) = text.split_once('\n').unwrap();
        let lines = body.repeat(10);
        let kept = lines.lines().enumerate().filter(|(number, line)| !leave_out(*number, line));
        let kept: Vec<&str> = std::iter::once(header).chain(kept.map(|(_, line)| line)).collect();
        let path = self.path("extract.csv");
        fs::write(&path, kept.join("\n") + "\n").unwrap();
        path
    }

    fn run(&self, night: &str, options: &[&str]) -> Output {
        let output = format!("nights/{night}");
        let run = ["run", "policy-later.toml", "extract.csv", "--key", "key.json", "-o", &output];
        self.0.scant(&[&run[..], &["--as-of", "2018-07-01", "--json"], options].concat())
    }

    /// Runs, and gives the document on stdout.
    fn delivers(&self, night: &str, options: &[&str]) -> Value {
        let output = self.run(night, options);
        assert!(output.status.success(), "{night}: {}", stderr(&output));
        assert!(self.path("nights").join(night).is_dir());
        json_of(&output)
    }

    /// Runs, and nothing is published, and what is remembered stays as it is.
    fn fails(&self, night: &str, options: &[&str], code: i32) -> (Value, String) {
        let before = fs::read(self.state()).ok();
        let names = self.names();
        let output = self.run(night, options);
        assert_eq!(output.status.code(), Some(code), "{night}: {}", stderr(&output));
        let new: Vec<String> = self.names().into_iter().filter(|name| !names.contains(name)).collect();
        assert_eq!(new, Vec::<String>::new(), "{night}");
        assert_eq!(fs::read(self.state()).ok(), before, "{night}");
        (json_of(&output), stderr(&output))
    }

    fn names(&self) -> Vec<String> {
        names_in(&self.path("nights"))
    }

    fn kept(&self, night: &str, name: &str) -> Value {
        self.0.json(&format!("nights/{night}.internal/{name}"))
    }
}

fn is_withdrawn(line: &str) -> bool {
    line.rsplit(',').nth(1).is_some_and(|cell| !cell.is_empty())
}

fn beyond(document: &Value) -> Vec<&str> {
    document["changes"]["beyond"].as_array().unwrap().iter().map(|change| change["what"].as_str().unwrap()).collect()
}

#[test]
fn where_too_few_records_are_there_nothing_is_said_to_be_within_the_limit() {
    let project = Project::new();
    for name in ["nightly.toml", "register.toml", "members.csv"] {
        fs::copy(root("tests/cmd/tables").join(name), project.path(name)).unwrap();
    }
    let night = |name: &str| {
        let run = ["run", "nightly.toml", "members.csv", "--as-of", "2018-07-01", "--json", "-o", name];
        let output = project.scant(&run);
        assert!(output.status.success(), "{}", stderr(&output));
        let document = json_of(&output);
        (document, String::from_utf8(output.stderr).unwrap())
    };
    assert!(night("one").1.contains("so nothing was compared"));
    let (document, said) = night("two");
    assert_eq!(document["changes"]["compared"], 0);
    assert!(
        said.contains("nothing was compared with the delivery as of 2018-07-01: no count is 100 or more"),
        "{said}"
    );
    assert!(!said.contains("nothing went beyond"), "{said}");
}

#[test]
fn the_first_night_is_remembered_and_the_second_compared() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    let first = nights.delivers("one", &[]);
    assert_eq!(first["changes"], json!({ "limit": "0.2", "policy_changed": false, "beyond": [] }));
    let state: Value = serde_json::from_slice(&nights.state_bytes()).unwrap();
    assert_valid("last", &state, "");
    assert_eq!(fs::metadata(nights.state()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(state["records"]["read"], 3000);
    assert_eq!(state["records"]["dropped"], nights.kept("one", "account.json")["records"]["dropped"]);
    let second = nights.delivers("two", &[]);
    assert_eq!(second["changes"]["against"]["as_of"], "2018-07-01");
    assert_eq!(second["changes"]["against"]["manifest_sha256"], state["manifest_sha256"]);
    assert_eq!(beyond(&second), Vec::<&str>::new());
    assert_eq!(nights.kept("two", "run.json")["changes"], second["changes"]);
    assert_valid("run", &nights.kept("two", "run.json"), "");
    // The night before is no input of a delivery.
    assert!(files_under(&nights.path("nights/one")) == files_under(&nights.path("nights/two")));
    assert_eq!(nights.kept("one", "account.json"), nights.kept("two", "account.json"));
    assert_eq!(nights.kept("two", "account.json")["guards"]["max_change"], "0.2");
}

#[test]
fn too_large_a_change_refuses_until_each_is_accepted() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    // Nobody seems to have withdrawn any more: the list of withdrawals was lost.
    nights.extract(|_, line| is_withdrawn(line));
    let (refused, said) = nights.fails("two", &[], 5);
    assert_eq!(beyond(&refused), ["consent_withdrawn"]);
    let withdrawn = &refused["changes"]["beyond"][0];
    let then = withdrawn["then"]["count"].as_u64().unwrap();
    assert!(then >= 100, "{withdrawn}");
    assert_eq!(withdrawn["now"]["count"], 0);
    assert!(said.contains(&format!("consent_withdrawn: {then} of 3000")), "{said}");
    assert!(said.contains("--accept-change consent_withdrawn"), "{said}");
    nights.fails("two", &["--accept-change", "consent_unknown,read"], 5);
    let accepted = nights.delivers("two", &["--accept-change", "consent_withdrawn,read,read"]);
    assert_eq!(accepted["changes"]["beyond"][0]["accepted"], true);
    let account = nights.kept("two", "account.json");
    assert_valid("account", &account, "");
    assert_valid("run", &nights.kept("two", "run.json"), "");
    assert_eq!(account["guards"]["accepted_changes"], json!(["consent_withdrawn", "read"]));
    // What was accepted is what the next night is compared with.
    assert_eq!(beyond(&nights.delivers("three", &[])), Vec::<&str>::new());
    nights.extract(|number, _| number % 2 == 0);
    let (refused, _) = nights.fails("four", &[], 5);
    assert!(beyond(&refused).contains(&"read"), "half a file, the same shares: {refused}");
}

#[test]
fn another_policy_of_the_same_name_is_compared_and_said() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    let policy = fs::read_to_string(nights.path("policy-later.toml")).unwrap();
    fs::write(nights.path("policy-later.toml"), policy.replace("\"P24M\"", "\"P3M\"")).unwrap();
    let (refused, said) = nights.fails("two", &[], 5);
    assert!(beyond(&refused).contains(&"consent_expired"), "{refused}");
    assert_eq!(refused["changes"]["policy_changed"], true);
    assert!(said.contains("and the policy, which is another since then"), "{said}");
    fs::write(nights.path("policy-later.toml"), policy.replace("\"rosette-planning\"", "\"another\"")).unwrap();
    assert!(nights.delivers("two", &[])["changes"].get("against").is_none(), "each policy has its own");
}

#[test]
fn a_state_file_that_is_not_ours_refuses_and_can_be_replaced() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    let good: Value = serde_json::from_slice(&nights.state_bytes()).unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut state = good.clone();
        *state.pointer_mut(pointer).unwrap() = value;
        state.to_string().into_bytes()
    };
    let mut unknown = good.clone();
    unknown["records"]["dropped"]["Anna Birch"] = json!(0);
    let mut more = good.clone();
    more["more"] = json!(1);
    let whole = good.to_string().into_bytes();
    let damaged = [
        Vec::new(),
        b"\0\0\0\0".to_vec(),
        b"[]".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), b"{}"].concat(),
        vec![b' '; (4 << 20) + 1],
        changed("/format", json!("scant-last/2")),
        changed("/records/read", json!(2999)),
        changed("/records/read", json!(-3000)),
        changed("/records/delivered", json!(1.5)),
        changed("/records/delivered", json!(u64::MAX)),
        changed("/policy/name", json!("another")),
        changed("/policy/blake3", json!("x")),
        changed("/manifest_sha256", Value::Null),
        changed("/as_of", json!("2018-02-30")),
        unknown.to_string().into_bytes(),
        more.to_string().into_bytes(),
    ];
    for bytes in damaged {
        fs::write(nights.state(), &bytes).unwrap();
        let (_, said) = nights.fails("two", &[], 1);
        assert!(said.contains(STATE) && said.contains("hint: ") && !said.contains("Anna"), "{said}");
    }
    let account = nights.path("nights/one.internal/account.json");
    nights.delivers("two", &["--against", account.to_str().unwrap()]);
    let replaced: Value = serde_json::from_slice(&nights.state_bytes()).unwrap();
    assert_eq!(replaced, good);
    // A link, a folder or a pipe in its place is no state file either.
    for plant in [
        |path: &Path| std::os::unix::fs::symlink("elsewhere.json", path).unwrap(),
        |path: &Path| fs::create_dir(path).unwrap(),
        |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
    ] {
        let _ = fs::remove_file(nights.state()).or_else(|_| fs::remove_dir(nights.state()));
        plant(&nights.state());
        let output = nights.run("three", &[]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(!nights.path("nights/three").exists());
    }
}

#[test]
fn what_cannot_be_compared_with_is_refused() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    let path = |name: &str| nights.path("nights").join(name).to_str().unwrap().to_owned();
    let (_, said) = nights.fails("two", &["--against", &path("one/manifest.json")], 2);
    assert!(said.contains("rounded") && said.contains("DIR.internal"), "{said}");
    nights.fails("two", &["--against", &path("one.internal/run.json")], 2);
    nights.fails("two", &["--against", &path("one/data/subscribers.parquet")], 2);
    nights.fails("two", &["--against", &path("one.internal")], 2);
    nights.fails("two", &["--against", &path("nowhere")], 1);
    let account = fs::read_to_string(path("one.internal/account.json")).unwrap();
    let other = nights.path("other.json");
    fs::write(&other, account.replace("\"rosette-planning\"", "\"another\"")).unwrap();
    let (_, said) = nights.fails("two", &["--against", other.to_str().unwrap()], 2);
    assert!(said.contains("another policy"), "{said}");
    for (from, to) in [
        ("\"columns\": [", "\"Anna Birch\": 1, \"columns\": ["),
        ("\"tool\": {", "\"tool\": { \"Anna Birch\": 1,"),
        ("\"role\": \"sensitive\"", "\"role\": \"Anna Birch\""),
        ("\"columns_in\": ", "\"columns_in\": -"),
        ("\"inputs\": [", "\"inputs\": null, \"more\": ["),
    ] {
        assert!(account.contains(from), "{from}");
        fs::write(&other, account.replacen(from, to, 1)).unwrap();
        let (_, said) = nights.fails("two", &["--against", other.to_str().unwrap()], 2);
        assert!(said.contains("is not what scant writes") && !said.contains("Anna"), "{said}");
    }
    nights.delivers("two", &["--against", &path(STATE)]);
}

#[test]
fn without_the_guard_nothing_is_remembered_and_its_options_are_refused() {
    let nights = Nights::new(UNGUARDED);
    nights.extract(|_, _| false);
    for options in [["--accept-change", "read"], ["--against", "x.json"]] {
        let (_, said) = nights.fails("one", &options, 2);
        assert!(said.contains(options[0]), "{said}");
    }
    assert!(nights.delivers("one", &[]).get("changes").is_none());
    assert!(!nights.state().exists());
    assert!(nights.kept("one", "run.json").get("changes").is_none());
}

#[test]
fn a_state_that_cannot_be_written_fails_after_the_delivery_is_complete() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    let account = nights.path("nights/one.internal/account.json");
    fs::remove_file(nights.state()).unwrap();
    fs::create_dir(nights.state()).unwrap();
    let output = nights.run("two", &["--against", account.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is complete, but cannot"), "{}", stderr(&output));
    assert!(files_under(&nights.path("nights/one")) == files_under(&nights.path("nights/two")));
    assert!(!nights.path("nights/two.internal/PENDING").exists());
    assert!(!nights.names().iter().any(|name| name.contains("partial")));
}

#[test]
fn fewer_records_than_the_policy_asks_for_are_refused() {
    for (guards, code) in [("min_delivered = 640", 0), ("min_delivered = 641", 5)] {
        let nights = Nights::new(guards);
        nights.extract(|_, _| false);
        let output = nights.run("one", &[]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!(nights.path("nights/one").exists(), code == 0);
        let refusal = "640 records may be delivered, and guards.min_delivered asks for 641";
        assert_eq!(stderr(&output).contains(refusal), code == 5, "{}", stderr(&output));
    }
}

#[test]
fn a_dry_run_says_whether_a_run_would_be_refused() {
    let nights = Nights::new("max_change = 0.2");
    nights.extract(|_, _| false);
    nights.delivers("one", &[]);
    let explain = |options: &[&str]| -> Value {
        let mut command = scant();
        command.arg("explain").arg(nights.path("policy-later.toml")).arg(nights.path("extract.csv"));
        let output = command.args(["--as-of", "2018-07-01", "--json"]).args(options).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        json_of(&output)
    };
    let account = nights.path("nights/one.internal/account.json");
    let against = ["--against", account.to_str().unwrap()];
    let same = explain(&against);
    assert!(same.get("refused").is_none() && beyond(&same).is_empty(), "{same}");
    nights.extract(|_, line| is_withdrawn(line));
    let other = explain(&against);
    assert_eq!(beyond(&other), ["consent_withdrawn"]);
    assert!(other["refused"].as_str().unwrap().contains("consent_withdrawn"), "{other}");
    assert!(explain(&[]).get("changes").is_none());
    let state = nights.state();
    assert_eq!(explain(&["--against", state.to_str().unwrap()])["changes"]["beyond"], other["changes"]["beyond"]);
}

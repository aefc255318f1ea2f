//! The folder of one case: a policy, a register, a key, the extract, and an empty
//! folder for the delivery. Runs the library and the command in it, and searches
//! everything they leave behind for canaries.

use std::error::Error;
use std::fs;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use scant::internals::ReleaseError;
use scant::{Delivery, Observer, Phase, Progress};

use crate::kit::{
    DELIVERED_NAMES, KEPT_NAMES, LATER, NOBODY, Options, Project, copy_binary, names_in, needs, scant, try_deliver,
};

/// Stands in every cell that is not delivered, and in what is malformed.
pub const CANARY: &str = "CANARY7f3a";

/// The columns of [`row`].
pub const HEADER: &str = "id,name,email,phone,note,born,consent,given_at,notice\n";

/// The header of what the policy delivers.
pub const DELIVERED_HEADER: &str = "id,note,born\n";

/// Delivers `id`, `note` and the year of `born` of who agreed.
pub const POLICY: &str = r#"
format = "scant-policy/1"
name = "bad-inputs"

[release]
controller = "acme-mother"
recipient = "bigbroker"
purpose = "direct-marketing"
legal_basis = "consent"

[extract]
format = "csv"
subject = "id"

[consent]
register = "register.toml"
max_age = "P24M"

[consent.columns]
granted = { column = "consent", yes = ["Y"], no = ["N", ""] }
given_at = "given_at"
notice = "notice"

[columns.id]
role = "direct_identifier"
keep = { because = "the cases look for their records" }

[columns.note]
role = "insensitive"
keep = { because = "the cases look for their records" }

[columns.born]
role = "quasi_identifier"
coarsen_date = { to = "year" }

[columns.name]
role = "direct_identifier"
drop = true

[output]
format = "csv"
name = "rows"
"#;

const REGISTER: &str = r#"
format = "scant-register/1"

[purposes.direct-marketing]
title = "Offers by post"

[purposes.research]
title = "Studies of family life"

[parties.acme-mother]
name = "Acme Mother & Baby Ltd"
role = "controller"

[parties.bigbroker]
name = "Big Broker Marketing Services"
role = "broker"

[[notices]]
id = "n1"
from = 2016-05-01
[[notices.discloses]]
purpose = "direct-marketing"
recipients = ["bigbroker"]
"#;

/// A record that is delivered as [`delivered`], with its line ending.
pub fn row(number: u32) -> String {
    row_with(number, &format!("note {number}"))
}

/// A record with a note of its own, as written.
pub fn row_with(number: u32, note: &str) -> String {
    let day = number % 28 + 1;
    format!(
        "{number:05},{CANARY} {number},{CANARY}{number}@example.org,07700 900{:03},{note},1980-01-{day:02},Y,2018-03-01,n1\n",
        number % 1000
    )
}

/// Header and records 1 to `last`.
pub fn table(last: u32) -> String {
    (1..=last).fold(HEADER.to_owned(), |text, number| text + &row(number))
}

/// The line of [`row`] in the delivery.
pub fn delivered(number: u32) -> String {
    format!("{number:05},note {number},1980\n")
}

/// Does something once, when the first block was read.
pub struct Meddler<F: FnOnce() + Send> {
    act: Mutex<Option<F>>,
}

impl<F: FnOnce() + Send> Meddler<F> {
    pub fn new(act: F) -> Self {
        Self { act: Mutex::new(Some(act)) }
    }
}

impl<F: FnOnce() + Send> Observer for Meddler<F> {
    fn advanced(&self, leg: Phase, _: Progress) {
        if leg == Phase::Reading
            && let Some(act) = self.act.lock().unwrap().take()
        {
            act();
        }
    }
}

/// A project with empty folders for the deliveries of the library and the binary.
pub(super) struct InputProject {
    project: Project,
    with_key: bool,
}

impl Deref for InputProject {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl InputProject {
    /// With this policy.
    pub fn new(policy: &str) -> Self {
        let project = Project::new();
        project.write("policy.toml", policy);
        project.write("register.toml", REGISTER);
        fs::create_dir(project.path("to")).unwrap();
        fs::create_dir(project.path("again")).unwrap();
        Self { project, with_key: false }
    }

    /// The runs use the key, or not.
    pub fn with_key(self, with_key: bool) -> Self {
        Self { with_key, ..self }
    }

    /// Runs the library; the delivery is `to/out`.
    pub fn deliver(&self, extracts: &[PathBuf], options: Options<'_>) -> Result<Delivery, ReleaseError> {
        self.deliver_to(&self.path("to/out"), extracts, options)
    }

    pub fn deliver_to(
        &self,
        output: &Path,
        extracts: &[PathBuf],
        options: Options<'_>,
    ) -> Result<Delivery, ReleaseError> {
        let key = self.path("key.json");
        try_deliver(&self.path("policy.toml"), extracts, output, self.with_key.then_some(&*key), options)
    }

    /// The binary, asked for the same; the delivery is `again/out`.
    pub fn command(&self, extracts: &[PathBuf], options: Options<'_>) -> Command {
        let mut command = scant();
        command.arg("run").arg(self.path("policy.toml")).args(extracts);
        command.arg("-o").arg(self.path("again/out")).args(["--json", "--as-of", &LATER.to_string()]);
        command.args(["--threads", &options.threads.to_string()]);
        if self.with_key {
            command.arg("--key").arg(self.path("key.json"));
        }
        if let Some(count) = options.max_malformed {
            command.args(["--max-malformed", &count.to_string()]);
        }
        if let Some(count) = options.expect_records {
            command.args(["--expect-records", &count.to_string()]);
        }
        command
    }

    /// The delivered file of `to` or `again`.
    pub fn data(&self, to: &str) -> Vec<u8> {
        fs::read(self.path(to).join("out/data/rows.csv")).unwrap()
    }

    /// Nothing may stand in the folder `to`.
    pub fn assert_nothing_delivered(&self, to: &str) {
        let left: Vec<String> = names_in(&self.path(to));
        assert_eq!(left, Vec::<String>::new(), "left behind in `{to}`");
    }

    /// Everything in `to` is there, and no canary in it but in delivered data.
    pub fn assert_complete_and_clean(&self, to: &str) {
        let folder = self.path(to);
        assert_eq!(names_in(&folder), ["out", "out.internal"]);
        assert_eq!(names_in(&folder.join("out")), DELIVERED_NAMES);
        let kept = names_in(&folder.join("out.internal"));
        assert_eq!(kept, KEPT_NAMES);
        for name in kept {
            assert_clean(&name, &fs::read(folder.join("out.internal").join(&name)).unwrap());
        }
        for name in DELIVERED_NAMES.iter().filter(|name| **name != "data") {
            assert_clean(name, &fs::read(folder.join("out").join(name)).unwrap());
        }
    }
}

/// Runs the binary as an unprivileged user, since root may do everything; `None` where
/// that cannot be.
pub fn as_nobody(project: &InputProject, extracts: &[PathBuf]) -> Option<Output> {
    if !needs("other-user") {
        return None;
    }
    for name in ["", "again"] {
        fs::set_permissions(project.path(name), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let binary = project.path("scant");
    if !binary.exists() {
        copy_binary(&binary);
    }
    let asked = project.command(extracts, Options::default());
    Some(Command::new(&binary).args(asked.get_args()).uid(NOBODY).output().unwrap())
}

/// No canary, and no control character that a cell could have brought.
#[track_caller]
pub fn assert_clean(place: &str, bytes: &[u8]) {
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(CANARY.as_bytes()), "a canary in {place}");
    assert!(!holds(&utf16(CANARY)), "a canary as UTF-16 in {place}");
    assert!(!bytes.contains(&0x1b), "an escape character in {place}");
}

/// UTF-16, little-endian, without a mark.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// No canary in what an error says of itself, its causes included.
#[track_caller]
pub fn assert_error_clean(error: &ReleaseError) {
    assert_clean("the error's Debug", format!("{error:?} {error:#?}").as_bytes());
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        assert_clean("the error", error.to_string().as_bytes());
        cause = error.source();
    }
    if let ReleaseError::Bind { faults, .. } = error {
        faults.iter().for_each(|fault| assert_clean("a fault", fault.to_string().as_bytes()));
    }
}

/// No canary in what the binary said; its exit code.
#[track_caller]
pub fn exit_of(output: &Output) -> Option<i32> {
    assert_clean("stdout", &output.stdout);
    assert_clean("stderr", &output.stderr);
    output.status.code()
}

//! The library as its callers use it: an error of the caller is reported as such,
//! every fault is reported, and nothing that can be printed holds what a policy
//! lists.

use std::fs;

use scant::{ErrorKind, Job, Policy};

use crate::kit::{LATER, root, sample_key};

const POLICY: &str = "samples/story/policy-later.toml";

#[test]
fn what_cannot_be_done_is_the_callers_to_mend() {
    let folder = tempfile::tempdir().unwrap();
    let policy = Policy::load(root(POLICY), LATER).unwrap();
    let none = Job::new(&policy).key(sample_key(folder.path()));
    let one = || none.clone().extract(root("samples/story/extract.csv"));
    for (job, told) in [
        (none.clone(), "no file of an extract"),
        (one().threads(0), "from 1 to 1024"),
        (one().threads(1025), "from 1 to 1024"),
        (one().accept_change("Anna CANARY"), "must be `read`"),
    ] {
        let delivered = job.deliver(folder.path().join("out")).unwrap_err();
        for error in [delivered, job.dry_run().unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
            assert!(error.to_string().contains(told) && !error.delivery_is_complete(), "{error}");
            assert!(!format!("{error} {error:?}").contains("CANARY"));
        }
        assert!(!folder.path().join("out").exists());
    }
    assert_eq!(one().threads(1).dry_run().unwrap().report.read, 300);
}

#[test]
fn every_fault_is_told_and_no_text_of_a_document_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root("samples/story/register.toml"), folder.path().join("register.toml")).unwrap();
    let listed = "\n[[rows.drop]]\ncolumn = \"town\"\nin = [\"CANARY\"]\nreason = \"left\"\n";
    let text = fs::read_to_string(root(POLICY)).unwrap() + listed;
    let path = folder.path().join("policy.toml");
    fs::write(&path, &text).unwrap();
    let policy = Policy::load(&path, LATER).unwrap();
    assert_eq!((policy.name(), policy.version(), policy.as_of()), ("rosette-planning", Some("1.0.0"), LATER));
    assert!(policy.warnings().all(|warning| !warning.contains("CANARY")));
    assert!(!format!("{policy:?}").contains("CANARY"), "{policy:?}");
    fs::write(&path, text.replace("purpose ", "porpose ").replace("unlisted ", "unlisten ")).unwrap();
    let error = Policy::load(&path, LATER).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let told = error.to_string();
    assert!(told.contains("porpose") && told.contains("unlisten") && told.lines().count() > 2, "{told}");
    assert!(!format!("{told} {error:?}").contains("CANARY"), "{error:?}");
    // An extract in the place of the policy.
    let error = Policy::load(root("samples/story/extract.csv"), LATER).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Lamb"), "{error:?}");
}

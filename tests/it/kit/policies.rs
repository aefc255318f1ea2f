//! Policies: the beginning of a small one, and those of the sample with some text
//! changed.

use std::fs;
use std::path::{Path, PathBuf};

use super::root;

/// The line of the policy that says how the delivery is written.
pub(crate) const WRITTEN_AS: &str = "format = \"parquet\"";

/// The header of a consent log.
pub(crate) const LOG_HEADER: &str = "record_id,pii_principal_id,event_time,event_state,event_type,purpose,recipient_third_parties,privacy_notice,validity_duration,channel\n";

/// How a small policy begins, whose register is that of the sample or of the fixtures.
/// The last table is `[consent]`.
pub(crate) fn policy_head(name: &str, purpose: &str) -> String {
    format!(
        r#"format = "scant-policy/1"
name = "{name}"
[release]
controller = "acme-mother"
recipient = "bigbroker"
purpose = "{purpose}"
legal_basis = "consent"
[extract]
subject = "id"
[consent]
register = "register.toml"
"#
    )
}

/// Writes the sample's later policy with some of its lines changed, each of which it
/// has once, and its register beside it.
pub(crate) fn story_policy(folder: &Path, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let sample = "policy-later.toml";
    let text = fs::read_to_string(root("samples/story").join(sample)).unwrap();
    changes.iter().for_each(|(from, _)| assert_eq!(text.matches(from).count(), 1, "{from}"));
    sample_policy(folder, sample, name, changes)
}

/// Writes a policy of the sample with some of its text changed, wherever it has it.
pub(super) fn sample_policy(folder: &Path, sample: &str, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(root("samples/story").join(sample)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{sample} has no {from}");
        text = text.replace(from, to);
    }
    fs::copy(root("samples/story/register.toml"), folder.join("register.toml")).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

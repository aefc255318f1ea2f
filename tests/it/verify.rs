//! Whatever is done to a delivery, `scant verify` sees it; and what scant delivers, in
//! every format, passes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use scant::internals::{Digest, tag_files, verify_folder};
use serde_json::Value;

use crate::kit::{Options, Project, data_file, files_under, json_at, root, small_policy, stderr};

const COLUMNS: &str = r#"
[columns.town]
role = "quasi_identifier"
keep = { because = "a class" }

[columns.illness]
role = "sensitive"
keep = { because = "what is studied" }

[privacy]
quasi_identifiers = ["town"]
k_anonymity = 2
l_diversity = { column = "illness", l = 2 }
"#;

const TABLE: &str = "id,ok,given,notice,no,town,illness\n\
    a,Y,2018-01-01,n1,1,Ayr,flu\nb,Y,2018-01-01,n1,2,Ayr,cold\nc,Y,2018-01-01,n1,3,Bude,flu\n\
    d,Y,2018-01-01,n1,4,Bude,gout\ne,Y,2018-01-01,n1,5,Cork,gout\n";

fn delivered(project: &Project) -> PathBuf {
    let policy = small_policy(project.folder(), COLUMNS);
    let extract = project.write("extract.csv", TABLE);
    project.deliver(&policy, &extract, Options::default()).unwrap().folder
}

/// The checks that fail.
fn failing(folder: &Path) -> Vec<&'static str> {
    verify_folder(folder, &std::env::temp_dir(), &[]).unwrap().0
}

fn sha256(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    Digest::from_bytes(sha2::Sha256::digest(bytes).into())
}

#[test]
fn what_is_delivered_passes_in_every_format_and_with_every_action() {
    for sample in ["actions", "story", "k-anonymity"] {
        for format in ["csv", "ndjson", "parquet", "ipc"] {
            let project = Project::new();
            let own = project.path(sample);
            let copied =
                std::process::Command::new("cp").arg("-r").arg(root("samples").join(sample)).arg(&own).status();
            assert!(copied.unwrap().success());
            let name = if sample == "story" { "policy-later.toml" } else { "policy.toml" };
            let policy = own.join(name);
            let text = fs::read_to_string(&policy).unwrap();
            let (head, output) = text.split_once("[output]").unwrap();
            let mut written = 0;
            let lines = output.lines().map(|line| {
                let is_format = line.starts_with("format");
                written += u32::from(is_format);
                if is_format { format!("format = \"{format}\"\n") } else { format!("{line}\n") }
            });
            let lines: String = lines.collect();
            let lines = format!("{head}[output]{lines}");
            assert_eq!(written, 1, "{sample}");
            fs::write(&policy, lines).unwrap();
            let delivery = project.deliver(&policy, &own.join("extract.csv"), Options::default()).unwrap();
            let (failed, not_made) = verify_folder(&delivery.folder, project.folder(), &[]).unwrap();
            assert_eq!(failed, Vec::<&str>::new(), "{sample} as {format}");
            assert!(!not_made.contains(&"account") && !not_made.contains(&"columns"), "{not_made:?}");
        }
    }
}

#[test]
fn no_byte_of_a_delivery_can_be_another() {
    let project = Project::new();
    let folder = delivered(&project);
    assert_eq!(failing(&folder), Vec::<&str>::new());
    let mut tried = 0;
    for (name, bytes) in files_under(&folder) {
        let path = folder.join(&name);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            // Another case, another digit, another blank: what a lenient reader takes for the same.
            changed[at] ^= if at % 2 == 0 { 0x20 } else { 0x01 };
            fs::write(&path, &changed).unwrap();
            assert_ne!(failing(&folder), Vec::<&str>::new(), "byte {at} of {name}");
            tried += 1;
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert!(tried > 4000, "{tried}");
    assert_eq!(failing(&folder), Vec::<&str>::new());
}

#[test]
fn files_that_are_added_removed_renamed_swapped_or_no_files_are_seen() {
    let project = Project::new();
    let folder = delivered(&project);
    let names: Vec<String> = files_under(&folder).into_keys().collect();
    for name in &names {
        let path = folder.join(name);
        let aside = project.path("aside");
        fs::rename(&path, &aside).unwrap();
        assert_ne!(failing(&folder), Vec::<&str>::new(), "without {name}");
        fs::rename(&aside, path.with_extension("other")).unwrap();
        assert_ne!(failing(&folder), Vec::<&str>::new(), "{name} renamed");
        fs::rename(path.with_extension("other"), &aside).unwrap();
        symlink(&aside, &path).unwrap();
        assert!(failing(&folder).iter().any(|check| ["files", "manifest"].contains(check)), "a link for {name}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_ne!(failing(&folder), Vec::<&str>::new(), "a folder for {name}");
        fs::remove_dir(&path).unwrap();
        let pipe = rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o600));
        pipe.unwrap();
        assert_ne!(failing(&folder), Vec::<&str>::new(), "a pipe for {name}");
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        for other in names.iter().filter(|other| *other > name) {
            let (one, two) = (fs::read(&path).unwrap(), fs::read(folder.join(other)).unwrap());
            fs::write(&path, &two).unwrap();
            fs::write(folder.join(other), &one).unwrap();
            assert_ne!(failing(&folder), Vec::<&str>::new(), "{name} and {other} swapped");
            fs::write(&path, &one).unwrap();
            fs::write(folder.join(other), &two).unwrap();
        }
    }
    for added in ["more.csv", "data/more.csv", ".hidden", "data/data"] {
        fs::write(folder.join(added), "Anna Birch").unwrap();
        assert_eq!(failing(&folder), ["files"], "{added}");
        fs::remove_file(folder.join(added)).unwrap();
    }
    fs::create_dir(folder.join("more")).unwrap();
    assert_eq!(failing(&folder), ["files"]);
    let output = project.scant(&["verify", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    fs::remove_dir(folder.join("more")).unwrap();
    assert_eq!(failing(&folder), Vec::<&str>::new());
}

/// Makes a delivery anew around another manifest, as somebody would who wants to hide it.
fn forge(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = json_at(&path);
    change(&mut manifest);
    // In the order of the keys of the first one.
    let text = fs::read_to_string(&path).unwrap();
    let ordered = reordered(&text, &manifest);
    fs::write(&path, &ordered).unwrap();
    for file in tag_files(ordered.as_bytes(), &sha256).unwrap() {
        fs::write(folder.join(file.name), file.bytes).unwrap();
    }
}

/// The text with every line replaced whose value is another in the document.
fn reordered(text: &str, manifest: &Value) -> String {
    let files = manifest["outputs"][0].clone();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for key in ["rows", "bytes", "sha256", "blake3"] {
        let of_output = lines.iter().rposition(|line| line.trim_start().starts_with(&format!("\"{key}\":"))).unwrap();
        let comma = if lines[of_output].ends_with(',') { "," } else { "" };
        let blanks: String = lines[of_output].chars().take_while(|letter| *letter == ' ').collect();
        lines[of_output] = format!("{blanks}\"{key}\": {}{comma}", files[key]);
    }
    lines.join("\n") + "\n"
}

/// What a manifest says of its data, if these are the bytes.
fn told(bytes: &str) -> impl FnOnce(&mut Value) {
    move |manifest: &mut Value| {
        let output = &mut manifest["outputs"][0];
        output["bytes"] = bytes.len().into();
        output["sha256"] = sha256(bytes.as_bytes()).to_string().into();
        output["blake3"] = Digest::blake3(bytes.as_bytes()).to_string().into();
    }
}

#[test]
fn a_delivery_made_anew_around_other_data_fails_where_it_contradicts_itself() {
    let project = Project::new();
    let folder = delivered(&project);
    let data = fs::read_dir(folder.join("data")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&data).unwrap();
    // One person less in a class of two.
    let alone = text.replacen("Ayr", "Bude", 1);
    fs::write(&data, &alone).unwrap();
    forge(&folder, told(&alone));
    assert_eq!(failing(&folder), ["privacy", "account"]);
    // A row more.
    let longer = format!("{text}{}\n", text.lines().last().unwrap());
    fs::write(&data, &longer).unwrap();
    forge(&folder, told(&longer));
    let failed = failing(&folder);
    assert!(failed.contains(&"rows"), "{failed:?}");
    // A column by another name.
    let renamed = text.replacen("town", "home", 1);
    fs::write(&data, &renamed).unwrap();
    forge(&folder, told(&renamed));
    let failed = failing(&folder);
    assert!(failed.contains(&"columns") && failed.contains(&"privacy"), "{failed:?}");
    fs::write(&data, &text).unwrap();
    forge(&folder, told(&text));
    assert_eq!(failing(&folder), Vec::<&str>::new());
}

/// A delivery made anew, so that every digest is right, around a cell of another type.
#[test]
fn a_cell_that_is_not_of_its_columns_type_is_seen() {
    for format in ["csv", "ndjson"] {
        for (right, wrong) in [("1987", "Anna"), ("171.5", "1,5"), ("true", "yes")] {
            let project = Project::new();
            let columns = "[columns.born]\nrole = \"quasi_identifier\"\ncoarsen_date = { to = \"year\" }\n\
                [columns.height]\nrole = \"quasi_identifier\"\nround_number = { to = 0.5 }\n\
                [derived.young]\nrole = \"insensitive\"\nany_age_below = { years = 99, columns = [\"born\"] }\n";
            let policy = small_policy(project.folder(), columns);
            let text = fs::read_to_string(&policy).unwrap();
            fs::write(&policy, text.replace("format = \"csv\"", &format!("format = \"{format}\""))).unwrap();
            let extract = project
                .write("extract.csv", "id,ok,given,notice,no,born,height\na,Y,2018-01-01,n1,1,1987-02-03,171.5\n");
            let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
            assert_eq!(failing(&delivery.folder), Vec::<&str>::new());
            let data = data_file(&delivery);
            let text = fs::read_to_string(&data).unwrap();
            assert!(text.contains(right), "{text}");
            let changed = text.replacen(right, &format!("\"{wrong}\""), 1);
            fs::write(&data, &changed).unwrap();
            forge(&delivery.folder, told(&changed));
            assert_eq!(failing(&delivery.folder), ["columns", "account"], "{format} {wrong}");
        }
    }
}

/// Nothing of a manifest that another wrote is shown: it may be anybody's text.
#[test]
fn a_text_in_a_forged_manifest_is_not_shown() {
    let project = Project::new();
    let folder = delivered(&project);
    let path = folder.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let (id, file) = (manifest["release"]["id"].as_str().unwrap(), manifest["outputs"][0]["path"].as_str().unwrap());
    for (from, to) in
        [(id, "Anna Birch"), (file, "data/Anna Birch.csv"), ("k_anonymity", "Anna Birch"), (file, "../Anna")]
    {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
        for json in [&["--json"][..], &[]] {
            let output = project.scant(&[&["verify", folder.to_str().unwrap()], json].concat());
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
            assert_eq!(output.status.code(), Some(6), "{to}: {said}");
            assert!(!said.contains("Anna"), "{said}");
        }
        fs::write(&path, &text).unwrap();
    }
}

#[test]
fn texts_with_line_breaks_are_read_again() {
    let project = Project::new();
    let columns =
        format!("{COLUMNS}\n[columns.note]\nrole = \"insensitive\"\nkeep = {{ because = \"what was said\" }}\n");
    let (head, privacy) = columns.split_once("[privacy]").unwrap();
    let (privacy, note) = privacy.split_once("[columns.note]").unwrap();
    let policy = small_policy(project.folder(), &format!("{head}[columns.note]{note}\n[privacy]{privacy}"));
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("subject = \"id\"", "subject = \"id\"\nnewline_in_fields = true")).unwrap();
    let table: String = TABLE
        .lines()
        .enumerate()
        .map(
            |(row, line)| {
                if row == 0 { format!("{line},note\n") } else { format!("{line},\"one\ntwo, \"\"three\"\"\"\n") }
            },
        )
        .collect();
    let extract = project.write("extract.csv", table);
    let folder = project.deliver(&policy, &extract, Options::default()).unwrap().folder;
    let (failed, not_made) = verify_folder(&folder, project.folder(), &[]).unwrap();
    assert!(failed.is_empty() && !not_made.contains(&"privacy"), "{failed:?} {not_made:?}");
    let output = project.scant(&["risk", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn an_account_that_is_not_the_one_is_seen() {
    let project = Project::new();
    let folder = delivered(&project);
    let account = folder
        .with_file_name(format!("{}.internal", folder.file_name().unwrap().to_str().unwrap()))
        .join("account.json");
    let bytes = fs::read_to_string(&account).unwrap();
    for (from, to) in [("\"read\": 5", "\"read\": 6"), ("\"format\"", "\"Format\""), ("{", "[")] {
        fs::write(&account, bytes.replacen(from, to, 1)).unwrap();
        assert_eq!(failing(&folder), ["account"], "{to}");
    }
    fs::remove_file(&account).unwrap();
    let (failed, not_made) = verify_folder(&folder, project.folder(), &[]).unwrap();
    assert!(failed.is_empty() && not_made.contains(&"account"));
    let named = project.write("kept.json", &bytes);
    let verify = |more: &[&str]| {
        let all: Vec<&str> = ["verify", folder.to_str().unwrap()].iter().chain(more).copied().collect();
        project.scant(&all).status.code()
    };
    assert_eq!(verify(&["--account", named.to_str().unwrap()]), Some(0));
    assert_eq!(verify(&["--account", folder.join("manifest.json").to_str().unwrap()]), Some(6));
    assert_eq!(verify(&["--account", "nowhere.json"]), Some(1));
}

#[test]
fn others_read_a_delivery_where_the_caller_says_so_and_never_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for (asked, file, folder) in [(None, 0o600, 0o700), (Some("640"), 0o640, 0o750), (Some("0444"), 0o444, 0o755)] {
        let project = Project::new();
        let policy = small_policy(project.folder(), COLUMNS);
        let extract = project.write("extract.csv", TABLE);
        let (policy, extract) = (policy.to_str().unwrap(), extract.to_str().unwrap());
        let (key, out) = (project.path("key.json"), project.path("out"));
        let mut arguments =
            vec!["run", policy, extract, "--as-of", "2018-07-01", "--new-key", key.to_str().unwrap(), "-o"];
        arguments.push(out.to_str().unwrap());
        arguments.extend(asked.map(|asked| ["--mode", asked]).into_iter().flatten());
        let output = project.scant(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let sign = project.path("sign.json");
        assert!(project.scant(&["key", "new", "--signing", sign.to_str().unwrap()]).status.success());
        let output = project.scant(&["sign", out.to_str().unwrap(), "--key", sign.to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr(&output));
        for (name, _) in files_under(&out) {
            assert_eq!(mode(&out.join(&name)), file, "{name:?}");
        }
        assert_eq!((mode(&out), mode(&out.join("data"))), (folder, folder));
        let kept = project.path("out.internal");
        assert_eq!((mode(&kept), mode(&kept.join("account.json"))), (0o700, 0o600));
    }
    let project = Project::new();
    let output = project.scant(&["run", "p.toml", "e.csv", "-o", "out", "--mode", "666"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

//! A: what is wrong with the file as a whole, 1 to 17.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use scant::internals::InputFaultKind as Kind;
use scant::internals::ReleaseError;

use super::case::{Case, case, own};
use super::compression::gzip;
use super::project::{
    CANARY, HEADER, InputProject, Meddler, POLICY, as_nobody, assert_error_clean, exit_of, row, table,
};
use crate::kit::{Options, json_of};

pub fn cases() -> Vec<Case> {
    let good = table(3);
    let body = &good[HEADER.len()..];
    vec![
        case(1, "0 bytes").csv("").fails(Kind::EmptyInput),
        case(1, "one of two files has 0 bytes").file("a.csv", good.as_str()).file("b.csv", "").fails(Kind::EmptyInput),
        case(2, "header only").csv(HEADER).fails(Kind::EmptyInput),
        case(2, "header only, no line ending").csv(HEADER.trim_end()).fails(Kind::EmptyInput),
        case(2, "one of two files has a header only")
            .file("a.csv", good.as_str())
            .file("b.csv", HEADER)
            .fails(Kind::EmptyInput),
        case(3, "no header").csv(body).fails(Kind::HeaderMismatch),
        case(4, "two header rows, the second in words")
            .csv(good.replace(
                "notice\n",
                &format!("notice\n{CANARY},full name,e-mail,tel,a note,date of birth,(Y/N),on,under\n"),
            ))
            .drops("consent_unknown", 1)
            .delivers(&[1, 2, 3]),
        case(4, "a second header row that says yes")
            .csv(good.replace("notice\n", &format!("notice\nid,{CANARY},e-mail,tel,note 9,{CANARY},Y,2018-03-01,n1\n")))
            .unreadable("born", "date", 1)
            .delivers_text("id,note 9,\n00001,note 1,1980\n00002,note 2,1980\n00003,note 3,1980\n"),
        case(4, "three equal header rows")
            .csv(format!("{HEADER}{HEADER}{good}"))
            .quarantines(1, "RepeatedHeader", None)
            .quarantines(2, "RepeatedHeader", None)
            .delivers(&[1, 2, 3]),
        case(5, "a preamble and a blank line").csv(format!("Export of {CANARY}\n\n{good}")).fails(Kind::HeaderMismatch),
        case(6, "a footer")
            .csv(format!("{good}{CANARY},123\n"))
            .quarantines(4, "MissingField", Some(3))
            .delivers(&[1, 2, 3]),
        case(7, "a second table with fewer columns")
            .csv(format!("{good}id,town\n1,{CANARY}\n"))
            .quarantines(4, "MissingField", Some(3))
            .quarantines(5, "MissingField", Some(3))
            .delivers(&[1, 2, 3]),
        case(7, "a second table with more columns")
            .csv(format!("{good}a,b,c,d,e,f,g,h,i,j\n1,2,3,4,5,6,7,8,9,{CANARY}\n"))
            .quarantines(4, "ExtraField", Some(10))
            .quarantines(5, "ExtraField", Some(10))
            .delivers(&[1, 2, 3]),
        case(7, "a second table with the same columns")
            .csv(format!("{good}{HEADER}{}", row(4)))
            .quarantines(4, "RepeatedHeader", None)
            .delivers(&[1, 2, 3, 4]),
        case(8, "no newline at the end").csv(good.trim_end()).delivers(&[1, 2, 3]),
        case(9, "two newlines at the end")
            .csv(format!("{good}\n"))
            .quarantines(4, "BlankRecord", None)
            .delivers(&[1, 2, 3]),
        own(10, "one record", one_record),
        own(11, "not a regular file", not_regular),
        own(12, "a file that may not be read", unreadable_file),
        own(13, "a file that changes while it is read", changed_while_read),
        own(14, "one file twice", one_file_twice),
        own(15, "the extract is where the delivery goes", same_file),
        case(16, "a .csv that is gzip").csv(gzip(good.as_bytes())).fails(Kind::FormatMismatch),
        case(16, "a .gz that is plain").file("extract.csv.gz", good.as_str()).fails(Kind::FormatMismatch),
        case(16, "a .zst that is gzip").file("extract.csv.zst", gzip(good.as_bytes())).fails(Kind::FormatMismatch),
        case(17, "an HTML error page")
            .csv(format!("<!DOCTYPE html>\n<html><body>{CANARY}</body></html>\n"))
            .fails(Kind::BadMagic),
        case(17, "HTML without a doctype").csv(format!("<p>{CANARY}</p>\n<p>,</p>\n")).fails(Kind::HeaderMismatch),
        case(17, "JSON").csv(format!("{{\"id\": \"{CANARY}\"}}\n")).fails(Kind::BadMagic),
        case(17, "a spreadsheet").csv(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml".as_slice()).fails(Kind::BadMagic),
        case(17, "an old spreadsheet").csv(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice()).fails(Kind::BadMagic),
    ]
}

/// The recipient learns from one record no more than that there is one.
fn one_record() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(1));
    project.deliver(&[extract], Options::default()).unwrap();
    assert_eq!(project.data("to"), b"id,note,born\n00001,note 1,1980\n");
    let manifest = project.json("to/out/manifest.json");
    assert_eq!(manifest["records"]["delivered"], 1);
    assert_eq!(manifest["records"]["read"], serde_json::Value::Null);
    let told = manifest["records"]["dropped"].as_object().unwrap();
    assert!(told.values().all(|count| count == "<10"), "{told:?}");
    assert!(manifest["columns"].as_array().unwrap().iter().all(|column| column.get("cells").is_none()));
}

#[track_caller]
fn fails_twice(project: &InputProject, extracts: &[PathBuf], kind: Kind) {
    let error = project.deliver(extracts, Options::default()).unwrap_err();
    assert_error_clean(&error);
    let ReleaseError::Input(fault) = &error else { panic!("{error:?}") };
    assert_eq!(fault.kind, kind);
    project.assert_nothing_delivered("to");
    let output = project.command(extracts, Options::default()).output().unwrap();
    assert_eq!(exit_of(&output), Some(4));
    project.assert_nothing_delivered("again");
}

fn not_regular() {
    let project = InputProject::new(POLICY);
    let pipe = project.path("pipe.csv");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let socket = project.path("socket.csv");
    let _held = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [project.path("to"), pipe, socket, "/dev/null".into(), "/dev/zero".into()] {
        fails_twice(&project, &[path], Kind::NotRegular);
    }
    let absent = project.deliver(&[project.path("absent.csv")], Options::default());
    assert!(matches!(absent, Err(ReleaseError::Io { doing: "read", .. })), "{absent:?}");
}

fn unreadable_file() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(3));
    fs::set_permissions(&extract, fs::Permissions::from_mode(0o000)).unwrap();
    if !rustix::process::geteuid().is_root() {
        fails_twice(&project, &[extract], Kind::Permission);
        return;
    }
    let Some(output) = as_nobody(&project, &[extract]) else { return };
    assert_eq!(exit_of(&output), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let said = json_of(&output);
    assert_eq!(said["fault"]["kind"], "Permission");
    project.assert_nothing_delivered("again");
}

fn changed_while_read() {
    fn changed_by(meddle: impl Fn(&Path) + Sync + Send) {
        for packed in [false, true] {
            let project = InputProject::new(POLICY);
            let content = table(3000).into_bytes();
            let extract = match packed {
                false => project.write("extract.csv", content),
                true => project.write("extract.csv.gz", gzip(&content)),
            };
            let observer = Meddler::new(|| meddle(&extract));
            let options = Options { threads: 1, block_bytes: Some(4096), observer: &observer, ..Options::default() };
            let error = project.deliver(std::slice::from_ref(&extract), options).unwrap_err();
            assert_error_clean(&error);
            let ReleaseError::Input(fault) = &error else { panic!("{error:?}") };
            assert_eq!(fault.kind, Kind::InputChanged, "packed: {packed}");
            project.assert_nothing_delivered("to");
        }
    }
    changed_by(|path| {
        use std::io::Write;
        let mut file = fs::File::options().append(true).open(path).unwrap();
        file.write_all(row(9).as_bytes()).unwrap();
    });
    changed_by(|path| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    });
    changed_by(|path| {
        let content = fs::read(path).unwrap();
        fs::rename(path, path.with_extension("old")).unwrap();
        fs::write(path, content).unwrap();
    });
}

fn one_file_twice() {
    let project = InputProject::new(POLICY);
    let extract = project.write("extract.csv", table(3));
    let (hard, soft) = (project.path("hard.csv"), project.path("soft.csv"));
    fs::hard_link(&extract, &hard).unwrap();
    std::os::unix::fs::symlink(&extract, &soft).unwrap();
    for second in [extract.clone(), hard, soft] {
        fails_twice(&project, &[extract.clone(), second], Kind::DuplicateInput);
    }
}

fn same_file() {
    let project = InputProject::new(POLICY);
    let inside = project.path("to/out");
    fs::write(&inside, table(3)).unwrap();
    let itself = project.deliver(std::slice::from_ref(&inside), Options::default()).unwrap_err();
    let is_same = |error: &ReleaseError| matches!(error, ReleaseError::Input(fault) if fault.kind == Kind::SameFile);
    assert!(is_same(&itself), "{itself:?}");
    assert_eq!(fs::read_to_string(&inside).unwrap(), table(3), "the extract is untouched");
    fs::remove_file(&inside).unwrap();
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("extract.csv"), table(3)).unwrap();
    let within = project.deliver(&[inside.join("extract.csv")], Options::default()).unwrap_err();
    assert!(is_same(&within), "{within:?}");
    assert_eq!(fs::read_to_string(inside.join("extract.csv")).unwrap(), table(3));
}

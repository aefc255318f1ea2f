//! What pycanon measures of the delivered data: the same k, l and t as the account says.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use super::{HEADER, demanding};
use crate::kit::{Options, Project, Random, checkers_python, data_file, json_at, needs, root, small_policy};

#[test]
fn pycanon_measures_the_same_k_l_and_t() {
    if !needs("checkers") {
        return;
    }
    let mut random = Random::new(7);
    let mut pick = |of: &[&'static str]| of[random.below(of.len())];
    let mut text = HEADER.to_owned();
    for number in 1..=1500 {
        // Small towns and great ages are rare.
        let town = pick(&["Ayr", "Ayr", "Ayr", "Ayr", "Bude", "Bude", "Bude", "Cork", "Cork", "Diss"]);
        let age = pick(&["21", "25", "32", "38", "44", "47", "53", "61", "78", "94"]);
        let illness = pick(&["flu", "flu", "flu", "cold", "cold", "cough", "gout"]);
        writeln!(text, "s{number},Y,2018-01-01,n1,{number},{town},{age},{illness}").unwrap();
    }
    for lines in [
        "k_anonymity = 12",
        "k_anonymity = 20\nl_diversity = { column = \"illness\", l = 4 }",
        "k_anonymity = 5\nt_closeness = { column = \"illness\", distance = \"equal\", t = 0.12 }",
    ] {
        let project = Project::new();
        // All three are measured, also where they are not demanded.
        let measured = "l_diversity = { column = \"illness\", l = 2 }\nt_closeness = { column = \"illness\", distance = \"equal\", t = 1 }\n";
        let more: String =
            measured.lines().filter(|line| !lines.contains(&line[..11])).map(|line| format!("{line}\n")).collect();
        let policy = small_policy(project.folder(), &demanding(&format!("{lines}\n{more}")));
        let extract = project.write("extract.csv", &text);
        let delivery = project.deliver(&policy, &extract, Options::default()).unwrap();
        assert!(delivery.report.dropped.values().sum::<u64>() > 10, "{lines}: {:?}", delivery.report.dropped);
        let reached = |word: &str| -> f64 {
            let account = json_at(delivery.kept.join("account.json"));
            let models = account["privacy"]["models"].as_array().unwrap().clone();
            models.iter().find(|model| model["model"] == word).unwrap()["reached"].as_f64().unwrap()
        };
        let output = Command::new(checkers_python())
            .arg("-B")
            .arg(root("tests/checkers/measure.py"))
            .arg(data_file(&delivery))
            .args(["illness", "town", "age"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for (key, word) in [("k", "k_anonymity"), ("l", "l_diversity"), ("t", "t_closeness")] {
            let (theirs, ours) = (found[key].as_f64().unwrap(), reached(word));
            assert!((theirs - ours).abs() < 1e-8, "{lines}: {key} is {theirs}, and the account says {ours}");
        }
    }
}

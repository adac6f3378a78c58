//! Every problem says where it is, what is wrong and how to mend it.

use super::{parse, problems};

#[test]
fn problems_name_the_place_the_step_and_the_fix() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in include_str!("problems.txt").split("~~~\n").skip(1) {
        let is_expected = |line: &&str| line.starts_with("=> ");
        let (expected, text): (Vec<&str>, Vec<&str>) = case.lines().partition(is_expected);
        let found: Vec<String> =
            problems(&text.join("\n")).lines().map(|problem| format!("=> {problem}")).collect();
        if expected.is_empty() || found != expected {
            wrong.push(format!("{}\n{}", text.join("\n"), found.join("\n")));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "these gave something else:\n{}", wrong.join("\n~~~\n"));
    assert!(count > 120, "only {count} cases were read");
}

#[test]
fn every_problem_has_a_fix() {
    for case in include_str!("problems.txt").split("~~~\n").skip(1) {
        let text: Vec<&str> = case.lines().filter(|line| !line.starts_with("=> ")).collect();
        for problem in parse(&text.join("\n")).unwrap_err() {
            assert!(!problem.fix.is_empty() && !problem.message.is_empty(), "{problem:?}");
        }
    }
}

#[test]
fn problems_come_in_the_order_of_the_text() {
    let text = "name: x\nsteps:\n  - tool: t\n    if: (\n  - id: 9\n    tool: t\n";
    let lines: Vec<u64> = parse(text).unwrap_err().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 4, 5]);
}

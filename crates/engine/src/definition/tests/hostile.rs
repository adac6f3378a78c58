//! Definitions that are written to do harm are refused soon and clearly.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::{MAX_BYTES, MAX_STEPS};
use super::{parse, problems};

fn check(name: &str, text: &str, expected: &str) {
    let found = problems(text);
    let short: String = found.chars().take(600).collect();
    assert!(found.contains(expected), "{name}: {short}");
    assert!(found.len() < 20_000, "{name}: the answer has {} bytes", found.len());
}

/// Like "a billion laughs": each list holds the one before ten times.
fn laughs() -> String {
    let mut text =
        String::from("name: laughs\nenv:\n  a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "  a{level}: &a{level} [{aliases}]").unwrap();
    }
    text + "steps: [{tool: t}]\n"
}

#[test]
fn large_and_deep_definitions_are_refused() {
    check("10 MB", &"x".repeat(10 << 20), "has 10485760 bytes, more than 1048576");
    check("aliases", &laughs(), "the YAML is too large or too deep");
    let deep = format!(
        "name: deep\nenv: {{a: {}{}}}\nsteps: [{{tool: t}}]",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    check("nesting", &deep, "the YAML is too large or too deep");
    let deep = format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    check("nested keys", &deep, "line 1");
    let many = format!("name: many\nsteps:\n{}", "- tool: t\n".repeat(MAX_STEPS + 1));
    check("501 steps", &many, "the workflow has 501 steps, more than 500");
    let many = format!("name: many\nsteps:\n{}", "- {}\n".repeat(40_000));
    check("40000 steps", &many, "the workflow has 40000 steps");
    let nodes =
        format!("name: nodes\nenv: {{a: [{}]}}\nsteps: [{{tool: t}}]", "1,".repeat(500_000));
    check("nodes", &nodes, "the YAML is too large or too deep");
}

#[test]
fn the_most_that_is_allowed_is_accepted() {
    let steps = format!("name: most\nsteps:\n{}", "- tool: t\n".repeat(MAX_STEPS));
    assert_eq!(parse(&steps).unwrap().steps.len(), MAX_STEPS);
    let text = "name: long\nsteps: [{tool: t}]\ndescription: ";
    let long = format!("{text}{}", "x".repeat(MAX_BYTES - text.len()));
    assert_eq!(parse(&long).unwrap().description.len(), MAX_BYTES - text.len());
}

/// What a check would choke on that takes the square of the needs.
#[test]
fn dense_graphs_are_checked_without_haste_or_harm() {
    let graph = |steps: usize, needs: &dyn Fn(usize) -> Vec<String>| {
        let line =
            |step| format!("- {{id: s{step}, tool: t, needs: [{}]}}\n", needs(step).join(","));
        format!("name: graph\nsteps:\n{}", (0..steps).map(line).collect::<Vec<_>>().concat())
    };
    let full = graph(300, &|step| (0..step).map(|need| format!("s{need}")).collect());
    assert_eq!(parse(&full).map(|definition| definition.steps[299].needs.len()), Ok(299));
    let circle = graph(MAX_STEPS, &|step| vec![format!("s{}", (step + 1) % MAX_STEPS)]);
    check("circle", &circle, "step \"s0\": waits for itself: s0 needs s1 needs s2");
    let unknown = graph(150, &|_| (0..100).map(|need| format!("nobody{need}")).collect());
    check("unknown", &unknown, "needs the unknown step \"nobody0\"");
    assert!(parse(&unknown).unwrap_err().len() <= 50, "the list of problems is bounded");
}

#[test]
fn expressions_cannot_be_made_to_hurt() {
    let step = |with: &str| {
        format!(
            "name: abc\ninputs: {{x: {{}}}}\nsteps:\n- {{id: a, tool: t, with: {{x: \"${{{{ {with} }}}}\"}}}}"
        )
    };
    check(
        "long",
        &step(&"x".repeat(1_000_000)),
        "the expression is longer than 8192 bytes; split it",
    );
    check("nested", &step(&"(".repeat(4000)), "nested deeper than 48; split the expression");
    check("nots", &step(&"!".repeat(4000)), "nested deeper than 48");
    check(
        "path",
        &step(&format!("inputs.x{}", ".a".repeat(4000))),
        "more than 400 operators and accesses",
    );
    check("indexes", &step(&format!("inputs.x{}", "[0]".repeat(2000))), "more than 400 operators");
    check("sums", &step(&format!("1{}", "+1".repeat(4000))), "more than 400 operators");
    check("ors", &step(&format!("1{}", " or 1".repeat(1600))), "more than 400 operators");
    check("many", &step(&"${{ y }}".repeat(20_000)), "unexpected");
    let open = format!(
        "name: abc\nsteps:\n- {{id: a, tool: t, with: {{x: \"{}\"}}}}",
        "${{ ".repeat(200_000)
    );
    check("open", &open, "is not closed");
    let deepest = step(&format!("inputs.x{}", ".a".repeat(398)));
    assert!(parse(&deepest).is_ok_and(|definition| definition.to_json().to_string().len() > 800));
    let names = format!("name: abc\nsteps: [{{tool: t, {}: 1}}]", "k".repeat(1000));
    check("a long key", &names, "unknown key \"kkkk");
    let keys = (0..20_000).map(|key| format!("k{key}: 1\n")).collect::<Vec<_>>().concat();
    check("many keys", &format!("{keys}name: abc\nsteps: [{{tool: t}}]"), "unknown key \"k49\"");
}

#[test]
fn circles_of_every_kind_are_found() {
    let ring = |key: &str| {
        let line = |step: usize| {
            let next = (step + 1) % MAX_STEPS;
            format!(
                "- {{id: s{step}, tool: t, needs: [], {}}}\n",
                key.replace("NEXT", &format!("s{next}"))
            )
        };
        format!("name: ring\nsteps:\n{}", (0..MAX_STEPS).map(line).collect::<String>())
    };
    check(
        "on-error",
        &ring("on-error: {goto: NEXT}"),
        "step \"s0\": waits for itself: s0 needs s499 needs",
    );
    let gates = |goto: usize| {
        let line = |step: usize| {
            format!("- {{id: g{step}, gate: true, on-fail: {{goto: g{}}}}}\n", (step + goto) % 200)
        };
        format!("name: gates\nsteps:\n{}", (0..200).map(line).collect::<String>())
    };
    check(
        "gates",
        &gates(1),
        "step \"g0\": the gate sends work back to \"g1\", which it does not wait for",
    );
    check("gates", &gates(0), "step \"g7\": the gate sends work back to itself");
    let context = |step| {
        format!(
            "- {{key: s{step}, tool: t, input_mapping: {{x: $.context.x}}, output_mapping: {{x: $.output.x}}}}\n"
        )
    };
    let context: String = (0..MAX_STEPS).map(context).collect();
    check(
        "context",
        &format!("name: context\nsteps:\n{context}"),
        "step \"s0\": the path \"$.context.x\" leads nowhere",
    );
}

#[test]
fn strange_texts_are_refused() {
    for text in [
        "\0",
        "\u{feff}",
        "\u{feff}name: x",
        "name: \"\\uD800\"",
        "%YAML 9.9\n---\n",
        "? ? ?",
        "- - - -",
        "&a *a",
        "<<: *a",
        "!!binary x",
        "\u{85}\u{2028}",
        "name: &n abc\nsteps: &s [*s]",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}

const PIECES: &[&str] = &[
    "name: ",
    "steps:",
    "inputs:",
    "outputs: ",
    "env: ",
    "- ",
    "id: ",
    "needs: ",
    "if: ",
    "tool: ",
    "agent: ",
    "command: ",
    "with: ",
    "params: ",
    "strategy: ",
    "matrix: ",
    "retry: ",
    "max-attempts: ",
    "timeout-minutes: ",
    "type: ",
    "default: ",
    "defaults: ",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    ", ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "&a ",
    "*a",
    "!t ",
    "# ",
    "${{ ",
    " }}",
    "|",
    "> ",
    "---\n",
    "abc",
    "t",
    "-1",
    "1e999",
    "0x",
    "true",
    "~",
    "steps.abc.outputs",
    "on: ",
    "event: ",
    "schedule: ",
    "cron: ",
    "concurrency: ",
    "budget: ",
    "loop: ",
    "until: ",
    "wait: ",
    "minutes: ",
    "approval: ",
    "rule: ",
    "form: ",
    "gate: ",
    "on-fail: ",
    "on-error: ",
    "goto: ",
    "compensate: ",
    "workflow: ",
    "capability: ",
    "prompt: ",
    "input_mapping: ",
    "output_mapping: ",
    "$.context.x",
    "$prev.output",
    "feedback",
    "loop.last",
    "inputs.t",
    "matrix",
    "é",
    "\u{1F600}",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_definition_or_problems(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _answer = parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_yaml_is_a_definition_or_problems(
        pieces in proptest::collection::vec(
            proptest::sample::select(PIECES),
            0..60,
        ),
    ) {
        if let Err(problems) = parse(&pieces.concat()) {
            prop_assert!(!problems.is_empty());
        }
    }
}

//! What changed between two definitions, and how a graph looks.

use super::super::{EdgeKind, diff};
use super::parsed;

const OLD: &str = "
name: Build
inputs: {title: {}, gone: {}}
steps:
  - {id: plan, agent: a, command: c, needs: []}
  - {id: code, tool: write, needs: [plan]}
  - {id: test, tool: test, needs: [code, plan]}
  - {id: old, tool: t, needs: []}
";

#[test]
fn changes_are_told_key_by_key() {
    let check = |new: &str, expected: &[&str]| {
        let found: Vec<String> =
            diff(&parsed(OLD), &parsed(new)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{new}");
    };
    check(OLD, &[]);
    // Comments, the style and the order of needs mean nothing.
    check(
        "
# the same
name: 'Build'
inputs:
  title:
  gone: {type: string}
steps:
  - {id: plan, needs: [], agent: a, command: c, params: {}}
  - {id: code, uses: write, needs: plan}
  - {id: test, tool: test, needs: [plan, code], name: test}
  - {id: old, tool: t, needs: [], on-error: stop}
",
        &[],
    );
    check(
        "
name: Build it
inputs: {title: {required: true}, new: {}}
budget: 2
steps:
  - {id: new, tool: t, needs: []}
  - {id: plan, agent: b, command: c, needs: [], retry: {max-attempts: 5}}
  - {id: test, tool: test, needs: [code, plan]}
  - {id: code, tool: write, needs: [plan], with: {x: 1}}
",
        &[
            "~ name: \"Build\" -> \"Build it\"",
            "+ inputs.title.required: true",
            "- inputs.gone: {\"type\":\"string\"}",
            "+ inputs.new: {\"type\":\"string\"}",
            "+ budget: {\"usd\":2}",
            "~ steps.plan.agent: \"a\" -> \"b\"",
            "+ steps.plan.retry: {\"max-attempts\":5,\"first-wait-seconds\":2,\"multiplier\":2,\"max-wait-seconds\":60,\"jitter\":true}",
            "+ steps.code.with: {\"x\":1}",
            "- steps.old: {\"needs\":[],\"tool\":\"t\"}",
            "+ steps.new: {\"needs\":[],\"tool\":\"t\"}",
            "> steps.test",
        ],
    );
    let changes = diff(&parsed(OLD), &parsed(&OLD.replace("[code, plan]", "[code]")));
    let json = serde_json::to_string(&changes).unwrap();
    assert_eq!(
        json,
        r#"[{"kind":"changed","path":"steps.test.needs","before":["code","plan"],"after":["code"]}]"#
    );
}

#[test]
fn the_order_of_a_matrix_is_a_difference() {
    let text = |matrix: &str| {
        parsed(&format!(
            "name: abc\nsteps: [{{id: a, tool: t, strategy: {{matrix: {{{matrix}}}}}}}]"
        ))
    };
    let changes = diff(&text("x: [1], y: [2, 3]"), &text("y: [2, 3], x: [1]"));
    let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["~ steps.a.strategy.matrix: {\"x\":[1],\"y\":[2,3]} -> {\"y\":[2,3],\"x\":[1]}"]
    );
    let changes = diff(&text("x: [1], y: [2, 3]"), &text("x: [1], y: [2]"));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path, "steps.a.strategy.matrix.y");
}

const GRAPH: &str = "
name: Graph
steps:
  - {id: code, agent: coder, command: build, strategy: {matrix: {x: [1]}}}
  - id: review
    gate: steps.code.outputs[0] != '<\"x\">'
    on-fail: {goto: code}
  - {id: ask, name: 'Ask \"them\" <now>', approval: Go?, if: always()}
  - {id: ship, tool: ship, on-error: {goto: sorry}, loop: {until: loop.last.ok}}
  - {id: pause, wait: {minutes: 5}}
  - {id: sorry, workflow: apologise}
";

#[test]
fn a_graph_has_every_edge_with_its_kind() {
    let graph = parsed(GRAPH).graph();
    let edges: Vec<(&str, &str, EdgeKind)> =
        graph.edges.iter().map(|edge| (edge.from.as_str(), edge.to.as_str(), edge.kind)).collect();
    assert_eq!(
        edges,
        [
            ("code", "review", EdgeKind::Need),
            ("review", "code", EdgeKind::Back),
            ("review", "ask", EdgeKind::Need),
            ("ask", "ship", EdgeKind::Need),
            ("ship", "pause", EdgeKind::Need),
            ("pause", "sorry", EdgeKind::Need),
            ("ship", "sorry", EdgeKind::Error),
        ]
    );
    let json = serde_json::to_value(&graph.nodes[0]).unwrap();
    let expected = serde_json::json!({
        "id": "code", "name": "code", "kind": "agent", "detail": "coder: build",
        "is_fan_out": true, "is_loop": false, "is_conditional": false,
    });
    assert_eq!(json, expected);
}

#[test]
fn a_graph_is_drawn() {
    let graph = parsed(GRAPH).graph();
    assert_eq!(graph.to_mermaid(), MERMAID);
    assert_eq!(graph.to_dot(), DOT);
}

const MERMAID: &str = r#"flowchart TD
  s0["code ×n<br/>coder: build"]
  s1{"review<br/>steps.code.outputs[0] != '#60;#34;x#34;#62;'"}
  s2[/"Ask #34;them#34; #60;now#62; ?<br/>approval"/]
  s3["ship ↻<br/>ship"]
  s4(["pause<br/>wait"])
  s5[["sorry ?<br/>apologise"]]
  s0 --> s1
  s1 -.->|back| s0
  s1 --> s2
  s2 --> s3
  s3 --> s4
  s4 --> s5
  s3 -.->|failed| s5
"#;

const DOT: &str = r#"digraph workflow {
  node [shape=box];
  "code" [label="code ×n\ncoder: build", shape=box];
  "review" [label="review\nsteps.code.outputs[0] != '<\"x\">'", shape=diamond];
  "ask" [label="Ask \"them\" <now> ?\napproval", shape=parallelogram];
  "ship" [label="ship ↻\nship", shape=box];
  "pause" [label="pause\nwait", shape=ellipse];
  "sorry" [label="sorry ?\napologise", shape=box3d];
  "code" -> "review";
  "review" -> "code" [style=dashed, constraint=false, label="back"];
  "review" -> "ask";
  "ask" -> "ship";
  "ship" -> "pause";
  "pause" -> "sorry";
  "ship" -> "sorry" [style=dashed, color=red, label="failed"];
}
"#;

//! Random definitions that are sound by construction: they parse, are drawn, written back
//! and compared without loss.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::{EdgeKind, diff};
use super::parsed;

/// One step: which earlier steps it needs, and what it does.
type Draft = (Vec<prop::sample::Index>, u8, prop::sample::Index);

fn text(drafts: &[Draft]) -> String {
    let mut text =
        String::from("name: random\ninputs: {list: {type: list, default: []}}\nsteps:\n");
    for (position, (needs, kind, other)) in drafts.iter().enumerate() {
        let mut ids: Vec<usize> =
            needs.iter().filter(|_| position > 0).map(|need| need.index(position)).collect();
        ids.sort_unstable();
        ids.dedup();
        let names: Vec<String> = ids.iter().map(|id| format!("s{id}")).collect();
        let _ = write!(text, "- {{id: s{position}, needs: [{}], ", names.join(", "));
        let ahead = drafts.len() - position - 1;
        let body = match (kind % 9, ids.first()) {
            (0, Some(need)) => {
                format!("agent: a, command: c, params: {{x: '${{{{ steps.s{need}.outputs }}}}'}}")
            }
            (1, Some(need)) => {
                format!("gate: steps.s{need}.outputs.ok, on-fail: {{goto: s{need}}}")
            }
            (2, _) => "approval: {title: Go?, rule: {quorum: 2}}".to_owned(),
            (3, _) => "wait: {minutes: 5}".to_owned(),
            (4, _) => {
                "tool: t, strategy: {matrix: {x: '${{ inputs.list }}'}}, with: ['${{ matrix.x }}']"
                    .to_owned()
            }
            (5, _) => "workflow: w, compensate: {tool: u, with: '${{ outputs }}'}".to_owned(),
            (6, _) => "tool: t, loop: {until: loop.index > 3}, checkpoint: true".to_owned(),
            (7, _) if ahead > 0 => {
                format!("tool: t, on-error: {{goto: s{}}}", position + 1 + other.index(ahead))
            }
            _ => "capability: c, prompt: p, budget: 0.5".to_owned(),
        };
        let _ = writeln!(text, "{body}}}");
    }
    text
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let draft = (
        proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
        any::<u8>(),
        any::<prop::sample::Index>(),
    );
    proptest::collection::vec(draft, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sound_definitions_are_accepted_drawn_and_written(drafts in drafts()) {
        let text = text(&drafts);
        let definition = parsed(&text);
        let graph = definition.graph();
        let needs: usize = definition.steps.iter().map(|step| step.needs.len()).sum();
        let back = graph.edges.iter().filter(|edge| edge.kind == EdgeKind::Back).count();
        prop_assert_eq!(graph.edges.len(), needs + back);
        prop_assert_eq!(graph.to_mermaid().lines().count(), 1 + graph.nodes.len() + graph.edges.len());
        prop_assert_eq!(graph.to_dot().lines().count(), 3 + graph.nodes.len() + graph.edges.len());
        let again = parsed(&definition.to_yaml().unwrap());
        prop_assert_eq!(diff(&definition, &again), vec![]);
        prop_assert_eq!(again.to_json(), definition.to_json());
    }
}

//! The graph of a definition as the API tells it.

use std::collections::HashMap;

use engine::Definition;
use engine::definition::{EdgeKind, Graph as Picture};
use serde::Serialize;

/// Steps and how they follow each other.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowGraph)]
pub(crate) struct Graph {
    /// The steps, in the order written.
    pub nodes: Vec<Node>,
    /// What follows what.
    pub edges: Vec<Edge>,
    /// The same as a Mermaid flowchart.
    pub mermaid: String,
    /// The same in the language of Graphviz.
    pub dot: String,
}

/// A step in a graph.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowGraphNode)]
pub(crate) struct Node {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `agent`, `tool`, `workflow`, `wait`, `approval` or `gate`.
    #[schema(value_type = String)]
    kind: engine::definition::NodeKind,
    /// Who or what does it: an agent and its command, a tool's name.
    detail: String,
    /// Whether it fans out over a list.
    fan_out: bool,
    /// Whether it is done again and again.
    is_loop: bool,
    /// Whether it runs only sometimes.
    is_conditional: bool,
    /// How many steps stand before it on the longest way to it; its column in a drawing.
    rank: usize,
    /// Its state; only in the graph of an execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// One step follows another.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowGraphEdge)]
pub(crate) struct Edge {
    /// The step that it starts from.
    from: String,
    /// The step that it leads to.
    to: String,
    /// `need`, `error` (when the first failed) or `back` (when a gate sends work back).
    #[schema(value_type = String)]
    kind: EdgeKind,
}

impl Graph {
    /// The graph of a definition.
    pub(crate) fn of(definition: &Definition) -> Self {
        let picture = definition.graph();
        let ranks = ranks(&picture);
        let (mermaid, dot) = (picture.to_mermaid(), picture.to_dot());
        let nodes = picture.nodes.into_iter().zip(ranks).map(|(node, rank)| Node {
            id: node.id,
            name: node.name,
            kind: node.kind,
            detail: node.detail,
            fan_out: node.is_fan_out,
            is_loop: node.is_loop,
            is_conditional: node.is_conditional,
            rank,
            status: None,
        });
        let edges = picture.edges.into_iter().map(|edge| Edge {
            from: edge.from,
            to: edge.to,
            kind: edge.kind,
        });
        Self { nodes: nodes.collect(), edges: edges.collect(), mermaid, dot }
    }
}

/// The longest way to each node; edges that lead back do not count, so it ends.
fn ranks(picture: &Picture) -> Vec<usize> {
    let positions: HashMap<&str, usize> =
        picture.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
    let mut after = vec![Vec::new(); picture.nodes.len()];
    let mut open = vec![0_usize; picture.nodes.len()];
    for edge in picture.edges.iter().filter(|edge| edge.kind != EdgeKind::Back) {
        let ends = (positions.get(edge.from.as_str()), positions.get(edge.to.as_str()));
        if let (Some(from), Some(to)) = ends {
            after[*from].push(*to);
            open[*to] += 1;
        }
    }
    let mut ranks = vec![0; picture.nodes.len()];
    let mut ready: Vec<usize> = (0..open.len()).filter(|at| open[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        for next in &after[at] {
            ranks[*next] = ranks[*next].max(ranks[at] + 1);
            open[*next] -= 1;
            if open[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn ranks_follow_the_longest_way() {
        let text = "
name: Diamond
steps:
  - {id: a, tool: set}
  - {id: b, tool: set, needs: [a]}
  - {id: c, tool: set, needs: [b]}
  - {id: d, tool: set, needs: [a, c]}
  - {id: check, gate: \"true\", needs: [d], on-fail: {goto: b, max: 2}}
";
        let definition = engine::definition::parse(text).unwrap();
        let graph = Graph::of(&definition);
        let ranks: Vec<usize> = graph.nodes.iter().map(|node| node.rank).collect();
        assert_eq!(ranks, [0, 1, 2, 3, 4]);
        assert!(graph.edges.iter().any(|edge| edge.kind == EdgeKind::Back));
        assert!(graph.mermaid.starts_with("flowchart"));
    }
}

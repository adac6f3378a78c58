//! The graph of a definition, for people: as nodes and edges, as Mermaid and as DOT.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::Definition;
use super::model::{Action, AgentChoice, Task};

/// Steps and how they follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// The steps, in the order written.
    pub nodes: Vec<Node>,
    /// What follows what.
    pub edges: Vec<Edge>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// Who or what does it: an agent's slug, a tool's name.
    pub detail: String,
    /// Whether it fans out over a list.
    pub is_fan_out: bool,
    /// Whether it is done again and again.
    pub is_loop: bool,
    /// Whether it runs only sometimes: under a condition, or when another step failed.
    pub is_conditional: bool,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// An agent works.
    Agent,
    /// A tool is called.
    Tool,
    /// A workflow runs.
    Workflow,
    /// Time passes, or something happens.
    Wait,
    /// People decide.
    Approval,
    /// A condition has to hold.
    Gate,
}

/// One step follows another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The id of the step that it starts from.
    pub from: String,
    /// The id of the step that it leads to.
    pub to: String,
    /// When it is taken.
    pub kind: EdgeKind,
}

/// When an edge is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// When the first has ended.
    Need,
    /// When the first has failed.
    Error,
    /// When the gate's condition does not hold.
    Back,
}

impl Definition {
    /// Its steps and how they follow each other.
    pub fn graph(&self) -> Graph {
        let id = |position: usize| self.steps[position].id.clone();
        let mut edges = Vec::new();
        for step in &self.steps {
            for need in &step.needs {
                let kind =
                    if step.error_of.contains(need) { EdgeKind::Error } else { EdgeKind::Need };
                edges.push(Edge { from: id(*need), to: step.id.clone(), kind });
            }
            if let Action::Gate(gate) = &step.action
                && let Some(back) = &gate.back
            {
                let kind = EdgeKind::Back;
                edges.push(Edge { from: step.id.clone(), to: id(back.goto), kind });
            }
        }
        let nodes = self.steps.iter().map(|step| {
            let (kind, detail) = described(&step.action);
            Node {
                id: step.id.clone(),
                name: step.name.clone(),
                kind,
                detail,
                is_fan_out: step.matrix.is_some(),
                is_loop: step.repeat.is_some(),
                is_conditional: step.when.is_some() || !step.error_of.is_empty(),
            }
        });
        Graph { nodes: nodes.collect(), edges }
    }
}

fn described(action: &Action) -> (NodeKind, String) {
    match action {
        Action::Agent { agent, task, .. } => {
            let agent = match agent {
                AgentChoice::Named(agent) => agent.clone(),
                AgentChoice::Capable { capabilities, .. } => capabilities.join(" + "),
            };
            let task = match task {
                Task::Command { command, .. } => command.as_str(),
                Task::Prompt(_) => "prompt",
            };
            (NodeKind::Agent, format!("{agent}: {task}"))
        }
        Action::Tool { tool, .. } => (NodeKind::Tool, tool.clone()),
        Action::Workflow { workflow, .. } => (NodeKind::Workflow, workflow.clone()),
        Action::Wait(_) => (NodeKind::Wait, "wait".to_owned()),
        Action::Approval(_) => (NodeKind::Approval, "approval".to_owned()),
        Action::Gate(gate) => (NodeKind::Gate, super::problem::brief(&gate.condition.to_string())),
    }
}

impl Node {
    fn marks(&self) -> String {
        let marks = [(self.is_fan_out, " ×n"), (self.is_loop, " ↻"), (self.is_conditional, " ?")];
        marks.into_iter().filter(|(has, _)| *has).map(|(_, mark)| mark).collect()
    }
}

impl Graph {
    /// The graph as a Mermaid flowchart.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart TD\n");
        for (position, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.kind {
                NodeKind::Agent | NodeKind::Tool => ("[", "]"),
                NodeKind::Workflow => ("[[", "]]"),
                NodeKind::Wait => ("([", "])"),
                NodeKind::Approval => ("[/", "/]"),
                NodeKind::Gate => ("{", "}"),
            };
            let label = format!("{}{}", node.name, node.marks());
            let (label, detail) = (mermaid_text(&label), mermaid_text(&node.detail));
            let _ = writeln!(out, "  s{position}{open}\"{label}<br/>{detail}\"{close}");
        }
        for (from, to, kind) in self.positions() {
            let arrow = match kind {
                EdgeKind::Need => "-->",
                EdgeKind::Error => "-.->|failed|",
                EdgeKind::Back => "-.->|back|",
            };
            let _ = writeln!(out, "  s{from} {arrow} s{to}");
        }
        out
    }

    /// The graph in the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph workflow {\n  node [shape=box];\n");
        for node in &self.nodes {
            let shape = match node.kind {
                NodeKind::Agent | NodeKind::Tool => "box",
                NodeKind::Workflow => "box3d",
                NodeKind::Wait => "ellipse",
                NodeKind::Approval => "parallelogram",
                NodeKind::Gate => "diamond",
            };
            let label = format!("{}{}\n{}", node.name, node.marks(), node.detail);
            let (id, label) = (dot_text(&node.id), dot_text(&label));
            let _ = writeln!(out, "  {id} [label={label}, shape={shape}];");
        }
        for edge in &self.edges {
            let style = match edge.kind {
                EdgeKind::Need => "",
                EdgeKind::Error => " [style=dashed, color=red, label=\"failed\"]",
                EdgeKind::Back => " [style=dashed, constraint=false, label=\"back\"]",
            };
            let (from, to) = (dot_text(&edge.from), dot_text(&edge.to));
            let _ = writeln!(out, "  {from} -> {to}{style};");
        }
        out.push_str("}\n");
        out
    }

    /// The edges by the positions of their ends.
    fn positions(&self) -> Vec<(usize, usize, EdgeKind)> {
        let ids = self.nodes.iter().enumerate();
        let places: std::collections::HashMap<&str, usize> =
            ids.map(|(position, node)| (node.id.as_str(), position)).collect();
        let ends = |edge: &Edge| {
            Some((*places.get(edge.from.as_str())?, *places.get(edge.to.as_str())?, edge.kind))
        };
        self.edges.iter().filter_map(ends).collect()
    }
}

/// A text inside quotes of Mermaid, where everything special is written by its number.
fn mermaid_text(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '<' | '>' | '&' | '#' | ';' | '`' | '\\' => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

fn dot_text(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

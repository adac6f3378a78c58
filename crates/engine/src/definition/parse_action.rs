//! What a step does: exactly one of the things that steps can do.

use base::Timestamp;
use serde_json::Value as Json;

use super::design::Mapping;
use super::keys::{COMPENSATE, DISPATCH, WAIT};
use super::model::{Action, AgentChoice, DispatchStrategy, Task, Wait, is_event_kind};
use super::parse::Defaults;
use super::parse_flow::Flow;
use super::parse_step::may_be;
use super::problem::brief;
use super::reader::{Fields, Reader, Reads, Wants, object};
use super::tree::{Node, Place, Value};
use crate::expression::{Expression, Kind, Template};

/// What a step can do, and the keys that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Agent,
    Tool,
    Workflow,
    Wait,
    Approval,
    Gate,
}

const VERBS: &[(&str, Verb)] = &[
    ("agent", Verb::Agent),
    ("agent_id", Verb::Agent),
    ("agent_alias", Verb::Agent),
    ("capability", Verb::Agent),
    ("tool", Verb::Tool),
    ("uses", Verb::Tool),
    ("workflow", Verb::Workflow),
    ("wait", Verb::Wait),
    ("approval", Verb::Approval),
    ("gate", Verb::Gate),
];

const AGENTS: &[&str] = &["agent", "agent_id", "agent_alias"];
const COMMANDS: &[&str] = &["command", "command_template", "command_template_id"];
const WORK: &[Verb] = &[Verb::Agent, Verb::Tool, Verb::Workflow];

/// The keys that belong to some verbs only, and what to write for others.
const COMPANY: &[(&str, &[Verb], &str)] = &[
    ("command", &[Verb::Agent], "add \"agent: NAME\", or take it out"),
    ("command_template", &[Verb::Agent], "add \"agent: NAME\", or take it out"),
    ("command_template_id", &[Verb::Agent], "add \"agent: NAME\", or take it out"),
    ("prompt", &[Verb::Agent], "add \"agent: NAME\", or take it out"),
    ("dispatch", &[Verb::Agent], "add \"capability: NAME\", or take it out"),
    ("model", &[Verb::Agent], "take it out; only agents ask models"),
    ("tools", &[Verb::Agent], "write \"tool: NAME\" to call one"),
    ("params", &[Verb::Agent], "write \"with\""),
    ("with", &[Verb::Tool, Verb::Workflow], "write \"params\" for an agent's command"),
    ("input", WORK, "take it out"),
    ("input_mapping", WORK, "take it out"),
    ("on-fail", &[Verb::Gate], "write \"on-error\" for what follows a failure"),
];

impl Reader {
    pub(super) fn step_action(
        &mut self,
        position: usize,
        flow: &Flow<'_>,
        defaults: &Defaults,
    ) -> Action {
        let fields = flow.outlines[position].fields;
        let mapping = Mapping { position, flow };
        self.action(fields, Reads::Each(position), defaults, Some(mapping))
    }

    /// What undoes a step.
    pub(super) fn compensation(&mut self, position: usize, node: &Node) -> Action {
        match self.fields(node, &COMPENSATE) {
            Some(fields) => self.action(fields, Reads::Undo(position), &Defaults::default(), None),
            None => nothing(),
        }
    }

    fn action(
        &mut self,
        fields: Fields<'_>,
        reads: Reads,
        defaults: &Defaults,
        mapping: Option<Mapping<'_, '_>>,
    ) -> Action {
        let Some(verb) = self.verb(fields, defaults, mapping.is_some()) else { return nothing() };
        for (key, place) in fields.keys() {
            let company = COMPANY.iter().find(|(known, ..)| *known == key);
            if let Some((_, verbs, fix)) = company
                && !verbs.contains(&verb)
            {
                let message = format!("\"{key}\" belongs to {}", plural(verbs));
                self.at(place, message, *fix);
            }
        }
        match verb {
            Verb::Agent => self.agent(fields, reads, defaults, mapping),
            Verb::Tool => {
                let node = self.either(fields, &["tool", "uses"]);
                let tool = node.and_then(|node| self.name(node)).unwrap_or_default();
                let with = self.given(fields, "with", reads, mapping).unwrap_or_else(empty);
                Action::Tool { tool, with }
            }
            Verb::Workflow => {
                let node = fields.get("workflow");
                let workflow = node.and_then(|node| self.name(node)).unwrap_or_default();
                let with = self.object_given(fields, "with", reads, mapping);
                Action::Workflow { workflow, with }
            }
            Verb::Wait => self.wait(fields, reads),
            Verb::Approval => {
                let node = fields.get("approval");
                let approval = node.and_then(|node| self.approval(node, reads));
                approval.map_or_else(nothing, |approval| Action::Approval(Box::new(approval)))
            }
            Verb::Gate => {
                let gate = self.gate(fields, reads);
                gate.map_or_else(nothing, |gate| Action::Gate(Box::new(gate)))
            }
        }
    }

    /// Which of the things that steps can do this is.
    fn verb(&mut self, fields: Fields<'_>, defaults: &Defaults, is_step: bool) -> Option<Verb> {
        let given = fields.keys().filter_map(|(key, place)| {
            let verb = VERBS.iter().find(|(word, _)| *word == key)?.1;
            // What else stands in "compensate" is refused already.
            Some((key, place, verb)).filter(|_| is_step || WORK.contains(&verb))
        });
        let given: Vec<(&str, Place, Verb)> = given.collect();
        let Some((key, _, verb)) = given.first() else {
            // The default agent makes a command or a prompt enough.
            let works = |key: &str| COMMANDS.contains(&key) || key == "prompt" || key == "input";
            if defaults.agent.is_some() && fields.keys().any(|(key, _)| works(key)) {
                return Some(Verb::Agent);
            }
            if fields.keys().any(|(key, _)| COMMANDS.contains(&key) || key == "prompt") {
                let message = "has work for an agent, but no agent";
                let fix =
                    "add \"agent: NAME\" or \"capability: NAME\", or an agent under \"defaults\"";
                self.at(fields.place, message, fix);
                return None;
            }
            let fix = if is_step {
                "give it one of \"agent\", \"capability\", \"tool\", \"workflow\", \"wait\", \"approval\" and \"gate\""
            } else {
                "give it one of \"agent\", \"capability\", \"tool\" and \"workflow\""
            };
            let what = if is_step { "does nothing" } else { "\"compensate\" does nothing" };
            self.at(fields.place, what, fix);
            return None;
        };
        let other = given.iter().find(|(_, _, other)| other != verb);
        if let Some((other, place, _)) = other {
            let message = format!("has both \"{key}\" and \"{other}\"");
            self.at(*place, message, "make two steps of it, or take one out");
            return None;
        }
        Some(*verb)
    }

    fn agent(
        &mut self,
        fields: Fields<'_>,
        reads: Reads,
        defaults: &Defaults,
        mapping: Option<Mapping<'_, '_>>,
    ) -> Action {
        let agent = self.choice(fields, defaults);
        let command = self.either(fields, COMMANDS);
        let task = match (command, fields.get("prompt")) {
            (Some(command), None) => {
                let command = self.name(command).unwrap_or_default();
                let params = self.object_given(fields, "params", reads, mapping);
                Task::Command { command, params }
            }
            (None, prompt) => self.prompt(fields, prompt, reads, mapping),
            (Some(_), Some(prompt)) => {
                let message = "has both a command and a prompt";
                self.at(
                    prompt.place,
                    message,
                    "keep one; a command's parameters stand in \"params\"",
                );
                Task::Prompt(empty())
            }
        };
        let model = fields.get("model").and_then(|node| self.name(node));
        Action::Agent {
            agent,
            task,
            model: model.or_else(|| defaults.model.clone()),
            tools: fields.get("tools").map(|node| self.names(node)),
        }
    }

    /// A text of the workflow's own. In the design's inline form it is the `input`.
    fn prompt(
        &mut self,
        fields: Fields<'_>,
        prompt: Option<&Node>,
        reads: Reads,
        mapping: Option<Mapping<'_, '_>>,
    ) -> Task {
        if let (Some(_), Some((_, place))) =
            (prompt, fields.keys().find(|(key, _)| *key == "params" || *key == "input"))
        {
            let message = "a prompt has no parameters";
            self.at(place, message, "write ${{ … }} in the prompt where they belong");
        }
        let text = match (prompt, fields.get("input"), mapping) {
            (Some(prompt), ..) => self.template_of(prompt, reads, Wants::Text),
            (None, Some(input), Some(mapping)) => self.mapped(input, reads, mapping),
            _ => {
                let message = "an agent step needs a command or a prompt";
                self.at(fields.place, message, "add \"command: NAME\" or \"prompt: TEXT\"");
                return Task::Prompt(empty());
            }
        };
        let text = text.unwrap_or_else(empty);
        if let Some(prompt) = prompt
            && !may_be(&text, &[Kind::Text])
        {
            self.wanted(prompt, "a text");
        }
        Task::Prompt(text)
    }

    fn choice(&mut self, fields: Fields<'_>, defaults: &Defaults) -> AgentChoice {
        let agent = self.either(fields, AGENTS);
        let dispatch = fields.get("dispatch");
        let Some(capability) = fields.get("capability") else {
            if let Some(dispatch) = dispatch {
                let message = "\"dispatch\" chooses an agent, but this one is named";
                self.at(
                    dispatch.place,
                    message,
                    "write \"capability\" for \"agent\", or take it out",
                );
            }
            let name = agent.and_then(|node| self.name(node)).or_else(|| defaults.agent.clone());
            return AgentChoice::Named(name.unwrap_or_default());
        };
        if let Some(agent) = agent {
            let message = "has both an agent and a capability";
            self.at(agent.place, message, "name the agent, or say what it must be able to do");
        }
        let capabilities = self.names(capability);
        if capabilities.is_empty() {
            let message = "\"capability\" names none";
            self.at(capability.place, message, "write what the agent must be able to do");
        }
        let fields = dispatch.and_then(|node| self.fields(node, &DISPATCH));
        let words = &[
            ("priority", DispatchStrategy::Priority),
            ("load-balanced", DispatchStrategy::LoadBalanced),
            ("cost-optimized", DispatchStrategy::CostOptimized),
            ("quality-optimized", DispatchStrategy::QualityOptimized),
            ("hybrid", DispatchStrategy::Hybrid),
        ];
        let strategy = fields.and_then(|fields| fields.get("strategy"));
        let exclude = fields.and_then(|fields| fields.get("exclude"));
        AgentChoice::Capable {
            capabilities,
            strategy: strategy.and_then(|node| self.word(node, words)).unwrap_or_default(),
            exclude: exclude.map(|node| self.names(node)).unwrap_or_default(),
        }
    }

    /// What is given to a command, a tool or a workflow: `params` or `with`, or in the
    /// design's full form `input` or `input_mapping`.
    fn given(
        &mut self,
        fields: Fields<'_>,
        key: &str,
        reads: Reads,
        mapping: Option<Mapping<'_, '_>>,
    ) -> Option<Template> {
        let node = self.either(fields, &[key, "input", "input_mapping"])?;
        match mapping {
            Some(mapping) if fields.get(key).is_none() => {
                let given = self.mapped(node, reads, mapping)?;
                // A command's parameters have names; one value alone is called "input".
                let is_named = key != "params" || matches!(node.value, Value::Map(_));
                Some(if is_named { given } else { object(vec![("input".to_owned(), given)]) })
            }
            _ => self.template(node, reads),
        }
    }

    fn object_given(
        &mut self,
        fields: Fields<'_>,
        key: &str,
        reads: Reads,
        mapping: Option<Mapping<'_, '_>>,
    ) -> Template {
        let Some(given) = self.given(fields, key, reads, mapping) else { return empty() };
        let node = [key, "input", "input_mapping"].iter().find_map(|key| fields.get(key));
        if let Some(node) = node
            && !may_be(&given, &[Kind::Object])
        {
            self.wanted(node, "keys with values (\"key: value\")");
        }
        given
    }

    fn wait(&mut self, fields: Fields<'_>, reads: Reads) -> Action {
        let Some(node) = fields.get("wait") else { return nothing() };
        let Some(fields) = self.fields(node, &WAIT) else { return nothing() };
        let known = fields.keys().map(|(key, _)| key).filter(|key| WAIT.keys.contains(key));
        let known: Vec<&str> = known.filter(|key| *key != "if").collect();
        let [key] = known[..] else {
            let message = "a wait is for exactly one thing";
            self.at(
                node.place,
                message,
                "write one of \"minutes: 5\", \"until: TIME\" and \"event: NAME\"",
            );
            return nothing();
        };
        let Some(node) = fields.get(key) else { return nothing() };
        if key != "event"
            && let Some(condition) = fields.get("if")
        {
            let message = "only a wait for an event has a condition";
            self.at(condition.place, message, "take it out, or write \"if\" beside \"wait\"");
        }
        let unit_seconds: u32 = match key {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            "days" => 86_400,
            _ => {
                let Some(value) = self.template_of(node, reads, Wants::Text) else {
                    return nothing();
                };
                if !may_be(&value, &[Kind::Text]) {
                    self.wanted(node, "a text");
                }
                if let Template::Constant(Json::String(text)) = &value
                    && (text.trim().is_empty()
                        || key == "until" && text.parse::<Timestamp>().is_err())
                {
                    let message =
                        if key == "until" { "this is not a time" } else { "the event has no name" };
                    let fix = if key == "until" {
                        "write it like 2026-01-31T09:00:00Z"
                    } else {
                        "write one"
                    };
                    self.at(node.place, message, fix);
                }
                return Action::Wait(if key == "until" {
                    Wait::Until(value)
                } else {
                    let when = self.heard_when(fields, &value, reads);
                    Wait::Event { name: value, when }
                });
            }
        };
        let Some(amount) = self.template_of(node, reads, Wants::Number) else { return nothing() };
        match &amount {
            Template::Whole(_) => {}
            Template::Constant(_) => {
                self.duration(node, key, f64::from(unit_seconds));
            }
            _ => self.wanted(node, "a number"),
        }
        Action::Wait(Wait::For { amount, unit_seconds: u64::from(unit_seconds) })
    }

    /// The condition on an event. Signals have none: whoever sends one has chosen the
    /// execution already.
    fn heard_when(
        &mut self,
        fields: Fields<'_>,
        name: &Template,
        reads: Reads,
    ) -> Option<Expression> {
        let node = fields.get("if")?;
        if let Template::Constant(Json::String(name)) = name
            && !is_event_kind(name)
        {
            let message = format!(
                "\"{}\" is a signal, and only events of the system have a condition",
                brief(name)
            );
            let fix = "take \"if\" out, or wait for an event like \"work_item.moved\"";
            self.at(node.place, message, fix);
            return None;
        }
        // What undoes a step does not wait.
        let Reads::Each(position) = reads else { return None };
        self.expression(node, "if", Reads::Heard(position))
    }
}

fn plural(verbs: &[Verb]) -> &'static str {
    match verbs {
        [Verb::Agent] => "agent steps",
        [Verb::Gate] => "gates",
        [Verb::Tool, Verb::Workflow] => "tool and workflow steps",
        _ => "agent, tool and workflow steps",
    }
}

/// What stands for an action that could not be read.
fn nothing() -> Action {
    Action::Tool { tool: String::new(), with: empty() }
}

pub(super) fn empty() -> Template {
    Template::Constant(Json::Object(serde_json::Map::new()))
}

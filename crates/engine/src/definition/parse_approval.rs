//! Approvals and gates: where people or conditions decide whether work goes on.

use indexmap::IndexMap;

use super::keys::{APPROVAL, ESCALATE, GATE, ON_FAIL, RULE};
use super::model::{Approval, Escalation, Gate, GateBack, OnExpiry, Rule};
use super::parse::is_name;
use super::parse_step::may_be;
use super::problem::brief;
use super::reader::{Fields, Reader, Reads, Wants};
use super::tree::{Node, Place, Value};
use crate::expression::{Kind, Template};

/// How often a gate sends work back when nothing else is said (catalogue 5.6).
pub(super) const MAX_BACK: u32 = 3;

impl Reader {
    /// `{title: …}`, or the title alone.
    pub(super) fn approval(&mut self, node: &Node, reads: Reads) -> Option<Approval> {
        let mut approval = Approval {
            title: None,
            message: None,
            people: Vec::new(),
            roles: Vec::new(),
            rule: Rule::default(),
            expires: None,
            on_expiry: OnExpiry::default(),
            escalate: None,
            form: IndexMap::new(),
            requester_may_approve: false,
        };
        match node.value {
            Value::Text(_) => {
                approval.title = self.words(node, reads);
                return Some(approval);
            }
            // `approval: true` asks whoever may approve.
            Value::Boolean(true) => return Some(approval),
            _ => {}
        }
        let fields = self.fields(node, &APPROVAL)?;
        approval.title = fields.get("title").and_then(|node| self.words(node, reads));
        approval.message = fields.get("message").and_then(|node| self.words(node, reads));
        approval.people = fields.get("people").map(|node| self.names(node)).unwrap_or_default();
        approval.roles = fields.get("roles").map(|node| self.names(node)).unwrap_or_default();
        if let Some(node) = fields.get("rule") {
            approval.rule = self.rule(node);
            self.check_rule(node.place, &approval);
        }
        approval.expires =
            fields.get("expires-minutes").and_then(|node| self.minutes(node, "expires-minutes"));
        if let Some(node) = fields.get("on-expiry") {
            let words = &[
                ("fail", OnExpiry::Fail),
                ("approve", OnExpiry::Approve),
                ("reject", OnExpiry::Reject),
            ];
            approval.on_expiry = self.word(node, words).unwrap_or_default();
            if fields.get("expires-minutes").is_none() {
                let message = "\"on-expiry\" says what follows, but the approval does not expire";
                self.at(node.place, message, "add \"expires-minutes\"");
            }
        }
        if let Some(node) = fields.get("escalate") {
            approval.escalate = self.escalation(node);
            if let (Some(escalate), Some(expires)) = (&approval.escalate, approval.expires)
                && escalate.after >= expires
            {
                let message = "the approval expires before it escalates";
                self.at(
                    node.place,
                    message,
                    "make \"after-minutes\" shorter than \"expires-minutes\"",
                );
            }
        }
        approval.form = fields.get("form").map(|node| self.form(node)).unwrap_or_default();
        let may = fields.get("requester-may-approve");
        approval.requester_may_approve =
            may.and_then(|node| self.boolean(node)).unwrap_or_default();
        Some(approval)
    }

    /// A text that people read.
    fn words(&mut self, node: &Node, reads: Reads) -> Option<Template> {
        // Any value can be shown in a text, so an expression may give any.
        let template = self.template_of(node, reads, Wants::Anything)?;
        if !may_be(&template, &[Kind::Text]) {
            self.wanted(node, "a text");
        }
        Some(template)
    }

    fn rule(&mut self, node: &Node) -> Rule {
        if !matches!(node.value, Value::Map(_)) {
            let words = &[("any", Rule::Any), ("all", Rule::All)];
            return self.word(node, words).unwrap_or_default();
        }
        let Some(fields) = self.fields(node, &RULE) else { return Rule::default() };
        let Some(node) = fields.get("quorum") else {
            let fix = "write \"any\", \"all\" or \"{quorum: 2}\"";
            self.at(node.place, "the rule has no quorum", fix);
            return Rule::default();
        };
        let quorum = self.count(node, "quorum", 1..=1000);
        quorum.map_or_else(Rule::default, |quorum| Rule::Quorum(quorum as u32))
    }

    fn check_rule(&mut self, place: Place, approval: &Approval) {
        let nobody = approval.people.is_empty() && approval.roles.is_empty();
        match approval.rule {
            Rule::All if nobody => {
                let message = "everybody has to approve, but nobody is named";
                self.at(place, message, "add \"people\" or \"roles\"");
            }
            Rule::Quorum(quorum)
                if !nobody
                    && approval.roles.is_empty()
                    && approval.people.len() < quorum as usize =>
            {
                let message =
                    format!("{quorum} people have to approve, but {} can", approval.people.len());
                self.at(place, message, "name more people, or make the quorum smaller");
            }
            Rule::All | Rule::Quorum(_) | Rule::Any => {}
        }
    }

    fn escalation(&mut self, node: &Node) -> Option<Escalation> {
        let fields = self.fields(node, &ESCALATE)?;
        let people = fields.get("people").map(|node| self.names(node)).unwrap_or_default();
        let roles = fields.get("roles").map(|node| self.names(node)).unwrap_or_default();
        if people.is_empty() && roles.is_empty() {
            self.at(node.place, "the escalation reaches nobody", "add \"people\" or \"roles\"");
        }
        let Some(after) = fields.get("after-minutes") else {
            self.at(node.place, "the escalation has no time", "add \"after-minutes: 30\"");
            return None;
        };
        Some(Escalation { after: self.minutes(after, "after-minutes")?, people, roles })
    }

    fn form(&mut self, node: &Node) -> IndexMap<String, super::model::FormField> {
        let Value::Map(entries) = &node.value else {
            self.wanted(node, "keys with values (\"key: value\")");
            return IndexMap::new();
        };
        let mut form = IndexMap::new();
        for entry in entries {
            if !is_name(&entry.key) {
                let message = format!("a field cannot be called \"{}\"", brief(&entry.key));
                self.at(entry.place, message, "use letters, digits, _ and -, and a letter first");
            }
            form.insert(entry.key.clone(), self.form_field(&entry.key, &entry.node));
        }
        form
    }

    /// `gate: {if: …, on-fail: …}`, or the condition alone with `on-fail` beside it.
    pub(super) fn gate(&mut self, fields: Fields<'_>, reads: Reads) -> Option<Gate> {
        let node = fields.get("gate")?;
        let beside = fields.get("on-fail");
        if !matches!(node.value, Value::Map(_)) {
            let condition = self.expression(node, "gate", reads);
            let back = beside.and_then(|node| self.back(node, reads));
            return Some(Gate { condition: condition?, back });
        }
        let inner = self.fields(node, &GATE)?;
        let inside = inner.get("on-fail");
        if let (Some(_), Some(beside)) = (inside, beside) {
            self.at(beside.place, "\"on-fail\" is here twice", "keep the one in \"gate\"");
        }
        let back = inside.or(beside).and_then(|node| self.back(node, reads));
        let Some(condition) = inner.get("if") else {
            self.at(node.place, "the gate has no condition", "add \"if: EXPRESSION\"");
            return None;
        };
        Some(Gate { condition: self.expression(condition, "if", reads)?, back })
    }

    fn back(&mut self, node: &Node, reads: Reads) -> Option<GateBack> {
        let fields = self.fields(node, &ON_FAIL)?;
        let max = fields.get("max").and_then(|node| self.count(node, "max", 1..=100));
        let feedback = fields.get("feedback").and_then(|node| self.template(node, reads));
        let ask = fields.get("ask").and_then(|node| self.approval(node, reads));
        let Some(goto) = fields.get("goto") else {
            let message = "\"on-fail\" does not say where work goes back to";
            self.at(node.place, message, "add \"goto: ID\"");
            return None;
        };
        let name = self.text(goto)?;
        match self.position(&name) {
            Ok(position) => Some(GateBack {
                goto: position,
                max: max.map_or(MAX_BACK, |max| max as u32),
                feedback,
                ask,
            }),
            Err(fix) => {
                let message = format!("\"on-fail\" goes to the unknown step \"{}\"", brief(&name));
                self.at(goto.place, message, fix);
                None
            }
        }
    }
}

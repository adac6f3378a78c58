//! An approval while people are asked: what they are asked, what they have decided, and
//! what follows from it.

use base::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::definition::{Escalation, FieldProblem, FormField, OnExpiry, Rule, article, fits};

/// What people are asked, with all expressions evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// In one line.
    pub title: String,
    /// What they need to know; Markdown.
    pub message: String,
    /// E-mail addresses or ids of those who may decide.
    pub people: Vec<String>,
    /// Roles of those who may decide.
    pub roles: Vec<String>,
    /// How many of them have to agree.
    pub rule: Rule,
    /// When it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What it means that it is over.
    pub on_expiry: OnExpiry,
    /// When others are asked as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_at: Option<Timestamp>,
    /// Who is asked as well then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// What they fill in.
    #[serde(default)]
    pub form: IndexMap<String, FormField>,
    /// Whether whoever started the execution may decide.
    pub requester_may_approve: bool,
}

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    /// The user's id.
    pub id: String,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// Whether they may approve workflows that name nobody.
    pub may_approve: bool,
    /// Whether they may decide about everything.
    pub is_admin: bool,
    /// Whether they started the execution.
    pub is_requester: bool,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Who.
    pub by: Decider,
    /// Whether they agree.
    pub approve: bool,
    /// Why.
    #[serde(default)]
    pub comment: String,
    /// What they filled in.
    #[serde(default)]
    pub form: Json,
    /// When.
    pub at: Timestamp,
    /// Those among the people who are or will be asked who started the execution and are no
    /// administrator: unless the approval lets them, nobody waits for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excused: Vec<String>,
}

/// Where an approval stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalState {
    /// What is asked.
    pub request: ApprovalRequest,
    /// What has been decided so far.
    pub decisions: Vec<Decision>,
    /// Whether others were asked as well.
    pub is_escalated: bool,
    /// How many of the request's people and roles were asked from the beginning.
    first: (usize, usize),
}

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// They are not among those who are asked.
    #[error("you are not among those who are asked; ask {0}")]
    NotAsked(String),
    /// They started the execution.
    #[error("whoever started an execution may not approve it; ask somebody else")]
    Requester,
    /// They have decided.
    #[error("you have decided about this already")]
    Again,
    /// The form is not filled in as it should be.
    #[error("{} {}", .0.field, .0.message)]
    Form(FieldProblem),
}

/// What all decisions together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More people have to decide.
    Open,
    /// It is approved.
    Approved,
    /// It is rejected.
    Rejected,
    /// Too few are left for the quorum, for it or against it.
    OutOfReach,
}

impl ApprovalState {
    /// An approval about which nobody has decided.
    pub const fn new(request: ApprovalRequest) -> Self {
        let first = (request.people.len(), request.roles.len());
        Self { request, decisions: Vec::new(), is_escalated: false, first }
    }

    /// Asks others as well.
    pub fn escalate(&mut self) {
        self.is_escalated = true;
        if let Some(escalation) = &self.request.escalation {
            self.request.people.extend(escalation.people.iter().cloned());
            self.request.roles.extend(escalation.roles.iter().cloned());
        }
    }

    /// Whether this person may decide, and has filled in what is wanted.
    pub fn admits(&self, decision: &Decision) -> Result<(), DecisionError> {
        let by = &decision.by;
        if self.decisions.iter().any(|other| other.by.id == by.id) {
            return Err(DecisionError::Again);
        }
        if by.is_requester && !self.request.requester_may_approve && !by.is_admin {
            return Err(DecisionError::Requester);
        }
        if !self.asks(by) && !by.is_admin {
            return Err(DecisionError::NotAsked(self.asked()));
        }
        if decision.approve { self.form_is_filled(&decision.form) } else { Ok(()) }
    }

    /// What the decisions say by the rule.
    pub fn verdict(&self) -> Verdict {
        let approvals = self.decisions.iter().filter(|decision| decision.approve).count();
        let refusals = self.decisions.len() - approvals;
        match self.request.rule {
            Rule::Any if approvals > 0 => Verdict::Approved,
            Rule::Quorum(count) if approvals >= count as usize => Verdict::Approved,
            Rule::All if refusals == 0 && approvals > 0 && self.has_everybody() => {
                Verdict::Approved
            }
            Rule::Any | Rule::All if refusals > 0 => Verdict::Rejected,
            Rule::Quorum(count) if refusals >= count as usize => Verdict::Rejected,
            Rule::Quorum(count) if !self.can_reach(count as usize, approvals.max(refusals)) => {
                Verdict::OutOfReach
            }
            Rule::Any | Rule::All | Rule::Quorum(_) => Verdict::Open,
        }
    }

    /// Why its quorum is out of reach, and what to do about it.
    pub fn shortage(&self) -> String {
        let asks_requester = self.request.people.iter().any(|person| self.is_excused(person));
        let (why, more) = if asks_requester {
            (
                ": whoever started the execution may not decide, and too few others are asked",
                ", or write \"requester-may-approve: true\"",
            )
        } else {
            (", for it or against it: too few of those who are asked are left", "")
        };
        format!(
            "its quorum cannot be reached any more{why}; name more people or make the quorum smaller{more}"
        )
    }

    /// What a step that asks gives back once it is approved.
    pub fn output(&self) -> Json {
        let last = self.decisions.last();
        // What somebody filled in who refuses was not looked at, and decides nothing.
        let agreed = self.decisions.iter().rev().filter(|decision| decision.approve);
        let form = agreed.map(|decision| &decision.form).find(|form| form.is_object()).cloned();
        let decisions = self.decisions.iter().map(|decision| {
            json!({
                "by": decision.by.name, "email": decision.by.email, "approve": decision.approve,
                "comment": decision.comment, "at": decision.at,
            })
        });
        json!({
            "approved": true,
            "by": last.map(|decision| decision.by.name.clone()),
            "comment": last.map(|decision| decision.comment.clone()),
            "form": form.unwrap_or_else(|| json!({})),
            "decisions": decisions.collect::<Vec<_>>(),
        })
    }

    fn asks(&self, by: &Decider) -> bool {
        let request = &self.request;
        if self.first == (0, 0) && by.may_approve {
            return true;
        }
        request.people.iter().any(|person| by.is(person))
            || request.roles.iter().any(|role| by.has(role))
    }

    /// Whether every named person has agreed who may, and somebody of every named role; or one
    /// of those who were asked as well because not everybody answered.
    fn has_everybody(&self) -> bool {
        let agreed = |test: &dyn Fn(&Decider) -> bool| {
            self.decisions.iter().any(|decision| decision.approve && test(&decision.by))
        };
        let (people, more_people) = self.request.people.split_at(self.first.0);
        let (roles, more_roles) = self.request.roles.split_at(self.first.1);
        people.iter().all(|person| self.is_excused(person) || agreed(&|by| by.is(person)))
            && roles.iter().all(|role| agreed(&|by| by.has(role)))
            || more_people.iter().any(|person| agreed(&|by| by.is(person)))
            || more_roles.iter().any(|role| agreed(&|by| by.has(role)))
    }

    /// Whether this person started the execution and may not approve it, as far as a decision
    /// has told.
    fn is_excused(&self, person: &str) -> bool {
        let mut excused = self.decisions.iter().flat_map(|decision| &decision.excused);
        !self.request.requester_may_approve && excused.any(|other| other == person)
    }

    /// Whether those who have not decided, together with the `alike` who say the same, can be
    /// `count`. Only where all are named does anybody know; and what an expiry approves ends so.
    fn can_reach(&self, count: usize, alike: usize) -> bool {
        let request = &self.request;
        let later = request.escalation.as_ref().filter(|_| !self.is_escalated);
        let is_unknown = self.first == (0, 0)
            || !request.roles.is_empty()
            || later.is_some_and(|later| !later.roles.is_empty());
        let is_approved_later =
            request.expires_at.is_some() && request.on_expiry == OnExpiry::Approve;
        let decided = |person: &str| self.decisions.iter().any(|decision| decision.by.is(person));
        let later = later.map(|later| later.people.as_slice()).unwrap_or_default();
        let people = request.people.iter().chain(later);
        let left = people.filter(|person| !self.is_excused(person) && !decided(person)).count();
        is_unknown || is_approved_later || alike + left >= count
    }

    fn asked(&self) -> String {
        let names: Vec<&str> =
            self.request.people.iter().chain(&self.request.roles).map(String::as_str).collect();
        if names.is_empty() {
            "somebody who may approve workflows".to_owned()
        } else {
            names.join(", ")
        }
    }

    fn form_is_filled(&self, form: &Json) -> Result<(), DecisionError> {
        for (name, field) in &self.request.form {
            let problem = match form.get(name).filter(|value| !value.is_null()) {
                Some(value) => field.problem(value),
                None if field.required => Some("is required".to_owned()),
                None => None,
            };
            if let Some(message) = problem {
                let field = format!("form.{name}");
                return Err(DecisionError::Form(FieldProblem { field, message }));
            }
        }
        Ok(())
    }
}

impl FormField {
    /// What is wrong with a value for this field, if anything is.
    fn problem(&self, value: &Json) -> Option<String> {
        if !fits(self.kind, value) {
            return Some(format!("has to be {}", article(self.kind)));
        }
        let is_listed = self.options.is_empty() || self.options.contains(value);
        (!is_listed).then(|| {
            let options: Vec<String> = self.options.iter().map(ToString::to_string).collect();
            format!("has to be one of {}", options.join(", "))
        })
    }
}

impl Decider {
    /// Whether a definition that names this person means them.
    fn is(&self, person: &str) -> bool {
        person == self.id || person.eq_ignore_ascii_case(&self.email)
    }

    fn has(&self, role: &str) -> bool {
        role.eq_ignore_ascii_case(&self.role)
    }
}

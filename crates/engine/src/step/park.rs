//! Attempts that wait instead of working: for a time, a signal, an event of the system or
//! people. They hold no place and cost nothing but their row.

use std::time::Duration;

use base::Timestamp;
use serde_json::{Value as Json, json};

use super::advance::Advance;
use super::order::expression_failure;
use crate::definition::{Action, Approval, OnExpiry, Wait, is_event_kind};
use crate::execution::{ApprovalRequest, ApprovalState, EVENT, Listening, Verdict};
use crate::expression::{Expression, LARGEST_VALUE, Template, brief, size};
use crate::{AttemptKey, Event, Failure, InstanceStatus, Parking};

/// The longest time that a step can wait for.
const LONGEST_WAIT: f64 = 366.0 * 24.0 * 60.0 * 60.0;

impl Advance<'_> {
    /// Begins to wait.
    pub(super) fn park(&mut self, key: AttemptKey, wait: &Wait) -> Result<(), Failure> {
        let mut listens = None;
        let (until, signal) = match wait {
            Wait::For { amount, unit_seconds } => {
                let value = self.value(key, amount, "what it waits for")?;
                let seconds = number(&value).map(|amount| amount * *unit_seconds as f64);
                let seconds = seconds.filter(|seconds| (0.0..=LONGEST_WAIT).contains(seconds));
                let Some(seconds) = seconds else {
                    let message =
                        format!("it cannot wait for {value}; give a number of at most a year");
                    return Err(Failure::permanent("expression", message));
                };
                (self.now.plus(Duration::from_secs_f64(seconds)), None)
            }
            Wait::Until(moment) => {
                let value = self.value(key, moment, "what it waits for")?;
                let until = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                let Some(until) = until else {
                    let message = format!(
                        "it cannot wait until {value}; give a moment like \"2027-01-31T09:00:00Z\""
                    );
                    return Err(Failure::permanent("expression", message));
                };
                (until, None)
            }
            Wait::Event { name, when } => {
                let name = self.said(key, name, "the event's name")?;
                listens = self.listen(key, &name, when.as_ref())?;
                (self.now.plus(self.plan.step(key.step).timeout), Some(name))
            }
        };
        self.record(Event::WaitStarted { key, until, signal, listens });
        self.take_kept_signal(key);
        self.end_wait_if_over(key);
        Ok(())
    }

    /// How an attempt listens to events of the system, if it waits for one of those.
    fn listen(
        &self,
        key: AttemptKey,
        name: &str,
        when: Option<&Expression>,
    ) -> Result<Option<Listening>, Failure> {
        let is_event = is_event_kind(name);
        let Some(when) = when else { return Ok(is_event.then(Listening::default)) };
        if !is_event {
            let message = format!(
                "\"{}\" is a signal, and only events of the system have a condition",
                brief(name)
            );
            return Err(Failure::permanent("expression", message));
        }
        // It is asked later, and must not be answered by what has become of the steps then.
        let given = when
            .known(&self.scope(key), EVENT)
            .map_err(|error| expression_failure("its condition", &error))?;
        if size(&given) > LARGEST_VALUE {
            let mib = LARGEST_VALUE / 1024 / 1024;
            let message = format!("its condition reads more than {mib} MiB; read less");
            return Err(Failure::permanent("too_large", message));
        }
        Ok(Some(Listening { given, after: None }))
    }

    /// Asks people.
    pub(super) fn ask(&mut self, key: AttemptKey, approval: &Approval) -> Result<(), Failure> {
        let text = |template: &Option<Template>, place| {
            template.as_ref().map(|template| self.text(key, template, place)).transpose()
        };
        let title = text(&approval.title, "the approval's title")?;
        let message = text(&approval.message, "the approval's message")?.unwrap_or_default();
        let request = ApprovalRequest {
            title: title
                .filter(|title| !title.trim().is_empty())
                .unwrap_or_else(|| self.plan.step(key.step).name.clone()),
            message,
            people: approval.people.clone(),
            roles: approval.roles.clone(),
            rule: approval.rule,
            expires_at: approval.expires.map(|after| self.now.plus(after)),
            on_expiry: approval.on_expiry,
            escalates_at: approval.escalate.as_ref().map(|to| self.now.plus(to.after)),
            escalation: approval.escalate.clone(),
            form: approval.form.clone(),
            requester_may_approve: approval.requester_may_approve,
        };
        self.record(Event::ApprovalRequested { key, request });
        Ok(())
    }

    /// After a decision: goes on once it is clear what was decided.
    pub(super) fn conclude_approval(&mut self, key: AttemptKey) {
        let Some(approval) = self.state.approval(key.step, key.instance) else { return };
        match approval.verdict() {
            Verdict::Open => {}
            Verdict::Approved => {
                let output = self.agreed(key, approval);
                self.complete_attempt(key, output);
            }
            Verdict::Rejected => {
                let refused = approval.decisions.iter().rev().find(|decision| !decision.approve);
                let (name, comment) = refused.map_or(("somebody", ""), |decision| {
                    (decision.by.name.as_str(), decision.comment.as_str())
                });
                let message = if comment.is_empty() {
                    format!("{name} rejected it")
                } else {
                    format!("{name} rejected it: {comment}")
                };
                self.fail_attempt(key, Failure::permanent("rejected", message));
            }
            Verdict::OutOfReach => {
                let failure = Failure::permanent("quorum_out_of_reach", approval.shortage());
                self.fail_attempt(key, failure);
            }
        }
    }

    /// What a step gives that people let through. A gate says beside it what it says when its
    /// condition holds.
    fn agreed(&self, key: AttemptKey, approval: &ApprovalState) -> Json {
        let mut output = approval.output();
        if matches!(self.plan.step(key.step).action, Action::Gate(_)) {
            output["passed"] = Json::Bool(true);
            output["round"] = Json::from(self.state.steps[key.step].rounds);
        }
        output
    }

    /// A signal that came before this attempt waited for it ends the wait.
    pub(super) fn take_kept_signal(&mut self, key: AttemptKey) {
        let Some(instance) = self.state.instance(key.step, key.instance) else { return };
        let InstanceStatus::Parked { on: Parking::Signal(name), .. } = &instance.status else {
            return;
        };
        let kept = self.state.signals.iter().find(|signal| signal.name == *name);
        if let Some(payload) = kept.map(|signal| signal.payload.clone()) {
            self.complete_attempt(key, payload);
        }
    }

    /// Ends a wait whose time is over, and asks others where nobody answered.
    pub(super) fn end_wait_if_over(&mut self, key: AttemptKey) {
        let Some(instance) = self.state.instance(key.step, key.instance) else { return };
        let InstanceStatus::Parked { until, on } = &instance.status else { return };
        let is_over = until.is_some_and(|until| until <= self.now);
        match on {
            Parking::Time if is_over => {
                let output = json!({ "until": until });
                self.complete_attempt(key, output);
            }
            Parking::Signal(name) if is_over => {
                let message = if is_event_kind(name) {
                    format!(
                        "no event \"{name}\" that it waits for came in time; look at its condition or raise timeout-minutes"
                    )
                } else {
                    format!("no signal \"{name}\" came in time; send it or raise timeout-minutes")
                };
                self.fail_attempt(key, Failure::permanent("timeout", message));
            }
            Parking::People(approval) if is_over => match approval.request.on_expiry {
                OnExpiry::Approve => {
                    let mut output = self.agreed(key, approval);
                    output["expired"] = Json::Bool(true);
                    self.complete_attempt(key, output);
                }
                OnExpiry::Fail => {
                    let message = "nobody decided in time; ask again by a retry";
                    self.fail_attempt(key, Failure::permanent("approval_expired", message));
                }
                OnExpiry::Reject => {
                    let message = "nobody decided in time, which counts as a rejection";
                    self.fail_attempt(key, Failure::permanent("rejected", message));
                }
            },
            Parking::People(approval) => {
                let is_due = approval.request.escalates_at.is_some_and(|at| at <= self.now);
                if is_due && !approval.is_escalated {
                    self.record(Event::ApprovalEscalated { key });
                }
            }
            Parking::Time | Parking::Signal(_) => {}
        }
    }

    fn value(&self, key: AttemptKey, template: &Template, place: &str) -> Result<Json, Failure> {
        let scope = self.scope(key);
        template.eval(&scope).map_err(|error| expression_failure(place, &error))
    }

    fn text(&self, key: AttemptKey, template: &Template, place: &str) -> Result<String, Failure> {
        Ok(match self.value(key, template, place)? {
            Json::String(text) => text,
            // As inside a text.
            Json::Null => String::new(),
            other => other.to_string(),
        })
    }

    /// A text that has to say something: nobody can answer an empty one.
    pub(super) fn said(
        &self,
        key: AttemptKey,
        template: &Template,
        place: &str,
    ) -> Result<String, Failure> {
        let text = self.text(key, template, place)?;
        if text.trim().is_empty() {
            let message = format!("{place} is empty; look at what it reads");
            return Err(Failure::permanent("expression", message));
        }
        Ok(text)
    }
}

fn number(value: &Json) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

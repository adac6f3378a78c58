//! What the world tells the engine.

use base::Timestamp;
use engine::definition::is_event_kind;
use engine::{AttemptKey, Decider, Decision, Failure, Input, InstanceStatus, Parking};
use serde_json::{Value as Json, json};

use super::World;
use super::node::Flight;
use crate::fault::Fault;
use crate::scenario::{End, Kind, PEOPLE, Vote};

/// A day in the year 5000, after everything.
const NEVER: Timestamp = Timestamp::from_millis(95_617_584_000_000);

impl World<'_> {
    /// What the script says about an attempt; nothing when it stays silent.
    pub(super) fn outcome(&self, key: AttemptKey) -> Option<Input> {
        let failed = |failure| Some(Input::AttemptFailed { key, failure });
        let is_judged = self.scenario.steps.get(key.step).is_some_and(|step| step.is_judged);
        match self.scenario.end(key) {
            End::Well => Some(Input::AttemptCompleted { key, output: self.scenario.output(key) }),
            End::Flaky if is_judged => {
                Some(Input::AttemptCompleted { key, output: json!({ "quality_score": 1 }) })
            }
            End::Flaky => failed(Failure::passing("flaky", "try again")),
            End::Broken => failed(Failure::permanent("broken", "no use")),
            End::Dear => failed(Failure::permanent("budget_exceeded", "too dear")),
            End::Silent => None,
        }
    }

    /// What may be told now, and when it would be too late.
    pub(super) fn news(&mut self) -> Vec<(Input, Timestamp)> {
        let mut news = Vec::new();
        let state = &self.node.state;
        for (key, flight) in &self.node.air {
            let status = state.instance(key.step, key.instance).map(|instance| &instance.status);
            let due = match status {
                Some(InstanceStatus::Running { deadline }) => *deadline,
                _ => NEVER,
            };
            let input = match flight {
                Flight::Work => self.outcome(*key),
                Flight::Choice(exclude) => {
                    let agent = (1..).map(|number| format!("agent{number}"));
                    let agent = agent.into_iter().find(|agent| !exclude.contains(agent));
                    let agent = agent.unwrap_or_default();
                    Some(Input::AgentChosen { key: *key, agent, explanation: Json::Null })
                }
            };
            news.extend(input.map(|input| (input, due)));
        }
        let mut asked = Vec::new();
        for (step, standing) in state.steps.iter().enumerate() {
            for (instance, it) in standing.instances.iter().enumerate() {
                let InstanceStatus::Parked { until, on } = &it.status else { continue };
                let due = until.unwrap_or(NEVER);
                match on {
                    Parking::Time => {}
                    Parking::Signal(name) => {
                        let kind = self.scenario.steps.get(step).map(|step| step.kind);
                        if kind == Some(Kind::Signal(true)) {
                            let attempt = it.attempts;
                            let key = AttemptKey { step, instance, attempt };
                            let event = json!({ "n": 1 });
                            let input = if is_event_kind(name) {
                                Input::EventHeard { key, event }
                            } else {
                                signal(name)
                            };
                            news.push((input, due));
                        }
                    }
                    Parking::People(_) => asked.push((step, instance, due)),
                }
            }
        }
        for (step, instance, due) in asked {
            news.extend(self.vote(step, instance).map(|input| (input, due)));
        }
        news
    }

    /// What one of those who are asked decides.
    fn vote(&mut self, step: usize, instance: usize) -> Option<Input> {
        let (Kind::Approval(_, vote) | Kind::Gate { ask: Some(vote), .. }) =
            self.scenario.steps.get(step)?.kind
        else {
            return None;
        };
        let approve = match vote {
            Vote::Approve => true,
            Vote::Reject => false,
            Vote::Nobody(_) => return None,
        };
        let approval = self.node.state.approval(step, instance)?;
        let decided = |name: &str| approval.decisions.iter().any(|it| it.by.name == name);
        let mut open: Vec<&str> = PEOPLE.into_iter().filter(|name| !decided(name)).collect();
        let is_forged = self.has(Fault::DecidesTwice) && open.len() < PEOPLE.len();
        if is_forged {
            open = PEOPLE.into_iter().filter(|name| decided(name)).collect();
        }
        let name = *open.get(self.luck.below(open.len()))?;
        let mut by = decider(name, "member");
        if is_forged {
            by.id.push('x');
        }
        Some(decide(step, instance, by, approve, self.now))
    }

    /// News that nobody wants any more, or from people who may not.
    pub(super) fn unwanted(&mut self) -> Vec<Input> {
        let mut all = vec![Input::Start];
        let keys = self.journal.iter().filter_map(|event| match event {
            engine::Event::AttemptStarted { key, .. } if !self.runs(*key) => Some(*key),
            _ => None,
        });
        let keys: Vec<AttemptKey> = keys.collect();
        if let Some(key) = keys.get(self.luck.below(keys.len())).copied() {
            all.push(Input::AttemptCompleted { key, output: json!("an echo") });
            let failure = Failure::passing("echo", "an echo");
            all.push(Input::AttemptFailed { key, failure });
            all.push(Input::AttemptBegan { key });
            let agent = "echo".to_owned();
            all.push(Input::AgentChosen { key, agent, explanation: Json::Null });
            let status = self.node.state.instance(key.step, key.instance).map(|it| &it.status);
            if !matches!(status, Some(InstanceStatus::Parked { .. })) {
                all.push(Input::EventHeard { key, event: json!("an echo") });
            }
        }
        let asked = self.node.state.steps.iter().enumerate().find_map(|(step, standing)| {
            let asks = |it: &engine::InstanceState| {
                matches!(it.status, InstanceStatus::Parked { on: Parking::People(_), .. })
            };
            Some((step, standing.instances.iter().position(asks)?))
        });
        if let Some((step, instance)) = asked {
            let stranger = decider("mallory", "member");
            all.push(decide(step, instance, stranger, true, self.now));
            let requester = Decider { is_requester: true, ..decider("ann", "member") };
            all.push(decide(step, instance, requester, true, self.now));
        }
        if self.node.state.status == engine::Status::Queued {
            // It has not begun, and its start is wanted.
            all.remove(0);
        }
        all
    }
}

pub(super) fn signal(name: &str) -> Input {
    Input::Signal { name: name.to_owned(), payload: json!({ "n": 1 }), by: "ann".to_owned() }
}

fn decide(step: usize, instance: usize, by: Decider, approve: bool, at: Timestamp) -> Input {
    let (comment, excused) = (String::new(), Vec::new());
    let decision = Decision { by, approve, comment, form: Json::Null, at, excused };
    Input::Decide { step, instance, decision }
}

fn decider(name: &str, role: &str) -> Decider {
    Decider {
        id: format!("id-{name}"),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        role: role.to_owned(),
        may_approve: false,
        is_admin: false,
        is_requester: false,
    }
}

//! Agents and workflows that answer outside clients in place of a model. Each question is
//! an execution like any other: durable, visible, and paid for by its own calls. An agent is
//! heard while it writes; which step of a workflow writes its answer is known at the end only.

use std::time::Duration;

use agent::port::{Insider, Insiders, Question};
use base::{ExecutionId, OrganisationId};
use engine::Input;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use llm::chat::{Delta, Finish, Message, Part, Role, TokenUsage};
use llm::{DeltaStream, Denial, Error};
use serde_json::{Value as Json, json};
use store::Signal;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::mpsc;
use web::App;

use super::begin::Beginning;
use super::model::Execution;
use super::said::Said;
use super::sql;
use super::start::AD_HOC;
use crate::Automation;
use crate::runner::{Charge, StartError, Starter};
use crate::workflow::{Source, check, find, slugs};

/// How many pieces wait for a client who is slower than the agent.
const PIECES: usize = 64;

/// The agents and workflows of a running feature, as the doors ask them.
pub(crate) struct Answering {
    app: App,
    automation: Automation,
}

impl Answering {
    pub(crate) fn new(app: App, automation: Automation) -> Self {
        Self { app, automation }
    }

    async fn begin(&self, question: &Question) -> Result<ExecutionId, Error> {
        let _place = self.automation.runner.admit().map_err(|crowded| Error::RateLimited {
            retry_after: Some(Duration::from_secs(1)),
            message: crowded.to_string(),
        })?;
        let (source, inputs) = match question.kind {
            Insider::Agent => self.of_agent(question).await?,
            Insider::Workflow => self.of_workflow(question).await?,
        };
        let inputs = source.plan.definition().accept_inputs(&inputs).map_err(|problems| {
            let all = problems.iter().map(|one| format!("{} {}", one.field, one.message));
            bad(format!("{}; send the inputs as a JSON object", all.collect::<Vec<_>>().join(", ")))
        })?;
        let random = self.app.random.as_ref();
        let id = ExecutionId::new(self.app.now(), random);
        let beginning = Beginning {
            organisation: question.organisation,
            id,
            source,
            inputs,
            project: question.project.clone(),
            charge: Charge::default(),
            model: None,
            priority: None,
            title: None,
            starter: Starter {
                kind: "virtual_key",
                id: question.user.to_string(),
                name: "a virtual key".to_owned(),
                key: Some(question.key),
                behind: None,
            },
            trigger: "api",
            link: None,
            depth: 0,
            beside: None,
            audit: None,
        };
        let new = beginning.execution(random).map_err(bad)?;
        self.automation.runner.create(new).await.map_err(|error| match error {
            StartError::Exists => bad("an execution with this id exists already".to_owned()),
            StartError::Circle(_) => bad(error.to_string()),
            StartError::Full(_) => Error::RateLimited {
                retry_after: Some(super::start::WHEN_FULL),
                message: error.to_string(),
            },
            StartError::Unavailable(message) => Error::Overloaded { retry_after: None, message },
        })?;
        Ok(id)
    }

    /// One step that puts the question to the agent.
    async fn of_agent(&self, question: &Question) -> Result<(Source, Json), Error> {
        let slug = &question.slug;
        if self.automation.library.agent(slug).is_none() {
            return Err(nobody(question, "there is no such agent"));
        }
        let input = json!({"type": "string", "required": true, "description": "What is asked."});
        let step = json!({"id": "answer", "agent": slug, "prompt": "${{ inputs.question }}"});
        let text = json!({
            "name": format!("Ask {slug}"),
            "inputs": {"question": input},
            "steps": [step],
            "outputs": {"answer": "${{ steps.answer.outputs }}"},
        })
        .to_string();
        let mut tx = self.app.db.read().await.map_err(lost)?;
        let checked = check(&self.automation, &mut tx, question.organisation, &text).await;
        let plan = checked.map_err(|error| nobody(question, error.detail()))?.map_err(|all| {
            let first = all.first().map(ToString::to_string).unwrap_or_default();
            nobody(question, &first)
        })?;
        let name = plan.definition().name.clone();
        let source = Source {
            slug: AD_HOC.to_owned(),
            name,
            revision: None,
            text,
            is_archived: false,
            plan,
        };
        Ok((source, json!({"question": conversation(&question.request.messages)})))
    }

    /// The workflow, with the client's last words as its inputs.
    async fn of_workflow(&self, question: &Question) -> Result<(Source, Json), Error> {
        let mut tx = self.app.db.read().await.map_err(lost)?;
        let found = find(&self.automation, &mut tx, question.organisation, &question.slug).await;
        let source = found.map_err(|error| nobody(question, error.detail()))?;
        let users = question.request.messages.iter().rev();
        let last = users.into_iter().find(|message| message.role == Role::User);
        let words = last.map(Message::joined_text).unwrap_or_default();
        let inputs = match serde_json::from_str(&words) {
            Ok(Json::Object(fields)) => Json::Object(fields),
            _ => only_input(&source, words)?,
        };
        Ok((source, inputs))
    }

    async fn read(&self, question: &Question, id: ExecutionId) -> Result<Execution, Error> {
        let mut tx = self.app.db.read().await.map_err(lost)?;
        let found = sql::get(&mut tx, question.organisation, id).await.map_err(lost)?;
        found.ok_or_else(|| cut(format!("execution {id} is not there any more")))
    }

    /// Waits until the execution has ended, or waits for somebody itself. Meanwhile the
    /// client hears what an agent writes.
    async fn end(&self, asked: &mut Asked) -> Result<Execution, Error> {
        let Asked { question, id, signals, client, said } = asked;
        let (question, id) = (&*question, *id);
        loop {
            let execution = self.read(question, id).await?;
            if execution.finished_at.is_some() || execution.status == "paused" {
                return Ok(execution);
            }
            loop {
                match signals.recv().await {
                    Ok(Signal::Journal { execution, .. }) if execution == id => break,
                    Ok(Signal::Live { execution, kind, data, .. }) if execution == id => {
                        if question.kind == Insider::Agent
                            && let Some(text) = heard(said, kind, &data)
                        {
                            // one who has left is noticed by who waits for this
                            let _ = client.send(Ok(Delta::Text { text })).await;
                        }
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        said.missed();
                        break;
                    }
                    Err(RecvError::Closed) => return Err(Error::Cancelled),
                }
            }
        }
    }

    /// Waits for the end and says it to the client. One who leaves cancels the execution.
    async fn answer(self, mut asked: Asked) {
        let (id, client) = (asked.id, asked.client.clone());
        let model = asked.question.request.model.clone();
        // whether the scripted model wrote it is known at the end, and to the ledger
        let start = Delta::Start { model, scripted: false };
        if client.send(Ok(start)).await.is_err() {
            tracing::debug!(execution.id = %id, "a client left at once");
        }
        let end = tokio::select! {
            end = self.end(&mut asked) => end,
            () = client.closed() => {
                let reason = Some("the client left before the answer".to_owned());
                let cancel = Input::Cancel { by: "a virtual key".to_owned(), reason };
                if let Err(error) = self.automation.runner.input(id, cancel, None).await {
                    tracing::info!(execution.id = %id, "a client left and its execution goes on: {error}");
                }
                return;
            }
        };
        for piece in end.map_or_else(|error| vec![Err(error)], |end| pieces(&asked.said, &end)) {
            if client.send(piece).await.is_err() {
                return;
            }
        }
    }
}

impl Insiders for Answering {
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<DeltaStream, Error>> {
        Box::pin(async move {
            // before it begins, so that not a word is missed
            let signals = self.app.bus.listen();
            let id = self.begin(&question).await?;
            let (client, mut pieces) = mpsc::channel(PIECES);
            let answering = Self::new(self.app.clone(), self.automation.clone());
            let asked = Asked { question, id, signals, client, said: Said::default() };
            self.app.spawn(answering.answer(asked));
            Ok(futures::stream::poll_fn(move |context| pieces.poll_recv(context)).boxed())
        })
    }

    fn names(&self, organisation: OrganisationId) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move {
            let agents = self.automation.library.agents();
            let mut names: Vec<String> =
                agents.map(|agent| format!("agent:{}", agent.slug)).collect();
            let built_in = self.automation.workflows.iter();
            names.extend(built_in.map(|workflow| format!("workflow:{}", workflow.slug)));
            let saved = async {
                let mut tx = self.app.db.read().await?;
                slugs(&mut tx, organisation).await
            };
            match saved.await {
                Ok(saved) => names.extend(saved.iter().map(|slug| format!("workflow:{slug}"))),
                Err(error) => tracing::warn!("saved workflows could not be listed: {error}"),
            }
            names
        })
    }
}

/// A question under way.
struct Asked {
    question: Question,
    id: ExecutionId,
    signals: Receiver<Signal>,
    client: mpsc::Sender<Result<Delta, Error>>,
    said: Said,
}

/// What to pass on of something live.
fn heard(said: &mut Said, kind: &str, data: &Json) -> Option<String> {
    let attempt = data["attempt"].as_u64().unwrap_or(0);
    match kind {
        "model_called" => {
            said.call(attempt);
            None
        }
        "delta" => said.piece(attempt, data["text"].as_str().unwrap_or_default()),
        _ => None,
    }
}

/// The end of an answer after what was said of it, as a model would give it.
fn pieces(said: &Said, end: &Execution) -> Vec<Result<Delta, Error>> {
    if end.status != "completed" {
        return vec![Err(failure(end))];
    }
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    let usage = TokenUsage {
        input: count(end.usage.input_tokens),
        output: count(end.usage.output_tokens),
        ..TokenUsage::default()
    };
    let Some(text) = said.rest(&words(end.outputs.as_ref().unwrap_or(&Json::Null))) else {
        let id = end.id;
        let message = "began anew after its first words; its answer stands there";
        return vec![Err(cut(format!("execution {id} {message}")))];
    };
    let text = (!text.is_empty()).then_some(Ok(Delta::Text { text }));
    let end = [Ok(Delta::Usage(usage)), Ok(Delta::Finish { reason: Finish::Stop })];
    text.into_iter().chain(end).collect()
}

fn failure(end: &Execution) -> Error {
    let id = end.id;
    let Some(error) = &end.error else {
        return cut(format!("execution {id} is {}; look at it there", end.status));
    };
    let message = format!("execution {id}: {}", error.message);
    if error.code.starts_with("budget_") {
        return Error::OutOfCredit { message };
    }
    if let Ok(why) = error.code.parse::<Denial>() {
        return Error::Denied { why, retry_after: None, message };
    }
    cut(message)
}

/// What an execution gives back, as words: its one text, or JSON.
fn words(outputs: &Json) -> String {
    match outputs {
        Json::String(text) => text.clone(),
        Json::Object(fields) if fields.len() == 1 => {
            fields.values().next().map(words).unwrap_or_default()
        }
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// The words of a client as the only input that the workflow cannot do without.
fn only_input(source: &Source, words: String) -> Result<Json, Error> {
    let inputs = &source.plan.definition().inputs;
    let mut required = inputs.iter().filter(|(_, input)| input.required);
    match (required.next(), required.next(), inputs.len()) {
        (Some((name, _)), None, _) => Ok(json!({ name: words })),
        (None, _, 0) => Ok(json!({})),
        _ => {
            let names: Vec<&str> = inputs.keys().map(String::as_str).collect();
            Err(bad(format!(
                "this workflow has the inputs {}; send them as a JSON object",
                names.join(", ")
            )))
        }
    }
}

/// A conversation as one text: a lone question as it is, more with who said what.
fn conversation(messages: &[Message]) -> String {
    if let [only] = messages {
        return only.joined_text();
    }
    let said = messages.iter().map(|message| {
        let who = match message.role {
            Role::System => "Rules",
            Role::User => "User",
            Role::Assistant => "You",
            Role::Tool => "Tool",
        };
        let text: String = message
            .content
            .iter()
            .map(|part| match part {
                Part::Text { text } => text.clone(),
                Part::ToolReturn { content, .. } => content.clone(),
                Part::ToolCall(call) => format!("({} {})", call.name, call.arguments),
                Part::Image(_) | Part::Thought(_) | Part::CachePoint => String::new(),
            })
            .collect();
        format!("{who}: {text}")
    });
    said.collect::<Vec<_>>().join("\n\n")
}

fn nobody(question: &Question, message: &str) -> Error {
    let model = question.request.model.clone();
    Error::ModelUnavailable { model, message: message.to_owned() }
}

fn bad(message: String) -> Error {
    Error::BadRequest { message }
}

fn cut(message: String) -> Error {
    Error::InvalidReply { message }
}

fn lost(error: store::Error) -> Error {
    Error::Overloaded {
        retry_after: None,
        message: format!("the database cannot be asked: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_become_words() {
        let check = |outputs: Json, expected: &str| assert_eq!(words(&outputs), expected);
        check(json!("hi"), "hi");
        check(json!({"answer": {"text": "hi"}}), "hi");
        check(json!({"a": 1, "b": 2}), r#"{"a":1,"b":2}"#);
        check(json!(null), "");
        check(json!([1]), "[1]");
    }

    #[test]
    fn lone_question_stands_as_it_is_and_more_say_who_spoke() {
        assert_eq!(conversation(&[Message::user("why?")]), "why?");
        let more = [Message::system("be short"), Message::user("why?"), Message::assistant("so")];
        assert_eq!(conversation(&more), "Rules: be short\n\nUser: why?\n\nYou: so");
    }
}

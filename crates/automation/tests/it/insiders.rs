//! Agents and workflows that answer outside clients in place of a model.

use agent::port::{Insider, Question};
use base::{OrganisationId, UserId, VirtualKeyId};
use futures::StreamExt as _;
use llm::Error;
use llm::chat::{Delta, Message, Request};
use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, WRITE, until};
use crate::models::{INPUT, OUTPUT, Plan};

fn question(kind: Insider, slug: &str, words: &str) -> Question {
    Question {
        organisation: OrganisationId::from_u128(1),
        user: UserId::from_u128(1),
        key: VirtualKeyId::from_u128(7),
        project: Some("DEMO".to_owned()),
        kind,
        slug: slug.to_owned(),
        request: Request::new(format!("any:{slug}"), vec![Message::user(words)]),
    }
}

async fn hear(house: &House, question: Question) -> Result<Vec<Delta>, Error> {
    let pieces = house.automation.insiders(&house.app.app).ask(question).await?;
    pieces.collect::<Vec<_>>().await.into_iter().collect()
}

fn text(pieces: &[Delta]) -> String {
    let words = pieces.iter().filter_map(|piece| match piece {
        Delta::Text { text } => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

/// The only execution there is, once it is there.
async fn only(house: &House) -> Json {
    until("an execution is there", async || {
        let page = house.get("/executions").await;
        page["items"].get(0).cloned()
    })
    .await
}

both_databases! {
    async fn an_agent_answers_a_question(db: Db) {
        let house = House::new(db).await;
        house.models.plan("prompt", Plan::Say("Because it is."));
        let pieces = hear(&house, question(Insider::Agent, "tester", "why ${{ inputs }} {{ x }}?")).await.unwrap();
        assert_eq!(text(&pieces), "Because it is.");
        assert!(matches!(pieces[0], Delta::Start { .. }));
        assert!(matches!(pieces.last(), Some(Delta::Finish { .. })));
        let used = pieces.iter().find_map(|piece| match piece {
            Delta::Usage(usage) => Some((usage.input, usage.output)),
            _ => None,
        });
        assert_eq!(used, Some((INPUT as u64, OUTPUT as u64)));
        // what a client writes is never evaluated
        let execution = only(&house).await;
        assert_eq!(execution["inputs"]["question"], "why ${{ inputs }} {{ x }}?");
        assert_eq!(execution["project"], "DEMO");
        house.check().await;
    }

    async fn an_agent_is_heard_while_it_writes(db: Db) {
        let house = House::new(db).await;
        house.models.plan("prompt", Plan::Pause("Because ", "it is."));
        let asking = question(Insider::Agent, "tester", "why?");
        let mut pieces = house.automation.insiders(&house.app.app).ask(asking).await.unwrap();
        let mut heard = Vec::new();
        while text(&heard) != "Because " {
            heard.push(pieces.next().await.unwrap().unwrap());
        }
        // the model is in the middle of its answer
        assert_eq!(only(&house).await["status"], "running");
        house.models.go_on();
        let rest: Result<Vec<Delta>, Error> = pieces.collect::<Vec<_>>().await.into_iter().collect();
        heard.extend(rest.unwrap());
        assert_eq!(text(&heard), "Because it is.");
        assert!(matches!(heard.last(), Some(Delta::Finish { .. })));
        house.check().await;
    }

    async fn words_that_are_not_the_answer_s_end_in_an_error(db: Db) {
        let house = House::new(db).await;
        house.models.plan("prompt", Plan::SayThenFail("Because ", Error::StreamCut));
        house.models.plan("prompt", Plan::Say("No, it is not."));
        let asking = question(Insider::Agent, "tester", "why?");
        let pieces = house.automation.insiders(&house.app.app).ask(asking).await.unwrap();
        let id = only(&house).await["id"].as_str().unwrap().to_owned();
        house.fact(&id, "retry_scheduled").await;
        house.app.clock.advance(std::time::Duration::from_mins(1));
        let heard: Vec<_> = pieces.collect().await;
        let said: Vec<Delta> = heard.iter().filter_map(|piece| piece.clone().ok()).collect();
        assert_eq!(text(&said), "Because ", "{heard:?}");
        let Some(Err(error)) = heard.last() else { panic!("{heard:?}") };
        assert_eq!(error.code(), "invalid_reply", "{error}");
        house.check().await;
    }

    async fn a_workflow_answers_with_its_outputs(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", json!({ "definition": WRITE })).await.expect(201);
        let expected = json!({"texts": ["about a", "about b", "about c"], "count": 1});
        let answer = hear(&house, question(Insider::Workflow, "write_about_it", "cats")).await.unwrap();
        assert_eq!(serde_json::from_str::<Json>(&text(&answer)).unwrap(), expected);
        let as_json = question(Insider::Workflow, "write_about_it", r#"{"subject": "dogs"}"#);
        hear(&house, as_json).await.unwrap();
        let subjects: Vec<Json> = house.get("/executions").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|execution| execution["inputs"]["subject"].clone())
            .collect();
        assert_eq!(subjects, ["dogs", "cats"]);
        let names = house.automation.insiders(&house.app.app).names(OrganisationId::from_u128(1)).await;
        assert!(names.contains(&"workflow:write_about_it".to_owned()), "{names:?}");
        assert!(names.contains(&"agent:tester".to_owned()), "{names:?}");
        let others = house.automation.insiders(&house.app.app).names(OrganisationId::from_u128(2)).await;
        assert!(!others.contains(&"workflow:write_about_it".to_owned()), "{others:?}");
        house.check().await;
    }

    async fn what_cannot_be_answered_is_refused_or_told(db: Db) {
        let house = House::new(db).await;
        for kind in [Insider::Agent, Insider::Workflow] {
            let refused = hear(&house, question(kind, "nobody", "hi")).await.unwrap_err();
            assert!(matches!(refused, Error::ModelUnavailable { .. }), "{refused}");
        }
        house.post("/workflows", json!({ "definition": WRITE })).await.expect(201);
        let wrong = question(Insider::Workflow, "write_about_it", r#"{"topic": 1}"#);
        let refused = hear(&house, wrong).await.unwrap_err();
        assert!(matches!(refused, Error::BadRequest { .. }), "{refused}");
        house.models.plan("prompt", Plan::Fail(Error::BadRequest { message: "no".to_owned() }));
        let told = hear(&house, question(Insider::Agent, "tester", "hi")).await.unwrap_err();
        assert!(told.to_string().contains("execution exe_"), "{told}");
        house.check().await;
    }

    async fn client_who_leaves_cancels_what_was_begun(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", json!({ "definition": ONE })).await.expect(201);
        house.models.hold("write_text");
        let pieces = house.automation.insiders(&house.app.app).ask(question(Insider::Workflow, "one_text", "")).await.unwrap();
        house.models.begun(1).await;
        drop(pieces);
        house.models.dropped(1).await;
        let id = only(&house).await["id"].as_str().unwrap().to_owned();
        house.status(&id, "cancelled").await;
        house.check().await;
    }
}

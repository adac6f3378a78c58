//! A turn that is cut anywhere and replayed stands where the live one stood.

use llm::chat::Finish;
use proptest::prelude::*;

use super::*;

fn input() -> impl Strategy<Value = Input> {
    let text = prop::sample::select(vec![
        "",
        "prose",
        "{\"points\": 3}",
        "{\"points\": 4}",
        "{\"points\": ",
        "```json\n{\"points\": 5}\n```",
        "{\"name\": \"search\", \"arguments\": {\"q\": \"t\"}}",
        "[[[[{{{{",
    ]);
    let finish = prop_oneof![6 => Just(Finish::Stop), 2 => Just(Finish::Length), 4 => Just(Finish::ToolCalls), 1 => Just(Finish::ContentFilter)];
    let id = prop::sample::select(vec!["", "a", "b", "call_1_0", "call_2_0"]);
    let name = prop::sample::select(vec!["search", "read", "gone"]);
    let arguments =
        prop::sample::select(vec!["{\"q\":\"1\"}", "{\"q\":\"2\"}", "{\"q\":\"3\"}", "{}", "{"]);
    let asked = prop::collection::vec((id.clone(), name, arguments), 0..3);
    let outcome = prop_oneof![
        Just(ToolOutcome::Returned { output: json!("found") }),
        Just(ToolOutcome::Returned { output: json!({ "n": [1] }) }),
        Just(ToolOutcome::Failed { message: "broke".into() }),
        Just(ToolOutcome::Denied { reason: "no".into() }),
    ];
    let error = ModelError { code: "overloaded".into(), message: "busy".into(), retryable: true };
    prop_oneof![
        4 => (text, finish, asked).prop_map(|(text, finish, asked)| reply(text, finish, &asked)),
        6 => (id, outcome).prop_map(|(id, outcome)| Input::ToolReturned { call_id: id.into(), outcome }),
        1 => Just(Input::ModelFailed { error }),
    ]
}

/// Answers what the turn waits for with the next fitting input, like a runner that
/// takes all sorts of news; returns the journal and what was ordered after each entry.
fn live(spec: TurnSpec, news: Vec<Input>) -> (Vec<Input>, Vec<(State, Effect)>) {
    let mut turn = Turn::new(spec).unwrap();
    let mut journal = Vec::new();
    let mut stood = vec![(turn.state().clone(), turn.next())];
    for input in news {
        // A wrong call id is exchanged for an open one, so that stories go on.
        let input = match (turn.next(), input) {
            (Effect::CallTools { calls }, Input::ToolReturned { outcome, .. }) => {
                Input::ToolReturned { call_id: calls[0].id.clone(), outcome }
            }
            (_, input) => input,
        };
        let before = turn.state().clone();
        match turn.accept(input.clone()) {
            Ok(()) => {
                journal.push(input);
                stood.push((turn.state().clone(), turn.next()));
            }
            Err(_) => assert_eq!(turn.state(), &before),
        }
    }
    (journal, stood)
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn replay_of_any_prefix_gives_the_state_and_order_of_the_live_turn(news in prop::collection::vec(input(), 0..24), has_tools in any::<bool>()) {
        let spec = if has_tools { tool_spec() } else { spec() };
        let (journal, stood) = live(spec.clone(), news);
        let (spec, journal) = (through_json(&spec), through_json(&journal));
        for (length, (state, order)) in stood.iter().enumerate() {
            let replayed = Turn::replay(spec.clone(), journal[..length].iter().cloned()).unwrap();
            prop_assert_eq!(replayed.state(), state);
            prop_assert_eq!(&replayed.next(), order);
            prop_assert_eq!(&through_json(state), state);
        }
    }

    #[test]
    fn a_finished_turn_stays_finished_and_limits_hold(news in prop::collection::vec(input(), 0..60)) {
        let limits = Limits { max_model_calls: 6, max_tool_rounds: 3, max_identical_calls: 2, ..Limits::default() };
        let (_, stood) = live(TurnSpec { limits, ..tool_spec() }, news);
        for (state, order) in &stood {
            prop_assert!(state.model_calls <= 6);
            let is_open = matches!(order, Effect::CallTools { calls } if calls.is_empty());
            prop_assert!(!is_open, "an order for no tools would never be answered");
        }
        let finished = stood.iter().filter(|(_, order)| matches!(order, Effect::Finish(_))).count();
        prop_assert!(finished <= 1, "nothing is accepted after the end");
    }

    #[test]
    fn no_text_makes_reading_panic_or_hang(text in "([\\[\\]{}\",:a1é\\\\\n ]|<think>|</think>|```|null){0,200}") {
        let (journal, _) = live(tool_spec(), vec![says(&text)]);
        prop_assert_eq!(journal.len(), 1);
    }
}

#[test]
fn a_whole_story_survives_being_cut_after_every_input() {
    let story = [
        calls(&[("a", "search", "{\"q\":\"x\"}"), ("b", "read", "{\"q\":\"y\"}")]),
        returned("b", json!({ "n": 1 })),
        returned("a", json!("found")),
        cut("{\"points\":"),
        says("{\"points\": 4}"),
        says("{\"points\": 3}"),
    ];
    let (journal, stood) = live(tool_spec(), story.to_vec());
    assert_eq!(journal.len(), story.len());
    for cut_at in 0..=story.len() {
        let mut turn = Turn::replay(tool_spec(), journal[..cut_at].iter().cloned()).unwrap();
        for (input, (state, order)) in journal[cut_at..].iter().zip(&stood[cut_at + 1..]) {
            turn.accept(input.clone()).unwrap();
            assert_eq!((turn.state(), &turn.next()), (state, order));
        }
        assert_eq!(shown(&turn), "done {\"points\":3}");
        assert_eq!(turn.state().usage.output, 20);
    }
}

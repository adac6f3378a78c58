//! How a turn fails, and that it always stops.

use super::*;

fn message(turn: &Turn) -> String {
    match turn.next() {
        Effect::Finish(Outcome::Failed { message, .. }) => message,
        other => panic!("expected a failure, not {other:?}"),
    }
}

#[test]
fn a_cut_answer_is_asked_for_once_more_with_twice_the_tokens() {
    check(
        spec(),
        &[(cut("{\"points\": "), "model 2 200"), (says("{\"points\": 3}"), "done {\"points\":3}")],
    );
    check(spec(), &[(cut("{\"points\": "), "model 2 200"), (cut("{\"poi"), "failed output_cut")]);
    check(text_spec(), &[(cut("Dear"), "model 2 200"), (cut("Dear al"), "failed output_cut")]);
    check(
        spec(),
        &[
            (says("x"), "model 2 repair 100"),
            (cut("{"), "model 3 repair 200"),
            (says("x"), "failed invalid_output retryable"),
        ],
    );
    // A cut tool call may lack half of its arguments, so it is not made.
    check(
        tool_spec(),
        &[(
            reply("", llm::chat::Finish::Length, &[("a", "search", "{\"q\":\"rm\"}")]),
            "model 2 200",
        )],
    );
}

#[test]
fn refusals_and_model_errors_end_the_attempt() {
    check(
        spec(),
        &[(reply("{\"points\": 3}", llm::chat::Finish::ContentFilter, &[]), "failed refused")],
    );
    let failed = |error: llm::Error| Input::ModelFailed { error: (&error).into() };
    check(spec(), &[(failed(llm::Error::StreamCut), "failed stream_cut retryable")]);
    check(spec(), &[(failed(llm::Error::Cancelled), "failed cancelled")]);
}

#[test]
fn an_answer_may_not_be_too_large() {
    let spec = TurnSpec { limits: Limits { max_output_bytes: 40, ..Limits::default() }, ..spec() };
    let padded = format!("{{\"points\": 3}}{}", " ".repeat(27));
    check(spec.clone(), &[(says(&padded), "done {\"points\":3}")]);
    check(spec.clone(), &[(says(&format!("{padded} ")), "failed output_too_large")]);
    assert_eq!(Limits::default().max_output_bytes, 262_144);
}

#[test]
fn going_in_circles_is_stopped_with_a_diagnosis() {
    let spec = tool_spec();
    let mut turn = Turn::new(spec).unwrap();
    for (id, arguments) in [("a", "{\"q\":\"x\",\"n\":1}"), ("b", "{ \"n\":1, \"q\":\"x\" }")] {
        turn.accept(calls(&[(id, "search", arguments)])).unwrap();
        turn.accept(returned(id, json!("nothing"))).unwrap();
    }
    turn.accept(calls(&[("c", "search", "{\"q\":\"other\",\"n\":1}")])).unwrap();
    turn.accept(returned("c", json!("nothing"))).unwrap();
    turn.accept(calls(&[("d", "search", "{\"q\":\"x\",\"n\":1}")])).unwrap();
    assert_eq!(shown(&turn), "failed tool_loop");
    assert_eq!(
        message(&turn),
        "agent \"tester\" goes in circles: it called tool \"search\" 3 times with the same arguments {\"n\":1,\"q\":\"x\"}"
    );
}

#[test]
fn limits_stop_calls_and_rounds() {
    let limited = |limits: Limits| TurnSpec { limits, ..tool_spec() };
    let ask = |n: u32| calls(&[("", "search", &format!("{{\"q\":\"{n}\"}}"))]);
    let rounds = limited(Limits { max_tool_rounds: 1, ..Limits::default() });
    check(
        rounds,
        &[
            (ask(1), "tools call_1_0:search{\"q\":\"1\"}"),
            (returned("call_1_0", json!(1)), "model 2 100"),
            (ask(2), "failed too_many_tool_rounds"),
        ],
    );
    let once = limited(Limits { max_model_calls: 1, ..Limits::default() });
    check(
        once.clone(),
        &[
            (ask(1), "tools call_1_0:search{\"q\":\"1\"}"),
            (returned("call_1_0", json!(1)), "failed too_many_model_calls"),
        ],
    );
    check(once.clone(), &[(says("x"), "failed too_many_model_calls")]);
    check(once, &[(cut("x"), "failed too_many_model_calls")]);
    let never = Turn::new(limited(Limits { max_model_calls: 0, ..Limits::default() })).unwrap();
    assert_eq!(shown(&never), "failed too_many_model_calls");
}

#[test]
fn too_many_calls_at_once_are_put_off() {
    let mut turn = Turn::new(tool_spec()).unwrap();
    let arguments: Vec<String> = (0..40).map(|n| format!("{{\"q\":\"{n}\"}}")).collect();
    let many: Vec<(&str, &str, &str)> =
        arguments.iter().map(|text| ("", "search", text.as_str())).collect();
    turn.accept(calls(&many)).unwrap();
    let Effect::CallTools { calls } = turn.next() else { panic!("expected tools") };
    assert_eq!(calls.len(), 32);
}

#[test]
fn large_tool_results_are_cut() {
    let limits = Limits { max_tool_result_bytes: 5, ..Limits::default() };
    let mut turn = Turn::new(TurnSpec { limits, ..tool_spec() }).unwrap();
    turn.accept(calls(&[("a", "search", "{\"q\":\"x\"}")])).unwrap();
    turn.accept(returned("a", json!("ééééé"))).unwrap();
    let messages = told(&turn);
    let llm::chat::Part::ToolReturn { content, .. } = &messages[3].content[0] else {
        panic!("{messages:?}")
    };
    assert_eq!(content, "éé… [6 more bytes]");
}

#[test]
fn news_that_answers_no_order_is_refused_and_changes_nothing() {
    let refused = |turn: &mut Turn, input: Input, expected: &str| {
        let before = turn.state().clone();
        assert_eq!(turn.accept(input).unwrap_err().to_string(), expected);
        assert_eq!(turn.state(), &before);
    };
    let mut turn = Turn::new(tool_spec()).unwrap();
    refused(
        &mut turn,
        returned("a", json!(1)),
        "the turn waits for a model's reply and cannot take a result of tool call \"a\"",
    );
    turn.accept(calls(&[("a", "search", "{\"q\":\"x\"}"), ("b", "search", "{\"q\":\"y\"}")]))
        .unwrap();
    turn.accept(returned("a", json!(1))).unwrap();
    refused(
        &mut turn,
        returned("a", json!(1)),
        "the turn waits for results of tool calls b and cannot take a result of tool call \"a\"",
    );
    refused(
        &mut turn,
        says("x"),
        "the turn waits for results of tool calls b and cannot take a model's reply",
    );
    turn.accept(returned("b", json!(1))).unwrap();
    turn.accept(says("{\"points\": 1}")).unwrap();
    refused(
        &mut turn,
        says("{\"points\": 2}"),
        "the turn waits for nothing more and cannot take a model's reply",
    );
}

#[test]
fn wrong_parameters_do_not_start_a_turn() {
    let mut spec = spec();
    spec.params.clear();
    let error = Turn::new(spec).unwrap_err();
    assert_eq!(
        error.to_string(),
        "command \"estimate\" cannot take these parameters: roles: is missing: give a list"
    );
}

//! What the keys of the language mean.

use std::time::Duration;

use base::Micros;
use serde_json::json;

use super::super::{
    Action, AgentChoice, Budget, DispatchStrategy, OnBudget, OnError, OnExpiry, OnFailure,
    Priority, Rule, StepDefinition, Task, Wait,
};
use super::{every_form, parsed};
use crate::expression::{self, Template};

fn steps(body: &str) -> Vec<StepDefinition> {
    parsed(&format!("name: some workflow\ninputs: {{x: {{}}}}\nsteps:\n{body}")).steps
}

fn step(body: &str) -> StepDefinition {
    steps(&format!("- {{id: a, {body}}}")).remove(0)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

#[test]
fn the_workflows_own_keys_are_read() {
    let definition = parsed(&every_form()[0]);
    assert_eq!(definition.department, "engineering");
    assert_eq!(definition.tags, ["bug", "quality"]);
    assert_eq!(definition.priority, Some(Priority::High));
    assert_eq!((definition.max_parallel, definition.timeout), (Some(4), Some(minutes(120))));
    assert_eq!(definition.on_failure, OnFailure::Rollback);
    let budget = Budget { cap: Micros(500_000), on_exceeded: OnBudget::Fail };
    assert_eq!(definition.budget, Some(budget));
    let group = definition.concurrency.unwrap();
    assert_eq!((group.limit, group.cancel_in_progress), (2, true));
    let [first, second] = definition.triggers.schedules.as_slice() else { panic!("two schedules") };
    assert_eq!(
        (first.cron.as_str(), first.timezone.as_deref()),
        ("0 9 * * 1-5", Some("Africa/Cairo"))
    );
    assert_eq!(first.inputs, json!({ "title": "Daily", "count": 2 }));
    assert_eq!((second.timezone.as_ref(), &second.inputs), (None, &json!({})));
    let [moved, completed] = definition.triggers.events.as_slice() else { panic!("two events") };
    assert!(moved.when.is_some() && moved.inputs.is_some());
    assert_eq!((completed.event.as_str(), completed.when.is_none()), ("execution.completed", true));
    assert_eq!(definition.inputs["count"].options, [json!(1), json!(2), json!(3)]);
    assert_eq!(definition.inputs.keys().count(), 4);
}

#[test]
fn a_budget_is_counted_in_micro_dollars() {
    let check = |written: &str, micros: i64| {
        let budget = step(&format!("tool: t, budget: {written}")).budget.unwrap();
        assert_eq!(
            (budget.cap, budget.on_exceeded),
            (Micros(micros), OnBudget::Pause),
            "{written}"
        );
    };
    check("0.1", 100_000);
    check("0.000001", 1);
    check("3", 3_000_000);
    check("{usd: 0.29}", 290_000);
}

#[test]
fn agents_are_named_or_found() {
    let agent = |body: &str| match step(body).action {
        Action::Agent { agent, task, model, tools } => (agent, task, model, tools),
        other => panic!("{other:?}"),
    };
    let (found, task, model, tools) =
        agent("agent: a, prompt: 'Do ${{ inputs.x }}.', tools: t, model: m");
    assert_eq!(found, AgentChoice::Named("a".into()));
    assert!(matches!(task, Task::Prompt(Template::Text(_))));
    assert_eq!((model, tools), (Some("m".into()), Some(vec!["t".into()])));
    let (found, ..) =
        agent("capability: [c, d], command: x, dispatch: {strategy: load-balanced, exclude: e}");
    let expected = AgentChoice::Capable {
        capabilities: vec!["c".into(), "d".into()],
        strategy: DispatchStrategy::LoadBalanced,
        exclude: vec!["e".into()],
    };
    assert_eq!(found, expected);
    let text = "name: abc\ndefaults: {agent: d, model: m}\nsteps: [{command: c}, {agent: e, prompt: p, model: n}]";
    let agents: Vec<String> =
        parsed(text).steps.iter().map(|step| format!("{:?}", step.action)).collect();
    assert!(agents[0].contains("Named(\"d\")") && agents[0].contains("Some(\"m\")"), "{agents:?}");
    assert!(agents[1].contains("Named(\"e\")") && agents[1].contains("Some(\"n\")"), "{agents:?}");
}

#[test]
fn waits_know_their_unit() {
    let check = |body: &str, expected: &Wait| {
        assert_eq!(
            &step(&format!("wait: {{{body}}}")).action,
            &Action::Wait(expected.clone()),
            "{body}"
        );
    };
    let amount = |value: serde_json::Value, unit_seconds| Wait::For {
        amount: Template::Constant(value),
        unit_seconds,
    };
    check("seconds: 5", &amount(json!(5), 1));
    check("minutes: 60", &amount(json!(60), 60));
    check("hours: 0.5", &amount(json!(0.5), 3600));
    check("days: 30", &amount(json!(30), 86_400));
    let moment = "2026-01-31T09:00:00Z";
    check(&format!("until: '{moment}'"), &Wait::Until(Template::Constant(json!(moment))));
    // YAML has no type for times here: without quotes it is a text too.
    check(&format!("until: {moment}"), &Wait::Until(Template::Constant(json!(moment))));
    let name = |name: &str| Template::Constant(json!(name));
    check("event: done", &Wait::Event { name: name("done"), when: None });
    let when = expression::parse("event.item.points > 3").ok();
    let expected = Wait::Event { name: name("work_item.moved"), when };
    check("event: work_item.moved, if: '${{ event.item.points > 3 }}'", &expected);
}

#[test]
fn approvals_have_everything_that_was_asked() {
    let approval = |body: &str| match step(&format!("approval: {body}")).action {
        Action::Approval(approval) => *approval,
        other => panic!("{other:?}"),
    };
    let full = approval(
        "{title: T, people: [a, b], roles: r, rule: {quorum: 2}, expires-minutes: 60, on-expiry: approve, \
         escalate: {after-minutes: 30, roles: [s]}, form: {why: {type: boolean, required: true}}}",
    );
    assert_eq!((full.people.len(), full.roles.as_slice()), (2, ["r".to_owned()].as_slice()));
    assert_eq!(
        (full.rule, full.expires, full.on_expiry),
        (Rule::Quorum(2), Some(minutes(60)), OnExpiry::Approve)
    );
    assert_eq!(full.escalate.unwrap().after, minutes(30));
    assert!(full.form["why"].required && !full.requester_may_approve);
    let short = approval("Ship it?");
    assert_eq!(short.title, Some(Template::Constant(json!("Ship it?"))));
    assert_eq!((short.rule, short.on_expiry, short.expires), (Rule::Any, OnExpiry::Fail, None));
    assert_eq!(approval("true"), approval("{}"));
    assert_eq!(approval("{rule: all, people: a}").rule, Rule::All);
}

#[test]
fn gates_send_work_back_in_both_forms() {
    let inside = "- {id: a, tool: t}\n- {id: b, gate: {if: steps.a.outputs.ok, on-fail: {goto: a, max: 2, feedback: no}}}";
    let beside = "- {id: a, tool: t}\n- {id: b, gate: '${{ steps.a.outputs.ok }}', on-fail: {goto: a, max: 2, feedback: no}}";
    let (inside, beside) = (steps(inside).remove(1), steps(beside).remove(1));
    assert_eq!(inside.action, beside.action);
    let Action::Gate(gate) = inside.action else { panic!("a gate") };
    let back = gate.back.unwrap();
    assert_eq!((back.goto, back.max, back.ask.is_none()), (0, 2, true));
    assert_eq!(back.feedback, Some(Template::Constant(json!("no"))));
}

#[test]
fn an_error_branch_waits_for_what_leads_to_it() {
    let found = steps(
        "- {id: a, tool: t, needs: [], on-error: {goto: c}}\n\
         - {id: b, tool: t, needs: a, on-error: {goto: c}}\n\
         - {id: c, tool: t, needs: [a]}\n\
         - {id: d, tool: t, needs: c, on-error: skip-dependants}",
    );
    assert_eq!((found[0].on_error, found[1].on_error), (OnError::Branch(2), OnError::Branch(2)));
    assert_eq!(
        (found[2].needs.as_slice(), found[2].error_of.as_slice()),
        ([0, 1].as_slice(), [0, 1].as_slice())
    );
    assert_eq!((found[3].on_error, found[3].error_of.len()), (OnError::SkipDependants, 0));
    assert_eq!(step("tool: t, continue-on-error: true").on_error, OnError::Continue);
    assert_eq!(step("tool: t, on-error: continue").on_error, OnError::Continue);
    assert_eq!(step("tool: t, continue-on-error: false").on_error, OnError::Stop);
}

#[test]
fn loops_and_checkpoints_have_their_defaults() {
    let repeat = step("tool: t, loop: {while: not loop.last.ok}").repeat.unwrap();
    assert_eq!((repeat.until, repeat.max), (false, 10));
    let repeat = step("tool: t, loop: {until: true, max: 1000}").repeat.unwrap();
    assert_eq!((repeat.until, repeat.max), (true, 1000));
    assert_eq!(step("tool: t, checkpoint: true").checkpoint.as_deref(), Some("a"));
    assert_eq!(step("tool: t, checkpoint: Built").checkpoint.as_deref(), Some("Built"));
    assert_eq!(step("tool: t, checkpoint: false").checkpoint, None);
    assert_eq!(step("tool: t, min-quality-score: 8").min_quality, Some(8.0));
    assert_eq!(step("tool: t, retry: {on: timeout}").retry.on, ["timeout"]);
    assert_eq!(step("tool: t, retry: {on: [http_503]}").retry.on, ["http_503"]);
    assert_eq!(
        step("tool: t, retry: {first-wait-seconds: 100}").retry.max_wait,
        Duration::from_secs(100)
    );
}

#[test]
fn what_waits_for_others_is_patient() {
    let month = minutes(30 * 24 * 60);
    let check = |body: &str, expected: Duration| {
        let text =
            format!("name: abc\ndefaults: {{timeout-minutes: 2}}\nsteps: [{{id: a, {body}}}]");
        assert_eq!(parsed(&text).steps[0].timeout, expected, "{body}");
    };
    check("tool: t", minutes(2));
    check("agent: a, command: c", minutes(2));
    check("tool: t, timeout-minutes: 3", minutes(3));
    check("tool: t, timeout_seconds: 90", Duration::from_secs(90));
    check("workflow: w", month);
    check("approval: Go?", month);
    check("wait: {event: e}", month);
    check("wait: {event: e}, timeout-minutes: 5", minutes(5));
    check("gate: true", month);
}

#[test]
fn neighbours_that_are_parallel_run_together() {
    let check = |body: &str, expected: &[&[usize]]| {
        let found: Vec<Vec<usize>> = steps(body).into_iter().map(|step| step.needs).collect();
        assert_eq!(found, expected, "{body}");
    };
    let flat = "- {tool: a}\n- {tool: b, parallel: true}\n- {tool: c, parallel: true}\n- {tool: d}\n- {tool: e}";
    check(flat, &[&[], &[0], &[0], &[1, 2], &[3]]);
    check("- {tool: a, parallel: true}\n- {tool: b, parallel: true}", &[&[], &[]]);
    check(
        "- {tool: a, order: 3}\n- {tool: b, order: 1}\n- {tool: c, order: 2}",
        &[&[2], &[], &[1]],
    );
    check(
        "- {tool: a, order: 3, dependencies: [1]}\n- {tool: b, order: 1}\n- {tool: c, order: 2, dependencies: 3}",
        &[&[1], &[], &[0]],
    );
}

#[test]
fn the_designs_paths_become_expressions() {
    let text = "
name: design
inputs: {title: {}}
steps:
  - {key: a, tool: t, output_mapping: {plan: $.output.plan, whole: $.output, title: $.input.title}}
  - {key: b, tool: t, output_mapping: {plan: $.output.better}}
  - {key: c, tool: t, input_mapping: {PATH}}
";
    let check = |path: &str, expected: &str| {
        let definition = parsed(&text.replace("PATH", &format!("x: \"{path}\"")));
        let Action::Tool { with, .. } = &definition.steps[2].action else { panic!("a tool") };
        assert_eq!(with.written(), json!({ "x": expected }), "{path}");
    };
    check("$.input.title", "${{ inputs.title }}");
    check("$.inputs.title", "${{ inputs.title }}");
    check("$prev.output", "${{ steps.b.outputs }}");
    check("$prev.output.x[0].y", "${{ steps.b.outputs.x[0].y }}");
    check("$.steps.a.output.x", "${{ steps.a.outputs.x }}");
    check("$.steps.a.status", "${{ steps.a.status }}");
    check("$.context.plan", "${{ steps.b.outputs.better }}");
    check("$.context.plan.first[1]", "${{ steps.b.outputs.better.first[1] }}");
    check("$.context.whole", "${{ steps.a.outputs }}");
    check("$.context.title", "${{ inputs.title }}");
    check("costs $5", "costs $5");
    let listed = parsed(&text.replace("PATH", "x: [$.input.title, {y: $prev.output}, 1]"));
    let Action::Tool { with, .. } = &listed.steps[2].action else { panic!("a tool") };
    let expected = json!({ "x": ["${{ inputs.title }}", { "y": "${{ steps.b.outputs }}" }, 1] });
    assert_eq!(with.written(), expected);
    let inline = parsed(
        "name: abc\nsteps:\n- {agent: a, input: Hello}\n- {agent: b, input: $prev.output}\n- {agent: c, command: d, input: $prev.output}",
    );
    let tasks: Vec<String> = inline.to_json()["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step.get("prompt").or_else(|| step.get("params")).unwrap().to_string())
        .collect();
    assert_eq!(
        tasks,
        [
            "\"Hello\"",
            "\"${{ steps.step_1.outputs }}\"",
            "{\"input\":\"${{ steps.step_2.outputs }}\"}"
        ]
    );
}

//! Agents, commands, tools, workflows and capabilities that a definition names must exist.

use super::super::Known;
use super::parsed;

#[test]
fn unknown_names_come_with_a_suggestion() {
    let known = Known {
        agents: vec!["architect", "qa"],
        commands: vec!["plan", "write_story"],
        tools: vec!["create_backlog"],
        workflows: vec!["hotfix"],
        capabilities: vec!["code_review"],
        roles: vec!["Admin", "Manager"],
        events: vec!["work_item.moved", "budget.alert"],
    };
    let check = |step: &str, known: &Known<'_>, expected: &[&str]| {
        let text = &format!("name: names\nsteps:\n  - {step}");
        let definition = parsed(text);
        let found: Vec<String> =
            definition.unknown_names(text, known).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{step}");
    };
    check("{agent: qa, command: plan}", &known, &[]);
    check("{tool: create_backlog}", &known, &[]);
    check(
        "{agent: arhcitect, command: wirte_story}",
        &known,
        &[
            "line 3, column 13: step \"step_1\": names the unknown agent \"arhcitect\"; did you mean \"architect\"?",
            "line 3, column 33: step \"step_1\": names the unknown command \"wirte_story\"; did you mean \"write_story\"?",
        ],
    );
    check(
        "{tool: shell}",
        &known,
        &[
            "line 3, column 12: step \"step_1\": names the unknown tool \"shell\"; use one of create_backlog",
        ],
    );
    check("{workflow: hotfix, compensate: {capability: code_review, prompt: p}}", &known, &[]);
    check(
        "{workflow: hotfx, compensate: {tool: create}}",
        &known,
        &[
            "line 3, column 16: step \"step_1\": names the unknown workflow \"hotfx\"; did you mean \"hotfix\"?",
            "line 3, column 42: step \"step_1\": names the unknown tool \"create\"; did you mean \"create_backlog\"?",
        ],
    );
    check(
        "{capability: code_reviews, prompt: p, dispatch: {exclude: [q]}, tools: [shell]}",
        &known,
        &[
            "line 3, column 18: step \"step_1\": names the unknown capability \"code_reviews\"; did you mean \"code_review\"?",
            "line 3, column 64: step \"step_1\": names the unknown agent \"q\"; use one of architect, qa",
            "line 3, column 77: step \"step_1\": names the unknown tool \"shell\"; use one of create_backlog",
        ],
    );
    check(
        "{id: shell, with: {name: shell}, tool: shell}",
        &known,
        &[
            "line 3, column 44: step \"shell\": names the unknown tool \"shell\"; use one of create_backlog",
        ],
    );
    check(
        "{approval: {roles: [admin], escalate: {after-minutes: 5, roles: [MANAGER]}}}",
        &known,
        &[],
    );
    check(
        "{approval: {roles: [boss], escalate: {after-minutes: 5, roles: [manger]}}}",
        &known,
        &[
            "line 3, column 25: step \"step_1\": names the unknown role \"boss\"; use one of Admin, Manager",
            "line 3, column 69: step \"step_1\": names the unknown role \"manger\"; did you mean \"Manager\"?",
        ],
    );
    check("{approval: {roles: [boss]}}", &Known::default(), &[]);
    check("{wait: {event: work_item.moved}}", &known, &[]);
    check("{wait: {event: paid}}", &known, &[]);
    check("{wait: {event: river.rises}}", &known, &[]);
    check(
        "{wait: {event: work_item.move}}",
        &known,
        &[
            "line 3, column 20: step \"step_1\": names the unknown event \"work_item.move\"; did you mean \"work_item.moved\"?",
        ],
    );
    let text = "name: names\non: {event: [{event: budget.gone}, {event: river.rises}]}\nsteps: [{tool: create_backlog}]";
    let found: Vec<String> =
        parsed(text).unknown_names(text, &known).iter().map(|it| it.message.clone()).collect();
    assert_eq!(found, ["the trigger names the unknown event \"budget.gone\""]);
    check(
        "{tool: qa}",
        &Known::default(),
        &[
            "line 3, column 12: step \"step_1\": names the unknown tool \"qa\"; there is no tool yet",
        ],
    );
}

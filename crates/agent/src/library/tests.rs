#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::Limits;

const AGENT: &str = "\
---
name: business-analyst
aliases: [ba]
description: Finds out what people need.
models: { preferred: [fast], fallback: [slow] }
temperature: 0.2
tools: []
limits: { max_model_calls: 5 }
---

You are a business analyst.
";

const COMMAND: &str = "\
---
name: identify_users
description: Names the people who will use it.
agent: ba
category: elicitation
params:
  idea: { type: string, description: What is to be built }
  most: { type: integer, default: 5 }
output_schema:
  type: object
  required: [roles]
  properties:
    roles: { type: array, items: { type: string } }
example: { idea: a clinic }
temperature: 0.1
---

Name at most {{ params.most }} roles for: {{ params.idea }}
";

fn library(files: &[(&str, &str)]) -> Result<Library, Vec<Problem>> {
    Library::from_files(files.iter().copied())
}

/// Loads a good agent and one changed command; expects one problem.
#[track_caller]
fn check_command(change: (&str, &str), expected: &str) {
    assert!(COMMAND.contains(change.0), "the case changes nothing");
    let text = COMMAND.replacen(change.0, change.1, 1);
    let problems =
        library(&[("agents/business-analyst.md", AGENT), ("commands/identify_users.md", &text)])
            .unwrap_err();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown, [format!("commands/identify_users.md:{expected}")]);
}

#[test]
fn files_become_agents_and_commands() {
    let library = library(&[
        ("library/README.md", "not ours"),
        ("library/agents/README.md", "not ours"),
        ("library/workflows/idea_to_backlog.yaml", "name: not ours"),
        ("library/agents/business-analyst.md", AGENT),
        ("library/commands/elicitation/identify_users.md", COMMAND),
    ])
    .unwrap();
    let agent = library.agent("ba").unwrap();
    assert_eq!(agent.slug, "business-analyst");
    assert_eq!(agent.system_prompt, "You are a business analyst.");
    assert_eq!(agent.name, "Business analyst");
    assert_eq!(
        agent.model,
        ModelPreferences {
            prefer: vec!["fast".into(), "slow".into()],
            temperature: Some(0.2),
            max_output_tokens: None,
        }
    );
    assert_eq!(agent.limits, Limits { max_model_calls: 5, ..Limits::default() });
    let command = library.command("identify_users").unwrap();
    assert_eq!(command.agent, "business-analyst");
    assert_eq!(
        command.params["idea"],
        ParamSpec {
            r#type: ParamType::String,
            description: "What is to be built".into(),
            required: true,
            default: None,
            items: None,
        }
    );
    assert!(!command.params["most"].required);
    assert_eq!(command.params["most"].default, Some(json!(5)));
    assert_eq!(command.prompt, "Name at most {{ params.most }} roles for: {{ params.idea }}");
    assert_eq!((library.agents().count(), library.commands().count()), (1, 1));
}

#[test]
fn sub_agent_files_of_coding_clis_are_agents() {
    let text = "---\nname: code-reviewer\ndescription: Reviews code. Use after changes.\ntools: read_file, search_files\nmodel: inherit\ncolor: red\n---\nYou review code.\n";
    let library = library(&[("agents/code-reviewer.md", text)]).unwrap();
    let agent = library.agent("code-reviewer").unwrap();
    assert_eq!(agent.tools, ["read_file", "search_files"]);
    assert_eq!(agent.model, ModelPreferences::default());
    let named = text.replace("inherit", "sonnet");
    let library = Library::from_files([("agents/code-reviewer.md", named)]).unwrap();
    assert_eq!(library.agent("code-reviewer").unwrap().model.prefer, ["sonnet"]);
}

#[test]
fn line_ends_do_not_change_the_hash_but_words_do() {
    let hash = |text: &str| {
        library(&[("agents/business-analyst.md", text)]).unwrap().agent("ba").unwrap().hash.clone()
    };
    let original = hash(AGENT);
    assert_eq!(original.len(), 64);
    assert!(original.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(hash(&AGENT.replace('\n', "\r\n")), original);
    assert_eq!(hash(&format!("\u{feff}{AGENT}\n\n")), original);
    assert_ne!(hash(&AGENT.replace("You are", "You were")), original);
}

#[test]
fn a_later_file_of_the_same_place_replaces_an_earlier_one() {
    let mine = AGENT.replace("You are", "You are our");
    let library = library(&[
        ("agents/business-analyst.md", AGENT),
        ("/data/library/agents/business-analyst.md", &mine),
    ])
    .unwrap();
    assert_eq!(library.agent("ba").unwrap().system_prompt, "You are our a business analyst.");
}

#[test]
fn command_mistakes_name_the_line_the_field_and_the_fix() {
    check_command(
        ("agent: ba", "agent: bo"),
        "4: \"agent\" refers to unknown agent \"bo\": add agents/bo.md or use one of business-analyst",
    );
    check_command(
        ("name: identify_users", "name: Identify users"),
        "2: \"name\" is \"Identify users\" but the file is \"identify_users\": make them the same; words for people go into \"title\"",
    );
    check_command(
        ("temperature: 0.1", "temperature: 3"),
        "15: \"temperature\" is 3: give a number from 0 to 2",
    );
    check_command(
        ("temperature: 0.1", "max_output_tokens: 0"),
        "15: \"max_output_tokens\" is 0: give at least 1 or leave it out",
    );
    check_command(
        ("temperature: 0.1", "presence_penalty: -3"),
        "15: \"presence_penalty\" is -3: give a number from -2 to 2",
    );
    check_command(
        ("description: Names the people who will use it.", "description: ''"),
        "3: \"description\" is empty: say it in a few words",
    );
    check_command(
        ("type: integer, default: 5", "type: list, items: { type: x }"),
        "8: the items of parameter \"most\" have no JSON Schema: \"x\" is not valid under any of the schemas listed in the 'anyOf' keyword",
    );
    check_command(
        ("type: integer, default: 5", "type: integer, items: {}"),
        "8: parameter \"most\" has items but is no list: make it one or remove \"items\"",
    );
    check_command(
        ("temperature: 0.1", "aliases: [Bad Name]"),
        "15: alias \"Bad Name\" is no slug: use lower-case letters, digits, - and _",
    );
    check_command(
        ("default: 5", "default: five"),
        "8: the default of parameter \"most\" must be an integer, but is a string",
    );
    check_command(
        ("default: 5", "default: 5, required: true"),
        "8: parameter \"most\" is required and has a default: remove one of the two",
    );
    check_command(
        ("{{ params.most }}", "{{ params.most }} {{ params.least }}"),
        "18: the prompt reads \"params.least\", but \"least\" is no parameter: declare it under \"params\"",
    );
    check_command(
        ("{{ params.most }}", "{{ params.most }} {{ idea }}"),
        "18: the prompt reads \"idea\", but there is no \"idea\": parameters are read as \"params.idea\"",
    );
    check_command(
        ("{{ params.idea }}", "the idea"),
        "7: nothing reads parameter \"idea\": write {{ params.idea }} in the prompt or remove it",
    );
    check_command(
        ("type: object", "type: objekt"),
        "9: \"output_schema\" is no JSON Schema: \"objekt\" is not valid under any of the schemas listed in the 'anyOf' keyword",
    );
    check_command(
        ("items: { type: string }", "x-enum-from: rolls"),
        "13: \"x-enum-from\" refers to unknown parameter \"rolls\": name a list parameter",
    );
    check_command(
        ("items: { type: string }", "x-enum-from: idea"),
        "13: \"x-enum-from\" refers to parameter \"idea\", which is no list: name a list parameter",
    );
    check_command(
        ("idea: a clinic", "idea: 5"),
        "14: example: idea must be a string, but is a number",
    );
}

#[test]
fn every_unknown_prompt_name_is_reported_at_its_line() {
    let text = COMMAND.replace("name: identify_users", "name: x").replace(
        "for: {{ params.idea }}",
        "for:\n{{ params.idea }} {{ params.who }}\n{{ params.why }}",
    );
    let problems =
        library(&[("agents/business-analyst.md", AGENT), ("commands/x.md", &text)]).unwrap_err();
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [19, 20]);
}

#[test]
fn broken_templates_and_front_matter_say_where() {
    let broken = COMMAND.replace("{{ params.idea }}", "\n{% if params.idea %}");
    let wrong_key = COMMAND.replace("category:", "categori:");
    let wrong_type = COMMAND.replace("type: integer", "type: int");
    let wrong_param = COMMAND.replace("type: integer", "typ: integer");
    for (text, line, word) in [
        (broken.as_str(), 19, "unexpected end of input"),
        (wrong_key.as_str(), 5, "categori"),
        (wrong_type.as_str(), 8, "int"),
        (wrong_param.as_str(), 8, "typ"),
        ("no front matter", 1, "must start with front matter"),
        ("---\nname: x\n", 1, "has no end"),
        ("---\nname: [\n---\nbody", 2, "front matter: "),
    ] {
        let problems =
            library(&[("agents/business-analyst.md", AGENT), ("commands/identify_users.md", text)])
                .unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.contains(word), "{}", problems[0]);
        assert!(!problems[0].message.contains('\n'), "{}", problems[0]);
        assert_eq!(problems[0].line, line, "{}", problems[0]);
    }
}

#[test]
fn agent_mistakes_say_where() {
    let wrong_model = AGENT.replace("preferred:", "prefers:");
    let hot = AGENT.replace("0.2", "20");
    let mute = AGENT.replace("You are a business analyst.", "");
    let wrong_limit = AGENT.replace("max_model_calls", "max_calls");
    let wrong_tools = AGENT.replace("tools: []", "tools: { a: b }");
    for (text, line, word) in [
        (wrong_model, 5, "prefers"),
        (hot, 6, "\"temperature\" is 20"),
        (mute, 1, "there is no system prompt"),
        (wrong_limit, 8, "max_calls"),
        (wrong_tools, 7, "\"tools\" must be a list of tool names"),
    ] {
        let problems = library(&[("agents/business-analyst.md", &text)]).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.contains(word), "{}", problems[0]);
        assert_eq!(problems[0].line, line, "{}", problems[0]);
    }
}

#[test]
fn clashing_names_and_files_of_other_kinds_are_refused() {
    let problems = library(&[
        (
            "agents/ba.md",
            AGENT
                .replace("aliases: [ba]", "aliases: []")
                .replace("business-analyst", "ba")
                .as_str(),
        ),
        ("agents/business-analyst.md", AGENT),
        (
            "agents/Bad Name.md",
            AGENT.replace("[ba]", "[]").replace("business-analyst", "Bad Name").as_str(),
        ),
        ("commands/notes.txt", "hello"),
    ])
    .unwrap_err();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "agents/Bad Name.md:1: the file name \"Bad Name\" is no slug: use lower-case letters, digits, - and _",
            "agents/business-analyst.md:3: \"ba\" is taken by agents/ba.md: choose another name",
            "commands/notes.txt:1: \"notes.txt\" is no Markdown file: call it .md or move it elsewhere",
        ]
    );
}

#[test]
fn agents_and_commands_survive_json() {
    let library =
        library(&[("agents/business-analyst.md", AGENT), ("commands/identify_users.md", COMMAND)])
            .unwrap();
    let (agent, command) =
        (library.agent("ba").unwrap(), library.command("identify_users").unwrap());
    assert_eq!(
        &serde_json::from_str::<Agent>(&serde_json::to_string(agent).unwrap()).unwrap(),
        agent
    );
    assert_eq!(
        &serde_json::from_str::<Command>(&serde_json::to_string(command).unwrap()).unwrap(),
        command
    );
}

#[test]
fn the_files_in_the_documentation_are_good_files() {
    let docs = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = docs.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n");
    let files: Vec<&str> =
        text.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [agent, command] = files[..] else { panic!("{files:?}") };
    let library =
        library(&[("agents/business-analyst.md", agent), ("commands/write_story.md", command)])
            .unwrap();
    assert_eq!(library.agent("ba").unwrap().tools, ["read_file"]);
    assert!(library.command("write_story").unwrap().example.is_some());
}

//! Every key of the language, by the place where it belongs. The parser reads no other; the
//! published schema is compared with this table.

use super::near::nearest;

/// A place with keys of its own.
#[derive(Debug)]
pub(super) struct Form {
    /// What people call it.
    pub name: &'static str,
    /// Its place in the published schema.
    #[cfg_attr(not(test), allow(dead_code, reason = "a test compares the schema with this"))]
    pub pointer: &'static str,
    /// Its keys; synonyms follow the word that they stand for.
    pub keys: &'static [&'static str],
}

macro_rules! forms {
    ($($constant:ident, $name:literal, $pointer:literal: [$($key:literal),* $(,)?];)*) => {
        $(pub(super) const $constant: Form =
            Form { name: $name, pointer: $pointer, keys: &[$($key),*] };)*

        /// All of them.
        pub(super) const FORMS: &[&Form] = &[$(&$constant),*];
    };
}

forms! {
    WORKFLOW, "the workflow", "": [
        "name", "description", "department", "tags", "on", "inputs", "env", "defaults", "priority",
        "concurrency", "max-parallel", "timeout-minutes", "on-failure", "budget", "steps", "outputs",
    ];
    STEP, "a step", "/$defs/step": [
        "id", "key", "name", "needs", "dependencies", "order", "parallel", "if", "strategy", "loop",
        "agent", "agent_id", "agent_alias", "capability", "dispatch", "command",
        "command_template", "command_template_id", "params", "prompt", "input", "input_mapping",
        "output_mapping", "model", "tools", "tool", "uses", "with", "workflow", "wait", "approval",
        "gate", "on-fail", "retry", "timeout-minutes", "timeout_seconds", "continue-on-error",
        "on-error", "checkpoint", "compensate", "budget", "min-quality-score",
    ];
    COMPENSATE, "\"compensate\"", "/$defs/compensate": [
        "agent", "capability", "dispatch", "command", "params", "prompt", "model", "tools", "tool",
        "uses", "with", "workflow",
    ];
    STRATEGY, "\"strategy\"", "/$defs/strategy": ["matrix", "max-parallel", "fail-fast"];
    LOOP, "\"loop\"", "/$defs/loop": ["until", "while", "max"];
    GATE, "\"gate\"", "/$defs/gate": ["if", "on-fail"];
    ON_FAIL, "\"on-fail\"", "/$defs/on-fail": ["goto", "max", "feedback", "ask"];
    ON_ERROR, "\"on-error\"", "/$defs/on-error/oneOf/1": ["goto"];
    APPROVAL, "\"approval\"", "/$defs/approval": [
        "title", "message", "people", "roles", "rule", "expires-minutes", "on-expiry", "escalate",
        "form", "requester-may-approve",
    ];
    RULE, "\"rule\"", "/$defs/rule/oneOf/1": ["quorum"];
    ESCALATE, "\"escalate\"", "/$defs/escalate": ["after-minutes", "people", "roles"];
    FORM_FIELD, "a field of \"form\"", "/$defs/form-field": [
        "type", "description", "required", "options",
    ];
    DISPATCH, "\"dispatch\"", "/$defs/dispatch": ["strategy", "exclude"];
    WAIT, "\"wait\"", "/$defs/wait": [
        "seconds", "minutes", "hours", "days", "until", "event", "if",
    ];
    RETRY, "\"retry\"", "/$defs/retry": [
        "max-attempts", "first-wait-seconds", "multiplier", "max-wait-seconds", "jitter", "on",
    ];
    BUDGET, "\"budget\"", "/$defs/budget/oneOf/1": ["usd", "on-exceeded"];
    DEFAULTS, "\"defaults\"", "/$defs/defaults": ["retry", "timeout-minutes", "model", "agent"];
    CONCURRENCY, "\"concurrency\"", "/$defs/concurrency/oneOf/1": [
        "group", "limit", "cancel-in-progress",
    ];
    INPUT, "an input", "/$defs/input": ["type", "description", "required", "default", "options"];
    ON, "\"on\"", "/$defs/on/oneOf/2": ["schedule", "event"];
    SCHEDULE, "\"on.schedule\"", "/$defs/schedule": ["cron", "timezone", "inputs"];
    EVENT, "\"on.event\"", "/$defs/event": ["event", "if", "inputs"];
}

/// Words that people know from elsewhere, and ours.
const ELSEWHERE: &[(&str, &str)] = &[
    ("attempts", "max-attempts"),
    ("backoff", "multiplier"),
    ("compensation", "compensate"),
    ("condition", "if"),
    ("cost-limit", "budget"),
    ("depends-on", "needs"),
    ("env-vars", "env"),
    ("expires", "expires-minutes"),
    ("foreach", "strategy"),
    ("jobs", "steps"),
    ("max", "max-attempts"),
    ("max-rounds", "max"),
    ("on-expire", "on-expiry"),
    ("on-exceed", "on-exceeded"),
    ("parameters", "params"),
    ("retries", "retry"),
    ("retry-policy", "retry"),
    ("run", "tool"),
    ("timeout", "timeout-minutes"),
    ("triggers", "on"),
    ("variables", "env"),
    ("vars", "env"),
    ("when", "if"),
];

impl Form {
    /// How to mend a key that does not belong here.
    pub(super) fn fix(&self, key: &str) -> String {
        let dashed = key.to_lowercase().replace('_', "-");
        let ours = ELSEWHERE.iter().find(|(theirs, ours)| {
            *theirs == dashed && self.keys.contains(ours) && *theirs != *ours
        });
        if let Some((_, ours)) = ours {
            return format!("write \"{ours}\"");
        }
        if self.keys.contains(&dashed.as_str()) {
            return format!("write \"{dashed}\"");
        }
        let places: Vec<&str> =
            FORMS.iter().filter(|form| form.keys.contains(&key)).map(|form| form.name).collect();
        match places.as_slice() {
            [] => {}
            [places @ .., last] if places.len() < 4 => {
                let places = places.join(", ");
                let or = if places.is_empty() { "" } else { " or " };
                return format!("it belongs to {places}{or}{last}");
            }
            _ => return format!("it belongs to {}", places[..3].join(", ")),
        }
        match nearest(&dashed, self.keys) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("use one of {}", self.keys.join(", ")),
        }
    }
}

//! How much work, and the definitions of ours that do it. A no-op step is the built-in tool
//! `set`, whose output is its input; its result is durable before the next step starts.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// How much work each part does.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Executions of W1.
    pub runs: usize,
    /// How many of W1 are asked for at the same time.
    pub clients: usize,
    /// Parallel steps of W2.
    pub fan: usize,
    /// Sequential steps of W3.
    pub chain: usize,
    /// Executions of W4.
    pub singles: usize,
    /// Executions of W5.
    pub crash_runs: usize,
    /// When W5 is killed: this many of its steps have ended.
    pub kill_at: usize,
}

/// Steps of an execution of W5.
pub const CRASH_STEPS: usize = 5;
/// How many executions of W5 run at the same time.
pub const CRASH_AT_ONCE: usize = 20;
/// How long a step of W5 takes.
pub const CRASH_STEP_MS: u64 = 200;

impl Sizes {
    /// The sizes that figures are published for.
    pub const fn full() -> Self {
        Self {
            runs: 20_000,
            clients: 64,
            fan: 500,
            chain: 500,
            singles: 100,
            crash_runs: 200,
            kill_at: 400,
        }
    }

    /// Enough to see that everything works.
    pub const fn quick() -> Self {
        Self {
            runs: 1000,
            clients: 64,
            fan: 100,
            chain: 50,
            singles: 20,
            crash_runs: 20,
            kill_at: 40,
        }
    }
}

/// A chain of no-op steps, each fed by the one before it.
pub fn chain(steps: usize) -> String {
    let mut text = format!("name: Chain of {steps}\nsteps:\n");
    // Writing to a text cannot fail.
    for step in 0..steps {
        let _ = writeln!(text, "  - id: s{step}");
        if step > 0 {
            let _ = writeln!(text, "    needs: [s{}]", step - 1);
        }
        let _ = writeln!(text, "    tool: set\n    with: {{ ok: true, i: {step} }}");
    }
    text
}

/// A fan-out over a list and a step that joins it.
pub const FAN: &str = "name: Fan
inputs:
  items: { type: list, description: What to fan out over, required: true }
steps:
  - id: part
    strategy:
      matrix: { i: \"${{ inputs.items }}\" }
    tool: set
    with: { ok: true, i: \"${{ matrix.i }}\" }
  - id: join
    needs: [part]
    tool: set
    with: { ok: true }
";

/// The inputs of [`FAN`].
pub fn fan_inputs(parts: usize) -> Value {
    json!({ "items": (0..parts).collect::<Vec<_>>() })
}

/// Five steps, each of which asks an endpoint that takes its time and keeps a log.
pub fn crash(endpoint: &str) -> String {
    let mut text = "name: Five slow steps\ninputs:\n  run: { type: string, description: Its name in the log, required: true }\nsteps:\n".to_owned();
    for step in 1..=CRASH_STEPS {
        let _ = writeln!(text, "  - id: s{step}");
        if step > 1 {
            let _ = writeln!(text, "    needs: [s{}]", step - 1);
        }
        let _ = writeln!(
            text,
            "    tool: http\n    with: {{ method: POST, url: \"{endpoint}/${{{{ inputs.run }}}}/{step}\" }}"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_a_chain_need_the_one_before() {
        let text = chain(2);
        assert_eq!(
            text,
            "name: Chain of 2\nsteps:\n  - id: s0\n    tool: set\n    with: { ok: true, i: 0 }\n  - id: s1\n    needs: [s0]\n    tool: set\n    with: { ok: true, i: 1 }\n"
        );
    }

    #[test]
    fn slow_steps_name_their_run_to_the_endpoint() {
        let text = crash("http://127.0.0.1:1");
        assert!(text.contains("url: \"http://127.0.0.1:1/${{ inputs.run }}/5\""), "{text}");
    }
}

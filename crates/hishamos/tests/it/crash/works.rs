//! What is done while the server is killed: every kind of step that takes time. Their own
//! work is the endpoint of [`super::endpoint`], whose paths begin with what it has to do.

/// How long an execution naps.
pub const NAP_SECONDS: u64 = 1;

/// What another workflow calls.
const INNER: &str = "
name: Inner work
inputs: { name: { type: string, required: true } }
steps:
  - {id: first, tool: http, with: {url: 'AT/ok/${{ inputs.name }}/inner-1'}}
  - {id: second, tool: http, with: {url: 'AT/ok/${{ inputs.name }}/inner-2'}}
outputs: { n: '${{ steps.second.outputs.body.n }}' }
";

/// A fan-out with retries, a timer, a signal, people, a sub-workflow, a gate that sends work
/// back twice, and an error branch, all of one execution.
const ASSEMBLY: &str = "
name: Assembly
inputs: { name: { type: string, required: true }, parts: { type: list, required: true } }
steps:
  - {id: plan, needs: [], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/plan'}}
  - id: part
    needs: [plan]
    strategy: { matrix: { part: '${{ inputs.parts }}' }, max-parallel: 2 }
    tool: http
    with: {url: 'AT/flaky/${{ inputs.name }}/part'}
    retry: { max-attempts: 3, first-wait-seconds: 0.1 }
  - {id: nap, needs: [plan], wait: {seconds: 1}}
  - {id: word, needs: [plan], wait: {event: go}}
  - id: ask
    needs: [nap]
    approval: { title: 'Put it together?', requester-may-approve: true }
  - {id: inner, needs: [plan], workflow: inner_work, with: {name: '${{ inputs.name }}'}}
  - {id: build, needs: [part, word], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/build', body: '${{ feedback }}'}}
  - {id: review, needs: [build], tool: http, with: {url: 'AT/third/${{ inputs.name }}/review'}}
  - id: check
    needs: [review]
    gate: { if: steps.review.outputs.body.good, on-fail: { goto: build, max: 2, feedback: 'again' } }
  - id: risky
    needs: [plan]
    tool: http
    with: {url: 'AT/broken/${{ inputs.name }}/risky'}
    on-error: { goto: mend }
  - {id: mend, needs: [], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/mend'}}
  - {id: done, needs: [check, ask, inner, mend], tool: set, with: {word: '${{ steps.word.outputs.n }}'}}
outputs: { done: '${{ steps.done.outputs }}' }
";

/// Three steps that are undone, one of them twice, because the fourth fails.
const UNDONE: &str = "
name: Undone
on-failure: rollback
inputs: { name: { type: string, required: true } }
steps:
  - id: a
    needs: []
    tool: http
    with: {url: 'AT/ok/${{ inputs.name }}/a'}
    compensate: {tool: http, with: {url: 'AT/ok/${{ inputs.name }}/undo-a', body: '${{ outputs.body.n }}'}}
  - id: b
    needs: [a]
    strategy: { matrix: { x: [1, 2] } }
    tool: http
    with: {url: 'AT/ok/${{ inputs.name }}/b'}
    compensate: {tool: http, with: {url: 'AT/flaky/${{ inputs.name }}/undo-b'}}
  - id: c
    needs: [b]
    tool: http
    with: {url: 'AT/ok/${{ inputs.name }}/c'}
    compensate: {tool: http, with: {url: 'AT/ok/${{ inputs.name }}/undo-c'}}
  - {id: d, needs: [c], tool: http, with: {url: 'AT/broken/${{ inputs.name }}/d'}}
";

/// Steps after steps, until somebody cancels it.
const STOPPED: &str = "
name: Stopped
inputs: { name: { type: string, required: true } }
steps:
  - id: again
    loop: { while: loop.index < 999, max: 1000 }
    tool: http
    with: {url: 'AT/ok/${{ inputs.name }}/again'}
  - {id: rest, needs: [again], wait: {event: nobody-tells-it}}
";

/// Timers, half of which fall due while nobody is there.
const ASLEEP: &str = "
name: Asleep
inputs: { name: { type: string, required: true } }
steps:
  - id: nap
    strategy: { matrix: { s: [0.2, 0.5, 0.9, 1.4] } }
    wait: { seconds: '${{ matrix.s }}' }
  - {id: done, needs: [nap], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/done'}}
";

/// A procedure of another feature, in the commit that records its result.
const FILED: &str = "
name: Filed
inputs: { name: { type: string, required: true } }
steps:
  - {id: file, needs: [], tool: create_work_item, with: {project: MILL, title: 'Order ${{ inputs.name }}'}}
";

/// The project whose board they file on.
pub const PROJECT: &str = "MILL";

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Assembly,
    Undone,
    Stopped,
    Asleep,
    Filed,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Assembly, Self::Undone, Self::Stopped, Self::Asleep, Self::Filed];

    pub const fn slug(self) -> &'static str {
        match self {
            Self::Assembly => "assembly",
            Self::Undone => "undone",
            Self::Stopped => "stopped",
            Self::Asleep => "asleep",
            Self::Filed => "filed",
        }
    }

    /// How it has to end.
    pub const fn end(self) -> &'static str {
        match self {
            Self::Assembly | Self::Asleep | Self::Filed => "completed",
            Self::Undone => "rolled_back",
            Self::Stopped => "cancelled",
        }
    }

    /// How many results it has to leave; what was cancelled may leave any number.
    pub const fn results(self) -> Option<usize> {
        match self {
            // plan, 3 parts, nap, word, ask, inner, 3 × (build, review), check, mend, done
            Self::Assembly => Some(17),
            // a, 2 b, c and what undoes each
            Self::Undone => Some(8),
            Self::Asleep => Some(5),
            Self::Filed => Some(1),
            Self::Stopped => None,
        }
    }
}

/// Its second step kills the server. `slow` takes longer than a server lives there.
pub const POISON: &str = "
name: Poison
steps:
  - {id: first, needs: [], tool: http, with: {url: 'AT/ok/poison/first'}}
  - {id: bad, needs: [first], tool: http, with: {url: 'AT/poison/poison/bad'}}
";
/// Works on while others die.
pub const NEIGHBOUR: &str = "
name: Neighbour
inputs: { name: { type: string, required: true } }
steps:
  - {id: slow, needs: [], tool: http, with: {url: 'AT/slow/${{ inputs.name }}/slow'}}
  - {id: last, needs: [slow], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/last'}}
";
/// Asks people, then does one thing.
pub const ASKS: &str = "
name: Asks
inputs: { name: { type: string, required: true } }
steps:
  - {id: ask, needs: [], approval: {title: 'Go?', requester-may-approve: true}}
  - {id: go, needs: [ask], tool: http, with: {url: 'AT/ok/${{ inputs.name }}/go'}}
";

/// The definitions, the inner one first; `endpoint` is where it listens.
pub fn definitions(endpoint: &str) -> Vec<String> {
    [INNER, ASSEMBLY, UNDONE, STOPPED, ASLEEP, FILED]
        .map(|text| text.replace("AT", endpoint))
        .to_vec()
}

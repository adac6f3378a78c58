//! Twenty faults are planted, one at a time; the checker finds each of them.

use sim::fault::Fault;
use sim::{Options, run};

/// Within so many facts, which is less than what CI simulates.
const ENOUGH: u64 = 60_000;

fn is_caught(fault: Fault) {
    let found = run(Options { seed: 3, events: ENOUGH, fault: Some(fault) });
    let Err(found) = found else { panic!("{fault:?} was not found") };
    assert!(
        fault.rules().contains(&found.violation.rule),
        "{fault:?} was found as {}, and not as one of {:?}",
        found.violation,
        fault.rules()
    );
}

macro_rules! faults {
    ($($test:ident: $fault:ident),* $(,)?) => {
        $(#[test]
        fn $test() {
            is_caught(Fault::$fault);
        })*

        #[test]
        fn every_fault_has_its_test() {
            let tested = [$(Fault::$fault),*];
            assert_eq!(tested, Fault::ALL);
        }
    };
}

faults! {
    an_answer_before_the_commit_is_found: AckBeforeCommit,
    a_write_by_a_process_that_lost_its_role_is_found: NoFencing,
    a_result_that_is_overwritten_is_found: ResultOverwritten,
    a_result_that_is_changed_is_found: ResultChanged,
    a_retry_beyond_the_most_is_found: RetryBeyondMax,
    undoing_in_the_wrong_order_is_found: ForwardCompensation,
    undoing_twice_is_found: CompensationTwice,
    a_timer_that_is_early_is_found: TimerEarly,
    a_commit_that_is_sent_twice_is_found: CommitTwice,
    a_second_end_is_found: SecondFinal,
    a_lost_signal_is_found: LostSignal,
    a_lost_pause_is_found: LostPause,
    a_gate_without_an_end_is_found: UnboundedGate,
    too_many_at_once_are_found: TooManyAtOnce,
    a_process_that_does_not_go_on_is_found: NoRecovery,
    commits_in_the_wrong_order_are_found: CommitsReordered,
    a_torn_commit_is_found: TornCommit,
    a_second_decision_is_found: DecidesTwice,
    an_ignored_failure_is_found: FailureIgnored,
    a_lost_wake_up_call_is_found: LostWakeUp,
}

//! The promises, tried on made-up workflows.

use engine::{Input, Status, StepStatus};
use proptest::prelude::*;

use crate::luck::Luck;
use crate::oracle::Oracle;
use crate::runner::{Runner, Weather};
use crate::scenario::{Trouble, scenarios};

const ROUGH: Weather = Weather { crashes: 5, pauses: 5, cancels: 0, echoes: 10 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_execution_ends_as_the_oracle_says(scenario in scenarios(Trouble::Any), seed: u64) {
        let plan = scenario.plan();
        let mut runner = Runner::new(&scenario, &plan);
        runner.run(&mut Luck(seed), Weather::default());
        Oracle::new(&scenario).check(&runner.state);
    }

    #[test]
    fn crashes_pauses_and_late_news_change_nothing_about_the_end(scenario in scenarios(Trouble::Any), seed: u64) {
        let plan = scenario.plan();
        let mut runner = Runner::new(&scenario, &plan);
        runner.run(&mut Luck(seed), ROUGH);
        Oracle::new(&scenario).check(&runner.state);
    }

    #[test]
    fn without_trouble_every_step_completes(scenario in scenarios(Trouble::None), seed: u64) {
        let plan = scenario.plan();
        let mut runner = Runner::new(&scenario, &plan);
        runner.run(&mut Luck(seed), ROUGH);
        prop_assert_eq!(runner.state.status, Status::Completed);
        prop_assert!(runner.state.steps.iter().all(|step| step.status == StepStatus::Completed));
    }

    #[test]
    fn what_is_cancelled_stays_cancelled(scenario in scenarios(Trouble::Any), seed: u64) {
        let plan = scenario.plan();
        let mut runner = Runner::new(&scenario, &plan);
        runner.run(&mut Luck(seed), Weather { cancels: 15, ..ROUGH });
        let (end, length) = (runner.state.clone(), runner.journal.len());
        let by = || "somebody".to_owned();
        for input in [
            Input::Start, Input::Tick, Input::Recover, Input::Pause { by: by() },
            Input::Resume { by: by() }, Input::Cancel { by: by(), reason: None },
        ] {
            runner.feed(input);
        }
        prop_assert_eq!(&runner.state, &end);
        prop_assert_eq!(runner.journal.len(), length);
        if end.status != Status::Cancelled {
            Oracle::new(&scenario).check(&end);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Even in the middle of what one input caused, which a runner that commits whole
    /// outcomes never shows.
    #[test]
    fn a_crash_after_any_event_loses_nothing(scenario in scenarios(Trouble::Any), seed: u64) {
        let plan = scenario.plan();
        let mut first = Runner::new(&scenario, &plan);
        first.run(&mut Luck(seed), Weather::default());
        let oracle = Oracle::new(&scenario);
        for length in 1..first.journal.len() {
            let mut second = Runner::after_crash(&scenario, &plan, &first.journal[..length], first.now());
            second.run(&mut Luck(seed), Weather::default());
            oracle.check(&second.state);
        }
    }
}

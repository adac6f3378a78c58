//! People decide.

use super::{Play, check, plan, play, wake};
use crate::{Input, Status};

fn one(rest: &str) -> String {
    format!("steps: [{{id: a, approval: {{title: Sure?, {rest}}}}}]")
}

const ASKED: &str = "start => started, a#1 started, a#1 asks \"Sure?\"";

/// What is asked, what people decide, and what becomes of it; outputs are left out.
fn decided(rest: &str, script: &[(&str, &str)]) {
    let mut play = check(&one(rest), ASKED);
    for (line, expected) in script {
        let answer = play.answer(line);
        let answer = answer.split(" {").next().unwrap_or_default();
        assert_eq!(answer, *expected, "{rest}: {line}");
    }
}

#[test]
fn one_of_those_who_may_approve_is_enough_when_nobody_is_named() {
    decided(
        "requester-may-approve: true",
        &[
            (
                "approve a bob",
                "refused: you are not among those who are asked; ask somebody who may approve workflows",
            ),
            ("approve a req", "approved by req, a#1 ok, a completed, COMPLETED"),
            ("approve a app", "refused: nobody is asked to decide about this any more"),
        ],
    );
    decided(
        "",
        &[(
            "reject a app",
            "rejected by app, a#1 failed (rejected), a failed, FAILED by a (rejected)",
        )],
    );
}

#[test]
fn whoever_started_it_may_not_approve_it() {
    decided(
        "people: [req@example.com, bob@example.com]",
        &[
            (
                "approve a req",
                "refused: whoever started an execution may not approve it; ask somebody else",
            ),
            (
                "approve a app",
                "refused: you are not among those who are asked; ask req@example.com, bob@example.com",
            ),
            ("approve a BOB", "approved by BOB, a#1 ok, a completed, COMPLETED"),
        ],
    );
}

#[test]
fn administrators_may_always_decide() {
    decided(
        "people: [bob@example.com]",
        &[("approve a adm", "approved by adm, a#1 ok, a completed, COMPLETED")],
    );
}

#[test]
fn all_means_every_person_and_one_of_every_role() {
    let rest = "people: [bob@example.com, id-eve], roles: [lead], rule: all";
    decided(
        rest,
        &[
            ("approve a bob", "approved by bob"),
            ("approve a bob", "refused: you have decided about this already"),
            ("approve a eve", "approved by eve"),
            ("approve a max:Lead", "approved by max, a#1 ok, a completed, COMPLETED"),
        ],
    );
    decided(
        rest,
        &[
            ("approve a bob", "approved by bob"),
            (
                "reject a eve",
                "rejected by eve, a#1 failed (rejected), a failed, FAILED by a (rejected)",
            ),
        ],
    );
}

/// Who may not decide is waited for by nobody; where nobody else is named, that is for an
/// administrator.
#[test]
fn all_are_all_but_who_started_it() {
    let rest = "people: [req@example.com, bob@example.com], rule: all";
    let done = "approved by bob, a#1 ok, a completed, COMPLETED";
    decided(rest, &[("approve a bob", done)]);
    let may = "requester-may-approve: true";
    decided(&format!("{rest}, {may}"), &[("approve a bob", "approved by bob")]);
    decided(
        "people: [req@example.com], rule: all",
        &[("approve a adm", "approved by adm, a#1 ok, a completed, COMPLETED")],
    );
}

#[test]
fn a_quorum_decides_for_it_or_against_it() {
    let rest = "roles: [lead], rule: {quorum: 2}";
    decided(
        rest,
        &[
            ("approve a bob:lead", "approved by bob"),
            ("reject a eve:lead", "rejected by eve"),
            ("approve a max:lead", "approved by max, a#1 ok, a completed, COMPLETED"),
        ],
    );
    decided(
        rest,
        &[
            ("reject a bob:lead", "rejected by bob"),
            ("approve a eve:lead", "approved by eve"),
            (
                "reject a max:lead",
                "rejected by max, a#1 failed (rejected), a failed, FAILED by a (rejected)",
            ),
        ],
    );
}

/// The quorum stays what it is: where too few are left for it, the step ends.
#[test]
fn a_quorum_waits_for_nobody_who_cannot_come() {
    let both = "people: [req@example.com, bob@example.com], rule: {quorum: 2}";
    let ended = |first: &str| {
        format!(
            "{first}, a#1 failed (quorum_out_of_reach), a failed, FAILED by a (quorum_out_of_reach)"
        )
    };
    let agreed = ended("approved by bob");
    decided(both, &[("approve a bob", agreed.as_str())]);
    decided(both, &[("reject a bob", ended("rejected by bob").as_str())]);
    // one who may decide in any case has come in place of the requester
    let done = "approved by bob, a#1 ok, a completed, COMPLETED";
    decided(both, &[("approve a adm", "approved by adm"), ("approve a bob", done)]);
    let two = "people: [bob@example.com, eve@example.com], rule: {quorum: 2}";
    let refused = ended("rejected by eve");
    decided(two, &[("approve a bob", "approved by bob"), ("reject a eve", refused.as_str())]);
    // others may come whom nobody can count, or who are asked later, or the time decides
    for more in [
        "requester-may-approve: true",
        "roles: [lead]",
        "escalate: {after-minutes: 1, people: [boss@example.com]}",
        "escalate: {after-minutes: 1, roles: [chief]}",
        "expires-minutes: 1, on-expiry: approve",
    ] {
        decided(&format!("{both}, {more}"), &[("approve a bob", "approved by bob")]);
    }
    let later = "escalate: {after-minutes: 1, people: [req@example.com]}";
    decided(&format!("{both}, {later}"), &[("approve a bob", agreed.as_str())]);
    let mut play = check(&one(both), ASKED);
    play.answer("approve a bob");
    let failure = play.state.steps[0].failure.as_ref().unwrap();
    assert_eq!(
        failure.message,
        "its quorum cannot be reached any more: whoever started the execution may not decide, and too few others are asked; name more people or make the quorum smaller, or write \"requester-may-approve: true\""
    );
}

#[test]
fn a_form_is_filled_in_as_wanted() {
    let rest =
        "form: {why: {type: string, required: true}, size: {type: integer, options: [1, 2]}}";
    decided(
        rest,
        &[
            ("approve a app", "refused: form.why is required"),
            ("approve a app {\"why\":5}", "refused: form.why has to be a text"),
            (
                "approve a app {\"why\":\"so\",\"size\":3}",
                "refused: form.size has to be one of 1, 2",
            ),
            (
                "approve a app {\"why\":\"so\",\"size\":2}",
                "approved by app, a#1 ok, a completed, COMPLETED",
            ),
        ],
    );
    decided(
        rest,
        &[(
            "reject a app",
            "rejected by app, a#1 failed (rejected), a failed, FAILED by a (rejected)",
        )],
    );
    let mut play = check(&one(rest), ASKED);
    play.answer("approve a app {\"why\":\"so\"}");
    assert_eq!(play.state.steps[0].outputs(false)["form"]["why"], "so");
}

#[test]
fn an_approval_expires_as_it_says() {
    for (on_expiry, expected) in [
        ("", "a#1 failed (approval_expired), a failed, FAILED by a (approval_expired)"),
        (
            ", on-expiry: fail",
            "a#1 failed (approval_expired), a failed, FAILED by a (approval_expired)",
        ),
        (", on-expiry: reject", "a#1 failed (rejected), a failed, FAILED by a (rejected)"),
        (", on-expiry: approve", "a#1 ok, a completed, COMPLETED"),
    ] {
        decided(
            &format!("expires-minutes: 1{on_expiry}"),
            &[("tick at 59999", ""), ("tick at 60000", expected)],
        );
    }
}

#[test]
fn others_are_asked_as_well_when_nobody_answers() {
    let rest = "people: [bob@example.com], expires-minutes: 5, escalate: {after-minutes: 1, people: [boss@example.com], roles: [chief]}";
    decided(
        rest,
        &[
            (
                "approve a boss",
                "refused: you are not among those who are asked; ask bob@example.com",
            ),
            ("tick at 60000", "escalated"),
            ("tick at 61000", ""),
            ("approve a boss", "approved by boss, a#1 ok, a completed, COMPLETED"),
        ],
    );
    decided(
        rest,
        &[
            ("tick at 60000", "escalated"),
            ("approve a max:chief", "approved by max, a#1 ok, a completed, COMPLETED"),
        ],
    );
    let mut play = Play::new(plan(&one(rest)));
    let outcome = play.feed(Input::Start);
    assert_eq!(wake(&outcome), Some(60_000));
    let input = play.input("tick at 60000");
    assert_eq!(wake(&play.feed(input)), Some(300_000), "then it waits for its expiry");
}

/// Those who were asked first are still asked.
#[test]
fn an_escalation_takes_nobody_the_right_to_decide() {
    decided(
        "escalate: {after-minutes: 1, people: [boss@example.com]}",
        &[
            ("tick at 60000", "escalated"),
            ("approve a app", "approved by app, a#1 ok, a completed, COMPLETED"),
        ],
    );
}

/// With \"all\", those who are asked as well answer instead of those who do not; nobody has
/// to wait for more people than before.
#[test]
fn an_escalation_does_not_ask_for_more_agreement() {
    decided(
        "people: [bob@example.com, eve@example.com], rule: all, escalate: {after-minutes: 1, people: [boss@example.com]}",
        &[
            ("approve a eve", "approved by eve"),
            ("tick at 60000", "escalated"),
            ("approve a boss", "approved by boss, a#1 ok, a completed, COMPLETED"),
        ],
    );
    decided(
        "people: [bob@example.com], rule: all, escalate: {after-minutes: 1, people: [boss@example.com]}",
        &[
            ("tick at 60000", "escalated"),
            ("approve a bob", "approved by bob, a#1 ok, a completed, COMPLETED"),
        ],
    );
}

#[test]
fn an_execution_waits_for_approval_when_nothing_else_goes_on() {
    let text = "steps:\n- {id: a, approval: true, needs: []}\n- {id: b, tool: t, needs: []}";
    let mut play = Play::new(plan(text));
    play.answer("start");
    assert_eq!(play.state.shown(), Status::Running);
    play.answer("ok b");
    assert_eq!(play.state.shown(), Status::WaitingApproval);
    play.answer("pause");
    assert_eq!(play.state.shown(), Status::Paused);
    assert!(
        play.answer("approve a app").starts_with("approved by app, a#1 ok, a completed, COMPLETED")
    );
}

#[test]
fn a_rejection_leads_into_the_error_branch() {
    check(
        "steps:
- {id: ask, approval: Deploy?, needs: [], on-error: {goto: undo}}
- {id: deploy, tool: t, needs: ask}
- {id: undo, tool: t}",
        "start => started, ask#1 started, ask#1 asks \"Deploy?\"
         reject ask app => rejected by app, ask#1 failed (rejected), ask failed, deploy lost, undo#1 started
         ok undo 5 => undo#1 ok, undo completed, COMPLETED {\"deploy\":null,\"undo\":5}",
    );
}

#[test]
fn what_is_filled_in_comes_from_those_who_agree() {
    let text = one("roles: [lead], rule: {quorum: 2}, form: {size: {type: integer}}");
    let mut play = check(&text, ASKED);
    for line in [
        "approve a bob:lead {\"size\":1}",
        "reject a eve:lead {\"size\":\"all\"}",
        "approve a max:lead",
    ] {
        play.answer(line);
    }
    assert_eq!(play.state.status, Status::Completed);
    assert_eq!(play.state.steps[0].outputs(false)["form"]["size"], 1);
}

#[test]
fn a_decision_outlives_a_crash() {
    let text = one("roles: [lead], rule: {quorum: 2}");
    play(
        check(&text, ASKED),
        "approve a bob:lead => approved by bob
         recover =>
         reject a bob:lead => refused: you have decided about this already",
    );
}

//! The states as the API's description lists them. The stored words are told as they are: what
//! an older or newer program wrote must not make an execution unreadable.

/// The state of an execution.
#[derive(Clone, Copy, utoipa::ToSchema)]
#[schema(as = ExecutionStatus, rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the words; engine::Status writes them")]
pub(super) enum Status {
    Queued,
    Running,
    WaitingApproval,
    Paused,
    RollingBack,
    Completed,
    Failed,
    Cancelled,
    RolledBack,
}

/// The state of a step.
#[derive(Clone, Copy, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the words; engine::StepStatus writes them")]
pub(super) enum StepStatus {
    Pending,
    Running,
    Waiting,
    WaitingApproval,
    Completed,
    Failed,
    Skipped,
    Cancelled,
}

/// The state of an attempt.
#[derive(Clone, Copy, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the words; the runner writes them")]
pub(super) enum AttemptStatus {
    Running,
    Waiting,
    WaitingApproval,
    Completed,
    Failed,
    Cancelled,
}

-- Money: budgets, virtual keys, leased slices, and a ledger that also holds calls of outside clients.

create table virtual_keys (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    name TEXT not null,
    prefix TEXT not null,
    key_hash TEXT not null,
    user_id TEXT not null,
    project_id TEXT,
    models TEXT not null,
    scopes TEXT not null,
    requests_per_minute BIGINT,
    tokens_per_minute BIGINT,
    version BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT,
    primary key (organisation_id, id),
    unique (key_hash)
);

-- What may be spent on a scope in a period. `target` is the scope and its id as one text,
-- so that all budgets of a call are found by one list. What is spent and set aside counts
-- from `period_at`, the start of the current period.
create table budgets (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    scope TEXT not null,
    scope_id TEXT not null,
    target TEXT not null,
    period TEXT not null,
    cap_micros BIGINT not null,
    on_exceeded TEXT not null,
    is_active BOOLEAN not null,
    spent_micros BIGINT not null,
    reserved_micros BIGINT not null,
    period_at BIGINT not null,
    alerted_percent BIGINT not null,
    version BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, target, period)
);

-- Money set aside for calls of executions that run, a row for each budget.
create table reservations (
    organisation_id TEXT not null,
    call_id TEXT not null,
    budget_id TEXT not null,
    micros BIGINT not null,
    primary key (organisation_id, call_id, budget_id)
);

-- What a server may give out to calls of outside clients before it writes again. A row for
-- each budget, and one without a budget that bounds what is not in the ledger yet. What is
-- left here when a server dies counts as used.
create table budget_slices (
    organisation_id TEXT not null references organisations (id),
    node TEXT not null,
    budget_id TEXT not null,
    micros BIGINT not null,
    calls BIGINT not null,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    seen_at BIGINT not null,
    primary key (organisation_id, node, budget_id)
);

-- Requests and tokens for each minute that an organisation or a user may use.
create table rate_limits (
    organisation_id TEXT not null references organisations (id),
    scope TEXT not null,
    scope_id TEXT not null,
    requests_per_minute BIGINT,
    tokens_per_minute BIGINT,
    version BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, scope, scope_id)
);

-- The ledger again, since a call of an outside client has no execution. A row stands for
-- more than one call only when it is the estimate for calls of a server that died.
drop index model_calls_execution;
alter table model_calls rename to model_calls_before;
create table model_calls (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT,
    step TEXT,
    instance BIGINT not null,
    attempt BIGINT not null,
    nth BIGINT not null,
    is_repair BOOLEAN not null,
    model TEXT not null,
    provider TEXT not null,
    scripted BOOLEAN not null,
    outcome TEXT not null,
    error TEXT,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    cost_micros BIGINT not null,
    estimated BOOLEAN not null,
    duration_ms BIGINT not null,
    started_at BIGINT not null,
    finished_at BIGINT,
    door TEXT,
    key_id TEXT,
    user_id TEXT,
    project_id TEXT,
    agent TEXT,
    calls BIGINT not null default 1,
    cached_input_tokens BIGINT not null default 0,
    cost_known BOOLEAN not null default true,
    is_cached BOOLEAN not null default false,
    primary key (organisation_id, id)
);
insert into model_calls (organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at)
    select organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at from model_calls_before;
drop table model_calls_before;
create index model_calls_execution on model_calls (organisation_id, execution_id, started_at);
create index model_calls_day on model_calls (organisation_id, started_at);

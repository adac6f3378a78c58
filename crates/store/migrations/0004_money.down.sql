-- Takes the ledger back to calls of executions. Calls of outside clients have no place there.
alter table model_calls drop column door;
drop index model_calls_day;
drop index model_calls_execution;
alter table model_calls rename to model_calls_after;
create table model_calls (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
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
    primary key (organisation_id, id)
);
insert into model_calls (organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at)
    select organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at from model_calls_after where execution_id is not null;
drop table model_calls_after;
create index model_calls_execution on model_calls (organisation_id, execution_id, started_at);
drop table rate_limits;
drop table budget_slices;
drop table reservations;
drop table budgets;
drop table virtual_keys;

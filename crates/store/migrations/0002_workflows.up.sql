-- The whole workflow engine: links between executions, approvals, attempts that wait, and
-- results of work that was done again.

alter table executions add column trigger_kind TEXT not null default 'manual';
alter table executions add column origin_execution_id TEXT;
alter table executions add column origin_mode TEXT;
alter table executions add column parent_step TEXT;
alter table executions add column parent_instance BIGINT;
alter table executions add column parent_attempt BIGINT;
alter table executions add column depth BIGINT not null default 0;
alter table executions add column answered_model TEXT;
alter table executions add column concurrency_group TEXT;
alter table executions add column concurrency_limit BIGINT;
create index executions_origin on executions (organisation_id, origin_execution_id);
create index executions_parent on executions (organisation_id, parent_execution_id);

alter table execution_steps add column rounds BIGINT not null default 0;
alter table execution_steps add column checkpoint TEXT;

alter table attempts add column agent TEXT;
alter table attempts add column wait_until BIGINT;
alter table attempts add column deaths BIGINT not null default 0;

-- A gate may send work back, so an instance can have a result for each attempt.
create table results_by_attempt (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    attempt BIGINT not null,
    agent TEXT,
    command TEXT,
    prompt_hash TEXT,
    summary TEXT not null,
    output TEXT not null,
    scripted BOOLEAN not null,
    kept_from TEXT,
    model_calls BIGINT not null,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    cost_micros BIGINT not null,
    created_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, execution_id, step, instance, attempt)
);
insert into results_by_attempt (organisation_id, id, execution_id, step, instance, attempt, agent, command, prompt_hash, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at)
select r.organisation_id, r.id, r.execution_id, r.step, r.instance, coalesce((select max(a.number) from attempts a where a.organisation_id = r.organisation_id and a.result_id = r.id), 1), r.agent, r.command, r.prompt_hash, r.summary, r.output, r.scripted, r.model_calls, r.input_tokens, r.output_tokens, r.cost_micros, r.created_at
from results r;
drop table results;
alter table results_by_attempt rename to results;

-- Questions to people. What was asked and decided is also in the journal.
create table approvals (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    attempt BIGINT not null,
    title TEXT not null,
    request TEXT not null,
    decisions TEXT not null,
    status TEXT not null,
    escalated BOOLEAN not null,
    requested_at BIGINT not null,
    expires_at BIGINT,
    decided_at BIGINT,
    primary key (organisation_id, id),
    unique (organisation_id, execution_id, step, instance, attempt)
);
create index approvals_open on approvals (organisation_id, status, requested_at);

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

-- What is recorded stays as it is, whoever writes: the product's own statements never try,
-- and a hand in the database is refused. The two databases have different words for it.
-- on sqlite only
create trigger journal_is_never_changed before update on execution_events begin
    select raise(abort, 'the journal is append-only: a recorded fact is never changed');
end;
create trigger journal_is_never_deleted before delete on execution_events begin
    select raise(abort, 'the journal is append-only: a recorded fact is never deleted');
end;
create trigger results_are_never_changed before update on results begin
    select raise(abort, 'a recorded result is never changed');
end;
create trigger results_are_never_deleted before delete on results begin
    select raise(abort, 'a recorded result is never deleted');
end;
create trigger ended_executions_stay_ended before update of status, is_final, outputs, error, last_seq, finished_at on executions when old.is_final begin
    select raise(abort, 'an execution that has ended stays as it ended');
end;
-- on postgres only
create function refuse_change() returns trigger language plpgsql as $$ begin
    raise exception '%', tg_argv[0] using errcode = 'restrict_violation';
end $$;
create trigger journal_is_never_changed before update on execution_events for each row execute function refuse_change('the journal is append-only: a recorded fact is never changed');
create trigger journal_is_never_deleted before delete on execution_events for each row execute function refuse_change('the journal is append-only: a recorded fact is never deleted');
create trigger journal_is_never_emptied before truncate on execution_events for each statement execute function refuse_change('the journal is append-only: a recorded fact is never deleted');
create trigger results_are_never_changed before update on results for each row execute function refuse_change('a recorded result is never changed');
create trigger results_are_never_deleted before delete on results for each row execute function refuse_change('a recorded result is never deleted');
create trigger results_are_never_emptied before truncate on results for each statement execute function refuse_change('a recorded result is never deleted');
create trigger ended_executions_stay_ended before update of status, is_final, outputs, error, last_seq, finished_at on executions for each row when (old.is_final) execute function refuse_change('an execution that has ended stays as it ended');
-- on both

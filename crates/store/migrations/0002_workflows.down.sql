-- Takes 0002_workflows back. Of several results of an instance, the newest stays.

-- on sqlite only
drop trigger ended_executions_stay_ended;
drop trigger journal_is_never_deleted;
drop trigger journal_is_never_changed;
-- on postgres only
drop trigger ended_executions_stay_ended on executions;
drop trigger journal_is_never_emptied on execution_events;
drop trigger journal_is_never_deleted on execution_events;
drop trigger journal_is_never_changed on execution_events;
-- on both

drop table approvals;

create table results_by_instance (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    agent TEXT,
    command TEXT,
    prompt_hash TEXT,
    summary TEXT not null,
    output TEXT not null,
    scripted BOOLEAN not null,
    model_calls BIGINT not null,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    cost_micros BIGINT not null,
    created_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, execution_id, step, instance)
);
insert into results_by_instance (organisation_id, id, execution_id, step, instance, agent, command, prompt_hash, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at)
select r.organisation_id, r.id, r.execution_id, r.step, r.instance, r.agent, r.command, r.prompt_hash, r.summary, r.output, r.scripted, r.model_calls, r.input_tokens, r.output_tokens, r.cost_micros, r.created_at
from results r
where r.attempt = (select max(o.attempt) from results o where o.organisation_id = r.organisation_id and o.execution_id = r.execution_id and o.step = r.step and o.instance = r.instance);
drop table results;
-- on postgres only
drop function refuse_change();
-- on both
alter table results_by_instance rename to results;

alter table attempts drop column deaths;
alter table attempts drop column wait_until;
alter table attempts drop column agent;

alter table execution_steps drop column checkpoint;
alter table execution_steps drop column rounds;

drop index executions_parent;
drop index executions_origin;
alter table executions drop column concurrency_limit;
alter table executions drop column concurrency_group;
alter table executions drop column answered_model;
alter table executions drop column depth;
alter table executions drop column parent_attempt;
alter table executions drop column parent_instance;
alter table executions drop column parent_step;
alter table executions drop column origin_mode;
alter table executions drop column origin_execution_id;
alter table executions drop column trigger_kind;

-- Most executions have no parent, no origin and no project, most have ended, and calls of
-- outside clients belong to no execution: an index holds the rows that are looked for by it.
drop index executions_open;
drop index executions_project;
drop index executions_origin;
drop index executions_parent;
drop index model_calls_execution;
create index executions_open on executions (id) where is_final = false;
create index executions_project on executions (organisation_id, project_key, created_at) where project_key is not null;
create index executions_origin on executions (organisation_id, origin_execution_id) where origin_execution_id is not null;
create index executions_parent on executions (organisation_id, parent_execution_id) where parent_execution_id is not null;
create index model_calls_execution on model_calls (organisation_id, execution_id, started_at) where execution_id is not null;

-- A row that finds room in its page when it changes needs no new entries in the indexes.
-- on postgres only
alter table executions set (fillfactor = 60);
alter table execution_steps set (fillfactor = 60);
alter table attempts set (fillfactor = 60);
-- on both

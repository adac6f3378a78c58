-- Takes 0006_indexes back.
drop index executions_open;
drop index executions_project;
drop index executions_origin;
drop index executions_parent;
drop index model_calls_execution;
create index executions_open on executions (is_final, created_at);
create index executions_project on executions (organisation_id, project_key, created_at);
create index executions_origin on executions (organisation_id, origin_execution_id);
create index executions_parent on executions (organisation_id, parent_execution_id);
create index model_calls_execution on model_calls (organisation_id, execution_id, started_at);
-- on postgres only
alter table executions reset (fillfactor);
alter table execution_steps reset (fillfactor);
alter table attempts reset (fillfactor);
-- on both

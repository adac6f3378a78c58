-- Takes 0007_key_pays back.
alter table executions drop column started_by_key_id;

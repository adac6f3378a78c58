-- Takes 0008_people back.
alter table executions drop column charged_to;
alter table executions drop column started_for_id;
alter table event_triggers drop column created_by_id;
alter table webhooks drop column created_by_id;
alter table schedules drop column created_by_id;

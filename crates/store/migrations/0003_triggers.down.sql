-- Takes 0003_triggers back.

drop index outbox_kind;
drop table event_triggers;
drop table webhooks;
drop table schedules;
alter table workflows drop column archived_at;

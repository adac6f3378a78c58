-- The person who made a trigger, and for whom an execution is that a trigger started: they
-- pay for it, and may not approve what they asked for.
alter table schedules add column created_by_id TEXT;
alter table webhooks add column created_by_id TEXT;
alter table event_triggers add column created_by_id TEXT;
alter table executions add column started_for_id TEXT;
-- What an execution is about beside its project (JSON), whose budgets pay for it.
alter table executions add column charged_to TEXT;

-- The virtual key with which an outside client began an execution, whose budgets pay for it.
alter table executions add column started_by_key_id TEXT;

-- What starts workflows: schedules, webhooks, events. And workflows that were put away.

alter table workflows add column archived_at BIGINT;

-- Times at which a workflow starts. `next_at` moves in the transaction that makes the
-- execution, so a time is used once; it is null when there is no next time.
create table schedules (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    workflow_slug TEXT not null,
    name TEXT,
    cron TEXT not null,
    timezone TEXT not null,
    inputs TEXT not null,
    priority TEXT,
    project_key TEXT,
    missed TEXT not null,
    enabled BOOLEAN not null,
    declared BOOLEAN not null,
    next_at BIGINT,
    last_at BIGINT,
    last_execution_id TEXT,
    last_error TEXT,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id)
);
create index schedules_due on schedules (enabled, next_at);
create index schedules_workflow on schedules (organisation_id, workflow_slug);

-- Addresses that other systems call. Of the address only the hash is kept; the secret is
-- encrypted with a key that only the address gives.
create table webhooks (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    workflow_slug TEXT not null,
    name TEXT not null,
    token_hash TEXT not null,
    token_hint TEXT not null,
    sealed_secret BYTEA not null,
    inputs TEXT,
    last_used_at BIGINT,
    last_error TEXT,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (token_hash)
);

-- Events that start a workflow. `position` is the number of the last event that was looked
-- at; it moves in the transaction that makes the execution.
create table event_triggers (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    workflow_slug TEXT not null,
    event TEXT not null,
    condition TEXT,
    inputs TEXT,
    declared BOOLEAN not null,
    position BIGINT not null,
    last_at BIGINT,
    last_execution_id TEXT,
    last_error TEXT,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id)
);
create index event_triggers_workflow on event_triggers (organisation_id, workflow_slug);
create index outbox_kind on outbox (organisation_id, kind, number);

-- The first schema. One text for SQLite and PostgreSQL.
-- Times are BIGINT milliseconds since the Unix epoch in UTC, JSON is TEXT, money is BIGINT
-- micro-dollars, ids are TEXT with a prefix. The organisation is part of every key.

create table counters (
    name TEXT not null primary key,
    value BIGINT not null
);
insert into counters (name, value) values ('outbox', 0);

create table engine_lease (
    id BIGINT not null primary key,
    holder TEXT not null,
    epoch BIGINT not null,
    expires_at BIGINT not null
);
insert into engine_lease (id, holder, epoch, expires_at) values (1, '', 0, 0);

create table outbox (
    organisation_id TEXT not null,
    number BIGINT not null,
    topic TEXT not null,
    kind TEXT not null,
    body TEXT not null,
    created_at BIGINT not null,
    primary key (organisation_id, number)
);
create index outbox_topic on outbox (organisation_id, topic, number);

-- identity -----------------------------------------------------------------------------

create table organisations (
    id TEXT not null primary key,
    name TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null
);

create table roles (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    name TEXT not null,
    description TEXT not null,
    permissions TEXT not null,
    is_system BOOLEAN not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, name)
);

create table users (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    email TEXT not null,
    name TEXT not null,
    password_hash TEXT,
    role_id TEXT not null,
    locale TEXT not null,
    theme TEXT not null,
    is_active BOOLEAN not null,
    last_login_at BIGINT,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (email),
    foreign key (organisation_id, role_id) references roles (organisation_id, id)
);

create table sessions (
    organisation_id TEXT not null,
    id TEXT not null,
    user_id TEXT not null,
    token_hash TEXT not null,
    user_agent TEXT not null,
    ip TEXT not null,
    created_at BIGINT not null,
    last_seen_at BIGINT not null,
    expires_at BIGINT not null,
    revoked_at BIGINT,
    primary key (organisation_id, id),
    unique (token_hash),
    foreign key (organisation_id, user_id) references users (organisation_id, id)
);
create index sessions_user on sessions (organisation_id, user_id);

create table api_keys (
    organisation_id TEXT not null,
    id TEXT not null,
    user_id TEXT not null,
    name TEXT not null,
    prefix TEXT not null,
    key_hash TEXT not null,
    created_at BIGINT not null,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT,
    primary key (organisation_id, id),
    unique (key_hash),
    foreign key (organisation_id, user_id) references users (organisation_id, id)
);
create index api_keys_user on api_keys (organisation_id, user_id);

-- One-time links: first set-up (no user yet) and sign-in. Only the hash is kept.
create table one_time_links (
    token_hash TEXT not null primary key,
    purpose TEXT not null,
    organisation_id TEXT,
    user_id TEXT,
    created_at BIGINT not null,
    expires_at BIGINT not null,
    used_at BIGINT
);

create table login_attempts (
    subject TEXT not null,
    at BIGINT not null
);
create index login_attempts_subject on login_attempts (subject, at);

create table audit_logs (
    organisation_id TEXT not null,
    id TEXT not null,
    at BIGINT not null,
    actor_kind TEXT not null,
    actor_id TEXT not null,
    actor_name TEXT not null,
    action TEXT not null,
    resource_type TEXT not null,
    resource_id TEXT not null,
    detail TEXT not null,
    ip TEXT not null,
    primary key (organisation_id, id)
);
create index audit_logs_at on audit_logs (organisation_id, at);

create table idempotency_keys (
    organisation_id TEXT not null,
    key TEXT not null,
    user_id TEXT not null,
    request_hash TEXT not null,
    status BIGINT,
    body TEXT,
    created_at BIGINT not null,
    primary key (organisation_id, user_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

-- projects -----------------------------------------------------------------------------

create table projects (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    key TEXT not null,
    name TEXT not null,
    description TEXT not null,
    status TEXT not null,
    columns TEXT not null,
    next_item_number BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, key)
);

create table work_items (
    organisation_id TEXT not null,
    id TEXT not null,
    project_id TEXT not null,
    key TEXT not null,
    number BIGINT not null,
    kind TEXT not null,
    title TEXT not null,
    description TEXT not null,
    user_role TEXT not null,
    feature TEXT not null,
    benefit TEXT not null,
    acceptance_criteria TEXT not null,
    points BIGINT,
    priority TEXT not null,
    board_column TEXT not null,
    rank TEXT not null,
    parent_id TEXT,
    labels TEXT not null,
    version BIGINT not null,
    origin_execution_id TEXT,
    origin_step TEXT,
    origin_result_id TEXT,
    origin_agent TEXT,
    origin_model TEXT,
    origin_scripted BOOLEAN not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    completed_at BIGINT,
    primary key (organisation_id, id),
    unique (organisation_id, key),
    foreign key (organisation_id, project_id) references projects (organisation_id, id)
);
create index work_items_board on work_items (organisation_id, project_id, board_column, rank);
create index work_items_parent on work_items (organisation_id, parent_id);
create index work_items_origin on work_items (organisation_id, origin_execution_id);

-- automation ---------------------------------------------------------------------------

create table workflows (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    slug TEXT not null,
    source TEXT not null,
    latest_revision BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, slug)
);

create table workflow_revisions (
    organisation_id TEXT not null,
    id TEXT not null,
    workflow_id TEXT not null,
    number BIGINT not null,
    name TEXT not null,
    description TEXT not null,
    definition TEXT not null,
    content_hash TEXT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, workflow_id, number),
    foreign key (organisation_id, workflow_id) references workflows (organisation_id, id)
);

create table executions (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    workflow_slug TEXT not null,
    workflow_name TEXT not null,
    workflow_revision BIGINT,
    revision_id TEXT,
    definition TEXT not null,
    project_key TEXT,
    title TEXT not null,
    status TEXT not null,
    is_final BOOLEAN not null,
    inputs TEXT not null,
    outputs TEXT,
    error TEXT,
    total_steps BIGINT not null,
    completed_steps BIGINT not null,
    failed_steps BIGINT not null,
    percent BIGINT not null,
    running TEXT not null,
    priority TEXT not null,
    model TEXT,
    scripted BOOLEAN not null,
    recovered BIGINT not null,
    parent_execution_id TEXT,
    model_calls BIGINT not null,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    cost_micros BIGINT not null,
    started_by_kind TEXT not null,
    started_by_id TEXT not null,
    started_by_name TEXT not null,
    last_seq BIGINT not null,
    created_at BIGINT not null,
    started_at BIGINT,
    finished_at BIGINT,
    primary key (organisation_id, id)
);
create index executions_open on executions (is_final, created_at);
create index executions_list on executions (organisation_id, created_at, id);
create index executions_project on executions (organisation_id, project_key, created_at);

-- The journal: append-only. What is recorded here is never changed.
create table execution_events (
    organisation_id TEXT not null,
    execution_id TEXT not null,
    seq BIGINT not null,
    kind TEXT not null,
    body TEXT not null,
    at BIGINT not null,
    primary key (organisation_id, execution_id, seq)
);

-- The journal of an agent's turn inside one attempt.
create table turn_events (
    organisation_id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    attempt BIGINT not null,
    seq BIGINT not null,
    kind TEXT not null,
    body TEXT not null,
    at BIGINT not null,
    primary key (organisation_id, execution_id, step, instance, attempt, seq)
);

-- Projection of the journal that the API reads.
create table execution_steps (
    organisation_id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    position BIGINT not null,
    status TEXT not null,
    error TEXT,
    started_at BIGINT,
    finished_at BIGINT,
    primary key (organisation_id, execution_id, step)
);

create table attempts (
    organisation_id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    number BIGINT not null,
    label TEXT not null,
    status TEXT not null,
    error TEXT,
    result_id TEXT,
    started_at BIGINT not null,
    finished_at BIGINT,
    primary key (organisation_id, execution_id, step, instance, number)
);

-- Results of steps: immutable, exactly one for each finished instance of a step.
create table results (
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

-- gateway ------------------------------------------------------------------------------

-- The ledger of model calls: the intent is written before the call, the outcome after it.
create table model_calls (
    organisation_id TEXT not null,
    id TEXT not null,
    execution_id TEXT not null,
    step TEXT not null,
    instance BIGINT not null,
    attempt BIGINT not null,
    nth BIGINT not null,
    is_repair BOOLEAN not null,
    model TEXT not null,
    provider TEXT not null,
    scripted BOOLEAN not null,
    outcome TEXT not null,
    error TEXT,
    input_tokens BIGINT not null,
    output_tokens BIGINT not null,
    cost_micros BIGINT not null,
    estimated BOOLEAN not null,
    duration_ms BIGINT not null,
    started_at BIGINT not null,
    finished_at BIGINT,
    primary key (organisation_id, id)
);
create index model_calls_execution on model_calls (organisation_id, execution_id, started_at);

-- Platforms: providers with encrypted keys, models, prices, routes, health.

-- Keys that seal secrets, themselves sealed by the master key, which is never stored here.
create table data_keys (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    master_id TEXT not null,
    sealed TEXT not null,
    is_active BOOLEAN not null,
    created_at BIGINT not null,
    primary key (organisation_id, id)
);

-- Secrets of rows in other tables: sealed here, or kept in a vault with its path here.
create table secrets (
    organisation_id TEXT not null references organisations (id),
    table_name TEXT not null,
    row_id TEXT not null,
    field TEXT not null,
    kept_in TEXT not null,
    key_id TEXT not null,
    kept TEXT not null,
    hint TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, table_name, row_id, field)
);
create index secrets_key on secrets (organisation_id, key_id);

-- One row for each organisation; the version grows with every change that calls must see.
create table gateway_settings (
    organisation_id TEXT not null references organisations (id),
    version BIGINT not null,
    unknown_price TEXT not null,
    updated_at BIGINT not null,
    primary key (organisation_id)
);

create table platforms (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    name TEXT not null,
    kind TEXT not null,
    base_url TEXT not null,
    models TEXT not null,
    default_model TEXT,
    is_enabled BOOLEAN not null,
    requests_per_minute BIGINT,
    tokens_per_minute BIGINT,
    daily_budget_micros BIGINT,
    fallback_order BIGINT not null,
    weight BIGINT not null,
    settings TEXT not null,
    tested_at BIGINT,
    test_latency_ms BIGINT,
    test_error TEXT,
    version BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, name)
);

create table model_groups (
    organisation_id TEXT not null references organisations (id),
    id TEXT not null,
    name TEXT not null,
    strategy TEXT not null,
    targets TEXT not null,
    hedge_after_ms BIGINT,
    is_enabled BOOLEAN not null,
    version BIGINT not null,
    created_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, id),
    unique (organisation_id, name)
);

-- Prices that win over the bundled table from a day on. An empty model means every model
-- of the platform. Amounts are micro-dollars for a million tokens.
create table model_prices (
    organisation_id TEXT not null references organisations (id),
    platform TEXT not null,
    model TEXT not null,
    valid_from BIGINT not null,
    is_free BOOLEAN not null,
    input_micros BIGINT not null,
    output_micros BIGINT not null,
    cached_input_micros BIGINT,
    cache_write_micros BIGINT,
    created_by TEXT not null,
    created_at BIGINT not null,
    primary key (organisation_id, platform, model, valid_from)
);

-- What was found when a platform was looked at: a row for each change of its status.
create table platform_health (
    organisation_id TEXT not null references organisations (id),
    platform TEXT not null,
    at BIGINT not null,
    status TEXT not null,
    detail TEXT not null,
    latency_ms BIGINT,
    primary key (organisation_id, platform, at)
);

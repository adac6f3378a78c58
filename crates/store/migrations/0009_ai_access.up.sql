-- What each person may use: platforms, models and agents (JSON lists), the most tokens of a
-- request and requests in an hour. What is null, and a person without a row, has no bound.
create table ai_access (
    organisation_id TEXT not null references organisations (id),
    user_id TEXT not null,
    platforms TEXT,
    models TEXT,
    agents TEXT,
    tokens_per_request BIGINT,
    requests_per_hour BIGINT,
    updated_by TEXT not null,
    created_at BIGINT not null,
    updated_at BIGINT not null,
    primary key (organisation_id, user_id)
);

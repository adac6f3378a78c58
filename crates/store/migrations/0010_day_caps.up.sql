-- Requests and tokens for each day that an organisation may use.
alter table rate_limits add column requests_per_day BIGINT;
alter table rate_limits add column tokens_per_day BIGINT;

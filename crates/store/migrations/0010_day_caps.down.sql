-- Takes 0010_day_caps back.
alter table rate_limits drop column tokens_per_day;
alter table rate_limits drop column requests_per_day;

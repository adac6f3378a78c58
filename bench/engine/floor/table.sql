create table if not exists floor (run text, step bigint, body text)

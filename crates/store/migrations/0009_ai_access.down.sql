-- Takes 0009_ai_access back.
drop table ai_access;

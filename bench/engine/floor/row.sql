insert into floor values ('run-0001', 1, '{"ok": 1}');

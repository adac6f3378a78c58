-- Takes 0005_platforms back.
drop table platform_health;
drop table model_prices;
drop table model_groups;
drop table platforms;
drop table gateway_settings;
drop table secrets;
drop table data_keys;

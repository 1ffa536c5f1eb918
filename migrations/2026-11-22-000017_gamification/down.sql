drop table badge_awards;
drop table badges;
drop table learning_days;
drop table points_entries;

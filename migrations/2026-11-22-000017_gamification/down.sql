update academies set policy = policy - 'purposes';
drop table badge_awards;
drop table badges;
drop table learning_days;
drop table points_entries;

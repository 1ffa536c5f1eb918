drop table identities;
drop table guardianships;
drop table teaching_assignments;

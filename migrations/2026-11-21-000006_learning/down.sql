drop table answers;
drop table attempts;
drop table lesson_completions;
drop table entitlements;
drop table enrolments;

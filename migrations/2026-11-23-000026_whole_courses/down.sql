drop trigger imports_news on imports;
alter table imports drop column format, drop column into_id;
alter table questions drop column source;
alter table quizzes drop column source;
alter table lessons drop column source, drop column body_format, drop column hidden;
alter table sections drop column source, drop column hidden;
drop index courses_source;
alter table courses drop column source;

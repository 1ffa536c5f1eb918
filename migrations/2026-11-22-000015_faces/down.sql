drop table held_usernames;
drop index logins_look;
alter table logins drop column username_look;
drop table avatars;
delete from uploads where purpose = 'AVATAR';
alter table uploads drop constraint uploads_purpose_check;
alter table uploads add constraint uploads_purpose_check check (purpose in ('COURSE_IMPORT'));

-- Indexes that look-ups need; the tables are small yet, so they are made in one go.
drop index courses_published;
create index courses_newest on courses (academy_id, created_at desc, id desc);
create index sections_id on sections (academy_id, id);
create index questions_id on questions (academy_id, id);
create index enrolments_run on enrolments (academy_id, run_id);
alter index certificates_enrolment rename to certificates_valid;
create index certificates_enrolment on certificates (academy_id, enrolment_id);

comment on column logins.username is 'A wish while username_key is null: the name is held once the address is proved.';

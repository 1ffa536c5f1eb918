comment on column logins.username is null;

drop index certificates_enrolment;
alter index certificates_valid rename to certificates_enrolment;
drop index enrolments_run;
drop index questions_id;
drop index sections_id;
drop index courses_newest;
create index courses_published on courses (academy_id, published_at desc, id desc) where status = 'PUBLISHED';

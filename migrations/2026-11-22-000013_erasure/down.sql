drop function sanggar_living(uuid);
drop function sanggar_holds(uuid);
alter table users drop column restricted_at, drop column closed_at;
drop index audit_entries_actor;
alter table certificates drop constraint certificates_academy_id_enrolment_id_fkey;
alter table certificates add foreign key (academy_id, enrolment_id) references enrolments (academy_id, id);
revoke delete on enrolments, entitlements, attempts, answers, instructor_applications, imports from sanggar_app;

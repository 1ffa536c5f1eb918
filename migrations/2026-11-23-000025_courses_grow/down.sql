drop index enrolments_course;
create index enrolments_course on enrolments (academy_id, course_id);
alter table entitlements drop constraint entitlements_source_check;
alter table entitlements add check (source in ('FREE', 'GRANT'));
drop table invitation_codes;
alter table course_submissions drop column base_id;
drop table course_prerequisites;
alter table course_versions drop column minimum_score, drop column price_currency, drop column price_amount;

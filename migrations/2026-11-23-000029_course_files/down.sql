delete from jobs where kind = 'sweep_course_files';
-- What lies below course_files in the store stays: nothing of this version's server knows it.
drop table lesson_files;
alter table course_versions drop column cover_id;
drop table course_files;
alter table uploads no force row level security;
delete from uploads where purpose not in ('COURSE_IMPORT', 'AVATAR');
alter table uploads force row level security;
alter table uploads
    drop column digest,
    drop column media_type;
alter table uploads drop constraint uploads_purpose_check;
alter table uploads add constraint uploads_purpose_check check (purpose in ('COURSE_IMPORT', 'AVATAR'));

alter table uploads drop constraint uploads_purpose_check;
alter table uploads add constraint uploads_purpose_check check (purpose in (
    'COURSE_IMPORT', 'AVATAR', 'COURSE_COVER', 'LESSON_MEDIA', 'ATTACHMENT', 'QUESTION_IMPORT', 'ENROLMENT'));
alter table uploads
    add column digest bytea,
    add column media_type text;
comment on column uploads.content_type is 'As announced: a word of who sends it, and no more.';
comment on column uploads.digest is 'SHA-256 of the bytes that came.';
comment on column uploads.media_type is 'What the bytes that came are, by themselves.';

create table course_files (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    kind text not null check (kind in ('COVER', 'PLAIN')),
    digest bytea not null,
    media_type text not null,
    size integer not null check (size >= 0),
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table course_files is 'A file of courses, named by the id where files lie. It never changes, is there once, and goes when no version has it.';
comment on column course_files.kind is 'COVER: a picture in several widths. PLAIN: the bytes as they were sent.';
comment on column course_files.digest is 'SHA-256 of the bytes.';
comment on column course_files.media_type is 'What the bytes are, by themselves.';
comment on column course_files.size is 'Bytes; of a cover, those of its largest width.';
create unique index course_files_digest on course_files (academy_id, kind, digest);
select sanggar_isolate('course_files');
grant select, insert, update, delete on course_files to sanggar_app;

alter table course_versions
    add column cover_id uuid,
    add foreign key (academy_id, cover_id) references course_files (academy_id, id);
comment on column course_versions.cover_id is 'Its picture.';
create index course_versions_cover on course_versions (academy_id, cover_id) where cover_id is not null;

create table lesson_files (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    lesson_id uuid not null,
    position integer not null check (position >= 0),
    id uuid not null,
    file_id uuid not null,
    name text not null,
    primary key (academy_id, version_id, lesson_id, position),
    foreign key (academy_id, version_id, lesson_id) references lessons (academy_id, version_id, id) on delete cascade,
    foreign key (academy_id, file_id) references course_files (academy_id, id)
);
comment on table lesson_files is 'The files of a lesson: at 0 its media, from 1 on what is attached to it.';
comment on column lesson_files.id is 'The attachment itself, the same through all versions; another one may have the same file.';
comment on column lesson_files.name is 'As its readers see it, and as the text of the lesson points to it.';
create index lesson_files_file on lesson_files (academy_id, file_id);
select sanggar_isolate('lesson_files');
grant select, insert, update, delete on lesson_files to sanggar_app;

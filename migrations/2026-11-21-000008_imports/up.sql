create table lesson_quizzes (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    lesson_id uuid not null,
    position integer not null,
    quiz_id uuid not null,
    primary key (academy_id, version_id, lesson_id, position),
    foreign key (academy_id, version_id, lesson_id) references lessons (academy_id, version_id, id) on delete cascade,
    foreign key (academy_id, version_id, quiz_id) references quizzes (academy_id, version_id, id) on delete cascade
);
comment on table lesson_quizzes is 'Quizzes beside a lesson that is not one itself: a warm-up before it, a check after it.';
select sanggar_isolate('lesson_quizzes');
grant select, insert, delete on lesson_quizzes to sanggar_app;

create table uploads (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    purpose text not null check (purpose in ('COURSE_IMPORT')),
    file_name text not null,
    content_type text not null,
    size integer not null check (size > 0),
    token_hash bytea not null,
    stored_at timestamptz,
    expires_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table uploads is 'A file that somebody said they would send, and whether it has come.';
comment on column uploads.token_hash is 'SHA-256 of the token in its address.';
comment on column uploads.size is 'Bytes, as announced: exactly so many are taken.';
create unique index uploads_token on uploads (academy_id, token_hash);
select sanggar_isolate('uploads');
grant select, insert, update, delete on uploads to sanggar_app;

create table imports (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    upload_id uuid not null,
    title text,
    status text not null check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    done integer not null default 0,
    total integer,
    course_id uuid,
    problems jsonb not null default '[]',
    created_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on column imports.problems is '[{path, line, severity, message}]: what was not taken over. Of files, never of people.';
create unique index imports_upload on imports (academy_id, upload_id);
select sanggar_isolate('imports');
grant select, insert, update on imports to sanggar_app;

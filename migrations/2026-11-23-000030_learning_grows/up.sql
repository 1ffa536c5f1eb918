create table lesson_bookmarks (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    lesson_id uuid not null,
    created_at timestamptz not null,
    primary key (academy_id, user_id, lesson_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table lesson_bookmarks is 'Lessons that a person wants to find again: nobody else sees them.';
comment on column lesson_bookmarks.lesson_id is 'The lesson itself, the same through all versions.';
create index lesson_bookmarks_newest on lesson_bookmarks (academy_id, user_id, created_at desc, lesson_id desc);
select sanggar_isolate('lesson_bookmarks');
grant select, insert, delete on lesson_bookmarks to sanggar_app;

comment on column enrolments.enrolled_at is 'Since when they learn, or stand in the queue.';

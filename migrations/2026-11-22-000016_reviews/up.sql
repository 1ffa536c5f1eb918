create table reviews (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    course_id uuid not null,
    user_id uuid not null,
    rating integer not null check (rating between 1 and 5),
    body text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table reviews is 'What a learner says of a course: one each. It counts in the rating; who reads it, its author chooses.';
create unique index reviews_own on reviews (academy_id, user_id, course_id);
create index reviews_author on reviews (academy_id, user_id, created_at desc, id desc);
create index reviews_newest on reviews (academy_id, course_id, created_at desc, id desc);
select sanggar_isolate('reviews');
grant select, insert, update, delete on reviews to sanggar_app;

create table enrolments (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    run_id uuid not null,
    version_id uuid not null,
    status text not null check (status in ('PENDING_PAYMENT', 'WAITLISTED', 'ACTIVE', 'COMPLETED', 'WITHDRAWN', 'EXPIRED')),
    enrolled_at timestamptz not null,
    completed_at timestamptz,
    last_activity_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id),
    foreign key (academy_id, run_id) references course_runs (academy_id, id),
    foreign key (academy_id, version_id) references course_versions (academy_id, id)
);
comment on table enrolments is 'A person in a run of a course, pinned to the version that they began with.';
create unique index enrolments_live on enrolments (academy_id, user_id, course_id)
    where status in ('PENDING_PAYMENT', 'WAITLISTED', 'ACTIVE', 'COMPLETED');
create index enrolments_newest on enrolments (academy_id, user_id, enrolled_at desc, id desc);
create index enrolments_course on enrolments (academy_id, course_id);
select sanggar_isolate('enrolments');
grant select, insert, update on enrolments to sanggar_app;

create table entitlements (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    source text not null check (source in ('FREE', 'GRANT')),
    starts_at timestamptz not null,
    ends_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table entitlements is 'Why and for how long a person may learn from a course: what a lesson asks before it is shown.';
create index entitlements_user on entitlements (academy_id, user_id, course_id);
select sanggar_isolate('entitlements');
grant select, insert, update on entitlements to sanggar_app;

create table lesson_completions (
    academy_id uuid not null default sanggar_academy(),
    enrolment_id uuid not null,
    lesson_id uuid not null,
    completed_at timestamptz not null,
    primary key (academy_id, enrolment_id, lesson_id),
    foreign key (academy_id, enrolment_id) references enrolments (academy_id, id) on delete cascade
);
select sanggar_isolate('lesson_completions');
grant select, insert, delete on lesson_completions to sanggar_app;

create table attempts (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    enrolment_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    version_id uuid not null,
    quiz_id uuid not null,
    number integer not null,
    status text not null check (status in ('IN_PROGRESS', 'SUBMITTED', 'GRADED', 'EXPIRED')),
    locale text,
    question_ids uuid[] not null,
    started_at timestamptz not null,
    deadline timestamptz,
    submitted_at timestamptz,
    score bigint,
    max_score bigint not null,
    passed boolean,
    primary key (academy_id, id),
    foreign key (academy_id, enrolment_id) references enrolments (academy_id, id) on delete cascade,
    foreign key (academy_id, version_id, quiz_id) references quizzes (academy_id, version_id, id)
);
comment on column attempts.question_ids is 'The questions in the order of this attempt.';
comment on column attempts.score is 'Millionths of a point, never below nought.';
create unique index attempts_number on attempts (academy_id, enrolment_id, quiz_id, number);
create unique index attempts_open on attempts (academy_id, enrolment_id, quiz_id) where status = 'IN_PROGRESS';
create index attempts_user on attempts (academy_id, user_id);
select sanggar_isolate('attempts');
grant select, insert, update on attempts to sanggar_app;

create table answers (
    academy_id uuid not null default sanggar_academy(),
    attempt_id uuid not null,
    question_id uuid not null,
    choice_ids uuid[] not null,
    score bigint,
    saved_at timestamptz not null,
    primary key (academy_id, attempt_id, question_id),
    foreign key (academy_id, attempt_id) references attempts (academy_id, id) on delete cascade
);
select sanggar_isolate('answers');
grant select, insert, update on answers to sanggar_app;

create table courses (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,98}[a-z0-9]$'),
    locale text not null,
    status text not null check (status in ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
    latest_id uuid,
    published_id uuid,
    published_at timestamptz,
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table courses is 'A course through all its versions.';
comment on column courses.latest_id is 'The newest version: its instructors edit it until it is submitted; the edit after that begins a new one from it.';
comment on column courses.published_id is 'The version that the catalogue shows and new learners get.';
create unique index courses_slug on courses (academy_id, slug);
create index courses_published on courses (academy_id, published_at desc, id desc) where status = 'PUBLISHED';
select sanggar_isolate('courses');
grant select, insert, update on courses to sanggar_app;

create table course_instructors (
    academy_id uuid not null default sanggar_academy(),
    course_id uuid not null,
    user_id uuid not null,
    position integer not null,
    primary key (academy_id, course_id, user_id),
    foreign key (academy_id, course_id) references courses (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
create index course_instructors_user on course_instructors (academy_id, user_id);
select sanggar_isolate('course_instructors');
grant select, insert, update, delete on course_instructors to sanggar_app;

create table course_versions (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    course_id uuid not null,
    number integer not null,
    frozen_at timestamptz,
    edits integer not null default 1,
    title text not null,
    summary text not null,
    description text not null,
    level text not null check (level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
    tags text[] not null,
    lessons_percent integer not null check (lessons_percent between 0 and 100),
    quizzes_passed boolean not null,
    lesson_count integer not null default 0,
    primary key (academy_id, id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on column course_versions.frozen_at is 'Since it was submitted: from then on nothing of it changes, its sections, lessons and quizzes included.';
comment on column course_versions.edits is 'Counts the edits of a draft: who edited another one is told CONFLICT.';
comment on column course_versions.lessons_percent is 'Completion: the share of lessons.';
comment on column course_versions.quizzes_passed is 'Completion: whether every quiz must be passed.';
create unique index course_versions_number on course_versions (academy_id, course_id, number);
select sanggar_isolate('course_versions');
grant select, insert, update on course_versions to sanggar_app;
alter table courses add foreign key (academy_id, latest_id) references course_versions (academy_id, id);
alter table courses add foreign key (academy_id, published_id) references course_versions (academy_id, id);

create table sections (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    id uuid not null,
    position integer not null,
    title text not null,
    primary key (academy_id, version_id, id),
    foreign key (academy_id, version_id) references course_versions (academy_id, id)
);
comment on column sections.id is 'The section itself, the same through all versions.';
select sanggar_isolate('sections');
grant select, insert, update, delete on sections to sanggar_app;

create table quizzes (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    id uuid not null,
    title text not null,
    titles jsonb not null default '{}',
    pass_percent integer not null check (pass_percent between 0 and 100),
    time_limit integer check (time_limit > 0),
    attempts_allowed integer check (attempts_allowed > 0),
    shuffle boolean not null,
    feedback text not null check (feedback in ('NEVER', 'AFTER_EACH_ATTEMPT', 'AFTER_LAST_ATTEMPT', 'AFTER_PASSING')),
    primary key (academy_id, version_id, id),
    foreign key (academy_id, version_id) references course_versions (academy_id, id),
    check (feedback <> 'AFTER_LAST_ATTEMPT' or attempts_allowed is not null)
);
comment on column quizzes.titles is 'Translations of the title: locale to text.';
comment on column quizzes.time_limit is 'Seconds.';
create index quizzes_id on quizzes (academy_id, id);
select sanggar_isolate('quizzes');
grant select, insert, update, delete on quizzes to sanggar_app;

create table lessons (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    id uuid not null,
    section_id uuid not null,
    position integer not null,
    kind text not null check (kind in ('ARTICLE', 'VIDEO', 'QUIZ', 'FILE', 'LIVE')),
    preview boolean not null,
    title text not null,
    body text,
    media_url text,
    estimated_duration integer check (estimated_duration > 0),
    quiz_id uuid,
    primary key (academy_id, version_id, id),
    foreign key (academy_id, version_id, section_id) references sections (academy_id, version_id, id) on delete cascade,
    foreign key (academy_id, version_id, quiz_id) references quizzes (academy_id, version_id, id)
);
comment on column lessons.id is 'The lesson itself, the same through all versions.';
comment on column lessons.body is 'Markdown, as it was written: it is sanitised on the way out.';
comment on column lessons.estimated_duration is 'Seconds.';
create index lessons_id on lessons (academy_id, id);
select sanggar_isolate('lessons');
grant select, insert, update, delete on lessons to sanggar_app;

create table lesson_translations (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    lesson_id uuid not null,
    locale text not null,
    title text not null,
    body text,
    primary key (academy_id, version_id, lesson_id, locale),
    foreign key (academy_id, version_id, lesson_id) references lessons (academy_id, version_id, id) on delete cascade
);
select sanggar_isolate('lesson_translations');
grant select, insert, update, delete on lesson_translations to sanggar_app;

create table questions (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    id uuid not null,
    quiz_id uuid not null,
    position integer not null,
    multiple boolean not null,
    prompt text not null,
    prompts jsonb not null default '{}',
    points bigint not null check (points > 0),
    feedback text,
    primary key (academy_id, version_id, id),
    foreign key (academy_id, version_id, quiz_id) references quizzes (academy_id, version_id, id) on delete cascade
);
comment on column questions.prompts is 'Translations of the prompt: locale to text.';
comment on column questions.points is 'Millionths of a point: exact decimal arithmetic.';
create index questions_quiz on questions (academy_id, version_id, quiz_id, position);
select sanggar_isolate('questions');
grant select, insert, update, delete on questions to sanggar_app;

create table choices (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    id uuid not null,
    question_id uuid not null,
    position integer not null,
    text text not null,
    texts jsonb not null default '{}',
    fraction bigint not null check (fraction between -1000000 and 1000000),
    feedback text,
    primary key (academy_id, version_id, id),
    foreign key (academy_id, version_id, question_id) references questions (academy_id, version_id, id) on delete cascade
);
comment on column choices.id is 'Random: an id that held a time would tell the order in which the key was written.';
comment on column choices.fraction is 'Millionths of the points that ticking it earns; negative ones are taken off.';
create index choices_question on choices (academy_id, version_id, question_id, position);
select sanggar_isolate('choices');
grant select, insert, update, delete on choices to sanggar_app;

create table course_runs (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    course_id uuid not null,
    name text not null,
    opens_at timestamptz,
    closes_at timestamptz,
    seats integer check (seats >= 0),
    invitation_only boolean not null,
    created_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table course_runs is 'An offering of a course; every course has one that is always open.';
create index course_runs_course on course_runs (academy_id, course_id, created_at, id);
select sanggar_isolate('course_runs');
grant select, insert, update on course_runs to sanggar_app;

create table course_submissions (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    course_id uuid not null,
    version_id uuid not null,
    status text not null check (status in ('PENDING', 'CHANGES_REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
    reason text,
    decided_by uuid,
    submitted_at timestamptz not null,
    decided_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, course_id) references courses (academy_id, id),
    foreign key (academy_id, version_id) references course_versions (academy_id, id),
    foreign key (academy_id, decided_by) references users (academy_id, id)
);
create unique index course_submissions_pending on course_submissions (academy_id, course_id) where status = 'PENDING';
create index course_submissions_newest on course_submissions (academy_id, submitted_at desc, id desc);
select sanggar_isolate('course_submissions');
grant select, insert, update on course_submissions to sanggar_app;

create table points_entries (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    course_id uuid,
    reason text not null check (reason in ('LESSON_COMPLETED', 'QUIZ_PASSED', 'COURSE_COMPLETED', 'STREAK_MILESTONE', 'BADGE', 'REVERSAL')),
    cause_id uuid not null,
    points integer not null,
    at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table points_entries is 'The points ledger: entries are added and never changed; totals are sums over it.';
comment on column points_entries.cause_id is 'What the points are for, a lesson or quiz or course: it counts once for a person, whatever is repeated.';
create unique index points_entries_cause on points_entries (academy_id, user_id, reason, cause_id);
select sanggar_isolate('points_entries');
grant select, insert, delete on points_entries to sanggar_app;

create table learning_days (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    day date not null,
    primary key (academy_id, user_id, day),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table learning_days is 'The days of the academy''s calendar on which a person learnt something: what streaks are counted from.';
select sanggar_isolate('learning_days');
grant select, insert, delete on learning_days to sanggar_app;

create table badges (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    slug text not null,
    name text not null,
    description text not null,
    measure text not null check (measure in ('LESSONS', 'COURSES', 'STREAK', 'POINTS')),
    at_least bigint not null check (at_least > 0),
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table badges is 'What an academy honours: its rule is a measure and a number, and nothing that is executed.';
create unique index badges_slug on badges (academy_id, slug);
select sanggar_isolate('badges');
grant select, insert on badges to sanggar_app;

create table badge_awards (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    badge_id uuid not null,
    awarded_at timestamptz not null,
    primary key (academy_id, user_id, badge_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, badge_id) references badges (academy_id, id)
);
comment on table badge_awards is 'Who holds which badge: awarded once, and kept.';
select sanggar_isolate('badge_awards');
grant select, insert, delete on badge_awards to sanggar_app;

-- Policies list purposes from now on. Those that were begun with a preset that names these parts have them; in others they are off.
update academies set policy = policy || '{"purposes": ["badges", "community", "leaderboard"]}'
    where policy_profile in ('open', 'eterna') and not policy ? 'purposes';
alter table badges no force row level security;
insert into badges (academy_id, id, slug, name, description, measure, at_least, created_at)
    select a.id, gen_random_uuid(), b.slug, case a.locale when 'id' then b.name_id else b.name_en end,
        case a.locale when 'id' then b.description_id else b.description_en end, b.measure, b.at_least, a.created_at
    from academies a, (values
        ('first-step', 'Langkah pertama', 'First step', 'Menyelesaikan satu pelajaran.', 'Completed a lesson.', 'LESSONS', 1),
        ('first-course', 'Kursus pertama', 'First course', 'Menyelesaikan satu kursus.', 'Completed a course.', 'COURSES', 1),
        ('seven-days', 'Tujuh hari', 'Seven days', 'Belajar tujuh hari berturut-turut.', 'Learnt on seven days in a row.', 'STREAK', 7),
        ('thousand-points', 'Seribu poin', 'A thousand points', 'Mengumpulkan seribu poin.', 'Earned a thousand points.', 'POINTS', 1000)
    ) as b (slug, name_id, name_en, description_id, description_en, measure, at_least);
alter table badges force row level security;

create table teaching_assignments (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    run_id uuid,
    starts_at timestamptz not null,
    ends_at timestamptz,
    shares text[],
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id),
    foreign key (academy_id, run_id) references course_runs (academy_id, id)
);
comment on table teaching_assignments is 'Who teaches whom, from when until when: what lets somebody see learners. Who writes a course stands in course_instructors.';
comment on column teaching_assignments.run_id is 'Only the learners of this run; null: of all runs of the course.';
comment on column teaching_assignments.ends_at is 'Exclusive; null while it goes on.';
comment on column teaching_assignments.shares is 'Of what the academy''s policy shares, no more than this; null: all of it.';
create index teaching_assignments_user on teaching_assignments (academy_id, user_id, course_id);
select sanggar_isolate('teaching_assignments');
grant select, insert, update, delete on teaching_assignments to sanggar_app;

-- Who writes a course has taught it until now. Tables of all academies, as their owner who is subject to row-level security: switched
-- off for this statement alone.
alter table course_instructors no force row level security;
alter table courses no force row level security;
alter table teaching_assignments no force row level security;
insert into teaching_assignments (academy_id, id, user_id, course_id, starts_at)
    select i.academy_id, gen_random_uuid(), i.user_id, i.course_id, c.created_at
    from course_instructors i join courses c on c.academy_id = i.academy_id and c.id = i.course_id;
alter table teaching_assignments force row level security;
alter table courses force row level security;
alter table course_instructors force row level security;

create table guardianships (
    academy_id uuid not null default sanggar_academy(),
    ward_id uuid not null,
    guardian_id uuid not null,
    confirmed_at timestamptz not null,
    primary key (academy_id, ward_id, guardian_id),
    foreign key (academy_id, ward_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, guardian_id) references users (academy_id, id) on delete cascade,
    check (ward_id <> guardian_id)
);
comment on table guardianships is 'Who is the confirmed guardian of whom.';
create index guardianships_guardian on guardianships (academy_id, guardian_id);
select sanggar_isolate('guardianships');
grant select, insert, delete on guardianships to sanggar_app;

create table identities (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    birth_date date,
    minor_until date,
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on column identities.birth_date is 'Where the academy''s policy collects it.';
comment on column identities.minor_until is 'The day on which the person comes of age; null where they are known to be.';
select sanggar_isolate('identities');
grant select, insert, update, delete on identities to sanggar_app;

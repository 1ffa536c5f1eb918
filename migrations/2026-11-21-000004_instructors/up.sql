create table instructor_applications (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    display_name text not null,
    experience text not null,
    expertise text[] not null,
    linkedin_url text,
    proposals jsonb not null,
    status text not null check (status in ('PENDING', 'CHANGES_REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
    reason text,
    decided_by uuid,
    decided_at timestamptz,
    created_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, decided_by) references users (academy_id, id)
);
comment on column instructor_applications.proposals is '[{title, summary}]: personal with the column.';
comment on column instructor_applications.reason is 'What the reviewer says to the applicant.';
create unique index instructor_applications_open on instructor_applications (academy_id, user_id)
    where status in ('PENDING', 'CHANGES_REQUESTED');
create index instructor_applications_newest on instructor_applications (academy_id, created_at desc, id desc);
select sanggar_isolate('instructor_applications');
grant select, insert, update on instructor_applications to sanggar_app;

create table instructor_profiles (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    display_name text not null,
    expertise text[] not null,
    created_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table instructor_profiles is 'The public face that an instructor agreed to have.';
create unique index instructor_profiles_user on instructor_profiles (academy_id, user_id);
create index instructor_profiles_newest on instructor_profiles (academy_id, created_at desc, id desc);
select sanggar_isolate('instructor_profiles');
grant select, insert, update, delete on instructor_profiles to sanggar_app;

alter table course_versions
    add column price_amount bigint check (price_amount > 0),
    add column price_currency text check (price_currency ~ '^[A-Z]{3}$'),
    add column minimum_score integer check (minimum_score between 1 and 100),
    add check ((price_amount is null) = (price_currency is null));
comment on column course_versions.price_amount is 'Whole minor units of its currency; null: free.';
comment on column course_versions.minimum_score is 'Completion: the mean of the best scores at its quizzes, in per cents; null: none is asked.';

create table course_prerequisites (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    course_id uuid not null,
    position integer not null,
    primary key (academy_id, version_id, course_id),
    foreign key (academy_id, version_id) references course_versions (academy_id, id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table course_prerequisites is 'Courses that a learner has completed before they enrol in this one.';
comment on column course_prerequisites.course_id is 'The one to be completed before.';
select sanggar_isolate('course_prerequisites');
grant select, insert, update, delete on course_prerequisites to sanggar_app;

alter table course_submissions
    add column base_id uuid,
    add foreign key (academy_id, base_id) references course_versions (academy_id, id);
comment on column course_submissions.base_id is 'The version that was published when it was submitted: what its changes are told against; null: none was.';

create table invitation_codes (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    run_id uuid not null,
    code_hash bytea not null,
    uses integer check (uses > 0),
    used integer not null default 0 check (used >= 0),
    expires_at timestamptz,
    created_at timestamptz not null,
    primary key (academy_id, id),
    unique (academy_id, code_hash),
    foreign key (academy_id, run_id) references course_runs (academy_id, id),
    check (used <= uses)
);
comment on table invitation_codes is 'What lets somebody enrol in a run where one goes by invitation, or without paying.';
comment on column invitation_codes.code_hash is 'SHA-256 of the code.';
comment on column invitation_codes.uses is 'How many may enrol by it; null: as many as like.';
create index invitation_codes_run on invitation_codes (academy_id, run_id);
select sanggar_isolate('invitation_codes');
grant select, insert, update (used) on invitation_codes to sanggar_app;

alter table entitlements drop constraint entitlements_source_check;
alter table entitlements add check (source in ('FREE', 'CODE', 'GRANT'));

drop index enrolments_course;
create index enrolments_course on enrolments (academy_id, course_id, enrolled_at desc, id desc);

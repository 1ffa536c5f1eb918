alter table users add column suspended_at timestamptz;
comment on column users.suspended_at is 'Since when the person takes no part: they read why, and may contest it.';
alter table users add column incomplete boolean not null default false;
comment on column users.incomplete is 'Somebody else made the account, an invitation or a log-in provider: its person has accepted no document yet.';

create table suspensions (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    reason text not null,
    suspended_by uuid,
    suspended_at timestamptz not null,
    contest text,
    contested_at timestamptz,
    lift_reason text,
    lifted_by uuid,
    lifted_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, suspended_by) references users (academy_id, id),
    foreign key (academy_id, lifted_by) references users (academy_id, id)
);
comment on table suspensions is 'Who was suspended, why, what they said to it, and why it was lifted.';
comment on column suspensions.contest is 'What the person says to it.';
create unique index suspensions_open on suspensions (academy_id, user_id) where lifted_at is null;
select sanggar_isolate('suspensions');
grant select, insert, update, delete on suspensions to sanggar_app;

alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check check (purpose in
    ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'COMPLETE_MFA', 'REAUTHENTICATE', 'INVITATION', 'COMPLETE_REGISTRATION'));

create table guardian_requests (
    academy_id uuid not null default sanggar_academy(),
    ward_id uuid not null,
    email text not null,
    asked_at timestamptz not null,
    primary key (academy_id, ward_id),
    foreign key (academy_id, ward_id) references users (academy_id, id) on delete cascade
);
comment on table guardian_requests is 'Minors who wait for a guardian to confirm them: they do not get in before.';
comment on column guardian_requests.email is 'The guardian''s address, as the minor gave it; gone when they have answered.';
select sanggar_isolate('guardian_requests');
grant select, insert, update, delete on guardian_requests to sanggar_app;

alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check check (purpose in
    ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'COMPLETE_MFA', 'REAUTHENTICATE', 'INVITATION', 'COMPLETE_REGISTRATION',
    'CONFIRM_GUARDIANSHIP'));

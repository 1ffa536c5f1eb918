create table throttles (
    academy_id uuid not null default sanggar_academy() references academies (id),
    key bytea not null,
    until timestamptz not null,
    primary key (academy_id, key)
);
comment on table throttles is 'What bounds guessing, over all replicas: when the share of a thing is whole again. Rows whose time is over mean nothing.';
comment on column throttles.key is 'A keyed digest of what has the share: an address, a log-in name. Nobody reads it back.';
select sanggar_isolate('throttles');
grant select, insert, update, delete on throttles to sanggar_app;

alter table sessions add column authenticated_at timestamptz;
comment on column sessions.authenticated_at is 'When the person last proved in this session that it is them.';

create function sanggar_session_ended() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('sanggar_sessions', old.id::text);
    return null;
end $$;
comment on function sanggar_session_ended() is 'Tells every replica that a session has ended: its sockets close.';
create trigger sessions_ended after delete on sessions
    for each row execute function sanggar_session_ended();

alter table logins add column password_set_at timestamptz;
comment on column logins.password_set_at is 'Devices that were known before are not any more.';
alter table logins add column pending_email text;
alter table logins add column pending_email_key text;
comment on column logins.pending_email is 'The address that the person wants to have: theirs when it is confirmed.';

alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check check
    (purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'COMPLETE_MFA', 'REAUTHENTICATE'));
alter table account_tokens add column tries integer not null default 0;
comment on column account_tokens.tries is 'How often what it stands for was tried in vain.';

create table second_factors (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    sealed bytea not null,
    confirmed_at timestamptz,
    last_step bigint not null,
    created_at timestamptz not null,
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table second_factors is 'The secret of a person''s authenticator app.';
comment on column second_factors.sealed is 'The secret, sealed with a key of the configuration.';
comment on column second_factors.confirmed_at is 'Since when it is asked for; null while it is being set up.';
comment on column second_factors.last_step is 'The 30 seconds (since 1970) whose code was taken last: an older one, or the same, is not taken any more.';
select sanggar_isolate('second_factors');
grant select, insert, update, delete on second_factors to sanggar_app;

create table recovery_codes (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (academy_id, user_id, code_hash),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table recovery_codes is 'What a person signs in with who has lost their authenticator app: each code once.';
select sanggar_isolate('recovery_codes');
grant select, insert, update (used_at), delete on recovery_codes to sanggar_app;

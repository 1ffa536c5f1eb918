-- As sanggar_holds, for itself: two who hold an account together and then change it would wait for each other.
create function sanggar_takes(person uuid) returns boolean
    language plpgsql as $$
begin
    perform from users where id = person and closed_at is null for update;
    return found;
end $$;
comment on function sanggar_takes(uuid) is 'Holds a person''s account until the end of the transaction, for itself. False where it is closed.';

create table linked_identities (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    provider text not null,
    issuer text not null,
    subject text not null,
    email text,
    linked_at timestamptz not null,
    primary key (academy_id, user_id, provider),
    unique (academy_id, issuer, subject),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table linked_identities is 'Accounts of people at log-in providers: a person has one at each provider, and one there is one person''s here.';
comment on column linked_identities.provider is 'The name of the provider in the configuration, when it was linked.';
comment on column linked_identities.issuer is 'Who says who the person is: with the subject, what does not change.';
comment on column linked_identities.subject is 'Who the person is to the provider: never an address, which may become another person''s.';
comment on column linked_identities.email is 'The address that the provider had then, for the person to know the account by.';
select sanggar_isolate('linked_identities');
grant select, insert, update, delete on linked_identities to sanggar_app;

create table provider_log_ins (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    provider text not null,
    state_hash bytea not null,
    code_challenge text not null,
    return_to text not null,
    sealed bytea not null,
    user_id uuid,
    code_hash bytea,
    expires_at timestamptz not null,
    primary key (academy_id, id),
    unique (academy_id, state_hash),
    unique (academy_id, code_hash),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
create index provider_log_ins_user on provider_log_ins (academy_id, user_id);
comment on table provider_log_ins is 'Who is at a log-in provider now: from when they set out until they are back. After ten minutes a row means nothing, and within the hour it goes.';
comment on column provider_log_ins.state_hash is 'The digest of what the provider hands back unread: it comes back once.';
comment on column provider_log_ins.code_challenge is 'The digest of what the client kept: who set out comes in, and nobody else.';
comment on column provider_log_ins.return_to is 'Where the client waits.';
comment on column provider_log_ins.sealed is 'What proves to the provider that we are those who set out, and what it gave.';
comment on column provider_log_ins.user_id is 'Who links the account at the provider to theirs; null where somebody signs in.';
comment on column provider_log_ins.code_hash is 'The digest of what the client comes back with; null until then.';
select sanggar_isolate('provider_log_ins');
grant select, insert, update (sealed, code_hash, expires_at), delete on provider_log_ins to sanggar_app;

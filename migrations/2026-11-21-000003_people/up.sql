create table users (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    roles text[] not null,
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table users is 'A person in one academy: a tombstone with an id. What is known of them lies in rows that can go at their own time.';
comment on column users.roles is 'LEARNER, and more where granted.';
create index users_created on users (academy_id, created_at desc, id desc);
select sanggar_isolate('users');
grant select, insert, update on users to sanggar_app;

create table logins (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    email text,
    email_key text,
    email_verified_at timestamptz,
    username text,
    username_key text,
    password_hash text,
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table logins is 'How a living person signs in. Closing the account deletes the row, and with it frees the address.';
comment on column logins.email_key is 'The address as it is compared: NFKC, lower case.';
comment on column logins.username_key is 'The user name as it is compared: NFKC, lower case.';
comment on column logins.password_hash is 'Argon2id, PHC string; null where they sign in by a provider only.';
create unique index logins_email on logins (academy_id, email_key);
create unique index logins_username on logins (academy_id, username_key);
select sanggar_isolate('logins');
grant select, insert, update, delete on logins to sanggar_app;

create table profiles (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    full_name text not null,
    biography text,
    organization text,
    job_title text,
    social_links jsonb not null default '[]',
    locale text,
    visibility jsonb not null default '{}',
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on column profiles.social_links is '[{platform, url}]: keys platform and url, both personal with the column.';
comment on column profiles.visibility is 'ProfileField to FieldAudience; what is not there is PRIVATE.';
select sanggar_isolate('profiles');
grant select, insert, update, delete on profiles to sanggar_app;

create table contacts (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    phone text,
    billing_address jsonb,
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on column contacts.phone is 'E.164.';
comment on column contacts.billing_address is '{line1, line2, city, region, postalCode, country}: all personal with the column.';
select sanggar_isolate('contacts');
grant select, insert, update, delete on contacts to sanggar_app;

create table sessions (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    token_hash bytea not null,
    device text not null,
    ip_address text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on column sessions.token_hash is 'SHA-256 of the token; the token itself is nowhere.';
comment on column sessions.last_seen_at is 'To the minute: a session is not written at every request.';
create unique index sessions_token on sessions (academy_id, token_hash);
create index sessions_user on sessions (academy_id, user_id);
select sanggar_isolate('sessions');
grant select, insert, update, delete on sessions to sanggar_app;

create table account_tokens (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    purpose text not null check (purpose in ('VERIFY_EMAIL')),
    token_hash bytea not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table account_tokens is 'What a mailed link proves, once.';
comment on column account_tokens.token_hash is 'SHA-256 of the token; the token itself is only in the mail.';
create unique index account_tokens_hash on account_tokens (academy_id, token_hash);
select sanggar_isolate('account_tokens');
grant select, insert, update, delete on account_tokens to sanggar_app;

create table consents (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    purpose text not null,
    document_id uuid,
    given boolean not null,
    text_hash bytea,
    channel text not null,
    at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id),
    foreign key (academy_id, document_id) references policy_documents (academy_id, id)
);
comment on table consents is 'What a person agreed to and took back: rows are added, never changed.';
comment on column consents.text_hash is 'SHA-256 of the text that they agreed to.';
comment on column consents.channel is 'Where they said so: registration, settings.';
create index consents_user on consents (academy_id, user_id, at desc);
select sanggar_isolate('consents');
grant select, insert on consents to sanggar_app;

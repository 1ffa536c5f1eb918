create table signing_keys (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id text not null,
    public_key bytea not null,
    sealed bytea not null,
    issuer text not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (academy_id, id)
);
comment on column signing_keys.id is 'RFC 7638 thumbprint of the public key.';
comment on column signing_keys.sealed is 'The Ed25519 private key, sealed with AES-256-GCM.';
comment on column signing_keys.issuer is 'did:web of the academy when the key was first used: stored, never derived again.';
comment on column signing_keys.retired_at is 'Signs nothing new since then; it stays published.';
select sanggar_isolate('signing_keys');
grant select, insert, update on signing_keys to sanggar_app;

create table certificates (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    enrolment_id uuid,
    user_id uuid,
    course_id uuid not null,
    code text not null,
    holder_name text,
    course_title text not null,
    issuer_name text not null,
    jwt text,
    status text not null check (status in ('VALID', 'EXPIRED', 'REVOKED', 'REPLACED')),
    issued_at timestamptz not null,
    expires_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, enrolment_id) references enrolments (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table certificates is 'What was certified, frozen when it was issued. It outlives the account: then user, enrolment and name are null.';
comment on column certificates.code is 'Without hyphens, upper case.';
create unique index certificates_code on certificates (academy_id, code);
create unique index certificates_enrolment on certificates (academy_id, enrolment_id) where status = 'VALID';
create index certificates_user on certificates (academy_id, user_id, issued_at desc, id desc);
select sanggar_isolate('certificates');
grant select, insert, update on certificates to sanggar_app;

create table certificate_codes (
    code text primary key,
    academy_id uuid not null references academies (id)
);
comment on table certificate_codes is 'A platform table: in which academy a code is to be looked for, and nothing else.';
grant select, insert on certificate_codes to sanggar_app;

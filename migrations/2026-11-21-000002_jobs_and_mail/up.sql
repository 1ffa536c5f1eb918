create table jobs (
    id uuid primary key,
    academy_id uuid references academies (id),
    kind text not null,
    payload jsonb not null,
    run_at timestamptz not null,
    attempts integer not null default 0,
    locked_until timestamptz,
    last_error text,
    failed_at timestamptz,
    created_at timestamptz not null
);
comment on table jobs is 'Work to be done after the transaction that asked for it. A platform table: it holds ids, never personal data. Done work is deleted.';
comment on column jobs.run_at is 'Not before.';
comment on column jobs.locked_until is 'A worker has it until then; afterwards another may take it.';
comment on column jobs.last_error is 'The kind of the last failure, never data.';
comment on column jobs.failed_at is 'Given up: kept for a person to look at, shown by doctor.';
create index jobs_due on jobs (run_at) where failed_at is null;
grant select, insert, update, delete on jobs to sanggar_app;

create table mails (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    user_id uuid,
    message_id text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table mails is 'The outbox: a mail from the transaction that wrote it until the mail server has taken it; then the row goes.';
comment on column mails.user_id is 'To whom, where they have an account.';
comment on column mails.message_id is 'The Message-ID, the same in every try: a mail server may tell a repeat by it.';
comment on column mails.sealed is 'Recipient, subject and bodies, sealed with AES-256-GCM.';
select sanggar_isolate('mails');
-- Update: only to lock a row while it is sent.
grant select, insert, update, delete on mails to sanggar_app;

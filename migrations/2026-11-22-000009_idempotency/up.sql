create table idempotency_keys (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    key_hash bytea not null,
    request_hash bytea not null,
    outcome uuid,
    expires_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table idempotency_keys is 'What was done under an Idempotency-Key, written in the transaction that did it. Ids and digests only.';
comment on column idempotency_keys.key_hash is 'SHA-256 of the key: what a client writes there is its own business.';
comment on column idempotency_keys.request_hash is 'SHA-256 of the verb and its input: the same key with another request is a mistake to be told.';
comment on column idempotency_keys.outcome is 'The id of what was made; null where nothing was, and it may be tried again.';
create unique index idempotency_keys_key on idempotency_keys (academy_id, user_id, key_hash);
select sanggar_isolate('idempotency_keys');
grant select, insert, update, delete on idempotency_keys to sanggar_app;

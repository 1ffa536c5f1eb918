create table audit_entries (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    at timestamptz not null,
    actor_id uuid,
    action text not null,
    subject_id uuid,
    reason text,
    detail jsonb not null,
    hash bytea not null,
    primary key (academy_id, id),
    foreign key (academy_id, actor_id) references users (academy_id, id),
    foreign key (academy_id, subject_id) references users (academy_id, id)
);
comment on table audit_entries is 'Who did what to whose data, and why. Rows are added in the transaction of what they tell, and never changed: the server may not.';
comment on column audit_entries.actor_id is 'Who did it; null where the platform did.';
comment on column audit_entries.subject_id is 'Whose data; null where nobody''s.';
comment on column audit_entries.reason is 'Why, in the words of who did it (X-Access-Reason).';
comment on column audit_entries.detail is 'Names of fields, ids, roles: never what a field holds.';
comment on column audit_entries.hash is 'SHA-256 of the row.';
create index audit_entries_newest on audit_entries (academy_id, at desc, id desc);
create index audit_entries_subject on audit_entries (academy_id, subject_id, at desc, id desc);
select sanggar_isolate('audit_entries');
grant select, insert on audit_entries to sanggar_app;

create table audit_links (
    academy_id uuid not null default sanggar_academy(),
    number bigint not null,
    linked_at timestamptz not null,
    entry_id uuid not null,
    hash bytea not null,
    primary key (academy_id, number),
    foreign key (academy_id, entry_id) references audit_entries (academy_id, id)
);
comment on table audit_links is 'The chain over the entries, made by one sequencer an academy at a time: no transaction waits for another.';
comment on column audit_links.linked_at is 'What was linked in one month is a segment: one whose retention has ended can go whole.';
comment on column audit_links.hash is 'SHA-256 of the link before, of this one and of the entry.';
create unique index audit_links_entry on audit_links (academy_id, entry_id);
select sanggar_isolate('audit_links');
grant select, insert on audit_links to sanggar_app;

create table audit_heads (
    academy_id uuid not null default sanggar_academy(),
    number bigint not null,
    at timestamptz not null,
    key_id text not null,
    signature bytea not null,
    primary key (academy_id, number),
    foreign key (academy_id, number) references audit_links (academy_id, number)
);
comment on table audit_heads is 'Up to which link the chain was signed, by a key that is not in the database.';
comment on column audit_heads.key_id is 'Which of the sealing keys of the configuration it is derived from.';
select sanggar_isolate('audit_heads');
grant select, insert on audit_heads to sanggar_app;

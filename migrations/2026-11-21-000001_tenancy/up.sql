-- The role that the server's own role is a member of. Roles belong to the cluster, so it may be there already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'sanggar_app') then
        create role sanggar_app nologin nosuperuser nobypassrls;
    end if;
end
$$;

-- The academy that the connection is set to, or null: then no row is seen and none can be written.
create function sanggar_academy() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('sanggar.academy_id', true), '')::uuid;

-- The recipe for a tenant table: row-level security on and forced, and one policy for reading and writing.
create function sanggar_isolate(tenant_table regclass) returns void
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
        'create policy academy on %s using (academy_id = (select sanggar_academy())) with check (academy_id = (select sanggar_academy()))',
        tenant_table
    );
end
$$;
revoke execute on function sanggar_isolate(regclass) from public;

create table academies (
    id uuid primary key,
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
    name text not null check (char_length(name) between 1 and 200),
    locale text not null,
    time_zone text not null,
    policy_profile text not null,
    hosts text[] not null default '{}',
    created_at timestamptz not null
);
comment on table academies is 'The tenants. A platform table: seen whatever academy a connection is set to.';
comment on column academies.locale is 'BCP 47: the language that its people are spoken to in unless they choose.';
comment on column academies.time_zone is 'IANA: its calendar days are days there.';
comment on column academies.hosts is 'Host names, lower case, by which a request names the academy.';
create index academies_hosts on academies using gin (hosts);
grant select, insert, update on academies to sanggar_app;

create table policy_documents (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    kind text not null check (kind in ('PRIVACY_POLICY', 'TERMS_OF_SERVICE', 'INSTRUCTOR_AGREEMENT')),
    version text not null,
    locale text not null,
    body text not null,
    required boolean not null,
    effective_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table policy_documents is 'What people accept. A row is never changed: another text is another version.';
create unique index policy_documents_version on policy_documents (academy_id, kind, version, locale);
select sanggar_isolate('policy_documents');
grant select, insert on policy_documents to sanggar_app;

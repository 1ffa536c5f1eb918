create table address_requests (
    academy_id uuid not null default sanggar_academy() references academies (id),
    id uuid not null,
    sealed bytea not null,
    created_at timestamptz not null,
    primary key (academy_id, id)
);
comment on table address_requests is 'What was asked for an address, until a worker looks whose it is: who asks learns nothing of that, not even by how long the answer takes.';
comment on column address_requests.sealed is 'A registration, or the address that a link is asked for.';
select sanggar_isolate('address_requests');
grant select, insert, delete on address_requests to sanggar_app;

-- What an erasure deletes.
grant delete on enrolments, entitlements, attempts, answers, instructor_applications, imports to sanggar_app;

-- A certificate outlives the enrolment that earned it.
alter table certificates drop constraint certificates_academy_id_enrolment_id_fkey;
alter table certificates add foreign key (academy_id, enrolment_id) references enrolments (academy_id, id)
    on delete set null (enrolment_id);
create index audit_entries_actor on audit_entries (academy_id, actor_id);

alter table users add column restricted_at timestamptz, add column closed_at timestamptz;
comment on column users.restricted_at is 'Since when the person''s data is not to be used; null where it may be. They appear nowhere public.';
comment on column users.closed_at is 'When the account was closed; null while it lives.';

-- Holds a person's account open until the end of the transaction: nothing is added to who is being erased. False where it is closed.
create function sanggar_holds(person uuid) returns boolean
    language plpgsql as $$
begin
    perform from users where id = person and closed_at is null for share;
    return found;
end
$$;

-- The same, or SG001: sent with what begins a transaction, whose answers nobody reads.
create function sanggar_living(person uuid) returns void
    language plpgsql as $$
begin
    if not sanggar_holds(person) then
        raise exception 'the account is closed' using errcode = 'SG001';
    end if;
end
$$;

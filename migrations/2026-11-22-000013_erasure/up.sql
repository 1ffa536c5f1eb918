-- What an erasure deletes.
grant delete on enrolments, entitlements, attempts, answers, instructor_applications to sanggar_app;

-- A certificate outlives the enrolment that earned it.
alter table certificates drop constraint certificates_academy_id_enrolment_id_fkey;
alter table certificates add foreign key (academy_id, enrolment_id) references enrolments (academy_id, id)
    on delete set null (enrolment_id);
create index audit_entries_actor on audit_entries (academy_id, actor_id);

alter table users add column restricted_at timestamptz, add column closed_at timestamptz;
comment on column users.restricted_at is 'Since when the person''s data is not to be used; null where it may be. They appear nowhere public.';
comment on column users.closed_at is 'When the account was closed; null while it lives.';

-- Holds a person's account open until the end of the transaction, or raises SG001: nothing is added to who is being erased.
create function sanggar_living(person uuid) returns void
    language plpgsql as $$
begin
    perform from users where id = person and closed_at is null for share;
    if not found then
        raise exception 'the account is closed' using errcode = 'SG001';
    end if;
end
$$;

create table notifications (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    kind text not null,
    title jsonb not null,
    body jsonb not null,
    created_at timestamptz not null,
    read_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table notifications is 'What a person was told, whether or not it was mailed as well.';
comment on column notifications.kind is 'What happened, for the client''s code: the word of the audit log.';
comment on column notifications.title is 'In both languages, by their tags.';
comment on column notifications.body is 'In both languages, by their tags.';
comment on column notifications.read_at is 'When the person said that they have read it; null until then.';
create index notifications_newest on notifications (academy_id, user_id, created_at desc, id desc);
create index notifications_unread on notifications (academy_id, user_id, created_at desc, id desc) where read_at is null;
select sanggar_isolate('notifications');
grant select, insert, update (read_at), delete on notifications to sanggar_app;

create function sanggar_news() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('sanggar_news', to_jsonb(new) ->> tg_argv[0]);
    return null;
end $$;
comment on function sanggar_news() is 'Tells every replica, when the transaction is committed, that there is news of what the named column names: who follows it looks.';
create trigger notifications_news after insert on notifications
    for each row execute function sanggar_news('user_id');

alter table uploads drop constraint uploads_purpose_check;
alter table uploads add constraint uploads_purpose_check check (purpose in ('COURSE_IMPORT', 'AVATAR'));

create table avatars (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    user_id uuid not null,
    set_at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table avatars is 'The picture of a person: a file named by the id, made anew from what they sent.';
create unique index avatars_user on avatars (academy_id, user_id);
select sanggar_isolate('avatars');
grant select, insert, delete on avatars to sanggar_app;

-- Names that look alike are one name (UTS 39). Of those that do already, the first keeps its place: the others are found and sign in
-- as before, and hold no look of their own.
alter table logins add column username_look text;
comment on column logins.username_look is 'What the user name looks like: 0 and o, 1 and l, m and rn are one. Held while the name is.';
alter table logins no force row level security;
update logins l set username_look = replace(translate(username_key, '01', 'ol'), 'm', 'rn')
    where username_key is not null and not exists (
        select from logins o where o.academy_id = l.academy_id and o.username_key < l.username_key
            and replace(translate(o.username_key, '01', 'ol'), 'm', 'rn') = replace(translate(l.username_key, '01', 'ol'), 'm', 'rn'));
alter table logins force row level security;
create unique index logins_look on logins (academy_id, username_look);

create table held_usernames (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    look text not null,
    until timestamptz not null,
    primary key (academy_id, user_id, look),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table held_usernames is 'A user name that a person gave up is nobody else''s for a while: links and memories lead to them.';
create index held_usernames_look on held_usernames (academy_id, look);
select sanggar_isolate('held_usernames');
grant select, insert, update, delete on held_usernames to sanggar_app;

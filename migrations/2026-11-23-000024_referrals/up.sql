create table referral_codes (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    code text not null,
    created_at timestamptz not null,
    primary key (academy_id, user_id),
    unique (academy_id, code),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table referral_codes is 'With what people refer others: made when they first ask for it.';
select sanggar_isolate('referral_codes');
grant select, insert, delete on referral_codes to sanggar_app;

create table referral_wishes (
    academy_id uuid not null default sanggar_academy(),
    user_id uuid not null,
    referrer_id uuid not null,
    wished_at timestamptz not null,
    primary key (academy_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, referrer_id) references users (academy_id, id) on delete cascade
);
comment on table referral_wishes is 'With whose code people registered who have not proved their address yet: nobody else learns of them.';
select sanggar_isolate('referral_wishes');
grant select, insert, delete on referral_wishes to sanggar_app;

create table referrals (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    referrer_id uuid not null,
    referred_id uuid not null,
    status text not null check (status in ('PENDING', 'QUALIFIED', 'REJECTED')),
    attributed_at timestamptz not null,
    qualified_at timestamptz,
    primary key (academy_id, id),
    unique (academy_id, referred_id),
    foreign key (academy_id, referrer_id) references users (academy_id, id) on delete cascade,
    foreign key (academy_id, referred_id) references users (academy_id, id) on delete cascade,
    check (referrer_id <> referred_id)
);
comment on table referrals is 'Who came by whom: a person by one at most, when their account was made; nobody by who came later, so there is no circle.';
comment on column referrals.qualified_at is 'When the person completed their first course.';
create index referrals_newest on referrals (academy_id, referrer_id, attributed_at desc, id desc);
select sanggar_isolate('referrals');
grant select, insert, update (status, qualified_at), delete on referrals to sanggar_app;

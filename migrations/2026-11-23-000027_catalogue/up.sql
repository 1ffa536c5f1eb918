create extension if not exists pg_trgm;

create function sanggar_fold(text) returns text
    language sql immutable strict parallel safe
    return regexp_replace(normalize(lower($1), NFKD), U&'[\0300-\036F]', '', 'g');
comment on function sanggar_fold(text) is 'Small letters without their marks: what is looked for and what it is looked for in are folded alike.';

create function sanggar_language(locale text) returns text
    language sql immutable parallel safe
    return case split_part(lower(locale), '-', 1) when 'id' then 'indonesian' when 'ms' then 'indonesian' when 'en' then 'english' else 'simple' end;
comment on function sanggar_language(text) is 'By which rules the words of a language are stemmed.';

create table catalogue_entries (
    academy_id uuid not null default sanggar_academy(),
    course_id uuid not null,
    since timestamptz not null,
    title_key text collate "C" not null,
    level text not null,
    locale text not null,
    tags text[] not null,
    free boolean not null,
    primary key (academy_id, course_id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table catalogue_entries is 'What the catalogue shows, and by what a course is found and ordered there. Made anew when a version is published, gone when the course is archived.';
comment on column catalogue_entries.since is 'When the course was first published.';
comment on column catalogue_entries.title_key is 'The title as titles are ordered by: so much of it as a cursor holds.';
create index catalogue_since on catalogue_entries (academy_id, since desc, course_id desc);
create index catalogue_title on catalogue_entries (academy_id, title_key, course_id);
create index catalogue_level on catalogue_entries (academy_id, level, since desc, course_id desc);
create index catalogue_locale on catalogue_entries (academy_id, locale, since desc, course_id desc);
create index catalogue_free on catalogue_entries (academy_id, free, since desc, course_id desc);
select sanggar_isolate('catalogue_entries');
grant select, insert, update, delete on catalogue_entries to sanggar_app;

create table catalogue_words (
    academy_id uuid not null default sanggar_academy(),
    word text collate "C" not null,
    course_id uuid not null,
    weight smallint not null,
    primary key (academy_id, word, course_id) include (weight),
    foreign key (academy_id, course_id) references catalogue_entries (academy_id, course_id) on delete cascade
);
comment on table catalogue_words is 'By which words a course of the catalogue is found. A GIN index on a text search vector would be the same, if row-level security let it be used: the operator that asks it is not leakproof, equality of texts is.';
comment on column catalogue_words.word is 'A word by the rules of the course''s language (i: Indonesian, e: English, s: any other), three letters of its title and tags (t:), or a tag (#).';
create index catalogue_words_course on catalogue_words (academy_id, course_id);
select sanggar_isolate('catalogue_words');
grant select, insert, delete on catalogue_words to sanggar_app;

create table course_figures (
    academy_id uuid not null default sanggar_academy(),
    course_id uuid not null,
    learners integer not null default 0,
    ratings integer not null default 0,
    rating_sum integer not null default 0,
    rating_order integer not null generated always as
        (case when ratings >= 3 then round(rating_sum * 10.0 / ratings)::integer else 0 end) stored,
    primary key (academy_id, course_id),
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table course_figures is 'What is counted of a course, kept by triggers in the transactions that change it.';
comment on column course_figures.learners is 'Who learns by it, or has completed it.';
comment on column course_figures.ratings is 'By how many it is rated, but who teaches it.';
comment on column course_figures.rating_order is 'Tenths of the average; nought while so few have rated it that one could tell who gave what.';
create index course_figures_learners on course_figures (academy_id, learners desc, course_id desc);
create index course_figures_rating on course_figures (academy_id, rating_order desc, course_id desc);
select sanggar_isolate('course_figures');
grant select, insert, update on course_figures to sanggar_app;

create function sanggar_counts(status text) returns integer
    language sql immutable parallel safe
    return case when status in ('ACTIVE', 'COMPLETED') then 1 else 0 end;
comment on function sanggar_counts(text) is 'Whether an enrolment of this status is somebody who learns or has.';

create function sanggar_count_learners() returns trigger
    language plpgsql as $$
declare
    academy uuid := case tg_op when 'DELETE' then old.academy_id else new.academy_id end;
    course uuid := case tg_op when 'DELETE' then old.course_id else new.course_id end;
    more integer := case tg_op when 'DELETE' then 0 else sanggar_counts(new.status) end
                  - case tg_op when 'INSERT' then 0 else sanggar_counts(old.status) end;
begin
    if more <> 0 then
        insert into course_figures (academy_id, course_id, learners) values (academy, course, greatest(more, 0))
            on conflict (academy_id, course_id) do update set learners = course_figures.learners + more;
    end if;
    return null;
end $$;
create trigger enrolments_figures after insert or delete or update of status on enrolments
    for each row execute function sanggar_count_learners();

create function sanggar_count_ratings() returns trigger
    language plpgsql as $$
declare
    academy uuid := case tg_op when 'DELETE' then old.academy_id else new.academy_id end;
    course uuid := case tg_op when 'DELETE' then old.course_id else new.course_id end;
begin
    insert into course_figures (academy_id, course_id) values (academy, course) on conflict do nothing;
    -- Who comes second waits here, and then counts what the first has written.
    perform from course_figures f where f.academy_id = academy and f.course_id = course for no key update;
    update course_figures f set ratings = r.ratings, rating_sum = r.rating_sum
        from (select count(*) as ratings, coalesce(sum(r.rating), 0) as rating_sum from reviews r
              where r.academy_id = academy and r.course_id = course and not exists (select from course_instructors i
                  where i.academy_id = academy and i.course_id = course and i.user_id = r.user_id)) r
        where f.academy_id = academy and f.course_id = course;
    return null;
end $$;
create trigger reviews_figures after insert or delete or update of rating on reviews
    for each row execute function sanggar_count_ratings();
create trigger course_instructors_figures after insert or delete on course_instructors
    for each row execute function sanggar_count_ratings();

create function sanggar_list_course(uuid) returns void
    language sql as $$
    insert into course_figures (academy_id, course_id) select academy_id, id from courses where id = $1 on conflict do nothing;
    insert into catalogue_entries (academy_id, course_id, since, title_key, level, locale, tags, free)
    select c.academy_id, c.id,
        coalesce((select min(s.decided_at) from course_submissions s where s.academy_id = c.academy_id and s.course_id = c.id and s.status = 'APPROVED'),
            c.published_at, c.created_at),
        left(sanggar_fold(v.title), 100), v.level, c.locale, v.tags, v.price_amount is null
    from courses c join course_versions v on v.academy_id = c.academy_id and v.id = c.published_id
    where c.id = $1 and c.status = 'PUBLISHED'
    on conflict (academy_id, course_id) do update set
        title_key = excluded.title_key, level = excluded.level, locale = excluded.locale, tags = excluded.tags, free = excluded.free;
    delete from catalogue_words where course_id = $1;
    insert into catalogue_words (academy_id, word, course_id, weight)
    with said as (
        select c.academy_id, sanggar_language(c.locale) as language, sanggar_fold(v.title) as title,
            sanggar_fold(array_to_string(v.tags, ' ')) as labels, sanggar_fold(v.summary) as summary,
            sanggar_fold(v.description) as description, v.tags,
            left(sanggar_fold(coalesce((select string_agg(l.title, ' ') from lessons l
                where l.academy_id = v.academy_id and l.version_id = v.id and not l.hidden), '')), 50000) as lessons
        from courses c join course_versions v on v.academy_id = c.academy_id and v.id = c.published_id
        where c.id = $1 and c.status = 'PUBLISHED'
    )
    select s.academy_id, left(left(s.language, 1) || ':' || u.lexeme, 100), $1,
        max(case when 'A' = any(u.weights) then 8 when 'B' = any(u.weights) then 4 when 'C' = any(u.weights) then 2 else 1 end)
    from said s, unnest(setweight(to_tsvector(s.language::regconfig, s.title), 'A')
        || setweight(to_tsvector(s.language::regconfig, s.labels), 'B')
        || setweight(to_tsvector(s.language::regconfig, s.summary), 'C')
        || setweight(to_tsvector(s.language::regconfig, s.description || ' ' || s.lessons), 'D')) u
    group by 1, 2
    union all
    select distinct s.academy_id, 't:' || trigram, $1, 1 from said s, unnest(show_trgm(s.title || ' ' || s.labels)) trigram
    union all
    select distinct s.academy_id, '#' || tag, $1, 1 from said s, unnest(s.tags) tag
$$;
comment on function sanggar_list_course(uuid) is 'Puts a published course into the catalogue, or anew as its published version has it.';

create function sanggar_find_courses(text) returns table (course_id uuid, score bigint)
    language sql stable as $$
    with wanted as materialized (
        select array_agg(distinct word) as words, count(distinct word) filter (where word like 'i:%') as indonesian,
            count(distinct word) filter (where word like 'e:%') as english, count(distinct word) filter (where word like 's:%') as simple
        from unnest(array['indonesian', 'english', 'simple']) language, unnest(to_tsvector(language::regconfig, sanggar_fold($1))) u,
            left(left(language, 1) || ':' || u.lexeme, 100) word
    ),
    letters as materialized (
        select array_agg(distinct 't:' || trigram) as trigrams, count(distinct trigram) as many from unnest(show_trgm(sanggar_fold($1))) trigram
    ),
    exact as materialized (
        select w.course_id, 1000 + 10 * sum(w.weight) as score
        from catalogue_words w
        where w.word = any ((select words from wanted)::text[])
        group by w.course_id
        having count(*) = case left(min(w.word), 1) when 'i' then (select indonesian from wanted)
            when 'e' then (select english from wanted) else (select simple from wanted) end
    ),
    misspelt as materialized (
        select w.course_id, 100 * count(*) / (select many from letters) as score
        from catalogue_words w
        where w.word = any ((select trigrams from letters)::text[]) and not exists (select from exact)
        group by w.course_id
        having count(*) * 10 >= 6 * (select many from letters)
    ),
    taught as materialized (
        select distinct i.course_id, 500 as score
        from instructor_profiles p
        join users u on u.id = p.user_id and u.closed_at is null and u.restricted_at is null and u.suspended_at is null
        join course_instructors i on i.user_id = p.user_id
        where word_similarity(sanggar_fold($1), sanggar_fold(p.display_name)) >= 0.6
    )
    select found.course_id, sum(found.score)::bigint
    from (select * from exact union all select * from misspelt union all select * from taught) found
    group by found.course_id
$$;
comment on function sanggar_find_courses(text) is 'Courses of the catalogue by what a person typed: all its words by the rules of the course''s language, or else most of its letters in title and tags; and by who teaches it. The higher the score, the better.';

create function sanggar_catalogue() returns trigger
    language plpgsql as $$
begin
    if new.status = 'PUBLISHED' then
        perform sanggar_list_course(new.id);
    else
        delete from catalogue_entries where academy_id = new.academy_id and course_id = new.id;
    end if;
    return null;
end $$;
comment on function sanggar_catalogue() is 'The catalogue has what is published, whichever version of the server publishes or archives it.';
create trigger courses_catalogue after update of status, published_id on courses
    for each row execute function sanggar_catalogue();

-- What there was before the catalogue, academy by academy: under row-level security, as whoever works in one of them. Apart from the tables, so
-- that none of them is locked meanwhile.
do $$
declare
    academy uuid;
    course record;
begin
    for academy in select id from academies loop
        perform set_config('sanggar.academy_id', academy::text, true);
        for course in select id, status from courses order by id loop
            insert into course_figures (academy_id, course_id) values (academy, course.id) on conflict do nothing;
            perform from course_figures f where f.course_id = course.id for no key update;
            update course_figures f set
                learners = (select count(*) from enrolments e where e.course_id = course.id and sanggar_counts(e.status) = 1),
                ratings = r.ratings, rating_sum = r.rating_sum
                from (select count(*) as ratings, coalesce(sum(r.rating), 0) as rating_sum from reviews r
                      where r.course_id = course.id and not exists (select from course_instructors i
                          where i.course_id = course.id and i.user_id = r.user_id)) r
                where f.course_id = course.id;
            if course.status = 'PUBLISHED' then
                perform sanggar_list_course(course.id);
            end if;
        end loop;
    end loop;
    perform set_config('sanggar.academy_id', '', true);
end $$;

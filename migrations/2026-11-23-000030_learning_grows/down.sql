delete from jobs where kind in ('fill_seats', 'expire_enrolment');
comment on column enrolments.enrolled_at is null;
drop table lesson_bookmarks;

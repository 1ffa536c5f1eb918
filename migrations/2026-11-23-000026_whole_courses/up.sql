alter table courses add column source text;
comment on column courses.source is 'What a course that was imported says it is, such as olx:ORG/COURSE/RUN: imported again, it is its next draft.';
create index courses_source on courses (academy_id, source) where source is not null;

alter table sections
    add column hidden boolean not null default false,
    add column source text;
comment on column sections.hidden is 'Shown to its instructors and staff alone, with its lessons.';
comment on column sections.source is 'Its name in what it was imported from: by it, it is the same one when that is imported again.';

alter table lessons
    add column hidden boolean not null default false,
    add column body_format text not null default 'MARKDOWN' check (body_format in ('MARKDOWN', 'HTML')),
    add column source text;
comment on column lessons.hidden is 'Shown to its instructors and staff alone; a learner need not complete it.';
comment on column lessons.body is 'As it was written: it is sanitised on the way out.';
comment on column lessons.body_format is 'What the body is written in, and its translations.';
comment on column lessons.source is 'As of a section.';

alter table quizzes add column source text;
comment on column quizzes.source is 'As of a section.';
alter table questions add column source text;
comment on column questions.source is 'As of a section.';

alter table imports
    add column into_id uuid,
    add column format text check (format in ('MARKDOWN', 'OLX')),
    add foreign key (academy_id, into_id) references courses (academy_id, id);
comment on column imports.into_id is 'The course whose next draft it is to become; null: what it says it is, or a course of its own.';
comment on column imports.format is 'As it was given; null: to be recognised.';
create trigger imports_news after insert or update on imports
    for each row execute function sanggar_news('id');

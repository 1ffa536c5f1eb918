-- Questions of several kinds. What is right of a choice stays with the choices; of the other kinds it is the question's key.
alter table questions add column kind text not null default 'CHOICE'
    check (kind in ('CHOICE', 'SHORT_ANSWER', 'NUMERIC', 'MATCHING', 'ORDERING', 'ESSAY'));
alter table questions add column format text not null default 'PLAIN' check (format in ('PLAIN', 'MARKDOWN', 'HTML'));
alter table questions add column key jsonb;
alter table questions add check ((kind = 'CHOICE') = (key is null));
comment on column questions.format is 'What the prompt and the texts of its items are written in.';
comment on column questions.key is 'What is right, of every kind but CHOICE. Never selected with what learners see.';

alter table choices add column role text not null default 'CHOICE' check (role in ('CHOICE', 'STEM', 'OPTION', 'ITEM'));
comment on column choices.role is 'What is ticked, what is matched and with what, what is put in order.';

alter table quizzes add column draw_count integer check (draw_count > 0);
comment on column quizzes.draw_count is 'So many of its questions an attempt asks, drawn by chance; all where there is none.';

alter table attempts add column contest text;
alter table attempts add column contested_at timestamptz;
alter table attempts add column contest_decided_at timestamptz;
comment on column attempts.contest is 'Why the learner asks a person to grade what the machine has graded.';

alter table answers add column option_ids uuid[];
alter table answers add column text text;
alter table answers add column feedback text;
alter table answers add column graded_at timestamptz;
comment on column answers.choice_ids is 'What is ticked; the stems of what is matched; what is put in order.';
comment on column answers.option_ids is 'With what each stem of choice_ids is matched.';
comment on column answers.text is 'What was written; of a number, its digits.';
comment on column answers.feedback is 'What the person who graded it says of it.';
comment on column answers.graded_at is 'When a person graded it; null: nobody has.';

create table grading_tasks (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    course_id uuid not null,
    quiz_id uuid not null,
    attempt_id uuid not null,
    question_id uuid not null,
    submitted_at timestamptz not null,
    graded_at timestamptz,
    primary key (academy_id, id),
    foreign key (academy_id, attempt_id) references attempts (academy_id, id) on delete cascade,
    foreign key (academy_id, course_id) references courses (academy_id, id)
);
comment on table grading_tasks is 'Answers that wait for a person. The id is random: it leads to nobody.';
create unique index grading_tasks_answer on grading_tasks (academy_id, attempt_id, question_id);
create index grading_tasks_queue on grading_tasks (academy_id, quiz_id, submitted_at, id) where graded_at is null;
select sanggar_isolate('grading_tasks');
grant select, insert, update, delete on grading_tasks to sanggar_app;

create table score_changes (
    academy_id uuid not null default sanggar_academy(),
    id uuid not null,
    attempt_id uuid not null,
    question_id uuid not null,
    cause text not null check (cause in ('KEY_CORRECTED', 'GRADED')),
    before bigint,
    after bigint not null,
    at timestamptz not null,
    primary key (academy_id, id),
    foreign key (academy_id, attempt_id) references attempts (academy_id, id) on delete cascade
);
comment on table score_changes is 'What an answer earned before and after it was graded again, in millionths of a point. Rows are added, and go with their learner.';
create index score_changes_attempt on score_changes (academy_id, attempt_id, at);
select sanggar_isolate('score_changes');
grant select, insert, delete on score_changes to sanggar_app;

create table quiz_extensions (
    academy_id uuid not null default sanggar_academy(),
    quiz_id uuid not null,
    user_id uuid not null,
    extra_time integer not null check (extra_time >= 0),
    extra_attempts integer not null check (extra_attempts >= 0),
    granted_at timestamptz not null,
    primary key (academy_id, quiz_id, user_id),
    foreign key (academy_id, user_id) references users (academy_id, id) on delete cascade
);
comment on table quiz_extensions is 'More time and more attempts at a quiz for one learner.';
comment on column quiz_extensions.extra_time is 'Seconds.';
create index quiz_extensions_user on quiz_extensions (academy_id, user_id);
select sanggar_isolate('quiz_extensions');
grant select, insert, update, delete on quiz_extensions to sanggar_app;

create table question_files (
    academy_id uuid not null default sanggar_academy(),
    version_id uuid not null,
    question_id uuid not null,
    position integer not null,
    file_id uuid not null,
    name text not null,
    primary key (academy_id, version_id, question_id, position),
    foreign key (academy_id, version_id, question_id) references questions (academy_id, version_id, id) on delete cascade,
    foreign key (academy_id, file_id) references course_files (academy_id, id)
);
comment on table question_files is 'The files that the text of a question shows, by the names that it calls them by.';
create unique index question_files_name on question_files (academy_id, version_id, question_id, name);
create index question_files_file on question_files (academy_id, file_id);
select sanggar_isolate('question_files');
grant select, insert, delete on question_files to sanggar_app;

alter table imports add column quiz_id uuid;
comment on column imports.quiz_id is 'The quiz that the questions go into; null: a whole course is taken over.';
alter table imports drop constraint imports_format_check;
alter table imports add constraint imports_format_check check (format in ('MARKDOWN', 'OLX', 'MOODLE_XML', 'GIFT'));

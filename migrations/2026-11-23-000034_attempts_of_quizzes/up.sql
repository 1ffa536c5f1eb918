create index concurrently attempts_quiz on attempts (academy_id, quiz_id, id);

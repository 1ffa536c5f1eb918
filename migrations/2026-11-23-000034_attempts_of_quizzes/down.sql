drop index concurrently attempts_quiz;

drop index concurrently enrolments_queue;

drop index concurrently enrolments_once;

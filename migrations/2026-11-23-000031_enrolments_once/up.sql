-- Who leaves and comes back goes on where they were: an enrolment a person and run, but for those whose time was over.
create unique index concurrently enrolments_once on enrolments (academy_id, user_id, run_id) where status <> 'EXPIRED';

create index concurrently enrolments_queue on enrolments (academy_id, run_id, enrolled_at, id) where status = 'WAITLISTED';

drop table instructor_profiles;
drop table instructor_applications;

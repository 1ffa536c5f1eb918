drop table imports;
drop table uploads;
drop table lesson_quizzes;

-- What was filled goes with its tables.
select 1;

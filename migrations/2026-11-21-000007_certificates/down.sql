drop table certificate_codes;
drop table certificates;
drop table signing_keys;

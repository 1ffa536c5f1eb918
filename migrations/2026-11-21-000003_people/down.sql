drop table consents;
drop table account_tokens;
drop table sessions;
drop table contacts;
drop table profiles;
drop table logins;
drop table users;

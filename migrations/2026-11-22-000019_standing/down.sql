alter table account_tokens no force row level security;
delete from account_tokens where purpose in ('INVITATION', 'COMPLETE_REGISTRATION');
alter table account_tokens force row level security;
alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check check
    (purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'COMPLETE_MFA', 'REAUTHENTICATE'));
drop table suspensions;
alter table users drop column incomplete;
alter table users drop column suspended_at;

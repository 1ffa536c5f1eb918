alter table account_tokens no force row level security;
delete from account_tokens where purpose = 'CONFIRM_GUARDIANSHIP';
alter table account_tokens force row level security;
alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check check (purpose in
    ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL', 'COMPLETE_MFA', 'REAUTHENTICATE', 'INVITATION', 'COMPLETE_REGISTRATION'));
drop table guardian_requests;

update academies set policy = jsonb_set(policy, '{purposes}', (policy -> 'purposes') - 'referrals') where policy -> 'purposes' ? 'referrals';
drop table referrals;
drop table referral_codes;

drop table referrals;
drop table referral_wishes;
drop table referral_codes;

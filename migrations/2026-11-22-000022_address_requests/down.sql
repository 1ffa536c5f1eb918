delete from jobs where kind in ('make_registration', 'answer_address_request');
drop table address_requests;

drop table notifications;
drop function sanggar_news();

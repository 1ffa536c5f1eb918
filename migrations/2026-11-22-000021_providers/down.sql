drop table provider_log_ins;
drop table linked_identities;
drop function sanggar_takes(uuid);

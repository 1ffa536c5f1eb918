drop table policy_documents;
drop table academies;
drop function sanggar_isolate(regclass);
drop function sanggar_academy();
-- The role stays: it belongs to the cluster, and another database of it may hold grants to it.

drop table audit_heads;
drop table audit_links;
drop table audit_entries;

alter table academies drop column policy;

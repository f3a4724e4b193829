-- One by one.
drop index concurrently if exists public.attachments_remains_idx;
create index concurrently attachments_remains_idx on public.attachments (company_id) where has_remains;

-- The conversations that a policy decides about.
create index conversations_policed_idx on public.conversations (company_id, id)
  where (context_type is not null or sensitivity <> 'NORMAL');

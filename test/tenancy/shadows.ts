/**
 * Statements that put objects of the caller's own into pg_temp, in the way of everything that a function may mean: a domain
 * for each type, a view for each table, a function for each function and an operator for each operator that tell when they
 * run as somebody other than the caller.
 */
export const SHADOWS = `
do $shadows$
declare
  v record;
begin
  execute format($body$
    create function pg_temp.evil() returns boolean language plpgsql as $evil$
    begin
      if current_user <> %L then
        raise exception using errcode = 'XEVIL', message = 'ran as ' || current_user;
      end if;
      return true;
    end
    $evil$
  $body$, current_user);
  for v in
    select t.typname as name from pg_catalog.pg_type t
    where t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace and t.typtype = 'b' and t.typname !~ '^_|^pg_'
  loop
    begin
      execute format('create domain pg_temp.%I as pg_catalog.%I check (pg_temp.evil())', v.name, v.name);
    exception when others then null;
    end;
  end loop;
  for v in
    select c.oid::pg_catalog.regclass::pg_catalog.text as name, c.relname from pg_catalog.pg_class c
    where c.relnamespace in (select n.oid from pg_catalog.pg_namespace n where n.nspname in ('public', 'app'))
      and c.relkind = 'r'
  loop
    begin
      execute format('create temporary view %I as select * from pg_catalog.pg_database where pg_temp.evil()', v.relname);
      execute format('grant select on pg_temp.%I to public', v.relname);
    exception when others then null;
    end;
  end loop;
  for v in
    select distinct p.proname as name, pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments,
      pg_catalog.format_type(p.prorettype, null) as result
    from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and p.prokind = 'f' and not p.proretset
      and p.proname in ('current_setting', 'set_config', 'nullif', 'now', 'coalesce', 'format', 'unnest', 'sha256', 'encode',
        'convert_to', 'concat_ws', 'json_typeof', 'jsonb_build_object', 'pg_has_role', 'cardinality', 'array_length')
  loop
    begin
      execute format(
        'create function pg_temp.%I(%s) returns %s language plpgsql as $evil$ begin perform pg_temp.evil(); return null; end $evil$',
        v.name, v.arguments, v.result
      );
    exception when others then null;
    end;
  end loop;
  for v in
    select o.oprname as name, pg_catalog.format_type(o.oprleft, null) as left, pg_catalog.format_type(o.oprright, null) as right
    from pg_catalog.pg_operator o
    where o.oprname in ('=', '<>', '||', '<=', '>', '<', '~', '!~', '+') and o.oprleft = o.oprright
      and o.oprleft in ('pg_catalog.uuid'::pg_catalog.regtype, 'pg_catalog.text'::pg_catalog.regtype,
        'pg_catalog.timestamptz'::pg_catalog.regtype, 'pg_catalog.bytea'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype)
  loop
    begin
      execute format(
        'create function pg_temp.evil_operator(%s, %s) returns pg_catalog.bool language plpgsql as $evil$ begin return pg_temp.evil(); end $evil$',
        v.left, v.right
      );
    exception when others then null;
    end;
    begin
      execute format(
        'create operator pg_temp.%s (leftarg = %s, rightarg = %s, function = pg_temp.evil_operator)', v.name, v.left, v.right
      );
    exception when others then null;
    end;
  end loop;
end
$shadows$`

/** Each SECURITY DEFINER function of the database as a statement that runs it, on values that exist as far as may be. */
export const CALLS = `
  select p.oid::pg_catalog.regprocedure::pg_catalog.text as name, r.rolname as owner, case
    when p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype then null
    else format('select * from %I.%I(%s)', n.nspname, p.proname, (
      select string_agg(case t.oid
        when 'pg_catalog.uuid'::pg_catalog.regtype then format('%L::pg_catalog.uuid', $1::pg_catalog.text)
        when 'pg_catalog.text'::pg_catalog.regtype then '''send_digest''::pg_catalog.text'
        when 'pg_catalog.json'::pg_catalog.regtype then '''{"upTo": 1}''::pg_catalog.json'
        when 'pg_catalog.bytea'::pg_catalog.regtype then '''x''::pg_catalog.bytea'
        when 'pg_catalog.timestamptz'::pg_catalog.regtype then 'pg_catalog.now()'
        when 'pg_catalog.int4'::pg_catalog.regtype then '1::pg_catalog.int4'
        else format('null::%s.%s', tn.nspname, quote_ident(t.typname))
      end, ', ' order by a.nth)
      from unnest(p.proargtypes::pg_catalog.oid[]) with ordinality a (type, nth)
      join pg_catalog.pg_type t on t.oid = a.type join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
    )) end as call
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_roles r on r.oid = p.proowner
  where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
    and has_function_privilege($2, p.oid, 'execute') or p.prosecdef and p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
  order by 1`

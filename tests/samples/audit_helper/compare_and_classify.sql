-- What compare_and_classify_query_results(a, b, primary_key_columns=['id']) comes to.
with a as (select id, amount, note from read_csv('../orders/base.csv')),
b as (select id, amount, note from read_csv('../orders/head.csv')),
both_sides as (
  select *, true as dbt_audit_in_a, true as dbt_audit_in_b
  from (select * from a intersect select * from b)
  union all select *, true, false from (select * from a except select * from b)
  union all select *, false, true from (select * from b except select * from a)
),
classified as (
  select
    *,
    md5(id::varchar) as dbt_audit_surrogate_key,
    1 as dbt_audit_pk_row_num,
    case
      when dbt_audit_in_a and dbt_audit_in_b then 'identical'
      when bool_or(dbt_audit_in_a) over (partition by id)
        and bool_or(dbt_audit_in_b) over (partition by id) then 'modified'
      when dbt_audit_in_a then 'removed'
      else 'added'
    end as dbt_audit_row_status
  from both_sides
)
select
  id, amount, note,
  dbt_audit_surrogate_key, dbt_audit_pk_row_num, dbt_audit_in_a, dbt_audit_in_b,
  dbt_audit_row_status,
  count(distinct id) over (partition by dbt_audit_row_status) as dbt_audit_num_rows_in_status,
  dense_rank() over (partition by dbt_audit_row_status order by id) as dbt_audit_sample_number
from classified
order by dbt_audit_row_status, dbt_audit_sample_number, dbt_audit_in_b

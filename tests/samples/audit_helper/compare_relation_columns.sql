-- What compare_relation_columns(a, b) comes to.
with a as (
  select column_name, row_number() over () as ordinal_position, column_type as data_type
  from (describe select * from read_csv('../orders/base.csv'))
),
b as (
  select column_name, row_number() over () as ordinal_position, column_type as data_type
  from (describe select * from read_csv('../orders/head.csv'))
)
select
  coalesce(a.column_name, b.column_name) as column_name,
  a.ordinal_position as a_ordinal_position,
  b.ordinal_position as b_ordinal_position,
  a.data_type as a_data_type,
  b.data_type as b_data_type,
  coalesce(a.ordinal_position = b.ordinal_position, false) as has_ordinal_position_match,
  coalesce(a.data_type = b.data_type, false) as has_data_type_match,
  a.data_type is not null and b.data_type is null as in_a_only,
  b.data_type is not null and a.data_type is null as in_b_only,
  b.data_type is not null and a.data_type is not null as in_both
from a full outer join b on a.column_name = b.column_name
order by coalesce(a.ordinal_position, b.ordinal_position)

-- What compare_all_columns(a, b, primary_key='id', summarize=true) comes to.
with a as (select * from read_csv('../orders/base.csv')),
b as (select * from read_csv('../orders/head.csv')),
main as (
{% for column in ['id', 'amount', 'note'] %}
  select
    '{{ column }}' as column_name,
    coalesce(
      a.{{ column }} = b.{{ column }} and a.id is not null and b.id is not null,
      a.{{ column }} is null and b.{{ column }} is null,
      false
    ) as perfect_match,
    a.{{ column }} is null and a.id is not null as null_in_a,
    b.{{ column }} is null and b.id is not null as null_in_b,
    a.id is null as missing_from_a,
    b.id is null as missing_from_b,
    a.id is not null and b.id is not null
      and a.{{ column }} is distinct from b.{{ column }} as conflicting_values
  from a full outer join b on a.id = b.id
  {% if not loop.last %}union all{% endif %}
{% endfor %}
)
select
  upper(column_name) as column_name,
  sum(case when perfect_match then 1 else 0 end) as perfect_match,
  sum(case when null_in_a then 1 else 0 end) as null_in_a,
  sum(case when null_in_b then 1 else 0 end) as null_in_b,
  sum(case when missing_from_a then 1 else 0 end) as missing_from_a,
  sum(case when missing_from_b then 1 else 0 end) as missing_from_b,
  sum(case when conflicting_values then 1 else 0 end) as conflicting_values
from main
group by 1
order by column_name

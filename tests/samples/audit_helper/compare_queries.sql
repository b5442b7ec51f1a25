-- What compare_queries(a, b, summarize=true) comes to.
with a as (select id, amount, note from read_csv('../orders/base.csv')),
b as (select id, amount, note from read_csv('../orders/head.csv')),
all_records as (
  select *, true as in_a, true as in_b from (select * from a intersect select * from b)
  union all select *, true, false from (select * from a except select * from b)
  union all select *, false, true from (select * from b except select * from a)
),
summary_stats as (
  select in_a, in_b, count(*) as count from all_records group by in_a, in_b
)
select *, round(100.0 * count / sum(count) over (), 2) as percent_of_total
from summary_stats
order by in_a desc, in_b desc

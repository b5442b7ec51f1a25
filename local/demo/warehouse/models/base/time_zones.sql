-- How many airports keep each time zone.
select
    time_zone,
    cast(count(*) as integer) as airports
from stg_airports
group by time_zone

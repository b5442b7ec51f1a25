-- Cities with an airport. Many an outback airstrip belongs to none.
select
    lower(country || '-' || state || '-' || city) as city_id,
    country,
    state,
    city,
    cast(count(*) as integer) as airports
from airports
where city is not null
group by country, state, city

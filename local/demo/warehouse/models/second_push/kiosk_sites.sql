-- Where a jaffle kiosk could stand, and how hot its coffee machine can get there:
-- water boils about one degree cooler for every 300 metres of elevation.
select
    airports.iata,
    airports.name,
    airports.city,
    airports.state,
    airports.country,
    airports.time_zone,
    cast(100 - airports.elevation / 300 as decimal(4, 1)) as boiling_point_c,
    coalesce(cities.airports, 1) as airports_in_city
from airports
left join cities
    on cities.country = airports.country
    and cities.state is not distinct from airports.state
    and cities.city = airports.city

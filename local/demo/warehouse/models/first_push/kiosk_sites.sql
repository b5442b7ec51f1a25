-- Where a jaffle kiosk could stand, and how hot its coffee machine can get there:
-- water boils about one degree cooler for every 300 metres of elevation.
-- Mistakes: the inner join drops airports without a city or a state, and elevation is in
-- metres already.
select
    airports.iata,
    airports.name,
    airports.city,
    airports.state,
    airports.country,
    airports.time_zone,
    cast(100 - airports.elevation * 0.3048 / 300 as decimal(4, 1)) as boiling_point_c,
    cities.airports as airports_in_city
from airports
join cities using (country, state, city)

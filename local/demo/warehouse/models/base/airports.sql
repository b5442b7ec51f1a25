-- Airports that sell tickets: those with an IATA code.
select
    iata,
    icao,
    name,
    city,
    state,
    country,
    elevation,
    time_zone
from stg_airports
where iata is not null
    and country in ('AU', 'NZ')

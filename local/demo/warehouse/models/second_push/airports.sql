-- Airports that sell tickets: those with an IATA code. Elevation is in metres.
select
    iata,
    icao,
    name,
    city,
    state,
    country,
    cast(elevation * 0.3048 as decimal(6, 1)) as elevation,
    time_zone
from stg_airports
where iata is not null

-- Every airport of Australia, its island territories and New Zealand; elevation is in feet.
select
    icao,
    iata,
    name,
    city,
    subd as state,
    country,
    cast(elevation as integer) as elevation,
    cast(lat as decimal(9, 6)) as latitude,
    cast(lon as decimal(9, 6)) as longitude,
    tz as time_zone
from raw.airports
where country in ('AU', 'CC', 'CX', 'NF', 'NZ')

-- Where a jaffle kiosk could stand, and how hot its coffee machine can get there:
-- water boils about one degree cooler for every 300 metres of elevation.
select
    iata,
    name,
    city,
    state,
    country,
    time_zone,
    cast(100 - elevation * 0.3048 / 300 as decimal(4, 1)) as boiling_point_c
from airports

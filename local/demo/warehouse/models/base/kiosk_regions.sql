-- Kiosk sites by state; territories without states count as one region each.
select
    country,
    coalesce(state, 'whole territory') as region,
    cast(count(*) as integer) as kiosk_sites,
    min(boiling_point_c) as lowest_boiling_point_c
from kiosk_sites
group by all

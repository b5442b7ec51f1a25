select 1 as customer_id, 'Ann' as name

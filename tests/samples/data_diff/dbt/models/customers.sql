SELECT * FROM pr.customers

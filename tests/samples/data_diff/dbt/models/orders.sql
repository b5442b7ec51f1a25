SELECT * FROM pr.orders

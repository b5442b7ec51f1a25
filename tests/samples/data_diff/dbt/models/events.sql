SELECT * FROM prod.events

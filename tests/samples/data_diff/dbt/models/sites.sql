SELECT * FROM pr.sites

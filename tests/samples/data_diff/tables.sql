CREATE SCHEMA prod;
CREATE SCHEMA pr;

-- One row only in production (3), two only in the pull request (20, 21), three that changed.
CREATE TABLE prod.orders AS
SELECT
  i AS id,
  'customer ' || (i % 4) AS customer,
  i * 10 AS amount,
  CASE WHEN i % 3 = 0 THEN NULL ELSE 'note ' || i END AS note,
  i % 2 AS quantity,
  TRUE AS legacy
FROM range(1, 13) AS numbers(i);
CREATE TABLE pr.orders AS
SELECT
  id,
  customer,
  CASE WHEN id IN (2, 5) THEN amount + 5 ELSE amount END AS amount,
  CASE WHEN id = 6 THEN 'new' ELSE note END AS note,
  quantity::VARCHAR AS quantity,
  'eu' AS region
FROM prod.orders
WHERE id <> 3
UNION ALL VALUES (20, 'customer 0', 200, NULL, '1', 'eu'), (21, 'customer 1', 210, 'late', '1', 'eu');

CREATE TABLE prod.customers AS SELECT DISTINCT customer AS name FROM prod.orders;
CREATE TABLE pr.customers AS SELECT * FROM prod.customers;

-- Without a primary key that dbt knows.
CREATE TABLE prod.events AS SELECT i AS id FROM range(3) AS numbers(i);

-- One row only in production, and nothing else.
CREATE TABLE prod.sites AS SELECT i AS id, 'site ' || i AS name FROM range(1, 4) AS numbers(i);
CREATE TABLE pr.sites AS SELECT * FROM prod.sites WHERE id < 3;

-- A key of two columns, and text that is wrapped and that looks like markup.
CREATE TABLE prod.days AS
SELECT
  i % 3 AS site,
  i // 3 AS day,
  'x [red]y[/red] ' || repeat('long text ', 12) || i AS text
FROM range(1, 8) AS numbers(i);
CREATE TABLE pr.days AS
SELECT site, day, CASE WHEN day = 1 THEN text || ' [bold]' ELSE text END AS text
FROM prod.days
WHERE NOT (site = 0 AND day = 2);

-- A key that is longer than a line.
CREATE TABLE prod.pages AS
SELECT 'https://example.com/' || repeat('long/', 20) || i AS url, i AS visits
FROM range(1, 3) AS numbers(i);
CREATE TABLE pr.pages AS SELECT url, visits + 1 AS visits FROM prod.pages;

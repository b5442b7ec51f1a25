create schema prod;
create schema pr;
create table prod.orders (id bigint primary key, amount numeric, note text, status bigint, legacy text);
create table pr.orders (id bigint primary key, amount numeric, note text, status text, region text);
create table prod.customers (customer_id bigint primary key, name text);
create table pr.customers (customer_id bigint primary key, name text);
\copy prod.orders from '../orders/base.csv' csv header
\copy pr.orders from '../orders/head.csv' csv header
insert into prod.customers values (1, 'Ann'), (2, 'Bob');
insert into pr.customers values (1, 'Ann'), (2, 'Bob');

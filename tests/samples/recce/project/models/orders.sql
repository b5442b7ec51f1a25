select * from read_csv('../../orders/{{ "base" if target.name == "prod" else "head" }}.csv')

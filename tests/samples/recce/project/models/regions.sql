{{ config(enabled=target.name == "pr") }}
select 'eu' as region

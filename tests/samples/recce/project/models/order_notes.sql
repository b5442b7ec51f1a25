select id, note from {{ ref('orders') }} {% if target.name == "pr" %} union all select 2, 'again' {% endif %}

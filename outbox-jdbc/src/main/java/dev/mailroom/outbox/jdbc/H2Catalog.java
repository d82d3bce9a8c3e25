package dev.mailroom.outbox.jdbc;

/** What H2 knows of tables. */
final class H2Catalog {

  static final String PARTS =
      """
      WITH t AS (
        SELECT table_schema, table_name FROM INFORMATION_SCHEMA.TABLES
        WHERE table_schema = COALESCE(CAST(? AS varchar), CURRENT_SCHEMA)
          AND LOCATE(',' || LOWER(table_name) || ',', CAST(? AS varchar)) > 0)
      SELECT kind, table_name, part, LOWER(description) AS description FROM (
        SELECT 1 AS place, 'table' AS kind, table_name, CAST(NULL AS varchar) AS part,
               '' AS description FROM t
        UNION ALL
        SELECT 2, 'column', c.table_name, c.column_name,
               c.data_type
               || COALESCE('(' || COALESCE(c.character_maximum_length, c.datetime_precision) || ')', '')
               || CASE WHEN c.collation_name <> 'OFF' THEN ' collation ' || c.collation_name ELSE '' END
               || CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
               || COALESCE(' ' || c.identity_generation || ' identity', '')
               || CASE c.is_generated WHEN 'ALWAYS' THEN ' as ' || c.generation_expression ELSE '' END
               || CASE WHEN c.column_default IS NULL THEN '' ELSE ' default' END
        FROM t JOIN INFORMATION_SCHEMA.COLUMNS c USING (table_schema, table_name)
        UNION ALL
        SELECT 3, CASE i.index_type_name WHEN 'PRIMARY KEY' THEN 'primary key' ELSE 'index' END,
               i.table_name,
               CASE i.index_type_name WHEN 'PRIMARY KEY' THEN NULL ELSE i.index_name END,
               CASE i.index_type_name WHEN 'UNIQUE INDEX' THEN 'unique ' ELSE '' END
               || (SELECT LISTAGG(x.column_name, ', ') WITHIN GROUP (ORDER BY x.ordinal_position)
                   FROM INFORMATION_SCHEMA.INDEX_COLUMNS x
                   WHERE x.index_schema = i.index_schema AND x.index_name = i.index_name)
        FROM t JOIN INFORMATION_SCHEMA.INDEXES i USING (table_schema, table_name)
        UNION ALL
        SELECT 4, 'check', k.table_name, k.constraint_name, ''
        FROM t JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS k USING (table_schema, table_name)
        WHERE k.constraint_type = 'CHECK'
        UNION ALL
        SELECT 5, 'sequence', c.table_name, c.column_name,
               'by ' || c.identity_increment || ', cache ' || c.identity_cache
               || CASE c.identity_cycle WHEN 'YES' THEN ', cycle' ELSE '' END
        FROM t JOIN INFORMATION_SCHEMA.COLUMNS c USING (table_schema, table_name)
        WHERE c.is_identity = 'YES')
      ORDER BY place, LOWER(table_name), LOWER(part)
      """;

  private H2Catalog() {}
}

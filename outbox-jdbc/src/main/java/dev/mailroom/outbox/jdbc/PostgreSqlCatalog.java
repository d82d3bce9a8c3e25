package dev.mailroom.outbox.jdbc;

/** What PostgreSQL knows of tables. */
final class PostgreSqlCatalog {

  static final String PARTS =
      """
      WITH t AS (
        SELECT c.oid, c.relname AS table_name, c.relpersistence
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname = coalesce(?, current_schema())
          AND strpos(?, ',' || lower(c.relname) || ',') > 0),
      part AS (
        SELECT 1 AS place, 'table' AS kind, table_name, NULL AS part,
               CASE relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged'
                                   ELSE 'temporary' END AS description
        FROM t
        UNION ALL
        SELECT 2, 'column', t.table_name, a.attname,
               format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attcollation = y.typcollation THEN ''
                       ELSE ' collation ' || (SELECT collname FROM pg_collation
                                              WHERE oid = a.attcollation) END
               || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
               || CASE a.attidentity WHEN 'a' THEN ' always identity'
                                     WHEN 'd' THEN ' default identity' ELSE '' END
               || CASE WHEN a.attgenerated <> '' THEN ' as ' || pg_get_expr(d.adbin, d.adrelid)
                       WHEN d.adbin IS NOT NULL THEN ' default' ELSE '' END
        FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT 3, CASE WHEN i.indisprimary THEN 'primary key' ELSE 'index' END, t.table_name,
               CASE WHEN NOT i.indisprimary THEN c.relname END,
               CASE WHEN i.indisunique AND NOT i.indisprimary THEN 'unique ' ELSE '' END
               || (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' ORDER BY k)
                   FROM generate_series(1, i.indnkeyatts) k)
               || coalesce(' where ' || pg_get_expr(i.indpred, i.indrelid), '')
               || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
        FROM t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
        UNION ALL
        SELECT 4, 'check', t.table_name, k.conname, CASE WHEN k.convalidated THEN '' ELSE '(invalid)' END
        FROM t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'c'
        UNION ALL
        SELECT 5, 'sequence', t.table_name, a.attname,
               'by ' || s.seqincrement || ', cache ' || s.seqcache
               || CASE WHEN s.seqcycle THEN ', cycle' ELSE '' END
        FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
          AND d.classid = 'pg_class'::regclass AND d.deptype IN ('i', 'a')
        JOIN pg_sequence s ON s.seqrelid = d.objid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid)
      SELECT kind, table_name, part, description FROM part ORDER BY place, table_name COLLATE "C", part COLLATE "C"
      """;

  private PostgreSqlCatalog() {}
}

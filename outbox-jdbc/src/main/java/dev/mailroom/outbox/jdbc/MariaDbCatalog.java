package dev.mailroom.outbox.jdbc;

/** What MariaDB and MySQL know of tables. */
final class MariaDbCatalog {

  static final String PARTS =
      """
      WITH t AS (
        SELECT table_schema, table_name, COALESCE(engine, table_type) AS engine
        FROM information_schema.tables
        WHERE table_schema = COALESCE(?, DATABASE())
          AND LOCATE(CONCAT(',', LOWER(table_name), ','), ?) > 0),
      part AS (
        SELECT 1 AS place, 'table' AS kind, table_name, NULL AS part, engine AS description
        FROM t
        UNION ALL
        SELECT 2, 'column', c.table_name, c.column_name,
               CONCAT(
                 CASE WHEN c.data_type IN ('bigint', 'int', 'smallint') THEN
                        CONCAT(c.data_type, IF(c.column_type LIKE '%unsigned%', ' unsigned', ''))
                      ELSE c.column_type END,
                 CASE WHEN c.data_type = 'enum' THEN ''
                      WHEN c.collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')
                      THEN ' bytewise'
                      ELSE COALESCE(CONCAT(' ', c.collation_name), '') END,
                 CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END,
                 CASE WHEN c.extra LIKE '%auto_increment%' THEN ' identity'
                      WHEN c.extra LIKE '%STORED GENERATED%' THEN ' stored'
                      WHEN c.column_default IS NOT NULL AND c.column_default <> 'NULL'
                      THEN ' default' ELSE '' END)
        FROM t JOIN information_schema.columns c
          ON c.table_schema = t.table_schema AND c.table_name = t.table_name
        UNION ALL
        SELECT 3, CASE s.index_name WHEN 'PRIMARY' THEN 'primary key' ELSE 'index' END,
               s.table_name, CASE s.index_name WHEN 'PRIMARY' THEN NULL ELSE s.index_name END,
               CONCAT(CASE WHEN s.non_unique = 0 AND s.index_name <> 'PRIMARY' THEN 'unique '
                           ELSE '' END,
                      GROUP_CONCAT(
                        CONCAT(s.column_name, COALESCE(CONCAT('(', s.sub_part, ')'), ''))
                        ORDER BY s.seq_in_index SEPARATOR ', '))
        FROM t JOIN information_schema.statistics s
          ON s.table_schema = t.table_schema AND s.table_name = t.table_name
        GROUP BY s.table_name, s.index_name, s.non_unique
        UNION ALL
        SELECT 4, 'check', k.table_name, k.constraint_name, ''
        FROM t JOIN information_schema.table_constraints k
          ON k.table_schema = t.table_schema AND k.table_name = t.table_name
        WHERE k.constraint_type = 'CHECK'
        UNION ALL
        SELECT 5, 'trigger', r.event_object_table, r.trigger_name,
               CONCAT(r.action_timing, ' ', r.event_manipulation, ': ', r.action_statement)
        FROM t JOIN information_schema.triggers r
          ON r.event_object_schema = t.table_schema AND r.event_object_table = t.table_name)
      SELECT kind, table_name, part, description FROM part
      ORDER BY place, LOWER(table_name), LOWER(part)
      """;

  private MariaDbCatalog() {}
}

package dev.mailroom.tests.town;

import dev.mailroom.testkit.LocalServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** What MariaDB and MySQL have in common. */
abstract class InnoDbDatabase implements DatabaseServer {

  private static final String NAME = "town";

  /** An option of the server, for {@link #transactions}. */
  static final String COUNTS_TRANSACTIONS = "--innodb-monitor-enable=module_trx";

  /** The switch of the double write is a number in old versions, a word in new ones. */
  private static final String DURABLE =
      """
      SELECT @@innodb_flush_log_at_trx_commit = 1
         AND CONCAT(@@innodb_doublewrite) NOT IN ('0', 'OFF')
         AND @@innodb_flush_method NOT IN ('nosync', 'littlesync')
         AND (NOT @@log_bin OR @@sync_binlog = 1)
      """;

  private static final String TRANSACTIONS =
      """
      SELECT SUM(count) FROM information_schema.INNODB_METRICS
      WHERE name IN ('trx_rw_commits', 'trx_ro_commits', 'trx_nl_ro_commits', 'trx_rollbacks')
      """;

  /** What is always there while relays renew their leases, with some room. */
  private static final long PURGED = 500;

  private static final long PURGES_WITHIN_MILLIS = 60_000;

  private final LocalServer server;
  private final String url;

  InnoDbDatabase(LocalServer server) {
    this.server = server;
    url = server.createDatabase(NAME);
  }

  /** A query for the number of transactions whose old versions are kept. */
  abstract String unpurged();

  @Override
  public String jdbcUrl() {
    return url;
  }

  @Override
  public void crash() {
    server.crash();
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void startAgain() {
    server.startAgain();
  }

  @Override
  public void requireDurability() throws SQLException {
    if (number(DURABLE) != 1) {
      throw new IllegalStateException(
          "The server may lose commits that it has acknowledged; a crash would prove nothing. Not"
              + " all of this holds:\n"
              + DURABLE);
    }
  }

  @Override
  public String transactions() {
    return TRANSACTIONS;
  }

  @Override
  public List<String> auditTables() {
    return List.of(
        """
        CREATE TABLE sent (
          queue varchar(100) COLLATE utf8mb4_bin, message_key varchar(100) COLLATE utf8mb4_bin,
          n int, at_ms bigint, PRIMARY KEY (queue, message_key, n))
        """,
        """
        CREATE TABLE received (
          no bigint AUTO_INCREMENT PRIMARY KEY, queue varchar(100) COLLATE utf8mb4_bin,
          broker_id varchar(100), message_key varchar(100) COLLATE utf8mb4_bin, n int,
          at_ms bigint, KEY (queue, message_key, n))
        """);
  }

  @Override
  public String countingKey() {
    return "bigint AUTO_INCREMENT PRIMARY KEY";
  }

  /** TRUNCATE would begin the sequence anew, which no outbox may. */
  @Override
  public void empty(String table) throws SQLException {
    long next =
        number(
            "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s'"
                    .formatted(NAME)
                + " AND TABLE_NAME = '%s'".formatted(table));
    execute("TRUNCATE TABLE " + table);
    execute("ALTER TABLE %s AUTO_INCREMENT = %d".formatted(table, next));
    awaitPurged();
  }

  private void awaitPurged() throws SQLException {
    long end = System.nanoTime() + PURGES_WITHIN_MILLIS * 1_000_000;
    while (number(unpurged()) > PURGED) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("Nothing is purged; does a transaction stay open?");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Each commit is on the disk before it is acknowledged, those of the relay, too. */
  @Override
  public long mayForgetMillis() {
    return 0;
  }

  /** InnoDB counts the transactions whose old versions it keeps, and not the rows. */
  @Override
  public Remains remains(String table) throws SQLException {
    return new Remains("unpurged_transactions", number(unpurged()));
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      results.next();
      return results.getLong(1);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}

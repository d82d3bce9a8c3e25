package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * MariaDB 10.6 and later, and MySQL 8.0.29 and later; all that differs between them stands here.
 */
final class MariaDb extends Dialect {

  /** For {@link #bound} and {@link #unbound}: only MariaDB can bound a statement that writes. */
  private enum Bounds {
    MARIADB(
        """
        SET @mailroom_lock_wait = IFNULL(@mailroom_lock_wait, @@SESSION.innodb_lock_wait_timeout),
            @mailroom_statement = IFNULL(@mailroom_statement, @@SESSION.max_statement_time),
            @mailroom_idle = IFNULL(@mailroom_idle, @@SESSION.idle_transaction_timeout),
            SESSION innodb_lock_wait_timeout = %d, SESSION max_statement_time = %s,
            SESSION idle_transaction_timeout = %d, @@tx_isolation = 'READ-COMMITTED'
        """,
        """
        SET SESSION innodb_lock_wait_timeout =
              CAST(IFNULL(@mailroom_lock_wait, @@SESSION.innodb_lock_wait_timeout) AS UNSIGNED),
            SESSION max_statement_time =
              CAST(IFNULL(@mailroom_statement, @@SESSION.max_statement_time) AS DOUBLE),
            SESSION idle_transaction_timeout =
              CAST(IFNULL(@mailroom_idle, @@SESSION.idle_transaction_timeout) AS UNSIGNED),
            @mailroom_lock_wait = NULL, @mailroom_statement = NULL, @mailroom_idle = NULL
        """),
    MYSQL(
        """
        SET @mailroom_lock_wait = IFNULL(@mailroom_lock_wait, @@SESSION.innodb_lock_wait_timeout),
            @mailroom_statement = IFNULL(@mailroom_statement, @@SESSION.max_execution_time),
            SESSION innodb_lock_wait_timeout = %d,
            SESSION max_execution_time = CAST(1000 * %s AS UNSIGNED),
            @@transaction_isolation = 'READ-COMMITTED'
        """,
        """
        SET SESSION innodb_lock_wait_timeout =
              CAST(IFNULL(@mailroom_lock_wait, @@SESSION.innodb_lock_wait_timeout) AS UNSIGNED),
            SESSION max_execution_time =
              CAST(IFNULL(@mailroom_statement, @@SESSION.max_execution_time) AS UNSIGNED),
            @mailroom_lock_wait = NULL, @mailroom_statement = NULL
        """);

    private final String set;
    private final String restore;

    Bounds(String set, String restore) {
      this.set = set;
      this.restore = restore;
    }
  }

  /** The same as long as the server is up, even if its clock is set: both count from that clock. */
  static final String SERVER_OF_MARIADB =
      """
      (SELECT CONCAT(@@hostname, ' ', UNIX_TIMESTAMP() - VARIABLE_VALUE)
       FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME')
      """;

  static final String SERVER_OF_MYSQL =
      """
      (SELECT CONCAT(@@hostname, ' ', UNIX_TIMESTAMP() - VARIABLE_VALUE)
       FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime')
      """;

  private final Bounds bounds;

  MariaDb(TableNames names, Database database) {
    this(new Sql(names, database), database == Database.MYSQL);
  }

  private MariaDb(Sql sql, boolean mysql) {
    super(
        new MariaDbWriter(sql),
        new MariaDbHot(sql, mysql ? SERVER_OF_MYSQL : SERVER_OF_MARIADB, mysql),
        new MariaDbParked(sql, mysql ? "FOR UPDATE OF p" : "FOR UPDATE"),
        new MariaDbLeases(sql));
    bounds = mysql ? Bounds.MYSQL : Bounds.MARIADB;
  }

  /**
   * The timeouts are the session's, as there are none for a transaction; the isolation is that of
   * the next transaction only. Not to wait for the disk could only the whole server be told. InnoDB
   * counts whole seconds.
   */
  @Override
  void bound(Connection connection, Duration lock, Duration statement) throws SQLException {
    String seconds = Double.toString(statement.toMillis() / 1000.0);
    long idle = Math.max(5, statement.toSeconds());
    execute(connection, bounds.set.formatted(Math.max(1, lock.toSeconds()), seconds, idle));
  }

  @Override
  void unbound(Connection connection) throws SQLException {
    execute(connection, bounds.restore);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement set = connection.createStatement()) {
      set.execute(sql);
    }
  }

  /** The tables hold UTC, whatever time zone a session has. */
  static Instant time(ResultSet results, String column) throws SQLException {
    return results.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
  }

  /** As {@link #time} reads it. */
  static LocalDateTime time(Instant time) {
    return LocalDateTime.ofInstant(time.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC);
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }
}

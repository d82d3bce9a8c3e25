package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGStatement;

/** PostgreSQL 14 and later. */
final class PostgreSql extends Dialect {

  /**
   * Rows that are given by their keys are to be looked up by them. A table of some ten thousand
   * rows the planner would rather read whole, for each group of a few hundred, which takes several
   * times as long and grows with the table.
   */
  static final String BY_KEY =
      """
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off
      """;

  PostgreSql(TableNames names) {
    this(new Sql(names, Database.POSTGRESQL));
  }

  private PostgreSql(Sql sql) {
    super(
        new PostgreSqlWriter(sql),
        new PostgreSqlHot(sql),
        new PostgreSqlParked(sql),
        new PostgreSqlLeases(sql));
  }

  @Override
  void commitLazily(Connection connection) throws SQLException {
    execute(
        connection,
        bounds(LOCK_TIMEOUT, STATEMENT_TIMEOUT) + ";\nSET LOCAL synchronous_commit = off");
  }

  /**
   * A statement that is planned anew each time. A kept plan made while the table was nearly empty
   * would go on scanning all of it after it has grown.
   */
  static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
    return statement;
  }

  /**
   * For this transaction only, whatever the pool's or the role's settings are: a connection of a
   * pool like PgBouncer's is somebody else's afterwards. Each statement has to see what was
   * committed before it.
   */
  @Override
  void bound(Connection connection, Duration lock, Duration statement) throws SQLException {
    execute(connection, bounds(lock, statement));
  }

  private static String bounds(Duration lock, Duration statement) {
    return """
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET LOCAL lock_timeout = %d;
        SET LOCAL statement_timeout = %d;
        SET LOCAL idle_in_transaction_session_timeout = 5000;
        """
            .formatted(lock.toMillis(), statement.toMillis())
        + BY_KEY;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement set = connection.createStatement()) {
      set.execute(sql);
    }
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }
}

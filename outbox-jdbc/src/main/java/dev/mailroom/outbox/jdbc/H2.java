package dev.mailroom.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * H2 2.x, for tests and toys: in the JVM a statement costs no round trip, so most of these work row
 * by row.
 */
final class H2 implements Dialect {

  private final WriterStatements writer;
  private final HotStatements hot;
  private final ParkedStatements parked;
  private final LeaseStatements leases;

  H2(TableNames names) {
    Sql sql = new Sql(names, Database.H2);
    H2Turns turns = new H2Turns(sql);
    writer = new H2Writer(sql, turns);
    hot = new H2Hot(sql, this);
    parked = new H2Parked(sql, turns);
    leases = new H2Leases(sql, turns);
  }

  @Override
  public WriterStatements writer() {
    return writer;
  }

  @Override
  public HotStatements hot() {
    return hot;
  }

  @Override
  public ParkedStatements parked() {
    return parked;
  }

  @Override
  public LeaseStatements leases() {
    return leases;
  }

  /** The timeouts are the session's; what they were is kept in variables of the session. */
  @Override
  public void bound(Connection connection, Duration lock, Duration statement) throws SQLException {
    execute(
        connection,
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET @mailroom_lock = COALESCE(@mailroom_lock, LOCK_TIMEOUT())",
        """
        SET @mailroom_query = COALESCE(@mailroom_query,
          (SELECT CAST(setting_value AS int) FROM INFORMATION_SCHEMA.SETTINGS
           WHERE setting_name = 'QUERY_TIMEOUT'))
        """,
        "SET LOCK_TIMEOUT " + lock.toMillis(),
        "SET QUERY_TIMEOUT " + statement.toMillis());
  }

  @Override
  public void unbound(Connection connection) throws SQLException {
    execute(
        connection,
        "SET LOCK_TIMEOUT COALESCE(@mailroom_lock, LOCK_TIMEOUT())",
        """
        SET QUERY_TIMEOUT COALESCE(@mailroom_query,
          (SELECT CAST(setting_value AS int) FROM INFORMATION_SCHEMA.SETTINGS
           WHERE setting_name = 'QUERY_TIMEOUT'))
        """,
        "SET @mailroom_lock = NULL",
        "SET @mailroom_query = NULL");
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement set = connection.createStatement()) {
      for (String statement : statements) {
        set.execute(statement);
      }
    }
  }
}
